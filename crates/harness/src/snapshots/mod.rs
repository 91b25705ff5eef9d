//! Stored snapshots, in the file format of insta, so that `cargo insta review` works on them.
//!
//! Insta's own macro does not fit: it panics, prints by itself, and writes in CI when the
//! environment says so.

mod update;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use update::Update;

use judge::snapshot::Comparison;
use scenario::plan::ScenarioRef;

/// A directory of stored snapshots.
#[derive(Clone, Debug)]
pub(super) struct Store {
    dir: PathBuf,
}

/// Snapshots that nobody asks for, or that wait for a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Leftovers {
    /// Of scenarios that are not there.
    pub orphaned: Vec<PathBuf>,
    /// `.snap.new`.
    pub pending: Vec<PathBuf>,
}

impl Store {
    /// The directory need not be there yet.
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Compares a text with the stored one, exactly, after one final line break; then does
    /// with it what `mode` says. `None` where there is none to compare with, and need not be.
    ///
    /// # Errors
    ///
    /// What the system says of reading or writing.
    pub(super) fn compare(
        &self,
        scenario: &ScenarioRef,
        kind: &str,
        text: &str,
        mode: Update,
    ) -> io::Result<Option<Comparison>> {
        let path = self
            .dir
            .join(format!("{}.{kind}.snap", file_stem(&scenario.id)));
        let pending = path.with_extension("snap.new");
        let stored = match fs::read_to_string(&path) {
            Ok(file) => Some(content(&file).to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if stored.as_deref() == Some(text.trim_end_matches('\n')) {
            if matches!(mode, Update::Accept | Update::Pending) && pending.exists() {
                fs::remove_file(&pending)?;
            }
            return Ok(Some(Comparison::Same));
        }
        match mode {
            Update::Accept => {
                self.write(&path, &front_matter(scenario, kind, false), text)?;
                if pending.exists() {
                    fs::remove_file(&pending)?;
                }
                return Ok(Some(Comparison::Same));
            }
            Update::IfStored if stored.is_none() => return Ok(None),
            Update::Check | Update::IfStored => {}
            Update::Pending => self.write(&pending, &front_matter(scenario, kind, true), text)?,
        }
        let different = |stored| Comparison::Different { stored };
        Ok(Some(stored.map_or(Comparison::Missing, different)))
    }

    fn write(&self, path: &Path, front: &str, text: &str) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let beside = tempfile::NamedTempFile::new_in(&self.dir)?;
        fs::write(
            beside.path(),
            format!("{front}{}\n", text.trim_end_matches('\n')),
        )?;
        beside.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// What is there and belongs to none of these scenarios, or waits for a decision about one
    /// that was played.
    ///
    /// # Errors
    ///
    /// What the system says of reading the directory.
    pub(super) fn leftovers(
        &self,
        all_ids: &BTreeSet<String>,
        played: &BTreeSet<String>,
    ) -> io::Result<Leftovers> {
        let stem_of = |file: &str| {
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            stem.to_owned()
        };
        let played: BTreeSet<String> = played.iter().map(|id| file_stem(id)).collect();
        let stems: BTreeSet<String> = all_ids.iter().map(|id| file_stem(id)).collect();
        let mut leftovers = Leftovers::default();
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(leftovers),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if let Some(rest) = name.strip_suffix(".snap.new") {
                if played.contains(&stem_of(rest)) {
                    leftovers.pending.push(path);
                }
            } else if let Some(rest) = name.strip_suffix(".snap")
                && !stems.contains(&stem_of(rest))
            {
                leftovers.orphaned.push(path);
            }
        }
        leftovers.orphaned.sort();
        leftovers.pending.sort();
        Ok(leftovers)
    }
}

/// No two ids have the same. An underscore that could be taken for a part of what stands between
/// two names is written as a number.
fn file_stem(id: &str) -> String {
    let names = id.split('/').map(|name| {
        let name = name.replace('%', "%25");
        let begins = if name.starts_with('_') { "%5F" } else { "" };
        let ends = if name.ends_with('_') && name.len() > 1 {
            "%5F"
        } else {
            ""
        };
        let rest = name.strip_prefix('_').unwrap_or(&name);
        let rest = rest.strip_suffix('_').unwrap_or(rest);
        format!("{begins}{}{ends}", rest.replace("__", "%5F%5F"))
    });
    names.collect::<Vec<_>>().join("__")
}

fn front_matter(scenario: &ScenarioRef, kind: &str, pending: bool) -> String {
    let description = serde_json::Value::from(format!("{kind} of {}", scenario.title));
    let line = if pending { "assertion_line: 1\n" } else { "" };
    format!(
        "---\nsource: scenarios/{}.toml\n{line}description: {description}\n---\n",
        scenario.file_id()
    )
}

/// Behind the front matter, without the final line break.
fn content(file: &str) -> &str {
    let body = file
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(file, |(_, body)| body);
    body.trim_end_matches('\n')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Store, Update, file_stem};
    use judge::snapshot::Comparison;
    use scenario::plan::ScenarioRef;

    fn scenario() -> ScenarioRef {
        ScenarioRef {
            id: "basics/private".to_owned(),
            path: "basics/private.toml".into(),
            title: "A \"private\" message".to_owned(),
            lesson: None,
            tags: Vec::new(),
            xfail: None,
        }
    }

    #[test]
    fn a_snapshot_is_compared_to_the_letter() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path().join("snapshots"));
        let compare = |text, mode| {
            store
                .compare(&scenario(), "transcript", text, mode)
                .unwrap()
                .expect("it is compared")
        };
        assert_eq!(compare("one\ntwo\n", Update::Check), Comparison::Missing);
        assert!(
            !dir.path().join("snapshots").exists(),
            "checking writes nothing"
        );
        assert_eq!(compare("one\ntwo\n", Update::Accept), Comparison::Same);
        assert_eq!(compare("one\ntwo", Update::Check), Comparison::Same);
        let stored = "one\ntwo".to_owned();
        for other in ["one\r\ntwo", "\none\ntwo", "one\ntwo ", ""] {
            let stored = stored.clone();
            assert_eq!(
                compare(other, Update::Check),
                Comparison::Different { stored },
                "{other:?}"
            );
        }
    }

    #[test]
    fn two_scenarios_never_share_a_snapshot() {
        assert_eq!(file_stem("basics/three-clients"), "basics__three-clients");
        assert_eq!(file_stem("one_word/x@a_b"), "one_word__x@a_b");
        let ids = [
            "a/b", "a__b", "a_/b", "a/_b", "a_/_b", "a____b", "_", "__", "a%5Fb", "a_b",
        ];
        let stems: BTreeSet<String> = ids.iter().map(|id| file_stem(id)).collect();
        assert_eq!(stems.len(), ids.len(), "{stems:?}");
    }

    #[test]
    fn an_audience_needs_no_snapshot_and_sees_where_one_differs() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path().join("snapshots"));
        let compare = |text, mode| {
            let compared = store.compare(&scenario(), "transcript", text, mode);
            compared.unwrap()
        };
        assert_eq!(compare("was", Update::IfStored), None);
        assert!(!dir.path().join("snapshots").exists(), "nothing is written");
        compare("was", Update::Accept);
        assert_eq!(compare("was", Update::IfStored), Some(Comparison::Same));
        let stored = "was".to_owned();
        assert_eq!(
            compare("is", Update::IfStored),
            Some(Comparison::Different { stored })
        );
    }

    #[test]
    fn insta_reads_what_we_store_and_a_decision_ends_the_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::new(dir.path().to_owned());
        let ids = BTreeSet::from(["basics/private".to_owned()]);
        store
            .compare(&scenario(), "transcript", "was", Update::Accept)
            .unwrap();
        store
            .compare(&scenario(), "transcript", "is", Update::Pending)
            .unwrap();
        let pending = dir.path().join("basics__private.transcript.snap.new");
        let read = insta::Snapshot::from_file(&pending).unwrap();
        assert_eq!(read.as_text().unwrap().to_string(), "is");
        let nobody = BTreeSet::new();
        assert_eq!(store.leftovers(&ids, &ids).unwrap().pending, [pending]);
        let of_others = store.leftovers(&ids, &nobody).unwrap();
        assert!(of_others.pending.is_empty(), "{of_others:?}");
        store
            .compare(&scenario(), "transcript", "is", Update::Accept)
            .unwrap();
        let left = store.leftovers(&ids, &ids).unwrap();
        assert!(
            left.pending.is_empty() && left.orphaned.is_empty(),
            "{left:?}"
        );
        let left = store.leftovers(&nobody, &nobody).unwrap();
        assert_eq!(left.orphaned.len(), 1);
    }
}
