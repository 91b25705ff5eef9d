//! Submissions, several at a time: the items of each, one after another.

mod items;
mod matrix;
mod side_by_side;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grading::{Graded, Mark, Overrides, Rubric, Standing};
use report::Asked;
use scenario::Scenario;
use scenario::adapter::Adapter;
use stage::EngineError;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use self::side_by_side::SideBySide;
use super::propose::{Discovery, Watching, propose, proposed_adapter};
use super::{NotOpened, Opened, RunContext, RunDir, sweep};

pub use matrix::{MatrixNews, matrix};

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
    /// When the time of every submission is used up, whatever the rubric's budget leaves.
    pub ends: Option<Instant>,
    /// Where archives are unpacked, each while it is graded.
    pub unpacked: PathBuf,
    /// How many at a time; each is one play at a time.
    pub jobs: usize,
    /// Where the files go.
    pub dir: RunDir,
}

/// What is known of a submission.
#[derive(Clone, Debug)]
pub enum GradeNews {
    /// What it has earned so far; what was not played yet could not be graded. More follows, unless the run ends.
    SoFar {
        /// With all its items.
        graded: Graded,
        /// So many of them are done.
        played: usize,
        /// What is done now: the id of an item, or that it is repeated.
        now: String,
    },
    /// What it has earned.
    Ended(Graded),
}

/// What the tasks of all submissions share.
struct Course {
    context: RunContext,
    proposes: bool,
    rubric: Rubric,
    overrides: Overrides,
    scenarios: BTreeMap<String, Scenario>,
    ends: Option<Instant>,
    unpacked: PathBuf,
    dir: RunDir,
}

/// A submission that can be played.
struct Playable {
    context: RunContext,
    submission: Submission,
    /// Where it lies while it is graded, and where it was built.
    dir: String,
    built: String,
    /// What is asked for in its plays.
    asked: Asked,
}

impl Playable {
    /// What was handed in stands for where it lies meanwhile.
    fn as_handed_in(&self, mark: &Mark) -> Mark {
        let handed_in = self.submission.path.display().to_string();
        let mark = mark.with(&self.built, &handed_in);
        mark.with(&self.dir, &handed_in)
    }
}

/// Grades every submission, and reports what each earned as it is done. What goes wrong with one is reported in
/// its marks, and does not keep the others from theirs.
///
/// # Errors
///
/// When it was interrupted, and for faults of the harness itself.
pub async fn grade(
    settings: GradeSettings,
    news: &mpsc::Sender<GradeNews>,
) -> Result<(), EngineError> {
    let jobs = settings.jobs;
    let (submissions, course) = Course::of(settings);
    let limits = (jobs, &course.context.cancel);
    let mut all = SideBySide::new(limits, submissions.into_iter(), |submission| {
        let (course, news) = (Arc::clone(&course), news.clone());
        async move { course.submission(submission, &news).await }
    });
    while let Some(graded) = all.next().await {
        // Nobody listening is no reason to stop.
        drop(news.send(GradeNews::Ended(graded)).await);
    }
    if let Some(error) = all.fault() {
        return Err(error);
    }
    sweep(course.context.level).await.map(drop)
}

impl Course {
    fn of(settings: GradeSettings) -> (Vec<Submission>, Arc<Self>) {
        let course = Self {
            context: settings.context,
            proposes: settings.proposes,
            rubric: settings.rubric,
            overrides: settings.overrides,
            scenarios: settings.scenarios,
            ends: settings.ends,
            unpacked: settings.unpacked,
            dir: settings.dir,
        };
        (settings.submissions, Arc::new(course))
    }

    async fn submission(
        &self,
        submission: Submission,
        news: &mpsc::Sender<GradeNews>,
    ) -> Result<Graded, EngineError> {
        let ends = self.budget_ends()?;
        drop(news.send(self.so_far(&submission, &[], "build")).await);
        let opened = Opened::open_beside(submission.path.clone(), self.unpacked.clone()).await?;
        let marks = match opened {
            Err(why) => self.unplayed(&why.into()),
            Ok(opened) => {
                let marks = match self.in_time((&submission, opened.dir()), ends).await {
                    Ok(Ok(playable)) => self.items((&playable, ends), news).await,
                    Ok(Err(standing)) => Ok(self.unplayed(&standing)),
                    Err(error) => Err(error),
                };
                opened.close().await?;
                marks?
            }
        };
        Ok(self.graded(&submission, marks))
    }

    /// When the time of a submission that begins now is used up.
    fn budget_ends(&self) -> Result<Instant, EngineError> {
        let budget = Instant::now().checked_add(self.rubric.budget);
        let ends = budget.into_iter().chain(self.ends).min();
        ends.ok_or(EngineError::Fault("a budget has no end"))
    }

    fn graded(&self, submission: &Submission, marks: Vec<Mark>) -> Graded {
        Graded {
            submission: submission.name.clone(),
            dir: submission.path.display().to_string(),
            seed: grading::seed(self.context.seed, &submission.name),
            stamp: submission.stamp.clone(),
            marks,
        }
    }

    fn unplayed(&self, standing: &Standing) -> Vec<Mark> {
        let items = self.rubric.items.iter();
        items
            .map(|item| Mark::without_play(item, standing.clone()))
            .collect()
    }

    /// What a build takes is not left for plays, and a build that takes everything leaves nothing.
    async fn in_time(
        &self,
        (submission, dir): (&Submission, &Path),
        ends: Instant,
    ) -> Result<Result<Playable, Standing>, EngineError> {
        let cancel = self.context.cancel.child_token();
        let playable = self.playable(submission, dir, &cancel);
        tokio::pin!(playable);
        let playable = match timeout_at(ends, &mut playable).await {
            Ok(playable) => playable,
            Err(_) => {
                cancel.cancel();
                playable.await
            }
        };
        match playable {
            Err(EngineError::Interrupted) if Instant::now() >= ends => Ok(Err(Standing::OutOfTime)),
            playable => playable,
        }
    }

    /// Builds what is in a directory; or why it cannot be played.
    async fn playable(
        &self,
        submission: &Submission,
        dir: &Path,
        cancel: &CancellationToken,
    ) -> Result<Result<Playable, Standing>, EngineError> {
        let seed = grading::seed(self.context.seed, &submission.name);
        let building = RunContext {
            seed,
            cancel: cancel.clone(),
            ..self.context.clone()
        };
        let mut adapter = match self.adapter(&submission.name, dir, &building).await? {
            Ok(adapter) => adapter,
            Err(standing) => return Ok(Err(standing)),
        };
        let path = adapter.path.display().to_string();
        let (dir, handed_in) = (
            dir.display().to_string(),
            submission.path.display().to_string(),
        );
        let set = adapter.set(SETTING, &dir);
        set.map_err(|_| EngineError::Fault("the adapter takes no submission"))?;
        let asked = Asked {
            adapter: path,
            settings: vec![(SETTING.to_owned(), dir.clone())],
            ..Asked::default()
        };
        let built = match building.built(adapter, &self.dir).await {
            Ok(Ok(built)) => built,
            Err(EngineError::Interrupted) => return Err(EngineError::Interrupted),
            Err(error) => return Ok(Err(Standing::CannotGrade(error.to_string()))),
            Ok(Err(why)) => {
                let why = why.to_string().replace(&dir, &handed_in);
                return Ok(Err(Standing::DoesNotBuild(why)));
            }
        };
        Ok(Ok(Playable {
            built: built.settings.get(SETTING).cloned().unwrap_or_default(),
            context: RunContext {
                adapter: Arc::new(built),
                seed,
                ..self.context.clone()
            },
            submission: submission.clone(),
            dir,
            asked,
        }))
    }

    /// The one that all share, or one that is proposed; or why there is none.
    async fn adapter(
        &self,
        name: &str,
        dir: &Path,
        context: &RunContext,
    ) -> Result<Result<Adapter, Standing>, EngineError> {
        if !self.proposes {
            return Ok(Ok(Adapter::clone(&self.context.adapter)));
        }
        let watching = Watching {
            submission: dir,
            dir: &self.dir,
            place: &Path::new("plays").join(name).join("proposal"),
        };
        let shown = |text: String| text.replace(&dir.display().to_string(), name);
        Ok(match propose(context, watching).await {
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
}

impl From<NotOpened> for Standing {
    fn from(why: NotOpened) -> Self {
        match why {
            NotOpened::Theirs(why) => Self::NotSupported(why),
            NotOpened::Ours(why) => Self::CannotGrade(why),
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

    use super::or_standing;
    use crate::dir::RunDir;
    use crate::propose::{Watching, proposed_adapter};

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
