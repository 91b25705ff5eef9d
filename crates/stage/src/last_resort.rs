//! The last resort: what ends a run when the harness itself does not end in time.
//!
//! Everything that a play waits for has a deadline. What is held up nevertheless, by a file
//! system that does not answer or by a reader of our output that reads no more, would hold up
//! the run for ever. So a thread of its own waits beside it. From the moment when it acts it takes
//! no lock that another thread may hold, and it needs no runtime.

use std::fs::File;
use std::io;
use std::process::exit;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::getpid;
use rustix::stdio::{dup2_stdout, stderr};

use crate::participant::limits::end_children;

/// How long a run may take to end, from the moment when it is to.
pub const WITHIN: Duration = Duration::from_secs(5);

/// Who wakes so long after the time did not run before.
const STOPPED: Duration = Duration::from_secs(1);

/// What the process ends with: a fault of the harness.
const FAULT: i32 = 101;

/// How long is waited for standard error to take the sentence.
const TO_SAY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// Waits for an end that is late. It acts no more when this is dropped.
#[derive(Debug)]
pub struct LastResort(SyncSender<(Instant, String)>);

impl LastResort {
    /// Makes the thread, which there may be no means for any more when it is needed.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn ready() -> io::Result<Self> {
        let (arm, armed) = sync_channel(1);
        let thread = std::thread::Builder::new().name("last resort".to_owned());
        thread.spawn(move || watch(&armed))?;
        Ok(Self(arm))
    }

    /// Unless this is dropped by then, everything that the harness has started is killed, and
    /// the process ends with 101 and says `what` it waited for. What is due first counts.
    pub fn arm(&self, by: Instant, what: impl Into<String>) {
        // The thread goes only with the process, or with this; and nobody may wait here.
        self.0.try_send((by, what.into())).ok();
    }
}

fn watch(armed: &Receiver<(Instant, String)>) {
    let Ok((mut by, mut what)) = armed.recv() else {
        return;
    };
    loop {
        let left = by.saturating_duration_since(Instant::now());
        match armed.recv_timeout(left) {
            Ok(sooner) if sooner.0 < by => (by, what) = sooner,
            Ok(_) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            // Whoever wakes so late was stopped, and everything else with it.
            Err(RecvTimeoutError::Timeout) if by.elapsed() > STOPPED => {
                by = Instant::now() + WITHIN;
            }
            Err(RecvTimeoutError::Timeout) => act(&what),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "destructors take locks, and wait for what holds the process up"
)]
fn act(what: &str) -> ! {
    end_children(getpid().as_raw_nonzero().get());
    say(&format!(
        "error: fault of the harness: it did not end {what}; what it had started is killed, and \
         files of its plays may be left in {}\n",
        std::env::temp_dir().display()
    ));
    // What is buffered for a reader who does not read would hold up the end.
    if let Ok(nowhere) = File::options().write(true).open("/dev/null") {
        dup2_stdout(nowhere).ok();
    }
    exit(FAULT)
}

/// Writes to standard error, past those who wait there, and only if that does not block.
fn say(sentence: &str) {
    let mut ready = [PollFd::from_borrowed_fd(stderr(), PollFlags::OUT)];
    if poll(&mut ready, Some(&TO_SAY)).is_ok_and(|ready| ready > 0) {
        rustix::io::write(stderr(), sentence.as_bytes()).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Read as _;
    use std::time::{Duration, Instant};

    use super::LastResort;
    use crate::participant::spawn::{Command, spawn, wait_blocking};
    use timeline::Ended;

    const INSIDE: &str = "LAST_RESORT_IS_TRIED";

    /// Not a test of its own: what the one after it starts.
    #[test]
    fn a_process_that_does_not_end() {
        if std::env::var_os(INSIDE).is_none() {
            return;
        }
        let child = Command::new("/bin/sh")
            .argument("-c")
            .argument("exec sleep 1000");
        let child = spawn(&child).unwrap();
        println!("it has started {}", child.pid);
        let _held = (std::io::stdout().lock(), std::io::stderr().lock());
        let last_resort = LastResort::ready().unwrap();
        last_resort.arm(Instant::now(), "when it was tried");
        loop {
            std::thread::park();
        }
    }

    #[test]
    fn who_does_not_end_is_ended_with_all_that_was_started_and_a_sentence() {
        let tried = Command::new(std::env::current_exe().unwrap())
            .argument("--exact")
            .argument("last_resort::tests::a_process_that_does_not_end")
            .argument("--nocapture")
            .variable(INSIDE, "");
        let tried = spawn(&tried).unwrap();
        let (mut output, mut sentence) = (String::new(), String::new());
        File::from(tried.stdout)
            .read_to_string(&mut output)
            .unwrap();
        File::from(tried.stderr)
            .read_to_string(&mut sentence)
            .unwrap();
        let how = wait_blocking(tried.pid, &tried.pidfd).unwrap();
        assert_eq!(how, Ended::Exit(101), "{sentence}");
        assert!(
            sentence.contains("it did not end when it was tried"),
            "{sentence}"
        );
        let started = output.split("it has started ").nth(1).unwrap();
        let pid = started.lines().next().unwrap().parse().unwrap();
        assert!(crate::participant::proc::has_ended(pid), "{output}");
    }

    #[test]
    fn who_has_ended_in_time_goes_on() {
        let last_resort = LastResort::ready().unwrap();
        last_resort.arm(Instant::now() + Duration::from_millis(20), "");
        drop(last_resort);
        std::thread::park_timeout(Duration::from_millis(60));
    }
}
