//! What client and relay find on their disk: somebody may have changed it, or a disk lost half of it.

use std::fs;
use std::path::Path;

use chat_client::home::{Home, Journal};
use chat_client::relays::Relays;
use chat_crypto::Identity;
use chat_server::Registry;

/// A time, Unix, in seconds.
const NOW: u64 = 1_800_000_000;

/// Keys, contacts and the journal are read or refused.
pub fn client_stores(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        // A passphrase would cost a second for each text.
        Identity::from_store(text, None).ok();
        Relays::from_json(text).ok();
    }
    in_a_directory(|directory| {
        fs::write(directory.join("journal.log"), bytes).expect("a file in memory");
        let Ok(home) = Home::open(directory) else {
            panic!("a home that nobody uses");
        };
        if let Ok((journal, account)) = Journal::open(home, NOW) {
            drop(journal);
            let home = Home::open(directory).expect("nobody uses it any more");
            let (_, again) = Journal::open(home, NOW).expect("what was tidied can be read");
            assert_eq!(again.entries(), account.entries());
        }
    });
}

/// The directory is read or refused, and what was refused is left as it was.
pub fn relay_stores(bytes: &[u8]) {
    in_a_directory(|directory| {
        let file = directory.join("directory.json");
        fs::write(&file, bytes).expect("a file in memory");
        Registry::open(directory).ok();
        assert_eq!(fs::read(&file).expect("it is still there"), bytes);
    });
}

/// In memory where the system has a place for that: a disk would take most of the time.
fn in_a_directory(work: impl FnOnce(&Path)) {
    let memory = Path::new("/dev/shm");
    let directory = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    work(directory.expect("a directory of our own").path());
}
