use std::io::Write as _;

use chat_client::home::{Home, ReplayLog, locate};
use chat_crypto::ReplayRecord;
use chat_protocol::{Fingerprint, SessionId};
use tempfile::TempDir;

use crate::hall::NOW;

fn record(counter: u64, expires: u64) -> ReplayRecord {
    ReplayRecord {
        session: SessionId([1; 16]),
        from: Fingerprint([2; 32]),
        counter,
        digest: [3; 16],
        expires,
    }
}

#[test]
fn a_home_is_used_by_one_client_at_a_time() {
    let folder = TempDir::new().unwrap();
    let first = Home::open(folder.path()).unwrap();
    let second = Home::open(folder.path()).unwrap_err();
    assert!(second.error.contains("another client uses"), "{second}");
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
    let home = Home::open(folder.path()).unwrap();
    let (mut log, records) = ReplayLog::open(&home, NOW).unwrap();
    assert!(records.is_empty());
    log.append(&[record(0, NOW - 10_000), record(1, NOW + 10)])
        .unwrap();
    log.append(&[record(2, NOW + 10)]).unwrap();
    drop(log);
    let (_, records) = ReplayLog::open(&home, NOW).unwrap();
    assert_eq!(records, [record(1, NOW + 10), record(2, NOW + 10)]);
    let file = std::fs::read_to_string(folder.path().join("replay.log")).unwrap();
    assert_eq!(file.lines().count(), 2);
}

#[test]
fn a_last_record_that_was_cut_short_is_dropped_and_damage_elsewhere_is_an_error() {
    let folder = TempDir::new().unwrap();
    let home = Home::open(folder.path()).unwrap();
    let (mut log, _) = ReplayLog::open(&home, NOW).unwrap();
    log.append(&[record(1, NOW)]).unwrap();
    let path = folder.path().join("replay.log");
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    file.write_all(br#"{"session":"AQ"#).unwrap();
    let (mut log, records) = ReplayLog::open(&home, NOW).unwrap();
    assert_eq!(records, [record(1, NOW)]);
    log.append(&[record(2, NOW)]).unwrap();
    assert_eq!(ReplayLog::open(&home, NOW).unwrap().1.len(), 2);

    file = std::fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .unwrap();
    file.write_all(b"garbage\n").unwrap();
    let failure = ReplayLog::open(&home, NOW).unwrap_err();
    assert!(failure.error.contains("line 3"), "{failure}");
}

#[test]
fn an_option_names_the_home() {
    let folder = std::path::Path::new("somewhere");
    assert_eq!(locate(Some(folder)).unwrap(), folder);
}
