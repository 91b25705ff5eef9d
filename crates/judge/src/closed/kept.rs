//! What is in downloads: when the play is over, exactly what was sent, and to whom; before,
//! nothing that is not whole.

use std::collections::BTreeMap;
use std::path::Path;

use matching::compiled;
use scenario::adapter::{ClientSpec, whole_line};
use scenario::plan::{Expectation, Pattern};
use timeline::{KeptFile, Kind, visible};

use super::causes::{Causes, Effect, SentFile};
use super::lacking;
use crate::verdict::{Check, CheckKind, Evidence, Verdict};
use crate::view::View;

const NAME: &str = "downloads hold exactly what was sent";

const IN_PLACE: &str = "and it was written under that name: whoever opens it in the meantime \
                        mistakes a part for the whole. Write it under another name, and rename \
                        it when it is complete; if the program is meant to work this way, set \
                        `writes_in_place = true` in `[client]`";

/// What is wrong with a file; one check for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wrong {
    /// Its client said too early that it had come.
    Early,
    /// It was sent to somebody else.
    Astray,
    /// It is there more often than it was sent.
    Copy,
    /// It has the name of one that was sent, and not its bytes.
    Changed,
    /// The same, and it is too short.
    Partial,
    /// Nobody had sent it.
    Unknown,
    /// It had come, and is not there.
    Gone,
}

impl Wrong {
    fn claim(self) -> &'static str {
        match self {
            Self::Early => "a file is complete when its client reports it",
            Self::Astray => "only its recipients keep a file",
            Self::Copy => "no file is kept more often than it was sent",
            Self::Changed => "every kept file has the bytes that were sent",
            Self::Partial => "no file has its final name before it is complete",
            Self::Unknown => "downloads hold only files that were sent",
            Self::Gone => "every received file is still there at the end",
        }
    }
}

/// A file that was sent, with its size and digest where it has any.
pub(super) struct Sent<'a> {
    pub(super) file: SentFile<'a>,
    pub(super) content: Option<(u64, &'a str)>,
}

impl Sent<'_> {
    pub(super) fn name(&self) -> &str {
        base(self.file.name)
    }

    /// Whether this has the bytes of that file.
    fn is(&self, kept: &KeptFile) -> bool {
        let is_same = |(size, digest)| kept.size == size && kept.sha256.as_deref() == Some(digest);
        self.content.is_some_and(is_same)
    }

    /// Whether a step says itself that it has not come as it was sent.
    pub(super) fn is_reported(&self, who: &str, failed: &[&Expectation]) -> bool {
        failed.iter().any(|one| {
            one.client == who
                && matches!(&one.pattern, Pattern::SameFile { from, name } if from == self.file.from && name == self.file.name)
        })
    }
}

/// Every check of the files that are left at the end; none where nothing was listed.
pub(super) fn checks<'a>(
    view: &View<'a>,
    causes: &Causes<'a>,
    failed: &[&Expectation],
) -> Vec<Check> {
    let sent = sent(view, causes);
    let mut all: BTreeMap<Wrong, Vec<(u64, String)>> = BTreeMap::new();
    for (wrong, n, got) in lacking::wrong(view, causes, &sent, failed) {
        all.entry(wrong).or_default().push((n, got));
    }
    let mut checks = Vec::new();
    let mut is_any = false;
    for event in view.events {
        let Kind::Downloads {
            who,
            files,
            incomplete,
        } = &event.kind
        else {
            continue;
        };
        is_any |= !files.is_empty() || !sent.is_empty();
        let mut client = Client {
            causes,
            sent: &sent,
            who,
            spec: &view.plan.adapter_of(who).client,
            kept: BTreeMap::new(),
            nameless: 0,
            failed,
        };
        client.nameless = client.nameless(files);
        let wrong = files.iter().filter_map(|file| client.wrong(file));
        for (wrong, got) in wrong {
            all.entry(wrong).or_default().push((event.n, got));
        }
        match incomplete {
            Some(why) => checks.push(unknown(who, why)),
            None => {
                let gone = client.gone(view, files).into_iter();
                let gone: Vec<_> = gone.map(|got| (event.n, got)).collect();
                if !gone.is_empty() {
                    all.entry(Wrong::Gone).or_default().extend(gone);
                }
            }
        }
    }
    checks.extend(all.into_iter().filter_map(|(wrong, found)| {
        let (n, first) = found.first()?;
        let more = match found.len() - 1 {
            0 => String::new(),
            more => format!("; and {more} more like it"),
        };
        let evidence = Evidence {
            expected: wrong.claim().to_owned(),
            got: format!("{first}{more}"),
            event: Some(*n),
            ..Evidence::default()
        };
        Some(check(wrong.claim(), Verdict::Fail, evidence))
    }));
    if checks.is_empty() && is_any {
        checks.push(check(NAME, Verdict::Pass, Evidence::default()));
    }
    checks
}

/// The files of one client.
struct Client<'c, 'a> {
    causes: &'c Causes<'a>,
    sent: &'c [Sent<'a>],
    who: &'a str,
    spec: &'a ClientSpec,
    /// How often each content was met.
    kept: BTreeMap<&'a str, usize>,
    /// How many empty files were sent to it and are not there under their own names.
    nameless: usize,
    failed: &'c [&'c Expectation],
}

impl<'a> Client<'_, 'a> {
    fn wrong(&mut self, file: &'a KeptFile) -> Option<(Wrong, String)> {
        let (wrong, what) = self.found(file)?;
        let is_ignored = |pattern: &String| {
            compiled(&whole_line(pattern)).is_some_and(|regex| regex.is_match(&file.name))
        };
        let is_ignored = self.spec.ignore_files.iter().any(is_ignored);
        (!is_ignored).then(|| {
            let (who, name, size) = (self.who, visible(&file.name), file.size);
            let got = format!("{who}'s downloads held {name} ({size} bytes) at the end, {what}");
            (wrong, got)
        })
    }

    fn found(&mut self, file: &'a KeptFile) -> Option<(Wrong, String)> {
        let login = self.causes.login(self.who);
        let same: Vec<&Sent<'a>> = same(self.sent, file).collect();
        if same.is_empty() && file.size == 0 && self.nameless > 0 {
            self.nameless -= 1;
            return None;
        }
        let to_it: Vec<&&Sent<'a>> = same.iter().filter(|one| one.file.to == login).collect();
        if let Some(first) = to_it.first() {
            let count = self.kept.entry(file.sha256.as_deref().unwrap_or_default());
            let count = count.or_default();
            *count += 1;
            let doubled = self.causes.met(self.who, Effect::Doubled, u64::MAX);
            let is_more = *count > to_it.len() + doubled + self.typed(first.name());
            if is_more {
                let (from, name) = (first.file.from, visible(first.name()));
                let times = times(to_it.len());
                let what = format!("one more copy of {name} than {from} had sent: {times}");
                return Some((Wrong::Copy, what));
            }
            let is_partial = file.in_place && !self.spec.writes_in_place;
            return is_partial.then(|| (Wrong::Partial, IN_PLACE.to_owned()));
        }
        if let Some(one) = same.first() {
            let is_own = self.spec.repeats_own && one.file.from == self.who;
            let is_explained = is_own || self.typed(one.name()) > 0;
            let (from, to) = (one.file.from, one.file.to);
            let what = format!("which {from} had sent to {to} alone");
            return (!is_explained).then_some((Wrong::Astray, what));
        }
        if self.typed(base(&file.name)) > 0 {
            return None;
        }
        self.of_no_content(file, login)
    }

    /// How many empty files must be there under other names than their own.
    fn nameless(&self, files: &[KeptFile]) -> usize {
        let login = self.causes.login(self.who);
        let is_empty = |one: &&Sent<'a>| {
            one.file.to == login && one.content.is_some_and(|(size, _)| size == 0)
        };
        let empty = self.sent.iter().filter(is_empty).count();
        let named = files
            .iter()
            .filter(|file| file.size == 0 && same(self.sent, file).any(|one| one.file.to == login));
        empty.saturating_sub(named.count())
    }

    /// A file that has not the bytes of any that was sent.
    fn of_no_content(&self, file: &KeptFile, login: &str) -> Option<(Wrong, String)> {
        let name = base(&file.name);
        let mut to_it = self.sent.iter().filter(|one| one.file.to == login);
        let named = to_it.clone().filter(|one| one.name() == name);
        if let Some(one) = named.max_by_key(|one| one.content.map(|(size, _)| size)) {
            let is_changed = self.causes.met(self.who, Effect::Changed, u64::MAX) > 0;
            if is_changed || one.is_reported(self.who, self.failed) {
                return None;
            }
            let (from, whole) = (one.file.from, one.content.map_or(0, |(size, _)| size));
            return Some(if file.size < whole {
                let what = format!(
                    "{} of the {whole} bytes that {from} had sent; an unfinished file needs another name until it is complete",
                    file.size
                );
                (Wrong::Partial, what)
            } else {
                (
                    Wrong::Changed,
                    format!("whose bytes are not those that {from} had sent"),
                )
            });
        }
        // What is left of a transfer, or belongs to it, is called after its file.
        let is_rest = to_it.any(|one| !one.name().is_empty() && name.contains(one.name()));
        // A program keeps what it likes in its own directory.
        let place = self.spec.downloads.as_ref();
        let is_all = place.is_some_and(|place| place.0.trim_end_matches('/') == "{work}");
        (!is_rest && !is_all).then(|| {
            let what = "which no step had sent; if its program keeps such files there, name them \
                        in `ignore_files` in `[client]`";
            (Wrong::Unknown, what.to_owned())
        })
    }

    /// Files that had come whole and are not there, nor overwritten by others that were sent.
    fn gone(&self, view: &View<'_>, files: &[KeptFile]) -> Vec<String> {
        let login = self.causes.login(self.who);
        let mut came: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
        for event in view.events {
            match &event.kind {
                Kind::Received {
                    who,
                    name,
                    size,
                    sha256,
                } if who == self.who => drop(came.insert(sha256, (name, *size))),
                _ => {}
            }
        }
        let is_sent = |size: u64, digest: &str| {
            let mut to_it = self.sent.iter().filter(|one| one.file.to == login);
            to_it.any(|one| one.content == Some((size, digest)))
        };
        let is_there = |name: &str, digest: &str| {
            let mut files = files.iter();
            files.any(|file| file.name == name || file.sha256.as_deref() == Some(digest))
        };
        let gone = came
            .iter()
            .filter(|(digest, (name, size))| is_sent(*size, digest) && !is_there(name, digest));
        gone.map(|(_, (name, size))| {
            let (who, name) = (self.who, visible(name));
            format!(
                "{name} ({size} bytes) had reached {who}, but was not in its downloads at the end"
            )
        })
        .collect()
    }

    /// How many lines that were typed as they stand name this file.
    fn typed(&self, name: &str) -> usize {
        let lines = self.causes.verbatim.iter();
        lines
            .filter(|typed| !name.is_empty() && typed.line.contains(name))
            .count()
    }
}

/// The files that this may be. All that is empty is alike, so it is known by its name.
fn same<'s, 'a>(sent: &'s [Sent<'a>], file: &KeptFile) -> impl Iterator<Item = &'s Sent<'a>> {
    let is_it =
        move |one: &&Sent<'a>| one.is(file) && (file.size > 0 || one.name() == base(&file.name));
    sent.iter().filter(is_it)
}

/// Everything that was sent, with what it held.
fn sent<'a>(view: &View<'a>, causes: &Causes<'a>) -> Vec<Sent<'a>> {
    let outbox = view.events.iter().filter_map(|event| match &event.kind {
        Kind::Outbox {
            who,
            name,
            size,
            sha256,
        } => Some(((who.as_str(), name.as_str()), (*size, sha256.as_str()))),
        _ => None,
    });
    let outbox: BTreeMap<_, _> = outbox.collect();
    let files = causes.files.iter();
    files
        .map(|file| Sent {
            file: *file,
            content: outbox.get(&(file.from, file.name)).copied(),
        })
        .collect()
}

fn unknown(who: &str, why: &str) -> Check {
    let evidence = Evidence {
        expected: format!("everything in {who}'s downloads is listed"),
        got: why.to_owned(),
        ..Evidence::default()
    };
    check(
        &format!("the contents of {who}'s downloads are known"),
        Verdict::CannotTell,
        evidence,
    )
}

fn check(name: &str, verdict: Verdict, evidence: Evidence) -> Check {
    Check {
        kind: CheckKind::Downloads,
        name: name.to_owned(),
        step: None,
        line: None,
        verdict,
        evidence,
    }
}

/// The last part of a path.
pub(super) fn base(path: &str) -> &str {
    let last = Path::new(path).file_name();
    last.and_then(|last| last.to_str()).unwrap_or_default()
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}
