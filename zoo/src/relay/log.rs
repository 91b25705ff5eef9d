//! What the relay says: on standard output, and in a file.

use std::fs::File;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::path::Path;

use zoo_faults::{Fault, Misdeed};

/// Where what is for standard output goes.
enum Output {
    Stdout,
    /// Writes into an open pipe that nobody reads.
    Lost {
        writer: File,
        _reader: OwnedFd,
    },
}

/// Standard output, and a file that says the same.
pub(super) struct Log {
    name: String,
    output: Output,
    file: Option<File>,
}

impl Log {
    /// # Errors
    ///
    /// When the file cannot be made.
    pub(super) fn open(name: &str, path: Option<&Path>, fault: Fault) -> io::Result<Self> {
        let output = if fault == Fault::Misdeed(Misdeed::LosesItsLog) {
            let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::NONBLOCK)?;
            Output::Lost {
                writer: writer.into(),
                _reader: reader,
            }
        } else {
            Output::Stdout
        };
        Ok(Self {
            name: name.to_owned(),
            output,
            file: path.map(File::create).transpose()?,
        })
    }

    /// Announces that it serves; at once, even if everything else is late.
    pub(super) fn ready(&mut self, address: SocketAddr) -> io::Result<()> {
        self.line(&format!("listening on {address}"))?;
        match self.output {
            Output::Stdout => Ok(()),
            Output::Lost { .. } => print(format!("listening on {address}\n").as_bytes()),
        }
    }

    pub(super) fn line(&mut self, what: &str) -> io::Result<()> {
        let line = format!("{}: {what}\n", self.name);
        if let Some(file) = &mut self.file {
            file.write_all(line.as_bytes())?;
        }
        match &mut self.output {
            Output::Stdout => print(line.as_bytes()),
            // A full pipe loses it, too.
            Output::Lost { writer, .. } => {
                drop(writer.write(line.as_bytes()));
                Ok(())
            }
        }
    }
}

/// On standard output, at once.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
