//! What the chat costs, measured against other programs that do the same and the simplest one that does. All are measured
//! in turns in one run, so that whatever the machine is doing affects all of them.
//!
//! Programs run on a processor of their own, and what they use is counted in their processor time: it depends less than
//! the time on the wall on what else the machine is doing.

mod bare;
mod chat;
mod error;
mod keys;
mod programs;
mod relay;

use std::io::{self, Write as _};
use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

/// Measure the chat against other programs that do the same
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask bench",
    bin_name = "cargo xtask bench",
    override_usage = "cargo xtask bench [OPTIONS] <AREA>",
    after_help = "Examples:
  cargo xtask bench chat
  cargo xtask bench relay --quick
  cargo xtask bench relay --json"
)]
struct Arguments {
    /// What to measure
    area: Area,
    /// Measure less: for small machines
    #[arg(long)]
    quick: bool,
    /// Print one JSON object per row instead of a table
    #[arg(long)]
    json: bool,
    /// Measure N times, where that takes no longer than five rounds, and take the median
    #[arg(long, default_value = "5", value_name = "N")]
    rounds: NonZeroU32,
    /// Measure another build of chat-server as well (relay)
    #[arg(long, value_name = "PROGRAM")]
    beside: Option<PathBuf>,
    /// The root of the workspace; `cargo xtask bench` sets it
    #[arg(long, hide = true)]
    workspace: PathBuf,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Area {
    /// What a client does itself: sealing and opening
    Chat,
    /// Our relay against others and against the least that passes messages on: processor time, latency, memory, logins
    Relay,
}

/// The whole program: measures, prints, and fails if a goal is missed.
pub fn main() -> ExitCode {
    let Arguments {
        area,
        quick,
        json,
        rounds,
        beside,
        workspace,
    } = Arguments::parse();
    let rows = match area {
        Area::Chat => chat::measure(&workspace, rounds.get(), quick),
        Area::Relay => relay::measure(&workspace, (rounds.get(), quick), beside.as_deref()),
    };
    match rows {
        Ok(rows) => comparison::print(&rows, json),
        Err(error) => {
            narrate(&format!("error: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The least that a relay can be, as a program: says where it listens, and passes frames on until it is killed.
pub fn bare_relay() -> ExitCode {
    let relay = || {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            writeln!(io::stdout(), "ready {}", listener.local_addr()?)?;
            bare::relay(listener).await
        })
    };
    let ended: io::Result<()> = relay();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            narrate(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn narrate(line: &str) {
    writeln!(io::stderr(), "{line}").ok();
}
