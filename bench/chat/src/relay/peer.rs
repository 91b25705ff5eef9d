//! The relays that are compared, and how each is started: with what it has by default, except for limits that would
//! end a connection or slow it down.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::speech::{Bare, Irc, Mqtt, Nats, Ours, Redis, Speech};
use crate::error::MeasureError;
use crate::programs;

/// Who is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    Ours,
    /// Another build of ours.
    Other,
    Bare,
    Redis,
    Nats,
    Mosquitto,
    Ngircd,
}

impl Peer {
    /// Those of this workspace and of others, without other builds.
    pub(super) const ALL: [Self; 6] = [
        Self::Ours,
        Self::Bare,
        Self::Redis,
        Self::Nats,
        Self::Mosquitto,
        Self::Ngircd,
    ];

    /// As the table calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Other => "other",
            Self::Bare => "baseline",
            Self::Redis => "redis",
            Self::Nats => "nats",
            Self::Mosquitto => "mosquitto",
            Self::Ngircd => "ngircd",
        }
    }

    /// Its program, or what to do where it is missing.
    pub(super) fn program(self) -> Result<PathBuf, MeasureError> {
        match self {
            Self::Ours => programs::ours("chat-server"),
            Self::Other => Err(MeasureError::Unexpected("which build?".to_owned())),
            Self::Bare => programs::ours("bare-relay"),
            Self::Redis => programs::installed("redis-server"),
            Self::Nats => programs::installed("nats-server"),
            Self::Mosquitto => programs::installed("mosquitto"),
            Self::Ngircd => programs::installed("ngircd"),
        }
    }

    /// Whether clients log in with a key.
    pub(super) fn has_keys(self) -> bool {
        matches!(self, Self::Ours | Self::Other)
    }

    /// Its arguments; what it reads it finds in the directory.
    pub(super) fn arguments(self, port: u16, dir: &Path) -> Result<Vec<OsString>, MeasureError> {
        let config = dir.join("relay.conf");
        let write = |text: String| fs::write(&config, text).map_err(MeasureError::path(&config));
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        let with_config = |before: &[&str]| {
            let mut all = words(before);
            all.push(config.clone().into());
            all
        };
        Ok(match self {
            Self::Ours | Self::Other => words(&[
                "--keepalive=1h",
                "--login-deadline=10m",
                "--max-connections=20000",
                "--log-file",
                "relay.log",
            ]),
            Self::Bare => Vec::new(),
            Self::Redis => {
                write(format!(
                    "bind 127.0.0.1\nport {port}\nsave \"\"\nappendonly no\nmaxclients 19000\n"
                ))?;
                words(&["relay.conf"])
            }
            Self::Nats => {
                write(format!(
                    "listen: \"127.0.0.1:{port}\"\nping_interval: \"1h\"\nmax_connections: 20000\n"
                ))?;
                with_config(&["--config"])
            }
            Self::Mosquitto => {
                // As whoever measures: its own user could not read the directory.
                write(format!(
                    "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\nlog_dest stderr\n"
                ))?;
                with_config(&["-c"])
            }
            Self::Ngircd => {
                write(format!(
                    "[Global]\nName = irc.bench.invalid\nListen = 127.0.0.1\nPorts = {port}\nServerUID = 0\nServerGID = 0\n\
                     [Limits]\nMaxConnections = 0\nMaxConnectionsIP = 0\nMaxJoins = 0\nMaxPenaltyTime = 0\n\
                     PingTimeout = 3600\nPongTimeout = 3600\n\
                     [Options]\nDNS = no\nIdent = no\nPAM = no\n"
                ))?;
                with_config(&["--nodaemon", "--config"])
            }
        })
    }

    /// A line with these words says that it can be connected to.
    pub(super) fn ready(self) -> &'static str {
        match self {
            Self::Ours | Self::Other | Self::Bare => "ready 127.0.0.1:",
            Self::Redis => "Ready to accept connections",
            Self::Nats => "Server is ready",
            Self::Mosquitto => " running",
            Self::Ngircd => "Now listening on",
        }
    }

    /// One client's side of its protocol.
    pub(super) fn speech(self, client: usize) -> Box<dyn Speech> {
        match self {
            Self::Ours | Self::Other => Box::new(Ours::new(client)),
            Self::Bare => Box::new(Bare(client)),
            Self::Redis => Box::new(Redis(client)),
            Self::Nats => Box::new(Nats::new(client)),
            Self::Mosquitto => Box::new(Mqtt(client)),
            Self::Ngircd => Box::new(Irc(client)),
        }
    }
}
