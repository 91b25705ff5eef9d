//! What has happened and the driver does not know yet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::driver::RELAY;
use crate::input::{Input, Instance};
use crate::isolation::netlink::Listening;
use scenario::adapter::Transport;
use timeline::{ControlCommand, Direction, Ended, LinkEnd, Stream};

/// Where happenings keep their order. Between two of these nobody knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::driver) enum Source {
    /// Whoever controls the play.
    Control,
    Stream(String, Stream),
    End(String),
    Link(String, Direction),
    /// The same one, who waits for what comes of the last command.
    PatientControl,
}

/// What has happened and the driver does not know yet.
#[derive(Debug, Default)]
pub(in crate::driver) struct Happenings {
    /// Each with its place in the order in which the script made it happen.
    pending: BTreeMap<Source, VecDeque<(u64, Input)>>,
    happened: u64,
    /// Whose latest process has not ended.
    running: BTreeMap<String, Arc<Instance>>,
    connected: BTreeSet<String>,
    /// So often is answered that the relay does not listen yet.
    pub(in crate::driver) deaf: u32,
    /// How the relay is called.
    pub(in crate::driver) transport: Transport,
    /// Where each participant was started.
    pub(in crate::driver) homes: BTreeMap<String, PathBuf>,
}

impl Happenings {
    pub(in crate::driver) fn prints(&mut self, who: &str, text: &str) {
        self.prints_on(who, Stream::Stdout, text);
    }

    /// In two pieces: how bytes arrive is nobody's to say.
    pub(in crate::driver) fn prints_on(&mut self, who: &str, stream: Stream, text: &str) {
        let Some(instance) = self.running.get(who).cloned() else {
            return;
        };
        let (one, two) = text.split_at(text.len() / 2);
        for part in [one, two] {
            let input = Input::Output {
                instance: Arc::clone(&instance),
                stream,
                bytes: Bytes::copy_from_slice(part.as_bytes()),
            };
            self.add(Source::Stream(who.to_owned(), stream), input);
        }
    }

    /// Where the relay listens.
    pub(in crate::driver) fn listening(&mut self, transport: Transport) -> Vec<Listening> {
        if !self.is_running(RELAY) || self.transport != transport || self.deaf > 0 {
            self.deaf = self.deaf.saturating_sub(1);
            return Vec::new();
        }
        vec![Listening {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 4000,
            inode: 1,
        }]
    }

    /// Its process ends; its streams do so after what it has printed.
    pub(in crate::driver) fn exits(&mut self, who: &str, how: Ended) {
        let Some(instance) = self.running.remove(who) else {
            return;
        };
        for stream in [Stream::Stdout, Stream::Stderr] {
            let ended = Input::OutputEnded {
                instance: Arc::clone(&instance),
                stream,
            };
            self.add(Source::Stream(who.to_owned(), stream), ended);
        }
        self.ends(who, instance, how);
    }

    /// Its process ends, and something that it has left behind holds its streams open.
    pub(in crate::driver) fn exits_with_open_streams(&mut self, who: &str, how: Ended) {
        if let Some(instance) = self.running.remove(who) {
            self.ends(who, instance, how);
        }
    }

    fn ends(&mut self, who: &str, instance: Arc<Instance>, how: Ended) {
        let cpu = Duration::ZERO;
        let ended = Input::Exited { instance, how, cpu };
        self.add(Source::End(who.to_owned()), ended);
    }

    pub(in crate::driver) fn connects(&mut self, link: &str) {
        self.connected.insert(link.to_owned());
        let opened = Input::LinkOpened {
            link: link.to_owned(),
        };
        self.add(Source::Link(link.to_owned(), Direction::Up), opened);
    }

    pub(in crate::driver) fn passes(&mut self, link: &str, direction: Direction, bytes: &str) {
        let wire = Input::Wire {
            link: link.to_owned(),
            direction,
            bytes: Bytes::copy_from_slice(bytes.as_bytes()),
        };
        self.add(Source::Link(link.to_owned(), direction), wire);
    }

    pub(in crate::driver) fn disconnects(&mut self, link: &str, how: LinkEnd) {
        if !self.connected.remove(link) {
            return;
        }
        for direction in [Direction::Up, Direction::Down] {
            let closed = Input::LinkClosed {
                link: link.to_owned(),
                direction,
                how,
            };
            self.add(Source::Link(link.to_owned(), direction), closed);
        }
    }

    pub(in crate::driver) fn commands(&mut self, ask: ControlCommand) {
        self.add(Source::Control, Input::Command(Some(ask)));
    }

    /// When nothing else has happened.
    pub(in crate::driver) fn commands_later(&mut self, ask: ControlCommand) {
        self.add(Source::PatientControl, Input::Command(Some(ask)));
    }

    pub(in crate::driver) fn cancels(&mut self) {
        self.add(Source::Control, Input::Cancelled);
    }

    /// What a participant has printed and nobody has read yet, it has never printed.
    pub(in crate::driver) fn forget_what_is_printed(&mut self, who: &str) {
        self.pending
            .remove(&Source::Stream(who.to_owned(), Stream::Stdout));
    }

    pub(in crate::driver) fn is_running(&self, who: &str) -> bool {
        self.running.contains_key(who)
    }

    /// Clients that run.
    pub(in crate::driver) fn clients(&self) -> Vec<String> {
        let running = self.running.keys().filter(|who| *who != RELAY);
        running.cloned().collect()
    }

    /// Its next process runs from now on.
    pub(in crate::driver) fn starts(&mut self, instance: Arc<Instance>, home: PathBuf) {
        self.homes.insert(instance.participant.clone(), home);
        self.running.insert(instance.participant.clone(), instance);
    }

    /// The first thing of a source that is ready.
    pub(in crate::driver) fn take(&mut self, source: &Source) -> Input {
        let inputs = self.pending.get_mut(source).unwrap();
        inputs.pop_front().unwrap().1
    }

    fn add(&mut self, source: Source, input: Input) {
        let place = self.happened;
        self.happened += 1;
        let inputs = self.pending.entry(source).or_default();
        inputs.push_back((place, input));
    }

    /// From which sources something can come next. Of a link, nothing comes down before it was
    /// opened, nor before what had gone up by then; a client shows nothing before what had come
    /// down to it; a relay ends when nothing passes any more.
    pub(in crate::driver) fn ready(&self, opened: &BTreeSet<String>) -> Vec<Source> {
        let is_link = |source: &Source| matches!(source, Source::Link(..));
        let waiting = self.pending.iter().filter(|(_, inputs)| !inputs.is_empty());
        let waiting: Vec<&Source> = waiting.map(|(source, _)| source).collect();
        let passes = waiting.iter().any(|source| is_link(source));
        let is_ready = |source: &&&Source| match source {
            Source::Link(link, Direction::Down) => {
                let is_up = |other: &Source| matches!(other, Source::Link(_, Direction::Up));
                opened.contains(link) && !self.comes_after(source, is_up)
            }
            Source::Stream(who, _) => !self.comes_after(
                source,
                |other| matches!(other, Source::Link(link, _) if link == who),
            ),
            Source::End(who) => who != RELAY || !passes,
            Source::Control | Source::PatientControl => true,
            Source::Link(_, Direction::Up) => true,
        };
        waiting
            .iter()
            .filter(is_ready)
            .map(|one| (*one).clone())
            .collect()
    }

    /// Whether something of those sources, which is still to come, happened before what comes
    /// next of this one.
    fn comes_after(&self, source: &Source, is_cause: impl Fn(&Source) -> bool) -> bool {
        let next = |inputs: &VecDeque<(u64, Input)>| inputs.front().map(|(place, _)| *place);
        let own = self.pending.get(source).and_then(next);
        let others = self.pending.iter().filter(|(other, _)| is_cause(other));
        let mut earliest = others.filter_map(|(_, inputs)| next(inputs));
        earliest.any(|place| own.is_some_and(|own| place < own))
    }
}
