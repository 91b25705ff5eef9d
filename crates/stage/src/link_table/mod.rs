//! What programs meet through a tap, beside what they meet without one: small behaviours of
//! sockets, each tried both ways in the networks of a stage.
//!
//! ```text
//! mod ── both ways, side by side ── rows: the table
//! ends ── sockets of a client and of the relay ── opening, passing, ending: the behaviours
//! ```

mod ending;
mod ends;
mod opening;
mod passing;
mod rows;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;

use self::ends::Ends;
use self::rows::ROWS;
use crate::EngineError;
use crate::isolation::closed::Closed;
use crate::isolation::stage_thread::StageThread;
use timeline::Level;

/// A behaviour of sockets.
struct Row {
    what: &'static str,
    /// Does it, and says what was met.
    meet: fn(&Ends) -> std::io::Result<String>,
    /// Why it may be another one through a tap.
    difference: Option<&'static str>,
}

/// What was met both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// What was done.
    pub what: &'static str,
    /// What was met without a tap.
    pub directly: String,
    /// What was met through one.
    pub through_tap: String,
    /// Why the one may be unlike the other.
    pub difference: Option<&'static str>,
}

impl Compared {
    /// The same was met, or it is known why not.
    pub fn is_known(&self) -> bool {
        self.is_alike() || self.difference.is_some()
    }

    /// The same was met both ways.
    pub fn is_alike(&self) -> bool {
        self.directly == self.through_tap
    }
}

/// Tries every behaviour, directly and through a tap.
///
/// # Errors
///
/// When the system refuses networks or sockets.
pub async fn compare(level: Level, stage_init: PathBuf) -> Result<Vec<Compared>, EngineError> {
    let stage = Arc::new(StageThread::start(level, stage_init, Closed::default()).await?);
    let runtime = Handle::current();
    let rows = tokio::task::spawn_blocking(move || -> Result<Vec<Compared>, EngineError> {
        let rows = ROWS.iter().map(|row| {
            let directly = Ends::direct(&runtime, &stage)?;
            let directly = met(row, &directly);
            let through_tap = Ends::tapped(&runtime, &stage)?;
            Ok(Compared {
                what: row.what,
                directly,
                through_tap: met(row, &through_tap),
                difference: row.difference,
            })
        });
        rows.collect()
    });
    rows.await
        .map_err(|_| EngineError::Fault("a row of the link table panicked"))?
}

fn met(row: &Row, ends: &Ends) -> String {
    (row.meet)(ends).unwrap_or_else(|error| ends::in_words(&error))
}
