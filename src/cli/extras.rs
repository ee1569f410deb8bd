//! Completions and the manual page, made from the same definitions as the help.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::exit::Exit;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Arguments of `pages`.
#[derive(Debug, clap::Args)]
pub struct PagesArgs {
    /// Where they go: `completions` and `man` in this folder
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(super) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    // Made in memory first: the generator does not expect a pipe to close.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "retrogait", &mut script);
    print(&script)
}

pub(super) fn man() -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    let mut command = Cli::command();
    // Gives the subcommands their full names.
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for sub in command.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render(&mut page)?;
    }
    print(&page)
}

/// Writes what a package holds beside the program.
pub(super) fn pages(args: &PagesArgs) -> anyhow::Result<Exit> {
    let folder = |name: &str| {
        let folder = args.folder.join(name);
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        anyhow::Ok(folder)
    };
    let (completions, man) = (folder("completions")?, folder("man")?);
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "retrogait", &completions)
            .with_context(|| format!("{} cannot be written to", completions.display()))?;
    }
    clap_mangen::generate_to(Cli::command(), &man)
        .with_context(|| format!("{} cannot be written to", man.display()))?;
    Ok(Exit::Done)
}

fn print(text: &[u8]) -> anyhow::Result<Exit> {
    match io::stdout().write_all(text) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(Exit::Done),
    }
}
