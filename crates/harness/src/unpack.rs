//! Archives that students hand in, unpacked: files and directories under one directory, within
//! bounds, and nothing else.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

/// The largest archive, in bytes.
const ARCHIVE: u64 = 64 << 20;

/// Bytes of all its files together.
const BYTES: u64 = 256 << 20;

/// Bytes of what an archive says about its files.
const HEADERS: u64 = 32 << 20;

/// Its files and directories.
const ENTRIES: usize = 10_000;

/// What systems leave in archives, and nobody hands in.
const NOISE: [&str; 3] = ["__MACOSX", ".DS_Store", "Thumbs.db"];

/// Why an archive cannot be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// It is damaged, or cannot be read.
    #[error("cannot unpack it: {0}")]
    Io(#[from] io::Error),
    /// It is no good zip file.
    #[error("cannot unpack it: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// It, or what is in it, is too large.
    #[error("it is larger than a submission may be: at most {what}")]
    TooLarge {
        /// What is at most allowed.
        what: &'static str,
    },
    /// A name leads out of its directory.
    #[error("it holds {0:?}, which leads out of its directory")]
    Outside(PathBuf),
    /// A link, a device or a pipe.
    #[error("it holds {0:?}, which is neither a file nor a directory")]
    NoFile(PathBuf),
}

/// Formats that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// `.tar`
    Tar,
    /// `.tar.gz`, `.tgz`
    TarGz,
    /// `.zip`
    Zip,
}

impl Archive {
    /// Of a file with this name, and the name without its ending.
    pub fn of(name: &str) -> Option<(Self, &str)> {
        let endings = [
            (".tar.gz", Self::TarGz),
            (".tgz", Self::TarGz),
            (".tar", Self::Tar),
            (".zip", Self::Zip),
        ];
        let small = name.to_ascii_lowercase();
        let (ending, format) = endings.into_iter().find(|(end, _)| small.ends_with(end))?;
        Some((format, name.get(..name.len() - ending.len())?))
    }

    /// Unpacks a file into a directory that is empty. The answer is the directory of the
    /// submission: the only one in it, where there is no file beside it.
    ///
    /// # Errors
    ///
    /// When it is damaged, too large, or holds what is neither a file nor a directory in it.
    pub fn unpack(self, file: &Path, to: &Path) -> Result<PathBuf, UnpackError> {
        let file = File::open(file)?;
        if file.metadata()?.len() > ARCHIVE {
            return Err(UnpackError::TooLarge {
                what: "64 MiB packed",
            });
        }
        let mut place = Place {
            root: to,
            entries: ENTRIES,
            bytes: BYTES,
        };
        match self {
            Self::Tar => place.tar(BufReader::new(file))?,
            // Names may be as long as files: all that is unpacked counts, also what is passed over.
            Self::TarGz => place.tar(GzDecoder::new(BufReader::new(file)).take(BYTES + HEADERS))?,
            Self::Zip => place.zip(file)?,
        }
        Ok(inner(to)?)
    }
}

/// Where files go, and how much may.
struct Place<'a> {
    root: &'a Path,
    entries: usize,
    bytes: u64,
}

impl Place<'_> {
    fn tar(&mut self, from: impl Read) -> Result<(), UnpackError> {
        let mut archive = tar::Archive::new(from);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.into_owned();
            let kind = entry.header().entry_type();
            let is_program = entry.header().mode()? & 0o100 != 0;
            if kind.is_pax_global_extensions() {
                continue;
            }
            if kind.is_dir() {
                self.directory(&name)?;
            } else if kind.is_file() {
                self.file(&name, is_program, &mut entry)?;
            } else {
                return Err(UnpackError::NoFile(name));
            }
        }
        Ok(())
    }

    fn zip(&mut self, from: File) -> Result<(), UnpackError> {
        let mut archive = zip::ZipArchive::new(BufReader::new(from))?;
        for place in 0..archive.len() {
            let mut entry = archive.by_index(place)?;
            let name = PathBuf::from(entry.name()?.replace('\\', "/"));
            let mode = entry.unix_mode().unwrap_or(0o644);
            if entry.is_dir() {
                self.directory(&name)?;
            } else if entry.is_file() && !entry.is_symlink() {
                self.file(&name, mode & 0o100 != 0, &mut entry)?;
            } else {
                return Err(UnpackError::NoFile(name));
            }
        }
        Ok(())
    }

    fn directory(&mut self, name: &Path) -> Result<(), UnpackError> {
        match self.place_of(name)? {
            Some(path) => Ok(fs::create_dir_all(path)?),
            None => Ok(()),
        }
    }

    fn file(
        &mut self,
        name: &Path,
        is_program: bool,
        from: &mut impl Read,
    ) -> Result<(), UnpackError> {
        let Some(path) = self.place_of(name)? else {
            return Ok(());
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mode = if is_program { 0o755 } else { 0o644 };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(mode);
        let mut file = options.open(path)?;
        // What the archive says of its size is not to be trusted.
        let written = io::copy(&mut from.take(self.bytes + 1), &mut file)?;
        let left = self.bytes.checked_sub(written);
        self.bytes = left.ok_or(UnpackError::TooLarge {
            what: "256 MiB unpacked",
        })?;
        Ok(())
    }

    /// Where something with this name goes; `None` for what nobody hands in.
    fn place_of(&mut self, name: &Path) -> Result<Option<PathBuf>, UnpackError> {
        self.entries = self.entries.checked_sub(1).ok_or(UnpackError::TooLarge {
            what: "10 000 files",
        })?;
        let mut path = self.root.to_owned();
        for part in name.components() {
            match part {
                Component::CurDir => {}
                Component::Normal(part) => {
                    let word = part.to_string_lossy();
                    if NOISE.contains(&word.as_ref()) || word.starts_with("._") {
                        return Ok(None);
                    }
                    path.push(part);
                }
                Component::ParentDir | Component::Prefix(_) | Component::RootDir => {
                    return Err(UnpackError::Outside(name.to_owned()));
                }
            }
        }
        Ok(Some(path))
    }
}

/// The only directory in a directory, where nothing is beside it; else the directory itself.
fn inner(dir: &Path) -> io::Result<PathBuf> {
    let mut entries = fs::read_dir(dir)?;
    match (entries.next(), entries.next()) {
        (Some(only), None) => {
            let only = only?;
            let is_dir = only.file_type()?.is_dir();
            Ok(if is_dir { only.path() } else { dir.to_owned() })
        }
        _ => Ok(dir.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::{Path, PathBuf};

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{EntryType, Header};
    use tempfile::TempDir;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::{Archive, UnpackError};

    /// An archive with these files, in each format, and what comes of it.
    fn unpacked(files: &[(&str, &[u8])]) -> Vec<(TempDir, Result<PathBuf, UnpackError>)> {
        let each = [Archive::Tar, Archive::TarGz, Archive::Zip].map(|format| {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join("archive");
            match format {
                Archive::Tar => {
                    fs::write(&file, tar_of(files)).unwrap();
                }
                Archive::TarGz => {
                    let mut gz = GzEncoder::new(File::create(&file).unwrap(), Compression::fast());
                    gz.write_all(&tar_of(files)).unwrap();
                    gz.finish().unwrap();
                }
                Archive::Zip => {
                    let mut zip = ZipWriter::new(File::create(&file).unwrap());
                    for (name, bytes) in files {
                        let options = SimpleFileOptions::default().unix_permissions(0o755);
                        zip.start_file(*name, options).unwrap();
                        zip.write_all(bytes).unwrap();
                    }
                    zip.finish().unwrap();
                }
            }
            let to = dir.path().join("to");
            fs::create_dir(&to).unwrap();
            let unpacked = format.unpack(&file, &to);
            (dir, unpacked)
        });
        each.into()
    }

    fn header(name: &str, size: usize, kind: EntryType) -> Header {
        let mut header = Header::new_ustar();
        // As those write it who mean harm: the library's own way refuses to.
        let place = &mut header.as_old_mut().name;
        place[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(size as u64);
        header.set_mode(0o755);
        header.set_entry_type(kind);
        header.set_cksum();
        header
    }

    fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let header = header(name, bytes.len(), EntryType::Regular);
            tar.append(&header, *bytes).unwrap();
        }
        tar.into_inner().unwrap()
    }

    #[test]
    fn files_come_out_as_they_went_in_and_what_systems_leave_does_not() {
        let files: [(&str, &[u8]); 4] = [
            ("ada/chat.sh", b"exec true\n"),
            ("ada/lib/a.py", b"pass\n"),
            ("__MACOSX/ada/._chat.sh", b"x"),
            ("ada/.DS_Store", b"x"),
        ];
        for (_dir, unpacked) in unpacked(&files) {
            let place = unpacked.unwrap();
            assert!(place.ends_with("to/ada"), "{place:?}");
            assert_eq!(fs::read(place.join("chat.sh")).unwrap(), b"exec true\n");
            assert_eq!(fs::read(place.join("lib/a.py")).unwrap(), b"pass\n");
            assert_eq!(fs::read_dir(&place).unwrap().count(), 2);
            let mode = fs::metadata(place.join("chat.sh"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o7777 & !0o022, 0o755);
        }
    }

    #[test]
    fn no_name_leads_out_of_the_directory() {
        for name in ["../evil", "a/../../evil", "/tmp/evil-absolute"] {
            for (dir, unpacked) in unpacked(&[(name, b"x")]) {
                assert!(
                    matches!(unpacked, Err(UnpackError::Outside(_))),
                    "{name}: {unpacked:?}"
                );
                assert!(!dir.path().join("evil").exists());
            }
        }
        assert!(!Path::new("/tmp/evil-absolute").exists());
    }

    #[test]
    fn a_link_is_refused() {
        let mut tar = tar::Builder::new(Vec::new());
        let mut link = header("link", 0, EntryType::Symlink);
        link.set_link_name("/etc/passwd").unwrap();
        link.set_cksum();
        tar.append(&link, &[][..]).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.tar");
        fs::write(&file, tar.into_inner().unwrap()).unwrap();
        let unpacked = Archive::Tar.unpack(&file, dir.path());
        assert!(
            matches!(unpacked, Err(UnpackError::NoFile(_))),
            "{unpacked:?}"
        );
        let file = dir.path().join("a.zip");
        let mut zip = ZipWriter::new(File::create(&file).unwrap());
        zip.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
            .unwrap();
        zip.finish().unwrap();
        let unpacked = Archive::Zip.unpack(&file, dir.path());
        assert!(
            matches!(unpacked, Err(UnpackError::NoFile(_))),
            "{unpacked:?}"
        );
    }

    #[test]
    fn what_grows_beyond_all_measure_stops() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("bomb.zip");
        let mut zip = ZipWriter::new(File::create(&file).unwrap());
        zip.start_file("zeros", SimpleFileOptions::default())
            .unwrap();
        let mebibyte = vec![0; 1 << 20];
        for _ in 0..257 {
            zip.write_all(&mebibyte).unwrap();
        }
        zip.finish().unwrap();
        assert!(fs::metadata(&file).unwrap().len() < 1 << 20);
        let to = dir.path().join("to");
        fs::create_dir(&to).unwrap();
        let unpacked = Archive::Zip.unpack(&file, &to);
        assert!(
            matches!(unpacked, Err(UnpackError::TooLarge { .. })),
            "{unpacked:?}"
        );
        let many: Vec<String> = (0..10_001).map(|n| n.to_string()).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|n| (n.as_str(), &b""[..])).collect();
        let file = dir.path().join("many.tar");
        fs::write(&file, tar_of(&many)).unwrap();
        let to = dir.path().join("too");
        fs::create_dir(&to).unwrap();
        let unpacked = Archive::Tar.unpack(&file, &to);
        assert!(
            matches!(unpacked, Err(UnpackError::TooLarge { .. })),
            "{unpacked:?}"
        );
    }

    #[test]
    fn what_is_no_archive_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        fs::write(&file, [7; 3000]).unwrap();
        for format in [Archive::Tar, Archive::TarGz, Archive::Zip] {
            assert!(format.unpack(&file, dir.path()).is_err(), "{format:?}");
        }
    }

    #[test]
    fn formats_are_known_by_their_endings() {
        assert_eq!(Archive::of("ada.tar.gz"), Some((Archive::TarGz, "ada")));
        assert_eq!(Archive::of("ada.b.zip"), Some((Archive::Zip, "ada.b")));
        assert_eq!(Archive::of("Ada.ZIP"), Some((Archive::Zip, "Ada")));
        assert_eq!(Archive::of("notes.txt"), None);
    }
}
