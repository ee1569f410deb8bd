//! The command line: what people type, and what they get back.

pub mod exit;

mod accept;
mod after;
mod assess;
mod assess_live;
mod batch;
mod bench;
mod bids;
mod calibrate;
mod calibrate_live;
mod capture_args;
mod captures;
mod config;
mod convert;
mod demo;
mod desk;
mod doctor;
mod drive;
mod extras;
mod gather;
mod keep;
mod live;
mod mapping;
mod outputs;
mod pace;
mod pair;
mod people;
mod plan;
mod radio;
mod replay;
mod report;
mod rules;
mod scan;
mod sensors;
mod sessions;
mod settings;
mod simulate;
mod simulate_args;
mod simulate_list;
mod store_args;
mod trend;
mod walker;
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
    /// Turn a file of another logger into a capture
    Convert(Box<convert::ConvertArgs>),
    /// Run every capture under folders, in parallel, into a few tables
    Batch(Box<batch::BatchArgs>),
    /// Write labelled captures of a simulated walker, or send them as a live sensor does
    Simulate(Box<simulate::SimulateArgs>),
    /// Find how the sensors sit: standing, then five seated knee extensions
    Calibrate(Box<calibrate::CalibrateArgs>),
    /// Show a simulated session, two minutes long: no sensor is needed
    Demo(Box<demo::DemoArgs>),
    /// List, show or write plans for sessions
    Plan(plan::PlanArgs),
    /// Write an explained configuration file, or show the settings in force
    Config(config::ConfigCommand),
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
    /// People whose sessions are kept
    Person(people::PersonArgs),
    /// Sessions that are kept
    Sessions(sessions::SessionsArgs),
    /// A page about one session, to read, print and file
    Report(Box<report::ReportArgs>),
    /// Weeks of sessions: dose, shares, and what has changed beyond chance
    Trend(trend::TrendArgs),
    /// Tests that a therapist gives, timed by the sensor
    Test(assess::TestArgs),
    /// Print a completion script for a shell
    #[command(hide = true)]
    Completions(extras::CompletionsArgs),
    /// Print the manual page
    #[command(hide = true)]
    Man,
    /// Write completions and manual pages for a package
    #[command(hide = true)]
    Pages(extras::PagesArgs),
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
        Command::Convert(args) => convert::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Pair(args) => pair::run(&args),
        Command::Sensors(args) => sensors::run(&args),
        Command::Live(args) => live::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Accept(args) => accept::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Person(args) => people::run(&args),
        Command::Sessions(args) => sessions::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Trend(args) => trend::run(&args),
        Command::Test(args) => assess::run(&args),
        Command::Completions(args) => extras::completions(&args),
        Command::Man => extras::man(),
        Command::Pages(args) => extras::pages(&args),
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
