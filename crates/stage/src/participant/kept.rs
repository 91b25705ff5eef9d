//! What is in a client's downloads when the play is over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::foreign::Ground;
use crate::participant::downloads::Downloads;
use timeline::KeptFile;

/// So many files are listed of one client.
const MOST: usize = 1000;

/// No path is longer that is listed.
const LONGEST: usize = 1024;

/// So many bytes are digested besides as many as were sent.
const MORE: u64 = 16 * 1024 * 1024;

/// What the files of a play are like.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// How large those are that were to be sent: no other is digested.
    pub(crate) sizes: BTreeSet<u64>,
    /// The bytes of all of them.
    pub(crate) bytes: u64,
    /// What the harness or the adapter has put into the client's own directory, from there.
    pub(crate) own: Vec<PathBuf>,
}

/// Everything in a client's downloads, as far as it was read.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) files: Vec<KeptFile>,
    pub(crate) incomplete: Option<String>,
}

impl Kept {
    /// Lists a directory of downloads. Hidden files are unfinished ones, unless they were seen to
    /// come.
    pub(crate) fn list(
        known: &mut Downloads,
        ground: &Ground,
        directory: &Path,
        files: &Files,
    ) -> Self {
        let listing = ground.list(directory);
        let mut kept = Self {
            files: Vec::new(),
            incomplete: listing.unread.first().cloned(),
        };
        let in_place = known.written_in_place();
        if let Some(missed) = known.missed(ground, directory) {
            kept.incomplete.get_or_insert(missed.to_owned());
        }
        let mut left = files.bytes.saturating_add(MORE);
        for path in listing.files() {
            let at = directory.join(&path);
            let is_own = files.own.iter().any(|own| at.starts_with(own));
            if is_own || (is_hidden(&path) && !known.has(&path)) {
                continue;
            }
            if kept.files.len() == MOST || path.as_os_str().len() > LONGEST {
                let why = format!("more than {MOST} files, or names of more than {LONGEST} bytes");
                kept.incomplete.get_or_insert(why);
                continue;
            }
            // What is no regular file any more holds nothing.
            let Ok(file) = ground.file(&at) else {
                continue;
            };
            let size = file.metadata().len();
            let is_candidate = files.sizes.contains(&size);
            let digested = known.digest_of(&path, &file).filter(|_| is_candidate);
            let sha256 = match digested {
                None if is_candidate && size <= left => {
                    left -= size;
                    file.digest().ok().map(|digested| digested.sha256)
                }
                digested => digested.map(|digested| digested.sha256.clone()),
            };
            if is_candidate && sha256.is_none() {
                let why = format!("{:?} was not digested", path.display());
                kept.incomplete.get_or_insert(why);
            }
            kept.files.push(KeptFile {
                name: path.display().to_string(),
                size,
                sha256,
                in_place: in_place.contains(&path),
            });
        }
        kept
    }
}

fn is_hidden(path: &Path) -> bool {
    let mut parts = path.iter();
    parts.any(|part| part.as_encoded_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::{Path, PathBuf};

    use super::{Files, Kept, MOST};
    use crate::foreign::{Digested, Ground};
    use crate::participant::downloads::Downloads;

    /// Names in a directory with these files, of which five bytes were to be sent, and why there
    /// may be more.
    fn listed(files: &[(&str, &str)]) -> (Vec<String>, Option<String>) {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let ground = Ground::open(dir.path()).unwrap();
        let sent = Files {
            sizes: [5].into(),
            bytes: 5,
            own: vec![PathBuf::from("outbox")],
        };
        let kept = Kept::list(&mut Downloads::default(), &ground, Path::new(""), &sent);
        let whole = Digested::of(b"whole").sha256;
        let words = kept.files.iter().map(|file| {
            let digest = match &file.sha256 {
                Some(digest) if *digest == whole => "whole",
                Some(_) => "other",
                None => "-",
            };
            format!("{} {} {digest}", file.name, file.size)
        });
        (words.collect(), kept.incomplete)
    }

    #[test]
    fn what_may_have_been_sent_is_digested_and_what_the_harness_put_there_is_left_out() {
        let (files, incomplete) = listed(&[
            ("outbox/plan", "whole"),
            ("in/plan", "whole"),
            ("plan.1", "wrong"),
            ("log", "of another size"),
            (".plan.part", "whole"),
            (".cache/plan", "whole"),
        ]);
        assert_eq!(files, ["in/plan 5 whole", "log 15 -", "plan.1 5 other"]);
        assert_eq!(incomplete, None);
    }

    /// Which of the files in downloads at the end were written under their names after something
    /// was awaited there, and why that may not be known.
    fn in_place(act: impl FnOnce(&Path)) -> (Vec<String>, Option<String>) {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("downloads");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("before"), "whole").unwrap();
        let ground = Ground::open(dir.path()).unwrap();
        let mut downloads = Downloads::default();
        assert!(downloads.begin(&ground, Path::new("downloads")).is_none());
        act(&place);
        let files = Files::default();
        let kept = Kept::list(&mut downloads, &ground, Path::new("downloads"), &files);
        let in_place = kept.files.into_iter().filter(|file| file.in_place);
        (in_place.map(|file| file.name).collect(), kept.incomplete)
    }

    #[test]
    fn who_writes_under_a_final_name_is_seen_however_soon_the_file_is_whole() {
        let (seen, missed) = in_place(|at| {
            fs::write(at.join("at-once"), "whole").unwrap();
            fs::write(at.join("before"), "other").unwrap();
            let filled = fs::File::create(at.join("made-in-full-size")).unwrap();
            filled.set_len(5).unwrap();
            let mut early = fs::File::create(at.join("part")).unwrap();
            fs::rename(at.join("part"), at.join("renamed-too-early")).unwrap();
            early.write_all(b"whole").unwrap();
        });
        let all = [
            "at-once",
            "before",
            "made-in-full-size",
            "renamed-too-early",
        ];
        assert_eq!(seen, all);
        assert_eq!(missed, None);
    }

    #[test]
    fn who_writes_under_another_name_or_nothing_at_all_has_not_written_in_place() {
        let (seen, missed) = in_place(|at| {
            fs::write(at.join("a.part"), "whole").unwrap();
            fs::rename(at.join("a.part"), at.join("renamed")).unwrap();
            fs::write(at.join("b.part"), "whole").unwrap();
            fs::hard_link(at.join("b.part"), at.join("linked")).unwrap();
            fs::remove_file(at.join("b.part")).unwrap();
            fs::write(at.join("empty"), "").unwrap();
            fs::create_dir(at.join("of-alice")).unwrap();
        });
        assert_eq!(seen, [""; 0]);
        assert_eq!(missed, None);
    }

    #[test]
    fn what_was_written_unseen_is_no_pass() {
        let (_, missed) = in_place(|at| {
            fs::rename(at, at.with_file_name("other")).unwrap();
            fs::create_dir(at).unwrap();
        });
        assert!(missed.unwrap().contains("replaced"));
    }

    #[test]
    fn of_thousands_of_files_no_more_is_listed_than_anybody_reads() {
        let names: Vec<String> = (0..MOST + 5).map(|n| format!("{n}")).collect();
        let all: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let (files, incomplete) = listed(&all);
        assert_eq!(files.len(), MOST);
        assert!(incomplete.unwrap().contains("more than 1000 files"));
    }
}
