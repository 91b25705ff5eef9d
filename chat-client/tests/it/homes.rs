use std::io::Write as _;

use chat_client::account::{Entry, Kept};
use chat_client::home::{History, Home, Journal, locate};
use chat_client::locale::Locale;
use chat_client::session::{Past, Sought};
use chat_crypto::ReplayRecord;
use chat_protocol::{Blob, Fingerprint, MessageId, Name, SessionId};
use tempfile::TempDir;

use crate::hall::{NOW, fixture};

fn record(counter: u64, expires: u64) -> Entry {
    Entry::Opened(ReplayRecord {
        session: SessionId([1; 16]),
        from: Fingerprint([2; 32]),
        counter,
        digest: [3; 16],
        expires,
    })
}

#[test]
fn a_home_is_used_by_one_client_at_a_time() {
    let folder = TempDir::new().unwrap();
    let first = Home::open(folder.path()).unwrap();
    let second = Home::open(folder.path()).unwrap_err();
    let said = second.in_locale(Locale::English);
    assert!(said.contains("another client uses"), "{said}");
    drop(first);
    assert!(Home::open(folder.path()).is_ok());
}

#[cfg(unix)]
#[test]
fn keys_that_others_could_read_are_taken_away_from_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let keys = folder.path().join("identity.keys");
    std::fs::write(&keys, "secret").unwrap();
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(&keys, mode(0o644)).unwrap();
    let _home = Home::open(folder.path()).unwrap();
    let now = std::fs::metadata(&keys).unwrap().permissions().mode();
    assert_eq!(now & 0o777, 0o600);
}

#[test]
fn records_come_back_and_those_that_are_over_are_dropped() {
    let folder = TempDir::new().unwrap();
    let open = || Journal::open(Home::open(folder.path()).unwrap(), NOW).unwrap();
    let (mut journal, account) = open();
    assert!(account.entries().is_empty());
    let (over, one, two) = (
        record(0, NOW - 10_000),
        record(1, NOW + 10),
        record(2, NOW + 10),
    );
    journal.append(&[over, one.clone()], NOW).unwrap();
    journal.append(std::slice::from_ref(&two), NOW).unwrap();
    drop(journal);
    let (_, account) = open();
    assert_eq!(account.entries(), [one, two]);
    let file = std::fs::read_to_string(folder.path().join("journal.log")).unwrap();
    assert_eq!(file.lines().count(), 2);
}

#[test]
fn a_journal_that_has_grown_drops_what_does_not_count_any_more() {
    let folder = TempDir::new().unwrap();
    let open = || Journal::open(Home::open(folder.path()).unwrap(), NOW).unwrap();
    let (mut journal, _) = open();
    let kept = |number: u8| Kept {
        id: MessageId([number; 16]),
        to: "bob".parse().unwrap(),
        peer: Fingerprint([2; 32]),
        expires: NOW + 10,
        envelope: Blob(vec![number; 300_000]),
        room: None,
    };
    for number in 0..20 {
        let kept = kept(number);
        let done = Entry::Done(kept.id);
        journal.append(&[Entry::Kept(kept), done], NOW).unwrap();
    }
    journal.append(&[Entry::Kept(kept(99))], NOW).unwrap();
    let length = || {
        std::fs::metadata(folder.path().join("journal.log"))
            .unwrap()
            .len()
    };
    assert!(length() < 4 * 1024 * 1024, "{}", length());
    drop(journal);
    assert_eq!(open().1.entries(), [Entry::Kept(kept(99))]);
}

#[test]
fn a_last_record_that_was_cut_short_is_dropped_and_damage_elsewhere_is_an_error() {
    let folder = TempDir::new().unwrap();
    let open = || Journal::open(Home::open(folder.path()).unwrap(), NOW);
    let write = |bytes: &[u8]| {
        let path = folder.path().join("journal.log");
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
    };
    open().unwrap().0.append(&[record(1, NOW)], NOW).unwrap();
    write(br#"{"opened":{"session":"AQ"#);
    let (mut journal, account) = open().unwrap();
    assert_eq!(account.entries(), [record(1, NOW)]);
    journal.append(&[record(2, NOW)], NOW).unwrap();
    drop(journal);
    assert_eq!(open().unwrap().1.entries().len(), 2);

    write(b"garbage\n");
    let failure = open().unwrap_err();
    let said = failure.in_locale(Locale::English);
    assert!(said.contains("line 3"), "{said}");
}

#[test]
fn history_comes_back_for_its_owner_and_nobody_reads_it_on_the_disk() {
    let folder = TempDir::new().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let bob: Name = "bob".parse().unwrap();
    let past = |at, to: Option<&Name>, text: &str| Past {
        id: None,
        flagged: false,
        at,
        from: "alice".parse().unwrap(),
        to: to.cloned(),
        room: None,
        text: text.to_owned(),
    };
    let entries = [
        past(1, None, "good morning"),
        past(2, Some(&bob), "the vault code"),
        past(3, None, "bye"),
    ];
    let open = |key| History::open(&home, fixture(key).history_key()).unwrap();
    open(0).append(&entries[..2]).unwrap();
    // The end of a line that a crash has cut.
    let path = folder.path().join("history.log");
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    file.write_all(b"\"half a li").unwrap();
    let mut history = open(0);
    history.append(&entries[2..]).unwrap();
    let find = |sought| history.find(&sought).unwrap();
    assert_eq!(find(Sought::last(9)), entries);
    assert_eq!(find(Sought::last(2)), entries[1..]);
    let all = Sought::last(9);
    let (with, words) = (Some(bob.clone()), Some("VAULT".to_owned()));
    assert_eq!(
        find(Sought {
            with,
            ..all.clone()
        }),
        entries[1..2]
    );
    assert_eq!(
        find(Sought {
            words,
            ..all.clone()
        }),
        entries[1..2]
    );
    assert!(open(1).find(&all).unwrap().is_empty());
    let file = std::fs::read_to_string(&path).unwrap();
    assert!(!file.contains("vault") && !file.contains("bob"), "{file}");
}

#[test]
fn an_option_names_the_home() {
    let folder = std::path::Path::new("somewhere");
    assert_eq!(locate(Some(folder)).unwrap(), folder);
}
