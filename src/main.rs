//! The `retrogait` program.

fn main() {}
