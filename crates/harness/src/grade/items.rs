//! The items of one submission.

use std::collections::BTreeMap;
use std::path::PathBuf;

use grading::{Graded, Mark, RubricItem, Standing};
use report::PlayReport;
use scenario::Scenario;
use stage::{Commands, EngineError, Pace, StatusRequests};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Course, GradeNews, Playable, Submission};
use crate::RunDir;
use crate::one::{self, Attempt, OfRun};

impl Course {
    /// One line that plays an item of what was handed in again.
    fn repeat(&self, item: &str, playable: &Playable) -> String {
        let handed_in = playable.submission.path.display().to_string();
        let scenario = self.scenarios.get(item).map(|scenario| {
            let path = self.context.shown(&scenario.path);
            report::on_a_command_line(&scenario.id, &path)
        });
        format!(
            "cargo xtask try {} {} --adapter {} --seed {}",
            scenario.unwrap_or_default(),
            report::quoted(&handed_in),
            report::quoted(&playable.asked.adapter),
            playable.context.seed,
        )
    }

    /// Plays the items, one after another, and then again those that did not pass: what is repeated takes no time from
    /// what was not played yet. Says before each what is earned so far.
    pub(super) async fn items(
        &self,
        (playable, ends): (&Playable, Instant),
        news: &mpsc::Sender<GradeNews>,
    ) -> Result<Vec<Mark>, EngineError> {
        let submission = &playable.submission;
        let mut marks: Vec<Mark> = Vec::new();
        // Items that play the same share its tries.
        let mut played: BTreeMap<String, Vec<PlayReport>> = BTreeMap::new();
        for item in &self.rubric.items {
            drop(news.send(self.so_far(submission, &marks, &item.id)).await);
            if let Some(why) = item.lacks(&submission.name, &marks, &self.overrides) {
                marks.push(Mark::without_play(item, why));
                continue;
            }
            let scenario = self.scenario(item)?;
            let tries = played.entry(scenario.id.clone()).or_default();
            if tries.is_empty()
                && let Err(why) = self.try_once(playable, scenario, (tries, ends)).await?
            {
                marks.push(Mark::without_play(item, why));
                continue;
            }
            marks.push(self.named(playable, Mark::of(item, tries)));
        }
        for (place, item) in self.rubric.items.iter().enumerate() {
            let scenario = self.scenario(item)?;
            let tries = played.entry(scenario.id.clone()).or_default();
            let most = usize::try_from(self.rubric.tries).unwrap_or(usize::MAX);
            let may_change = |marks: &[Mark]| marks.get(place).is_some_and(Mark::may_change);
            while may_change(&marks) && tries.len() < most {
                let now = format!("{}, again", item.id);
                drop(news.send(self.so_far(submission, &marks, &now)).await);
                // What cannot be repeated counts as it was.
                if self
                    .try_once(playable, scenario, (tries, ends))
                    .await?
                    .is_err()
                {
                    break;
                }
                self.mark_again(playable, (scenario, tries), &mut marks)?;
            }
        }
        Ok(marks)
    }

    /// Every try of a scenario counts for each of its items that were played.
    fn mark_again(
        &self,
        playable: &Playable,
        (scenario, tries): (&Scenario, &[PlayReport]),
        marks: &mut [Mark],
    ) -> Result<(), EngineError> {
        for (mark, item) in marks.iter_mut().zip(&self.rubric.items) {
            if mark.evidence.is_some() && self.scenario(item)?.id == scenario.id {
                *mark = self.named(playable, Mark::of(item, tries));
            }
        }
        Ok(())
    }

    fn scenario(&self, item: &RubricItem) -> Result<&Scenario, EngineError> {
        let scenario = self.scenarios.get(&item.id);
        scenario.ok_or(EngineError::Fault("an item has no scenario"))
    }

    /// What is earned if nothing more is played.
    pub(super) fn so_far(&self, submission: &Submission, marks: &[Mark], now: &str) -> GradeNews {
        let why = "the grader ended before it was played";
        let mut all = self.unplayed(&Standing::CannotGrade(why.to_owned()));
        for (open, mark) in all.iter_mut().zip(marks) {
            *open = mark.clone();
        }
        // Of no stamp: it is never taken for what was graded.
        GradeNews::SoFar {
            graded: Graded {
                stamp: String::new(),
                ..self.graded(submission, all)
            },
            played: marks.len(),
            now: now.to_owned(),
        }
    }

    /// What was handed in is in what is said of it, and not where it lay meanwhile.
    fn named(&self, playable: &Playable, mark: Mark) -> Mark {
        let repeat = mark.evidence.as_ref();
        let repeat = repeat.map(|_| self.repeat(&mark.item, playable));
        Mark {
            repeat,
            ..playable.as_handed_in(&mark)
        }
    }

    /// Plays a scenario once more; or why that cannot be.
    async fn try_once(
        &self,
        playable: &Playable,
        scenario: &Scenario,
        (tries, ends): (&mut Vec<PlayReport>, Instant),
    ) -> Result<Result<(), Standing>, EngineError> {
        let left = ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Err(Standing::OutOfTime));
        }
        let number = u32::try_from(tries.len() + 1).unwrap_or(u32::MAX);
        let dir = PathBuf::from("plays")
            .join(&playable.submission.name)
            .join(RunDir::relative(&scenario.id))
            .join(format!("try-{number}"));
        let this = Attempt {
            number,
            dir,
            pace: Pace::Full,
            commands: Commands::none(),
            limit: Some(left),
            status_requests: StatusRequests::none(),
        };
        let of = OfRun {
            dir: &self.dir,
            asked: &playable.asked,
            provenance: None,
        };
        match one::play(&playable.context, scenario, of, this, one::nobody()).await {
            Ok(report) => {
                tries.push(report);
                Ok(Ok(()))
            }
            // Its time was over before everybody's was.
            Err(EngineError::Interrupted) if Instant::now() >= ends => Ok(Err(Standing::OutOfTime)),
            Err(EngineError::Interrupted) => Err(EngineError::Interrupted),
            Err(error) => Ok(Err(Standing::CannotGrade(error.to_string()))),
        }
    }
}
