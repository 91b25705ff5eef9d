//! A relay that does what clients must withstand.
//!
//! It is an honest relay with something in front of it that sees every frame ([`Middle`], without I/O) and passes on
//! what it likes. What it likes is one word ([`RelayDoes`](scenario::RelayDoes)); a seed says when it strikes, and which of several ways it
//! takes. Tests of the client drive the same behaviours without sockets.
//!
//! ```text
//! alice ──► Middle ──► honest relay
//! bob   ◄── Middle ◄──┘
//! ```

mod does;
mod member;
mod middle;
mod proxy;

pub use member::MEMBER;
pub use middle::{Middle, Passed};
pub use proxy::serve;
