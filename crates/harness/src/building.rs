//! What adapters build, before anything is played.

use std::collections::BTreeMap;
use std::sync::Arc;

use scenario::adapter::Adapter;
use stage::{BuildError, BuildPlace, EngineError, Reports};

use super::one::stage_init;
use super::{RunContext, RunDir};

impl RunContext {
    /// Builds what the adapters of this run build; the plays then use what was built.
    ///
    /// # Errors
    ///
    /// When something does not build, and for faults of the machine.
    pub(super) async fn build(&mut self, dir: &RunDir) -> Result<(), EngineError> {
        let built = async |adapter: &Adapter| {
            let built = self.built(adapter.clone(), dir).await?;
            built.map_err(|why| EngineError::DoesNotBuild {
                adapter: adapter.name.clone(),
                why,
            })
        };
        let main = built(&self.adapter).await?;
        let mut others = BTreeMap::new();
        for (name, other) in &*self.others {
            others.insert(name.clone(), built(other).await?);
        }
        (self.adapter, self.others) = (Arc::new(main), Arc::new(others));
        Ok(())
    }

    /// An adapter whose sources are built.
    pub(super) async fn built(
        &self,
        mut adapter: Adapter,
        dir: &RunDir,
    ) -> Result<Result<Adapter, BuildError>, EngineError> {
        let Some(spec) = adapter.build.clone() else {
            return Ok(Ok(adapter));
        };
        let place = BuildPlace {
            level: self.level,
            stage_init: stage_init(self)?,
            reports: self.not_shown(dir),
            dir: dir.builds(),
            cancel: self.cancel.clone(),
        };
        match stage::build(&adapter, &spec, &place).await? {
            Err(why) => Ok(Err(why)),
            Ok(built) => {
                let built = built.display().to_string();
                adapter.settings.insert(spec.setting, built);
                Ok(Ok(adapter))
            }
        }
    }

    /// What participants of a run do not see.
    pub(super) fn not_shown(&self, dir: &RunDir) -> Reports {
        let mut others = self.closed.clone();
        others.push(dir.builds());
        Reports {
            others,
            ..dir.reports()
        }
    }
}
