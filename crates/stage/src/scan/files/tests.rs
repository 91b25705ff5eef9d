//! What is searched of files, and what is said of the rest.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;

use super::{Comparing, Files, FilesScan};
use crate::foreign::Ground;
use crate::participant::programs::PATH;
use crate::participant::spawn::{Command, find_program, spawn, wait_blocking};
use crate::participant::tree::tree;
use audit::Searcher;
use scenario::plan::{AuditPlan, Canary};
use timeline::{Kind, StepId, Surface};

const CANARY: &str = "QXZVKWBG-amber-falcon-0417";

fn searcher() -> Searcher {
    let canary = Canary {
        name: "vault".to_owned(),
        text: CANARY.to_owned(),
        step: StepId("1".to_owned()),
    };
    let plan = AuditPlan {
        canaries: vec![canary],
        controls: [(Surface::Files, "relay-control".to_owned())].into(),
        ..AuditPlan::default()
    };
    Searcher::new(&plan, &[], &[])
}

/// Places with a finding.
fn leaks(found: &FilesScan) -> Vec<&str> {
    let leaky = found
        .searched
        .iter()
        .filter(|(_, one)| !one.findings.is_empty());
    leaky.map(|(place, _)| place.as_str()).collect()
}

fn files(scratch: &Path) -> Files {
    let ground = Ground::open(scratch).unwrap();
    Files::new(ground, scratch.to_owned(), Comparing::default())
}

/// What is seen under `scratch` while a shell is there that has read the canary; the
/// scan before it did, and the scan after.
fn played(scratch: &Path, script: &str) -> [FilesScan; 2] {
    let mut files = files(scratch);
    let command = Command::new("/bin/sh").argument("-c").argument(format!(
        "cd {}; {script}; echo ok; read y",
        scratch.display()
    ));
    let child = spawn(&command.variable("PATH", "/usr/bin:/bin")).unwrap();
    let (mut input, mut output) = (
        fs::File::from(child.stdin),
        BufReader::new(fs::File::from(child.stdout)),
    );
    let first = files.scan(&tree(child.pid), &searcher(), None);
    writeln!(input, "{CANARY}").unwrap();
    let mut answer = String::new();
    output.read_line(&mut answer).unwrap();
    assert_eq!(answer, "ok\n");
    let second = files.scan(&tree(child.pid), &searcher(), None);
    drop(input);
    output.read_to_string(&mut answer).unwrap();
    wait_blocking(child.pid, &child.pidfd).unwrap();
    [first, second]
}

#[test]
fn what_was_deleted_while_open_is_searched() {
    let scratch = tempfile::tempdir().unwrap();
    let script = "exec 3<>log; read x; echo \"$x\" >&3; rm log";
    let [before, after] = played(scratch.path(), script);
    assert!(leaks(&before).is_empty());
    assert_eq!(leaks(&after), ["log (deleted), held open by sh"]);
    assert!(after.unread.is_empty(), "{after:?}");
}

#[test]
fn what_lies_there_is_searched_where_it_is() {
    let scratch = tempfile::tempdir().unwrap();
    let script = "mkdir data; read x; exec 3>data/.wal; echo \"$x\" >&3";
    let [_, after] = played(scratch.path(), script);
    assert_eq!(leaks(&after), ["data/.wal"]);
}

#[test]
fn a_memfd_is_a_file_that_is_held_open() {
    use rustix::fs::{MemfdFlags, memfd_create};
    let memfd = memfd_create("notes", MemfdFlags::CLOEXEC).unwrap();
    let mut memfd = fs::File::from(memfd);
    let scratch = tempfile::tempdir().unwrap();
    let mut files = files(scratch.path());
    memfd.write_all(CANARY.as_bytes()).unwrap();
    let us = i32::try_from(std::process::id()).unwrap();
    let found = files.scan(&[us], &searcher(), None);
    let leaks = leaks(&found);
    assert!(
        leaks
            .iter()
            .any(|place| place.starts_with("/memfd:notes (deleted), held open by ")),
        "{leaks:?}"
    );
}

/// What is seen of this process, which the tests share.
fn seen_here(files: &mut Files) -> FilesScan {
    let us = i32::try_from(std::process::id()).unwrap();
    files.scan(&[us], &searcher(), None)
}

#[test]
fn what_waits_in_the_queue_of_a_socket_is_searched_and_stays_there() {
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::UnixStream;
    let (mut here, mut there) = UnixStream::pair().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (called, _) = listener.accept().unwrap();
    here.write_all(CANARY.as_bytes()).unwrap();
    caller.write_all(CANARY.as_bytes()).unwrap();
    called.peek(&mut [0]).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let found = seen_here(&mut files(scratch.path()));
    if !found.refused.is_empty() {
        // A container may forbid it, which is said.
        assert!(
            found.refused.iter().all(|why| why.contains("socket")),
            "{found:?}"
        );
        return;
    }
    let sockets = leaks(&found).into_iter();
    let sockets = sockets.filter(|place| place.starts_with("what waits in a socket of "));
    assert_eq!(sockets.count(), 2);
    let mut text = vec![0; CANARY.len()];
    there.read_exact(&mut text).unwrap();
    assert_eq!(text, CANARY.as_bytes());
}

#[test]
fn looking_at_a_socket_leaves_its_errors_to_its_program() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::net::sockopt::set_socket_linger;
    use std::net::{TcpListener, TcpStream};
    use std::time::Duration;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let caller = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut called, _) = listener.accept().unwrap();
    set_socket_linger(&caller, Some(Duration::ZERO)).unwrap();
    drop(caller);
    let mut arrives = [PollFd::new(&called, PollFlags::IN)];
    let deadline = Timespec::try_from(Duration::from_secs(30)).unwrap();
    assert_eq!(poll(&mut arrives, Some(&deadline)), Ok(1));
    let scratch = tempfile::tempdir().unwrap();
    seen_here(&mut files(scratch.path()));
    let error = called.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn what_waits_in_a_terminal_is_reported_because_nobody_can_search_it() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use std::time::Duration;
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let terminal = openpt(flags).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let name = name.to_str().unwrap();
    rustix::io::write(&terminal, format!("{CANARY}\n").as_bytes()).unwrap();
    let open = rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC;
    let program = rustix::fs::open(name, open, rustix::fs::Mode::empty()).unwrap();
    // The kernel carries it over in its own time.
    let mut arrives = [PollFd::new(&program, PollFlags::IN)];
    let deadline = Timespec::try_from(Duration::from_secs(30)).unwrap();
    assert_eq!(
        poll(&mut arrives, Some(&deadline)),
        Ok(1),
        "it never arrives"
    );
    let scratch = tempfile::tempdir().unwrap();
    let [_, found] = played(scratch.path(), &format!("exec 3<>{name}; read x"));
    let sentence = format!("27 bytes wait in {name} of sh, where they can only be taken away");
    assert!(
        !found.refused.is_empty() || found.unread == [sentence],
        "{found:?}"
    );
}

#[test]
fn an_open_file_that_waits_in_a_socket_is_reported() {
    let python = find_program(Path::new("python3"), PATH);
    if !testing::has_installed(python.is_none().then(|| "python3".to_owned())) {
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    let program = "import os, socket\n\
        here, there = socket.socketpair()\n\
        file = os.memfd_create('notes')\n\
        os.write(file, os.read(0, 4096))\n\
        socket.send_fds(here, [b'x'], [file])\n\
        os.close(file)\n\
        print('ok', flush=True)\n\
        os.read(0, 4096)\n";
    fs::write(scratch.path().join("sends.py"), program).unwrap();
    let [_, found] = played(scratch.path(), "exec python3 sends.py");
    let sentence = "1 open files wait in a socket of python3, and were not searched";
    assert!(
        !found.refused.is_empty() || found.unread == [sentence],
        "{found:?}"
    );
}

#[test]
fn what_waits_in_a_pipe_with_a_name_is_searched() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("queue");
    mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let [before, after] = played(scratch.path(), "exec 3<>queue; read x; echo \"$x\" >&3");
    assert!(leaks(&before).is_empty());
    assert_eq!(leaks(&after), ["what waits in queue of sh"]);
}

#[test]
fn names_of_sockets_are_names() {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixListener};
    let name = format!("to\nld: {CANARY}");
    let address = SocketAddr::from_abstract_name(name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut files = files(scratch.path());
    seen_here(&mut files);
    let found = files.search_names(&searcher()).findings;
    let called = format!("the name of @to\nld: {CANARY}");
    assert!(
        found
            .iter()
            .any(|one| matches!(one, Kind::Finding { place, at: 8, .. } if *place == called)),
        "{found:?}"
    );
}

#[test]
fn the_order_of_files_is_compared() {
    use differential::{Differential, Words};
    use std::time::{Duration, UNIX_EPOCH};
    let comparing = Comparing::with(Differential::new(3, 1));
    let scratch = tempfile::tempdir().unwrap();
    while comparing.known().unwrap().next_turn().is_some() {
        let turn = comparing.known().unwrap().begin();
        let names = match turn.texts {
            Words::A => ["one", "two"],
            Words::B => ["two", "one"],
        };
        for (second, name) in (1..).zip(names) {
            let file = fs::File::create(scratch.path().join(name)).unwrap();
            let at = UNIX_EPOCH + Duration::from_secs(second);
            file.set_modified(at).unwrap();
        }
        let ground = Ground::open(scratch.path()).unwrap();
        let files = Files::new(ground, scratch.path().to_owned(), comparing.clone());
        files.compare_order(["one", "two"].map(Path::new).into_iter());
        comparing.known().unwrap().end();
    }
    let found = comparing.known().unwrap().differences();
    let found = &found.surfaces[&Surface::Files].found;
    let order = "files in the order of their last change: one, two";
    assert!(found.iter().any(|one| one.shown == order), "{found:?}");
}

#[test]
fn what_is_left_out_for_its_size_is_reported() {
    let scratch = tempfile::tempdir().unwrap();
    let mut files = files(scratch.path());
    files.budget = 10;
    for (text, is_left_out) in [("one", false), ("the second one", false), ("three", true)] {
        fs::write(scratch.path().join("log"), text).unwrap();
        let found = files.scan(&[], &searcher(), None);
        assert_eq!(!found.unread.is_empty(), is_left_out, "{text}: {found:?}");
    }
}

#[test]
fn extended_attributes_are_searched() {
    let scratch = tempfile::tempdir().unwrap();
    let mut files = files(scratch.path());
    let path = scratch.path().join("notes");
    fs::write(&path, "nothing").unwrap();
    let (name, none) = ("user.comment", rustix::fs::XattrFlags::empty());
    if let Err(why) = rustix::fs::setxattr(&path, name, CANARY.as_bytes(), none) {
        // A file system without any has nothing to hide.
        assert_eq!(why, rustix::io::Errno::OPNOTSUPP);
        return;
    }
    let found = files.scan(&[], &searcher(), None);
    assert_eq!(leaks(&found), ["the attributes of notes"]);
}

#[test]
fn what_else_is_held_open_is_compared() {
    use differential::{Differential, Words};
    let comparing = Comparing::with(Differential::new(3, 1));
    let scratch = tempfile::tempdir().unwrap();
    while comparing.known().unwrap().next_turn().is_some() {
        let turn = comparing.known().unwrap().begin();
        let script = match turn.texts {
            Words::A => "exec 5<&0 6<&0; echo ok; read y",
            Words::B => "exec 5<&0; echo ok; read y",
        };
        let child = spawn(&Command::new("/bin/sh").argument("-c").argument(script)).unwrap();
        let (input, output) = (
            fs::File::from(child.stdin),
            BufReader::new(fs::File::from(child.stdout)),
        );
        output.lines().next().unwrap().unwrap();
        let ground = Ground::open(scratch.path()).unwrap();
        let mut files = Files::new(ground, scratch.path().to_owned(), comparing.clone());
        files.scan(&[child.pid], &searcher(), None);
        drop(input);
        wait_blocking(child.pid, &child.pidfd).unwrap();
        comparing.known().unwrap().end();
    }
    let found = comparing.known().unwrap().differences();
    let found: Vec<&str> = found.surfaces[&Surface::Files]
        .found
        .iter()
        .map(|one| one.shown.as_str())
        .collect();
    assert_eq!(found, ["sh holds 5 open: pipe", "sh holds 4 open: pipe"]);
}

#[test]
fn what_waits_in_a_pipe_is_searched() {
    let scratch = tempfile::tempdir().unwrap();
    let (reader, mut writer) = std::io::pipe().unwrap();
    writeln!(writer, "{CANARY}").unwrap();
    let us = i32::try_from(std::process::id()).unwrap();
    let found = files(scratch.path()).scan(&[us], &searcher(), None);
    let leaks = leaks(&found);
    assert!(
        leaks
            .iter()
            .any(|place| place.starts_with("what waits in a pipe of ")),
        "{leaks:?}"
    );
    drop(reader);
}

#[test]
fn a_file_that_has_not_changed_is_not_searched_again() {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("log"), CANARY).unwrap();
    let mut files = files(scratch.path());
    assert_eq!(leaks(&files.scan(&[], &searcher(), None)), ["log"]);
    // It may have changed again in the same tick; later it would show.
    while !files.searched.values().all(|known| known.is(known)) {
        files.scan(&[], &searcher(), None);
    }
    assert!(files.scan(&[], &searcher(), None).searched.is_empty());
    files.forget();
    assert_eq!(leaks(&files.scan(&[], &searcher(), None)), ["log"]);
    fs::write(scratch.path().join("log"), "something else").unwrap();
    assert_eq!(files.scan(&[], &searcher(), None).searched.len(), 1);
}

#[test]
fn a_name_that_holds_a_canary_is_found_after_the_file_is_gone() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join(CANARY);
    let mut files = files(scratch.path());
    fs::write(&path, "nothing").unwrap();
    files.scan(&[], &searcher(), None);
    fs::remove_file(&path).unwrap();
    let found = files.names.search(&searcher());
    assert_eq!(found.control, None);
    let place = format!("place: \"the name of {CANARY}\"");
    assert!(
        format!("{:?}", found.findings).contains(&place),
        "{found:?}"
    );
}
