//! A load, from plan to report.

use super::one::{self, Which};
use super::{Ground, RunDir, sweep};
use crate::adapter::Adapter;
use crate::judge::{self, Figures, PlayVerdict};
use crate::plan::{LeftOut, LoadPlan, LoadShape};
use crate::report::{self, PlayReport, Searches, Used};
use crate::scenario::Scenario;
use crate::stage::{self, EngineError, Hand, Level, Pace, inquiries};
use crate::timeline::{Event, Observer};

/// What came of a load.
#[derive(Clone, Debug)]
pub struct LoadReport {
    /// As of a play.
    pub play: PlayReport,
    /// How many, for how long; in whole groups.
    pub shape: LoadShape,
    /// Steps of the scenario that were not played.
    pub left_out: Vec<LeftOut>,
    /// What was measured; nothing where it was not played.
    pub figures: Figures,
}

/// Plays the steps of a scenario by many groups at once; everything is in the directory of
/// the run afterwards. The observer is made when the plan is known.
///
/// # Errors
///
/// As [`super::test()`].
pub async fn load(
    ground: &Ground,
    scenario: &Scenario,
    shape: LoadShape,
    run: &RunDir,
    observer: impl FnOnce(&LoadPlan) -> Observer,
) -> Result<LoadReport, EngineError> {
    let below = RunDir::below(&scenario.id);
    let path = ground.shown(&scenario.path);
    let which = Which {
        scenario: &scenario.id,
        path: &path,
        dir: &below,
        number: 1,
    };
    let not_played = |why: PlayVerdict| LoadReport {
        play: one::not_played(ground, which, why),
        shape,
        left_out: Vec::new(),
        figures: Figures::default(),
    };
    let identities = identities(&ground.adapter);
    let whereabouts = (ground.seed, ground.scenarios.as_path());
    let planned = LoadPlan::new(scenario, &ground.cast(), whereabouts, shape, identities);
    let plan = match planned {
        Ok(plan) => plan,
        Err(missing) => return Ok(not_played(PlayVerdict::Unsupported(missing.to_string()))),
    };
    if let Some(why) = &plan.whole.namespaces
        && ground.level < Level::Namespaces
    {
        let why = format!("needs the isolation level namespaces: {why}");
        return Ok(not_played(PlayVerdict::Skip(why)));
    }
    let dir = run.path().join(&below);
    one::write(&dir, "plan.json", &one::as_json(&plan.whole)?)?;
    let settings = stage::Settings {
        level: ground.level,
        stage_init: one::stage_init(ground)?,
        binaries: ground.binaries.clone(),
        dir: dir.clone(),
        mark: format!("{}-load-{}", std::process::id(), scenario.id),
        pace: Pace::Full,
        hand: Hand::none(),
        observer: Some(observer(&plan)),
        limit: None,
        inquiries: inquiries().1,
        cancel: ground.cancel.clone(),
    };
    let events = stage::play_load(&plan, settings).await?;
    sweep(ground.level).await?;
    let report = judged(which, plan, &events)?;
    one::write_result(&dir, &report.play)?;
    one::write(
        &dir,
        "load.json",
        &one::as_json(&report::load::Kept::of(&report))?,
    )?;
    Ok(report)
}

fn judged(which: Which<'_>, plan: LoadPlan, events: &[Event]) -> Result<LoadReport, EngineError> {
    let judged = judge::load(&plan, events);
    let (verdicts, figures) =
        judged.map_err(|_| EngineError::Fault("a round that was played cannot be planned"))?;
    let blank = one::blank(which, one::elapsed(events), verdicts.play.clone());
    let play = PlayReport {
        verdicts,
        adapter: plan.whole.adapter.name.clone(),
        seed: plan.whole.seed,
        level: one::level(events),
        searches: Searches {
            secrets: figures.planted,
            ..Searches::of(None, events)
        },
        used: Used::of(events),
        ..blank
    };
    Ok(LoadReport {
        play,
        shape: plan.shape,
        left_out: plan.left_out,
        figures,
    })
}

/// How many ready-made keys there are for clients, where they get some.
fn identities(adapter: &Adapter) -> Option<usize> {
    let pools = adapter.client.copy.iter().filter(|copy| copy.pool);
    pools.map(|copy| stage::pool_size(&copy.from)).min()
}
