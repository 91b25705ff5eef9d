//! Scratch directories: what a participant finds when it starts, and where it may write.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::Mode;
use tempfile::TempDir;

use super::fixtures::{self, Content};
use crate::EngineError;
use crate::foreign::{Digested, ForeignError, Ground, Patience};
use crate::machine_limits::has_room;
use scenario::adapter::Copy;
use scenario::plan::PlannedFile;

/// Where the files lie that a client may send, in its own directory.
const OUTBOX: &str = "outbox";

/// The directories that a participant finds in its own.
pub(crate) const PREPARED: [&str; 2] = [OUTBOX, "tmp"];

/// The scratch directories of a play, one for each participant. They are removed with it.
pub(crate) struct Scratch {
    root: TempDir,
    ground: Ground,
    patience: Patience,
}

/// Something that could not be put into a participant's directory, because of what it has done
/// there.
#[derive(Debug, thiserror::Error)]
#[error("cannot put {} there: it {why}", path.display())]
pub(crate) struct NotPlaced {
    path: PathBuf,
    why: ForeignError,
}

impl Scratch {
    /// Below the system's directory for temporary files, readable by this user alone.
    pub(crate) fn make() -> Result<Self, EngineError> {
        let root = tempfile::Builder::new().prefix("play-").tempdir();
        let root = root.map_err(EngineError::file(
            "make a directory in",
            std::env::temp_dir(),
        ))?;
        let ground = Ground::open(root.path())
            .map_err(|why| EngineError::file("open", root.path())(why.into_io()))?;
        Ok(Self {
            root,
            ground,
            patience: Patience::default(),
        })
    }

    /// What holds those of all participants.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// Whether there is room for files that are to be sent: each is there twice in the end, and a
    /// recipient may keep it sealed as well.
    pub(crate) fn has_room_for(&self, files: &[PlannedFile]) -> Result<(), EngineError> {
        let sizes = files.iter().map(|file| match &file.fixture {
            None => file.size,
            Some(fixture) => fixtures::size(fixture).unwrap_or_default(),
        });
        let all = sizes.fold(0, u64::saturating_add);
        has_room(self.root(), all.saturating_mul(3))
    }

    /// A participant's own directory, to be named to programs. What is there is opened through
    /// [`Self::ground`].
    pub(crate) fn of(&self, who: &str) -> PathBuf {
        self.root.path().join(who)
    }

    /// The same for the files that a client may send.
    pub(crate) fn outbox(&self, who: &str) -> PathBuf {
        self.of(who).join(OUTBOX)
    }

    /// What a participant owns.
    pub(crate) fn ground(&self, who: &str) -> Ground {
        self.ground.of(who)
    }

    /// A path as an adapter names it, from a participant's own directory.
    pub(crate) fn beneath(&self, who: &str, path: &str) -> Result<PathBuf, ForeignError> {
        let path = Path::new(path);
        if path.is_relative() {
            return Ok(path.to_owned());
        }
        let beneath = path.strip_prefix(self.of(who));
        beneath
            .map(Path::to_owned)
            .map_err(|_| ForeignError::Elsewhere)
    }

    /// Does something on a participant's ground, and waits for it no longer than is bearable.
    pub(crate) fn within<T: Send + 'static>(
        &self,
        who: &str,
        job: impl FnOnce(Ground) -> Result<T, ForeignError> + Send + 'static,
    ) -> Result<T, ForeignError> {
        let ground = self.ground(who);
        self.patience.within(move || job(ground))
    }

    /// Makes a participant's directories; what is there stays.
    pub(crate) fn prepare(&self, who: &str) -> Result<(), EngineError> {
        let home = self.of(who);
        let done = self.within(who, |ground| {
            // What it has made of them in an earlier life is its own affair.
            if !ground.make_itself()? {
                return Ok(());
            }
            let mut prepared = PREPARED.iter();
            prepared.try_for_each(|name| ground.make_directory(Path::new(name)))
        });
        done.map_err(|why| EngineError::file("make", home)(why.into_io()))
    }

    /// Copies what an adapter wants there; `nth` chooses from pools. What is there already,
    /// from an earlier start, stays.
    pub(crate) fn copy(
        &self,
        who: &str,
        copies: &[Copy],
        nth: usize,
    ) -> Result<Result<(), NotPlaced>, EngineError> {
        for copy in copies {
            let (mut file, permissions) = fixtures::open(copy, nth)?;
            let to = copy.to.clone();
            let mode = Mode::from_raw_mode(permissions.mode() & 0o777);
            let placed = self.within(who, move |ground| {
                if ground.has(&to) {
                    return Ok(());
                }
                ground.put(&to, &mut file, mode)
            });
            if let Err(not_placed) = self.placed(who, &copy.to, placed)? {
                return Ok(Err(not_placed));
            }
        }
        Ok(Ok(()))
    }

    /// Puts a file into its sender's outbox, as it was planned. Directories on the way, also those
    /// that the name leaves again by `..`, are made.
    pub(crate) fn put(
        &self,
        file: &PlannedFile,
    ) -> Result<Result<Option<Digested>, NotPlaced>, EngineError> {
        let who = &file.client;
        let to = Path::new(OUTBOX).join(&file.name);
        let on_the_way = to.parent().unwrap_or(Path::new("")).to_owned();
        let (content, path) = (fixtures::content(file)?, to.clone());
        let placed = self.within(who, move |ground| {
            ground.make_way(&on_the_way)?;
            match content {
                Content::Nothing => Ok(None),
                Content::Directory => ground.make_directory(&path).map(|()| None),
                Content::Bytes(bytes) => {
                    let mode = Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH;
                    ground.put(&path, &mut bytes.as_slice(), mode)?;
                    Ok(Some(Digested::of(&bytes)))
                }
            }
        });
        self.placed(who, &to, placed)
    }

    /// Whose fault it is that something was not put there.
    fn placed<T>(
        &self,
        who: &str,
        path: &Path,
        placed: Result<T, ForeignError>,
    ) -> Result<Result<T, NotPlaced>, EngineError> {
        match placed {
            Ok(placed) => Ok(Ok(placed)),
            Err(why) if why.is_of_machine() => {
                let path = self.of(who).join(path);
                Err(EngineError::file("write", path)(why.into_io()))
            }
            Err(why) => Ok(Err(NotPlaced {
                path: path.to_owned(),
                why,
            })),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left of it, if anything, the directory's own removal tries again.
        drop(self.ground.clear());
    }
}

impl fmt::Debug for Scratch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scratch")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::{Copy, Scratch};

    #[test]
    fn what_cannot_be_put_where_a_link_leads_away_is_its_owners_affair() {
        let scratch = Scratch::make().unwrap();
        scratch.prepare("bob").unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), scratch.of("bob").join("keys")).unwrap();
        let copy = Copy {
            from: PathBuf::from("/etc/passwd"),
            to: PathBuf::from("keys/link.key"),
            pool: false,
        };
        let why = scratch.copy("bob", &[copy], 0).unwrap().unwrap_err();
        assert_eq!(
            why.to_string(),
            "cannot put keys/link.key there: it is a link, or is reached through one"
        );
        assert!(!elsewhere.path().join("link.key").exists());
    }
}
