//! What a word stands for: `PORT`, `<nick>`, `server_host`.

/// What a program wants to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Meaning {
    /// Host and port in one word.
    Address,
    /// A port.
    Port,
    /// A host.
    Host,
    /// The name of whoever uses the client.
    Name,
    /// A room.
    Room,
    /// What all members know.
    Secret,
}

/// Parts of words, the most telling first.
const WORDS: [(&[&str], Meaning); 6] = [
    (
        &["host:port", "addr:port", "127.0.0.1:", "localhost:"],
        Meaning::Address,
    ),
    (&["port"], Meaning::Port),
    (&["pass", "secret", "phrase", "key"], Meaning::Secret),
    (
        &[
            "nick", "user", "name", "handle", "login", "alice", "bob", "who",
        ],
        Meaning::Name,
    ),
    (&["room", "channel", "lobby"], Meaning::Room),
    (
        &["host", "addr", "server", "where", "127.0.0.1", "localhost"],
        Meaning::Host,
    ),
];

impl Meaning {
    /// Of a word, in any case.
    pub(crate) fn of(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        if bare.len() >= 4 && bare.parse::<u16>().is_ok() {
            return Some(Self::Port);
        }
        if bare == "ip" {
            return Some(Self::Host);
        }
        // `username` has a host in it neither way; `hostname` is a host.
        if bare == "hostname" {
            return Some(Self::Host);
        }
        let mut words = WORDS.iter();
        let found = words.find(|(parts, _)| parts.iter().any(|part| word.contains(part)));
        found.map(|(_, meaning)| *meaning)
    }

    /// What a client is given.
    pub(crate) fn for_client(self) -> &'static str {
        match self {
            Self::Address => "127.0.0.1:{port}",
            Self::Port => "{port}",
            Self::Host => "127.0.0.1",
            Self::Name => "{name}",
            Self::Room => "lobby",
            Self::Secret => "open sesame",
        }
    }

    /// What a relay is given, with this port.
    pub(crate) fn for_relay(self, port: u16) -> String {
        match self {
            Self::Address => format!("127.0.0.1:{port}"),
            Self::Port => port.to_string(),
            Self::Host => "127.0.0.1".to_owned(),
            Self::Name | Self::Room => "{control}".to_owned(),
            Self::Secret => "open sesame".to_owned(),
        }
    }
}
