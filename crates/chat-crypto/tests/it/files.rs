use aes_gcm::aead::{Aead as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use chat_crypto::{FileError, FileKey, FileOpener, FileSealer};
use chat_identity::pae;
use chat_protocol::limits::{CHUNK, MAX_FILE};
use chat_protocol::{Blob, FileId};
use hkdf::Hkdf;
use sha2::Sha256;

const FILE: FileId = FileId([1; 16]);

fn content(size: usize) -> Vec<u8> {
    (1..=251).cycle().take(size).collect()
}

fn key() -> FileKey {
    FileKey::try_from(Blob(vec![5; 32])).unwrap()
}

fn sealed(size: usize) -> Vec<Vec<u8>> {
    let content = content(size);
    let mut sealer = FileSealer::new(&key(), &FILE, size as u64);
    let mut rest = content.as_slice();
    let mut chunks = Vec::new();
    while let Some(length) = sealer.next_len() {
        let (part, after) = rest.split_at(length);
        chunks.push(sealer.seal(part));
        rest = after;
    }
    assert!(rest.is_empty());
    assert_eq!(chunks.len(), sealer.chunks() as usize);
    chunks
}

fn opener(size: usize) -> FileOpener {
    FileOpener::new(&key(), &FILE, size as u64).unwrap()
}

#[test]
fn files_of_every_awkward_size_come_back() {
    for size in [
        0,
        1,
        255,
        256,
        257,
        CHUNK - 1,
        CHUNK,
        CHUNK + 1,
        3 * CHUNK + 5,
        40 * CHUNK + 1,
    ] {
        let mut opener = opener(size);
        let mut back = Vec::new();
        for chunk in sealed(size) {
            assert!(!opener.is_complete());
            assert!(chunk.len() <= CHUNK + 16);
            back.extend(opener.open(&chunk).unwrap());
        }
        assert!(opener.is_complete());
        assert_eq!(back.len(), size);
        assert!(back == content(size), "{size}");
    }
}

/// The construction a second time, from its description.
#[test]
fn a_file_sealed_from_the_description_opens() {
    let size = CHUNK as u64 + 1;
    let info = pae(&[b"chat/2 file", &FILE.0, &size.to_le_bytes()]);
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(Some(b"chat/2"), &[5; 32])
        .expand(&info, &mut derived)
        .unwrap();
    let cipher = Aes256Gcm::new(&derived.into());
    // Seven zeros, the chunk's number in four bytes, whether it is the last in one.
    let seal = |index: u8, last: u8, plain: &[u8]| {
        let nonce = Nonce::from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, index, last]);
        cipher.encrypt(&nonce, plain).unwrap()
    };
    let content = content(CHUNK + 1);
    let (first, rest) = content.split_at(CHUNK);
    // Padmé of 65537: the exponent 16 has five bits, so the lowest 16 - 5 bits become zero.
    let mut tail = rest.to_vec();
    tail.resize(2048, 0);

    let mut opener = opener(CHUNK + 1);
    assert_eq!(opener.open(&seal(0, 0, first)).unwrap(), first);
    assert_eq!(
        opener.open(&seal(1, 0, &tail)).unwrap_err(),
        FileError::Chunk(1)
    );
    let mut dirty = tail.clone();
    dirty[2047] = 1;
    assert_eq!(
        opener.open(&seal(1, 1, &dirty)).unwrap_err(),
        FileError::Chunk(1)
    );
    assert_eq!(opener.open(&seal(1, 1, &tail)).unwrap(), rest);
    assert!(opener.is_complete());
}

#[test]
fn lengths_say_only_the_bucket() {
    let total = |size| sealed(size).iter().map(Vec::len).sum::<usize>();
    assert_eq!(total(0), total(256));
    assert_eq!(total(3 * CHUNK + 5), total(3 * CHUNK + 2000));
    assert_ne!(total(CHUNK), total(2 * CHUNK));
}

#[test]
fn reordered_chunks_are_refused() {
    let size = 3 * CHUNK + 5;
    let chunks = sealed(size);
    for (index, chunk) in chunks.iter().enumerate().skip(1) {
        let error = opener(size).open(chunk).unwrap_err();
        assert_eq!(error, FileError::Chunk(0), "{index} first");
    }
    let mut opener = opener(size);
    opener.open(&chunks[0]).unwrap();
    assert_eq!(
        opener.open(&chunks[0]).unwrap_err(),
        FileError::Chunk(1),
        "again"
    );
    assert_eq!(
        opener.open(&chunks[2]).unwrap_err(),
        FileError::Chunk(1),
        "left out"
    );
}

#[test]
fn a_file_cut_short_is_never_complete() {
    let size = 3 * CHUNK + 5;
    let chunks = sealed(size);
    let mut whole = opener(size);
    for chunk in &chunks[..chunks.len() - 1] {
        whole.open(chunk).unwrap();
        assert!(!whole.is_complete());
    }
    // Claimed as a shorter file, its last whole chunk is no last chunk, and the key differs.
    let mut shorter = opener(3 * CHUNK);
    assert_eq!(shorter.open(&chunks[0]).unwrap_err(), FileError::Chunk(0));
}

#[test]
fn cut_and_extended_chunks_are_refused() {
    let size = 300;
    let chunk = sealed(size).remove(0);
    for length in 0..chunk.len() {
        let error = opener(size).open(&chunk[..length]).unwrap_err();
        assert_eq!(error, FileError::Chunk(0), "{length}");
    }
    let longer = [chunk.as_slice(), &[0]].concat();
    assert_eq!(opener(size).open(&longer).unwrap_err(), FileError::Chunk(0));
}

#[test]
fn a_chunk_after_the_last_one_is_refused() {
    let chunks = sealed(5);
    let mut opener = opener(5);
    opener.open(&chunks[0]).unwrap();
    assert_eq!(opener.open(&chunks[0]).unwrap_err(), FileError::TooMany(1));
    assert!(opener.is_complete());
}

#[test]
fn every_bit_flip_of_a_chunk_is_refused() {
    let chunk = sealed(5).remove(0);
    let mut opener = opener(5);
    for bit in 0..chunk.len() * 8 {
        let mut flipped = chunk.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            opener.open(&flipped).unwrap_err(),
            FileError::Chunk(0),
            "{bit}"
        );
    }
    assert_eq!(opener.open(&chunk).unwrap(), content(5));
}

#[test]
fn another_file_key_or_size_opens_nothing() {
    let chunk = sealed(5).remove(0);
    let other = FileKey::try_from(Blob(vec![6; 32])).unwrap();
    let wrong = [
        FileOpener::new(&key(), &FileId([2; 16]), 5),
        FileOpener::new(&other, &FILE, 5),
        FileOpener::new(&key(), &FILE, 6),
        FileOpener::new(&key(), &FILE, 4),
    ];
    for opener in wrong {
        assert_eq!(
            opener.unwrap().open(&chunk).unwrap_err(),
            FileError::Chunk(0)
        );
    }
}

#[test]
fn a_file_over_the_limit_is_refused_before_its_first_chunk() {
    FileOpener::new(&key(), &FILE, MAX_FILE).unwrap();
    let error = FileOpener::new(&key(), &FILE, MAX_FILE + 1).unwrap_err();
    assert_eq!(error, FileError::TooLarge(MAX_FILE + 1));
    FileOpener::new(&key(), &FILE, u64::MAX).unwrap_err();
}

#[test]
fn a_file_key_travels_as_32_bytes() {
    let key = FileKey::generate(&mut rand::rng());
    let blob = key.to_blob();
    assert_eq!(blob.0.len(), 32);
    assert_eq!(FileKey::try_from(&blob).unwrap().to_blob(), blob);
    assert_ne!(FileKey::generate(&mut rand::rng()).to_blob(), blob);
    for length in [0, 31, 33] {
        FileKey::try_from(Blob(vec![1; length])).unwrap_err();
    }
}

#[test]
fn a_part_of_another_length_is_a_fault_of_the_caller() {
    let caught = std::panic::catch_unwind(|| FileSealer::new(&key(), &FILE, 5).seal(b"four"));
    let fault = *caught.unwrap_err().downcast::<String>().unwrap();
    assert!(fault.contains("not the next chunk"), "{fault}");
}

#[test]
fn a_file_of_more_than_eight_gibibytes_goes_on_at_the_chunk_where_it_ended() {
    let size = 20 * 1024 * 1024 * 1024 + 5;
    let from = 200_000;
    let mut sealer = FileSealer::new(&key(), &FILE, size);
    let mut opener = FileOpener::new(&key(), &FILE, size).unwrap();
    assert!(sealer.skip_to(from) && opener.skip_to(from));
    let position = 200_000 * CHUNK as u64;
    assert!(position > 8 * 1024 * 1024 * 1024);
    assert_eq!((sealer.position(), opener.position()), (position, position));
    let sealed = sealer.seal(&content(CHUNK));
    // The chunk that would come if a count had lost what is above 8 GiB.
    let mut other = FileSealer::new(&key(), &FILE, size);
    assert!(other.skip_to(from - 131_072));
    let wrong = other.seal(&content(CHUNK));
    assert_eq!(opener.open(&wrong), Err(FileError::Chunk(from)));
    assert_eq!(opener.open(&sealed).unwrap(), content(CHUNK));
    assert_eq!(opener.position(), position + CHUNK as u64);
    // Neither goes back, nor beyond the end.
    let end = sealer.chunks();
    for to in [0, from, end, u32::MAX] {
        assert!(!sealer.skip_to(to) && !opener.skip_to(to), "{to}");
    }
    assert!(sealer.skip_to(end - 1));
    assert_eq!(sealer.position(), size, "the rest is padding");
}
