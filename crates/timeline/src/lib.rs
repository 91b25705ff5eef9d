//! The timeline: the append-only record of everything observed in a play.

mod ask;
mod display;
mod event;
mod event_kind;
mod id;
mod level;
mod limit;
mod read;
mod surface;

pub use ask::ControlCommand;
pub use display::{hex, is_hidden, seconds, visible};
pub use event::{
    Direction, Ended, Event, FORMAT_VERSION, KeptFile, Kind, LinkEnd, Origin, StepResult, Stream,
};
pub use event_kind::{EventKind, Seen};
pub use id::{ExpectationId, StepId};
pub use level::Level;
pub use limit::Limit;
pub use read::read;
pub use surface::Surface;
