//! Why the relay did not start, or did not go on.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::{RunError, StoreError};
use toml_language::Problems;

use crate::exit_code::Exit;

/// What went wrong, for whoever started the relay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Usage(#[from] clap::Error),
    #[error(transparent)]
    Config(#[from] Problems),
    #[error("{0} is reachable from other machines, which needs TLS")]
    NeedsTls(SocketAddr),
    #[error("this program was built without TLS, so it cannot run with --tls")]
    BuiltWithoutTls,
    #[error("{0} is reachable from other machines, and the metrics are for this one")]
    Metrics(SocketAddr),
    #[error("another program already listens on {0}")]
    Busy(SocketAddr),
    #[error("cannot listen on {address}: {source}")]
    Bind {
        address: SocketAddr,
        source: io::Error,
    },
    #[error(transparent)]
    Data(#[from] StoreError),
    #[error("cannot write the log file {}: {source}", path.display())]
    LogFile { path: PathBuf, source: io::Error },
    #[error("nobody has the name {0}")]
    NobodyHas(chat_protocol::Name),
    #[error("cannot write to stdout: {0}")]
    Ready(io::Error),
    #[error("the system refuses what the relay needs to run: {0}")]
    Runtime(io::Error),
    #[error(transparent)]
    Run(#[from] RunError),
}

impl StartError {
    /// Tells whoever started the relay, and gives the exit code.
    pub(crate) fn report(&self) -> Exit {
        let mut out = io::stderr().lock();
        if let Self::Config(problems) = self {
            // Where stderr is closed the exit code still tells.
            out.write_all(problems.render(false).as_bytes()).ok();
            return self.exit();
        }
        let hint = self.hint().map(|hint| format!("hint: {hint}\n"));
        // Where stderr is closed the exit code still tells.
        write!(out, "error: {self}\n{}", hint.unwrap_or_default()).ok();
        self.exit()
    }

    fn exit(&self) -> Exit {
        match self {
            Self::Usage(_)
            | Self::Config(_)
            | Self::NeedsTls(_)
            | Self::BuiltWithoutTls
            | Self::Metrics(_)
            | Self::NobodyHas(_) => Exit::Usage,
            Self::Busy(_)
            | Self::Bind { .. }
            | Self::Data(_)
            | Self::LogFile { .. }
            | Self::Ready(_)
            | Self::Runtime(_) => Exit::Environment,
            Self::Run(_) => Exit::Failed,
        }
    }

    /// What can be done about it.
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NeedsTls(_) => {
                Some("add --tls, or listen on this machine alone: 127.0.0.1 or [::1]")
            }
            Self::BuiltWithoutTls => {
                Some("build it with TLS: cargo build --release -p chat-server")
            }
            Self::Metrics(_) => {
                Some("give an address of this machine alone: --metrics 127.0.0.1:9464")
            }
            Self::NobodyHas(_) => Some("directory.json in the data folder has all names"),
            Self::Busy(_) => Some("stop it, or use a free port: --listen 127.0.0.1:0"),
            Self::Bind { .. } => Some("use an address of this machine and a port above 1023"),
            Self::Data(StoreError::Unwritable { .. }) => {
                Some("give a folder that you can write to: --data DIR")
            }
            Self::Data(StoreError::InUse(_)) => {
                Some("stop the other relay, or give another folder: --data DIR")
            }
            Self::Data(StoreError::Unreadable { .. }) => Some("check the permissions of the file"),
            Self::Data(StoreError::Damaged { .. } | StoreError::Version { .. }) => {
                Some("restore the file from a copy, or move it away: then every name is free")
            }
            Self::Data(StoreError::NoKey(_)) => Some(
                "restore the file from a copy, or move it away: then clients that know the relay refuse its new key",
            ),
            Self::Data(StoreError::Mail { .. }) => Some(
                "restore the file from a copy, or move it away: then the waiting mail is lost; --no-mail runs without mail",
            ),
            Self::LogFile { .. } => Some("give a file in a folder that you can write to"),
            Self::Usage(_) | Self::Config(_) | Self::Ready(_) | Self::Runtime(_) | Self::Run(_) => {
                None
            }
        }
    }
}
