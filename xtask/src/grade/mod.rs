//! `grade`: what each submission of a class earns by a rubric.

mod gradebook;
mod input;
mod live;
mod matrix;
mod platform;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use grading::{Audience, Graded, Mark, Marks, Overrides, Rubric, Standing};
use harness::{Found, GradeNews, GradeSettings, RunDir, Submission, Update};
use scenario::Scenario;
use scenario::adapter::Adapter;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use toml_language::Problems;

use self::gradebook::{Gradebook, line};
use self::live::Live;
use self::platform::Platform;
use crate::command_error::{CommandError, CommandResult};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{check, cli, output, staging};

/// How many results may wait to be written.
const NEWS: usize = 64;

/// How long a platform's container is used, where nobody says: Gradescope ends it after ten minutes.
const WITHIN: Duration = Duration::from_secs(9 * 60);

/// What is kept of that to end what is played, and for what is written: a tenth, and no more than this.
const KEPT: Duration = Duration::from_secs(20);

/// Grades what was not graded yet, writes everything, and prints a line for each submission.
pub(crate) fn run(arguments: &cli::Grade, workspace: &Workspace) -> CommandResult {
    let began = Instant::now();
    let rubric = Rubric::load(&arguments.rubric).map_err(|problems| unreadable(&problems))?;
    let platform = Platform::of(arguments)?;
    let within = arguments.within.or(platform.as_ref().map(|_| WITHIN));
    let (overrides, mut found) = match &platform {
        Some(platform) => (platform.overrides(), platform.found()?),
        None => (input::overrides(arguments)?, input::found(arguments)?),
    };
    input::names_are_known(&rubric, &overrides, &found)?;
    input::part(&mut found, arguments)?;
    let scenarios = input::scenarios(&rubric, workspace)?;
    let shared = input::shared(&rubric, workspace)?;
    if let Some(platform) = &platform {
        let files = scenarios.values().map(|scenario| &*scenario.path);
        let adapter = shared.iter().map(|shared| &*shared.path);
        platform.keeps_apart(&found, files.chain(adapter).chain([&*rubric.path]))?;
        if let (Platform::Classroom50 { .. }, Some(_)) = (platform, rubric.late) {
            output::warn("Classroom 50 does not say how late it is: `[late]` takes no points here");
        }
    }
    let temporary = || {
        let dir = tempfile::tempdir();
        dir.map_err(|error| CommandError::file(&std::env::temp_dir(), &error))
    };
    let (unpacked, aside) = (temporary()?, temporary()?);
    let out = match (&arguments.out, &platform) {
        (Some(out), _) => out.clone(),
        // A platform keeps what it reads and nothing else.
        (None, Some(_)) => aside.path().to_owned(),
        (None, None) => {
            let name = rubric.path.file_stem().unwrap_or_default();
            workspace.reports().join("grades").join(name)
        }
    };
    let out = std::path::absolute(&out).map_err(|error| CommandError::file(&out, &error))?;
    let course = Course {
        unpacked: unpacked.path().to_owned(),
        shared,
        seed: input::seed(&out, &rubric.path, arguments.seed)?,
        rubric,
        overrides,
        scenarios,
        out,
        students: if arguments.publish {
            Audience::Published
        } else {
            Audience::Students
        },
        ends: within.and_then(|within| began.checked_add(within)),
        // Elsewhere what was not played in time is played another time.
        plays_end: (platform.as_ref().and(within))
            .and_then(|within| began.checked_add(within - KEPT.min(within / 10))),
        platform,
    };
    if let Some(scenario) = &arguments.matrix {
        return matrix::run(&course, &found, scenario, (arguments, workspace));
    }
    let before = arguments.compare.as_deref();
    let before = before.map(|dir| course.graded_in(dir)).transpose()?;
    let (known, submissions) = course.open(&found, arguments)?;
    let mut gradebook = Gradebook::new(&course);
    for graded in known {
        gradebook.known(graded)?;
    }
    let interrupted = if submissions.is_empty() {
        None
    } else {
        grade(&mut gradebook, submissions, (arguments, workspace))?
    };
    gradebook.finish()?;
    gradebook.print(&found);
    if let Some(before) = before {
        gradebook.compare(&before);
    }
    match interrupted {
        Some(error) => Err(error),
        None => Ok(gradebook.exit_code()),
    }
}

/// What all submissions are graded by.
struct Course {
    rubric: Rubric,
    overrides: Overrides,
    scenarios: BTreeMap<String, Scenario>,
    /// Where archives are unpacked.
    unpacked: PathBuf,
    /// Where no adapter is shared, one is proposed for each.
    shared: Option<Adapter>,
    seed: u64,
    out: PathBuf,
    students: Audience,
    /// When everything ends, done or not.
    ends: Option<Instant>,
    /// When a submission's time is used up on a platform: what it delays until then, it does not earn.
    plays_end: Option<Instant>,
    /// Who asks for one submission, and reads a file of its own.
    platform: Option<Platform>,
}

impl Course {
    /// What is known already of these submissions, and those that are to be graded.
    fn open(
        &self,
        found: &[Found],
        arguments: &cli::Grade,
    ) -> Result<(Vec<Graded>, Vec<Submission>), CommandError> {
        let mut known = Vec::new();
        let mut open = Vec::new();
        let texts = self.texts()?;
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let is_chosen =
            |one: &Found| arguments.only.is_empty() || arguments.only.contains(&one.name);
        for one in found {
            // What cannot be read is never the same: its row says why.
            let stamp = harness::stamp(&one.path, &texts).unwrap_or_default();
            let graded_in = |dir: &PathBuf| {
                let graded = harness::read_graded(dir, &one.name)?;
                graded.fits(&self.rubric).then_some(graded)
            };
            let own = graded_in(&self.out);
            let merged = arguments.merge.iter().filter_map(graded_in);
            let mut all = own.into_iter().chain(merged);
            // The newest of what was graded here is the first.
            let same = all.find(|graded| graded.stamp == stamp);
            let graded = same.or_else(|| graded_in(&self.out));
            let is_same = graded
                .as_ref()
                .is_some_and(|graded| graded.stamp == stamp && !stamp.is_empty());
            let again = arguments.rerun.is_some_and(|which| {
                let graded = graded.as_ref();
                graded.is_none_or(|graded| which.means(&self.marks(graded)))
            });
            let again = again
                || self.platform.is_some()
                || graded.as_ref().is_some_and(|one| self.is_unlocked(one));
            if is_chosen(one) && (again || !is_same) {
                open.push(Submission {
                    name: one.name.clone(),
                    path: one.path.clone(),
                    stamp,
                });
            } else if let Some(graded) = graded.filter(|_| is_same) {
                harness::write_graded(&self.out, &graded).map_err(failed)?;
                known.push(graded);
            }
        }
        Ok((known, open))
    }

    /// What another directory of grades holds.
    fn graded_in(&self, dir: &Path) -> Result<Vec<Marks>, CommandError> {
        let submissions = dir.join("submissions");
        let entries = fs::read_dir(&submissions);
        let entries = entries.map_err(|error| CommandError::file(&submissions, &error))?;
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        let graded = names.filter_map(|name| harness::read_graded(dir, &name));
        let mut marks: Vec<Marks> = graded.map(|graded| self.marks(&graded)).collect();
        marks.sort_by(|one, other| one.submission.cmp(&other.submission));
        Ok(marks)
    }

    /// What was earned, with what was decided by hand.
    fn marks(&self, graded: &Graded) -> Marks {
        Marks::new(graded.clone(), &self.rubric, &self.overrides)
    }

    /// An item was skipped for one that has been earned by hand since.
    fn is_unlocked(&self, graded: &Graded) -> bool {
        graded.marks.iter().any(|mark| match &mark.standing {
            Standing::Skipped { needs } => {
                let worth = self.rubric.item(needs).map_or(0, |item| item.points);
                let decided = self.overrides.of(&graded.submission, needs);
                decided.is_some_and(|decided| decided.points >= worth)
            }
            _ => false,
        })
    }

    /// A submission of which nothing could be graded here.
    fn ungraded(&self, submission: &Submission) -> Graded {
        let why = Standing::CannotGrade(OPEN.to_owned());
        let items = self.rubric.items.iter();
        Graded {
            submission: submission.name.clone(),
            dir: submission.path.display().to_string(),
            seed: grading::seed(self.seed, &submission.name),
            stamp: String::new(),
            marks: items
                .map(|item| Mark::without_play(item, why.clone()))
                .collect(),
        }
    }

    /// All that decides what a submission earns besides itself.
    fn texts(&self) -> Result<Vec<String>, CommandError> {
        let scenarios = self.scenarios.values().map(|scenario| &scenario.path);
        let shared = self.shared.iter().map(|shared| &shared.path);
        let files = [&self.rubric.path]
            .into_iter()
            .chain(shared)
            .chain(scenarios);
        let texts = files
            .map(|file| fs::read_to_string(file).map_err(|error| CommandError::file(file, &error)));
        texts.chain([Ok(self.seed.to_string())]).collect()
    }
}

/// Plays what is open. What is done when somebody interrupts stays.
fn grade(
    gradebook: &mut Gradebook<'_>,
    submissions: Vec<Submission>,
    (arguments, workspace): (&cli::Grade, &Workspace),
) -> Result<Option<CommandError>, CommandError> {
    let course = gradebook.course;
    let settings = course.settings(submissions, (arguments, workspace))?;
    let level = settings.context.level;
    if course.platform.is_some() && level < course.rubric.level {
        let warning = weaker(level, course.rubric.level);
        output::warn(&warning);
        gradebook.warning = Some(warning);
    }
    if course.platform.is_some() && !keeps_grades_from(level, stage::confine::is_available()) {
        output::warn(OPEN);
        for submission in &settings.submissions {
            gradebook.known(course.ungraded(submission))?;
        }
        return Ok(None);
    }
    staging::block_on(async { play(settings, gradebook).await })
}

impl Course {
    /// Enters the level at which everything is played.
    fn settings(
        &self,
        submissions: Vec<Submission>,
        (arguments, workspace): (&cli::Grade, &Workspace),
    ) -> Result<GradeSettings, CommandError> {
        let main = match &self.shared {
            Some(shared) => shared.clone(),
            None => harness::unknown_adapter().map_err(failed)?,
        };
        let asked = cli::Staging {
            adapter: main.path.display().to_string(),
            settings: Vec::new(),
            seed: Some(self.seed),
            level: arguments.level,
        };
        let scenarios: Vec<Scenario> = self.scenarios.values().cloned().collect();
        let who = staging::with_main(workspace, main, &scenarios)?;
        let mut context = staging::context(workspace, &asked, who, Update::Check)?;
        self.is_isolated(context.level)?;
        context.closed = self.closed(arguments, workspace);
        Ok(GradeSettings {
            context,
            proposes: self.shared.is_none(),
            rubric: self.rubric.clone(),
            overrides: self.overrides.clone(),
            scenarios: self.scenarios.clone(),
            submissions,
            ends: self.plays_end,
            unpacked: self.unpacked.clone(),
            jobs: arguments
                .jobs
                .or_else(|| available_parallelism().ok())
                .map_or(1, std::num::NonZeroUsize::get),
            dir: RunDir::kept(workspace.reports(), self.out.clone()),
        })
    }

    /// As strongly as the rubric demands. A platform's container is as it is: what cannot be judged there is said, and
    /// whoever names the level on the command line is not served at a weaker one.
    fn is_isolated(&self, level: timeline::Level) -> Result<(), CommandError> {
        let demanded = self.rubric.level;
        if level >= demanded || self.platform.is_some() {
            return Ok(());
        }
        Err(CommandError::environment(format!(
            "the rubric demands the isolation level {demanded}, and this machine or --level gives \
             {level}; `cargo xtask doctor` says how to reach it"
        )))
    }
}

/// What a container does not keep from a submission.
fn weaker(level: timeline::Level, demanded: timeline::Level) -> String {
    format!(
        "this container gives the isolation level {level}, not {demanded}: what needs {demanded} \
         cannot be graded here, and a submission can read what the grader can: the rubric, its \
         scenarios, what the platform says of the submission, and the grader's environment"
    )
}

/// Why nothing is graded where grades are not kept from submissions.
const OPEN: &str = "this container has neither the isolation level namespaces nor Landlock: a \
                    submission could write its own grade, so nothing is graded here";

/// Whether a submission cannot write what it is given.
fn keeps_grades_from(level: timeline::Level, is_confined: bool) -> bool {
    level == timeline::Level::Namespaces || is_confined
}

/// What was graded, until everything is or time is up.
async fn play(
    settings: GradeSettings,
    gradebook: &mut Gradebook<'_>,
) -> Result<Option<CommandError>, CommandError> {
    let cancel = settings.context.cancel.clone();
    let interrupt = Interrupt::listen(cancel.clone())?;
    let mut live = Live::new(settings.submissions.len());
    let (sender, mut news) = mpsc::channel(NEWS);
    let playing = tokio::spawn(async move { harness::grade(settings, &sender).await });
    let mut ends = gradebook.course.ends;
    loop {
        let next = match ends {
            Some(ends) => timeout_at(ends, news.recv()).await,
            None => Ok(news.recv().await),
        };
        match next {
            Err(_) => {
                ends = None;
                output::warn("time is up: what was not played could not be graded");
                cancel.cancel();
            }
            Ok(None) => break,
            Ok(Some(GradeNews::SoFar {
                graded,
                played,
                now,
            })) => {
                live.so_far(&graded, (played, &now));
                gradebook.so_far(graded)?;
            }
            Ok(Some(GradeNews::Ended(graded))) => {
                let marks = gradebook.add(graded)?;
                let said = format!("graded {}", line(&marks, 0));
                live.ended(&marks.submission, || output::narrate(&said));
            }
        }
    }
    live.close();
    let ended = playing.await;
    let ended = ended.map_err(|_| CommandError::harness("grading panicked"))?;
    let is_over = gradebook.course.ends.is_some() && ends.is_none();
    match ended {
        Ok(()) => Ok(None),
        Err(stage::EngineError::Interrupted) if is_over => {
            gradebook.is_cut = true;
            Ok(None)
        }
        Err(error) => Ok(Some(interrupt.command_error(error))),
    }
}

impl Course {
    /// What participants do not see: each other, what is expected of them, and how it is done here.
    fn closed(&self, arguments: &cli::Grade, workspace: &Workspace) -> Vec<PathBuf> {
        let files = self.scenarios.values().map(|scenario| &scenario.path);
        let files = files.chain([&self.rubric.path]);
        let beside =
            files.filter_map(|file| fs::canonicalize(file).ok()?.parent().map(Path::to_owned));
        let place = self.platform.as_ref().map(Platform::dir);
        let place = place.into_iter().chain(arguments.submissions.as_deref());
        let places = place.chain([&*self.unpacked, &*self.out, workspace.root()]);
        let places = places.filter_map(|place| fs::canonicalize(place).ok());
        places.chain(beside).collect()
    }
}

fn failed(error: stage::EngineError) -> CommandError {
    CommandError::environment(error.to_string())
}

fn unreadable(problems: &Problems) -> CommandError {
    check::show(std::slice::from_ref(problems));
    CommandError::usage(format!("{} cannot be read", problems.path.display()))
}

#[cfg(test)]
mod tests {
    use timeline::Level;

    use super::keeps_grades_from;

    #[test]
    fn a_submission_that_could_write_its_grade_is_not_played() {
        assert!(keeps_grades_from(Level::Namespaces, false));
        assert!(keeps_grades_from(Level::Reaper, true));
        assert!(!keeps_grades_from(Level::Reaper, false));
        assert!(!keeps_grades_from(Level::None, false));
    }
}
