//! Toy ciphers with one fault each, and honest ones in other clothes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng as _};
use sha2::{Digest as _, Sha256};

use super::{Examined, SentBytes, Span, blocks, characters, keystream, powers, repeats};
use timeline::StepId;

mod keys;

/// How the bytes of a ciphertext travel.
#[derive(Clone, Copy, Debug)]
enum Wrapped {
    /// Behind a header, as they are.
    Raw,
    /// As a field of a line of JSON.
    Base64,
    Hex,
}

const WRAPPED: [Wrapped; 3] = [Wrapped::Raw, Wrapped::Base64, Wrapped::Hex];

/// What one client sends, text by text, all to one recipient.
struct Client {
    random: StdRng,
    wrapped: Wrapped,
    /// Step, text and bytes.
    sent: Vec<(StepId, String, Vec<u8>)>,
}

impl Client {
    fn new(wrapped: Wrapped, seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            wrapped,
            sent: Vec::new(),
        }
    }

    fn random(&mut self, bytes: usize) -> Vec<u8> {
        let mut random = vec![0; bytes];
        self.random.fill_bytes(&mut random);
        random
    }

    /// One message, with what an honest one has around it.
    fn send(&mut self, text: &str, ciphertext: &[u8]) {
        let number = self.sent.len() + 1;
        let second = 1_763_720_000 + number / 2;
        let header = format!(
            r#"{{"t":"send","to":"bob","id":{number},"time":{second},"size":{},"session":"n2Qm3kKQ9wZ8","body":"#,
            ciphertext.len()
        );
        let mut bytes = match self.wrapped {
            Wrapped::Raw => [header.as_bytes(), b"raw}", ciphertext].concat(),
            Wrapped::Base64 => {
                format!("{header}\"{}\"}}\n", STANDARD.encode(ciphertext)).into_bytes()
            }
            Wrapped::Hex => format!("{header}\"{}\"}}\n", hex(ciphertext)).into_bytes(),
        };
        bytes.extend(b"{\"t\":\"ping\",\"padding\":\"................\"}\n{\"t\":\"ping\",\"padding\":\"................\"}\n");
        self.sent
            .push((StepId(number.to_string()), text.to_owned(), bytes));
    }

    fn examine(&self, detector: impl Fn(&[Span<'_>]) -> Examined) -> Vec<String> {
        let mut at = 0;
        let mut spans = Vec::new();
        for (step, text, bytes) in &self.sent {
            spans.push(Span {
                link: "alice",
                to: Some("bob"),
                step,
                text,
                at,
                bytes,
            });
            at += bytes.len();
        }
        let examined = detector(&spans);
        assert!(examined.compared > 0, "{}", examined.lacking);
        examined.found.into_iter().map(|found| found.what).collect()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A block of so many bytes that depends on everything before it.
fn block(parts: &[&[u8]], size: usize) -> Vec<u8> {
    Sha256::digest(parts.concat())[..size].to_vec()
}

/// Counter mode.
fn counter(nonce: &[u8], text: &[u8]) -> Vec<u8> {
    let blocks = text.chunks(32).enumerate();
    blocks
        .flat_map(|(n, chunk)| {
            let pad = block(&[b"key", nonce, &n.to_le_bytes()], 32);
            let bytes: Vec<u8> = chunk.iter().zip(pad).map(|(a, b)| a ^ b).collect();
            bytes
        })
        .collect()
}

/// Each block for itself, filled up with zeros.
fn ecb(text: &[u8], size: usize) -> Vec<u8> {
    let blocks = text.chunks(size);
    blocks
        .flat_map(|chunk| block(&[b"key", chunk, &vec![0; size - chunk.len()]], size))
        .collect()
}

const SAME: &str = "yes, the answer is QXZVKW-amber-falcon-0417";
const OTHER: &str = "yes, the answer is QXZVKW-river-monkey-9035";

fn repeating() -> String {
    format!("{SAME} {}", "A".repeat(64))
}

#[test]
fn a_deterministic_cipher_is_seen_when_a_text_comes_again() {
    for wrapped in WRAPPED {
        let mut client = Client::new(wrapped, 1);
        for text in [SAME, OTHER, SAME] {
            let ciphertext = counter(text.as_bytes(), text.as_bytes());
            client.send(text, &ciphertext);
        }
        assert_eq!(
            client.examine(repeats::examine),
            ["text of step 3"],
            "{wrapped:?}"
        );
    }
}

#[test]
fn a_fresh_nonce_hides_that_a_text_comes_again() {
    for wrapped in WRAPPED {
        let mut client = Client::new(wrapped, 2);
        for text in [SAME, OTHER, SAME] {
            let nonce = client.random(12);
            let ciphertext = [&nonce[..], &counter(&nonce, text.as_bytes())].concat();
            client.send(text, &ciphertext);
        }
        let nothing: [&str; 0] = [];
        assert_eq!(client.examine(repeats::examine), nothing, "{wrapped:?}");
        assert_eq!(client.examine(keystream::examine), nothing, "{wrapped:?}");
    }
}

#[test]
fn equal_texts_are_compared_only_around_another_one_of_their_length() {
    let longer = format!("{OTHER}!");
    for texts in [
        [SAME, SAME, OTHER],
        [SAME, OTHER, OTHER],
        [SAME, &longer, SAME],
    ] {
        let steps: Vec<StepId> = (0..3).map(|n| StepId(n.to_string())).collect();
        let spans: Vec<Span<'_>> = texts
            .iter()
            .zip(&steps)
            .enumerate()
            .map(|(n, (text, step))| Span {
                link: "alice",
                to: None,
                step,
                text,
                at: n * 50,
                bytes: &[0; 50],
            })
            .collect();
        assert_eq!(repeats::examine(&spans).compared, 0, "{texts:?}");
    }
}

#[test]
fn blocks_without_chaining_repeat_where_the_text_does() {
    let long = "so they talked and talked and ".repeat(20);
    for wrapped in WRAPPED {
        for size in [16, 8] {
            for text in [&repeating(), &long] {
                let mut client = Client::new(wrapped, 3);
                client.send(OTHER, &ecb(OTHER.as_bytes(), size));
                client.send(text, &ecb(text.as_bytes(), size));
                assert_eq!(
                    client.examine(blocks::examine),
                    ["text of step 2"],
                    "{wrapped:?} {size} {text}"
                );
            }
        }
    }
}

#[test]
fn a_header_that_repeats_in_every_message_is_no_trace_of_blocks() {
    let text = repeating();
    for wrapped in WRAPPED {
        let mut client = Client::new(wrapped, 4);
        let header = client.random(16).repeat(4);
        for text in [OTHER, &text] {
            let nonce = client.random(12);
            let ciphertext = [&header, &counter(&nonce, text.as_bytes())[..], &[0; 64]].concat();
            client.send(text, &ciphertext);
        }
        let nothing: [&str; 0] = [];
        assert_eq!(client.examine(blocks::examine), nothing, "{wrapped:?}");
    }
}

#[test]
fn a_nonce_used_twice_is_seen_in_two_different_texts() {
    for wrapped in WRAPPED {
        let mut client = Client::new(wrapped, 5);
        for text in [SAME, "something else", OTHER] {
            // Whatever stands before it, and however long that is.
            let before = client.random(text.len() % 7);
            let ciphertext = [before, counter(b"again", text.as_bytes())].concat();
            client.send(text, &ciphertext);
        }
        assert_eq!(
            client.examine(keystream::examine),
            ["text of step 3"],
            "{wrapped:?}"
        );
    }
}

#[test]
fn plaintext_and_short_keys_are_not_called_a_keystream() {
    for key in [&b"\0"[..], b"k", b"secret key"] {
        let mut client = Client::new(Wrapped::Raw, 6);
        for text in [SAME, OTHER] {
            let key = key.iter().cycle();
            let ciphertext: Vec<u8> = text.bytes().zip(key).map(|(a, b)| a ^ b).collect();
            client.send(text, &ciphertext);
        }
        let nothing: [&str; 0] = [];
        assert_eq!(client.examine(keystream::examine), nothing, "{key:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever the nonces are and however long the messages: no trace of an honest cipher.
    #[test]
    fn honest_traffic_has_no_trace(seed in any::<u64>(), padded in 0_usize..600) {
        for wrapped in WRAPPED {
            let mut client = Client::new(wrapped, seed);
            let wrap = client.random(200);
            let long = repeating();
            for text in [SAME, OTHER, &long, SAME, OTHER, &long] {
                let nonce = client.random(12);
                let text_padded = [text.as_bytes(), &vec![0; padded]].concat();
                let sealed = counter(&nonce, &text_padded);
                client.send(text, &[&wrap[..], &nonce, &sealed].concat());
            }
            let detectors = [repeats::examine, blocks::examine, keystream::examine, characters::examine];
            for detector in detectors {
                prop_assert_eq!(client.examine(detector), Vec::<String>::new());
            }
        }
    }
}
