//! bench
use super::exit::Exit;
/// Arguments.
#[derive(Debug, clap::Args)]
pub(super) struct BenchArgs {}
pub(super) fn run(_args: &BenchArgs) -> anyhow::Result<Exit> {
    Ok(Exit::Done)
}
