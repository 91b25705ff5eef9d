//! Pid 1 of a play, which adopts whatever outlives the process that has started it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::EngineError;
use crate::participant::tree::children;

/// What the kernel keeps between processes is of one participant alone: so its namespace says
/// whose a process is, whatever has become of its parent, its session and its environment.
const NAMESPACE: &str = "ns/ipc";

/// Whose each of these namespaces is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners(Arc<Mutex<BTreeMap<PathBuf, String>>>);

impl Owners {
    /// What the calling thread starts from now on belongs to a participant. The machine's `/proc` must be there.
    ///
    /// # Errors
    ///
    /// What the system says. Nobody may start then: what it leaves behind would count as somebody else's.
    pub(crate) fn calling_thread_starts_for(&self, who: &str) -> Result<(), EngineError> {
        let namespace = std::fs::read_link(Path::new("/proc/thread-self").join(NAMESPACE))
            .map_err(EngineError::system("see whose a process will be"))?;
        let mut owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.insert(namespace, who.to_owned());
        Ok(())
    }

    fn of(&self, pid: i32) -> Option<String> {
        let namespace = std::fs::read_link(format!("/proc/{pid}/{NAMESPACE}")).ok()?;
        let owners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        owners.get(&namespace).cloned()
    }
}

/// Who adopts in a play.
#[derive(Clone, Debug)]
pub(crate) struct Adopter {
    /// Pid 1, as the harness sees it.
    pub(crate) init: i32,
    pub(crate) owners: Owners,
}

impl Adopter {
    /// What it has adopted, with whose it is. What has left its participant's namespace, to be
    /// nobody's, counts as `otherwise`'s.
    pub(crate) fn adopted(&self, otherwise: &str) -> Vec<(String, i32)> {
        let adopted = children(self.init).into_iter();
        let with_owner = adopted.map(|pid| {
            let owner = self.owners.of(crate::participant::proc::living(pid));
            (owner.unwrap_or_else(|| otherwise.to_owned()), pid)
        });
        with_owner.collect()
    }
}
