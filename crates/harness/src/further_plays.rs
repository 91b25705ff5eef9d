//! Further plays of a scenario in which other words are said, compared with the first.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::RunContext;
use super::files::{as_json, write};
use super::one::stage_init;
use differential::{Differences, Turn, Words};
use judge::{FurtherPlays, PlayVerdict, Verdict, snapshot};
use scenario::Scenario;
use scenario::plan::{self, OtherWords, Plan};
use stage::{Commands, Comparing, EngineError, Pace, Reports, Settings, StatusRequests};
use timeline::Event;

/// Where they are, in the first play's directory.
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
        let mut differences = differences.unwrap_or_default();
        self.explain(&mut differences);
        let mut surfaces = differences.surfaces.values();
        if red.is_empty() && surfaces.all(|surface| surface.found.is_empty()) {
            // Next time it is not in the way: the run has a directory of its own.
            fs::remove_dir_all(self.dir.join(DIR)).ok();
        }
        Ok(FurtherPlays { differences, red })
    }

    /// Names the known encoding that explains a difference.
    fn explain(&self, differences: &mut Differences) {
        let [a, b] = [false, true].map(|other| self.planted(other));
        let [a, b] = [&a, &b].map(|texts| texts.iter().map(String::as_bytes).collect::<Vec<_>>());
        let all = differences.surfaces.values_mut();
        for one in all.flat_map(|surface| &mut surface.found) {
            let (said, otherwise) = match one.words {
                Words::A => (&a, &b),
                Words::B => (&b, &a),
            };
            let by = audit::explained(&one.bytes, said, otherwise);
            one.encoding = by.map(|encoding| encoding.word().to_owned());
        }
    }

    /// What is said with one choice of words and not with the other.
    fn planted(&self, texts: bool) -> Vec<String> {
        let other = OtherWords {
            texts,
            control: false,
        };
        // The first play has shown that it can be planned.
        let plan = self.plan(other).ok();
        let canaries = plan.map(|plan| plan.audit.canaries).into_iter().flatten();
        canaries.map(|canary| canary.text).collect()
    }

    fn plan(&self, other: OtherWords) -> Result<Plan, EngineError> {
        let context = self.context;
        let plan = plan::build_with(
            self.scenario,
            context.implementations(),
            (context.seed, other),
            &context.scenarios,
        );
        plan.map_err(|_| EngineError::Fault("a further play cannot do what the first could"))
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
        let plan = self.plan(other)?;
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
