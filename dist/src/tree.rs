//! Files of an archive: sorted, owned by root, all of one time, so that the same files are the same bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

/// A file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    is_program: bool,
}

/// Files by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree(BTreeMap<String, File>);

impl Tree {
    pub(crate) fn add(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let (bytes, is_program) = (bytes.into(), false);
        self.0.insert(path.into(), File { bytes, is_program });
    }

    pub(crate) fn add_program(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        let (bytes, is_program) = (bytes.into(), true);
        self.0.insert(path.into(), File { bytes, is_program });
    }

    /// Each file with its path.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &File)> {
        self.0.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The same files in a directory.
    pub(crate) fn under(self, dir: &str) -> Self {
        let files = self.0.into_iter();
        Self(
            files
                .map(|(path, file)| (format!("{dir}/{path}"), file))
                .collect(),
        )
    }

    /// The files of both.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Bytes of all files.
    pub(crate) fn size(&self) -> usize {
        self.0.values().map(|file| file.bytes.len()).sum()
    }

    /// As `.tar.gz`; every path begins with `prefix`.
    pub(crate) fn tar_gz(&self, prefix: &str, time: u64) -> io::Result<Vec<u8>> {
        let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
        if !prefix.is_empty() {
            let header = header(EntryType::Directory, 0o755, (0, time));
            append(&mut tar, header, prefix, &[])?;
        }
        for dir in self.directories() {
            let header = header(EntryType::Directory, 0o755, (0, time));
            append(&mut tar, header, &format!("{prefix}{dir}/"), &[])?;
        }
        for (path, file) in self.files() {
            let mode = if file.is_program { 0o755 } else { 0o644 };
            let header = header(EntryType::Regular, mode, (file.bytes.len(), time));
            append(&mut tar, header, &format!("{prefix}{path}"), &file.bytes)?;
        }
        tar.into_inner()?.finish()
    }

    /// Each before what is in it.
    fn directories(&self) -> BTreeSet<&str> {
        let parents = self.0.keys().flat_map(|path| {
            let parents = Path::new(path).ancestors().skip(1);
            parents.filter_map(Path::to_str)
        });
        parents.filter(|dir| !dir.is_empty()).collect()
    }
}

fn header(kind: EntryType, mode: u32, (size, time): (usize, u64)) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size as u64);
    header.set_mtime(time);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn append(
    tar: &mut Builder<GzEncoder<Vec<u8>>>,
    mut header: Header,
    path: &str,
    bytes: &[u8],
) -> io::Result<()> {
    header.set_username("root")?;
    header.set_groupname("root")?;
    if !path.starts_with("./") {
        return tar.append_data(&mut header, path, bytes);
    }
    // As Debian has them, and as `set_path` would not leave them.
    let too_long = || io::Error::other(format!("{path} is too long for a Debian package"));
    let name = &mut header.as_old_mut().name;
    let place = name.get_mut(..path.len()).ok_or_else(too_long)?;
    place.copy_from_slice(path.as_bytes());
    header.set_cksum();
    tar.append(&header, bytes)
}

/// As `gzip` packs it, without a name or a time.
pub(crate) fn gzipped(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    gzip.finish()
}
