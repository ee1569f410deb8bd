//! The `retrogait` program.

fn main() -> retrogait::cli::exit::Exit {
    retrogait::cli::main()
}
