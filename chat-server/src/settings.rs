//! What the relay is told from outside, as plain values.

use std::time::Duration;

use chat_protocol::Name;

/// How a relay behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The relay's name, which clients sign in their login.
    pub name: Name,
    /// Whether connections are encrypted, with a certificate made from the relay's key.
    pub tls: bool,
    /// After how much silence a client is pinged; after twice as much it is cut off. `None`
    /// for never.
    pub keepalive: Option<Duration>,
    /// How long a client has for its login.
    pub login_deadline: Duration,
    /// Connections at the same time, logged in or not.
    pub max_connections: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: Name::try_from("relay".to_owned()).expect("keeps the rules for names"),
            tls: false,
            keepalive: Some(Duration::from_secs(20)),
            login_deadline: Duration::from_secs(10),
            max_connections: 1024,
        }
    }
}
