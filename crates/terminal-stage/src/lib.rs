//! The stage in a terminal: every client's pane, the relay's view in the middle, what the step
//! means, what happened so far, and the keys.
//!
//! ```text
//! events ──► Model (pure) ──► draw (pure) ──► terminal
//! keys   ──►              ──► ControlCommand ──► the play
//! ```
//!
//! The screen shows a [`report::scene::Scene`], which comes from the timeline
//! alone: so a saved play looks as it did when it was played. What it shows is never passed off
//! as something else: the banner says whether it goes on now, was a step ago, is a recording,
//! or has left the scenario.

mod draw;
mod guard;
mod keys;
mod live;
mod model;
mod parts;
mod playback;
mod player;
mod recording;
mod still;
mod wrap;

pub use draw::draw;
pub use guard::fits;
pub use live::{Find, Holder, Message, StandIn, StandInError, channel, live};
pub use model::{Effect, Ending, Model, Read, Reader, Source};
pub use playback::{SavedPlay, recorded};
pub use player::ScreenError;
pub use recording::{Size, record, still};
