//! Stores letters while the router goes on. All that waits shares one commit.

use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc};
use tracing::error;

use crash_test::{Point, reach};

use super::{Key, Letter, Store};
use crate::metrics::Metrics;
use crate::router::{ConnectionId, Event};

/// Something to do.
#[derive(Debug)]
pub(crate) enum Job {
    Put(Letter),
    Remove(Key),
    /// The letters after this one, for a connection: about so many bytes.
    Read {
        id: ConnectionId,
        after: Key,
        bytes: usize,
    },
}

/// Where the router leaves jobs. Each is bounded by what it is about: letters by what may wait of their
/// sender, removals by the letters that there are, reads by the connections.
#[derive(Debug)]
pub(crate) struct Desk(Arc<Shared>);

/// The keeper's side of the desk.
#[derive(Debug)]
pub(crate) struct Jobs(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    pile: Mutex<Pile>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Pile {
    jobs: Vec<Job>,
    /// No more will come.
    closed: bool,
}

impl Desk {
    pub(crate) fn new() -> (Self, Jobs) {
        let shared = Arc::new(Shared::default());
        (Self(Arc::clone(&shared)), Jobs(shared))
    }

    pub(crate) fn leave(&self, job: Job) {
        self.0.with(|pile| pile.jobs.push(job));
        self.0.wake.notify_one();
    }
}

#[cfg(test)]
impl Jobs {
    /// Does what is there, and hands over what comes of it.
    pub(crate) fn work(&self, store: &mut impl Store) -> Vec<Event> {
        let jobs = self.0.with(|pile| take(&mut pile.jobs));
        carry_out(store, jobs)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.0.with(|pile| pile.closed = true);
        self.0.wake.notify_one();
    }
}

impl Shared {
    fn with<T>(&self, change: impl FnOnce(&mut Pile) -> T) -> T {
        // Whoever panicked has left the pile as it was, or with one more job.
        change(&mut self.pile.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Does jobs in their order, until the router is gone and all are done.
pub(crate) async fn run(
    store: impl Store,
    Jobs(shared): Jobs,
    events: mpsc::Sender<Event>,
    metrics: Arc<Metrics>,
) {
    let mut store = store;
    loop {
        let (jobs, closed) = shared.with(|pile| (take(&mut pile.jobs), pile.closed));
        if jobs.is_empty() {
            if closed {
                return;
            }
            shared.wake.notified().await;
            continue;
        }
        let done = tokio::task::spawn_blocking(move || {
            let reports = carry_out(&mut store, jobs);
            (store, reports)
        });
        let Ok((back, reports)) = done.await else {
            error!("the thread that keeps mail has ended");
            return;
        };
        store = back;
        for report in reports {
            if matches!(report, Event::MailStored { saved: true, .. }) {
                metrics.mail_commits.add(1);
            }
            // The router may be gone already; the file is what counts then.
            events.send(report).await.ok();
        }
    }
}

/// One commit up to each read, and one at the end.
fn carry_out(store: &mut impl Store, jobs: Vec<Job>) -> Vec<Event> {
    let mut reports = Vec::new();
    let (mut put, mut remove) = (Vec::new(), Vec::new());
    for job in jobs {
        match job {
            Job::Put(letter) => put.push(letter),
            Job::Remove(key) => remove.push(key),
            Job::Read { id, after, bytes } => {
                reports.extend(commit(store, take(&mut put), &take(&mut remove)));
                let letters = store.read(&after, bytes);
                if let Err(error) = &letters {
                    error!(%error, to = %after.to, "mail cannot be read");
                }
                let letters = letters.ok();
                reports.push(Event::MailRead { id, letters });
            }
        }
    }
    reports.extend(commit(store, put, &remove));
    reports
}

fn commit(store: &mut impl Store, put: Vec<Letter>, remove: &[Key]) -> Option<Event> {
    if put.is_empty() && remove.is_empty() {
        return None;
    }
    let at = |stage: [Point; 2]| {
        let [of_letters, of_removals] = stage;
        reach(if put.is_empty() {
            of_removals
        } else {
            of_letters
        });
    };
    at([Point::RelayMailUncommitted, Point::RelayRemovalUncommitted]);
    let written = store.write(&put, remove);
    at([Point::RelayMailCommitted, Point::RelayRemovalCommitted]);
    if let Err(error) = &written {
        error!(%error, letters = put.len(), "mail cannot be stored");
    }
    let keys = put.into_iter().map(|letter| letter.label.key);
    Some(Event::MailStored {
        keys: keys.collect(),
        saved: written.is_ok(),
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use bytes::Bytes;

    use super::super::{Kind, Label};
    use super::*;

    /// Notes what it is asked to do; writes fail when it is full.
    #[derive(Default)]
    struct Noted {
        done: Vec<String>,
        full: bool,
    }

    impl Store for Noted {
        fn labels(&mut self) -> io::Result<Vec<Label>> {
            Ok(Vec::new())
        }

        fn write(&mut self, put: &[Letter], remove: &[Key]) -> io::Result<()> {
            self.done.push(format!("+{} -{}", put.len(), remove.len()));
            let full = || io::Error::from(io::ErrorKind::StorageFull);
            (!self.full).then_some(()).ok_or_else(full)
        }

        fn read(&mut self, _: &Key, _: usize) -> io::Result<Vec<Letter>> {
            Ok(Vec::new())
        }
    }

    fn key(number: u64) -> Key {
        Key {
            to: "bob".parse().unwrap(),
            number,
        }
    }

    fn put(number: u64) -> Job {
        Job::Put(Letter {
            label: Label {
                key: key(number),
                from: "alice".parse().unwrap(),
                kind: Kind::Envelope,
                day: 1,
                bytes: 1,
            },
            envelope: Bytes::from_static(b"x"),
        })
    }

    fn read() -> Job {
        let (id, after, bytes) = (ConnectionId(1), key(0), 9);
        Job::Read { id, after, bytes }
    }

    #[test]
    fn what_waits_shares_a_commit_and_a_read_sees_what_came_before_it() {
        let mut store = Noted::default();
        let jobs = vec![put(1), put(2), Job::Remove(key(9)), read(), put(3)];
        let reports = carry_out(&mut store, jobs);
        assert_eq!(store.done, ["+2 -1", "+1 -0"]);
        let [
            Event::MailStored { keys, saved: true },
            Event::MailRead { .. },
            Event::MailStored { .. },
        ] = &*reports
        else {
            panic!("{reports:?}");
        };
        assert_eq!(*keys, [key(1), key(2)]);
    }

    #[test]
    fn what_could_not_be_stored_is_reported_as_such() {
        let mut store = Noted {
            full: true,
            ..Noted::default()
        };
        let reports = carry_out(&mut store, vec![put(1)]);
        let [Event::MailStored { saved: false, .. }] = &*reports else {
            panic!("{reports:?}");
        };
    }
}
