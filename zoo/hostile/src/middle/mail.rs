//! What becomes of envelopes.

use bytes::Bytes;
use chat_protocol::{Content, Conversation, Envelope, MessageId, Name, ToClient, ToRelay};
use rand::{Rng as _, RngExt as _};

use super::{Held, Middle, NO_NUMBER, Passed, down};
use scenario::RelayDoes;

use crate::does::Occasion;
use crate::member::Member;

impl Held {
    fn now(self) -> Passed {
        let (seq, from) = (self.seq, self.from);
        Passed::Down(self.to, ToClient::Deliver { seq, from }, self.body)
    }

    /// The same under another sender's name, or once more: the honest relay has no number for it.
    fn extra(&self, from: Name, body: Bytes) -> Passed {
        let seq = NO_NUMBER;
        Passed::Down(self.to.clone(), ToClient::Deliver { seq, from }, body)
    }
}

impl Middle {
    /// A client sends an envelope.
    pub(super) fn sent(&mut self, from: &str, (id, to): (u64, Name), body: Bytes) -> Vec<Passed> {
        let send = |body| Passed::Up(from.to_owned(), ToRelay::Send { id, to: to.clone() }, body);
        let refused = false;
        let accepted = || down(from, ToClient::Accepted { id, refused }, Bytes::new());
        let strikes = self.strikes(Occasion::Sent);
        match self.does {
            RelayDoes::DropsOne if strikes => Vec::new(),
            RelayDoes::AcceptsFalsely if strikes => accepted(),
            RelayDoes::DropsTheRest if self.struck => accepted(),
            RelayDoes::ForgesReceipts if strikes => {
                let mut passed = accepted();
                passed.extend(self.forged_receipt(from, &to));
                passed
            }
            RelayDoes::Reflects if strikes => {
                let (seq, sender) = (NO_NUMBER, to.clone());
                let reflected = ToClient::Deliver { seq, from: sender };
                let mut passed = down(from, reflected, body.clone());
                passed.push(send(body));
                passed
            }
            RelayDoes::Ghost if strikes => {
                let peer = self.member.as_peer(Member::name());
                let mut passed = down(from, ToClient::Joined { peer }, Bytes::new());
                passed.push(send(body));
                passed
            }
            RelayDoes::SilentGhost if strikes => {
                let peer = self.member.as_peer(Member::name());
                let mut passed = vec![send(body)];
                passed.extend(down(from, ToClient::Present { peer }, Bytes::new()));
                passed
            }
            RelayDoes::SwapsFirstKeys => vec![send(self.in_between(body, from, &to))],
            _ => vec![send(body)],
        }
    }

    /// A client says what it has shown.
    pub(super) fn confirmed(&mut self, from: &str, to: Name, body: Bytes) -> Vec<Passed> {
        let body = match self.does {
            RelayDoes::SwapsFirstKeys => self.in_between(body, from, &to),
            _ => body,
        };
        vec![Passed::Up(from.to_owned(), ToRelay::Receipt { to }, body)]
    }

    /// What somebody has sealed for the member, who was announced in the recipient's place.
    fn in_between(&mut self, body: Bytes, from: &str, to: &Name) -> Bytes {
        let people = self.person(from).zip(self.person(to.as_str()));
        let again = people.and_then(|(from, to)| {
            let body = body.clone();
            self.member.seal_again(body, &from, &to)
        });
        again.unwrap_or(body)
    }

    /// The word of a recipient who never had the text.
    fn forged_receipt(&mut self, sender: &str, recipient: &Name) -> Option<Passed> {
        let sender = self.person(sender)?;
        let mut id = MessageId([0; 16]);
        self.member.rng.fill_bytes(&mut id.0);
        let content = Content::Delivered { ids: vec![id] }.encode();
        let sealed = self.member.seal(&sender, Conversation::Private, &content)?;
        let from = recipient.clone();
        let receipt = ToClient::Receipt { from };
        Some(Passed::Down(
            sender.name.to_string(),
            receipt,
            sealed.encode(),
        ))
    }

    /// An envelope is on its way to a client.
    pub(super) fn deliver(&mut self, mut mail: Held) -> Vec<Passed> {
        match self.does {
            RelayDoes::Withholds => return self.withhold(mail, 2),
            RelayDoes::Reorders => return self.withhold(mail, 1),
            RelayDoes::SwapsWraps => return self.swap_wraps(mail),
            RelayDoes::ReplaysLater => {
                let before = self.delivered.entry(mail.to.clone()).or_default();
                before.push((mail.from.clone(), mail.body.clone()));
                return vec![mail.now()];
            }
            _ => {}
        }
        if !self.strikes(Occasion::Delivered) {
            return vec![mail.now()];
        }
        match self.does {
            RelayDoes::Replays => {
                let again = mail.extra(mail.from.clone(), mail.body.clone());
                vec![again.clone(), mail.now(), again]
            }
            RelayDoes::FlipsBits => {
                mail.body = self.with_a_flipped_bit(&mail.body);
                vec![mail.now()]
            }
            RelayDoes::SignsAgain => {
                let as_itself = self.way(2) == 0;
                mail.body = self.changed(mail.body, |middle, envelope| {
                    middle.member.sign_again(envelope, as_itself)
                });
                if as_itself {
                    mail.from = Member::name();
                }
                vec![mail.now()]
            }
            RelayDoes::MovesTexts => {
                mail.body = self.changed(mail.body, |_, envelope| {
                    let mut header = envelope.parse_header().ok()?;
                    header.conversation = match header.conversation {
                        Conversation::All => Conversation::Private,
                        Conversation::Private => Conversation::All,
                    };
                    envelope.header = serde_json::to_vec(&header).ok()?.into();
                    Some(())
                });
                vec![mail.now()]
            }
            RelayDoes::OtherSuite => {
                mail.body = self.changed(mail.body, |_, envelope| {
                    let mut header = envelope.parse_header().ok()?;
                    header.suite = "none".to_owned();
                    envelope.header = serde_json::to_vec(&header).ok()?.into();
                    Some(())
                });
                vec![mail.now()]
            }
            _ => self.adds(mail),
        }
    }

    /// The envelope, and what the relay adds to it.
    fn adds(&mut self, mail: Held) -> Vec<Passed> {
        let extra = match self.does {
            RelayDoes::ForgesSenders => self.forged_text(&mail),
            _ => self.of_its_own(&mail.to),
        };
        let mut passed = vec![mail.now()];
        passed.extend(extra);
        passed
    }

    /// A text of the member under the sender's name, with the sender's fingerprint or with its own.
    fn forged_text(&mut self, mail: &Held) -> Vec<Passed> {
        let keeps_its_name = self.way(2) == 0;
        let sender = Envelope::decode(mail.body.clone()).and_then(|seen| seen.parse_header());
        let forged = self.person(&mail.to).and_then(|to| {
            let body = self.member.text(&to, 1, "I owe you a hundred")?;
            let mut envelope = Envelope::decode(body).ok()?;
            if !keeps_its_name {
                let mut header = envelope.parse_header().ok()?;
                header.from = sender.ok()?.from;
                envelope.header = serde_json::to_vec(&header).ok()?.into();
            }
            Some(mail.extra(mail.from.clone(), envelope.encode()))
        });
        forged.into_iter().collect()
    }

    /// Keeps one back until so many others have passed.
    fn withhold(&mut self, mail: Held, others: usize) -> Vec<Passed> {
        if self.strikes(Occasion::Delivered) {
            self.held.push(mail);
            return Vec::new();
        }
        let same = self.held.first().is_some_and(|first| first.to == mail.to);
        if !same {
            return vec![mail.now()];
        }
        self.held.push(mail);
        if self.held.len() <= others {
            return Vec::new();
        }
        // The first one comes last.
        self.held.rotate_left(1);
        self.held.drain(..).map(Held::now).collect()
    }

    fn swap_wraps(&mut self, mut mail: Held) -> Vec<Passed> {
        let is_for_another = self.held.first().is_some_and(|first| first.to != mail.to);
        if is_for_another && let Some(mut first) = self.held.pop() {
            let wraps = [&first.body, &mail.body].map(|body| Envelope::decode(body.clone()));
            if let [Ok(mut one), Ok(mut other)] = wraps {
                std::mem::swap(&mut one.wrap, &mut other.wrap);
                (first.body, mail.body) = (one.encode(), other.encode());
            }
            return vec![first.now(), mail.now()];
        }
        if self.strikes(Occasion::Delivered) {
            self.held.push(mail);
            return Vec::new();
        }
        vec![mail.now()]
    }

    fn with_a_flipped_bit(&mut self, body: &Bytes) -> Bytes {
        let part = self.way(4);
        self.changed(body.clone(), |middle, envelope| {
            let parts = [
                &mut envelope.header,
                &mut envelope.wrap,
                &mut envelope.signature,
                &mut envelope.ciphertext,
            ];
            let part = parts.into_iter().nth(part)?;
            let mut bytes = part.to_vec();
            let place = middle.member.rng.random_range(0..bytes.len());
            *bytes.get_mut(place)? ^= 1;
            *part = bytes.into();
            Some(())
        })
    }

    /// An envelope with something else in it; as it is where it is none.
    fn changed(
        &mut self,
        body: Bytes,
        change: impl FnOnce(&mut Self, &mut Envelope) -> Option<()>,
    ) -> Bytes {
        let Ok(mut envelope) = Envelope::decode(body.clone()) else {
            return body;
        };
        match change(self, &mut envelope) {
            Some(()) => envelope.encode(),
            None => body,
        }
    }
}
