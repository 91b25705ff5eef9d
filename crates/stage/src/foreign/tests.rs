//! What participants do to be opened, waited for or followed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::{Mode, OFlags, mkdirat, openat};

use super::ground::{beneath, walk};
use super::{ForeignError, Found, Ground, Patience};

/// The directory of a play, and what its participant bob owns.
struct Place {
    dir: tempfile::TempDir,
    bob: Ground,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("bob")).unwrap();
        fs::write(dir.path().join("outside"), "not bob's").unwrap();
        let bob = Ground::open(dir.path()).unwrap().of("bob");
        Self { dir, bob }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join("bob").join(name)
    }

    fn outside(&self) -> String {
        fs::read_to_string(self.dir.path().join("outside")).unwrap()
    }

    /// Why a file is refused.
    fn refused(&self, name: &str) -> String {
        self.bob.file(Path::new(name)).unwrap_err().to_string()
    }

    fn pipe(&self, name: &str) {
        rustix::fs::mkfifoat(rustix::fs::CWD, self.path(name), Mode::RWXU).unwrap();
    }
}

#[test]
fn only_a_regular_file_is_opened_and_nothing_else_is_waited_for() {
    let place = Place::new();
    place.pipe("pipe");
    let _socket = UnixListener::bind(place.path("socket")).unwrap();
    fs::create_dir(place.path("directory")).unwrap();
    assert_eq!(place.refused("pipe"), "is a pipe, not a regular file");
    assert_eq!(
        place.refused("directory"),
        "is a directory, not a regular file"
    );
    assert_eq!(
        place.refused("socket"),
        "is a socket or a device, not a regular file"
    );
    assert_eq!(place.refused("nothing"), "is not there");
    assert_eq!(place.refused("pipe/nothing"), "is not there");
    fs::write(place.path("file"), "hello").unwrap();
    let file = place.bob.file(Path::new("./file")).unwrap();
    assert_eq!(file.beginning(4).unwrap(), b"hell");
}

#[test]
fn no_link_is_followed_wherever_it_stands() {
    let place = Place::new();
    symlink("../outside", place.path("link")).unwrap();
    symlink("/dev/zero", place.path("zero")).unwrap();
    symlink("..", place.path("up")).unwrap();
    for name in ["link", "zero", "up/outside", "up"] {
        assert_eq!(
            place.refused(name),
            "is a link, or is reached through one",
            "{name}"
        );
    }
}

#[test]
fn a_path_that_leads_out_is_refused_whatever_lies_there() {
    let place = Place::new();
    let absolute = place.dir.path().join("outside");
    for path in [
        Path::new("../outside"),
        Path::new("a/../../outside"),
        &absolute,
    ] {
        let refused = place.bob.file(path).unwrap_err();
        assert!(matches!(refused, ForeignError::Elsewhere), "{path:?}");
        let put = place.bob.put(path, &mut &b"x"[..], Mode::RWXU).unwrap_err();
        assert!(matches!(put, ForeignError::Elsewhere), "{path:?}");
    }
    assert_eq!(beneath(Path::new("a/./../b")).unwrap(), Path::new("b"));
    assert_eq!(place.outside(), "not bob's");
}

#[test]
fn without_openat2_paths_are_resolved_the_same_way() {
    let place = Place::new();
    fs::create_dir(place.path("deep")).unwrap();
    fs::write(place.path("deep/file"), "").unwrap();
    symlink("deep", place.path("link")).unwrap();
    symlink("file", place.path("deep/link")).unwrap();
    let top = fs::File::open(place.path(".")).unwrap();
    let read = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let directory = read | OFlags::DIRECTORY;
    for (path, flags) in [
        ("deep/file", read),
        ("deep/link", read),
        ("link/file", read),
        ("link", directory),
        ("deep", directory),
        ("deep/file/x", read),
        ("none/x", read),
    ] {
        let walked = walk(&top, Path::new(path), flags)
            .map(drop)
            .map_err(ForeignError::from);
        let at_once = place.bob.directory(Path::new(path)).map(drop);
        let at_once = if flags == directory {
            at_once
        } else {
            place.bob.file(Path::new(path)).map(drop)
        };
        assert_eq!(
            walked.map_err(|why| why.to_string()),
            at_once.map_err(|why| why.to_string()),
            "{path}"
        );
    }
}

#[test]
fn a_file_that_grows_while_it_is_read_ends_where_it_ended_at_first() {
    let place = Place::new();
    fs::write(place.path("log"), "one").unwrap();
    let mut file = place.bob.file(Path::new("log")).unwrap();
    let mut writer = fs::OpenOptions::new()
        .append(true)
        .open(place.path("log"))
        .unwrap();
    writer.write_all(b"two").unwrap();
    let mut read = String::new();
    file.read_to_string(&mut read).unwrap();
    assert_eq!(read, "one");
}

#[test]
fn a_file_that_becomes_shorter_is_not_digested_as_another_one() {
    let place = Place::new();
    fs::write(place.path("plan"), "whole").unwrap();
    let file = place.bob.file(Path::new("plan")).unwrap();
    fs::write(place.path("plan"), "").unwrap();
    assert!(matches!(file.digest(), Err(ForeignError::Changed)));
}

#[test]
fn what_is_put_takes_the_place_of_a_link_and_changes_nothing_behind_it() {
    let place = Place::new();
    symlink("../outside", place.path("plan")).unwrap();
    fs::hard_link(place.dir.path().join("outside"), place.path("twin")).unwrap();
    place.pipe("pipe");
    for name in ["plan", "twin", "pipe", "new/deep/plan"] {
        let mode = Mode::RUSR | Mode::WUSR;
        place
            .bob
            .put(Path::new(name), &mut &b"planted"[..], mode)
            .unwrap();
        let lies = fs::symlink_metadata(place.path(name)).unwrap();
        assert!(lies.is_file(), "{name}");
        assert_eq!(lies.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read(place.path(name)).unwrap(), b"planted");
    }
    assert_eq!(place.outside(), "not bob's");
}

#[test]
fn a_directory_that_was_exchanged_for_a_link_is_neither_filled_nor_emptied() {
    let place = Place::new();
    fs::create_dir(place.dir.path().join("others")).unwrap();
    fs::write(place.dir.path().join("others/plan"), "theirs").unwrap();
    symlink("../others", place.path("outbox")).unwrap();
    let plan = Path::new("outbox/plan");
    let put = place.bob.put(plan, &mut &b"x"[..], Mode::RWXU).unwrap_err();
    assert!(matches!(put, ForeignError::Link), "{put}");
    let removed = place.bob.remove(plan).unwrap_err();
    assert!(matches!(removed, ForeignError::Link), "{removed}");
    let made = place.bob.make_directory(Path::new("outbox")).unwrap_err();
    assert!(matches!(made, ForeignError::Link), "{made}");
    assert!(place.bob.has(Path::new("outbox")));
    assert!(!place.bob.has(plan));
    assert!(place.bob.list(Path::new("outbox")).found.is_empty());
    assert_eq!(
        fs::read_to_string(place.dir.path().join("others/plan")).unwrap(),
        "theirs"
    );
}

#[test]
fn a_listing_names_links_and_goes_through_none() {
    let place = Place::new();
    fs::create_dir(place.path("a")).unwrap();
    fs::write(place.path("a/.hidden"), "").unwrap();
    symlink("..", place.path("a/up")).unwrap();
    place.pipe("pipe");
    let listing = place.bob.list(Path::new(""));
    let found = [
        Found::Directory("a".into()),
        Found::File("a/.hidden".into()),
        Found::Link("a/up".into(), "..".into()),
        Found::Other("pipe".into()),
    ];
    assert_eq!(listing.found, found);
    assert!(listing.unread.is_empty(), "{listing:?}");
    assert!(place.bob.list(Path::new("none")).unread.is_empty());
}

#[test]
fn a_held_pipe_is_not_opened_again() {
    let (reader, _writer) = std::io::pipe().unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&reader);
    let link = format!("/proc/self/fd/{number}");
    let refused = super::held_open(Path::new(&link)).unwrap_err();
    assert_eq!(refused.to_string(), "is a pipe, not a regular file");
}

#[test]
fn what_waits_in_a_pipe_is_read_and_stays_there() {
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&writer);
    let link = format!("/proc/self/fd/{number}");
    assert_eq!(super::waiting_in(Path::new(&link)).unwrap(), b"");
    std::io::Write::write_all(&mut writer, b"a text").unwrap();
    assert_eq!(super::waiting_in(Path::new(&link)).unwrap(), b"a text");
    drop(writer);
    let mut there = String::new();
    std::io::Read::read_to_string(&mut reader, &mut there).unwrap();
    assert_eq!(there, "a text");
}

#[test]
fn directories_nested_beyond_any_path_are_cleared() {
    let place = Place::new();
    let mut at = openat(
        rustix::fs::CWD,
        place.path("."),
        OFlags::PATH,
        Mode::empty(),
    )
    .unwrap();
    for _ in 0..700 {
        mkdirat(&at, "deeper", Mode::RWXU).unwrap();
        at = openat(&at, "deeper", OFlags::PATH, Mode::empty()).unwrap();
    }
    fs::create_dir(place.path("closed")).unwrap();
    fs::write(place.path("closed/file"), "").unwrap();
    fs::set_permissions(place.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    symlink("../outside", place.path("link")).unwrap();
    let listing = place.bob.list(Path::new(""));
    let unread = listing.unread.join("; ");
    assert!(unread.contains("File name too long"), "{unread}");
    assert!(unread.len() < 500, "{unread}");
    Ground::open(&place.path(".")).unwrap().clear().unwrap();
    assert_eq!(fs::read_dir(place.path(".")).unwrap().count(), 0);
    assert_eq!(place.outside(), "not bob's");
}

#[test]
fn what_does_not_answer_is_waited_for_once() {
    let patience = Patience::of(Duration::from_millis(50));
    assert_eq!(patience.within(|| Ok(7)).unwrap(), 7);
    let (release, held) = mpsc::sync_channel::<()>(1);
    let refused = patience
        .within(move || Ok(held.recv().is_ok()))
        .unwrap_err();
    assert_eq!(refused.to_string(), "could not be reached within 50ms");
    let again = patience.within(|| Ok(7)).unwrap_err();
    assert!(matches!(again, ForeignError::NoAnswer(_)));
    drop(release);
}
