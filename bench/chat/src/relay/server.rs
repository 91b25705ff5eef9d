//! A relay that runs on a processor of its own, and what it has used.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Child;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::peer::Peer;
use super::processors::Processors;
use crate::error::MeasureError;
use crate::programs;

/// How long a relay may take until it can be connected to.
const START: Duration = Duration::from_secs(20);

/// It ends when this is dropped.
pub(super) struct Server {
    pub(super) peer: Peer,
    pub(super) address: SocketAddr,
    child: Child,
    _dir: TempDir,
}

impl Server {
    /// Starts it, and waits until it can be connected to.
    pub(super) fn start(
        peer: Peer,
        program: &Path,
        processors: &Processors,
    ) -> Result<Self, MeasureError> {
        let dir =
            tempfile::tempdir().map_err(MeasureError::system("make a temporary directory"))?;
        let port = free_port()?;
        let failed = MeasureError::system("start a relay");
        let (output, input) = io::pipe().map_err(&failed)?;
        let mut command = programs::prepare(program, dir.path());
        command
            .args(peer.arguments(port, dir.path())?)
            .stdout(input.try_clone().map_err(&failed)?)
            .stderr(input);
        let child = processors.of_relays(|| command.spawn()).map_err(&failed)?;
        // It holds the writing ends.
        drop(command);
        // From here on it is ended, whatever happens.
        let mut server = Self {
            peer,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            child,
            _dir: dir,
        };
        let lines = lines(output);
        server.address = server.ready(&lines)?;
        Ok(server)
    }

    /// Where it listens, once it says so.
    fn ready(&self, lines: &Receiver<String>) -> Result<SocketAddr, MeasureError> {
        let (name, words) = (self.peer.name(), self.peer.ready());
        let deadline = Instant::now() + START;
        let mut seen = String::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = lines.recv_timeout(left) else {
                let text = format!("{name} did not say `{words}`; it said:\n{seen}");
                return Err(MeasureError::Tool(text));
            };
            if line.contains(words) {
                let own = line.strip_prefix("ready ");
                return Ok(own.and_then(|own| own.parse().ok()).unwrap_or(self.address));
            }
            seen.push_str(&line);
            seen.push('\n');
        }
    }

    /// The processor time that each of its threads has used.
    pub(super) fn cpu(&self) -> Result<CpuTimes, MeasureError> {
        let tasks = format!("/proc/{}/task", self.child.id());
        let failed = MeasureError::system("read the processor time of a relay");
        let mut times = BTreeMap::new();
        for entry in fs::read_dir(tasks).map_err(&failed)?.flatten() {
            // A thread that has ended meanwhile has nothing to say.
            let Ok(text) = fs::read_to_string(entry.path().join("schedstat")) else {
                continue;
            };
            let ran = text.split(' ').next().and_then(|ran| ran.parse().ok());
            times.insert(entry.file_name(), ran.unwrap_or_default());
        }
        Ok(CpuTimes(times))
    }

    /// Its own memory, in bytes: what it shares with files does not count.
    pub(super) fn memory(&self) -> Result<u64, MeasureError> {
        let path = format!("/proc/{}/status", self.child.id());
        let text = fs::read_to_string(path);
        let text = text.map_err(MeasureError::system("read the memory of a relay"))?;
        let kilobytes = text
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB"));
        let kilobytes = kilobytes.and_then(|number| number.trim().parse::<u64>().ok());
        kilobytes
            .map(|kilobytes| kilobytes * 1024)
            .ok_or_else(|| MeasureError::Unexpected("the relay has no memory".to_owned()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails where it has ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Processor time by thread, in nanoseconds.
#[derive(Debug, Default)]
pub(super) struct CpuTimes(BTreeMap<std::ffi::OsString, u64>);

impl CpuTimes {
    /// What was used from then until now. A thread that is gone takes with it what it had used.
    pub(super) fn since(&self, then: &Self) -> Duration {
        let used = self.0.iter().map(|(thread, now)| {
            let before = then.0.get(thread).copied().unwrap_or_default();
            now.saturating_sub(before)
        });
        Duration::from_nanos(used.sum())
    }
}

/// What a program prints, read to its end so that it never has to wait.
fn lines(output: io::PipeReader) -> Receiver<String> {
    let (sender, receiver) = sync_channel(64);
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens once it is ready.
            sender.try_send(line).ok();
        }
    });
    receiver
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16, MeasureError> {
    let failed = MeasureError::system("find a free port");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(&failed)?;
    Ok(listener.local_addr().map_err(&failed)?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(times: &[(&str, u64)]) -> CpuTimes {
        let times = times.iter().map(|(thread, time)| (thread.into(), *time));
        CpuTimes(times.collect())
    }

    #[test]
    fn time_is_counted_of_threads_that_are_new_and_not_of_those_that_are_gone() {
        let then = times(&[("1", 100), ("2", 5_000)]);
        let now = times(&[("1", 130), ("3", 7)]);
        assert_eq!(now.since(&then), Duration::from_nanos(37));
    }
}
