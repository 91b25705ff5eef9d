//! Further plays of a scenario in which other words are said, compared with the first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::RunContext;
use super::files::{as_json, write};
use super::one::stage_init;
use differential::{Turn, Words};
use judge::{FurtherPlays, PlayVerdict, Verdict, snapshot};
use scenario::Scenario;
use scenario::plan::{self, OtherWords, Plan};
use stage::{Commands, Comparing, EngineError, Pace, Reports, Settings, StatusRequests};
use timeline::Event;

/// Where they lie, below the first play.
const DIR: &str = "comparison";

/// What they share with the first.
#[derive(Debug)]
pub(super) struct Further<'a> {
    pub(super) context: &'a RunContext,
    pub(super) scenario: &'a Scenario,
    pub(super) dir: &'a Path,
    pub(super) reports: Reports,
    pub(super) limit: Option<Duration>,
}

/// Whether it is worth to compare others with a play that ended so: it was played to its end, and
/// gave nothing away.
pub(super) fn is_comparable(verdict: &PlayVerdict) -> bool {
    verdict.is_fine() || *verdict == PlayVerdict::CannotTell
}

/// A play is over: what can be counted of it is compared as well.
pub(super) fn end(comparing: &Comparing, plan: &Plan, events: &[Event]) {
    if let Some(mut known) = comparing.known() {
        for (surface, fact) in snapshot::sizes(plan, events) {
            known.fact(surface, fact);
        }
        known.end();
    }
}

impl Further<'_> {
    /// Plays with other words and the first ones in turns, until it is decided what goes with them,
    /// or a play ends otherwise than the first. Where nothing was found their files are removed.
    pub(super) async fn play(&self, comparing: &Comparing) -> Result<FurtherPlays, EngineError> {
        let mut red = Vec::new();
        for number in 2_u32.. {
            let Some(turn) = comparing.known().and_then(|mut known| {
                known.next_turn()?;
                Some(known.begin())
            }) else {
                break;
            };
            let (plan, events) = self.one(turn, number, comparing).await?;
            end(comparing, &plan, &events);
            let verdicts = judge::judge(&plan, &events, &[]);
            if !is_comparable(&verdicts.play) {
                red = verdicts.checks;
                red.retain(|check| check.verdict > Verdict::CannotTell);
                break;
            }
        }
        let differences = comparing.known().map(|known| known.differences());
        let differences = differences.unwrap_or_default();
        let mut surfaces = differences.surfaces.values();
        if red.is_empty() && surfaces.all(|surface| surface.found.is_empty()) {
            // Next time it is not in the way: the run has a directory of its own.
            fs::remove_dir_all(self.dir.join(DIR)).ok();
        }
        Ok(FurtherPlays { differences, red })
    }

    async fn one(
        &self,
        turn: Turn,
        number: u32,
        comparing: &Comparing,
    ) -> Result<(Plan, Vec<Event>), EngineError> {
        let context = self.context;
        let other = OtherWords {
            texts: turn.texts == Words::B,
            control: turn.control == Words::B,
        };
        let plan = plan::build_with(
            self.scenario,
            context.implementations(),
            (context.seed, other),
            &context.scenarios,
        );
        let plan =
            plan.map_err(|_| EngineError::Fault("a further play cannot do what the first could"))?;
        let dir: PathBuf = self.dir.join(DIR).join(number.to_string());
        write(&dir, "plan.json", &as_json(&plan)?)?;
        let settings = Settings {
            level: context.level,
            stage_init: stage_init(context)?,
            binaries: context.binaries.clone(),
            dir,
            reports: self.reports.clone(),
            pace: Pace::Full,
            commands: Commands::none(),
            observer: None,
            limit: self.limit,
            status_requests: StatusRequests::none(),
            comparing: comparing.clone(),
            cancel: context.cancel.clone(),
        };
        let events = stage::play(&plan, settings).await?;
        Ok((plan, events))
    }
}
