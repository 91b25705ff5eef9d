//! Records on the links, and what the relay saw of each.

use timeline::Direction;

/// Gives bytes of a file in the play's directory: name, offset, length.
pub type Bytes<'a> = &'a dyn Fn(&str, u64, u64) -> Vec<u8>;

/// One record on a link: a frame, or a piece of the stream where nothing tells frames apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose link.
    pub link: String,
    /// Which way.
    pub direction: Direction,
    /// For whom, where that is on it.
    pub to: Option<String>,
    /// Type of the frame, or `bytes`.
    pub kind: String,
    /// Length with everything, in bytes.
    pub len: u64,
    /// Bytes at its front that are for the relay; what follows is for the recipient, as its
    /// framing says. `None` where nothing tells them apart.
    pub head: Option<u64>,
    /// What is for the recipient looks like ciphertext. Never where nothing separates it from the rest.
    pub is_sealed: bool,
    /// File in the play's directory, and offset in it.
    pub place: (String, u64),
    /// The relay is to pass it on: it is not for the relay itself.
    pub is_relayed: bool,
    /// What the relay saw of it.
    pub sight: Sight,
    /// What its sender has just sent: indices of the texts that are searched for.
    pub(super) sought: Vec<usize>,
}

/// What the relay saw of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing was searched for: the step sends no text, or a very short one; or not all of the
    /// bytes could be searched.
    NotLookedFor,
    /// This stands nowhere in its bytes as it is, and nothing else was found so far.
    NotIn(String),
    /// This is in its bytes.
    In(String),
    /// Its text was found with the relay, but not in its bytes: what was found, and where.
    Elsewhere(String),
}

impl Sight {
    /// The relay could read the text.
    pub fn is_plaintext(&self) -> bool {
        matches!(self, Self::In(_) | Self::Elsewhere(_))
    }
}

impl Record {
    /// Where what is for the recipient begins; at its front where nothing tells.
    pub fn body_from(&self) -> u64 {
        self.head.unwrap_or_default()
    }

    /// Worth showing to those who ask what the relay gets: it is passed on, or it holds text.
    pub fn is_shown(&self) -> bool {
        self.direction == Direction::Up && (self.is_relayed || self.sight.is_plaintext())
    }

    /// Bytes, until more is known of them.
    pub(super) fn on(link: &str, direction: Direction, (at, len): (u64, u64)) -> Self {
        let end = match direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        Self {
            link: link.to_owned(),
            direction,
            to: None,
            kind: "bytes".to_owned(),
            len,
            head: None,
            is_sealed: false,
            place: (format!("wire/{link}.{end}"), at),
            is_relayed: true,
            sight: Sight::NotLookedFor,
            sought: Vec::new(),
        }
    }
}
