//! Between the clients and an honest relay: sees every frame, and passes on what it likes. Without I/O.

mod files;
mod mail;
mod own;
mod people;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chat_crypto::Identity;
use chat_protocol::{Blob, Certificate, FileId, Name, Nonce, Peer, ToClient, ToRelay};

use scenario::RelayDoes;

use crate::does::{self, Occasion};
use crate::member::Member;

/// What is passed on, and where. Clients go by the names that they log in with.
#[derive(Clone, Debug)]
pub enum Passed {
    /// To the honest relay, as if this client had sent it.
    Up(String, ToRelay, Bytes),
    /// To this client.
    Down(String, ToClient, Bytes),
    /// To this client: bytes that need not be a frame.
    Raw(String, Bytes),
}

/// The number of a delivery that the honest relay knows nothing of.
const NO_NUMBER: u64 = 0;

/// The hostile part of a relay, and what it remembers.
pub struct Middle {
    does: RelayDoes,
    /// Which of several ways it takes.
    seed: u64,
    /// So many occasions pass before it strikes.
    patience: u64,
    struck: bool,
    logins: u64,
    /// What each client has drawn for its login.
    nonces: BTreeMap<String, Nonce>,
    /// Who has had half a frame.
    halved: Option<String>,
    member: Member,
    /// What each client has said of itself.
    people: BTreeMap<Name, Peer>,
    /// Everything that was delivered to each, for [`RelayDoes::ReplaysLater`].
    delivered: BTreeMap<String, Vec<(Name, Bytes)>>,
    /// Deliveries that wait: recipient, number, sender, envelope.
    held: Vec<Held>,
    /// Chunks that wait.
    chunk: Option<(u32, Bytes)>,
    /// Files that the member has offered, each with its only chunk, and how many there were.
    offered: BTreeMap<FileId, Bytes>,
    offers: u64,
    /// Who was announced to whom.
    announced: BTreeSet<(String, Name)>,
    /// The first certificate of each.
    first: BTreeMap<Name, Certificate>,
}

/// A delivery that waits.
struct Held {
    to: String,
    seq: u64,
    from: Name,
    body: Bytes,
}

impl std::fmt::Debug for Middle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Middle");
        shown.field("does", &self.does).finish_non_exhaustive()
    }
}

impl Middle {
    /// A relay that does this. The seed says when it strikes (at once, or one or two occasions later) and which of
    /// several ways it takes. `identity` is the key of its own member.
    pub fn new(does: RelayDoes, seed: u64, identity: Identity, now: u64) -> Self {
        Self {
            does,
            seed: seed / 3,
            patience: match does::occasion(does) {
                Occasion::Joined => 0,
                _ => seed % 3,
            },
            struck: false,
            logins: 0,
            nonces: BTreeMap::new(),
            halved: None,
            member: Member::new(identity, seed, now),
            people: BTreeMap::new(),
            delivered: BTreeMap::new(),
            held: Vec::new(),
            chunk: None,
            offered: BTreeMap::new(),
            offers: 0,
            announced: BTreeSet::new(),
            first: BTreeMap::new(),
        }
    }

    /// Whether it has done what it is told to do.
    pub fn has_struck(&self) -> bool {
        self.struck
    }

    /// Something comes from a client.
    pub fn up(&mut self, from: &str, message: ToRelay, body: Bytes) -> Vec<Passed> {
        self.listen(from, &message);
        if let Some(answers) = self.of_member(from, &message) {
            return answers;
        }
        match message {
            ToRelay::Send { id, to } => self.sent(from, (id, to), body),
            ToRelay::Receipt { to } => self.confirmed(from, to, body),
            ToRelay::Ack { seq, mut refused } => {
                refused.retain(|number| *number != NO_NUMBER);
                match seq {
                    NO_NUMBER => Vec::new(),
                    seq => vec![Passed::Up(
                        from.to_owned(),
                        ToRelay::Ack { seq, refused },
                        body,
                    )],
                }
            }
            message => vec![Passed::Up(from.to_owned(), message, body)],
        }
    }

    /// Something comes from the honest relay, for a client.
    pub fn down(&mut self, to: &str, message: ToClient, body: Bytes) -> Vec<Passed> {
        if self.halved.as_deref() == Some(to) {
            // Whatever came now would be the rest of it. The honest relay thinks that all is well.
            return match message {
                ToClient::Ping { n } => {
                    vec![Passed::Up(to.to_owned(), ToRelay::Pong { n }, Bytes::new())]
                }
                _ => Vec::new(),
            };
        }
        match message {
            ToClient::Challenge { .. } => self.challenge(to, message),
            ToClient::Welcome {
                keepalive_ms,
                present,
                mail_days,
            } => self.welcome(to, (keepalive_ms, present, mail_days)),
            ToClient::Present { peer } => {
                let peer = self.announced(to, peer);
                down(to, ToClient::Present { peer }, body)
            }
            ToClient::Joined { peer } => {
                let peer = self.joined(to, peer);
                down(to, ToClient::Joined { peer }, body)
            }
            ToClient::Renewed { .. } if self.does == RelayDoes::KeepsOldKeys => Vec::new(),
            ToClient::Deliver { seq, from } => self.deliver(Held {
                to: to.to_owned(),
                seq,
                from,
                body,
            }),
            ToClient::Chunk { from, file, index } => self.pass_chunk(to, (from, file, index), body),
            message => down(to, message, body),
        }
    }

    /// Whether this is the occasion.
    fn strikes(&mut self, occasion: Occasion) -> bool {
        if self.struck || does::occasion(self.does) != occasion {
            return false;
        }
        if self.patience > 0 {
            self.patience -= 1;
            return false;
        }
        self.struck = true;
        true
    }

    /// What the seed chooses of so many ways.
    fn way(&self, of: usize) -> usize {
        usize::try_from(self.seed).unwrap_or(0) % of
    }

    /// Remembers the keys that clients show.
    fn listen(&mut self, from: &str, message: &ToRelay) {
        let Ok(name) = from.parse::<Name>() else {
            return;
        };
        match message {
            ToRelay::Hello { key, nonce, .. } => {
                self.nonces.insert(from.to_owned(), *nonce);
                let certificate = Certificate {
                    number: 0,
                    key: Blob(Vec::new()),
                    not_before: 0,
                    not_after: 0,
                    signature: Blob(Vec::new()),
                };
                let key = key.clone();
                let peer = Peer {
                    name: name.clone(),
                    key,
                    certificate,
                };
                self.people.insert(name, peer);
            }
            ToRelay::Login { certificate, .. } => {
                self.first
                    .entry(name.clone())
                    .or_insert(certificate.clone());
                if let Some(peer) = self.people.get_mut(&name) {
                    peer.certificate = certificate.clone();
                }
            }
            ToRelay::Renew { certificate } => {
                if let Some(peer) = self.people.get_mut(&name) {
                    peer.certificate = certificate.clone();
                }
            }
            _ => {}
        }
    }

    /// Who a client is, as far as it has said so.
    fn person(&self, name: &str) -> Option<Peer> {
        let name: Name = name.parse().ok()?;
        self.people.get(&name).cloned()
    }
}

/// One message for one client.
fn down(to: &str, message: ToClient, body: Bytes) -> Vec<Passed> {
    vec![Passed::Down(to.to_owned(), message, body)]
}
