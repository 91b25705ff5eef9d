//! Keys that the relay should not have: what it holds is tried on what clients sent.

use std::collections::BTreeSet;
use std::io::Read as _;

use super::Scans;
use super::crypto_misuse::MOST;
use crate::EngineError;
use crate::driver::links::wire_file;
use crate::participant::scratch::Scratch;
use crate::record::Writer;
use audit::{self, Transformation};
use timeline::{Direction, Kind, Surface};

impl Scans<'_> {
    /// Tries everything that may be a key on what clients sent for their texts: what it opens counts
    /// where it is held. How much there was to try.
    pub(super) fn try_held_keys(
        &mut self,
        scratch: &Scratch,
        record: &Writer,
    ) -> Result<Kind, EngineError> {
        let sent = self.sent(scratch, record)?;
        let tried = audit::tried_links(self.plan, record.events(), &sent);
        let tried = tried.iter().flat_map(|link| {
            [Direction::Up, Direction::Down].map(|direction| wire_file(link, direction))
        });
        let tried: BTreeSet<String> = tried.collect();
        for surface in [
            Surface::Arguments,
            Surface::Files,
            Surface::Output,
            Surface::Wire,
        ] {
            for place in self.places(surface, record).0 {
                self.go_on()?;
                if surface == Surface::Wire && !tried.contains(&place.name) {
                    continue;
                }
                // The search has reported what cannot be read.
                let mut bytes = Vec::new();
                let opened = place.open(scratch);
                let read = opened.and_then(|file| file.take(MOST).read_to_end(&mut bytes));
                if read.is_err() {
                    continue;
                }
                let values = match surface {
                    Surface::Files => audit::values_of_file(&bytes),
                    _ => audit::values(&bytes),
                };
                for value in values {
                    self.held.add(surface, &place.name, value.at as u64, value);
                }
            }
        }
        let is_stopped = || self.cancel.is_cancelled();
        let tried = self
            .held
            .open(self.plan, record.events(), &sent, is_stopped);
        self.go_on()?;
        for finding in tried.findings {
            if let Kind::Finding { surface, .. } = finding {
                self.counters(surface).find(finding, None);
            }
        }
        for (surface, count) in tried.left_out {
            self.counters(surface).miss(format!(
                "{count} values that may be keys were not tried on what clients sent: there are too many"
            ));
        }
        let compared = tried.compared;
        Ok(Kind::Examined {
            detector: Transformation::OpeningKey.word().to_owned(),
            compared,
            lacking: (compared == 0).then(|| "nothing that may be a key was held".to_owned()),
        })
    }
}
