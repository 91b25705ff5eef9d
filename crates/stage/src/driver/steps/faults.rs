//! Faults of links.

use crate::EngineError;
use crate::driver::Play;
use scenario::Fault;

impl Play<'_> {
    /// The links of these clients get a fault.
    pub(super) async fn fault(
        &mut self,
        clients: &[String],
        fault: &Fault,
        seed: u64,
    ) -> Result<(), EngineError> {
        for client in clients {
            // Its link may have a fault before it connects for the first time.
            self.link(client).await?;
        }
        self.links.break_with(clients, fault, seed);
        Ok(())
    }
}
