//! Where a program can be made to die.

/// The environment variable that says where: the name of a point, a colon, and at which time of reaching it, counted
/// from 1. `relay-mail-committed:2`.
pub const VARIABLE: &str = "CHAT_DIES_AT";

/// Before and after everything that makes something durable or promises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumIter, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Point {
    /// Mail has come, and is not in the relay's file.
    RelayMailUncommitted,
    /// Mail is in the relay's file, and its sender is not yet informed.
    RelayMailCommitted,
    /// A recipient has acknowledged mail, which is still in the relay's file.
    RelayRemovalUncommitted,
    /// It is out of the relay's file.
    RelayRemovalCommitted,
    /// A recipient has acknowledged an envelope, and its sender is not yet informed.
    RelayAckTaken,
    /// Bytes have left for a client: an answer, an envelope or something else.
    RelaySent,
    /// The relay's key or the names are written beside their file.
    RelayStateWritten,
    /// That file is replaced.
    RelayStateRenamed,
    /// A text is to be remembered.
    ClientHistoryUnwritten,
    /// It is in the history.
    ClientHistoryWritten,
    /// What was opened or written is to be noted.
    ClientJournalUnwritten,
    /// It is in the journal.
    ClientJournalWritten,
    /// A text is shown, and nothing is acknowledged.
    ClientShown,
    /// Bytes have left for the relay: of a text, of an acknowledgement or of something else.
    ClientSent,
    /// A file of the home is written beside its place.
    ClientStateWritten,
    /// It is in its place.
    ClientStateRenamed,
    /// A file of somebody else is complete, and has no name yet.
    ClientFileWritten,
    /// It has its name, and its sender is not yet informed.
    ClientFileRenamed,
}

impl Point {
    /// Whether the relay reaches it, and not a client.
    pub fn is_of_relay(self) -> bool {
        self.to_string().starts_with("relay-")
    }
}

/// Dies here and at once, if [`VARIABLE`] says so. Does nothing in builds without debug assertions.
pub fn reach(point: Point) {
    #[cfg(debug_assertions)]
    armed::reach(point);
    #[cfg(not(debug_assertions))]
    let _ = point;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{Point, VARIABLE};

    struct Armed {
        point: Point,
        /// How often it can still be reached.
        left: AtomicU64,
    }

    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

    pub(super) fn reach(point: Point) {
        let armed = ARMED.get_or_init(|| std::env::var(VARIABLE).ok().and_then(|text| read(&text)));
        if let Some(armed) = armed
            && armed.point == point
            && armed.left.fetch_sub(1, Ordering::Relaxed) == 1
        {
            std::process::abort();
        }
    }

    fn read(text: &str) -> Option<Armed> {
        let (point, left) = text.split_once(':')?;
        Some(Armed {
            point: point.parse().ok()?,
            left: AtomicU64::new(left.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::Point;

    #[test]
    fn every_point_has_a_name_that_can_be_read() {
        for point in Point::iter() {
            assert_eq!(point.to_string().parse(), Ok(point));
        }
        assert!(Point::RelayMailCommitted.is_of_relay());
        assert!(!Point::ClientShown.is_of_relay());
    }
}
