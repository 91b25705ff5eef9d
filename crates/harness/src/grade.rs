//! Submissions, several at a time: the items of each, one after another.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use grading::{Graded, Mark, Overrides, Rubric, RubricItem, Standing};
use report::{Asked, PlayReport};
use scenario::Scenario;
use scenario::adapter::Adapter;
use stage::{Commands, EngineError, Pace, StatusRequests};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::one::{self, Attempt, OfRun};
use super::{RunContext, RunDir, sweep};

/// One submission.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its name in grade sheets.
    pub name: String,
    /// Where it lies.
    pub dir: String,
    /// How it is driven, or why it cannot be.
    pub adapter: Result<Adapter, NoAdapter>,
    /// As a play of it is asked for alone.
    pub asked: Asked,
    /// Of what it is and how it is graded: with the same one, it is the same.
    pub stamp: String,
}

/// Why a submission cannot be driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAdapter {
    /// It was to bring one and did not, or brought one with mistakes.
    Missing(String),
    /// Not the submission's fault.
    Ours(String),
}

/// What is graded, and by what.
#[derive(Debug)]
pub struct GradeSettings {
    /// Shared by all plays; its adapter and seed are those of nobody.
    pub context: RunContext,
    /// What counts.
    pub rubric: Rubric,
    /// What was decided by hand.
    pub overrides: Overrides,
    /// The scenario of each item, by the item's id.
    pub scenarios: BTreeMap<String, Scenario>,
    /// Those that are graded now.
    pub submissions: Vec<Submission>,
    /// How many at a time; each is one play at a time.
    pub jobs: usize,
    /// Where the files go.
    pub dir: RunDir,
}

/// What the tasks of all submissions share.
struct Course {
    context: RunContext,
    rubric: Rubric,
    overrides: Overrides,
    scenarios: BTreeMap<String, Scenario>,
    dir: RunDir,
}

/// Grades every submission, and hands on what each earned as it is done. What goes wrong with one is told in
/// its marks, and does not keep the others from theirs.
///
/// # Errors
///
/// When it was interrupted, and for faults of the harness itself.
pub async fn grade(
    settings: GradeSettings,
    graded: &mpsc::Sender<Graded>,
) -> Result<(), EngineError> {
    let jobs = settings.jobs.max(1);
    let course = Arc::new(Course {
        context: settings.context,
        rubric: settings.rubric,
        overrides: settings.overrides,
        scenarios: settings.scenarios,
        dir: settings.dir,
    });
    let mut waiting = settings.submissions.into_iter();
    let mut going = JoinSet::new();
    loop {
        while going.len() < jobs
            && let Some(submission) = waiting.next()
        {
            let course = Arc::clone(&course);
            going.spawn(async move { course.submission(submission).await });
        }
        let Some(done) = going.join_next().await else {
            break;
        };
        let done = done.map_err(|error| EngineError::task("a submission panicked", error))?;
        match done {
            // Nobody listening is no reason to stop.
            Ok(done) => drop(graded.send(done).await),
            Err(error) => {
                course.context.cancel.cancel();
                // What is done meanwhile is done.
                while let Some(done) = going.join_next().await {
                    if let Ok(Ok(done)) = done {
                        drop(graded.send(done).await);
                    }
                }
                return Err(error);
            }
        }
    }
    sweep(course.context.level).await.map(drop)
}

impl Course {
    async fn submission(&self, submission: Submission) -> Result<Graded, EngineError> {
        let seed = grading::seed(self.context.seed, &submission.name);
        let marks = match &submission.adapter {
            Err(why) => self.without_adapter(why),
            Ok(adapter) => self.items(&submission, adapter, seed).await?,
        };
        Ok(Graded {
            submission: submission.name,
            dir: submission.dir,
            seed,
            stamp: submission.stamp,
            marks,
        })
    }

    fn without_adapter(&self, why: &NoAdapter) -> Vec<Mark> {
        let standing = match why {
            NoAdapter::Missing(why) => Standing::NotSupported(why.clone()),
            NoAdapter::Ours(why) => Standing::CannotGrade(why.clone()),
        };
        let items = self.rubric.items.iter();
        items
            .map(|item| Mark::without_play(item, standing.clone()))
            .collect()
    }

    async fn items(
        &self,
        submission: &Submission,
        adapter: &Adapter,
        seed: u64,
    ) -> Result<Vec<Mark>, EngineError> {
        let mut context = self.context.clone();
        context.adapter = Arc::new(adapter.clone());
        context.seed = seed;
        let began = Instant::now();
        let mut marks: Vec<Mark> = Vec::new();
        // Items that play the same share its tries.
        let mut played: BTreeMap<String, Vec<PlayReport>> = BTreeMap::new();
        for item in &self.rubric.items {
            if let Some(needs) = self.lacks(item, &submission.name, &marks) {
                marks.push(Mark::without_play(item, Standing::Skipped { needs }));
                continue;
            }
            let is_played = self
                .scenarios
                .get(&item.id)
                .is_some_and(|scenario| played.contains_key(&scenario.id));
            if !is_played && began.elapsed() >= self.rubric.budget {
                marks.push(Mark::without_play(item, Standing::OutOfTime));
                continue;
            }
            let Some(scenario) = self.scenarios.get(&item.id) else {
                return Err(EngineError::Fault("an item has no scenario"));
            };
            let tries = played.entry(scenario.id.clone()).or_default();
            let mark = self
                .tries(&context, submission, (item, scenario), (tries, began))
                .await?;
            marks.push(mark);
        }
        Ok(marks)
    }

    /// An item that this one needs and that was not earned.
    fn lacks(&self, item: &RubricItem, submission: &str, marks: &[Mark]) -> Option<String> {
        let earned = |need: &str| {
            let mark = marks.iter().find(|mark| mark.item == need);
            mark.is_some_and(|mark| match self.overrides.of(submission, need) {
                Some(decided) => decided.points >= mark.of,
                None => mark.is_full(),
            })
        };
        let lacks = item.needs.iter().find(|need| !earned(need));
        lacks.cloned()
    }

    /// Plays until an item is earned or there are enough tries, and marks it.
    async fn tries(
        &self,
        context: &RunContext,
        submission: &Submission,
        (item, scenario): (&RubricItem, &Scenario),
        (tries, began): (&mut Vec<PlayReport>, Instant),
    ) -> Result<Mark, EngineError> {
        loop {
            let most = usize::try_from(self.rubric.tries).unwrap_or(usize::MAX);
            let left = self.rubric.budget.saturating_sub(began.elapsed());
            if !tries.is_empty() {
                let mark = Mark::of(item, tries);
                if !mark.may_change() || tries.len() >= most || left.is_zero() {
                    return Ok(self.with_repeat(mark, submission, tries));
                }
            }
            let number = u32::try_from(tries.len() + 1).unwrap_or(u32::MAX);
            let dir = PathBuf::from("plays")
                .join(&submission.name)
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
                asked: &submission.asked,
                provenance: None,
            };
            match one::play(context, scenario, of, this, one::nobody()).await {
                Ok(report) => tries.push(report),
                Err(EngineError::Interrupted) => return Err(EngineError::Interrupted),
                Err(error) => {
                    let why = Standing::CannotGrade(error.to_string());
                    return Ok(Mark::without_play(item, why));
                }
            }
        }
    }

    fn with_repeat(&self, mut mark: Mark, submission: &Submission, tries: &[PlayReport]) -> Mark {
        let last = tries.last();
        mark.repeat = last.map(|play| report::repeat(play, &submission.asked));
        mark
    }
}
