//! What a log could get to see.

use chat_crypto::{FileKey, FileOpener, FileSealer, Receiver};
use chat_protocol::{Blob, FileId};

use crate::people::{NOW, alice, bob, sealed, session};

#[test]
fn an_identity_shows_its_public_half_alone() {
    let alice = alice();
    let fingerprint = alice.public().fingerprint();
    let expected =
        format!("Identity {{ public: PublicIdentity({fingerprint}), encryption_key: 1, .. }}");
    assert_eq!(format!("{alice:?}"), expected);
}

#[test]
fn an_export_shows_its_public_half_alone() {
    let shown = format!("{:?}", alice().to_pem());
    assert!(
        shown.contains("BEGIN PUBLIC KEY") && !shown.contains("PRIVATE"),
        "{shown}"
    );
}

#[test]
fn what_was_opened_shows_its_length_alone() {
    let (alice, bob) = (alice(), bob());
    let envelope = sealed(&alice, &bob, b"the vault code");
    let opened = Receiver::new().open(&bob, alice.public(), &envelope, NOW);
    let shown = format!("{:?}", opened.unwrap());
    assert!(
        shown.starts_with("Opened { bytes: 14, conversation: Private,"),
        "{shown}"
    );
    assert!(
        !shown.contains("vault") && !shown.contains("116, 104, 101"),
        "{shown}"
    );
}

#[test]
fn keys_of_files_and_sessions_are_not_shown() {
    let key = FileKey::try_from(Blob(vec![0xa5; 32])).unwrap();
    assert_eq!(format!("{key:?}"), "FileKey(..)");
    let file = FileId([0; 16]);
    let shown = [
        format!("{:?}", FileSealer::new(&key, &file, 5)),
        format!("{:?}", FileOpener::new(&key, &file, 5).unwrap()),
        format!("{:?}", session(&alice(), &bob())),
        format!("{:?}", Receiver::new()),
    ];
    for shown in shown {
        assert!(shown.ends_with(", .. }"), "{shown}");
        for secret in ["a5a5", "165, 165", "cipher", "stream", "wrap", "key:"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}
