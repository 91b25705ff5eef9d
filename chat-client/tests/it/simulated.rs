//! Two clients, a relay that keeps mail, their disks: in one thread, and ended between any two effects.
//!
//! What must hold at the end are the rules of `cargo xtask crash`.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use chat_client::account::Entry;
use chat_client::relays::{Relays, Transport};
use chat_client::session::{Effect, Line, Past, Session, Setup, stored_first};
use chat_protocol::{Frame, LeaveReason, Peer, ToClient, ToRelay};
use crash_test::{History, TextFault};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::hall::{NOW, Start, challenge, fixture, name, peer, settings};

const NAMES: [&str; 2] = ["alice", "bob"];

/// Something happens to alice (0) or bob (1), or to the relay.
#[derive(Clone, Copy, Debug)]
enum Action {
    /// Types a text to the other.
    Type(usize),
    /// Stores or shows the next thing.
    Desk(usize),
    /// The relay takes the next frame.
    Up(usize),
    /// The client takes the next frame.
    Down(usize),
    /// The program is killed, and starts again.
    Kill(usize),
    /// The connection is gone, and the client has not noticed that it can have another.
    Cut(usize),
    /// It connects again.
    Back(usize),
    KillRelay,
    /// The next frame to the relay is lost, doubled, or overtaken.
    Lose(usize),
    Double(usize),
    Swap(usize),
}

/// A program and its disk.
struct Client {
    session: Session,
    is_cut: bool,
    /// Effects that are not handed over yet, and those that are being carried out.
    waiting: Vec<Effect>,
    desk: VecDeque<Effect>,
    journal: Vec<Entry>,
    past: Vec<Past>,
    contacts: Option<String>,
    peer: Peer,
}

/// On which connection, and its number for the envelope.
type Sender = (u64, u64);

/// One connection, as the relay sees it.
#[derive(Default)]
struct Connection {
    number: u64,
    up: VecDeque<Frame>,
    down: VecDeque<Frame>,
    is_logged_in: bool,
    seq: u64,
    /// Its number, the envelope, and who waits for an answer; nobody for one out of the box.
    unacknowledged: VecDeque<(u64, Bytes, Option<Sender>)>,
}

struct World {
    clients: Vec<Client>,
    connections: [Option<Connection>; 2],
    boxes: [VecDeque<Bytes>; 2],
    histories: [History; 2],
    /// Connections and processes so far.
    count: u64,
}

fn new_session(who: usize, journal: Vec<Entry>, contacts: Option<&str>, count: u64) -> Session {
    let key = u32::try_from(who).unwrap();
    let relays = contacts.map(|json| Relays::from_json(json).unwrap());
    let start = Start {
        relays: relays.unwrap_or_default(),
        journal,
        ..Start::new(key)
    };
    let setup = Setup {
        // No two processes draw the same.
        rng: StdRng::seed_from_u64(count),
        ..settings(NAMES[who], start, None)
    };
    Session::new(setup, NOW)
}

impl World {
    fn new() -> Self {
        let clients = (0..2).map(|who| Client {
            session: new_session(who, Vec::new(), None, u64::MAX - who as u64),
            is_cut: true,
            waiting: Vec::new(),
            desk: VecDeque::new(),
            journal: Vec::new(),
            past: Vec::new(),
            contacts: None,
            peer: peer(NAMES[who], &fixture(u32::try_from(who).unwrap())),
        });
        let mut world = Self {
            clients: clients.collect(),
            connections: [None, None],
            boxes: Default::default(),
            histories: Default::default(),
            count: 0,
        };
        for who in 0..2 {
            world.restart(who);
        }
        world.settle();
        world
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Type(who) => self.types(who),
            Action::Desk(who) => self.desk(who),
            Action::Up(who) => self.up(who),
            Action::Down(who) => self.down(who),
            Action::Kill(who) => {
                self.part(who);
                self.restart(who);
            }
            Action::Cut(who) => self.cut(who),
            Action::Back(who) => self.back(who),
            Action::KillRelay => {
                self.connections = [None, None];
                for who in 0..2 {
                    self.cut(who);
                }
            }
            Action::Lose(who) => self.with_next(who, |queue| drop(queue.pop_front())),
            Action::Double(who) => self.with_next(who, |queue| {
                queue.extend(queue.front().cloned());
                queue.rotate_right(1);
            }),
            Action::Swap(who) => self.with_next(who, |queue| {
                if queue.iter().take(2).filter(|frame| is_send(frame)).count() == 2 {
                    queue.swap(0, 1);
                }
            }),
        }
    }

    /// Changes what is on its way to the relay, where a text is next.
    fn with_next(&mut self, who: usize, change: impl FnOnce(&mut VecDeque<Frame>)) {
        if let Some(connection) = &mut self.connections[who]
            && connection.up.front().is_some_and(is_send)
        {
            change(&mut connection.up);
        }
    }

    fn types(&mut self, who: usize) {
        let client = &mut self.clients[who];
        if !client.is_cut && client.session.takes_lines() {
            let history = &mut self.histories[who];
            history.typed += 1;
            let (number, to) = (history.typed, NAMES[1 - who]);
            let line = format!("@{number} /msg {to} text {number}");
            client.session.on_line(&line, NOW);
            self.run(who);
        }
    }

    /// Lets a session do what it wants to do at once. What is to be stored or shown waits for the desk.
    fn run(&mut self, who: usize) {
        let client = &mut self.clients[who];
        loop {
            while client.session.has_work() {
                client.session.work();
            }
            client.session.end_batch();
            let effects = client.session.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::Send(frame) => {
                        if let Some(connection) = &mut self.connections[who] {
                            connection.up.push_back(frame);
                        }
                    }
                    Effect::End(ending) => {
                        assert!(client.is_cut, "{} ends: {ending:?}", NAMES[who]);
                    }
                    other => client.waiting.push(other),
                }
            }
        }
    }

    fn desk(&mut self, who: usize) {
        let client = &mut self.clients[who];
        if client.desk.is_empty() {
            client.desk = stored_first(std::mem::take(&mut client.waiting)).into();
        }
        match client.desk.pop_front() {
            Some(Effect::SaveContacts(json)) => client.contacts = Some(json),
            Some(Effect::Remember(past)) => client.past.extend(past),
            Some(Effect::Record(entries)) => client.journal.extend(entries),
            Some(Effect::Show(line)) => self.note(who, &line),
            Some(Effect::Confirm) => {
                client.session.on_confirmed();
                if !client.is_cut {
                    self.run(who);
                }
            }
            _ => {}
        }
    }

    fn note(&mut self, who: usize, line: &Line) {
        match line {
            Line::Sent { tag: Some(tag), .. } => {
                self.histories[who].accepted.insert(*tag);
            }
            Line::Message { text, flagged, .. } => {
                assert!(!flagged);
                self.histories[1 - who].shown.push(number(text));
            }
            Line::Rejected { .. } | Line::Forked { .. } | Line::Anew { .. } => {
                panic!("{}: {line:?}", NAMES[who]);
            }
            _ => {}
        }
    }

    fn restart(&mut self, who: usize) {
        self.count += 1;
        let count = self.count;
        let client = &mut self.clients[who];
        let journal = client.journal.clone();
        client.session = new_session(who, journal, client.contacts.as_deref(), count);
        client.waiting.clear();
        client.desk.clear();
        client.is_cut = false;
        self.connect(who);
        self.run(who);
    }

    fn connect(&mut self, who: usize) {
        self.count += 1;
        self.connections[who] = Some(Connection {
            number: self.count,
            ..Connection::default()
        });
    }

    fn cut(&mut self, who: usize) {
        self.part(who);
        let client = &mut self.clients[who];
        if !client.is_cut {
            client.is_cut = true;
            client.session.on_disconnect("closed");
            self.run(who);
        }
    }

    fn back(&mut self, who: usize) {
        if self.clients[who].is_cut {
            self.connect(who);
            let client = &mut self.clients[who];
            client.is_cut = false;
            client.session.reconnect(Transport::Plain, NOW);
            self.run(who);
        }
    }

    fn down(&mut self, who: usize) {
        let frame = self.connections[who]
            .as_mut()
            .and_then(|connection| connection.down.pop_front());
        if let Some(frame) = frame {
            self.clients[who].session.on_frame(&frame, NOW);
            self.run(who);
        }
    }

    fn up(&mut self, who: usize) {
        let frame = self.connections[who]
            .as_mut()
            .and_then(|connection| connection.up.pop_front());
        let Some(frame) = frame else {
            return;
        };
        let message = ToRelay::decode(&frame).unwrap();
        let is_logged_in = self.connections[who].as_ref().unwrap().is_logged_in;
        match message {
            ToRelay::Hello { nonce, .. } => self.tell(who, &challenge(&nonce)),
            ToRelay::Login { .. } => self.log_in(who),
            other => {
                assert!(is_logged_in, "before the login: {other:?}");
                self.take(who, other, frame.body);
            }
        }
    }

    fn take(&mut self, who: usize, message: ToRelay, body: Bytes) {
        let other = 1 - who;
        match message {
            ToRelay::Send { id, .. } => {
                let number = self.connections[who].as_ref().unwrap().number;
                let is_here = is_here(&self.connections[other]);
                if is_here && self.boxes[other].is_empty() {
                    self.deliver(other, body, Some((number, id)));
                } else {
                    self.boxes[other].push_back(body);
                    self.accepted(who, (number, id));
                }
            }
            ToRelay::Receipt { .. } if is_here(&self.connections[other]) => {
                let receipt = ToClient::Receipt {
                    from: name(NAMES[who]),
                };
                self.tell_with(other, &receipt, body);
            }
            ToRelay::Ack { seq, refused } => {
                assert!(refused.is_empty(), "{} refuses {refused:?}", NAMES[who]);
                let connection = self.connections[who].as_mut().unwrap();
                let waiting = &mut connection.unacknowledged;
                let done = waiting
                    .iter()
                    .take_while(|(number, ..)| *number <= seq)
                    .count();
                let done: Vec<_> = waiting.drain(..done).collect();
                for (_, _, sender) in done {
                    match sender {
                        Some(sender) => self.accepted(other, sender),
                        None => drop(self.boxes[who].pop_front()),
                    }
                }
                self.fetch(who);
            }
            _ => {}
        }
    }

    fn log_in(&mut self, who: usize) {
        let other = 1 - who;
        let is_here = is_here(&self.connections[other]);
        self.connections[who].as_mut().unwrap().is_logged_in = true;
        let welcome = ToClient::Welcome {
            keepalive_ms: 0,
            present: u32::from(is_here),
            mail_days: 7,
        };
        self.tell(who, &welcome);
        if is_here {
            let peer = self.clients[other].peer.clone();
            self.tell(who, &ToClient::Present { peer });
            let peer = self.clients[who].peer.clone();
            self.tell(other, &ToClient::Joined { peer });
        }
        self.fetch(who);
    }

    /// The whole box, once all that was delivered is acknowledged.
    fn fetch(&mut self, who: usize) {
        let connection = self.connections[who].as_ref().unwrap();
        if connection.unacknowledged.is_empty() {
            for body in self.boxes[who].clone() {
                self.deliver(who, body, None);
            }
        }
    }

    fn deliver(&mut self, to: usize, body: Bytes, sender: Option<Sender>) {
        let connection = self.connections[to].as_mut().unwrap();
        connection.seq += 1;
        let seq = connection.seq;
        connection
            .unacknowledged
            .push_back((seq, body.clone(), sender));
        let from = name(NAMES[1 - to]);
        self.tell_with(to, &ToClient::Deliver { seq, from }, body);
    }

    fn accepted(&mut self, who: usize, (number, id): (u64, u64)) {
        let connection = self.connections[who].as_ref();
        if connection.is_some_and(|connection| connection.number == number) {
            let refused = false;
            self.tell(who, &ToClient::Accepted { id, refused });
        }
    }

    /// A connection is gone: what was not acknowledged waits in the box, before what comes later.
    fn part(&mut self, who: usize) {
        let Some(connection) = self.connections[who].take() else {
            return;
        };
        let other = 1 - who;
        for (_, body, sender) in connection.unacknowledged {
            if let Some(sender) = sender {
                self.boxes[who].push_back(body);
                self.accepted(other, sender);
            }
        }
        if connection.is_logged_in && is_here(&self.connections[other]) {
            let (name, reason) = (name(NAMES[who]), LeaveReason::Dropped);
            self.tell(other, &ToClient::Left { name, reason });
        }
    }

    fn tell(&mut self, who: usize, message: &ToClient) {
        self.tell_with(who, message, Bytes::new());
    }

    fn tell_with(&mut self, who: usize, message: &ToClient, body: Bytes) {
        if let Some(connection) = &mut self.connections[who] {
            connection.down.push_back(message.frame(body));
        }
    }

    /// Until nothing is on its way.
    fn settle(&mut self) {
        loop {
            let mut is_quiet = true;
            for who in 0..2 {
                let connection = self.connections[who].as_ref();
                let waits = |connection: &Connection| connection.up.len() + connection.down.len();
                let client = &self.clients[who];
                let on_its_way = connection.map_or(0, waits) + client.waiting.len();
                if on_its_way + client.desk.len() > 0 {
                    is_quiet = false;
                    self.up(who);
                    self.down(who);
                    self.desk(who);
                }
            }
            if is_quiet {
                return;
            }
        }
    }

    /// Everybody comes back, what was lost is sent again, and a last text goes each way.
    fn finish(&mut self) {
        for who in 0..2 {
            self.cut(who);
            self.back(who);
        }
        self.settle();
        for who in 0..2 {
            self.types(who);
        }
        self.settle();
        for who in 0..2 {
            let from = name(NAMES[1 - who]);
            let mut seen = BTreeSet::new();
            let theirs = self.clients[who]
                .past
                .iter()
                .filter(|past| past.from == from);
            let once = theirs.filter(|past| seen.insert(past.id.map(|id| id.0)));
            self.histories[1 - who].remembered = once.map(|past| number(&past.text)).collect();
        }
    }
}

fn is_here(connection: &Option<Connection>) -> bool {
    connection
        .as_ref()
        .is_some_and(|connection| connection.is_logged_in)
}

fn is_send(frame: &Frame) -> bool {
    matches!(ToRelay::decode(frame), Ok(ToRelay::Send { .. }))
}

fn number(text: &str) -> u64 {
    text.strip_prefix("text ").unwrap().parse().unwrap()
}

/// What happens where nobody lies, and everybody may end at any time.
fn honest() -> impl Strategy<Value = Action> {
    let who = 0..2_usize;
    prop_oneof![
        6 => who.clone().prop_map(Action::Type),
        20 => who.clone().prop_map(Action::Desk),
        12 => who.clone().prop_map(Action::Up),
        12 => who.clone().prop_map(Action::Down),
        1 => who.clone().prop_map(Action::Kill),
        1 => who.clone().prop_map(Action::Cut),
        4 => who.prop_map(Action::Back),
        1 => Just(Action::KillRelay),
    ]
}

/// The same, and texts to the relay are lost, doubled, or overtake each other.
fn faulty() -> impl Strategy<Value = Action> {
    let who = 0..2_usize;
    prop_oneof![
        30 => honest(),
        1 => who.clone().prop_map(Action::Lose),
        1 => who.clone().prop_map(Action::Double),
        1 => who.prop_map(Action::Swap),
    ]
}

fn play(actions: Vec<Action>) -> Vec<TextFault> {
    let mut world = World::new();
    for action in actions {
        world.act(action);
    }
    world.finish();
    for history in &world.histories {
        let last = history.shown.contains(&history.typed);
        assert!(last, "the last text did not come: {history:?}");
    }
    let faults = world.histories.iter().flat_map(History::faults);
    faults.collect()
}

/// Few, or as many as `PROPTEST_CASES` says.
fn cases() -> ProptestConfig {
    let default = ProptestConfig::default();
    let is_few = std::env::var_os("PROPTEST_CASES").is_none();
    ProptestConfig {
        cases: if is_few { 8 } else { default.cases },
        max_shrink_iters: 400,
        ..default
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn nothing_is_lost_doubled_or_out_of_order_however_programs_end(
        actions in proptest::collection::vec(honest(), 0..300),
    ) {
        prop_assert_eq!(play(actions), []);
    }

    #[test]
    fn nothing_is_lost_or_doubled_where_texts_are_lost_doubled_and_overtaken_on_the_way(
        actions in proptest::collection::vec(faulty(), 0..300),
    ) {
        let mut faults = play(actions);
        faults.retain(|fault| !matches!(fault, TextFault::OutOfOrder(_)));
        prop_assert_eq!(faults, []);
    }
}
