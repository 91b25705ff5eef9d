//! What can be typed.

mod chat;
mod misspelt;
mod submissions;

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use harness::Shard;
use report::terminal::Detail;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use chat::{Crash, Dist, Fuzz};
pub(crate) use misspelt::parse;
pub(crate) use submissions::{Grade, Try};

use crate::argument;

/// End-to-end tests and live demos for encrypted chat.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Directory for saved runs [default: `reports/` in the repository]
    #[arg(long, global = true, value_name = "DIR", display_order = 100)]
    pub(crate) reports: Option<PathBuf>,
}

/// Commands, in the order in which people meet them.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show a scenario to an audience, step by step
    Demo(Demo),
    /// Play scenarios and judge them
    Test(Test),
    /// Play a scenario with many clients at once, and measure
    Load(Load),
    /// Grade the submissions of a class by a rubric
    Grade(Grade),
    /// Play a scenario with the programs in a directory or an archive
    Try(Try),
    /// Show a saved run, or merge the shards of one
    Report(Report),
    /// Judge a saved run again from its timelines, without starting a process
    Replay(Replay),
    /// Find mistakes in scenarios and adapters without playing them
    Check(Check),
    /// Explain what a scenario will do, or what an error code means
    Explain(Explain),
    /// List scenarios with their titles and tags
    List(List),
    /// Write a commented file to start from
    New(New),
    /// Report what this machine can do, and how to make it do more
    Doctor(Doctor),
    /// Measure the harness against the simplest program that does the same
    Bench(Bench),
    /// Build release archives and Debian packages of the chat
    Dist(Dist),
    /// Kill relay and clients repeatedly, and verify that nothing accepted is lost
    Crash(Crash),
    /// Fuzz parsers and stores
    Fuzz(Fuzz),
    /// Play a chat with each of a hundred faults, and verify that each one is detected
    Zoo(Zoo),
    /// Check the rules of the repository itself
    Tidy,
    /// Run every check that a change must pass
    Ci(Ci),
    /// Write the JSON schemas and the generated parts of the documentation
    Schema(Schema),
    /// Print a completion script for a shell
    Completions(Completions),
}

/// How strongly to isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// Stop only the processes that were started directly
    None,
    /// Also find and kill processes left behind; ports are shared with the machine
    Reaper,
    /// Also give each play its own network and process namespaces
    Namespaces,
}

impl From<Level> for timeline::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::None => Self::None,
            Level::Reaper => Self::Reaper,
            Level::Namespaces => Self::Namespaces,
        }
    }
}

impl From<timeline::Level> for Level {
    fn from(level: timeline::Level) -> Self {
        match level {
            timeline::Level::None => Self::None,
            timeline::Level::Reaper => Self::Reaper,
            timeline::Level::Namespaces => Self::Namespaces,
        }
    }
}

/// Options that `demo` and `test` share.
#[derive(Args, Clone, Debug)]
pub(crate) struct Staging {
    /// Implementation to play with: a file in `adapters/` without its extension, or a path
    #[arg(long, default_value = "reference", value_name = "NAME|PATH")]
    pub(crate) adapter: String,
    /// Override a setting of the adapter; repeatable
    #[arg(long = "set", value_parser = argument::setting, value_name = "NAME=VALUE")]
    pub(crate) settings: Vec<(String, String)>,
    /// Random seed [default: a new one each run]
    #[arg(long, value_name = "NUMBER", value_parser = argument::from_0::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// Isolation level [default: the strongest that works here]
    #[arg(long)]
    pub(crate) level: Option<Level>,
}

impl Staging {
    /// The seed that was asked for, or a fresh one.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or_else(harness::fresh_seed)
    }
}

/// How much is printed.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Verbosity {
    /// Print failures and the summary only
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    /// Print all details of failures and searches
    #[arg(long, short)]
    verbose: bool,
}

impl Verbosity {
    /// The same for reports.
    pub(crate) fn detail(self) -> Detail {
        match self {
            Self { quiet: true, .. } => Detail::Quiet,
            Self { verbose: true, .. } => Detail::Full,
            Self { .. } => Detail::Usual,
        }
    }
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask demo three-clients
  cargo xtask demo three-clients --auto 2s
  cargo xtask demo three-clients --web
  cargo xtask demo three-clients --adapter ./mine.toml
  cargo xtask demo three-clients --relay nosy")]
pub(crate) struct Demo {
    /// Id of a scenario, or its last part; without it, you choose from a list
    pub(crate) name: Option<String>,
    /// Advance automatically after this pause (`2s`, `500ms`) instead of waiting for a key
    #[arg(long, value_parser = argument::duration, value_name = "PAUSE")]
    pub(crate) auto: Option<Duration>,
    #[command(flatten)]
    pub(crate) recording: Recording,
    /// Show it in a browser, where the audience can type and send files
    #[arg(long, conflicts_with_all = ["auto", "ui"])]
    pub(crate) web: bool,
    /// Use a bad relay from the zoo, for contrast; the verdict is PLAINTEXT
    #[arg(long, conflicts_with_all = ["adapter", "settings"])]
    pub(crate) relay: Option<Relay>,
    /// How to show it [default: `stage` if the terminal is large enough]
    #[arg(long)]
    pub(crate) ui: Option<Ui>,
    #[command(flatten)]
    pub(crate) staging: Staging,
}

/// What is recorded.
#[derive(Args, Debug)]
pub(crate) struct Recording {
    /// Record the stage to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Format of the recording
    #[arg(
        long,
        value_name = "VERSION",
        requires = "record",
        default_value = "v3"
    )]
    pub(crate) cast: Cast,
}

/// A version of asciicast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cast {
    /// For asciinema 2, which plays nothing newer
    V2,
    /// For asciinema 3 and asciinema-player
    V3,
}

/// How a demo is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ui {
    /// Full screen: clients side by side, the relay in the middle
    Stage,
    /// Lines, one after another
    Stream,
}

/// Relays to be warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Relay {
    /// Decrypts and logs what it forwards
    Nosy,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask test
  cargo xtask test basics three-clients
  cargo xtask test --tag leaving --jobs 1
  cargo xtask test three-clients --repeat 50
  cargo xtask test --retries 2 --timeout 60s --fail-fast
  cargo xtask test --shard 2/8 --seed 1
  cargo xtask test --rerun latest
  cargo xtask test three-clients --accept")]
pub(crate) struct Test {
    /// Ids of scenarios, parts of ids, or paths of files and directories [default: all]
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// Only scenarios with this tag; repeatable
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
    /// Run each scenario N times; any that does not pass every time is FLAKY
    #[arg(long, default_value = "1", value_name = "N", value_parser = argument::from_1::<NonZeroU32>, allow_negative_numbers = true)]
    pub(crate) repeat: NonZeroU32,
    /// Retry failures up to N times; a scenario that passes on retry is FLAKY and still counts as failed
    #[arg(long, default_value = "0", value_name = "N", conflicts_with = "repeat", value_parser = argument::from_0::<u32>, allow_negative_numbers = true)]
    pub(crate) retries: u32,
    /// Time limit of each play (`60s`, `500ms`); a play that exceeds it fails
    #[arg(long, value_parser = argument::duration, value_name = "TIME")]
    pub(crate) timeout: Option<Duration>,
    /// Run only one shard, for example `2/8`; `report --merge` merges the shards
    #[arg(long, value_name = "PART/PARTS")]
    pub(crate) shard: Option<Shard>,
    /// Balance the shards by the times of a saved run; pass the same run to every shard
    #[arg(long, value_name = "RUN", requires = "shard")]
    pub(crate) balance: Option<String>,
    /// Rerun what failed or was not played in a saved run, with its adapter and seed
    #[arg(long, value_name = "RUN", conflicts_with_all = ["filters", "tags", "adapter", "settings", "shard"])]
    pub(crate) rerun: Option<String>,
    /// Stop after the first failure
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// Number of plays at a time [default: one per processor]
    #[arg(long, value_name = "N", value_parser = argument::from_1::<NonZeroUsize>, allow_negative_numbers = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Store what this run shows as the new snapshots
    #[arg(long)]
    pub(crate) accept: bool,
    /// Play each scenario in at least this many pairs, once with its own texts and once with others
    /// of the same size: what the relay holds must not depend on the texts
    #[arg(long, value_name = "PAIRS", num_args = 0..=1, require_equals = true, default_missing_value = "3")]
    pub(crate) differential: Option<NonZeroU32>,
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
    #[command(flatten)]
    pub(crate) staging: Staging,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask load pairs
  cargo xtask load pairs --clients 200 --for 30s
  cargo xtask load three-clients --clients 60 --for 10s --say everyone
  cargo xtask load pairs --adapter ./mine.toml --seed 1

A group has as many clients as the scenario: a scenario of two is played in pairs. The scenario's
table [load] provides defaults for what the command line leaves out.")]
pub(crate) struct Load {
    /// Id of a scenario, or its last part
    pub(crate) name: String,
    /// Number of clients, rounded to whole groups [default: 50]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) clients: Option<u32>,
    /// How long to keep starting rounds [default: 10s]
    #[arg(long = "for", value_parser = argument::duration, value_name = "TIME")]
    pub(crate) length: Option<Duration>,
    /// Who receives public messages [default: group]
    #[arg(long, value_name = "WHO")]
    pub(crate) say: Option<Hearing>,
    /// Print the figures as JSON, as in load.json
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
    #[command(flatten)]
    pub(crate) staging: Staging,
}

/// Who receives public messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hearing {
    /// Every client: traffic grows with the square of their number
    Everyone,
    /// Only the sender's group, each member by a private message
    Group,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask report
  cargo xtask report reports/20261121-074151.085-11420
  cargo xtask report --merge shard-1 shard-2 shard-3")]
pub(crate) struct Report {
    /// Directory of a saved run, or its name in `reports/` [default: the latest]
    pub(crate) run: Option<String>,
    /// Merge these runs into a new one and report it
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with = "run")]
    pub(crate) merge: Vec<String>,
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask replay latest
  cargo xtask replay latest three-clients --ui
  cargo xtask replay latest three-clients --still 2 > step-2.svg
  cargo xtask replay ~/Downloads/xtask-report three-clients
  cargo xtask replay latest --adapter adapters/mine.toml")]
pub(crate) struct Replay {
    /// Directory of a saved run, or its name in `reports/`
    pub(crate) run: String,
    /// Only this scenario: its id, or its last part
    pub(crate) scenario: Option<String>,
    /// Match the saved lines against the `[client.events]` of this adapter, a name in `adapters/`
    /// or a path. The file must have the same name as the adapter of the run
    #[arg(long, value_name = "FILE")]
    pub(crate) adapter: Option<String>,
    /// Show one play on the stage, step by step
    #[arg(long)]
    pub(crate) ui: bool,
    #[command(flatten)]
    pub(crate) recording: Recording,
    /// Print the stage of one play after this step, as SVG
    #[arg(long, value_name = "STEP", conflicts_with_all = ["ui", "record"])]
    pub(crate) still: Option<usize>,
    /// With --ui: advance automatically after this pause instead of waiting for a key
    #[arg(long, value_parser = argument::duration, value_name = "PAUSE", requires = "ui")]
    pub(crate) auto: Option<Duration>,
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask check
  cargo xtask check three-clients
  cargo xtask check scenarios/basics/three-clients.toml adapters/reference.toml
  cargo xtask check adapters/mine.toml --try")]
pub(crate) struct Check {
    /// Ids or paths of scenarios, names or paths of adapters [default: everything]
    pub(crate) files: Vec<String>,
    /// Try an adapter: start its programs, log in, say something, send a file, leave
    #[arg(long = "try", requires = "files")]
    pub(crate) tried: bool,
    /// With --try: override a setting of the adapter; repeatable
    #[arg(long = "set", value_parser = argument::setting, value_name = "NAME=VALUE", requires = "tried")]
    pub(crate) settings: Vec<(String, String)>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask explain three-clients
  cargo xtask explain S0104")]
pub(crate) struct Explain {
    /// Id of a scenario, or the code of an error
    pub(crate) what: String,
    #[command(flatten)]
    pub(crate) staging: Staging,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask list
  cargo xtask list leaving
  cargo xtask list --tag audit")]
pub(crate) struct List {
    /// Parts of ids [default: all]
    #[arg(value_name = "FILTER")]
    pub(crate) filters: Vec<String>,
    /// Only scenarios with this tag; repeatable
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<String>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask new scenario lessons/first
  cargo xtask new rubric course/rubric.toml
  cargo xtask new adapter ./my-chat")]
pub(crate) struct New {
    #[command(subcommand)]
    pub(crate) file: NewFile,
}

/// What `new` can write.
#[derive(Debug, Subcommand)]
pub(crate) enum NewFile {
    /// A scenario in `scenarios/`
    Scenario {
        /// Its id: a name, with directories if you like
        name: String,
    },
    /// A rubric for `cargo xtask grade`
    Rubric {
        /// Where to write it
        path: PathBuf,
    },
    /// An adapter for the programs in a directory, derived by reading and running them
    Adapter(NewAdapter),
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask new adapter ./my-chat
  cargo xtask new adapter ./my-chat --out adapters/mine.toml

On a terminal it shows what the programs printed and asks what it could not find out.")]
pub(crate) struct NewAdapter {
    /// Directory with the sources of a relay and a client
    pub(crate) dir: PathBuf,
    /// Where to write it [default: `adapter.toml` in the directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Isolation level [default: the strongest that works here]
    #[arg(long)]
    pub(crate) level: Option<Level>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask doctor
  cargo xtask doctor --links")]
pub(crate) struct Doctor {
    /// Compare the network behind a tap with the network without one
    #[arg(long)]
    pub(crate) links: bool,
}

#[derive(Args, Debug)]
#[command(
    disable_help_flag = true,
    after_help = "Examples:
  cargo xtask bench --help
  cargo xtask bench stage
  cargo xtask bench relay --quick
  cargo xtask bench tap --json --rounds 30"
)]
pub(crate) struct Bench {
    /// An area (audit, chat, harness, length, page, relay, stage or tap) and its options; `--help` explains them, after building the benchmarks
    #[arg(
        value_name = "ARGUMENTS",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask zoo
  cargo xtask zoo log-hex memory-text honest
  cargo xtask zoo --quick
  cargo xtask zoo --json

docs/zoo.md describes each fault. The exit code is 0 only if the last line is
`N caught, 0 missed, M harmless, 0 false alarms`.")]
pub(crate) struct Zoo {
    /// Names of faults [default: all]
    #[arg(value_name = "FAULT")]
    pub(crate) names: Vec<String>,
    /// Skip the relays in other languages, which take about thirty plays each
    #[arg(long, conflicts_with = "names")]
    pub(crate) quick: bool,
    /// Print one JSON object per fault instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Number of plays at a time [default: one per processor]
    #[arg(long, value_name = "N", value_parser = argument::from_1::<NonZeroUsize>, allow_negative_numbers = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Random seed [default: a new one each run]
    #[arg(long, value_name = "NUMBER", value_parser = argument::from_0::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// Isolation level [default: the strongest that works here]
    #[arg(long)]
    pub(crate) level: Option<Level>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask ci
  cargo xtask ci --only clippy
  cargo xtask ci --skip advisories --skip typos")]
pub(crate) struct Ci {
    /// Run only this step; repeatable
    #[arg(long, value_name = "STEP")]
    pub(crate) only: Vec<crate::ci::Step>,
    /// Skip this step; repeatable
    #[arg(long, value_name = "STEP")]
    pub(crate) skip: Vec<crate::ci::Step>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask schema
  cargo xtask schema --check
  cargo xtask schema --pictures")]
pub(crate) struct Schema {
    /// Write nothing; fail if something is out of date
    #[arg(long)]
    pub(crate) check: bool,

    /// Also play the scenario in docs/pictures again, and take the screenshots in a browser
    #[arg(long, conflicts_with = "check")]
    pub(crate) pictures: bool,
}

#[derive(Args, Debug)]
#[command(
    after_help = "It defines a function `xtask`, which calls `cargo xtask`, and completes that. To install:
  cargo xtask completions bash > ~/.xtask.bash; echo '. ~/.xtask.bash' >> ~/.bashrc
  cargo xtask completions zsh > ~/.xtask.zsh; echo '. ~/.xtask.zsh' >> ~/.zshrc   (after compinit)
  cargo xtask completions fish > ~/.config/fish/conf.d/xtask.fish"
)]
pub(crate) struct Completions {
    /// The shell
    pub(crate) shell: CompletedShell,
}

/// A shell that has a completion script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletedShell {
    /// Source the script in `~/.bashrc`
    Bash,
    /// Save the script in `~/.config/fish/conf.d`
    Fish,
    /// Source the script in `~/.zshrc`, after `compinit`
    Zsh,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_number_is_answered_by_what_is_right() {
        let answer = |arguments: [&str; 2]| {
            let typed = ["xtask", "test"].into_iter().chain(arguments);
            Cli::try_parse_from(typed)
                .err()
                .map_or_else(String::new, |error| error.to_string())
        };
        for (option, value, right) in [
            ("--jobs", "0", "a whole number, 1 or more"),
            ("--jobs", "x", "a whole number, 1 or more"),
            ("--repeat", "-1", "a whole number, 1 or more"),
            ("--seed", "-3", "a whole number, 0 or more"),
            ("--timeout", "5", "a number with its unit, such as 500ms"),
        ] {
            let answer = answer([option, value]);
            assert!(answer.contains(right), "{option} {value}: {answer}");
            assert!(!answer.contains("tip:"), "{answer}");
        }
    }

    #[test]
    fn who_writes_an_argument_in_another_way_is_reported_the_right_one() {
        let message = |arguments: &[&str]| {
            let words = ["xtask", "demo", "first"].iter().chain(arguments);
            let parsed = Cli::try_parse_from(words).map(drop);
            parsed
                .err()
                .map_or_else(String::new, |error| error.to_string())
        };
        let setting = message(&["--set", "colour"]);
        assert!(setting.contains("write it like NAME=VALUE"), "{setting}");
        let pause = message(&["--auto", "soon"]);
        assert!(pause.contains("such as 500ms, 2s or 10m"), "{pause}");
    }
}
