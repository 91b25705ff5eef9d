//! Which cause explains a line. Each cause explains what it can explain once.

use std::collections::{BTreeMap, BTreeSet};

use super::causes::{Causes, Effect, Said, Verbatim};
use super::reason::Reason;
use crate::view::Shown;
use scenario::adapter::ClientSpec;
use scenario::plan::{Mode, Pattern};
use timeline::{EventKind, Seen};

/// What a line has come of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Something that was done.
    Done,
    /// A text that its client has shown before and shows again when it comes back.
    History,
    /// Nothing.
    None(Reason),
}

/// A text, by its place among those that steps sent, or among lines that were typed as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Text {
    Said(usize),
    Typed(usize),
}

/// The lines of one client, in their order.
pub(super) struct Explainer<'c, 'a> {
    causes: &'c Causes<'a>,
    client: &'a str,
    spec: &'a ClientSpec,
    /// Texts that it has shown.
    shown: BTreeSet<usize>,
    /// Texts that it has shown again, with the number of the arrival after which it did.
    history: BTreeSet<(Text, u64)>,
    /// How often it showed each thing of each name.
    reported: BTreeMap<(EventKind, Option<&'a str>), usize>,
    /// What typed lines have been taken for.
    verbatim: BTreeSet<(EventKind, usize)>,
    /// Repetitions and changes that faults explain.
    doubled: usize,
    changed: usize,
}

impl<'c, 'a> Explainer<'c, 'a> {
    /// Of a client that has shown nothing yet.
    pub(super) fn new(causes: &'c Causes<'a>, client: &'a str, spec: &'a ClientSpec) -> Self {
        Self {
            causes,
            client,
            spec,
            shown: BTreeSet::new(),
            history: BTreeSet::new(),
            reported: BTreeMap::new(),
            verbatim: BTreeSet::new(),
            doubled: 0,
            changed: 0,
        }
    }

    /// What its next line has come of.
    pub(super) fn next(&mut self, line: Shown<'a>, seen: &'a Seen) -> Cause {
        let cause = self.by_steps(line, seen);
        match cause {
            Cause::None(_) if self.is_of_the_relay(seen) => Cause::Done,
            Cause::None(_) if self.is_doubled(line.n) || self.is_changed(line.n) => Cause::Done,
            other => other,
        }
    }

    fn by_steps(&mut self, line: Shown<'a>, seen: &'a Seen) -> Cause {
        let explained = match seen.event {
            EventKind::Message | EventKind::Private => return self.text(line, seen),
            EventKind::Sent | EventKind::Undelivered => self.answer(line.n, seen),
            EventKind::FileDelivered | EventKind::FileFailed => self.answer(line.n, seen),
            EventKind::FileOffered | EventKind::FileReceived => self.file(line.n, seen),
            EventKind::Joined | EventKind::Left => self.presence(line.n, seen),
            EventKind::Disconnected | EventKind::Reconnected => self.lost(line.n),
            EventKind::KeyChanged => self.key(line.n, seen),
            EventKind::Rejected => self.rejected(line.n),
            // An answer to whatever was typed, or to its start.
            EventKind::Ready | EventKind::Refused => true,
        };
        if explained {
            return Cause::Done;
        }
        Cause::None(match seen.event {
            EventKind::Sent | EventKind::Undelivered => Reason::Receipt,
            EventKind::Joined => Reason::Joined,
            EventKind::Left => Reason::Left,
            EventKind::Disconnected | EventKind::Reconnected => Reason::Disconnected,
            EventKind::KeyChanged => Reason::KeyChanged,
            EventKind::Rejected => Reason::Rejected,
            _ => Reason::File,
        })
    }

    fn text(&mut self, line: Shown<'a>, seen: &'a Seen) -> Cause {
        let candidates: Vec<usize> = match capture(seen, "text") {
            Some(text) => self.causes.by_text.get(text).cloned().unwrap_or_default(),
            None => (0..self.causes.said.len()).collect(),
        };
        let before = candidates.into_iter().filter_map(|index| {
            let said = self.causes.said.get(index)?;
            (said.n < line.n).then_some((index, said))
        });
        let before: Vec<(usize, &Said<'a>)> = before.collect();
        let reason = match self.of_said(line.n, seen, &before) {
            Cause::None(reason) => reason,
            explained => return explained,
        };
        self.of_typed(line.n, seen).unwrap_or(Cause::None(reason))
    }

    /// Of the texts with these words, the one that explains the line.
    fn of_said(&mut self, n: u64, seen: &'a Seen, before: &[(usize, &Said<'a>)]) -> Cause {
        let from = capture(seen, "from");
        let (own, others): (Vec<_>, Vec<_>) = before
            .iter()
            .partition(|(_, said)| said.from == self.client);
        let is_sender =
            |said: &Said<'a>| from.is_none_or(|from| self.causes.login(said.from) == from);
        let by_sender = others.iter().filter(|(_, said)| is_sender(said));
        let by_sender: Vec<_> = by_sender.copied().collect();
        let to_it = by_sender
            .iter()
            .filter(|(_, said)| self.is_addressed(said, seen.event));
        let to_it: Vec<_> = to_it.copied().collect();
        let free = to_it.iter().find(|(index, _)| !self.shown.contains(index));
        if let Some((index, _)) = free {
            self.shown.insert(*index);
            return Cause::Done;
        }
        if self.spec.repeats_own
            && let Some((index, _)) = own.iter().find(|(index, _)| !self.shown.contains(index))
        {
            self.shown.insert(*index);
            return Cause::Done;
        }
        let again = to_it.iter().chain(&own);
        let again: Vec<(Text, u64)> = again
            .map(|(index, said)| (Text::Said(*index), said.n))
            .collect();
        if self.is_history(n, &again) {
            return Cause::History;
        }
        Cause::None(if !to_it.is_empty() {
            Reason::Again
        } else if !own.is_empty() {
            if self.spec.repeats_own {
                Reason::Again
            } else {
                Reason::Own
            }
        } else if !by_sender.is_empty() {
            Reason::OtherAudience
        } else if !others.is_empty() {
            Reason::OtherSender
        } else {
            Reason::Forged
        })
    }

    /// Whether this client may show the text as this event: its step awaits that, or it is for
    /// everybody, or for this client.
    fn is_addressed(&self, said: &Said<'_>, event: EventKind) -> bool {
        let expects = said.step.into_iter().flat_map(|step| &step.expects);
        let mut expects = expects.filter(|one| one.client == self.client);
        let is_awaited = expects.any(|one| {
            one.mode != Mode::Never
                && matches!(&one.pattern, Pattern::Event { event: awaited, .. } if *awaited == event)
        });
        is_awaited
            || match said.to {
                None => event == EventKind::Message,
                Some(to) => event == EventKind::Private && to == self.causes.login(self.client),
            }
    }

    /// Whether the client has come since one of these was sent, and not shown it since it came.
    fn is_history(&mut self, n: u64, sent: &[(Text, u64)]) -> bool {
        if !self.spec.repeats_history {
            return false;
        }
        let arrivals = self.causes.arrivals(self.client);
        let mut places = sent.iter().flat_map(|(index, sent)| {
            let since = arrivals
                .iter()
                .filter(move |came| *came > sent && **came < n);
            since.map(move |came| (*index, *came))
        });
        let free = places.find(|place| !self.history.contains(place));
        free.is_some_and(|place| self.history.insert(place))
    }

    /// What a line has come of that somebody typed as it stands, with the text in it.
    fn of_typed(&mut self, n: u64, seen: &'a Seen) -> Option<Cause> {
        let (text, from) = (capture(seen, "text"), capture(seen, "from"));
        let lines = self.causes.verbatim.iter().enumerate();
        let fitting = lines.filter(|(_, typed)| {
            typed.n < n
                && text.is_none_or(|text| !text.is_empty() && typed.line.contains(text))
                && from.is_none_or(|from| self.causes.login(typed.from) == from)
        });
        let fitting: Vec<(usize, &Verbatim<'a>)> = fitting.collect();
        let is_for_it = |typed: &Verbatim<'_>| typed.from != self.client || self.spec.repeats_own;
        let free = fitting.iter().find(|(index, typed)| {
            is_for_it(typed) && !self.verbatim.contains(&(seen.event, *index))
        });
        if let Some((index, _)) = free {
            self.verbatim.insert((seen.event, *index));
            return Some(Cause::Done);
        }
        let again = fitting.iter();
        let again: Vec<(Text, u64)> = again
            .map(|(index, typed)| (Text::Typed(*index), typed.n))
            .collect();
        self.is_history(n, &again).then_some(Cause::History)
    }

    /// Whether the client can be notified of this once more for that name.
    fn is_shown_once_more(
        &mut self,
        event: EventKind,
        name: Option<&'a str>,
        allowed: usize,
    ) -> bool {
        let count = self.reported.entry((event, name)).or_default();
        let is_explained = *count < allowed;
        *count += usize::from(is_explained);
        is_explained
    }

    /// What the client reports about its own texts and files: once for each and each recipient.
    fn answer(&mut self, n: u64, seen: &'a Seen) -> bool {
        let to = capture(seen, "to").or_else(|| capture(seen, "with"));
        let is_of_file = matches!(seen.event, EventKind::FileDelivered | EventKind::FileFailed);
        let texts = match (is_of_file, to) {
            (true, _) => 0,
            (false, None) => self.causes.sent_before(self.client, n),
            (false, Some(to)) => self.texts_to(seen.event, to, n),
        };
        let login = self.causes.login(self.client);
        let fits = |one: &str| to.is_none_or(|to| to == one);
        let files = self.causes.files.iter().filter(|file| {
            let is_own = file.from == self.client && fits(file.to);
            let is_its = seen.event == EventKind::FileFailed
                && file.to == login
                && fits(self.causes.login(file.from));
            file.n < n && (is_own || is_its)
        });
        let typed = self.causes.verbatim.iter();
        let typed = typed.filter(|typed| typed.n < n && (typed.from == self.client || is_of_file));
        let allowed = texts + files.count() + typed.count();
        self.is_shown_once_more(seen.event, to, allowed)
    }

    /// How many texts can have come to one with this name, or not. What was said to all is
    /// confirmed as a whole; that it did not arrive is reported for each.
    fn texts_to(&self, event: EventKind, to: &'a str, n: u64) -> usize {
        let alone = self.causes.sent_to(self.client, to, n);
        let to_all = self.causes.sent_to_all(self.client, n);
        let is_one = self.causes.is_somebody(self.client, to);
        match (event, is_one) {
            (EventKind::Sent, true) => alone,
            _ => alone + to_all,
        }
    }

    /// Whether somebody sends the client a file: it is offered once, and comes once.
    fn file(&mut self, n: u64, seen: &'a Seen) -> bool {
        let from = capture(seen, "from");
        let login = self.causes.login(self.client);
        let files = self.causes.files.iter().filter(|file| {
            let is_sender = from.is_none_or(|from| self.causes.login(file.from) == from);
            file.n < n && file.to == login && is_sender
        });
        let typed = self.causes.verbatim.iter().filter(|typed| typed.n < n);
        let allowed = files.count() + typed.count();
        self.is_shown_once_more(seen.event, from, allowed)
    }

    /// Whether as many have come, or gone, as the client reports.
    fn presence(&mut self, n: u64, seen: &'a Seen) -> bool {
        let who = capture(seen, "who");
        let logins = match who {
            Some(who) => BTreeSet::from([who]),
            None => self.causes.all_logins(),
        };
        let counts = logins.into_iter().map(|login| match seen.event {
            EventKind::Joined => self.arrivals_of(login, n),
            _ => self.departures_of(login, n),
        });
        let counts: usize = counts.sum();
        // A line that was typed as it stands may have let its client in or out of a room.
        let typed = self.causes.verbatim.iter().filter(|typed| {
            let is_theirs = who.is_none_or(|who| self.causes.login(typed.from) == who);
            typed.n < n && (is_theirs || typed.from == self.client)
        });
        let allowed = counts + typed.count();
        self.is_shown_once_more(seen.event, who, allowed)
    }

    /// How often the client can have been notified that somebody came: each time that it happens,
    /// and each time that it comes itself and gets the list of who is there.
    fn arrivals_of(&self, login: &str, n: u64) -> usize {
        let own = self.causes.arrivals(self.client);
        let Some(first) = own.first() else {
            return 0;
        };
        let arrivals = self.causes.with_login(login).iter();
        let arrivals: Vec<u64> = arrivals
            .flat_map(|client| self.causes.arrivals(client))
            .copied()
            .collect();
        let since = arrivals.iter().filter(|came| *came >= first && **came < n);
        let listed = own
            .iter()
            .filter(|own| **own < n && arrivals.iter().any(|came| came < *own));
        since.count() + listed.count()
    }

    /// How often somebody can have gone: once for each time that it came.
    fn departures_of(&self, login: &str, n: u64) -> usize {
        let clients = self.causes.with_login(login).iter();
        clients
            .map(|client| {
                let arrivals = self.causes.arrivals(client).iter();
                let gone = arrivals.filter(|came| self.causes.may_have_gone(client, **came, n));
                gone.count()
            })
            .sum()
    }

    /// Whether something may have ended the client's connection, or it never came in.
    fn lost(&self, n: u64) -> bool {
        let login = self.causes.login(self.client);
        self.causes.is_taken_away(self.client, 0, n)
            || (self.causes.relay_ended && self.causes.may_have_gone(self.client, 0, n))
            || self.causes.with_login(login).len() > 1
    }

    /// Whether somebody with this name, or anybody, may have come with another key.
    fn key(&self, n: u64, seen: &'a Seen) -> bool {
        let logins = match capture(seen, "who") {
            Some(who) => BTreeSet::from([who]),
            None => self.causes.all_logins(),
        };
        logins.into_iter().any(|login| {
            let clients = self.causes.with_login(login);
            let arrivals = clients
                .iter()
                .flat_map(|client| self.causes.arrivals(client));
            arrivals.filter(|came| **came < n).count() > 1
        })
    }

    /// Whether something that came may not have been what was sent, or not from whom it says.
    fn rejected(&self, n: u64) -> bool {
        let mut logins = self.causes.all_logins().into_iter();
        self.causes.is_tampered_with(n)
            || self.causes.may_have_gone(self.client, 0, n)
            || logins.any(|login| self.causes.with_login(login).len() > 1)
    }

    /// Whether a hostile relay can have caused the line by itself: what it says of people and of the connection,
    /// and what its own members do. It cannot cause that a client shows a text of somebody else.
    fn is_of_the_relay(&self, seen: &Seen) -> bool {
        let mut names = ["from", "who", "with"].into_iter();
        let is_member = |name: &str| self.causes.with_login(name).is_empty();
        self.causes.hostile
            && match seen.event {
                EventKind::Joined
                | EventKind::Left
                | EventKind::Disconnected
                | EventKind::Reconnected
                | EventKind::KeyChanged
                | EventKind::Rejected
                | EventKind::FileFailed => true,
                _ => names.any(|name| capture(seen, name).is_some_and(is_member)),
            }
    }

    fn is_doubled(&mut self, n: u64) -> bool {
        let is_explained = self.doubled < self.causes.met(self.client, Effect::Doubled, n);
        self.doubled += usize::from(is_explained);
        is_explained
    }

    fn is_changed(&mut self, n: u64) -> bool {
        let is_explained = self.changed < self.causes.met(self.client, Effect::Changed, n);
        self.changed += usize::from(is_explained);
        is_explained
    }
}

fn capture<'s>(seen: &'s Seen, name: &str) -> Option<&'s str> {
    seen.captures.get(name).map(String::as_str)
}
