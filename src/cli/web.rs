//! The page of a session: its flags, its address, its thread.

use super::desk::{DeskArgs, Front};

/// Serves as long as it lives.
pub(super) struct Served;

pub(super) fn serve(_args: &DeskArgs, _front: &Front) -> anyhow::Result<Option<Served>> {
    Ok(None)
}
