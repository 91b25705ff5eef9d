//! Who may have a name.
//!
//! ```text
//! login ──► another key's? ──► refused
//!       ──► nobody's?      ──► bound, stored, admitted
//!       ──► own, offline?  ──► admitted
//!       ──► own, online?   ──► the incumbent is pinged: pong ──► refused
//!                                                silence ──► incumbent cut off, admitted
//! ```

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use chat_protocol::{Certificate, ErrorCode, Frame, LeaveReason, Name, Peer, Presence, ToClient};
use tokio::time::Instant;
use tracing::info;

use super::credits::Credits;
use super::online::{Client, Later};
use super::{ConnectionId, Login, Router};
use crate::directory::Binding;
use crate::directory::Snapshot;
use crate::limits::{INCUMBENT_DEADLINE, MAIL_DAYS, MAX_NAMES_OF_A_KEY};
use crate::mail::Key;
use crate::refusal::Refusal;

/// A login that waits for the pong of the incumbent.
#[derive(Debug)]
pub(super) struct Probe {
    incumbent: ConnectionId,
    deadline: Instant,
    pub(super) login: Login,
}

/// A login that waits until its name is stored.
#[derive(Debug)]
pub(super) struct Unsaved {
    /// The first state of the directory with the name in it.
    state: u64,
    login: Login,
}

impl Router {
    pub(super) fn log_in(&mut self, login: Login) {
        self.let_go_of_names(login.day);
        let name = &login.peer.name;
        match self.directory.binding(&login.peer) {
            Binding::Taken => {
                let text = format!("the name {name} belongs to another key: use another name");
                refuse(login, Refusal::new(ErrorCode::NameTaken, text));
            }
            Binding::Full => {
                let text = "the relay cannot hold any more names";
                refuse(login, Refusal::new(ErrorCode::Full, text));
            }
            Binding::TooMany => {
                let text = format!(
                    "this key already has {MAX_NAMES_OF_A_KEY} names here: log in with one of them"
                );
                refuse(login, Refusal::new(ErrorCode::Full, text));
            }
            Binding::Free if !self.new_names.take(login.address, Instant::now()) => {
                let text = "your address has taken many new names: try again later, or log in with one of them";
                refuse(login, Refusal::new(ErrorCode::Busy, text));
            }
            Binding::Free => self.bind(login),
            Binding::Own => {
                if self.probes.contains_key(name) || self.unsaved.contains_key(name) {
                    let refusal = Refusal::already_online(name);
                    refuse(login, refusal);
                } else if let Some(incumbent) = self.online.find(name) {
                    self.probe(incumbent, login);
                } else {
                    self.admit(login);
                }
            }
        }
    }

    /// Once a day: names that nobody uses any more are free. Those who are here use theirs.
    fn let_go_of_names(&mut self, day: u32) {
        if day <= self.day {
            return;
        }
        self.day = day;
        for (_, client) in self.online.iter() {
            self.directory.touch(&client.peer.name, day);
        }
        if self.directory.expire(day) {
            self.save();
        }
        self.expire_mail(day);
    }

    /// Binds a free name, and stores that before anybody relies on it.
    fn bind(&mut self, login: Login) {
        self.directory.bind(login.peer.clone(), login.day);
        if self.saver.is_some() {
            self.save();
            let waiting = Unsaved {
                state: self.state,
                login,
            };
            self.unsaved
                .insert(waiting.login.peer.name.clone(), waiting);
        } else {
            self.admit(login);
        }
    }

    fn save(&mut self) {
        let Some(saver) = &self.saver else {
            return;
        };
        self.state += 1;
        saver.send_replace(Snapshot {
            state: self.state,
            directory: self.directory.clone(),
        });
    }

    /// All names up to this state of the directory are stored, or could not be.
    pub(super) fn stored(&mut self, state: u64, saved: bool) {
        let (done, waiting): (BTreeMap<Name, Unsaved>, _) = std::mem::take(&mut self.unsaved)
            .into_iter()
            .partition(|(_, unsaved)| unsaved.state <= state);
        self.unsaved = waiting;
        if saved {
            for Unsaved { login, .. } in done.into_values() {
                self.admit(login);
            }
        } else if !done.is_empty() {
            for (name, Unsaved { login, .. }) in done {
                self.directory.unbind(&name);
                let text = "the relay cannot store the name: try again later";
                refuse(login, Refusal::new(ErrorCode::Internal, text));
            }
            // A later state that still has these names may be on its way already.
            self.save();
        }
    }

    /// Asks the incumbent whether it is there.
    fn probe(&mut self, incumbent: ConnectionId, login: Login) {
        let probe = Probe {
            incumbent,
            deadline: Instant::now() + INCUMBENT_DEADLINE,
            login,
        };
        self.probes.insert(probe.login.peer.name.clone(), probe);
        self.tell(incumbent, &ToClient::Ping { n: 0 }, Bytes::new());
    }

    /// The client has answered a ping: whoever wants its name is refused.
    pub(super) fn alive(&mut self, id: ConnectionId) {
        let Some(client) = self.online.get(id) else {
            return;
        };
        if let Some(Probe { login, .. }) = self.probes.remove(&client.peer.name) {
            let refusal = Refusal::already_online(&login.peer.name);
            refuse(login, refusal);
        }
    }

    /// When to call [`Self::replace_dead_incumbents`].
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.probes.values().map(|probe| probe.deadline).min()
    }

    pub(super) fn replace_dead_incumbents(&mut self, now: Instant) {
        let late = self.probes.values().filter(|probe| probe.deadline <= now);
        let late: Vec<ConnectionId> = late.map(|probe| probe.incumbent).collect();
        for incumbent in late {
            self.remove(incumbent, LeaveReason::Replaced);
        }
    }

    /// Lets somebody in whose name is theirs and not in use.
    pub(super) fn admit(&mut self, login: Login) {
        let Login {
            id,
            address: _,
            day,
            peer,
            fingerprint,
            agent,
            outbox,
            cutter,
            answer,
        } = login;
        if self.directory.touch(&peer.name, day) | self.directory.renew(&peer) {
            self.save();
        }
        info!(connection = id.0, name = %peer.name, %fingerprint, agent, "login");
        let others = self.online.iter();
        let present: Vec<Frame> = others.map(|(_, client)| client.present.clone()).collect();
        self.tell_all(&ToClient::Joined { peer: peer.clone() });
        let fetched = Key {
            to: peer.name.clone(),
            number: 0,
        };
        let client = Client {
            present: announcement(&peer),
            later: Later::default(),
            peer,
            fetched,
            outbox,
            account: self.waiting.account(),
            cutter,
            delivered: 0,
            unacknowledged: VecDeque::new(),
            credits: Credits::default(),
        };
        self.online.insert(id, client);
        let welcome = ToClient::Welcome {
            keepalive_ms: self.keepalive.map_or(0, |period| {
                u64::try_from(period.as_millis()).unwrap_or(u64::MAX)
            }),
            present: u32::try_from(present.len()).unwrap_or(u32::MAX),
            mail_days: self.mail.as_ref().map_or(0, |_| MAIL_DAYS),
        };
        self.tell(id, &welcome, Bytes::new());
        for frame in present {
            self.tell_frame(id, frame);
        }
        self.fetch_mail(id);
        // Fails where the connection has ended meanwhile: its queue is closed, nobody will
        // report its end, so it is taken out again.
        if answer.send(Ok(())).is_err() {
            self.remove(id, LeaveReason::Dropped);
        }
    }

    /// Everybody seals for this key from now on, and nobody for an older one.
    pub(super) fn renew(&mut self, id: ConnectionId, certificate: Certificate) {
        let Some(client) = self.online.get_mut(id) else {
            return;
        };
        let peer = Peer {
            certificate: certificate.clone(),
            ..client.peer.clone()
        };
        if !self.directory.renew(&peer) {
            let text = "the relay knows an encryption key with this number, or a higher one";
            return self.tell_refusal(id, &Refusal::new(ErrorCode::BadCertificate, text));
        }
        let name = peer.name.clone();
        client.present = announcement(&peer);
        client.peer = peer;
        self.save();
        self.tell_all(&ToClient::Renewed { name, certificate });
    }

    pub(super) fn find(&mut self, from: ConnectionId, name: &Name) {
        let online = self.online.find(name).and_then(|id| self.online.get(id));
        let found = match (online, self.directory.find(name)) {
            (Some(client), _) => Some((&client.peer, Presence::Online)),
            (None, Some(peer)) => Some((peer, Presence::Offline)),
            (None, None) => None,
        };
        if let Some((peer, presence)) = found {
            let peer = peer.clone();
            self.tell(from, &ToClient::Found { peer, presence }, Bytes::new());
        } else {
            let text = format!("nobody has the name {name}");
            self.tell_refusal(from, &Refusal::new(ErrorCode::UnknownName, text));
        }
    }
}

fn announcement(peer: &Peer) -> Frame {
    let peer = peer.clone();
    ToClient::Present { peer }.frame(Bytes::new())
}

fn refuse(login: Login, refusal: Refusal) {
    // Fails where the connection has ended meanwhile.
    login.answer.send(Err(refusal)).ok();
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Answer, Hall};
    use super::*;
    use crate::limits::{NEW_NAMES, UNUSED_NAME_DAYS};

    fn code(answer: Answer) -> Option<ErrorCode> {
        answer.err().map(|refusal| refusal.code)
    }

    #[test]
    fn one_address_takes_no_more_than_so_many_new_names() {
        let mut hall = Hall::new();
        for number in 0..NEW_NAMES.burst {
            let taken = hall.log_in(&format!("user{number}"), "127.0.0.1", 1);
            assert_eq!(code(taken), None);
            hall.leave();
        }
        let one_more = hall.log_in("alice", "127.0.0.1", 1);
        assert_eq!(code(one_more), Some(ErrorCode::Busy));
        assert_eq!(code(hall.log_in("user7", "127.0.0.1", 1)), None, "its own");
        assert_eq!(code(hall.log_in("alice", "127.0.0.2", 1)), None);
    }

    #[test]
    fn a_name_that_nobody_uses_is_free_for_others_and_one_that_is_online_is_not() {
        let mut hall = Hall::new();
        assert_eq!(code(hall.log_in("away", "127.0.0.1", 1)), None);
        hall.leave();
        assert_eq!(code(hall.log_in("stays", "127.0.0.1", 1)), None);
        assert_eq!(
            code(hall.log_in("other", "127.0.0.1", 2 + UNUSED_NAME_DAYS)),
            None
        );
        let known = |hall: &Hall, name: &str| {
            let name = name.parse().unwrap();
            hall.router.directory.find(&name).is_some()
        };
        assert!(!known(&hall, "away"));
        assert!(known(&hall, "stays") && known(&hall, "other"));
    }
}
