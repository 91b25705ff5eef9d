//! What keeps plays apart from each other and from the machine: namespaces, Landlock, hidden
//! sockets.

pub(crate) mod addresses;
mod bound;
pub(crate) mod closed;
pub mod confine;
pub mod init;
pub mod level;
pub mod namespace;
pub(crate) mod netlink;
pub mod sockets;
pub(crate) mod stage_thread;
