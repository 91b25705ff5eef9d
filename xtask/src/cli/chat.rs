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
One of the three is repeatedly killed and restarted: at a random moment, or at one of the points
just before and after a durable write or a message that promises one. The exit code is 0 only if,
at the end, every accepted message is in its recipient's history, exactly once and in order, and
each file is complete or absent.")]
pub(crate) struct Crash {
    /// Number of kills at random moments
    #[arg(long, value_name = "NUMBER", default_value_t = 8)]
    pub(crate) kills: u32,
    /// Crash only at this point
    #[arg(long, value_name = "POINT")]
    pub(crate) point: Option<crash_test::Point>,
    /// Number of crashes at each point
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seeds: u64,
    /// Random seed; it determines who is killed, and when
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask fuzz
  cargo xtask fuzz frames names --time 30s

It needs nightly Rust and cargo-fuzz. New inputs are saved in target/fuzz/found/, and inputs that
fail in fuzz/artifacts/. Copy such an input to fuzz/corpus/TARGET/: the tests replay the corpus.
The exit code is 0 only if no input fails.")]
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
