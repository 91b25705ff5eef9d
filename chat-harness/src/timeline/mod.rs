//! The timeline: the append-only record of everything observed in a play.

mod ask;
mod clerk;
mod event;
mod kept;
mod read;
mod writer;

pub use ask::Ask;
pub use event::{
    Direction, Ended, Event, FORMAT_VERSION, Kind, LinkEnd, Origin, Seen, StepResult, Stream,
};
pub use read::read;
pub use writer::{Observer, Placed, Writer};
