//! Who may ask: the page shows how somebody is, and can end a session.
//!
//! A name in `Host` that is not this machine's own is how a foreign page reaches a server on loopback
//! (DNS rebinding); an `Origin` that is not the page's own is how it sends commands. Both are refused.

use std::net::{IpAddr, SocketAddr};

/// Whom to let in.
#[derive(Clone, Debug)]
pub struct Guard {
    address: SocketAddr,
    token: Option<String>,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The name that was asked for is not ours.
    Host,
    /// The page that asks is not ours.
    Origin,
    /// The token is missing or wrong.
    Token,
}

/// What a request says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// `Host`.
    pub host: Option<&'a str>,
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Sec-Fetch-Site`.
    pub site: Option<&'a str>,
    /// Token, from the cookie or the address.
    pub token: Option<&'a str>,
}

impl Guard {
    /// For a server at `address`. With a token nobody gets in without it.
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self { address, token }
    }

    /// The token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Lets in or not.
    ///
    /// # Errors
    /// [`Refused`] with the reason.
    pub fn check(&self, asked: Asked<'_>) -> Result<(), Refused> {
        let host = asked.host.filter(|h| self.is_ours(h)).ok_or(Refused::Host)?;
        if let Some(origin) = asked.origin
            && origin.strip_prefix("http://") != Some(host)
        {
            return Err(Refused::Origin);
        }
        if asked.site.is_some_and(|s| s == "cross-site" || s == "same-site") {
            return Err(Refused::Origin);
        }
        match &self.token {
            Some(token) if !asked.token.is_some_and(|t| same(t, token)) => Err(Refused::Token),
            _ => Ok(()),
        }
    }

    fn is_ours(&self, host: &str) -> bool {
        let port = self.address.port();
        let (name, of_port) = match host.rsplit_once(':') {
            // `[::1]` has colons and no port.
            Some((name, digits)) if !digits.ends_with(']') => (name, digits.parse().ok()),
            _ => (host, Some(80)),
        };
        if of_port != Some(port) {
            return false;
        }
        let literal: Option<IpAddr> = name.trim_start_matches('[').trim_end_matches(']').parse().ok();
        match literal {
            Some(ip) if self.address.ip().is_unspecified() => !ip.is_unspecified(),
            Some(ip) => ip == self.address.ip() || (self.address.ip().is_loopback() && ip.is_loopback()),
            // Names can be pointed anywhere; only this one is ours by definition.
            None => self.address.ip().is_loopback() && name.eq_ignore_ascii_case("localhost"),
        }
    }
}

/// Compares without telling by its time where the difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |d, (x, y)| d | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask<'a>(host: &'a str, origin: &'a str) -> Asked<'a> {
        Asked { host: Some(host), origin: (!origin.is_empty()).then_some(origin), ..Asked::default() }
    }

    #[test]
    fn on_loopback_only_this_machines_names_are_let_in() {
        let guard = Guard::new("127.0.0.1:8737".parse().unwrap(), None);
        for host in ["127.0.0.1:8737", "localhost:8737", "LOCALHOST:8737", "[::1]:8737"] {
            assert_eq!(guard.check(ask(host, "")), Ok(()), "{host}");
            assert_eq!(guard.check(ask(host, &format!("http://{host}"))), Ok(()), "{host}");
        }
        for host in [
            "evil.example:8737",
            "127.0.0.1:80",
            "127.0.0.1",
            "localhost",
            "0.0.0.0:8737",
            "localhost.evil.example:8737",
            "127.0.0.1.evil.example:8737",
            "192.168.1.5:8737",
            "",
            ":8737",
            "[::1]",
            "a@localhost:8737",
        ] {
            assert_eq!(guard.check(ask(host, "")), Err(Refused::Host), "{host}");
        }
        assert_eq!(guard.check(Asked::default()), Err(Refused::Host));
    }

    #[test]
    fn a_foreign_page_is_not_let_in() {
        let guard = Guard::new("127.0.0.1:8737".parse().unwrap(), None);
        for origin in [
            "http://evil.example",
            "null",
            "https://127.0.0.1:8737",
            "http://127.0.0.1:9999",
            "http://localhost:8737",
        ] {
            assert_eq!(guard.check(ask("127.0.0.1:8737", origin)), Err(Refused::Origin), "{origin}");
        }
        let cross = Asked { site: Some("cross-site"), ..ask("127.0.0.1:8737", "") };
        assert_eq!(guard.check(cross), Err(Refused::Origin));
    }

    #[test]
    fn elsewhere_the_token_is_needed() {
        let guard = Guard::new("0.0.0.0:8737".parse().unwrap(), Some("abc123".into()));
        let asked = ask("192.168.1.5:8737", "");
        assert_eq!(guard.check(asked), Err(Refused::Token));
        for (token, want) in
            [("abc124", Err(Refused::Token)), ("abc12", Err(Refused::Token)), ("abc123", Ok(()))]
        {
            assert_eq!(guard.check(Asked { token: Some(token), ..asked }), want);
        }
        assert_eq!(guard.check(ask("evil.example:8737", "")), Err(Refused::Host));
    }
}
