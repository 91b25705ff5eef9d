//! What relay and clients say to each other, as bytes.

use std::io;

/// The longest field.
const MAX_FIELD: usize = 1024 * 1024;

/// From a client to the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToRelay {
    Bye,
    Envelope {
        /// `None` is everyone else.
        to: Option<String>,
        wants: Wants,
        sealed: Vec<u8>,
        /// What the fault hands the relay; most have nothing.
        leak: Vec<u8>,
    },
    Hello {
        name: String,
        /// Empty where clients agree on no keys.
        public: Vec<u8>,
        leak: Vec<u8>,
    },
    KeepAlive,
}

/// What the sender of an envelope wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// That a text was accepted, or could not be.
    Acceptance,
    /// Only that nobody of this name is there.
    Failure,
    Nothing,
}

impl Wants {
    fn kind(self) -> u8 {
        match self {
            Self::Acceptance => b't',
            Self::Failure => b'f',
            Self::Nothing => b'e',
        }
    }

    fn of(kind: u8) -> Option<Self> {
        [Self::Acceptance, Self::Failure, Self::Nothing]
            .into_iter()
            .find(|wants| wants.kind() == kind)
    }
}

/// Somebody who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// As the relay announces it; empty if clients do not agree on keys.
    pub(crate) public: Vec<u8>,
}

/// From the relay to a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToClient {
    Accepted { to: String, count: usize },
    Envelope { from: String, sealed: Vec<u8> },
    Joined { who: Member },
    Left { who: String, reason: String },
    Refused { reason: String },
    Undelivered { to: String },
    Welcome { others: Vec<Member> },
}

impl ToRelay {
    /// What it is called where frames tell what they are.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Bye => "bye",
            Self::Envelope { .. } => "send",
            Self::Hello { .. } => "hello",
            Self::KeepAlive => "ping",
        }
    }

    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Bye => fields(b'b', &[]),
            Self::Envelope {
                to,
                wants,
                sealed,
                leak,
            } => {
                let to = to.as_deref().unwrap_or_default();
                fields(wants.kind(), &[to.as_bytes(), sealed, leak])
            }
            Self::Hello { name, public, leak } => fields(b'h', &[name.as_bytes(), public, leak]),
            Self::KeepAlive => fields(b'k', &[]),
        }
    }

    /// `None` when they say nothing that the relay knows.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, mut fields) = Fields::begin(bytes)?;
        Some(match kind {
            b'b' => Self::Bye,
            b'h' => Self::Hello {
                name: fields.text()?,
                public: fields.bytes()?,
                leak: fields.bytes()?,
            },
            b'k' => Self::KeepAlive,
            _ => Self::Envelope {
                wants: Wants::of(kind)?,
                to: Some(fields.text()?).filter(|to| !to.is_empty()),
                sealed: fields.bytes()?,
                leak: fields.bytes()?,
            },
        })
    }
}

impl ToClient {
    /// What it is called where frames tell what they are.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Envelope { .. } => "deliver",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::Refused { .. } => "refused",
            Self::Undelivered { .. } => "undelivered",
            Self::Welcome { .. } => "welcome",
        }
    }

    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        match self {
            Self::Accepted { to, count } => {
                fields(b'a', &[to.as_bytes(), count.to_string().as_bytes()])
            }
            Self::Envelope { from, sealed } => fields(b'e', &[from.as_bytes(), sealed]),
            Self::Joined { who } => fields(b'j', &who.fields()),
            Self::Left { who, reason } => fields(b'l', &[who.as_bytes(), reason.as_bytes()]),
            Self::Refused { reason } => fields(b'r', &[reason.as_bytes()]),
            Self::Undelivered { to } => fields(b'u', &[to.as_bytes()]),
            Self::Welcome { others } => {
                let others: Vec<&[u8]> = others.iter().flat_map(Member::fields).collect();
                fields(b'w', &others)
            }
        }
    }

    /// `None` when they say nothing that a client knows.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (kind, mut fields) = Fields::begin(bytes)?;
        Some(match kind {
            b'a' => Self::Accepted {
                to: fields.text()?,
                count: fields.text()?.parse().ok()?,
            },
            b'e' => Self::Envelope {
                from: fields.text()?,
                sealed: fields.bytes()?,
            },
            b'j' => Self::Joined {
                who: Member::read(&mut fields)?,
            },
            b'l' => Self::Left {
                who: fields.text()?,
                reason: fields.text()?,
            },
            b'r' => Self::Refused {
                reason: fields.text()?,
            },
            b'u' => Self::Undelivered { to: fields.text()? },
            b'w' => {
                let mut others = Vec::new();
                while !fields.is_over() {
                    others.push(Member::read(&mut fields)?);
                }
                Self::Welcome { others }
            }
            _ => return None,
        })
    }
}

impl Member {
    fn fields(&self) -> [&[u8]; 2] {
        [self.name.as_bytes(), &self.public]
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            name: fields.text()?,
            public: fields.bytes()?,
        })
    }
}

/// A kind, then each field behind its length.
pub(crate) fn fields(kind: u8, fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![kind];
    for field in fields {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        bytes.extend(length.to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// The fields that are still to be read.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The kind, and what follows it.
    pub(crate) fn begin(bytes: &'a [u8]) -> Option<(u8, Self)> {
        let (kind, rest) = bytes.split_first()?;
        Some((*kind, Self(rest)))
    }

    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn bytes(&mut self) -> Option<Vec<u8>> {
        let (length, rest) = self.0.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field.to_vec())
    }

    pub(crate) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?).ok()
    }
}

/// A record on the link: what it is, and its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    /// As everybody can read it; whoever receives it drops it.
    Clear,
    /// A part of what is sealed for this link; more follows.
    Part,
    /// Sealed for this link; or the last part of it.
    Sealed,
}

impl Record {
    /// What stands in front of so many bytes.
    pub(crate) fn header(self, length: usize) -> [u8; 5] {
        let [a, b, c, d] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        let kind = match self {
            Self::Clear => b'C',
            Self::Part => b'P',
            Self::Sealed => b'S',
        };
        [kind, a, b, c, d]
    }

    /// What such a header says.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub(crate) fn read(header: [u8; 5]) -> io::Result<(Self, usize)> {
        let [kind, length @ ..] = header;
        let kind = match kind {
            b'C' => Self::Clear,
            b'P' => Self::Part,
            b'S' => Self::Sealed,
            _ => return Err(io::Error::other("this is no record")),
        };
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > 2 * MAX_FIELD {
            return Err(io::Error::other("a record is too long"));
        }
        Ok((kind, length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_reads_back() {
        let to_relay = [
            ToRelay::Bye,
            ToRelay::KeepAlive,
            ToRelay::Hello {
                name: "bob".to_owned(),
                public: vec![3, 4],
                leak: vec![0],
            },
            ToRelay::Envelope {
                to: None,
                wants: Wants::Acceptance,
                sealed: vec![1, 2],
                leak: Vec::new(),
            },
            ToRelay::Envelope {
                to: Some("bob".to_owned()),
                wants: Wants::Failure,
                sealed: Vec::new(),
                leak: vec![255; 300],
            },
            ToRelay::Envelope {
                to: Some("bob".to_owned()),
                wants: Wants::Nothing,
                sealed: vec![9],
                leak: Vec::new(),
            },
        ];
        for frame in to_relay {
            assert_eq!(ToRelay::decode(&frame.encode()), Some(frame));
        }
        let member = |name: &str, public: &[u8]| Member {
            name: name.to_owned(),
            public: public.to_vec(),
        };
        let others = vec![member("alice", b""), member("bob", b"\0\xff")];
        for frame in [
            ToClient::Welcome { others },
            ToClient::Welcome { others: Vec::new() },
            ToClient::Joined {
                who: member("carol", b"7"),
            },
            ToClient::Accepted {
                to: "all".to_owned(),
                count: 2,
            },
        ] {
            assert_eq!(ToClient::decode(&frame.encode()), Some(frame));
        }
    }

    #[test]
    fn foreign_bytes_are_none() {
        for bytes in [&b""[..], b"z", b"h", b"h\0\0\0\x09bob", b"j\0\0\0\x01\xff"] {
            assert_eq!(ToRelay::decode(bytes), None);
            assert_eq!(ToClient::decode(bytes), None);
        }
        assert!(Record::read(*b"X\0\0\0\0").is_err());
        assert!(Record::read([b'S', 255, 0, 0, 0]).is_err());
    }
}
