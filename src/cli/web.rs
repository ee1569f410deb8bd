//! The page of a session: its flags, its address, its thread.

use std::net::SocketAddr;
use std::process::{Command, Stdio};

use anyhow::Context;

use super::desk::{Desk, Front};
use super::exit;
use crate::web::server::Server;

/// Serves the page as long as what it gives back lives.
pub(super) fn serve(desk: &Desk, front: &Front) -> anyhow::Result<Option<Server>> {
    let Some(port) = desk.web else { return Ok(None) };
    let ip = desk.listen;
    let token = if ip.is_loopback() { None } else { Some(token()?) };
    let address = SocketAddr::new(ip, port);
    let server = Server::start(address, token, front.boards.clone(), front.inputs.clone())
        .with_context(|| format!("the page cannot be served at {address}"))?;
    anstream::eprintln!("the page: {}", server.url());
    if !ip.is_loopback() {
        exit::warn("others on this network can open the page if they have this address; it is not encrypted");
    }
    if desk.open {
        open(&server.url());
    }
    Ok(Some(server))
}

/// 128 bits that nobody can guess.
fn token() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no random numbers are to be had: {e}"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(e) = command.spawn() {
        exit::warn(&format!("no browser could be opened ({opener}: {e}); open the address yourself"));
    }
}
