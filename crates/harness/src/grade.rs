//! Submissions, several at a time: the items of each, one after another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
use super::propose::{Discovery, Watching, propose, proposed_adapter};
use super::{NotOpened, Opened, RunContext, RunDir, sweep};

/// The setting of a shared adapter that names the submission.
pub const SETTING: &str = "submission";

/// One submission.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Its name in grade sheets.
    pub name: String,
    /// As it was handed in: a directory, an archive, or neither.
    pub path: PathBuf,
    /// Of what it is and how it is graded: with the same one, it is the same.
    pub stamp: String,
}

/// What is graded, and by what.
#[derive(Debug)]
pub struct GradeSettings {
    /// Shared by all plays. Its adapter drives every submission, unless one is proposed for each; its seed is that
    /// of nobody.
    pub context: RunContext,
    /// No adapter is shared.
    pub proposes: bool,
    /// What counts.
    pub rubric: Rubric,
    /// What was decided by hand.
    pub overrides: Overrides,
    /// The scenario of each item, by the item's id.
    pub scenarios: BTreeMap<String, Scenario>,
    /// Those that are graded now.
    pub submissions: Vec<Submission>,
    /// Where archives are unpacked, each while it is graded.
    pub unpacked: PathBuf,
    /// How many at a time; each is one play at a time.
    pub jobs: usize,
    /// Where the files go.
    pub dir: RunDir,
}

/// What the tasks of all submissions share.
struct Course {
    context: RunContext,
    proposes: bool,
    rubric: Rubric,
    overrides: Overrides,
    scenarios: BTreeMap<String, Scenario>,
    unpacked: PathBuf,
    dir: RunDir,
}

/// A submission that can be played.
struct Playable {
    context: RunContext,
    name: String,
    /// What is asked for in its plays.
    asked: Asked,
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
        proposes: settings.proposes,
        rubric: settings.rubric,
        overrides: settings.overrides,
        scenarios: settings.scenarios,
        unpacked: settings.unpacked,
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
        let opened = Opened::open_beside(submission.path.clone(), self.unpacked.clone()).await?;
        let marks = match opened {
            Err(NotOpened::Theirs(why)) => self.unplayed(&Standing::NotSupported(why)),
            Err(NotOpened::Ours(why)) => self.unplayed(&Standing::CannotGrade(why)),
            Ok(opened) => {
                let marks = self.opened(&submission, opened.dir(), seed).await;
                opened.close().await?;
                marks?
            }
        };
        Ok(Graded {
            submission: submission.name,
            dir: submission.path.display().to_string(),
            seed,
            stamp: submission.stamp,
            marks,
        })
    }

    fn unplayed(&self, standing: &Standing) -> Vec<Mark> {
        let items = self.rubric.items.iter();
        items
            .map(|item| Mark::without_play(item, standing.clone()))
            .collect()
    }

    /// Builds and plays what lies in a directory. Where that is another one than was handed in, or
    /// a copy was built, the marks name what was handed in.
    async fn opened(
        &self,
        submission: &Submission,
        dir: &Path,
        seed: u64,
    ) -> Result<Vec<Mark>, EngineError> {
        let mut adapter = match self.adapter(&submission.name, dir, seed).await? {
            Ok(adapter) => adapter,
            Err(standing) => return Ok(self.unplayed(&standing)),
        };
        let path = adapter.path.display().to_string();
        let (dir, handed_in) = (
            dir.display().to_string(),
            submission.path.display().to_string(),
        );
        let set = adapter.set(SETTING, &dir);
        set.map_err(|_| EngineError::Fault("the adapter takes no submission"))?;
        let asked = Asked {
            adapter: path.clone(),
            settings: vec![(SETTING.to_owned(), dir.clone())],
            ..Asked::default()
        };
        let built = match self.context.built(adapter, &self.dir).await {
            Ok(Ok(built)) => built,
            Err(EngineError::Interrupted) => return Err(EngineError::Interrupted),
            Err(error) => return Ok(self.unplayed(&Standing::CannotGrade(error.to_string()))),
            Ok(Err(why)) => {
                let why = why.to_string().replace(&dir, &handed_in);
                return Ok(self.unplayed(&Standing::DoesNotBuild(why)));
            }
        };
        let place = built.settings.get(SETTING).cloned().unwrap_or_default();
        let playable = Playable {
            context: RunContext {
                adapter: Arc::new(built),
                seed,
                ..self.context.clone()
            },
            name: submission.name.clone(),
            asked,
        };
        let marks = self.items(&playable).await?.into_iter();
        let named = marks.map(|mark| Mark {
            repeat: mark
                .evidence
                .as_ref()
                .map(|_| self.repeat(&mark.item, (&handed_in, &path), seed)),
            ..mark.with(&place, &handed_in).with(&dir, &handed_in)
        });
        Ok(named.collect())
    }

    /// The one that all share, or one that is proposed; or why there is none.
    async fn adapter(
        &self,
        name: &str,
        dir: &Path,
        seed: u64,
    ) -> Result<Result<Adapter, Standing>, EngineError> {
        if !self.proposes {
            return Ok(Ok(Adapter::clone(&self.context.adapter)));
        }
        let watching = Watching {
            submission: dir,
            dir: &self.dir,
            place: &Path::new("plays").join(name).join("proposal"),
        };
        let context = RunContext {
            seed,
            ..self.context.clone()
        };
        let shown = |text: String| text.replace(&dir.display().to_string(), name);
        Ok(match propose(&context, watching).await {
            Ok(Discovery::Works(proposed)) => {
                or_standing(proposed_adapter(&proposed.proposal, watching))
            }
            Ok(Discovery::DoesNotBuild(why)) => Err(Standing::DoesNotBuild(shown(why.to_string()))),
            Ok(Discovery::Fails { why, .. }) => {
                let why = why.into_iter().next().unwrap_or_default();
                let why = format!("nothing was found that lets its clients talk: {why}");
                Err(Standing::NotSupported(shown(why)))
            }
            Err(EngineError::Interrupted) => return Err(EngineError::Interrupted),
            Err(error) => Err(Standing::CannotGrade(error.to_string())),
        })
    }

    /// One line that plays an item of what was handed in again.
    fn repeat(&self, item: &str, (handed_in, adapter): (&str, &str), seed: u64) -> String {
        let scenario = self.scenarios.get(item).map(|scenario| {
            let path = self.context.shown(&scenario.path);
            report::on_a_command_line(&scenario.id, &path)
        });
        format!(
            "cargo xtask try {} {} --adapter {} --seed {seed}",
            scenario.unwrap_or_default(),
            report::quoted(handed_in),
            report::quoted(adapter),
        )
    }

    /// Plays the items, one after another.
    async fn items(&self, playable: &Playable) -> Result<Vec<Mark>, EngineError> {
        let began = Instant::now();
        let mut marks: Vec<Mark> = Vec::new();
        // Items that play the same share its tries.
        let mut played: BTreeMap<String, Vec<PlayReport>> = BTreeMap::new();
        for item in &self.rubric.items {
            if let Some(needs) = item.lacks(&playable.name, &marks, &self.overrides) {
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
                .tries(playable, (item, scenario), (tries, began))
                .await?;
            marks.push(mark);
        }
        Ok(marks)
    }

    /// Plays until an item is earned or there are enough tries, and marks it.
    async fn tries(
        &self,
        playable: &Playable,
        (item, scenario): (&RubricItem, &Scenario),
        (tries, began): (&mut Vec<PlayReport>, Instant),
    ) -> Result<Mark, EngineError> {
        loop {
            let most = usize::try_from(self.rubric.tries).unwrap_or(usize::MAX);
            let left = self.rubric.budget.saturating_sub(began.elapsed());
            if !tries.is_empty() {
                let mark = Mark::of(item, tries);
                if !mark.may_change() || tries.len() >= most || left.is_zero() {
                    return Ok(mark);
                }
            }
            let number = u32::try_from(tries.len() + 1).unwrap_or(u32::MAX);
            let dir = PathBuf::from("plays")
                .join(&playable.name)
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

/// A submission of which no adapter can be made is graded so; the others are graded as ever.
fn or_standing(proposed: Result<Adapter, EngineError>) -> Result<Adapter, Standing> {
    proposed.map_err(|error| match error {
        EngineError::Fault(why) => {
            Standing::NotSupported(format!("no adapter could be proposed: {why}"))
        }
        error => Standing::CannotGrade(error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use grading::Standing;
    use proposal::SourceFile;
    use timeline::EventKind;

    use super::super::dir::RunDir;
    use super::super::propose::{Watching, proposed_adapter};
    use super::or_standing;

    #[test]
    fn a_proposal_that_is_no_adapter_is_a_standing_of_its_submission() {
        let source = |path: &str, does: &str| SourceFile {
            path: path.to_owned(),
            text: format!("socket.{does}(('', int(sys.argv[1])))"),
        };
        let sources = [
            source("server.py", "create_server"),
            source("client.py", "create_connection"),
        ];
        let proposal = proposal::proposals(&sources).unwrap().remove(0);
        let proposal = proposal
            .with(EventKind::Message, "(?<from>a)(?<text>b)".to_owned())
            .with(EventKind::Left, "(".to_owned());
        let root = tempfile::tempdir().unwrap();
        let dir = RunDir::create(root.path()).unwrap();
        let watching = Watching {
            submission: Path::new("/there"),
            dir: &dir,
            place: Path::new("proposal"),
        };
        let standing = or_standing(proposed_adapter(&proposal, watching)).unwrap_err();
        assert!(
            matches!(&standing, Standing::NotSupported(why) if why.starts_with("no adapter could be proposed")),
            "{standing:?}"
        );
    }
}
