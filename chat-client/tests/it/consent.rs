//! Files are taken with their recipient's consent alone, and consent is for one offer.

use std::cell::RefCell;
use std::rc::Rc;

use bytes::Bytes;
use chat_client::session::{AcceptFiles, FileReport};
use chat_crypto::{FileKey, FileSealer, Receiver, SendingSession, offer_digest};
use chat_identity::EncryptionKey;
use chat_protocol::{
    Blob, CancelReason, Content, Conversation, Digest, Envelope, FileAnswer, FileId, FileOffer,
    MessageId, Place, ToClient, ToRelay,
};
use sha2::{Digest as _, Sha256};

use crate::hall::{Hall, NOW, Start, fixture, name, peer, untouched};

/// Alice has `plan` and `notes`; bob asks before he takes a file, or as he likes.
pub(crate) fn hall(bob: AcceptFiles) -> Hall {
    let mut hall = Hall::default();
    hall.join("alice", Start::new(0));
    hall.join("bob", Start::accepting(1, bob));
    hall.join("carol", Start::new(2));
    for who in ["alice", "carol"] {
        let files = &mut hall.person(who).disk.files;
        files.insert("plan".to_owned(), vec![7; 100_000]);
        files.insert("notes".to_owned(), vec![8; 5]);
    }
    for who in ["alice", "bob", "carol"] {
        hall.forget(who);
    }
    hall
}

/// What the relay carries.
pub(crate) type Carried = Rc<RefCell<Vec<(ToRelay, Bytes)>>>;

/// From now on.
pub(crate) fn watched(hall: &mut Hall) -> Carried {
    let seen = Carried::default();
    let carried = Rc::clone(&seen);
    hall.tamper(move |_, message, body| {
        carried.borrow_mut().push((message.clone(), body.clone()));
        untouched(message, body)
    });
    seen
}

fn chunks(seen: &Carried) -> usize {
    let seen = seen.borrow();
    let chunks = seen
        .iter()
        .filter(|(message, _)| matches!(message, ToRelay::Chunk { .. }));
    chunks.count()
}

/// The last offer of alice to bob.
pub(crate) fn offered(seen: &Carried) -> FileOffer {
    let mut receiver = Receiver::new();
    let opened = seen
        .borrow()
        .iter()
        .filter_map(|(message, body)| {
            let ToRelay::Send { .. } = message else {
                return None;
            };
            let envelope = Envelope::decode(body.clone()).unwrap();
            let (alice, bob) = (fixture(0), fixture(1));
            let opened = receiver.open(&bob, alice.public(), &envelope, NOW).ok()?;
            match Content::decode(&opened.content).unwrap() {
                Content::File { offer, .. } => Some(offer),
                _ => None,
            }
        })
        .last();
    opened.unwrap()
}

/// Somebody, with the key of this fixture, who says to another what no client of ours would.
pub(crate) struct Rogue {
    pub(crate) name: String,
    to: &'static str,
    session: SendingSession,
    seq: u64,
    prev: Digest,
}

impl Rogue {
    pub(crate) fn new((name, key): (&str, u32), (to, other): (&'static str, u32)) -> Self {
        let (me, other) = (fixture(key), fixture(other));
        let certificate = peer(to, &other).certificate;
        let owner = (&crate::hall::name(to), other.public());
        let key = EncryptionKey::certified(&certificate, owner, NOW).unwrap();
        let mut rng = rand::rng();
        let session = SendingSession::start(&mut rng, &me, other.public(), &key, NOW).unwrap();
        Self {
            name: name.to_owned(),
            to,
            session,
            seq: 0,
            prev: Digest([0; 32]),
        }
    }

    fn seal(&mut self, content: &[u8]) -> Bytes {
        let sealed = self.session.seal(Conversation::Private, content, NOW);
        sealed.unwrap().encode()
    }

    pub(crate) fn offers(&mut self, hall: &mut Hall, offer: &FileOffer) {
        self.seq += 1;
        let place = Place {
            id: MessageId(u128::from(self.seq).to_le_bytes()),
            seq: self.seq,
            prev: self.prev,
        };
        let offer = offer.clone();
        let content = Content::File { place, offer }.encode();
        self.prev = Digest(Sha256::digest(&content).into());
        let body = self.seal(&content);
        let to = name(self.to);
        hall.client_says(&self.name, ToRelay::Send { id: self.seq, to }, body);
    }

    pub(crate) fn answers(&mut self, hall: &mut Hall, file: FileId, answer: FileAnswer) {
        let body = self.seal(&Content::FileAnswer { file, answer }.encode());
        let from = name(&self.name);
        hall.relay_says(self.to, ToClient::Receipt { from }, body);
    }

    /// All chunks of an offered file, with this content.
    fn sends(&self, hall: &mut Hall, offer: &FileOffer, content: &[u8]) {
        let key = FileKey::try_from(&offer.key).unwrap();
        let mut sealer = FileSealer::new(&key, &offer.file, content.len() as u64);
        for index in 0..sealer.chunks() {
            let length = sealer.next_len().unwrap();
            let at = content.len().min(index as usize * 65_536);
            let chunk = ToClient::Chunk {
                from: name(&self.name),
                file: offer.file,
                index,
            };
            let body = sealer.seal(&content[at..at + length]).into();
            hall.relay_says(self.to, chunk, body);
        }
    }
}

fn without_credit(_: &str, message: ToRelay, body: Bytes) -> Vec<(ToRelay, Bytes)> {
    match message {
        ToRelay::Credit { .. } => Vec::new(),
        message => untouched(message, body),
    }
}

pub(crate) fn offer(number: u8, file_name: &str, content: &[u8]) -> FileOffer {
    FileOffer {
        file: FileId([number; 16]),
        name: file_name.to_owned(),
        size: content.len() as u64,
        sha256: Blob(Sha256::digest(content).to_vec()),
        key: Blob(vec![number; 32]),
    }
}

fn digest_of(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// The beginning of the one line that was shown last.
pub(crate) fn starts(lines: &[String], with: &str) {
    let last = lines.last().map(String::as_str).unwrap_or_default();
    assert!(
        last.starts_with(with),
        "{with} is not at the end of {lines:?}"
    );
}

#[test]
fn nothing_of_a_file_is_sent_or_written_before_its_recipient_accepts_it() {
    let mut hall = hall(AcceptFiles::Ask);
    let seen = watched(&mut hall);
    hall.types("alice", "/file bob plan");
    let digest = digest_of(&[7; 100_000]);
    assert_eq!(hall.lines("alice"), ["file-asked 1 bob plan"]);
    let asks = format!("file-asks 1 alice 100000 {digest} plan");
    assert_eq!(hall.lines("bob"), [asks]);
    assert!(hall.person("bob").disk.partial.is_empty());
    assert_eq!(chunks(&seen), 0);
    hall.types("bob", "/accept");
    assert_eq!(chunks(&seen), 2);
    let expected = [
        "file-accepted 1 alice plan".to_owned(),
        format!("file-received alice 100000 {digest} plan"),
    ];
    assert_eq!(hall.lines("bob"), expected);
    starts(&hall.lines("alice"), "file-delivered bob 100000 ");
    assert_eq!(hall.person("bob").disk.saved["plan"], vec![7; 100_000]);
}

#[test]
fn who_refuses_a_file_gets_nothing_of_it_and_its_sender_is_told() {
    let mut hall = hall(AcceptFiles::Ask);
    let seen = watched(&mut hall);
    hall.types("alice", "/file bob plan");
    hall.forget("alice");
    assert_eq!(
        hall.types("bob", "/refuse alice"),
        ["file-refused 1 alice plan"]
    );
    assert_eq!(hall.lines("alice"), ["file-failed bob refused plan"]);
    assert_eq!(chunks(&seen), 0);
    assert!(hall.person("alice").disk.is_closed());
    starts(
        &hall.types("bob", "/accept 1"),
        "refused no-file file 1 is over",
    );
}

#[test]
fn a_relay_that_lets_a_sender_go_on_without_consent_gets_no_chunk() {
    let mut hall = hall(AcceptFiles::Ask);
    let seen = watched(&mut hall);
    hall.types("alice", "/file bob plan");
    let file = offered(&seen).file;
    let credit = ToClient::Credit {
        from: name("bob"),
        file,
        until: 8,
    };
    hall.relay_says("alice", credit, Bytes::new());
    assert_eq!(chunks(&seen), 0);
    // And the file arrives once it is accepted.
    hall.types("bob", "/accept 1");
    assert_eq!(chunks(&seen), 2);
}

#[test]
fn only_the_recipients_own_word_for_exactly_this_offer_lets_a_file_go() {
    let mut hall = hall(AcceptFiles::Ask);
    let seen = watched(&mut hall);
    hall.types("alice", "/file bob plan");
    let real = offered(&seen);
    let accepted = |offer: &FileOffer| FileAnswer::Accepted {
        offer: offer_digest(offer),
        from: 0,
    };
    let credit = |hall: &mut Hall| {
        let (from, file) = (name("bob"), real.file);
        let until = 8;
        hall.relay_says(
            "alice",
            ToClient::Credit { from, file, until },
            Bytes::new(),
        );
    };
    credit(&mut hall);
    // Somebody else says so, with the right digest.
    let mut carol = Rogue::new(("carol", 2), ("alice", 0));
    carol.answers(&mut hall, real.file, accepted(&real));
    credit(&mut hall);
    assert_eq!(chunks(&seen), 0);
    // He says so of offers that differ in one thing each.
    let mut bob = Rogue::new(("bob", 1), ("alice", 0));
    let changes: [fn(&mut FileOffer); 5] = [
        |offer| offer.file = FileId([9; 16]),
        |offer| offer.name.push('x'),
        |offer| offer.size += 1,
        |offer| offer.sha256.0[0] ^= 1,
        |offer| offer.key.0[0] ^= 1,
    ];
    for change in changes {
        let mut other = real.clone();
        change(&mut other);
        bob.answers(&mut hall, real.file, accepted(&other));
        credit(&mut hall);
        assert_eq!(chunks(&seen), 0, "{other:?}");
    }
    bob.answers(&mut hall, real.file, accepted(&real));
    assert_eq!(chunks(&seen), 2);
}

#[test]
fn consent_to_one_offer_is_none_to_another_that_takes_its_place() {
    let (mine, other) = (vec![1; 70_000], vec![2; 70_000]);
    let mut hall = hall(AcceptFiles::Ask);
    hall.join("mallory", Start::new(3));
    // Her own client knows nothing of what is said in her name.
    hall.tamper(without_credit);
    hall.forget("bob");
    let mut mallory = Rogue::new(("mallory", 3), ("bob", 1));
    let agreed = offer(1, "agreed", &mine);
    mallory.offers(&mut hall, &agreed);
    // The same number again, with another name, size and content, before and after he accepts.
    let mut again = offer(1, "other", &other[..5]);
    mallory.offers(&mut hall, &again);
    assert_eq!(
        hall.lines("bob").last().unwrap(),
        "rejected mallory repeated-file"
    );
    hall.types("bob", "/accept 1");
    again.key = Blob(vec![8; 32]);
    mallory.offers(&mut hall, &again);
    assert_eq!(
        hall.lines("bob").last().unwrap(),
        "rejected mallory repeated-file"
    );
    // A second one, of the same name, waits by itself: what comes for it is not taken.
    let second = offer(2, "agreed", &other);
    mallory.offers(&mut hall, &second);
    starts(&hall.lines("bob"), "file-asks 2 mallory 70000 ");
    mallory.sends(&mut hall, &second, &other);
    assert!(hall.person("bob").disk.saved.is_empty());
    assert_eq!(hall.person("bob").disk.partial.len(), 1);
    // Another content under the accepted offer, with its key and size.
    mallory.sends(&mut hall, &agreed, &other);
    starts(&hall.lines("bob"), "file-failed mallory corrupt agreed");
    assert!(hall.person("bob").disk.saved.is_empty());
    // It is over: its consent with it.
    mallory.offers(&mut hall, &agreed);
    starts(&hall.lines("bob"), "file-asks 3 mallory 70000 ");
    mallory.sends(&mut hall, &agreed, &mine);
    assert!(hall.person("bob").disk.saved.is_empty());
    hall.types("bob", "/accept 3");
    mallory.sends(&mut hall, &agreed, &mine);
    assert_eq!(hall.person("bob").disk.saved["agreed"], mine);
}

#[test]
fn an_offer_that_takes_the_place_of_one_that_was_seen_is_not_accepted_by_accident() {
    for typed in ["/accept", "/accept mallory"] {
        let mut hall = hall(AcceptFiles::Ask);
        hall.join("mallory", Start::new(3));
        hall.tamper(without_credit);
        let mut mallory = Rogue::new(("mallory", 3), ("bob", 1));
        mallory.offers(&mut hall, &offer(1, "holiday.jpg", b"seen"));
        // While bob types, it is taken away, and another one comes.
        let (to, file, reason) = (name("bob"), FileId([1; 16]), CancelReason::Source);
        hall.client_says(
            "mallory",
            ToRelay::Cancel { to, file, reason },
            Bytes::new(),
        );
        mallory.offers(&mut hall, &offer(2, "virus.exe", b"unseen"));
        let told = hall.types("bob", typed);
        starts(&told, "refused offer-gone ");
        assert!(
            told[0].ends_with("2 \"virus.exe\" (6 bytes) from mallory"),
            "{told:?}"
        );
        assert!(hall.person("bob").disk.partial.is_empty());
        assert_eq!(
            hall.types("bob", typed),
            ["file-accepted 2 mallory virus.exe"]
        );
    }
}

#[test]
fn of_several_offers_one_is_named_by_its_person_or_its_number() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.types("alice", "/file bob plan");
    hall.types("carol", "/file bob notes");
    hall.types("carol", "/file bob plan");
    let told = hall.types("bob", "/accept");
    let all = r#"1 "plan" (100000 bytes) from alice; 2 "notes" (5 bytes) from carol; 3 "plan" (100000 bytes) from carol"#;
    assert!(
        told[0].starts_with("refused several ") && told[0].ends_with(all),
        "{told:?}"
    );
    starts(&hall.types("bob", "/refuse carol"), "refused several ");
    for (typed, code) in [
        ("/accept dave", "refused no-file "),
        (
            "/accept 4",
            "refused no-file there was no file with the number 4",
        ),
        ("/accept 1 2", "refused usage "),
        ("/accept 99999999999999999999", "refused usage "),
    ] {
        starts(&hall.types("bob", typed), code);
    }
    starts(
        &hall.types("bob", "/accept alice"),
        "file-received alice 100000 ",
    );
    starts(&hall.types("bob", "/accept 2"), "file-received carol 5 ");
    starts(&hall.types("bob", "/accept"), "file-received carol 100000 ");
    let none = "refused no-file no file waits for your answer: /files lists those that do";
    starts(&hall.types("bob", "/accept"), none);
}

#[test]
fn files_of_contacts_are_taken_from_verified_identities_alone() {
    let mut hall = hall(AcceptFiles::Contacts);
    hall.types("alice", "/file bob notes");
    starts(&hall.lines("bob"), "file-asks 1 alice 5 ");
    hall.types("bob", "/verify alice");
    hall.types("bob", "/verify alice yes");
    hall.forget("bob");
    hall.types("alice", "/file bob notes");
    let shown = hall.lines("bob");
    assert_eq!(shown[0], "file-offered alice 5 notes");
    starts(&shown, "file-received alice 5 ");
    hall.types("carol", "/file bob notes");
    starts(&hall.lines("bob"), "file-asks 3 carol 5 ");
}

#[test]
fn an_offer_does_not_outlive_its_sender_or_its_senders_identity() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.types("alice", "/file bob notes");
    hall.forget("bob");
    hall.drop("alice");
    let gone = ["left alice dropped", "file-failed alice gone notes"];
    assert_eq!(hall.lines("bob"), gone);
    starts(
        &hall.types("bob", "/accept 1"),
        "refused no-file file 1 is over",
    );
    // Somebody else comes under a name that has an offer, without the relay's word that the first one has left.
    hall.types("carol", "/file bob notes");
    let twin = peer("carol", &fixture(9));
    hall.relay_says("bob", ToClient::Joined { peer: twin }, Bytes::new());
    starts(&hall.types("bob", "/accept 2"), "refused key-changed ");
    let number = hall.types("bob", "/verify carol").remove(0);
    let number = number.splitn(4, ' ').nth(3).unwrap().to_owned();
    hall.types("bob", &format!("/trust carol {number}"));
    let told = hall.types("bob", "/accept 2");
    starts(&told, "refused key-changed carol had another identity");
    starts(&hall.types("bob", "/accept 2"), "refused no-file ");
    assert!(hall.person("bob").disk.partial.is_empty());
}

#[test]
fn a_block_refuses_all_offers_and_none_stands_afterwards() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.types("alice", "/file bob plan");
    hall.types("alice", "/file bob notes");
    hall.forget("alice");
    hall.types("bob", "/block alice");
    let failed = [
        "file-failed bob refused plan",
        "file-failed bob refused notes",
    ];
    let mut told = hall.lines("alice");
    told.sort();
    told.reverse();
    assert_eq!(told, failed);
    starts(&hall.types("bob", "/accept 1"), "refused no-file ");
    hall.types("alice", "/file bob plan");
    starts(&hall.lines("alice"), "file-failed bob refused plan");
    hall.types("bob", "/unblock alice");
    for typed in ["/accept", "/accept alice", "/accept 2", "/accept 3"] {
        starts(&hall.types("bob", typed), "refused no-file ");
    }
    assert_eq!(hall.types("bob", "/files"), ["files 0"]);
    assert!(hall.person("bob").disk.partial.is_empty());
}

/// Lets time go by for both, in seconds from any beginning.
fn tick(hall: &mut Hall, now: u64) {
    for who in ["alice", "bob"] {
        hall.person(who).session.on_tick(now);
    }
    hall.settle();
}

#[test]
fn an_offer_that_nobody_answers_expires_on_both_sides() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.types("alice", "/file bob plan");
    assert!(hall.person("bob").session.has_transfers());
    for who in ["alice", "bob"] {
        hall.forget(who);
    }
    tick(&mut hall, 10);
    tick(&mut hall, 3_609);
    assert!(hall.lines("alice").is_empty() && hall.lines("bob").is_empty());
    tick(&mut hall, 3_610);
    assert_eq!(hall.lines("alice"), ["file-failed bob expired plan"]);
    assert_eq!(hall.lines("bob"), ["file-failed alice expired plan"]);
    starts(&hall.types("bob", "/accept 1"), "refused no-file ");
    assert!(!hall.person("bob").session.has_transfers());
}

#[test]
fn a_sender_waits_as_long_as_its_recipient_is_not_ready_and_is_told_so() {
    let mut hall = hall(AcceptFiles::Ask);
    let seen = watched(&mut hall);
    hall.types("alice", "/file bob plan");
    hall.person("bob").disk.slow = true;
    hall.types("bob", "/accept");
    hall.forget("alice");
    for now in (0..600).step_by(10) {
        tick(&mut hall, now);
    }
    assert_eq!(hall.lines("alice"), ["file-checking 1 bob plan"]);
    assert_eq!(
        hall.types("alice", "/files")[0],
        "file 1 to bob checking 100000 plan"
    );
    assert_eq!(
        hall.types("bob", "/files")[0],
        "file 1 from alice checking 100000 plan"
    );
    assert_eq!(chunks(&seen), 0);
    let transfer = hall.person("bob").disk.partial.keys().next().cloned();
    let transfer = transfer.unwrap();
    let created = FileReport::Created { transfer };
    hall.person("bob").session.on_file(created, NOW);
    hall.settle();
    starts(&hall.lines("alice"), "file-delivered bob 100000 ");
    // A recipient that does not say so any more is not waited for.
    hall.types("alice", "/file bob plan");
    hall.types("bob", "/accept");
    for now in [1_000, 1_180] {
        hall.person("alice").session.on_tick(now);
        hall.settle();
    }
    starts(&hall.lines("alice"), "file-asked 2 bob plan");
    hall.person("alice").session.on_tick(5_000);
    hall.settle();
    starts(&hall.lines("alice"), "file-failed bob stalled plan");
}

#[test]
fn somebody_who_offers_more_than_has_room_is_refused() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.join("mallory", Start::new(3));
    hall.forget("bob");
    let mut mallory = Rogue::new(("mallory", 3), ("bob", 1));
    for number in 1..=9 {
        mallory.offers(&mut hall, &offer(number, "x", b"x"));
    }
    let lines = hall.lines("bob");
    let count = |start: &str| lines.iter().filter(|line| line.starts_with(start)).count();
    assert_eq!(
        (count("file-asks "), count("file-failed mallory refused x")),
        (4, 5)
    );
}

#[test]
fn a_file_is_cancelled_at_any_time_and_one_that_is_over_is_answered_with_a_sentence() {
    let mut hall = hall(AcceptFiles::Ask);
    // Taken back by its sender.
    hall.types("alice", "/file bob plan");
    hall.forget("bob");
    assert_eq!(
        hall.types("alice", "/cancel"),
        ["file-cancelled 1 bob plan"]
    );
    assert_eq!(hall.lines("bob"), ["file-failed alice source plan"]);
    let over = "refused no-file file 1 is over, or has been answered";
    starts(&hall.types("alice", "/cancel 1"), over);
    starts(&hall.types("bob", "/cancel 1"), over);
    let none = "refused no-file no file waits or is on its way";
    starts(&hall.types("alice", "/cancel"), none);
    starts(&hall.types("alice", "/cancel bob"), none);
    // Behind others, and before it is offered.
    for _ in 0..5 {
        hall.types("alice", "/file bob plan");
    }
    let listed = hall.types("alice", "/files");
    assert_eq!(listed[0], "file 2 to bob asked 100000 plan");
    assert_eq!(listed[4..], ["file 6 to bob queued 100000 plan", "files 5"]);
    starts(&hall.types("alice", "/cancel"), "refused several ");
    assert_eq!(
        hall.types("alice", "/cancel 6"),
        ["file-cancelled 6 bob plan"]
    );
    // While it is on its way, by its recipient and by its sender.
    hall.tamper(|_, message, body| match message {
        ToRelay::Chunk { index: 1.., .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("bob", "/accept 2");
    hall.types("bob", "/accept 3");
    assert_eq!(
        hall.types("bob", "/files")[0],
        "file 2 from alice receiving 100000 plan"
    );
    hall.forget("alice");
    assert_eq!(
        hall.types("bob", "/cancel 2"),
        ["file-cancelled 2 alice plan"]
    );
    assert_eq!(hall.lines("alice"), ["file-failed bob refused plan"]);
    hall.forget("bob");
    assert_eq!(
        hall.types("alice", "/cancel 3"),
        ["file-cancelled 3 bob plan"]
    );
    starts(&hall.lines("bob"), "file-failed alice source plan");
    // As an answer to an offer.
    assert_eq!(
        hall.types("bob", "/cancel 4"),
        ["file-cancelled 4 alice plan"]
    );
    starts(
        &hall.types("bob", "/cancel 4"),
        "refused no-file file 4 is over",
    );
    let left = hall.types("bob", "/files");
    assert_eq!(left, ["file 5 from alice offered 100000 plan", "files 1"]);
    hall.types("alice", "/cancel");
    for who in ["alice", "bob"] {
        assert!(hall.person(who).disk.is_closed(), "{who}");
        assert_eq!(hall.types(who, "/files"), ["files 0"]);
    }
}

#[test]
fn a_file_whose_end_is_lost_is_cancelled_where_it_still_is() {
    let mut hall = hall(AcceptFiles::Ask);
    hall.types("alice", "/file bob plan");
    // The relay tells nobody of the other's end.
    hall.tamper(|_, message, body| match message {
        ToRelay::Cancel { .. } => Vec::new(),
        message => untouched(message, body),
    });
    hall.types("alice", "/cancel 1");
    let told = hall.types("bob", "/accept 1");
    assert_eq!(told, ["file-accepted 1 alice plan"]);
    // She has nothing to cancel any more, and he gives it up.
    starts(
        &hall.types("alice", "/cancel 1"),
        "refused no-file file 1 is over",
    );
    assert_eq!(
        hall.types("bob", "/cancel 1"),
        ["file-cancelled 1 alice plan"]
    );
    assert!(hall.person("bob").disk.is_closed());
}
