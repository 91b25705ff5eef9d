//! Where a run's files lie: `reports/<run-id>/<scenario>/`, and `reports/latest`.

use super::rehearsals::rehearsals;
use stage::Reports;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Runs that are kept; older ones are removed when a new one begins, unless they still go on, or
/// hold the newest play of a scenario that went as it should.
const MOST: usize = 10;

/// What was built and not used for so long is removed, too.
const UNUSED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The directory of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDir {
    path: PathBuf,
    id: String,
    /// Where all runs lie.
    root: PathBuf,
    /// Why `latest` does not point to it.
    not_latest: Option<String>,
}

impl RunDir {
    /// Makes a new one, points `latest` to it and removes the oldest.
    ///
    /// # Errors
    ///
    /// What the system says, with the path in the text.
    pub fn create(reports: &Path) -> io::Result<Self> {
        let dir = Self::create_beside(reports)?;
        Self::remove_oldest(reports);
        Ok(dir)
    }

    /// The same, without removing any.
    pub(super) fn create_beside(reports: &Path) -> io::Result<Self> {
        let now = chrono::Utc::now().format("%Y%m%d-%H%M%S%.3f");
        let id = format!("{now}-{}", std::process::id());
        let path = reports.join(&id);
        fs::create_dir_all(&path).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("cannot make {}: {error}", path.display()),
            )
        })?;
        let mut dir = Self {
            path,
            id,
            root: reports.to_owned(),
            not_latest: None,
        };
        // The run is worth more than a short name for it.
        dir.not_latest = dir.point_latest(reports).err().map(|error| {
            let latest = reports.join("latest");
            format!("{} does not point to this run: {error}", latest.display())
        });
        Ok(dir)
    }

    /// One that is kept and gone on with: never removed, and never the latest run.
    pub fn kept(reports: &Path, path: PathBuf) -> Self {
        let id = path.file_name().unwrap_or_default();
        Self {
            id: id.to_string_lossy().into_owned(),
            path,
            root: reports.to_owned(),
            not_latest: None,
        }
    }

    /// The run's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where what adapters build is kept, for all runs.
    pub(super) fn builds(&self) -> PathBuf {
        builds(&self.root)
    }

    /// Why `latest` does not point to it, where that is so.
    pub fn not_latest(&self) -> Option<&str> {
        self.not_latest.as_deref()
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What participants must not see: the texts of all plays are there.
    pub(crate) fn reports(&self) -> Reports {
        let root = self.root.clone();
        let earlier = runs(&root).into_iter().map(|run| root.join(run)).collect();
        Reports {
            root,
            run: self.path.clone(),
            earlier,
            others: Vec::new(),
        }
    }

    /// Where a play's files go.
    pub fn play(&self, scenario: &str) -> PathBuf {
        self.path.join(Self::relative(scenario))
    }

    /// The same, in the run's directory. The id of a file that is elsewhere may be a
    /// whole path: it never leads out of the run.
    pub(super) fn relative(scenario: &str) -> PathBuf {
        let parts = Path::new(scenario).components();
        let inside = parts.filter(|part| matches!(part, Component::Normal(_)));
        inside.collect()
    }

    /// Only what looks like a run of ours is touched. What cannot be removed stays.
    pub(super) fn remove_oldest(reports: &Path) {
        remove_unused(&builds(reports), SystemTime::now());
        let runs = runs(reports);
        let surplus = runs.len().saturating_sub(MOST);
        if surplus == 0 {
            return;
        }
        let kept = rehearsals(reports, &runs);
        let old = runs.iter().take(surplus);
        for run in old.filter(|run| !goes_on(run) && !kept.contains(*run)) {
            drop(fs::remove_dir_all(reports.join(run)));
        }
    }

    /// Another run may do the same at the same time: a link is made beside and renamed.
    fn point_latest(&self, reports: &Path) -> io::Result<()> {
        let beside = reports.join(format!(".latest-{}", self.id));
        std::os::unix::fs::symlink(&self.id, &beside)?;
        let renamed = fs::rename(&beside, reports.join("latest"));
        if renamed.is_err() {
            drop(fs::remove_file(beside));
        }
        renamed
    }
}

fn builds(reports: &Path) -> PathBuf {
    reports.join("builds")
}

/// Removes what was built long ago and not used since, and what a build left that was killed.
fn remove_unused(builds: &Path, now: SystemTime) {
    for entry in fs::read_dir(builds).into_iter().flatten().flatten() {
        let used = entry.metadata().and_then(|metadata| metadata.modified());
        let is_old = used.is_ok_and(|used| used + UNUSED < now);
        if is_old && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// The names of all runs, the oldest first. What cannot be read holds none.
pub(super) fn runs(reports: &Path) -> Vec<String> {
    let entries = fs::read_dir(reports).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut runs: Vec<String> = names.filter(|name| is_run(name)).collect();
    runs.sort();
    runs
}

/// Whether the process that its id ends with is still there. Another one with the same
/// number keeps it a little longer.
fn goes_on(run: &str) -> bool {
    let process = run.rsplit('-').next().unwrap_or_default();
    Path::new("/proc").join(process).exists()
}

fn is_run(name: &str) -> bool {
    let mut parts = name.split('-');
    let digits = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| {
            part.len() == length && part.chars().all(|c| c.is_ascii_digit() || c == '.')
        })
    };
    digits(parts.next(), 8) && digits(parts.next(), 10) && parts.next().is_some()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use std::time::SystemTime;

    use super::{MOST, RunDir, UNUSED, is_run, remove_unused};

    #[test]
    fn latest_points_to_the_newest_run_and_old_ones_go() {
        let reports = tempfile::tempdir().unwrap();
        fs::write(reports.path().join("README.md"), "kept").unwrap();
        for day in 0..MOST + 3 {
            fs::create_dir(reports.path().join(old(day))).unwrap();
        }
        let run = RunDir::create(reports.path()).unwrap();
        assert!(is_run(run.id()), "{}", run.id());
        let latest = fs::read_link(reports.path().join("latest")).unwrap();
        assert_eq!(latest.to_str(), Some(run.id()));
        let left = fs::read_dir(reports.path()).unwrap().count();
        assert_eq!(left, MOST + 2, "the runs, latest and the README");
        assert!(!reports.path().join(old(0)).exists());
        assert!(reports.path().join("README.md").exists());
    }

    #[test]
    fn what_was_built_and_not_used_for_long_goes() {
        let builds = tempfile::tempdir().unwrap();
        for name in ["old", ".new-killed", "used"] {
            fs::create_dir(builds.path().join(name)).unwrap();
            fs::write(builds.path().join(name).join("chat"), "").unwrap();
        }
        let now = SystemTime::now() + UNUSED * 2;
        let used = fs::File::open(builds.path().join("used")).unwrap();
        used.set_modified(now - UNUSED / 2).unwrap();
        remove_unused(builds.path(), now);
        let left = fs::read_dir(builds.path()).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["used"]);
    }

    #[test]
    fn a_latest_that_cannot_be_replaced_costs_no_run() {
        let reports = tempfile::tempdir().unwrap();
        fs::create_dir(reports.path().join("latest")).unwrap();
        let run = RunDir::create(reports.path()).unwrap();
        let why = run.not_latest().unwrap();
        assert!(why.contains("latest does not point to this run"), "{why}");
        assert_eq!(fs::read_dir(reports.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_run_that_still_goes_on_is_not_removed() {
        let reports = tempfile::tempdir().unwrap();
        let ours = format!("20190101-000000.000-{}", std::process::id());
        fs::create_dir(reports.path().join(&ours)).unwrap();
        for day in 0..MOST {
            fs::create_dir(reports.path().join(old(day))).unwrap();
        }
        RunDir::create(reports.path()).unwrap();
        assert!(reports.path().join(ours).exists());
        assert!(!reports.path().join(old(0)).exists());
    }

    /// The id of a run whose process is gone: no system gives so high a number.
    fn old(day: usize) -> String {
        format!("202001{day:02}-000000.000-4194305")
    }
}
