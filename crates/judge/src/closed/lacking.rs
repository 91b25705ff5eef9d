//! Files that lay in downloads before they were whole, or were said to have come then.

use scenario::plan::Expectation;
use timeline::{EventKind, Kind, visible};

use super::causes::{Causes, Effect};
use super::kept::{Sent, Wrong, base};
use crate::view::View;

/// What is wrong with files that were incomplete when downloads were checked, by the event of the check.
pub(super) fn wrong<'a>(
    view: &View<'a>,
    causes: &Causes<'a>,
    sent: &[Sent<'a>],
    failed: &[&Expectation],
) -> Vec<(Wrong, u64, String)> {
    let mut wrong = Vec::new();
    for event in view.events {
        let Kind::Lacking {
            who,
            from,
            name,
            part,
        } = &event.kind
        else {
            continue;
        };
        let login = causes.login(who);
        // The last one that was sent so.
        let one = sent.iter().rfind(|one| {
            let file = one.file;
            file.n < event.n && file.from == from && file.name == name && file.to == login
        });
        let Some(one) = one.filter(|one| !one.is_reported(who, failed)) else {
            continue;
        };
        let scan = DownloadScan {
            view,
            causes,
            sent,
            who,
            n: event.n,
        };
        let whole = one.content.map_or(0, |(size, _)| size);
        let shown = visible(one.name());
        let is_allowed = view.plan.adapter_of(who).client.writes_in_place;
        let part = part.filter(|part| !is_allowed && scan.is_part_of(one, *part));
        if let Some(part) = part {
            let got = format!(
                "{shown} was in {who}'s downloads with {part} of the {whole} bytes that {from} had \
                 sent; an unfinished file needs another name until it is complete"
            );
            wrong.push((Wrong::Partial, event.n, got));
        }
        if scan.is_claimed(one) {
            let got = format!(
                "{who} reported a file from {from} while {shown} was still incomplete in its downloads"
            );
            wrong.push((Wrong::Early, event.n, got));
        }
    }
    wrong
}

/// A scan of somebody's downloads.
struct DownloadScan<'l, 'a> {
    view: &'l View<'a>,
    causes: &'l Causes<'a>,
    sent: &'l [Sent<'a>],
    who: &'a str,
    n: u64,
}

impl<'a> DownloadScan<'_, 'a> {
    /// Whether so many bytes under its name can only be a part of it: no fault has shortened it,
    /// and nothing else of that name has this size.
    fn is_part_of(&self, one: &Sent<'a>, part: u64) -> bool {
        let mut all = self.sent.iter();
        self.causes.met(self.who, Effect::Changed, self.n) == 0
            && !all.any(|other| {
                other.name() == one.name() && other.content.is_some_and(|(size, _)| size == part)
            })
    }

    /// Whether the client had said of more such files that they have come than had.
    fn is_claimed(&self, one: &Sent<'a>) -> bool {
        let sender = self.causes.login(one.file.from);
        let lines = self.view.shown(self.who);
        let claims = lines.filter(|line| {
            let seen = line.seen.filter(|seen| {
                let fits = |name: &str, is: &dyn Fn(&str) -> bool| {
                    seen.captures.get(name).is_none_or(|value| is(value))
                };
                seen.event == EventKind::FileReceived
                    && fits("from", &|from| from == sender)
                    && fits("name", &|name| base(name) == one.name())
            });
            seen.is_some() && line.n > one.file.n && line.n < self.n
        });
        let claims = claims.count();
        let came = self.view.events.iter().filter(|event| {
            let is_it = matches!(&event.kind, Kind::Received { who, .. } if who == self.who);
            is_it && event.n > one.file.n && event.n < self.n
        });
        // A line that was typed verbatim may have sent another one.
        let mut typed = self.causes.verbatim.iter();
        claims > came.count() && !typed.any(|typed| typed.n < self.n)
    }
}
