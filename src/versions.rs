//! Which version of each algorithm said what is kept.
//!
//! A kept session names the versions that measured it, so that figures over weeks are compared only
//! knowing what they were measured with. Raise a number whenever the same samples give other figures.

/// An algorithm and its version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Algorithm {
    /// What it tells.
    pub name: &'static str,
    /// Its version.
    pub version: u32,
}

/// All of them.
pub const ALGORITHMS: [Algorithm; 7] = [
    Algorithm { name: "mount", version: 1 },
    Algorithm { name: "events", version: 1 },
    Algorithm { name: "direction", version: 1 },
    Algorithm { name: "stride_length", version: 1 },
    Algorithm { name: "contact", version: 1 },
    Algorithm { name: "knee", version: 1 },
    Algorithm { name: "safety", version: 1 },
];

/// The program's version.
pub const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The versions as a JSON object.
pub fn json() -> serde_json::Value {
    ALGORITHMS.iter().map(|a| (a.name.to_owned(), a.version.into())).collect::<serde_json::Map<_, _>>().into()
}
