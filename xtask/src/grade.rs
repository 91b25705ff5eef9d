//! `grade`: what each submission of a class earns by a rubric.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use grading::{Audience, Graded, Mark, Marks, Overrides, Rubric, Standing};
use harness::{Found, GradeSettings, RunDir, Submission, Update, Wanted};
use indicatif::ProgressBar;
use scenario::Scenario;
use scenario::adapter::Adapter;
use tokio::sync::mpsc;
use toml_language::Problems;

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::{ENVIRONMENT, FINE};
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{check, cli, output, staging};

/// How many results may wait to be written.
const NEWS: usize = 64;

/// Grades what was not graded yet, writes everything, and prints a line for each submission.
pub(crate) fn run(arguments: &cli::Grade, workspace: &Workspace) -> CommandResult {
    let rubric = Rubric::load(&arguments.rubric).map_err(|problems| unreadable(&problems))?;
    let overrides = overrides(arguments)?;
    let found = found(arguments)?;
    for name in overrides.strangers(|name| found.iter().any(|one| one.name == name)) {
        output::warn(&format!(
            "an override names `{name}`, which is not a submission"
        ));
    }
    let unknown = overrides
        .points
        .iter()
        .find(|one| rubric.item(&one.item).is_none());
    if let Some(unknown) = unknown {
        let ids = rubric.items.iter().map(|item| item.id.as_str());
        let near = toml_language::suggest::nearest(&unknown.item, ids);
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let text = format!(
            "an override names the item `{}`, which the rubric does not have{hint}",
            unknown.item
        );
        return Err(CommandError::usage(text));
    }
    let scenarios = scenarios(&rubric, workspace)?;
    let out = arguments.out.clone();
    let name = rubric.path.file_stem().unwrap_or_default();
    let out = out.unwrap_or_else(|| workspace.reports().join("grades").join(name));
    let out = std::path::absolute(&out).map_err(|error| CommandError::file(&out, &error))?;
    let unpacked =
        tempfile::tempdir().map_err(|error| CommandError::file(&std::env::temp_dir(), &error))?;
    let course = Course {
        unpacked: unpacked.path().to_owned(),
        shared: shared(&rubric, workspace)?,
        seed: seed(&out, &rubric.path, arguments.seed)?,
        rubric,
        overrides,
        scenarios,
        out,
        students: if arguments.publish {
            Audience::Published
        } else {
            Audience::Students
        },
    };
    let before = arguments.compare.as_deref();
    let before = before.map(|dir| course.graded_in(dir)).transpose()?;
    let (known, submissions) = course.open(&found, arguments)?;
    let mut gradebook = Gradebook {
        course: &course,
        marks: BTreeMap::new(),
    };
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
                graded.is_none_or(|graded| which.means(graded))
            });
            let again = again || graded.as_ref().is_some_and(|one| self.is_unlocked(one));
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
        let mut marks: Vec<Marks> = graded
            .map(|graded| Marks::new(graded, &self.rubric, &self.overrides))
            .collect();
        marks.sort_by(|one, other| one.submission.cmp(&other.submission));
        Ok(marks)
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
    let main = match &course.shared {
        Some(shared) => shared.clone(),
        None => harness::unknown_adapter().map_err(failed)?,
    };
    let asked = cli::Staging {
        adapter: main.path.display().to_string(),
        settings: Vec::new(),
        seed: Some(course.seed),
        level: arguments.level,
    };
    let scenarios: Vec<Scenario> = course.scenarios.values().cloned().collect();
    let who = staging::with_main(workspace, main, &scenarios)?;
    let mut context = staging::context(workspace, &asked, who, Update::Check)?;
    if context.level < course.rubric.level {
        return Err(CommandError::environment(format!(
            "the rubric demands the isolation level {}, and this machine or --level gives {}; \
             `cargo xtask doctor` says how to reach it",
            course.rubric.level, context.level
        )));
    }
    context.closed = closed(&arguments.submissions, course, workspace);
    let settings = GradeSettings {
        context,
        proposes: course.shared.is_none(),
        rubric: course.rubric.clone(),
        overrides: course.overrides.clone(),
        scenarios: course.scenarios.clone(),
        submissions,
        unpacked: course.unpacked.clone(),
        jobs: arguments
            .jobs
            .or_else(|| available_parallelism().ok())
            .map_or(1, std::num::NonZeroUsize::get),
        dir: RunDir::kept(workspace.reports(), course.out.clone()),
    };
    staging::block_on(async { play(settings, gradebook).await })
}

async fn play(
    settings: GradeSettings,
    gradebook: &mut Gradebook<'_>,
) -> Result<Option<CommandError>, CommandError> {
    let interrupt = Interrupt::listen(settings.context.cancel.clone())?;
    let bar = ProgressBar::new(settings.submissions.len() as u64);
    let (sender, mut graded) = mpsc::channel(NEWS);
    let playing = tokio::spawn(async move { harness::grade(settings, &sender).await });
    while let Some(graded) = graded.recv().await {
        let marks = gradebook.add(graded)?;
        bar.inc(1);
        bar.suspend(|| output::narrate(&format!("graded {}", line(&marks, 0))));
    }
    bar.finish_and_clear();
    let ended = playing.await;
    let ended = ended.map_err(|_| CommandError::harness("grading panicked"))?;
    Ok(ended.err().map(|error| interrupt.command_error(error)))
}

/// What participants do not see: each other, what is expected of them, and how it is done here.
fn closed(submissions: &Path, course: &Course, workspace: &Workspace) -> Vec<PathBuf> {
    let files = course.scenarios.values().map(|scenario| &scenario.path);
    let files = files.chain([&course.rubric.path]);
    let beside = files.filter_map(|file| fs::canonicalize(file).ok()?.parent().map(Path::to_owned));
    let places = [submissions, &course.unpacked, &course.out, workspace.root()];
    let places = places
        .into_iter()
        .filter_map(|place| fs::canonicalize(place).ok());
    places.chain(beside).collect()
}

/// All that is known of a class.
struct Gradebook<'a> {
    course: &'a Course,
    marks: BTreeMap<String, Marks>,
}

impl Gradebook<'_> {
    /// What one has earned is written at once, and nothing of the others but a line in the sheet.
    fn add(&mut self, graded: Graded) -> Result<Marks, CommandError> {
        harness::write_graded(&self.course.out, &graded).map_err(failed)?;
        let marks = self.known(graded)?;
        self.write_sheet()?;
        Ok(marks)
    }

    /// What was decided by hand may be new also where nothing was played.
    fn known(&mut self, graded: Graded) -> Result<Marks, CommandError> {
        let Course {
            out,
            rubric,
            overrides,
            students,
            ..
        } = self.course;
        let marks = Marks::new(graded, rubric, overrides);
        harness::write_feedback(out, rubric, &marks, *students).map_err(failed)?;
        self.marks.insert(marks.submission.clone(), marks.clone());
        Ok(marks)
    }

    fn write_sheet(&self) -> Result<(), CommandError> {
        let all: Vec<&Marks> = self.marks.values().collect();
        harness::write_sheet(&self.course.out, &self.course.rubric, &all).map_err(failed)
    }

    /// The page of all is written once.
    fn finish(&self) -> Result<(), CommandError> {
        self.write_sheet()?;
        let all: Vec<&Marks> = self.marks.values().collect();
        harness::write_junit(&self.course.out, &self.course.rubric, &all).map_err(failed)?;
        harness::write_overview(&self.course.out, &self.course.rubric, &all).map_err(failed)
    }

    /// A line for each whose points are others than before.
    fn compare(&self, before: &[Marks]) {
        let now: Vec<&Marks> = self.marks.values().collect();
        let changes = grading::changes(before, &now);
        for line in &changes {
            output::result(&timeline::visible(line));
        }
        if changes.is_empty() {
            output::narrate("no points differ");
        }
    }

    fn print(&self, found: &[Found]) {
        let marks = self.marks.values();
        let longest = marks.clone().map(|one| one.submission.chars().count());
        let longest = longest.max();
        for one in marks {
            output::result(&line(one, longest.unwrap_or(0)));
        }
        let missing = found.len().saturating_sub(self.marks.len());
        if missing > 0 {
            output::narrate(&format!(
                "{missing} not graded yet; the same command continues"
            ));
        }
        let out = self.course.out.display();
        output::narrate(&format!("grades: {out}/grades.csv"));
        output::narrate(&format!("page:   {out}/index.html"));
    }

    /// What a submission does is no fault of the command: only what could not be graded is.
    fn exit_code(&self) -> u8 {
        let mut marks = self.marks.values().flat_map(|one| &one.marks);
        let cannot =
            |mark: &Mark| mark.is_open() && matches!(mark.standing, Standing::CannotGrade(_));
        if marks.any(cannot) { ENVIRONMENT } else { FINE }
    }
}

/// `ada  22 of 20`
fn line(marks: &Marks, width: usize) -> String {
    let open = if marks.is_open() { "  decide" } else { "" };
    let name = timeline::visible(&marks.submission);
    format!("{name:width$}  {} of {}{open}", marks.total, marks.maximum)
}

fn failed(error: stage::EngineError) -> CommandError {
    CommandError::environment(error.to_string())
}

fn unreadable(problems: &Problems) -> CommandError {
    check::show(std::slice::from_ref(problems));
    CommandError::usage(format!("{} cannot be read", problems.path.display()))
}

/// Those that were named, or those beside the rubric.
fn overrides(arguments: &cli::Grade) -> Result<Overrides, CommandError> {
    let beside = arguments.rubric.with_file_name("overrides.toml");
    let path = match &arguments.overrides {
        Some(path) => path,
        None if beside.is_file() => &beside,
        None => return Ok(Overrides::default()),
    };
    Overrides::load(path).map_err(|problems| unreadable(&problems))
}

fn found(arguments: &cli::Grade) -> Result<Vec<Found>, CommandError> {
    let dir = &arguments.submissions;
    let mut found =
        harness::find_submissions(dir).map_err(|error| CommandError::file(dir, &error))?;
    if found.is_empty() {
        return Err(CommandError::usage(format!(
            "there is no submission in {}: each is a directory or an archive (.zip, .tar.gz)",
            dir.display()
        )));
    }
    harness::all_differ(&found).map_err(|error| CommandError::usage(error.to_string()))?;
    if let Some(shard) = arguments.shard {
        found.retain(|one| shard.holds(&one.name));
        if found.is_empty() {
            return Err(CommandError::usage(format!(
                "part {shard} has no submission"
            )));
        }
    }
    let is_there = |name: &&String| !found.iter().any(|one| one.name == **name);
    if let Some(name) = arguments.only.iter().find(is_there) {
        let names = found.iter().map(|one| one.name.as_str());
        let near = toml_language::suggest::nearest(name, names);
        let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(CommandError::usage(format!(
            "no submission is called `{name}`{hint}"
        )));
    }
    Ok(found)
}

/// The one scenario of each item.
fn scenarios(
    rubric: &Rubric,
    workspace: &Workspace,
) -> Result<BTreeMap<String, Scenario>, CommandError> {
    let here = rubric.path.parent().unwrap_or(Path::new(""));
    let each = rubric.items.iter().map(|item| {
        let beside = here.join(&item.scenario);
        let name = if beside.is_file() {
            beside.display().to_string()
        } else {
            item.scenario.clone()
        };
        let wanted = Wanted {
            names: vec![name],
            tags: Vec::new(),
        };
        let of_item = |why: &str| CommandError::usage(format!("item `{}`: {why}", item.id));
        let mut found = staging::scenarios(&workspace.scenarios(), &wanted)
            .map_err(|error| of_item(&error.text))?;
        match found.len() {
            1 => Ok((item.id.clone(), found.remove(0))),
            many => Err(of_item(&format!(
                "`{}` matches {many} scenarios; name one",
                item.scenario
            ))),
        }
    });
    each.collect()
}

/// The adapter that drives every submission, where the rubric names one.
fn shared(rubric: &Rubric, workspace: &Workspace) -> Result<Option<Adapter>, CommandError> {
    let Some(path) = &rubric.adapter else {
        return Ok(None);
    };
    let name = path.display().to_string();
    let shared = staging::adapter(workspace, &name, Path::new(""))?;
    let takes_one = shared.clone().set(harness::SETTING, "");
    takes_one.map_err(|error| CommandError::usage(error.to_string()))?;
    Ok(Some(shared))
}

/// The seed of the course: the same whenever it is gone on with, so that the grades are as well.
/// Grades of another rubric are never mixed with these.
fn seed(out: &Path, rubric: &Path, asked: Option<u64>) -> Result<u64, CommandError> {
    let path = out.join("course.txt");
    let rubric = fs::canonicalize(rubric).map_err(|error| CommandError::file(rubric, &error))?;
    let rubric = rubric.display().to_string();
    let kept = fs::read_to_string(&path).unwrap_or_default();
    let mut kept = kept.lines();
    let seed = kept.next().and_then(|line| line.parse().ok());
    if kept.next().is_some_and(|of| of != rubric) {
        return Err(CommandError::usage(format!(
            "{} holds grades of another rubric; write these elsewhere with --out",
            out.display()
        )));
    }
    let seed = asked.or(seed).unwrap_or_else(harness::fresh_seed);
    fs::create_dir_all(out)
        .and_then(|()| fs::write(&path, format!("{seed}\n{rubric}\n")))
        .map_err(|error| CommandError::file(&path, &error))?;
    Ok(seed)
}
