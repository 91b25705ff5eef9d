//! The arguments.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use crate::Settings;
use chat_protocol::Name;
use clap::{ArgAction, CommandFactory as _, FromArgMatches as _};

use crate::config;
use crate::error::StartError;

/// The relay of the chat: forwards envelopes that it cannot open.
///
/// Prints one line on stdout when clients can connect, `ready 127.0.0.1:43210`, and logs
/// JSON lines to stderr. Shuts down on SIGTERM or SIGINT, after saying goodbye to every client.
#[derive(Debug, clap::Parser)]
#[command(name = "chat-server", version, max_term_width = 90, after_long_help = EXAMPLES)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Read options from this file: TOML whose keys are the options below, without their dashes. What is typed here
    /// counts for more.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Check the options and --config, and start nothing.
    #[arg(long)]
    pub(crate) check_config: bool,

    /// Address to listen on: loopback, or any with --tls; port 0 means any free port.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,

    /// Encrypt all connections (TLS 1.3). The certificate is made from the relay's key, by which clients know it: the
    /// one that `chat-server key` shows.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "false", default_missing_value = "true", action = ArgAction::Set)]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    pub(crate) tls: bool,

    /// The relay's name. Clients sign it in their login.
    #[arg(long, default_value = "relay")]
    name: Name,

    /// Store the relay's key, names with their keys, and mail for absent people in this folder; without it no mail
    /// is kept, names are forgotten at exit, and clients refuse the next relay at this address.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,

    /// Keep no mail for those who are away.
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true)]
    #[arg(default_value = "false", default_missing_value = "true", action = ArgAction::Set)]
    #[arg(hide_default_value = true, hide_possible_values = true)]
    pub(crate) no_mail: bool,

    /// Ping a client after this much silence and cut it off after twice as much; 0 for never.
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = duration)]
    keepalive: Duration,

    /// Time limit for a login.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = positive)]
    login_deadline: Duration,

    /// Maximum number of connections at a time.
    #[arg(long, value_name = "NUMBER", default_value = "1024")]
    max_connections: NonZeroU32,

    /// Show counters for Prometheus at this address of this machine: http://ADDRESS:PORT/metrics. They name nobody.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) metrics: Option<SocketAddr>,

    /// Append the log to this file as well.
    #[arg(long, value_name = "PATH")]
    pub(crate) log_file: Option<PathBuf>,

    /// Log level; `debug` logs every message that is forwarded.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    pub(crate) log_level: LogLevel,
}

/// What can be done besides running the relay.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Forget(Forget),
    Key(Key),
}

/// Show the relay's key, by which clients know it
///
/// Users compare it with what /relay shows, or give it as --relay-key.
#[derive(Debug, clap::Args)]
pub(crate) struct Key {
    /// The relay's data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// Release a name: whoever logs in with it next owns it
///
/// Stop the relay that uses the folder first. People who have pinned the name's key are warned when
/// somebody else uses it.
#[derive(Debug, clap::Args)]
pub(crate) struct Forget {
    /// The name to release
    pub(crate) name: Name,
    /// The relay's data folder
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

/// How much to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
}

const EXAMPLES: &str = "\
Examples:
  chat-server
      any free port of this machine; names are forgotten at exit
  chat-server --listen 127.0.0.1:7000 --data relay-data
      a fixed port; names stay bound to their keys across restarts
  chat-server --listen 0.0.0.0:7000 --tls --data relay-data
      for other machines as well
  chat-server --config /etc/chat-server/config.toml --check-config
      checks a configuration file
  chat-server forget mallory --data relay-data
      frees the name mallory
  chat-server key --data relay-data
      shows the key that clients remember the relay by
  chat-server --keepalive 500ms --log-level debug --log-file relay.log
      notices dead clients within a second, logs who sends to whom

Exit codes:
  0 stopped as requested, 1 fault of the relay, 2 wrong arguments,
  5 environment: the port is in use, or a folder or file cannot be written";

impl Cli {
    /// What was typed, and what the file says that was named there.
    pub(crate) fn read() -> Result<Self, StartError> {
        let command = Self::command();
        let typed = command.clone().try_get_matches()?;
        let Some(path) = typed.get_one::<PathBuf>("config") else {
            return Ok(Self::from_arg_matches(&typed)?);
        };
        let of_file = config::arguments(path, &command, &typed)?;
        let mut all: Vec<OsString> = std::env::args_os().collect();
        all.splice(1.min(all.len())..1.min(all.len()), of_file);
        Ok(Self::from_arg_matches(&command.try_get_matches_from(all)?)?)
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            name: self.name.clone(),
            tls: self.tls,
            keepalive: (!self.keepalive.is_zero()).then_some(self.keepalive),
            login_deadline: self.login_deadline,
            max_connections: usize::try_from(self.max_connections.get())
                .unwrap_or(usize::MAX)
                .min(MAX_CONNECTIONS),
        }
    }
}

/// More than any system has descriptors; what the semaphore can count is far above.
const MAX_CONNECTIONS: usize = 1 << 20;

/// A time as people write it: a whole number with `ms`, `s`, `m` or `h`; 0 needs no unit.
fn duration(text: &str) -> Result<Duration, InvalidDuration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| InvalidDuration::Unreadable)?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        "" if number == 0 => 0,
        _ => return Err(InvalidDuration::Unreadable),
    };
    let time = number.checked_mul(milliseconds);
    let time = time.filter(|time| *time <= MAX_MILLISECONDS);
    time.map(Duration::from_millis)
        .ok_or(InvalidDuration::TooLong)
}

fn positive(text: &str) -> Result<Duration, InvalidDuration> {
    let time = duration(text)?;
    if time.is_zero() {
        return Err(InvalidDuration::Zero);
    }
    Ok(time)
}

/// A day, so that sums of times never overflow.
const MAX_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum InvalidDuration {
    #[error("a time is a whole number and a unit: 500ms, 20s, 2m, 1h")]
    Unreadable,
    #[error("a time is at most 24h")]
    TooLong,
    #[error("this time must be more than 0")]
    Zero,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("20s"), Ok(Duration::from_secs(20)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(duration("24h"), Ok(Duration::from_secs(86_400)));
        assert_eq!(duration("0"), Ok(Duration::ZERO));
    }

    #[test]
    fn times_without_sense_are_refused() {
        for text in [
            "",
            "s",
            "5",
            "-1s",
            "1.5s",
            "20 s",
            "1d",
            "99999999999999999999s",
        ] {
            assert_eq!(duration(text), Err(InvalidDuration::Unreadable), "{text:?}");
        }
        assert_eq!(duration("25h"), Err(InvalidDuration::TooLong));
        assert_eq!(
            duration("18446744073709551615h"),
            Err(InvalidDuration::TooLong)
        );
        assert_eq!(positive("0s"), Err(InvalidDuration::Zero));
    }
}
