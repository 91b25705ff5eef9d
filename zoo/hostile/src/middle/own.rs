//! What the relay says by itself, and in the name of its member.

use bytes::Bytes;
use chat_crypto::{FileKey, FileSealer};
use chat_protocol::{
    Blob, Content, Conversation, Digest, FileId, FileOffer, Frame, MessageId, Name, Place,
    ToClient, ToRelay,
};
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

use super::{Middle, NO_NUMBER, Passed, down};
use crate::member::{MEMBER, Member};
use scenario::RelayDoes;

/// More than a terminal should obey.
const ESCAPES: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}txt.exe\u{200b}\r\nmessage bob forged";

/// File names that lead elsewhere, or hide what they are.
const NAMES: [&str; 6] = [
    "../../escaped",
    "/etc/escaped",
    "a\0b",
    "annual\u{202e}fdp.exe",
    ".profile",
    "CON",
];

impl Middle {
    /// What follows the delivery at which the relay strikes.
    pub(super) fn of_its_own(&mut self, to: &str) -> Vec<Passed> {
        match self.does {
            RelayDoes::Equivocates => self.says(to, &[(1, "yes"), (2, "and more"), (2, "no")]),
            RelayDoes::TerminalEscapes => self.says(to, &[(1, ESCAPES)]),
            RelayDoes::DangerousNames => NAMES
                .iter()
                .map(|name| (*name).to_owned())
                .chain(["x".repeat(300)])
                .filter_map(|name| self.offer(to, name))
                .collect(),
            RelayDoes::Oversized => {
                let head = Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0, 2]);
                vec![Passed::Raw(to.to_owned(), head)]
            }
            RelayDoes::HalfFrames => {
                let frame: Frame = ToClient::Ping { n: 1 }.frame(Bytes::from(vec![0; 100_000]));
                self.halved = Some(to.to_owned());
                let half = frame.to_bytes().slice(..50_000);
                vec![Passed::Raw(to.to_owned(), half)]
            }
            RelayDoes::FloodsPings => {
                let ping = ToClient::Ping { n: 1 }.frame(Bytes::new()).to_bytes();
                vec![Passed::Raw(to.to_owned(), ping.repeat(10_000).into())]
            }
            _ => Vec::new(),
        }
    }

    /// Texts of the member, with these numbers in its thread. The digest of what is before them is made up.
    fn says(&mut self, to: &str, texts: &[(u64, &str)]) -> Vec<Passed> {
        let Some(to) = self.person(to) else {
            return Vec::new();
        };
        let sealed = texts.iter().filter_map(|(seq, text)| {
            let body = self.member.text(&to, *seq, text)?;
            Some(Self::from_member(&to.name, body))
        });
        sealed.collect()
    }

    fn from_member(to: &Name, body: Bytes) -> Passed {
        let (seq, from) = (NO_NUMBER, Member::name());
        Passed::Down(to.to_string(), ToClient::Deliver { seq, from }, body)
    }

    /// A file of the member with one byte.
    fn offer(&mut self, to: &str, name: String) -> Option<Passed> {
        let to = self.person(to)?;
        let rng = &mut self.member.rng;
        let (mut file, mut id) = (FileId([0; 16]), MessageId([0; 16]));
        rng.fill_bytes(&mut file.0);
        rng.fill_bytes(&mut id.0);
        let key = FileKey::generate(rng);
        self.offers += 1;
        let (seq, prev) = (self.offers, Digest([0; 32]));
        let offer = FileOffer {
            file,
            name,
            size: 1,
            sha256: Blob(Sha256::digest([1]).to_vec()),
            key: key.to_blob(),
        };
        let place = Place { id, seq, prev };
        let content = Content::File { place, offer }.encode();
        let mut sealer = FileSealer::new(&key, &file, 1);
        let mut padded = vec![0; sealer.next_len()?];
        *padded.first_mut()? = 1;
        let chunk = sealer.seal(&padded);
        self.offered.insert(file, chunk.into());
        let sealed = self.member.seal(&to, Conversation::Private, &content)?;
        Some(Self::from_member(&to.name, sealed.encode()))
    }

    /// What clients send to the member goes no further. `None` for what is for somebody else.
    pub(super) fn of_member(&mut self, from: &str, message: &ToRelay) -> Option<Vec<Passed>> {
        let (ToRelay::Send { to, .. }
        | ToRelay::Receipt { to }
        | ToRelay::Chunk { to, .. }
        | ToRelay::Credit { to, .. }
        | ToRelay::Cancel { to, .. }) = message
        else {
            return None;
        };
        if to.as_str() != MEMBER {
            return None;
        }
        let refused = false;
        Some(match message {
            ToRelay::Send { id, .. } => {
                down(from, ToClient::Accepted { id: *id, refused }, Bytes::new())
            }
            ToRelay::Credit { file, .. } => {
                let chunk = self.offered.remove(file);
                let chunk = chunk.map(|chunk| {
                    let (from_member, file, index) = (Member::name(), *file, 0);
                    let from_member = ToClient::Chunk {
                        from: from_member,
                        file,
                        index,
                    };
                    Passed::Down(from.to_owned(), from_member, chunk)
                });
                chunk.into_iter().collect()
            }
            _ => Vec::new(),
        })
    }

    /// Everything that somebody had before comes again.
    pub(super) fn replay(&mut self, to: &str) -> Vec<Passed> {
        let before = self.delivered.get(to).into_iter().flatten();
        let again = before.map(|(from, body)| {
            let (seq, from) = (NO_NUMBER, from.clone());
            Passed::Down(to.to_owned(), ToClient::Deliver { seq, from }, body.clone())
        });
        again.collect()
    }
}
