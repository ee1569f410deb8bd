//! Opening a capture by its path.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::error::{Problem, ReadError};

/// An open capture.
pub struct Input {
    /// Its bytes, as they come.
    pub bytes: Box<dyn Read + Send>,
    /// How it is called in messages.
    pub name: String,
    /// Its size in bytes; `None` for pipes and standard input.
    pub size: Option<u64>,
}

/// Opens `path`; `-` is standard input.
///
/// # Errors
/// When the file is not there, is a folder, or may not be read.
pub fn open(path: &Path) -> Result<Input, ReadError> {
    if path.as_os_str() == "-" {
        return Ok(Input { bytes: Box::new(io::stdin()), name: "standard input".to_owned(), size: None });
    }
    let name = path.display().to_string();
    let refuse = |e: io::Error| {
        ReadError::new(
            &name,
            match e.kind() {
                io::ErrorKind::NotFound => Problem::NotFound,
                io::ErrorKind::PermissionDenied => Problem::Denied,
                io::ErrorKind::IsADirectory => Problem::Directory,
                _ => Problem::Io(e),
            },
        )
    };
    let file = File::open(path).map_err(refuse)?;
    let metadata = file.metadata().map_err(refuse)?;
    if metadata.is_dir() {
        return Err(ReadError::new(&name, Problem::Directory));
    }
    Ok(Input { bytes: Box::new(file), size: metadata.is_file().then_some(metadata.len()), name })
}
