//! Every limit of the protocol, in one place. Sizes are bytes unless the name says otherwise.

/// The largest frame before a client has logged in, without its length field.
pub const MAX_FRAME_BEFORE_LOGIN: usize = 8 * 1024;

/// The largest frame after the login, without its length field.
pub const MAX_FRAME: usize = 256 * 1024;

/// The largest hop header; its length travels as a `u16`.
pub const MAX_HOP_HEADER: usize = 8 * 1024;

/// The largest end-to-end header; its length travels as a `u16`.
pub const MAX_ENVELOPE_HEADER: usize = 2 * 1024;

/// The longest name, in bytes. Names are ASCII.
pub const MAX_NAME: usize = 32;

/// The longest text of one message, in bytes of UTF-8.
pub const MAX_TEXT: usize = 64 * 1024;

/// Messages that one receipt is for.
pub const MAX_RECEIPTS: usize = 256;

/// The longest file name in an offer, in bytes of UTF-8.
pub const MAX_FILE_NAME: usize = 255;

/// The bits of every RSA modulus.
pub const RSA_BITS: usize = 3072;

/// The length of a wrapped secret and of a signature: one RSA-3072 block.
pub const RSA_BLOCK: usize = RSA_BITS / 8;

/// The plaintext in one chunk of a file.
pub const CHUNK: usize = 64 * 1024;

/// How many chunks a recipient lets a sender be ahead of it, for each file.
pub const FILE_WINDOW: u32 = 8;

/// The largest file, 64 GiB: the number of chunks stays far below the limits of STREAM.
pub const MAX_FILE: u64 = 64 * 1024 * 1024 * 1024;

/// How many messages one key session carries at the most.
pub const MAX_SESSION_MESSAGES: u64 = 10_000;

/// How long one key session lives, in seconds.
pub const SESSION_SECONDS: u64 = 60 * 60;

/// For how many days an envelope opens after its session: as long as a relay keeps mail.
pub const MAIL_DAYS: u32 = 7;

/// The same in seconds.
pub const MAIL_SECONDS: u64 = MAIL_DAYS as u64 * 24 * 60 * 60;

/// Messages that the relay holds for one recipient until they are acknowledged.
pub const MAX_UNACKNOWLEDGED: usize = 4096;

/// Entries in the list of a room: all of them fit into one envelope, which is how they travel.
pub const MAX_ROOM_ENTRIES: usize = 128;

/// Those of them that others than its creator may write: some are left to remove whoever writes too many.
pub const MAX_ROOM_ENTRIES_OF_OTHERS: usize = 96;

/// What all entries of a room together may name as standing before them, and how much of that is for others than its
/// creator.
pub const MAX_ROOM_PARENTS: usize = 1024;

/// The same, for others than the creator.
pub const MAX_ROOM_PARENTS_OF_OTHERS: usize = 768;

/// People in a room.
pub const MAX_ROOM_MEMBERS: usize = 64;
