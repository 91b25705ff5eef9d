//! The published vectors of files.

use chat_crypto::{FileKey, FileOpener, FileSealer, offer_digest};
use chat_protocol::{Blob, Content, Digest, FileAnswer, FileOffer};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// `docs/protocol/vectors/file.json`; bytes are base64url.
#[derive(Deserialize)]
struct Vector {
    offer: FileOffer,
    offer_statement: Blob,
    offer_digest: Digest,
    accepted: String,
    asked: String,
    checking: String,
    padded_size: usize,
    digests_of_sealed_chunks: Vec<Digest>,
}

fn vector() -> Vector {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = path.join("../../docs/protocol/vectors/file.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_published_offer_is_accepted_by_the_published_answer() {
    let vector = vector();
    assert_eq!(
        Digest(Sha256::digest(&vector.offer_statement.0).into()),
        vector.offer_digest
    );
    assert_eq!(offer_digest(&vector.offer), vector.offer_digest);
    let answers = [
        FileAnswer::Accepted {
            offer: vector.offer_digest,
            from: 1,
        },
        FileAnswer::Asked {},
        FileAnswer::Checking {},
    ];
    let file = vector.offer.file;
    for (answer, text) in answers
        .into_iter()
        .zip([vector.accepted, vector.asked, vector.checking])
    {
        let content = Content::FileAnswer { file, answer };
        assert_eq!(Content::decode(text.as_bytes()), Ok(content.clone()));
        assert_eq!(content.encode(), text.as_bytes());
    }
}

#[test]
fn the_published_chunks_are_those_of_the_published_file() {
    let Vector {
        offer,
        padded_size,
        digests_of_sealed_chunks,
        ..
    } = vector();
    let content: Vec<u8> = (0..=250).cycle().take(70_000).collect();
    assert_eq!(offer.sha256.0, Sha256::digest(&content).to_vec());
    let key = FileKey::try_from(&offer.key).unwrap();
    let mut sealer = FileSealer::new(&key, &offer.file, offer.size);
    let mut opener = FileOpener::new(&key, &offer.file, offer.size).unwrap();
    let mut rest = content.as_slice();
    let mut sealed_size = 0;
    for digest in digests_of_sealed_chunks {
        let (part, after) = rest.split_at(sealer.next_len().unwrap());
        let sealed = sealer.seal(part);
        assert_eq!(Digest(Sha256::digest(&sealed).into()), digest);
        assert_eq!(opener.open(&sealed).unwrap(), part);
        sealed_size += sealed.len() - 16;
        rest = after;
    }
    assert!(opener.is_complete());
    assert_eq!(sealed_size, padded_size);
}
