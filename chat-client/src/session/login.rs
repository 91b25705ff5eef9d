//! From the hello to the moment when everyone who is here is known.

use bytes::Bytes;
use chat_protocol::{Blob, Nonce, Peer, ToClient, ToRelay, VERSION};
use rand::Rng as _;

use super::people::MAX_PRESENT;
use super::{Ending, Line, Refusal, Session};
use crate::relays::{Claim, Meeting, Transport, WrongRelay};
use crate::session::Effect;

/// How far the session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The hello is on its way.
    Hello {
        /// Ours.
        nonce: Nonce,
    },
    /// The login is on its way.
    Login,
    /// Logged in; the relay tells who is here.
    Presents {
        /// How many are still to come.
        left: u32,
    },
    /// All is known.
    Ready,
    /// Ended.
    Over,
}

impl Session {
    /// The connection is there: says hello, unless it leads to another relay.
    pub(super) fn begin(&mut self, transport: Transport) {
        self.link.transport = transport;
        match self.relays.expects(&self.wanted, &transport) {
            Ok(()) => self.hello(),
            Err(wrong) => self.refuse_relay(wrong),
        }
    }

    fn hello(&mut self) {
        let mut nonce = Nonce([0; 32]);
        self.rng.fill_bytes(&mut nonce.0);
        self.link.phase = Phase::Hello { nonce };
        let hello = ToRelay::Hello {
            v: VERSION,
            name: self.people.me.to_string(),
            key: Blob(self.identity.public().spki().to_vec()),
            nonce,
            agent: concat!("chat-client/", env!("CARGO_PKG_VERSION")).to_owned(),
        };
        self.tell(&hello);
    }

    pub(super) fn on_login_message(&mut self, message: ToClient) {
        match (message, self.link.phase) {
            (_, Phase::Over) => {}
            (
                ToClient::Challenge {
                    relay,
                    key,
                    nonce,
                    signature,
                },
                Phase::Hello { nonce: ours },
            ) => {
                let transport = self.link.transport;
                let claim = Claim {
                    name: &relay,
                    key: &key,
                    transport: &transport,
                    nonces: (&nonce, &ours),
                    signature: &signature,
                };
                self.on_challenge(claim);
            }
            (
                ToClient::Welcome {
                    keepalive_ms,
                    present,
                    mail_days,
                },
                Phase::Login,
            ) => {
                self.people.mail = mail_days > 0;
                if usize::try_from(present).is_ok_and(|present| present > MAX_PRESENT) {
                    return self.on_disconnect("misbehaved");
                }
                self.link.keepalive_ms = keepalive_ms;
                self.link.phase = Phase::Presents { left: present };
                self.finish_presents();
            }
            (ToClient::Error { code, text }, _) => {
                let refusal = Refusal::by_relay(code, text);
                self.effects
                    .push(Effect::Show(Line::Refused(refusal.clone())));
                self.refuse_login(Ending::LoginRefused(refusal));
            }
            (ToClient::Ping { n }, _) => self.send(&ToRelay::Pong { n }, Bytes::new()),
            (ToClient::Bye { reason }, _) => self.on_disconnect(&reason.to_string()),
            // Nothing else has a meaning yet.
            (_, _) => {}
        }
    }

    /// Answers the relay that the user means, and no other.
    fn on_challenge(&mut self, claim: Claim<'_>) {
        match self.relays.meet(&self.wanted, claim) {
            Ok(meeting) => {
                self.link.meeting = meeting;
                if self.relay.replace(*claim.key) != Some(*claim.key) {
                    self.people.contacts = self.relays.take(claim.key);
                }
                self.log_in(claim);
            }
            Err(wrong) => self.refuse_relay(wrong),
        }
    }

    fn refuse_relay(&mut self, wrong: WrongRelay) {
        let refusal = Refusal::new(wrong.code(), wrong.what());
        self.effects.push(Effect::Show(Line::Refused(refusal)));
        self.refuse_login(Ending::WrongRelay(wrong));
    }

    /// Proves that the keys are ours. The relay's name and key and the connection are in the proof, so that a hostile
    /// relay cannot use it elsewhere.
    fn log_in(&mut self, claim: Claim<'_>) {
        let name = self.people.me.as_str();
        let certificate = self
            .identity
            .certify(&mut self.rng, &self.people.me, self.now);
        let (theirs, ours) = claim.nonces;
        let channel = claim.transport.channel();
        let statement = ((claim.name, claim.key, &channel), theirs, ours, name);
        let signature = self
            .identity
            .sign_login(&mut self.rng, statement, &certificate);
        let login = ToRelay::Login {
            certificate,
            signature: Blob(signature),
        };
        self.link.phase = Phase::Login;
        self.tell(&login);
    }

    /// Who is here already. Once all are named, whoever comes has joined, and is shown: a relay
    /// that adds somebody without a word wants to read along.
    pub(super) fn on_present(&mut self, peer: Peer) {
        let Phase::Presents { left } = self.link.phase else {
            return self.on_disconnect("misbehaved");
        };
        let name = peer.name.clone();
        if self.meet(peer) {
            self.link.first_contacts.push(name);
        }
        self.link.phase = Phase::Presents {
            left: left.saturating_sub(1),
        };
        self.finish_presents();
    }

    /// Ready, once everyone who was announced has been named. Pins are stored first.
    fn finish_presents(&mut self) {
        let (Phase::Presents { left: 0 }, Some(relay)) = (self.link.phase, self.relay) else {
            return;
        };
        self.link.phase = Phase::Ready;
        // Only now: a relay that lets nobody in is not remembered.
        self.contacts_changed |= self.link.meeting != Meeting::Again;
        let meeting = std::mem::replace(&mut self.link.meeting, Meeting::Again);
        let first_contacts = std::mem::take(&mut self.link.first_contacts);
        let mut with = self.people.here();
        with.retain(|name| !self.people.is_blocked(name));
        self.show(Line::Ready {
            me: self.people.me.clone(),
            with,
            first_contacts,
            relay,
            first_relay: meeting != Meeting::Again,
            relay_known_at: match meeting {
                Meeting::Elsewhere(address) => Some(address),
                Meeting::Again | Meeting::First => None,
            },
        });
        self.lines.append(&mut self.link.held);
        self.give_up_expired();
        for name in self.account.recipients() {
            self.send_unconfirmed(&name);
            self.send_again(&name);
        }
        self.lists_are_due(None);
    }

    fn refuse_login(&mut self, ending: Ending) {
        self.link.phase = Phase::Over;
        self.end(ending);
    }
}
