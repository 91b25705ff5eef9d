//! What clients sent, read back at the end of a play and examined.

use std::fs;

use super::EngineError;
use super::drive::{Play, wire_file};
use crate::audit;
use crate::timeline::Direction;

impl Play<'_> {
    /// Records what the bytes on the links tell of how they were made.
    pub(super) fn examine(&mut self) -> Result<(), EngineError> {
        let mut sent = audit::Sent::new();
        for client in &self.plan.clients {
            let file = wire_file(&client.name, Direction::Up);
            // Who never connected sent nothing.
            if self.writer.kept().any(|(kept, _)| kept == file) {
                let path = self.writer.dir().join(file);
                let bytes = fs::read(&path).map_err(EngineError::file("read", path))?;
                sent.insert(client.name.clone(), bytes);
            }
        }
        let told = audit::examine(self.plan, self.writer.events(), &sent);
        told.into_iter().try_for_each(|kind| self.record(kind))
    }
}
