//! A router in a test: without connections, without threads, with a store where the test wants one.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Buf as _;
use chat_protocol::{
    Blob, Certificate, Deframer, Fingerprint, LeaveReason, Peer, ToClient, limits,
};
use tokio::sync::oneshot;

use super::{ConnectionId, Event, Login, Mail, Request, Router};
use crate::Settings;
use crate::budget::Waiting;
use crate::directory::Directory;
use crate::mail::{Boxes, Desk, Jobs, Store};
use crate::outbox::{self, Inbox};
use crate::refusal::Refusal;

pub(super) type Answer = Result<(), Refusal>;

/// Does with a store what there is to do.
type Worker = Box<dyn FnMut(&Jobs) -> Vec<Event>>;

/// A router that hears of logins whose keys were proven.
pub(super) struct Hall {
    pub(super) router: Router,
    last_id: u64,
    /// What keeps the connections open.
    ends: BTreeMap<ConnectionId, (Inbox, oneshot::Receiver<LeaveReason>)>,
    mail: Option<(Worker, Jobs)>,
}

impl Hall {
    pub(super) fn new() -> Self {
        Self {
            router: Router::new(
                &Settings::default(),
                Directory::default(),
                (&Waiting::default(), &Arc::default()),
            ),
            last_id: 0,
            ends: BTreeMap::new(),
            mail: None,
        }
    }

    /// A relay that begins with these letters, and keeps others with them.
    pub(super) fn keeping(mut store: impl Store) -> Self {
        let mut hall = Self::new();
        let (desk, jobs) = Desk::new();
        let labels = store.labels().unwrap();
        hall.router.keep_mail(Mail::new(Boxes::of(labels), desk));
        let work = move |jobs: &Jobs| jobs.work(&mut store);
        hall.mail = Some((Box::new(work), jobs));
        hall
    }

    /// Somebody logs in; every name has a key of its own.
    pub(super) fn log_in(&mut self, name: &str, address: &str, day: u32) -> Answer {
        let blob = || Blob(name.as_bytes().to_vec());
        let peer = Peer {
            name: name.parse().unwrap(),
            key: blob(),
            certificate: Certificate {
                number: 1,
                key: blob(),
                not_before: 0,
                not_after: 1,
                signature: blob(),
            },
        };
        self.last_id += 1;
        let (outbox, inbox) = outbox::channel();
        let (cutter, cut) = oneshot::channel();
        let (answer, mut answered) = oneshot::channel();
        let id = self.last();
        self.router.log_in(Login {
            id,
            address: address.parse::<IpAddr>().unwrap(),
            day,
            peer,
            fingerprint: Fingerprint([0; 32]),
            agent: String::new(),
            outbox,
            cutter,
            answer,
        });
        self.ends.insert(id, (inbox, cut));
        answered.try_recv().expect("the router answers at once")
    }

    /// Whoever logged in last.
    pub(super) fn last(&self) -> ConnectionId {
        ConnectionId(self.last_id)
    }

    /// The one who logged in last is gone.
    pub(super) fn leave(&mut self) {
        self.router.remove(self.last(), LeaveReason::Quit);
    }

    pub(super) fn asks(&mut self, from: ConnectionId, request: Request) {
        self.router.route(from, request);
    }

    /// Stores and reads what is to be, until nothing is.
    pub(super) fn work(&mut self) {
        while let Some((work, jobs)) = &mut self.mail {
            let events = work(jobs);
            if events.is_empty() {
                return;
            }
            for event in events {
                self.router.handle(event);
            }
        }
    }

    /// What a client is sent meanwhile, of letters and of what becomes of them.
    pub(super) fn hears(&mut self, id: ConnectionId) -> Vec<ToClient> {
        let (inbox, _) = self.ends.get_mut(&id).unwrap();
        let mut deframer = Deframer::new(limits::MAX_FRAME);
        // As a connection does it, which waits for the next batch when the last one is written.
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(mut batch)) = pin!(inbox.next_batch()).poll(&mut context) {
            while batch.has_remaining() {
                let part = batch.chunk().len();
                deframer.buffer_mut().extend_from_slice(batch.chunk());
                batch.advance(part);
            }
        }
        let mut heard = Vec::new();
        while let Some(frame) = deframer.next_frame().unwrap() {
            heard.push(ToClient::decode(&frame).unwrap());
        }
        heard.retain(|message| {
            let is_about_people = matches!(
                message,
                ToClient::Welcome { .. }
                    | ToClient::Present { .. }
                    | ToClient::Joined { .. }
                    | ToClient::Left { .. }
            );
            !is_about_people
        });
        heard
    }
}
