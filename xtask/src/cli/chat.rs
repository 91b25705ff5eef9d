//! What is done with the reference chat alone.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::argument;

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask crash
  cargo xtask crash --kills 1000 --seeds 25 --seed 7
  cargo xtask crash --kills 0 --point client-shown --seeds 25

Two clients write to each other through a relay that keeps mail, and one sends files to the other.
Again and again, one of the three is killed and started again: at any moment, or at one of the
points before and after everything that makes something durable or promises it. The exit code is 0
only if, at the end, every accepted message is in its recipient's history, exactly once and in
order, and each file is whole or absent.")]
pub(crate) struct Crash {
    /// Number of kills at any moment
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    pub(crate) kills: u32,
    /// Only the crashes at this point
    #[arg(long, value_name = "POINT")]
    pub(crate) point: Option<crash_test::Point>,
    /// Number of crashes at each point
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seeds: u64,
    /// Chooses who is killed, and when
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask fuzz
  cargo xtask fuzz frames names --time 30s

It needs nightly Rust and cargo-fuzz. New inputs are saved in target/fuzz/found/, and what broke a
promise in fuzz/artifacts/. Copy that file to fuzz/corpus/TARGET/: the tests play the corpus from
then on. The exit code is 0 only if no promise was broken.")]
pub(crate) struct Fuzz {
    /// Names of targets, from fuzz/corpus/ [default: all]
    #[arg(value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Time for each target (`30s`, `10m`)
    #[arg(long, value_parser = argument::duration, value_name = "TIME", default_value = "10m")]
    pub(crate) time: Duration,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask dist
  cargo xtask dist --out /tmp/release
  SOURCE_DATE_EPOCH=1700000000 cargo xtask dist

Builds chat-client and chat-server for this machine, stripped, and packs each into an archive
(.tar.gz) and a Debian package (.deb) with manual pages, completions, licences and a README.
SHA256SUMS has the digest of each. All files have the time of the commit.")]
pub(crate) struct Dist {
    /// Directory for the packages
    #[arg(long, value_name = "DIR", default_value = "target/packages")]
    pub(crate) out: PathBuf,
}
