//! A hall in memory: sessions, a relay between them and a disk, all in one thread.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use bytes::Bytes;
use chat_client::account::{Account, Entry};
use chat_client::contacts::Contacts;
use chat_client::face::render_plain;
use chat_client::file_name::SafeName;
use chat_client::locale::Sentence;
use chat_client::relays::{Relays, Transport, Wanted};
use chat_client::session::{
    AcceptFiles, Choices, Effect, Ending, FileJob, FileReport, Past, Refusal, Session, Setup,
    Transfer, Typing,
};
use chat_crypto::Identity;
use chat_identity::{Channel, Statement};
use chat_protocol::{
    Blob, CancelReason, Deframer, ErrorCode, Frame, LeaveReason, Name, Nonce, Peer, RelayKey,
    ToClient, ToRelay, limits,
};
use ed25519_dalek::{Signer as _, SigningKey};
use hostile_relay::{Middle, Passed};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use scenario::RelayDoes;
use sha2::{Digest as _, Sha256};

/// Within the validity of every fixture.
pub(crate) const NOW: u64 = 1_800_000_000;

/// The identity in the fixture of this number.
pub(crate) fn fixture(number: u32) -> Identity {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/fixtures/keys");
    let store = std::fs::read_to_string(folder.join(format!("{number:02}.keys"))).unwrap();
    Identity::from_store(&store, None).unwrap()
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Changes what somebody sends, or loses it: `(sender, message, body)`.
type Tamper = Box<dyn FnMut(&str, ToRelay, Bytes) -> Vec<(ToRelay, Bytes)>>;

/// Everyone, and the relay.
#[derive(Default)]
pub(crate) struct Hall {
    people: BTreeMap<String, Person>,
    queue: VecDeque<(String, ToRelay, Bytes)>,
    tamper: Option<Tamper>,
    /// Between everyone and the relay, where it is hostile.
    middle: Option<Middle>,
    /// What waits for those who are away, where the relay keeps mail: sender and envelope.
    pub(crate) boxes: Option<BTreeMap<String, Vec<(String, Bytes)>>>,
}

/// One client and what it has done.
pub(crate) struct Person {
    pub(crate) session: Session,
    peer: Peer,
    seq: u64,
    /// Deliveries that wait for an acknowledgement: number, sender, the sender's id.
    waiting: Vec<(u64, String, u64)>,
    /// Lines, and what was stored, in their order.
    pub(crate) log: Vec<String>,
    pub(crate) contacts: String,
    pub(crate) journal: Vec<Entry>,
    pub(crate) past: Vec<Past>,
    pub(crate) ending: Option<Ending>,
    pub(crate) disk: Disk,
    here: bool,
}

/// Files that somebody has and gets.
#[derive(Default)]
pub(crate) struct Disk {
    /// What can be sent.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// What was received.
    pub(crate) saved: BTreeMap<String, Vec<u8>>,
    /// What is not complete.
    pub(crate) partial: BTreeMap<Transfer, (SafeName, Vec<u8>)>,
    pub(crate) full: bool,
    /// A file can be written to only once the test says so.
    pub(crate) slow: bool,
    open: BTreeMap<u64, (String, usize)>,
}

/// What a person begins with.
pub(crate) struct Start {
    pub(crate) key: u32,
    pub(crate) relays: Relays,
    pub(crate) journal: Vec<Entry>,
    pub(crate) choices: Choices,
}

impl Start {
    pub(crate) fn new(key: u32) -> Self {
        Self {
            key,
            relays: Relays::default(),
            journal: Vec::new(),
            choices: Choices {
                accept_files: AcceptFiles::Always,
                ..Choices::default()
            },
        }
    }

    /// Whose files wait for an answer, all or some.
    pub(crate) fn accepting(key: u32, accept_files: AcceptFiles) -> Self {
        Self {
            choices: Choices {
                accept_files,
                ..Choices::default()
            },
            ..Self::new(key)
        }
    }

    /// Who is told of typing and reading, and tells of it.
    pub(crate) fn telling(key: u32, typing: bool, read_marks: bool) -> Self {
        let mut start = Self::new(key);
        (start.choices.typing, start.choices.read_marks) = (typing, read_marks);
        start
    }

    pub(crate) fn knowing(key: u32, contacts: &str) -> Self {
        Self {
            relays: Relays::from_json(contacts).unwrap(),
            ..Self::new(key)
        }
    }

    /// Knowing these people on the relay of every hall.
    pub(crate) fn with_people(key: u32, people: &Contacts) -> Self {
        Self::knowing(key, &Relays::default().to_json(&relay_key(), people))
    }
}

pub(crate) fn session(me: &str, start: Start) -> Session {
    Session::new(settings(me, start, None), NOW)
}

/// With the relay's key, where the user has named one.
pub(crate) fn settings(me: &str, start: Start, key: Option<RelayKey>) -> Setup {
    // Who remembers something draws other random numbers than before.
    let memory = start.journal.len() + written(&start.relays).len();
    let seed = u64::from(start.key) + 1_000 * memory as u64;
    Setup {
        me: name(me),
        relay: Wanted {
            address: "127.0.0.1:5000".to_owned(),
            name: "relay".to_owned(),
            key,
        },
        transport: Transport::Plain,
        identity: fixture(start.key),
        relays: start.relays,
        account: Account::read(start.journal, NOW),
        typing: Typing::Program,
        choices: start.choices,
        reconnects: true,
        rng: StdRng::seed_from_u64(seed),
    }
}

/// The secret key of every hall's relay.
fn relay_secret() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

pub(crate) fn relay_key() -> RelayKey {
    RelayKey(relay_secret().verifying_key().to_bytes())
}

/// The challenge of a relay with this name and secret key to whoever chose this nonce.
pub(crate) fn challenge_of(relay: &str, secret: &SigningKey, client: &Nonce) -> ToClient {
    let (key, nonce) = (RelayKey(secret.verifying_key().to_bytes()), Nonce([7; 32]));
    let statement = Statement::challenge((relay, &key, &Channel::Plain), &nonce, client);
    ToClient::Challenge {
        relay: relay.to_owned(),
        key,
        nonce,
        signature: Blob(secret.sign(statement.as_bytes()).to_bytes().to_vec()),
    }
}

/// That of the hall's own relay.
pub(crate) fn challenge(client: &Nonce) -> ToClient {
    challenge_of("relay", &relay_secret(), client)
}

/// As the file of somebody who is not logged in.
fn written(relays: &Relays) -> String {
    let mut relays = relays.clone();
    let people = relays.take(&relay_key());
    relays.to_json(&relay_key(), &people)
}

/// The people of the hall's relay, in a file of contacts.
pub(crate) fn people_in(contacts: &str) -> Contacts {
    Relays::from_json(contacts).unwrap().take(&relay_key())
}

pub(crate) fn peer(who: &str, identity: &Identity) -> Peer {
    Peer {
        name: name(who),
        key: Blob(identity.public().spki().to_vec()),
        certificate: identity.certify(&mut rand::rng(), &name(who), NOW),
    }
}

impl Hall {
    /// A hall with these people in it, with the fixtures 0, 1 and so on.
    pub(crate) fn with(names: &[&str]) -> Self {
        let mut hall = Self::default();
        for (key, name) in (0..).zip(names) {
            hall.join(name, Start::new(key));
        }
        for name in names {
            hall.forget(name);
        }
        hall
    }

    pub(crate) fn join(&mut self, who: &str, start: Start) {
        let peer = peer(who, &fixture(start.key));
        let contacts = written(&start.relays);
        let person = Person {
            journal: start.journal.clone(),
            past: Vec::new(),
            session: session(who, start),
            peer,
            seq: 0,
            waiting: Vec::new(),
            log: Vec::new(),
            contacts,
            ending: None,
            disk: Disk::default(),
            here: false,
        };
        self.people.insert(who.to_owned(), person);
        self.settle();
    }

    /// From now on the relay does this to what it is sent.
    pub(crate) fn tamper(
        &mut self,
        how: impl FnMut(&str, ToRelay, Bytes) -> Vec<(ToRelay, Bytes)> + 'static,
    ) {
        self.tamper = Some(Box::new(how));
    }

    /// A hall whose relay does this, with nobody in it.
    pub(crate) fn hostile(does: RelayDoes, seed: u64) -> Self {
        Self {
            middle: Some(Middle::new(does, seed, fixture(9), NOW)),
            ..Self::default()
        }
    }

    /// Whether a hostile relay has done what it is told to do.
    pub(crate) fn is_struck(&self) -> bool {
        self.middle.as_ref().is_some_and(Middle::has_struck)
    }

    pub(crate) fn person(&mut self, who: &str) -> &mut Person {
        self.people.get_mut(who).unwrap()
    }

    /// Types a line; the result is what the typist is told by the time that all is quiet.
    pub(crate) fn types(&mut self, who: &str, line: &str) -> Vec<String> {
        self.forget(who);
        self.person(who).session.on_line(line, NOW);
        self.settle();
        self.log(who)
    }

    pub(crate) fn log(&mut self, who: &str) -> Vec<String> {
        self.person(who).log.clone()
    }

    /// Only what was shown.
    pub(crate) fn lines(&mut self, who: &str) -> Vec<String> {
        let stored = |line: &String| !line.starts_with('(');
        self.log(who).into_iter().filter(stored).collect()
    }

    pub(crate) fn forget(&mut self, who: &str) {
        self.person(who).log.clear();
    }

    /// Somebody's connection is gone.
    pub(crate) fn drop(&mut self, who: &str) {
        self.part(who, LeaveReason::Dropped);
        self.settle();
    }

    /// Somebody has lost the connection, and has another one.
    pub(crate) fn reconnect(&mut self, who: &str) {
        self.person(who).session.on_disconnect("closed");
        self.drop(who);
        let person = self.person(who);
        person.ending = None;
        person.seq = 0;
        person.waiting.clear();
        person.session.reconnect(Transport::Plain, NOW);
        self.settle();
    }

    /// A frame as somebody would send it.
    pub(crate) fn client_says(&mut self, from: &str, message: ToRelay, body: Bytes) {
        self.relay(from, message, body);
        self.settle();
    }

    /// A frame as the relay would send it.
    pub(crate) fn relay_says(&mut self, to: &str, message: ToClient, body: Bytes) {
        self.deliver(to, message, body);
        self.settle();
    }

    /// Runs until nobody has anything to do.
    pub(crate) fn settle(&mut self) {
        loop {
            let names: Vec<_> = self.people.keys().cloned().collect();
            for who in names {
                self.run(&who);
            }
            let Some((from, message, body)) = self.queue.pop_front() else {
                return;
            };
            let copies = match &mut self.tamper {
                Some(tamper) => tamper(&from, message, body),
                None => vec![(message, body)],
            };
            for (message, body) in copies {
                match &mut self.middle {
                    Some(middle) => {
                        let passed = middle.up(&from, message, body);
                        self.pass(passed);
                    }
                    None => self.relay(&from, message, body),
                }
            }
        }
    }

    fn run(&mut self, who: &str) {
        let person = self.people.get_mut(who).unwrap();
        loop {
            while person.session.has_work() {
                person.session.work();
            }
            person.session.end_batch();
            let effects = person.session.take_effects();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::Send(frame) => {
                        let message = ToRelay::decode(&frame).unwrap();
                        if let ToRelay::Ack { seq, refused } = &message {
                            let refused = refused.iter().map(|n| format!(" refused {n}"));
                            let refused: String = refused.collect();
                            person.log.push(format!("(ack {seq}{refused})"));
                        }
                        self.queue.push_back((who.to_owned(), message, frame.body));
                    }
                    Effect::Show(line) => person.log.push(render_plain(&line)),
                    Effect::Record(entries) => {
                        let opened = |entry: &&Entry| matches!(entry, Entry::Opened(_));
                        let count = entries.iter().filter(opened).count();
                        if count > 0 {
                            person.log.push(format!("(record {count})"));
                        }
                        person.journal.extend(entries);
                    }
                    Effect::SaveContacts(json) => {
                        person.log.push("(contacts)".to_owned());
                        person.contacts = json;
                    }
                    Effect::File(job) => {
                        if let Some(report) = person.disk.start(job) {
                            person.session.on_file(report, NOW);
                        }
                    }
                    Effect::Remember(past) => person.past.extend(past),
                    Effect::Recall(_) => {}
                    Effect::Confirm => person.session.on_confirmed(),
                    Effect::Progress(_) | Effect::RenewKeys { .. } => {}
                    Effect::End(ending) => person.ending = Some(ending),
                }
            }
        }
    }

    fn relay(&mut self, from: &str, message: ToRelay, body: Bytes) {
        let sender = name(from);
        match message {
            ToRelay::Hello { nonce, .. } => self.deliver(from, challenge(&nonce), Bytes::new()),
            ToRelay::Login { .. } => self.welcome(from),
            ToRelay::Send { id, to } => self.pass_on(from, id, &to, body),
            ToRelay::Receipt { to } => {
                self.deliver(to.as_str(), ToClient::Receipt { from: sender }, body);
            }
            ToRelay::Ack { seq, refused } => {
                let person = self.person(from);
                let (done, waiting) = person.waiting.drain(..).partition(|(n, ..)| *n <= seq);
                person.waiting = waiting;
                let done: Vec<(u64, String, u64)> = done;
                for (n, sender, id) in done {
                    let refused = refused.contains(&n);
                    self.deliver(&sender, ToClient::Accepted { id, refused }, Bytes::new());
                }
            }
            ToRelay::Chunk { to, file, index } => {
                let chunk = ToClient::Chunk {
                    from: sender,
                    file,
                    index,
                };
                self.deliver(to.as_str(), chunk, body);
            }
            ToRelay::Credit { to, file, until } => {
                let credit = ToClient::Credit {
                    from: sender,
                    file,
                    until,
                };
                self.deliver(to.as_str(), credit, body);
            }
            ToRelay::Cancel { to, file, reason } => {
                self.cancel(
                    &to,
                    ToClient::Cancel {
                        from: sender,
                        file,
                        reason,
                    },
                );
            }
            ToRelay::Bye {} => self.part(from, LeaveReason::Quit),
            ToRelay::Renew { certificate } => {
                self.person(from).peer.certificate = certificate.clone();
                let renewed = ToClient::Renewed {
                    name: sender,
                    certificate,
                };
                self.tell_all(&renewed);
            }
            ToRelay::Find { .. } | ToRelay::Ping { .. } | ToRelay::Pong { .. } => {}
        }
    }

    fn cancel(&mut self, to: &Name, cancel: ToClient) {
        self.deliver(to.as_str(), cancel, Bytes::new());
    }

    fn welcome(&mut self, who: &str) {
        let joined = self.person(who).peer.clone();
        let others: Vec<_> = self.people.values().filter(|person| person.here).collect();
        let present: Vec<_> = others.iter().map(|person| person.peer.clone()).collect();
        let welcome = ToClient::Welcome {
            keepalive_ms: 20_000,
            mail_days: self.boxes.as_ref().map_or(0, |_| 7),
            present: u32::try_from(present.len()).unwrap(),
        };
        self.deliver(who, welcome, Bytes::new());
        for peer in present {
            let to = peer.name.to_string();
            self.deliver(who, ToClient::Present { peer }, Bytes::new());
            self.deliver(
                &to,
                ToClient::Joined {
                    peer: joined.clone(),
                },
                Bytes::new(),
            );
        }
        self.person(who).here = true;
        let waiting = self.boxes.as_mut().and_then(|boxes| boxes.remove(who));
        for (from, body) in waiting.unwrap_or_default() {
            // Its sender has its answer: this number is nobody's.
            self.pass_on(&from, u64::MAX, &name(who), body);
        }
    }

    fn pass_on(&mut self, from: &str, id: u64, to: &Name, body: Bytes) {
        let Some(person) = self
            .people
            .get_mut(to.as_str())
            .filter(|person| person.here)
        else {
            if let Some(boxes) = &mut self.boxes {
                let letter = (from.to_owned(), body);
                boxes.entry(to.to_string()).or_default().push(letter);
                let refused = false;
                self.deliver(from, ToClient::Accepted { id, refused }, Bytes::new());
                return;
            }
            let reason = ErrorCode::UnknownName;
            self.deliver(from, ToClient::Undelivered { id, reason }, Bytes::new());
            return;
        };
        person.seq += 1;
        let seq = person.seq;
        person.waiting.push((seq, from.to_owned(), id));
        let from = name(from);
        self.deliver(to.as_str(), ToClient::Deliver { seq, from }, body);
    }

    fn tell_all(&mut self, message: &ToClient) {
        let all: Vec<_> = self.people.keys().cloned().collect();
        for who in all {
            self.deliver(&who, message.clone(), Bytes::new());
        }
    }

    fn part(&mut self, who: &str, reason: LeaveReason) {
        self.person(who).here = false;
        let others: Vec<_> = self
            .people
            .keys()
            .filter(|other| *other != who)
            .cloned()
            .collect();
        for other in others {
            let name = name(who);
            self.deliver(&other, ToClient::Left { name, reason }, Bytes::new());
        }
    }

    fn deliver(&mut self, to: &str, message: ToClient, body: Bytes) {
        match &mut self.middle {
            Some(middle) => {
                let passed = middle.down(to, message, body);
                self.pass(passed);
            }
            None => self.arrives(to, &message.frame(body)),
        }
    }

    /// Does what a hostile relay likes.
    fn pass(&mut self, passed: Vec<Passed>) {
        for one in passed {
            match one {
                Passed::Up(from, message, body) => self.relay(&from, message, body),
                Passed::Down(to, message, body) => self.arrives(&to, &message.frame(body)),
                Passed::Raw(to, bytes) => {
                    let mut deframer = Deframer::new(limits::MAX_FRAME);
                    deframer.push(&bytes);
                    while let Some(frame) = deframer.next_frame().transpose() {
                        match frame {
                            Ok(frame) => self.arrives(&to, &frame),
                            // As the program does.
                            Err(_) => {
                                let person = self.people.get_mut(&to).unwrap();
                                person.session.on_disconnect("misbehaved");
                                break;
                            }
                        }
                    }
                }
            }
        }
    }

    fn arrives(&mut self, to: &str, frame: &Frame) {
        if let Some(person) = self.people.get_mut(to) {
            person.session.on_frame(frame, NOW);
        }
    }
}

impl Disk {
    fn start(&mut self, job: FileJob) -> Option<FileReport> {
        match job {
            FileJob::Open { source, path } => Some(self.open(source, path.to_str().unwrap())),
            FileJob::Read { source, length } => {
                let (path, at) = self.open.get_mut(&source).unwrap();
                let left = self.files[path].get(*at..).unwrap_or_default();
                let bytes = left[..length.min(left.len())].to_vec();
                *at += bytes.len();
                Some(FileReport::Read { source, bytes })
            }
            FileJob::Close { source } => {
                self.open.remove(&source);
                None
            }
            FileJob::Create { transfer, name } => {
                self.partial.insert(transfer.clone(), (name, Vec::new()));
                (!self.slow).then_some(FileReport::Created { transfer })
            }
            FileJob::Write { transfer, bytes } => {
                if self.full {
                    self.partial.remove(&transfer);
                    return Some(FileReport::NotSaved { transfer });
                }
                self.partial.get_mut(&transfer).unwrap().1.extend(bytes);
                None
            }
            FileJob::Finish { transfer } => {
                let (name, bytes) = self.partial.remove(&transfer)?;
                let free = (0..).map(|n| name.numbered(n));
                let name = free
                    .clone()
                    .find(|name| !self.saved.contains_key(name))
                    .unwrap();
                self.saved.insert(name.clone(), bytes);
                Some(FileReport::Saved { transfer, name })
            }
            FileJob::Discard { transfer } => {
                self.partial.remove(&transfer);
                None
            }
        }
    }

    fn open(&mut self, source: u64, path: &str) -> FileReport {
        let Some(bytes) = self.files.get(path) else {
            let refusal = Refusal::new("not-found", Sentence::verbatim(path));
            return FileReport::NotOpened { source, refusal };
        };
        self.open.insert(source, (path.to_owned(), 0));
        FileReport::Opened {
            source,
            size: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
        }
    }

    /// Whether nothing is open any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.open.is_empty() && self.partial.is_empty()
    }
}

/// Loses nothing and changes nothing.
pub(crate) fn untouched(message: ToRelay, body: Bytes) -> Vec<(ToRelay, Bytes)> {
    vec![(message, body)]
}

/// The relay's answer when a file's other side is gone.
pub(crate) fn gone(from: &str, transfer: &Transfer) -> ToClient {
    ToClient::Cancel {
        from: name(from),
        file: transfer.file,
        reason: CancelReason::Gone,
    }
}
