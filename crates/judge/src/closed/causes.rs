//! What was done in a play, and when: everything that can make a client show something.

use std::collections::{BTreeMap, BTreeSet};

use crate::view::View;
use scenario::adapter::Transport;
use scenario::plan::{Action, Expectation, Pattern, PlannedStep};
use scenario::{RelayAction, RelayDoes};
use timeline::{ControlCommand, Direction, EventKind, Kind, StepId};

/// A text that a step, or the harness at the end, gave a client to send.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    /// The event since which it can have arrived.
    pub(super) n: u64,
    pub(super) from: &'a str,
    /// The login of the one it is for; `None` for everyone.
    pub(super) to: Option<&'a str>,
    pub(super) text: &'a str,
    /// `None` for a fence.
    pub(super) step: Option<&'a PlannedStep>,
}

/// A file on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct SentFile<'a> {
    pub(super) n: u64,
    pub(super) from: &'a str,
    /// The login of the one it is for.
    pub(super) to: &'a str,
    /// In the outbox.
    pub(super) name: &'a str,
}

/// A line that was typed verbatim, by a step or by hand: what it means, only its program
/// knows.
#[derive(Clone, Debug)]
pub(super) struct Verbatim<'a> {
    pub(super) n: u64,
    pub(super) from: &'a str,
    /// Unescaped.
    pub(super) line: String,
}

/// Everything that was done in a play.
#[derive(Debug, Default)]
pub(super) struct Causes<'a> {
    pub(super) said: Vec<Said<'a>>,
    /// Indices of `said`.
    pub(super) by_text: BTreeMap<&'a str, Vec<usize>>,
    pub(super) files: Vec<SentFile<'a>>,
    pub(super) verbatim: Vec<Verbatim<'a>>,
    /// Login of each client.
    logins: BTreeMap<&'a str, &'a str>,
    /// Clients with each login.
    clients: BTreeMap<&'a str, Vec<&'a str>>,
    started: BTreeMap<&'a str, Vec<u64>>,
    linked: BTreeMap<&'a str, Vec<u64>>,
    returning: Returning<'a>,
    /// What was done that may have ended a connection of each client.
    ended: BTreeMap<&'a str, Vec<u64>>,
    /// When a connection, or the program, of each client ended, whatever had done it.
    closed: BTreeMap<&'a str, Vec<u64>>,
    /// What may have ended everybody's.
    all_ended: Vec<u64>,
    /// The relay has ended. Its links close a moment before, and that it died is a check of its
    /// own.
    pub(super) relay_ended: bool,
    /// Links with a fault, and since when: it may end the connection, or only seem to.
    faulty: BTreeMap<&'a str, Vec<u64>>,
    /// The relay was started to do what clients must withstand.
    pub(super) hostile: bool,
    /// What faults did.
    faults: Vec<Met<'a>>,
    /// By sender: when texts were sent to each recipient; `None` for everyone.
    sent: BTreeMap<(&'a str, Option<&'a str>), Vec<u64>>,
}

/// Who needs no new connection to come again: clients that send datagrams.
#[derive(Debug, Default)]
struct Returning<'a> {
    clients: BTreeSet<&'a str>,
    /// Those whom the relay may have forgotten: the next datagram of each may log it in again.
    forgotten: BTreeSet<&'a str>,
}

impl<'a> Returning<'a> {
    fn may_forget(&mut self, client: &'a str) {
        if self.clients.contains(client) {
            self.forgotten.insert(client);
        }
    }

    fn may_forget_all(&mut self) {
        self.forgotten.clone_from(&self.clients);
    }
}

/// Something that a fault did to what passed a link.
#[derive(Clone, Copy, Debug)]
struct Met<'a> {
    n: u64,
    link: &'a str,
    direction: Direction,
    effect: Effect,
}

/// What it can lead a client to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// The same once more.
    Doubled,
    /// Something else than was sent.
    Changed,
    /// Nothing new.
    Other,
}

impl<'a> Causes<'a> {
    /// All of them.
    pub(super) fn of(view: &View<'a>) -> Self {
        let mut causes = Self {
            hostile: view.plan.does != RelayDoes::Nothing,
            ..Self::default()
        };
        for client in &view.plan.clients {
            let (name, login) = (client.name.as_str(), client.login.as_str());
            causes.logins.insert(name, login);
            causes.clients.entry(login).or_default().push(name);
            if view.plan.adapter_of(name).wire.transport == Transport::Udp {
                causes.returning.clients.insert(name);
            }
        }
        let steps: BTreeMap<&StepId, &PlannedStep> =
            view.all_steps().map(|step| (&step.id, step)).collect();
        for event in view.events {
            let n = event.n;
            match &event.kind {
                Kind::StepBegan { step } => {
                    if let Some(step) = steps.get(step) {
                        causes.step(view, n, step);
                    }
                }
                Kind::Unscripted { ask, refused: None } => causes.by_hand(view, n, ask),
                Kind::Closing => causes.fences(view, n),
                Kind::Started { who, .. } => causes.starts(who, n),
                Kind::LinkOpened { link } => causes.comes(link, n),
                Kind::Wire {
                    link,
                    direction: Direction::Up,
                    ..
                } if causes.returning.forgotten.contains(link.as_str()) => causes.comes(link, n),
                Kind::Exited { who, .. } | Kind::Exceeded { who, .. } if who == "relay" => {
                    causes.ends_all(n);
                    causes.relay_ended |= n < view.stopping;
                }
                Kind::Exceeded { who, .. } => causes.ends(who, n),
                Kind::Exited { who, .. } | Kind::LinkClosed { link: who, .. } => {
                    causes.closed.entry(who).or_default().push(n);
                }
                Kind::Fault {
                    link,
                    direction,
                    fault,
                    ..
                } => causes.faults.push(Met {
                    n,
                    link,
                    direction: *direction,
                    effect: Effect::of(fault),
                }),
                _ => {}
            }
        }
        causes
    }

    fn step(&mut self, view: &View<'a>, n: u64, step: &'a PlannedStep) {
        match (&step.action, &step.sent) {
            (Action::Type { .. }, Some(sent)) => {
                let mut files = view.plan.files.iter();
                let is_planned =
                    files.any(|file| file.client == sent.from && file.name == sent.text);
                // Files of a load are planned with their round.
                let is_file = is_planned || step.expects.iter().any(is_of_file);
                let to = sent.to.as_deref().map(|to| self.login(to));
                match to {
                    Some(to) if is_file => self.files.push(SentFile {
                        n,
                        from: &sent.from,
                        to,
                        name: &sent.text,
                    }),
                    _ => self.say(Said {
                        n,
                        from: &sent.from,
                        to,
                        text: &sent.text,
                        step: Some(step),
                    }),
                }
            }
            (Action::Type { client, line, .. }, None) => {
                for line in line.each().into_iter().filter_map(|one| one.r#type) {
                    self.type_verbatim(view, n, client, line);
                }
            }
            (Action::Leave { client, .. }, _) => self.ends(client, n),
            // Of one who is to be refused.
            (Action::Join { client }, _)
                if step.expects.iter().any(|one| one.pattern == Pattern::Exits) =>
            {
                self.ends(client, n);
            }
            (Action::Fault { clients, .. }, _) => {
                for client in clients {
                    self.faulty.entry(client).or_default().push(n);
                    self.returning.may_forget(client);
                }
            }
            (Action::Heal { clients }, _) => {
                for client in clients {
                    self.returning.may_forget(client);
                }
            }
            (Action::Relay { action }, _) if *action != RelayAction::Thaw => self.ends_all(n),
            _ => {}
        }
    }

    fn by_hand(&mut self, view: &View<'a>, n: u64, ask: &'a ControlCommand) {
        match ask {
            ControlCommand::Type { client, line } => self.type_verbatim(view, n, client, line),
            ControlCommand::SendFile { client, to, path } => {
                let to = self.login(to);
                let name = path.file_name().and_then(|name| name.to_str());
                self.files.push(SentFile {
                    n,
                    from: client,
                    to,
                    name: name.unwrap_or_default(),
                });
            }
            ControlCommand::Kill { client } | ControlCommand::Disconnect { client } => {
                self.ends(client, n);
            }
            _ => {}
        }
    }

    fn fences(&mut self, view: &View<'a>, n: u64) {
        for fence in &view.plan.closing.fences {
            self.say(Said {
                n,
                from: &fence.from,
                to: fence.to.as_deref().map(|to| self.login(to)),
                text: &fence.text,
                step: None,
            });
        }
    }

    fn say(&mut self, said: Said<'a>) {
        let index = self.said.len();
        self.by_text.entry(said.text).or_default().push(index);
        let path = (said.from, said.to);
        self.sent.entry(path).or_default().push(said.n);
        self.said.push(said);
    }

    fn type_verbatim(&mut self, view: &View<'a>, n: u64, from: &'a str, line: &str) {
        let escapes = view.plan.adapter_of(from).client.escapes;
        let line = escapes.unescape(line).into_owned();
        self.verbatim.push(Verbatim { n, from, line });
        // It may have been the farewell.
        self.ends(from, n);
    }

    fn starts(&mut self, who: &'a str, n: u64) {
        self.started.entry(who).or_default().push(n);
        if who == "relay" {
            self.returning.may_forget_all();
        }
    }

    /// Somebody has a connection, or may have logged in again.
    fn comes(&mut self, client: &'a str, n: u64) {
        self.linked.entry(client).or_default().push(n);
        self.returning.forgotten.remove(client);
    }

    fn ends(&mut self, client: &'a str, n: u64) {
        self.ended.entry(client).or_default().push(n);
        self.returning.may_forget(client);
    }

    fn ends_all(&mut self, n: u64) {
        self.all_ended.push(n);
        self.returning.may_forget_all();
    }

    /// The login of a client; any other name means itself.
    pub(super) fn login(&self, client: &'a str) -> &'a str {
        self.logins.get(client).copied().unwrap_or(client)
    }

    /// Every login.
    pub(super) fn all_logins(&self) -> BTreeSet<&'a str> {
        self.clients.keys().copied().collect()
    }

    /// The clients with a login.
    pub(super) fn with_login(&self, login: &str) -> &[&'a str] {
        self.clients.get(login).map_or(&[], Vec::as_slice)
    }

    /// When a client came: each connection of it, or each start where it never had one. Who sends
    /// datagrams may also have come with its next one, whenever the relay may have forgotten it.
    pub(super) fn arrivals(&self, client: &str) -> &[u64] {
        let linked = self.linked.get(client).filter(|all| !all.is_empty());
        linked
            .or_else(|| self.started.get(client))
            .map_or(&[], Vec::as_slice)
    }

    /// How many texts for everyone a client had sent before an event.
    pub(super) fn sent_to_all(&self, from: &'a str, n: u64) -> usize {
        self.sent_on((from, None), n)
    }

    /// How many it had sent to one with this login alone.
    pub(super) fn sent_to(&self, from: &'a str, to: &'a str, n: u64) -> usize {
        self.sent_on((from, Some(to)), n)
    }

    fn sent_on(&self, path: (&'a str, Option<&'a str>), n: u64) -> usize {
        let sent = self.sent.get(&path);
        sent.map_or(0, |sent| sent.partition_point(|one| *one < n))
    }

    /// How many it had sent to anybody.
    pub(super) fn sent_before(&self, from: &'a str, n: u64) -> usize {
        let all = self.sent.iter().filter(|((one, _), _)| *one == from);
        all.map(|(_, sent)| sent.partition_point(|one| *one < n))
            .sum()
    }

    /// Whether this is the login of a client, or of nobody to whom a client has sent a text.
    pub(super) fn is_somebody(&self, from: &'a str, name: &'a str) -> bool {
        self.clients.contains_key(name) || self.sent.contains_key(&(from, Some(name)))
    }

    /// Whether something between these two events was done that may have ended a client's
    /// connection, or the relay. A fault on its link may at any time.
    pub(super) fn is_taken_away(&self, client: &str, since: u64, until: u64) -> bool {
        let between = |n: &u64| *n > since && *n < until;
        let own = self.ended.get(client).into_iter().flatten();
        let mut faults = self.faulty.get(client).into_iter().flatten();
        own.chain(&self.all_ended).any(between) || faults.any(|n| *n < until)
    }

    /// The same, or it has ended for whatever reason.
    pub(super) fn may_have_gone(&self, client: &str, since: u64, until: u64) -> bool {
        let mut closed = self.closed.get(client).into_iter().flatten();
        closed.any(|n| *n > since && *n < until) || self.is_taken_away(client, since, until)
    }

    /// How often faults had done this, before an event, to what a client can have got: what goes
    /// up on one link comes down on any other.
    pub(super) fn met(&self, client: &str, effect: Effect, until: u64) -> usize {
        let reaches = |one: &&Met<'_>| {
            one.n < until
                && one.effect == effect
                && (one.direction == Direction::Up || one.link == client)
        };
        self.faults.iter().filter(reaches).count()
    }

    /// Whether any fault had done anything before an event.
    pub(super) fn is_tampered_with(&self, until: u64) -> bool {
        self.faults.iter().any(|one| one.n < until)
    }
}

/// Whether it is about a file.
fn is_of_file(one: &Expectation) -> bool {
    match &one.pattern {
        Pattern::SameFile { .. } => true,
        Pattern::Event { event, .. } => matches!(
            event,
            EventKind::FileOffered
                | EventKind::FileReceived
                | EventKind::FileDelivered
                | EventKind::FileFailed
        ),
        _ => false,
    }
}

impl Effect {
    /// Of the fault that is called so.
    fn of(fault: &str) -> Self {
        match fault {
            "duplicate" | "replay" => Self::Doubled,
            "corrupt" | "splice" | "truncate" => Self::Changed,
            _ => Self::Other,
        }
    }
}
