//! What a participant leaves behind.

use std::fs;
use std::io;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

use crate::participant::proc;
use crate::participant::spawn::registry;

/// Marks every process of a play in its environment. A program can clear it; then the end
/// of the run finds what it left behind.
pub(crate) const PLAY_VARIABLE: &str = "CHAT_PLAY";

/// Says which participant a process belongs to, in its environment.
pub(crate) const PARTICIPANT_VARIABLE: &str = "CHAT_PARTICIPANT";

/// A process that nobody waits for any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// As the harness sees it.
    pub pid: i32,
    /// Its command line, or its name where it has none.
    pub command: String,
}

/// The orphans of a play with a PID namespace: exactly what pid 1 has adopted.
pub(crate) fn adopted_by(init: i32) -> Vec<Orphan> {
    children_of_thread(init, init)
        .into_iter()
        .filter_map(describe)
        .collect()
}

/// The orphans that the harness itself has adopted, as a subreaper: of one play, by the
/// mark in their environment, or of any when `play` is `None`. They are killed and reaped,
/// and so is what they leave behind in turn.
pub fn adopted_by_us(play: Option<&str>) -> Vec<Orphan> {
    let mut found = Vec::new();
    // Each round can only uncover one more generation; a program that forks faster than we
    // kill is stopped by the bound.
    for _ in 0..100 {
        let unknown_children = unknown_children(play);
        if unknown_children.is_empty() {
            break;
        }
        for pid in unknown_children {
            found.extend(describe(pid));
            end(pid);
        }
    }
    found
}

/// Children of ours that we did not start. Ended ones are reaped on the way.
fn unknown_children(play: Option<&str>) -> Vec<i32> {
    let ours = registry();
    let me = rustix::process::getpid().as_raw_nonzero().get();
    let children = threads(me)
        .into_iter()
        .flat_map(|thread| children_of_thread(me, thread));
    let unknown_children: Vec<i32> = children.filter(|pid| !ours.contains(pid)).collect();
    drop(ours);
    unknown_children
        .into_iter()
        .filter(|pid| {
            if is_zombie(*pid) {
                reap(*pid);
                return false;
            }
            play.is_none_or(|play| has_mark(*pid, play))
        })
        .collect()
}

fn end(pid: i32) {
    if let Some(pid) = Pid::from_raw(pid) {
        // Gone already is as good.
        kill_process(pid, Signal::KILL).ok();
    }
    reap(pid);
}

fn reap(pid: i32) {
    waitpid(Pid::from_raw(pid), WaitOptions::empty()).ok();
}

pub(crate) fn threads(pid: i32) -> Vec<i32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn children_of_thread(pid: i32, thread: i32) -> Vec<i32> {
    let list = proc::text(pid, &format!("task/{thread}/children"));
    list.unwrap_or_default()
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}

/// The process and everything below it.
pub(crate) fn tree(pid: i32) -> Vec<i32> {
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        next += 1;
        let children = threads(parent)
            .into_iter()
            .flat_map(|thread| children_of_thread(parent, thread));
        let new: Vec<i32> = children.filter(|child| !all.contains(child)).collect();
        all.extend(new);
    }
    all
}

/// Processes and everything below them, each once.
pub(crate) fn trees(roots: &[i32]) -> Vec<i32> {
    let mut all: Vec<i32> = Vec::new();
    for pid in roots.iter().flat_map(|root| tree(*root)) {
        if !all.contains(&pid) {
            all.push(pid);
        }
    }
    all
}

fn has_mark(pid: i32, play: &str) -> bool {
    variable(pid, PLAY_VARIABLE).is_some_and(|mark| mark == play)
}

/// A variable of its environment, as that was when the program was started.
fn variable(pid: i32, name: &str) -> Option<String> {
    let environment = proc::read(pid, "environ").ok()?;
    let mut variables = environment.split(|byte| *byte == 0);
    variables.find_map(|variable| {
        let variable = std::str::from_utf8(variable).ok()?;
        Some(variable.strip_prefix(name)?.strip_prefix('=')?.to_owned())
    })
}

/// What pid 1 of a play has adopted, with the participant that it says it belongs to. What
/// has cleared its environment belongs to nobody.
pub(crate) fn reparented(init: i32) -> Vec<(String, i32)> {
    let adopted = children_of_thread(init, init).into_iter();
    adopted
        .filter_map(|pid| Some((variable(pid, PARTICIPANT_VARIABLE)?, pid)))
        .collect()
}

/// A child that was killed and has not ended.
pub(crate) fn unreaped(pid: i32, who: &str) -> Orphan {
    let command = describe(pid).map_or_else(|| "its program".to_owned(), |one| one.command);
    Orphan {
        pid,
        command: format!("{command}, of {who}, which was killed and does not end"),
    }
}

/// The process has ended: there is nothing to read any more.
pub(crate) fn is_gone(error: &io::Error) -> bool {
    let ended = rustix::io::Errno::SRCH.raw_os_error();
    error.kind() == io::ErrorKind::NotFound || error.raw_os_error() == Some(ended)
}

/// It has ended, or is not there.
pub(crate) fn is_zombie(pid: i32) -> bool {
    // `pid (name) state …`: the name may hold anything, so from the last parenthesis.
    let stat = proc::text(pid, "stat").unwrap_or_default();
    stat.rsplit_once(')')
        .is_none_or(|(_, rest)| rest.trim_start().starts_with(['Z', 'X']))
}

fn describe(pid: i32) -> Option<Orphan> {
    if is_zombie(pid) {
        return None;
    }
    let line = proc::read(pid, "cmdline");
    let line = String::from_utf8_lossy(&line.ok()?)
        .trim_end_matches('\0')
        .replace('\0', " ");
    let command = if line.is_empty() {
        proc::text(pid, "comm").ok()?.trim().to_owned()
    } else {
        line
    };
    Some(Orphan { pid, command })
}
