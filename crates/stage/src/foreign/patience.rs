//! A deadline for what is done on foreign ground. The kernel offers none: a file system that hangs
//! holds who asks it, even to open a file. So a thread asks, and it alone is held.

use std::sync::mpsc::{self, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::ForeignError;

/// What the thread is asked to do.
type Job = Box<dyn FnOnce() + Send>;

/// How long is waited for one answer.
const LIMIT: Duration = Duration::from_secs(10);

/// Does things on a thread of its own, and waits for each so long and no longer. Once that was in
/// vain, nothing is waited for again.
#[derive(Debug)]
pub(crate) struct Patience {
    limit: Duration,
    thread: Mutex<Asked>,
}

#[derive(Debug)]
enum Asked {
    NotYet,
    By(SyncSender<Job>),
    /// It is still held; it ends with the harness.
    InVain,
}

impl Default for Patience {
    fn default() -> Self {
        Self::of(LIMIT)
    }
}

impl Patience {
    pub(super) fn of(limit: Duration) -> Self {
        let thread = Mutex::new(Asked::NotYet);
        Self { limit, thread }
    }

    /// Does something, and waits for it.
    pub(crate) fn within<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, ForeignError> + Send + 'static,
    ) -> Result<T, ForeignError> {
        let mut asked = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*asked, Asked::NotYet) {
            *asked = Asked::By(start()?);
        }
        let no_answer = || ForeignError::NoAnswer(self.limit);
        let Asked::By(jobs) = &*asked else {
            return Err(no_answer());
        };
        let (sender, answer) = mpsc::sync_channel(1);
        // Whoever does not wait any more needs no answer.
        let job = Box::new(move || drop(sender.send(job())));
        let sent = jobs.send(job).map_err(|_| no_answer());
        let answer = sent.and_then(|()| answer.recv_timeout(self.limit).map_err(|_| no_answer()));
        answer.unwrap_or_else(|why| {
            *asked = Asked::InVain;
            Err(why)
        })
    }
}

fn start() -> Result<SyncSender<Job>, ForeignError> {
    let (sender, jobs) = mpsc::sync_channel::<Job>(1);
    let builder = thread::Builder::new().name("foreign-files".to_owned());
    builder.spawn(move || jobs.into_iter().for_each(|job| job()))?;
    Ok(sender)
}
