//! A helper program: it does one thing, prints something, and ends. It opens a client's store and
//! prints the keys that are there, or it builds something.

use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::EngineError;
use crate::input::{Input, Instance};
use crate::participant::handle::ProcessHandle as _;
use crate::participant::limits::{self, INTERVAL, end_children, over};
use crate::participant::process::HELD_OPEN;
use crate::participant::process::Process;
use crate::participant::spawn::Child;
use crate::participant::usage;
use audit::{InvalidOpenedKey, OpenedKey, opened};
use scenario::adapter::Limits;
use timeline::{Ended, Limit, Stream};

/// Bytes that it may print.
const MOST: usize = 1024 * 1024;

/// How long one that was killed may take to be gone.
const GONE: Duration = Duration::from_secs(10);

/// What it has printed and was not yet taken.
const QUEUE: usize = 16;

/// Why a helper has not done its work, in words that follow its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HelperError {
    /// It was ended.
    #[error("has not ended within {within:?}")]
    Overdue { within: Duration },
    /// It was ended.
    #[error("used too much: {}", limit.amount(*used))]
    OverLimit { limit: Limit, used: u64 },
    /// It was ended.
    #[error("printed more than {} MiB", MOST >> 20)]
    PrintedTooMuch,
    /// It was ended.
    #[error("was interrupted")]
    Cancelled,
    /// It says itself that it has failed, or something has ended it.
    #[error("{0}")]
    Failed(Ended),
    /// What it has printed is not all keys.
    #[error("printed rubbish: {0}")]
    Rubbish(#[from] InvalidOpenedKey),
}

/// Which streams of a helper are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Standard output alone. It is kept nowhere: keys may be there, and on standard error.
    Output,
    /// Both, as they come.
    Everything,
}

/// A helper that runs.
pub(crate) struct Helper {
    heard: Heard,
    process: Process,
    inputs: mpsc::Receiver<Input>,
    limits: Limits,
    printed: Vec<u8>,
    /// Streams that have not ended.
    open: u8,
    ended: Option<(Ended, Instant)>,
}

impl Helper {
    /// Attaches to one that was just started; `input` is all that it can read.
    pub(crate) fn attach(
        child: Child,
        who: &str,
        limits: Limits,
        (heard, input): (Heard, &str),
    ) -> Result<Self, EngineError> {
        limits::set(child.pid, &limits);
        let instance = Arc::new(Instance::of(who, 0));
        let (sender, inputs) = mpsc::channel(QUEUE);
        let mut process = Process::attach(child, &instance, &sender)?;
        if !input.is_empty() {
            process.send(input.as_bytes().to_vec());
        }
        process.end_input();
        Ok(Self {
            heard,
            process,
            inputs,
            limits,
            printed: Vec::new(),
            open: 2,
            ended: None,
        })
    }

    /// Waits until it has ended, and reads the keys that it has printed.
    ///
    /// # Errors
    ///
    /// Why there is nothing to be read.
    pub(crate) async fn keys(self, within: Duration) -> Result<Vec<OpenedKey>, HelperError> {
        match self.printed(within, &CancellationToken::new()).await? {
            (Ended::Exit(0), printed) => Ok(opened(&printed)?),
            (how, _) => Err(HelperError::Failed(how)),
        }
    }

    /// Waits until it has ended: how, and what it has printed.
    ///
    /// # Errors
    ///
    /// When it had to be ended.
    pub(crate) async fn printed(
        mut self,
        within: Duration,
        cancel: &CancellationToken,
    ) -> Result<(Ended, Vec<u8>), HelperError> {
        let finished = cancel.run_until_cancelled(self.finish(within)).await;
        let finished = finished.unwrap_or(Err(HelperError::Cancelled));
        if finished.is_err() {
            // It is held while what it has started is ended, or it could start more.
            self.process.signal(Signal::STOP);
            end_children(self.process.pid());
            self.process.signal(Signal::KILL);
            self.gone().await;
        }
        Ok((finished?, self.printed))
    }

    /// Waits until its end was reported: what is dropped before that is not reaped, and keeps a namespace from
    /// ending.
    async fn gone(&mut self) {
        let deadline = Instant::now() + GONE;
        while self.ended.is_none() {
            match timeout_at(deadline, self.inputs.recv()).await {
                Ok(Some(Input::Exited { how, .. })) => self.ended = Some((how, Instant::now())),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return,
            }
        }
    }

    async fn finish(&mut self, within: Duration) -> Result<Ended, HelperError> {
        let deadline = Instant::now() + within;
        let mut watch = Instant::now() + INTERVAL;
        loop {
            let now = Instant::now();
            let held = self.ended.map(|(_, at)| at + HELD_OPEN);
            match self.ended {
                Some((how, _)) if self.open == 0 || held.is_some_and(|due| due <= now) => {
                    return Ok(how);
                }
                _ if now >= deadline => return Err(HelperError::Overdue { within }),
                _ => {}
            }
            if watch <= now {
                let usage = usage::of_trees(&[self.process.pid()]);
                if let Some((limit, used)) = over(&self.limits, &usage) {
                    return Err(HelperError::OverLimit { limit, used });
                }
                watch = now + INTERVAL;
            }
            let next = held.unwrap_or(watch).min(watch).min(deadline);
            if let Ok(Some(input)) = timeout_at(next, self.inputs.recv()).await {
                self.take(input)?;
            }
        }
    }

    fn take(&mut self, input: Input) -> Result<(), HelperError> {
        match input {
            Input::Output { stream, bytes, .. }
                if stream == Stream::Stdout || self.heard == Heard::Everything =>
            {
                self.printed.extend_from_slice(&bytes);
                if self.printed.len() > MOST {
                    return Err(HelperError::PrintedTooMuch);
                }
            }
            Input::OutputEnded { .. } => self.open = self.open.saturating_sub(1),
            Input::Exited { how, .. } => self.ended = Some((how, Instant::now())),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Heard, Helper, HelperError};
    use crate::participant::spawn::{Command, spawn};
    use audit::OpenedKey;
    use scenario::adapter::Limits;

    const LONG: Duration = Duration::from_secs(60);

    /// What becomes of a shell that does this.
    async fn helped(
        script: &str,
        input: &str,
        within: Duration,
    ) -> Result<Vec<OpenedKey>, HelperError> {
        let command = Command::new("/bin/sh")
            .argument("-c")
            .argument(script)
            .variable("PATH", "/bin:/usr/bin");
        let child = spawn(&command).unwrap();
        let limits = Limits::default();
        let helper = Helper::attach(child, "alice", limits, (Heard::Output, input)).unwrap();
        helper.keys(within).await
    }

    #[tokio::test]
    async fn it_is_reported_the_pass_phrase_and_then_that_there_is_no_more() {
        let script = "read phrase; cat; [ \"$phrase\" = 'open sesame' ] && \
            echo message 000102030405060708090a0b0c0d0e0f; echo a key on stderr >&2";
        let keys = helped(script, "open sesame\n", LONG).await.unwrap();
        assert_eq!(keys[0].bytes, (0..16).collect::<Vec<u8>>());
        assert_eq!(helped(script, "another\n", LONG).await, Ok(Vec::new()));
        assert_eq!(helped("cat", "", LONG).await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn who_fails_has_reported_nothing() {
        let key = "echo message 000102030405060708090a0b0c0d0e0f";
        let output_text = [
            (format!("{key}; exit 3"), "ended with status 3"),
            (format!("{key}; kill -9 $$"), "was ended by signal 9"),
            (format!("{key}; echo what"), "printed rubbish: line 2"),
            ("yes message".to_owned(), "printed more than 1 MiB"),
        ];
        for (script, why) in output_text {
            let output_text = helped(&script, "", LONG).await.unwrap_err().to_string();
            assert!(output_text.starts_with(why), "{script}: {output_text}");
        }
    }

    #[tokio::test]
    async fn who_never_ends_is_ended_with_what_it_has_started() {
        let dir = tempfile::tempdir().unwrap();
        let pids = dir.path().join("pids");
        let script = format!(
            "tail -f /dev/null & echo $! > {0}.new; mv {0}.new {0}; wait",
            pids.display()
        );
        // Long enough for it to have started what it starts, on a busy machine.
        let output_text = helped(&script, "", Duration::from_secs(3)).await;
        assert_eq!(
            output_text.unwrap_err().to_string(),
            "has not ended within 3s"
        );
        let pid = std::fs::read_to_string(&pids).unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        // Gone, or dead and not yet waited for.
        assert!(stat.is_err() || stat.unwrap().contains(") Z "));
    }
}
