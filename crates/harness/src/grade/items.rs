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

    /// Plays the items, one after another, and says after each what is earned so far.
    pub(super) async fn items(
        &self,
        (playable, ends): (&Playable, Instant),
        news: &mpsc::Sender<GradeNews>,
    ) -> Result<Vec<Mark>, EngineError> {
        let mut marks: Vec<Mark> = Vec::new();
        // Items that play the same share its tries.
        let mut played: BTreeMap<String, Vec<PlayReport>> = BTreeMap::new();
        for item in &self.rubric.items {
            let so_far = self.so_far(&playable.submission, &marks);
            drop(news.send(so_far).await);
            if let Some(needs) = item.lacks(&playable.submission.name, &marks, &self.overrides) {
                marks.push(Mark::without_play(item, Standing::Skipped { needs }));
                continue;
            }
            let Some(scenario) = self.scenarios.get(&item.id) else {
                return Err(EngineError::Fault("an item has no scenario"));
            };
            let tries = played.entry(scenario.id.clone()).or_default();
            if tries.is_empty() && Instant::now() >= ends {
                marks.push(Mark::without_play(item, Standing::OutOfTime));
                continue;
            }
            let mark = self.tries(playable, (item, scenario), (tries, ends));
            let mark = match mark.await {
                // Its time was over before everybody's was.
                Err(EngineError::Interrupted) if Instant::now() >= ends => {
                    Mark::without_play(item, Standing::OutOfTime)
                }
                mark => mark?,
            };
            marks.push(self.named(playable, mark));
        }
        Ok(marks)
    }

    /// What is earned if nothing more is played.
    pub(super) fn so_far(&self, submission: &Submission, marks: &[Mark]) -> GradeNews {
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
        }
    }

    /// What was handed in stands in what is said of it, and not where it lay meanwhile.
    fn named(&self, playable: &Playable, mark: Mark) -> Mark {
        let repeat = mark.evidence.as_ref();
        let repeat = repeat.map(|_| self.repeat(&mark.item, playable));
        Mark {
            repeat,
            ..playable.as_handed_in(&mark)
        }
    }

    /// Plays until an item is earned or there are enough tries, and marks it.
    async fn tries(
        &self,
        playable: &Playable,
        (item, scenario): (&RubricItem, &Scenario),
        (tries, ends): (&mut Vec<PlayReport>, Instant),
    ) -> Result<Mark, EngineError> {
        loop {
            let most = usize::try_from(self.rubric.tries).unwrap_or(usize::MAX);
            let left = ends.saturating_duration_since(Instant::now());
            if !tries.is_empty() {
                let mark = Mark::of(item, tries);
                if !mark.may_change() || tries.len() >= most || left.is_zero() {
                    return Ok(mark);
                }
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
                Ok(report) => tries.push(report),
                Err(EngineError::Interrupted) => return Err(EngineError::Interrupted),
                Err(error) => {
                    let why = Standing::CannotGrade(error.to_string());
                    return Ok(Mark::without_play(item, why));
                }
            }
        }
    }
}
