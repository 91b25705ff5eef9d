//! What is known of a class, written as it becomes known.

use std::collections::BTreeMap;

use grading::{Graded, Mark, Marks, Standing};
use harness::Found;

use super::{Course, failed};
use crate::command_error::CommandError;
use crate::exit_code::{ENVIRONMENT, FINE};
use crate::output;

/// All that is known of a class.
pub(super) struct Gradebook<'a> {
    pub(super) course: &'a Course,
    marks: BTreeMap<String, Marks>,
    /// What this machine does not keep from a submission, for the instructor.
    pub(super) warning: Option<String>,
    /// Time was up before everybody was graded.
    pub(super) is_cut: bool,
}

impl<'a> Gradebook<'a> {
    pub(super) fn new(course: &'a Course) -> Self {
        Self {
            course,
            marks: BTreeMap::new(),
            warning: None,
            is_cut: false,
        }
    }

    /// A platform may end everything at any moment, and reads then what there is.
    pub(super) fn so_far(&mut self, graded: Graded) -> Result<(), CommandError> {
        if self.course.platform.is_none() {
            return Ok(());
        }
        self.known(graded).map(drop)
    }

    /// What one has earned is written at once, and nothing of the others but a line in the sheet.
    pub(super) fn add(&mut self, graded: Graded) -> Result<Marks, CommandError> {
        harness::write_graded(&self.course.out, &graded).map_err(failed)?;
        let marks = self.known(graded)?;
        self.write_sheet()?;
        Ok(marks)
    }

    /// What was decided by hand may be new also where nothing was played.
    pub(super) fn known(&mut self, graded: Graded) -> Result<Marks, CommandError> {
        let Course {
            out,
            rubric,
            overrides,
            students,
            platform,
            ..
        } = self.course;
        let marks = Marks::new(graded, rubric, overrides);
        harness::write_feedback(out, rubric, &marks, *students).map_err(failed)?;
        if let Some(platform) = platform {
            let value = platform.value(rubric, (&marks, self.warning.as_deref()), *students);
            harness::write_for_platform(&platform.file(), &value).map_err(failed)?;
        }
        self.marks.insert(marks.submission.clone(), marks.clone());
        Ok(marks)
    }

    fn write_sheet(&self) -> Result<(), CommandError> {
        let all: Vec<&Marks> = self.marks.values().collect();
        harness::write_sheet(&self.course.out, &self.course.rubric, &all).map_err(failed)
    }

    /// The page of all is written once.
    pub(super) fn finish(&self) -> Result<(), CommandError> {
        self.write_sheet()?;
        let all: Vec<&Marks> = self.marks.values().collect();
        harness::write_junit(&self.course.out, &self.course.rubric, &all).map_err(failed)?;
        harness::write_overview(&self.course.out, &self.course.rubric, &all).map_err(failed)
    }

    /// A line for each whose points are others than before.
    pub(super) fn compare(&self, before: &[Marks]) {
        let now: Vec<&Marks> = self.marks.values().collect();
        let changes = grading::changes(before, &now);
        for line in &changes {
            output::result(&timeline::visible(line));
        }
        if changes.is_empty() {
            output::narrate("no points differ");
        }
    }

    pub(super) fn print(&self, found: &[Found]) {
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
        if let Some(platform) = &self.course.platform {
            output::narrate(&format!("grades: {}", platform.file().display()));
            return;
        }
        let out = self.course.out.display();
        output::narrate(&format!("grades: {out}/grades.csv"));
        output::narrate(&format!("page:   {out}/index.html"));
    }

    /// What a submission does is no fault of the command: only what could not be graded is, or was not in time.
    pub(super) fn exit_code(&self) -> u8 {
        let mut marks = self.marks.values().flat_map(|one| &one.marks);
        let cannot =
            |mark: &Mark| mark.is_open() && matches!(mark.standing, Standing::CannotGrade(_));
        // The file for a platform says itself what could not be graded.
        if self.course.platform.is_none() && (self.is_cut || marks.any(cannot)) {
            ENVIRONMENT
        } else {
            FINE
        }
    }
}

/// `ada  22 of 20`
pub(super) fn line(marks: &Marks, width: usize) -> String {
    let open = if marks.is_open() { "  decide" } else { "" };
    let name = timeline::visible(&marks.submission);
    format!("{name:width$}  {} of {}{open}", marks.total, marks.maximum)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use grading::{Audience, Overrides, Rubric, Standing};

    use super::{Course, ENVIRONMENT, FINE, Gradebook, Graded, Mark};
    use crate::grade::platform::Platform;

    const RUBRIC: &str =
        "title = \"t\"\n[[items]]\nid = \"say\"\ntitle = \"s\"\nscenario = \"s\"\npoints = 1\n";

    fn course(dir: &Path, platform: Option<Platform>) -> Course {
        Course {
            rubric: Rubric::parse(RUBRIC, Path::new("r.toml")).unwrap(),
            overrides: Overrides::default(),
            scenarios: BTreeMap::new(),
            unpacked: dir.to_owned(),
            shared: None,
            seed: 0,
            out: dir.join("out"),
            students: Audience::Students,
            ends: None,
            plays_end: None,
            platform,
        }
    }

    fn gradescope(dir: &Path) -> Platform {
        Platform::Gradescope {
            dir: dir.to_owned(),
            handed_in: Overrides::default(),
        }
    }

    fn graded(course: &Course, standing: Standing) -> Graded {
        Graded {
            submission: "submission".to_owned(),
            dir: "/handed-in".to_owned(),
            seed: 0,
            stamp: String::new(),
            marks: vec![Mark::without_play(&course.rubric.items[0], standing)],
        }
    }

    #[test]
    fn a_platform_has_results_before_anything_was_played() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Standing::CannotGrade("not played yet".to_owned());
        let course_of_many = course(dir.path(), None);
        let mut of_many = Gradebook::new(&course_of_many);
        of_many.so_far(graded(&course_of_many, open())).unwrap();
        let results = dir.path().join("results/results.json");
        assert!(!results.exists() && !dir.path().join("out").exists());
        fs::create_dir(dir.path().join("results")).unwrap();
        let course = course(dir.path(), Some(gradescope(dir.path())));
        let mut of_one = Gradebook::new(&course);
        of_one.so_far(graded(&course, open())).unwrap();
        let text = fs::read_to_string(results).unwrap();
        assert!(text.contains("not played yet"), "{text}");
    }

    #[test]
    fn a_class_that_time_cut_off_is_not_done_and_a_platform_reads_its_file() {
        let dir = tempfile::tempdir().unwrap();
        for (platform, code) in [(None, ENVIRONMENT), (Some(gradescope(dir.path())), FINE)] {
            let course = course(dir.path(), platform);
            let mut gradebook = Gradebook::new(&course);
            assert_eq!(gradebook.exit_code(), FINE);
            gradebook.is_cut = true;
            assert_eq!(gradebook.exit_code(), code);
        }
    }
}
