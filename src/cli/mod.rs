//! The command line: what people type, and what they get back.

pub mod exit;

mod accept;
mod bench;
mod capture_args;
mod config;
mod demo;
mod desk;
mod doctor;
mod drive;
mod extras;
mod live;
mod live_file;
mod live_sim;
mod outputs;
mod pace;
mod pair;
mod plan;
mod radio;
mod replay;
mod rules;
mod scan;
mod sensors;
mod simulate;
mod simulate_args;
mod simulate_list;
mod web;

use clap::{Parser, Subcommand};

use self::exit::Exit;

/// Measures backward walking with one small inertial sensor on the shin.
#[derive(Debug, Parser)]
#[command(
    name = "retrogait",
    version,
    about,
    long_about = "Measures backward walking with one small inertial sensor on the shin: events, \
                  strides, directions.\n\nData goes to standard output, messages to standard error.",
    after_help = exit::HELP,
    help_expected = true,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read recorded captures and say what happened, stride by stride
    Replay(Box<replay::ReplayArgs>),
    /// Write labelled captures of a simulated walker, or send them as a live sensor does
    Simulate(Box<simulate::SimulateArgs>),
    /// Show a simulated session, two minutes long: no sensor is needed
    Demo(Box<demo::DemoArgs>),
    /// List, show or write plans for sessions
    Plan(plan::PlanArgs),
    /// Look for sensors in range
    Scan(scan::ScanArgs),
    /// Connect a sensor for the first time, look at it, and remember it
    Pair(Box<pair::PairArgs>),
    /// List, rename or forget the sensors that were paired
    Sensors(sensors::SensorsArgs),
    /// Measure while someone walks
    Live(Box<live::LiveArgs>),
    /// Find out why Bluetooth does not work, and what to do about it
    Doctor(doctor::DoctorArgs),
    /// Score detectors against labelled captures, and time them
    Bench(Box<bench::BenchArgs>),
    /// Make captures of good sessions a person's baseline
    Accept(Box<accept::AcceptArgs>),
    /// Print the rules that alerts are given by: limits, sources, measured rates
    Rules(rules::RulesArgs),
    /// Print a completion script for a shell
    #[command(hide = true)]
    Completions(extras::CompletionsArgs),
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Parses the command line, does what it says, and reports failures on standard error.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => {
            // Nothing is left to be done about an error in printing an error.
            let _ = e.print();
            return if e.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    let result = match cli.command {
        Command::Replay(args) => replay::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Pair(args) => pair::run(&args),
        Command::Sensors(args) => sensors::run(&args),
        Command::Live(args) => live::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Accept(args) => accept::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Completions(args) => extras::completions(&args),
        Command::Man => extras::man(),
    };
    result.unwrap_or_else(|e| {
        exit::report(&e);
        exit::code(&e)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn verify_app() {
        Cli::command().debug_assert();
    }
}
