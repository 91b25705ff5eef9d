//! The list of a room's members.
//!
//! ```text
//! create ◄── add bob ◄── add carol ◄── remove bob
//!                 ◄───── leave (carol), by somebody who did not know of the removal yet
//! ```
//!
//! Each entry is signed by a member and names the latest entries that its author knew, by their digests. So the
//! entries are a graph without a server: nobody but a member adds to it, and nobody takes anything out of its middle.
//!
//! Who is in the room follows from the *set* of entries, in whatever order they came ([`List::members`]). Two members
//! who change it at the same time therefore need no arbiter:
//!
//! - Whoever is removed or leaves is out, whatever others did at the same time.
//! - What somebody did without knowing of the own removal does not count, nor what rests on it: so nobody can act
//!   in the past.
//!
//! A [`List`] has only entries that were checked. It holds no secret: signatures are made elsewhere.

mod error;
mod list;
mod membership;
mod set;

pub use error::InvalidEntry;
pub use list::List;
pub use membership::Member;
