//! What other people's clients send, and what of it reaches a screen.

use chat_client::escape;
use chat_crypto::{FileKey, FileOpener};
use chat_identity::PublicIdentity;
use chat_protocol::{Blob, FileId};

/// A key that is accepted is the bytes that were given.
pub fn identities(bytes: &[u8]) {
    if let Ok(identity) = PublicIdentity::from_spki(bytes) {
        assert_eq!(identity.spki(), bytes);
    }
}

/// No chunk opens that nobody sealed.
pub fn files(bytes: &[u8]) {
    let Some((size, chunk)) = bytes.split_first_chunk::<8>() else {
        return;
    };
    let key = FileKey::try_from(Blob(vec![7; 32])).expect("a key has 32 bytes");
    let file = FileId([1; 16]);
    if let Ok(mut opener) = FileOpener::new(&key, &file, u64::from_be_bytes(*size)) {
        assert!(opener.chunks() > 0);
        assert!(opener.open(chunk).is_err());
        assert!(!opener.is_complete());
    }
}

/// Text of others does nothing to a terminal, and programs get it back as it was.
pub fn terminal_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let escaped = escape::escape(&text);
    assert!(!escaped.chars().any(escape::is_hidden), "{escaped:?}");
    assert_eq!(escape::unescape(&escaped).as_deref(), Ok(&*text));
    escape::unescape(&text).ok();
    for piece in escape::visible(&text) {
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!piece.text.chars().any(obeyed), "{piece:?}");
        let reordering = ['\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
        let reorders = |c: char| reordering.iter().any(|range| range.contains(&c));
        assert!(!piece.text.chars().any(reorders), "{piece:?}");
    }
    let shown = timeline::visible(&text);
    assert!(!shown.chars().any(timeline::is_hidden), "{shown:?}");
}
