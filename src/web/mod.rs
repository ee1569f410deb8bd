//! The page of a session: the same picture as on the terminal, for browsers.
//!
//! It runs on a thread of its own and only ever looks at the newest picture: viewers that are slow, many
//! or hostile cannot hold the session up.

pub mod feed;
pub mod guard;
pub mod server;
