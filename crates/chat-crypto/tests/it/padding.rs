use std::sync::{LazyLock, Mutex};

use chat_crypto::{Identity, Receiver, SendingSession, padded_len};
use chat_protocol::Conversation;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use crate::people::{NOW, alice, bob, session};

#[test]
fn small_contents_fall_into_few_buckets() {
    let lengths = [0, 1, 255, 256, 511, 512, 1023, 1024, 2047, 2048, 4095, 4096];
    let padded = lengths.map(|len| format!("{len} -> {}", padded_len(len)));
    insta::assert_snapshot!(padded.join("\n"), @r"
    0 -> 256
    1 -> 256
    255 -> 256
    256 -> 512
    511 -> 512
    512 -> 1024
    1023 -> 1024
    1024 -> 2048
    2047 -> 2048
    2048 -> 4096
    4095 -> 4096
    4096 -> 4352
    ");
}

#[test]
fn a_length_at_the_end_of_the_numbers_gets_an_answer() {
    assert_eq!(padded_len(usize::MAX), usize::MAX);
}

/// Sealing and opening costs no RSA after the first message.
struct Path {
    me: Identity,
    sender: Identity,
    session: SendingSession,
    receiver: Receiver,
}

static PATH: LazyLock<Mutex<Path>> = LazyLock::new(|| {
    let (sender, me) = (alice(), bob());
    let session = session(&sender, &me);
    Mutex::new(Path {
        me,
        sender,
        session,
        receiver: Receiver::new(),
    })
});

proptest! {
    #[test]
    fn a_content_is_never_shorter_and_at_most_an_eighth_longer(len in 0_usize..100_000_000) {
        let padded = padded_len(len);
        prop_assert!(padded > len);
        prop_assert!(padded <= 256.max(2 * len) && (len < 4096 || padded <= len + len / 8));
        prop_assert!(padded_len(len + 1) >= padded);
        prop_assert_eq!(padded_len(padded - 1), padded);
    }

    #[test]
    fn any_content_comes_back(content in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let mut path = PATH.lock().unwrap();
        let Path { me, sender, session, receiver } = &mut *path;
        let envelope = session.seal(Conversation::Private, &content, NOW).unwrap();
        prop_assert_eq!(envelope.ciphertext.len(), padded_len(content.len()) + 16);
        let opened = receiver.open(me, sender.public(), &envelope, NOW).unwrap();
        prop_assert_eq!(opened.content.as_slice(), content);
    }
}
