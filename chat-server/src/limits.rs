//! Every bound of the relay that is not part of the protocol, in one place.

use std::time::Duration;

use crate::rates::Rate;

/// Frames that wait to be written to one client. Above `MAX_UNACKNOWLEDGED`, so that a
/// burst of small messages is answered with `busy` before its recipient is cut off.
pub(crate) const MAX_QUEUED_FRAMES: usize = 8192;

/// Bytes that wait to be written to one client: sixteen windows of file chunks.
pub(crate) const MAX_QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// The share of both that what other clients send may take: a quarter is left for the relay's own
/// words. So whoever sends too much is refused, and the recipient is not cut off for it.
pub(crate) const MAIL_SHARE: (usize, usize) = (3, 4);

/// What one sender may have waiting for others, in bytes: what five of them queue at the most.
pub(crate) const MAX_SENT_BYTES: usize = 32 * 1024 * 1024;

/// What may wait of all senders for all recipients, in bytes.
pub(crate) const MAX_WAITING_BYTES: usize = 256 * 1024 * 1024;

/// A letter waits for fewer days than this for somebody who is away: envelopes open for as long.
pub(crate) const MAIL_DAYS: u32 = chat_protocol::limits::MAIL_DAYS;

/// Letters that wait for one person.
pub(crate) const MAX_LETTERS: usize = 1024;

/// Letters of one sender that wait for one person: nobody fills a box alone.
pub(crate) const MAX_LETTERS_OF_A_SENDER: usize = MAX_LETTERS / 4;

/// What is counted for each letter beside its envelope, in bytes: its label in memory, and its entry in the file.
pub(crate) const LETTER_BYTES: usize = 256;

/// Bytes that wait for one person.
pub(crate) const MAX_BOX_BYTES: usize = 16 * 1024 * 1024;

/// Bytes that wait for all who are away.
pub(crate) const MAX_MAIL_BYTES: usize = 1024 * 1024 * 1024;

/// Bytes of waiting letters that are read and delivered at once, before they are acknowledged.
pub(crate) const MAIL_AT_ONCE: usize = 1024 * 1024;

/// Files that a client takes at the same time, of all senders.
pub(crate) const MAX_FILES: usize = 128;

/// Words about files given up that wait for one client, of one sender: as many files as a client takes of one, and more.
pub(crate) const MAX_CANCELS_OF_A_SENDER: usize = 16;

/// Events that wait for the router. When it is full, connections stop reading.
pub(crate) const MAX_QUEUED_EVENTS: usize = 1024;

/// Frames that are written at once, with one system call where the socket takes them.
pub(crate) const MAX_BATCH: usize = 64;

/// The longest body that is copied to be written with what is before and after it, in bytes: a copy costs less than
/// a piece of its own.
pub(crate) const MAX_COPIED: usize = 1024;

/// Frames for which a queue keeps room while nothing waits in it.
pub(crate) const KEPT_ROOM: usize = 4;

/// What is reserved before each read while little comes, in bytes: a connection that waits holds it.
pub(crate) const IDLE_READ: usize = 1024;

/// The same while much comes. Small, since a short message that waits for its recipient keeps the
/// whole block alive.
pub(crate) const BUSY_READ: usize = 16 * 1024;

/// The most that is reserved before each read, in bytes: one large frame.
pub(crate) const MAX_READ: usize = chat_protocol::limits::MAX_FRAME;

/// Names that the directory holds. Nobody can fill the disk with names.
pub(crate) const MAX_PEOPLE: usize = 10_000;

/// New names that one address may take. With [`UNUSED_NAME_DAYS`], no address can fill the directory; and at once
/// it fills no more than half of the connections that a relay has by default.
pub(crate) const NEW_NAMES: Rate = Rate {
    burst: 512,
    every: Duration::from_secs(120),
};

/// Logins of one address that are checked at once; more of them wait for each other. Each costs a signature's check.
pub(crate) const LOGINS: Rate = Rate {
    burst: 2048,
    every: Duration::from_millis(50),
};

/// How long a connection waits between two new encryption keys: everybody who is here is told of each.
pub(crate) const RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// Addresses of which a rate is remembered.
pub(crate) const MAX_ADDRESSES: usize = 4096;

/// A name that was never used again after its first day is free after so many days.
pub(crate) const UNUSED_NAME_DAYS: u32 = 7;

/// Any other name is free when it was not used for so many days.
pub(crate) const NAME_DAYS: u32 = 365;

/// Names that one key may have. So nobody fills the directory without making hundreds of keys.
pub(crate) const MAX_NAMES_OF_A_KEY: usize = 32;

/// How long a client may take no byte at all while some wait for it.
pub(crate) const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// How long a frame may take from its first byte to its last.
pub(crate) const FRAME_DEADLINE: Duration = Duration::from_secs(15);

/// How long the client that holds a name has for its pong when the same person logs in again.
pub(crate) const INCUMBENT_DEADLINE: Duration = Duration::from_secs(2);

/// How long the last frames of a connection may take to be written.
pub(crate) const FAREWELL_DEADLINE: Duration = Duration::from_secs(2);

/// How long the relay reads on after its last frame, so that the system does not reset
/// the connection before the client has read why it was closed.
pub(crate) const LINGER_DEADLINE: Duration = Duration::from_secs(1);

/// How much the relay reads on after its last frame, in bytes.
pub(crate) const MAX_LINGER: usize = 1024 * 1024;

/// How long the relay takes to shut down, at the most: a farewell and a little more.
pub(crate) const SHUTDOWN_DEADLINE: Duration = Duration::from_millis(2500);

/// How long the relay waits before it accepts again, when the system refused to.
pub(crate) const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Readers of the metrics at a time; more are closed.
pub(crate) const MAX_SCRAPES: usize = 4;

/// The longest request for them, in bytes.
pub(crate) const MAX_SCRAPE: usize = 8 * 1024;

/// How long such a request and its answer may take.
pub(crate) const SCRAPE_DEADLINE: Duration = Duration::from_secs(5);

/// Connections above the cap that are told so at the same time; the rest is closed silently.
pub(crate) const MAX_TURNED_AWAY: usize = 64;

/// The longest text of an error, in characters: some texts quote what the client sent.
pub(crate) const MAX_ERROR_TEXT: usize = 256;

/// The longest program name of a client that is logged, in characters.
pub(crate) const MAX_AGENT: usize = 64;
