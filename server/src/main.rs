//! The program `recant`.

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    server::commands::run(server::commands::Arguments::parse())
}
