use std::sync::LazyLock;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chat_crypto::{Identity, Receiver, StoreError};

use chat_protocol::Fingerprint;
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use rsa::pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePublicKey as _};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Value, json};

use crate::people::{NOW, alice, bob, certificate_of, sealed, store_text};

static CLEAR: LazyLock<String> = LazyLock::new(|| store_text(0));

/// One encrypted store for all tests: making it takes a while on purpose.
static LOCKED: LazyLock<String> =
    LazyLock::new(|| alice().to_store(&mut rand::rng(), Some("correct horse")));

static ALICE: LazyLock<Fingerprint> = LazyLock::new(|| alice().public().fingerprint());

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What loading says about the clear store with one change.
fn changed(change: impl FnOnce(&mut Value)) -> StoreError {
    let mut store = parsed(&CLEAR);
    change(&mut store);
    Identity::from_store(&store.to_string(), None).unwrap_err()
}

#[test]
fn a_clear_store_comes_back_the_same() {
    let alice = alice();
    let text = alice.to_store(&mut rand::rng(), None);
    assert_eq!(parsed(&text), parsed(&CLEAR));
    let back = Identity::from_store(&text, Some("not needed")).unwrap();
    assert_eq!(back.public(), alice.public());
    assert_eq!(back.validity(NOW), alice.validity(NOW));
}

#[test]
fn an_encrypted_store_opens_with_its_pass_phrase_alone() {
    let back = Identity::from_store(&LOCKED, Some("correct horse")).unwrap();
    assert_eq!(back.public(), alice().public());
    let envelope = sealed(&bob(), &back, b"hello");
    Receiver::new()
        .open(&back, bob().public(), &envelope, NOW)
        .unwrap();

    let load = |pass_phrase| Identity::from_store(&LOCKED, pass_phrase).unwrap_err();
    assert_eq!(load(None), StoreError::NeedsPassPhrase);
    assert_eq!(load(Some("correct horsf")), StoreError::WrongPassPhrase);
    assert_eq!(load(Some("")), StoreError::WrongPassPhrase);
}

#[test]
fn an_encrypted_store_holds_nothing_in_clear() {
    let clear = parsed(&CLEAR);
    let secrets = [
        &clear["keys"]["identity"],
        &clear["keys"]["encryption"][0]["key"],
    ];
    for secret in secrets {
        let secret = secret.as_str().unwrap();
        assert!(CLEAR.contains(secret), "control");
        for start in (0..secret.len() - 16).step_by(16) {
            assert!(!LOCKED.contains(&secret[start..start + 16]));
        }
    }
    let again = alice().to_store(&mut rand::rng(), Some("correct horse"));
    assert_ne!(parsed(&again)["sealed"], parsed(&LOCKED)["sealed"]);
    assert_ne!(
        parsed(&again)["kdf"]["salt"],
        parsed(&LOCKED)["kdf"]["salt"]
    );
}

/// The construction a second time, from its description.
#[test]
fn an_encrypted_store_is_what_its_description_says() {
    let store = parsed(&LOCKED);
    let bytes = |value: &Value| URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap();
    let (salt, nonce) = (bytes(&store["kdf"]["salt"]), bytes(&store["nonce"]));
    let params = argon2::Params::new(64 * 1024, 3, 1, Some(32)).unwrap();
    let mut key = [0; 32];
    argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
        .hash_password_into(b"correct horse", &salt, &mut key)
        .unwrap();
    let number = |n: u64| n.to_le_bytes();
    let header = chat_identity::pae(&[
        b"chat/1 key store",
        &number(1),
        b"argon2id",
        &number(64 * 1024),
        &number(3),
        &number(1),
        &salt,
        &nonce,
    ]);
    let payload = Payload {
        msg: &bytes(&store["sealed"]),
        aad: &header,
    };
    let nonce: [u8; 12] = nonce.try_into().unwrap();
    let plain = Aes256Gcm::new(&key.into())
        .decrypt(&Nonce::from(nonce), payload)
        .unwrap();
    let plain: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(plain, parsed(&CLEAR)["keys"]);
}

#[test]
fn a_changed_head_of_an_encrypted_store_is_refused() {
    let load = |change: fn(&mut Value)| {
        let mut store = parsed(&LOCKED);
        change(&mut store);
        Identity::from_store(&store.to_string(), Some("correct horse")).unwrap_err()
    };
    assert_eq!(
        load(|s| s["kdf"]["passes"] = json!(2)),
        StoreError::WrongPassPhrase
    );
    assert_eq!(
        load(|s| s["nonce"] = json!("AAAAAAAAAAAAAAAA")),
        StoreError::WrongPassPhrase
    );
    assert_eq!(load(|s| s["nonce"] = json!("AAAA")), StoreError::Malformed);
    assert_eq!(
        load(|s| s["sealed"] = json!("")),
        StoreError::WrongPassPhrase
    );
}

#[test]
fn costs_out_of_bounds_are_refused_without_paying_them() {
    let load = |field: &str, value: Value| {
        let mut store = parsed(&LOCKED);
        store["kdf"][field] = value;
        Identity::from_store(&store.to_string(), Some("correct horse")).unwrap_err()
    };
    for memory in [0, 8, 262_145, u32::MAX] {
        assert_eq!(load("memory_kib", json!(memory)), StoreError::Malformed);
    }
    for passes in [0, 11, u32::MAX] {
        assert_eq!(load("passes", json!(passes)), StoreError::Malformed);
    }
    for lanes in [0, 5, u32::MAX] {
        assert_eq!(load("lanes", json!(lanes)), StoreError::Malformed);
    }
    assert_eq!(load("salt", json!("AAAA")), StoreError::Malformed);
    assert_eq!(load("algorithm", json!("md5")), StoreError::Malformed);
}

#[test]
fn what_is_no_store_is_said_so() {
    for text in ["", "{}", "null", "[]", "hello", "{\"version\":1}"] {
        let error = Identity::from_store(text, None).unwrap_err();
        assert_eq!(error, StoreError::Malformed, "{text}");
    }
    let huge = " ".repeat(300_000) + &CLEAR;
    assert_eq!(
        Identity::from_store(&huge, None).unwrap_err(),
        StoreError::Malformed
    );
    assert_eq!(
        changed(|s| s["version"] = json!(2)),
        StoreError::UnknownVersion(2)
    );
    let later = Identity::from_store("{\"version\":7,\"all\":\"new\"}", None);
    assert_eq!(later.unwrap_err(), StoreError::UnknownVersion(7));
}

#[test]
fn a_store_that_holds_whole_certificates_is_still_read() {
    let mut store = parsed(&CLEAR);
    let key = &mut store["keys"]["encryption"][0];
    let mut certificate = key["validity"].take();
    certificate["key"] = json!("MIIB");
    certificate["signature"] = json!("AAAA");
    key.as_object_mut().unwrap().remove("validity");
    key["certificate"] = certificate;
    let read = Identity::from_store(&store.to_string(), None).unwrap();
    assert_eq!(read.validity(NOW), alice().validity(NOW));
}

#[test]
fn keys_that_are_missing_or_used_twice_make_no_identity() {
    let identity = |s: &mut Value| {
        s["keys"]["encryption"][0]["key"] = s["keys"]["identity"].clone();
    };
    assert_eq!(changed(identity), StoreError::Malformed);
    let never = |s: &mut Value| {
        s["keys"]["encryption"][0]["validity"]["not_after"] = json!(1);
        s["keys"]["encryption"][0]["validity"]["not_before"] = json!(2);
    };
    assert_eq!(changed(never), StoreError::Malformed);
    assert_eq!(
        changed(|s| s["keys"]["encryption"] = json!([])),
        StoreError::Malformed
    );
    let twice = |s: &mut Value| {
        let one = s["keys"]["encryption"][0].clone();
        s["keys"]["encryption"] = json!([one, one]);
    };
    assert_eq!(changed(twice), StoreError::Malformed);
}

#[test]
fn an_export_is_read_by_others() {
    let alice = alice();
    let pem = alice.to_pem();
    let identity = RsaPrivateKey::from_pkcs8_pem(&pem.identity_private).unwrap();
    let public = RsaPublicKey::from_public_key_pem(&pem.identity_public).unwrap();
    assert_eq!(identity.to_public_key(), public);
    let spki = public.to_public_key_der().unwrap();
    assert_eq!(spki.as_bytes(), alice.public().spki());

    let encryption = RsaPrivateKey::from_pkcs8_pem(&pem.encryption_private).unwrap();
    let public = RsaPublicKey::from_public_key_pem(&pem.encryption_public).unwrap();
    assert_eq!(encryption.to_public_key(), public);
    let spki = public.to_public_key_der().unwrap();
    assert_eq!(spki.as_bytes(), certificate_of(&alice).key.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens to the text, it is the same identity or an error.
    #[test]
    fn a_changed_store_never_panics(
        place in any::<proptest::sample::Index>(),
        with in "[ -~]{0,3}",
        removed in 0_usize..3,
    ) {
        let start = place.index(CLEAR.len());
        let end = (start + removed).min(CLEAR.len());
        let text = [&CLEAR[..start], with.as_str(), &CLEAR[end..]].concat();
        if let Ok(identity) = Identity::from_store(&text, None) {
            prop_assert_eq!(identity.public().fingerprint(), *ALICE);
        }
    }

    /// The same for the numbers inside of a private key.
    #[test]
    fn a_changed_private_key_never_panics(
        place in any::<proptest::sample::Index>(),
        with in any::<u8>(),
        length in 1_usize..200,
    ) {
        let mut store = parsed(&CLEAR);
        let key = &mut store["keys"]["identity"];
        let mut der = URL_SAFE_NO_PAD.decode(key.as_str().unwrap()).unwrap();
        let start = place.index(der.len());
        let end = (start + length).min(der.len());
        der[start..end].fill(with);
        *key = json!(URL_SAFE_NO_PAD.encode(&der));
        if let Ok(identity) = Identity::from_store(&store.to_string(), None) {
            prop_assert_eq!(identity.public().fingerprint(), *ALICE);
        }
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,200}") {
        Identity::from_store(&text, None).expect_err("no identity by chance");
    }
}
