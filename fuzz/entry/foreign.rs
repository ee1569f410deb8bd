//! Any bytes as a file of another logger give samples in order or an error, never a panic. The fuzzers
//! and the tests run this one function.

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use retrogait::mount::Side;
use retrogait::source::{Format, Input, Kind, Overrides, ReadOptions, Recording, Samples};

/// What separates the files of a format that has several.
pub const SEPARATOR: &[u8] = b"\n=====\n";

/// Samples after which a run is long enough.
const SAMPLES: usize = 100_000;

/// The files that an input of a format stands for, by name.
fn names(word: &str) -> &'static [&'static str] {
    match word {
        "metabase" => &["walk_Accelerometer.csv", "walk_Gyroscope.csv"],
        "movesense-csv" => &["walk_acc.csv", "walk_gyro.csv"],
        "movesense" => &["walk_acc.json", "walk_gyro.json"],
        "motion-bids" => &["a_motion.tsv", "a_channels.tsv", "a_motion.json"],
        "phyphox" | "sensor-logger" => &["walk.zip"],
        _ => &[],
    }
}

/// Reads bytes as the format that `--from` calls `word`.
pub fn run(word: &str, bytes: &[u8]) {
    let format = Format::of_word(word).expect("a format");
    let options = ReadOptions {
        kind: Some(Kind::Foreign(format)),
        rate_hz: Some(100.0),
        overrides: Overrides { side: Some(Side::Left), ..Overrides::default() },
        ..ReadOptions::default()
    };
    let names = names(word);
    if names.is_empty() {
        return read(
            Input {
                bytes: Box::new(Cursor::new(bytes.to_vec())),
                name: "fuzz".into(),
                size: None,
                path: None,
            },
            options,
        );
    }
    let folder = Scratch::new();
    let mut rest = bytes;
    for (i, name) in names.iter().enumerate() {
        let end = rest.windows(SEPARATOR.len()).position(|w| w == SEPARATOR);
        let (this, next) = match end {
            Some(end) if i + 1 < names.len() => (&rest[..end], &rest[end + SEPARATOR.len()..]),
            _ => (rest, &rest[rest.len()..]),
        };
        fs::write(folder.0.join(name), this).expect("a scratch file");
        rest = next;
    }
    let Ok(input) = retrogait::source::open(&folder.0.join(names[0])) else { return };
    read(input, options);
}

fn read(input: Input, options: ReadOptions) {
    let Ok(mut reader) = Recording::open(input, options) else { return };
    let mut before = None;
    for _ in 0..SAMPLES {
        let Ok(Some(sample)) = reader.next_sample() else { return };
        assert!(sample.shank.is_finite());
        assert!(before.is_none_or(|b| b < sample.time));
        before = Some(sample.time);
    }
}

/// A folder that goes when the run is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("retrogait-fuzz-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a scratch folder");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
