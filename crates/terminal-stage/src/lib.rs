//! The stage in a terminal: every client's pane, the relay's view in the middle, what the step
//! means, what happened so far, and the keys.
//!
//! ```text
//! events ──► Model (pure) ──► draw (pure) ──► terminal
//! keys   ──►              ──► Ask ──► the play
//! ```
//!
//! The screen shows a [`report::scene::Scene`], which comes from the timeline
//! alone: so a saved play looks as it did when it was played. What it shows is never passed off
//! as something else: the banner says whether it goes on now, was a step ago, is a recording,
//! or has left the scenario.

mod draw;
mod film;
mod guard;
mod live;
mod model;
mod player;
mod recorded;
mod reel;
mod still;
mod wrap;

pub use draw::draw;
pub use film::{Size, film, still};
pub use guard::fits;
pub use live::{Find, Holder, Message, StandIn, channel, live};
pub use model::{Effect, Ending, Model, Origin, Read, Reader};
pub use player::ScreenError;
pub use reel::{Played, recorded};
