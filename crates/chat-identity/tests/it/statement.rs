use chat_identity::{Channel, Statement, pae, session_binding, verify_relay};
use chat_protocol::{Blob, Certificate, Fingerprint, Name, Nonce, RelayKey, SessionId};
use ed25519_dalek::{Signer as _, SigningKey};

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn certificate() -> Certificate {
    Certificate {
        number: 1,
        key: Blob(vec![1, 2]),
        not_before: 3,
        not_after: 4,
        signature: Blob(vec![5]),
    }
}

fn login(relay: &str, name: &str, nonces: [u8; 2], certificate: &Certificate) -> Statement {
    login_on(&Channel::Plain, relay, name, nonces, certificate)
}

fn login_on(
    channel: &Channel,
    relay: &str,
    name: &str,
    nonces: [u8; 2],
    certificate: &Certificate,
) -> Statement {
    let [relay_nonce, client_nonce] = nonces.map(|n| Nonce([n; 32]));
    let (me, key) = (Fingerprint([9; 32]), RelayKey([8; 32]));
    Statement::login(
        (relay, &key, channel),
        &relay_nonce,
        &client_nonce,
        name,
        &me,
        certificate,
    )
}

#[test]
fn parts_are_counted_and_measured() {
    assert_eq!(pae(&[]), [0; 8]);
    let expected = [
        &2_u64.to_le_bytes()[..],
        &1_u64.to_le_bytes(),
        b"a",
        &0_u64.to_le_bytes(),
    ];
    assert_eq!(pae(&[b"a", b""]), expected.concat());
}

#[test]
fn moving_a_byte_between_parts_changes_the_bytes() {
    assert_ne!(pae(&[b"ab", b"c"]), pae(&[b"a", b"bc"]));
    assert_ne!(pae(&[b"abc"]), pae(&[b"abc", b""]));
}

#[test]
fn every_value_of_a_login_is_signed() {
    let base = login("relay", "alice", [1, 2], &certificate());
    let changed = |change: fn(&mut Certificate)| {
        let mut certificate = certificate();
        change(&mut certificate);
        login("relay", "alice", [1, 2], &certificate)
    };
    let elsewhere = Statement::login(
        ("relay", &RelayKey([7; 32]), &Channel::Plain),
        &Nonce([1; 32]),
        &Nonce([2; 32]),
        "alice",
        &Fingerprint([9; 32]),
        &certificate(),
    );
    let on = |secret| {
        login_on(
            &Channel::Tls(secret),
            "relay",
            "alice",
            [1, 2],
            &certificate(),
        )
    };
    assert_ne!(on([1; 32]), on([2; 32]));
    let others = [
        elsewhere,
        on([1; 32]),
        login("relay2", "alice", [1, 2], &certificate()),
        login("relay", "alicia", [1, 2], &certificate()),
        login("relay", "alice", [3, 2], &certificate()),
        login("relay", "alice", [1, 3], &certificate()),
        login("relay", "alice", [2, 1], &certificate()),
        changed(|c| c.number = 2),
        changed(|c| c.key.0.push(0)),
        changed(|c| c.not_before = 0),
        changed(|c| c.not_after = 5),
        changed(|c| c.signature.0.clear()),
    ];
    for other in others {
        assert_ne!(base, other);
    }
}

#[test]
fn every_value_of_a_challenge_is_signed_and_by_the_relay_alone() {
    let secret = SigningKey::from_bytes(&[1; 32]);
    let key = RelayKey(secret.verifying_key().to_bytes());
    let (one, two) = (Nonce([1; 32]), Nonce([2; 32]));
    let plain = &Channel::Plain;
    let base = Statement::challenge(("relay", &key, plain), &one, &two);
    let signature = secret.sign(base.as_bytes()).to_bytes();
    verify_relay(&key, &base, &signature).unwrap();
    let others = [
        Statement::challenge(("other", &key, plain), &one, &two),
        Statement::challenge(("relay", &RelayKey([3; 32]), plain), &one, &two),
        Statement::challenge(("relay", &key, &Channel::Tls([0; 32])), &one, &two),
        Statement::challenge(("relay", &key, plain), &two, &two),
        Statement::challenge(("relay", &key, plain), &one, &one),
    ];
    for other in others {
        verify_relay(&key, &other, &signature).unwrap_err();
    }
    verify_relay(&key, &base, &signature[1..]).unwrap_err();
    // The neutral element, under which one signature fits everything.
    let mut weak = [0; 32];
    weak[0] = 1;
    let mut forged = [0; 64];
    forged[0] = 1;
    verify_relay(&RelayKey(weak), &base, &forged).unwrap_err();
}

#[test]
fn every_value_of_a_certificate_is_signed() {
    let (a, b) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
    let of = |name: &str, owner, number, key, from, to| {
        Statement::certificate(&self::name(name), owner, number, key, from, to)
    };
    let base = of("alice", &a, 1, b"key", 2, 3);
    let others = [
        of("alicia", &a, 1, b"key", 2, 3),
        of("alice", &b, 1, b"key", 2, 3),
        of("alice", &a, 2, b"key", 2, 3),
        of("alice", &a, 1, b"kez", 2, 3),
        of("alice", &a, 1, b"key", 1, 3),
        of("alice", &a, 1, b"key", 2, 4),
    ];
    assert!(others.iter().all(|other| *other != base));
}

#[test]
fn every_value_of_a_session_is_signed_and_bound() {
    let (a, b) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
    let (s, t) = (SessionId([3; 16]), SessionId([4; 16]));
    let base = Statement::session(&a, &b, 1, &s, 5, b"wrap");
    assert_ne!(base, Statement::session(&b, &a, 1, &s, 5, b"wrap"));
    assert_ne!(base, Statement::session(&a, &b, 2, &s, 5, b"wrap"));
    assert_ne!(base, Statement::session(&a, &b, 1, &t, 5, b"wrap"));
    assert_ne!(base, Statement::session(&a, &b, 1, &s, 6, b"wrap"));
    assert_ne!(base, Statement::session(&a, &b, 1, &s, 5, b"warp"));

    let base = session_binding(&a, &b, 1, &s, 5);
    assert_ne!(base, session_binding(&b, &a, 1, &s, 5));
    assert_ne!(base, session_binding(&a, &b, 2, &s, 5));
    assert_ne!(base, session_binding(&a, &b, 1, &t, 5));
    assert_ne!(base, session_binding(&a, &b, 1, &s, 6));
}

#[test]
fn statements_begin_with_their_domain() {
    let (a, b) = (Fingerprint([1; 32]), Fingerprint([2; 32]));
    let session = SessionId([3; 16]);
    let domain = |bytes: &[u8]| {
        let length = usize::from(bytes[8]);
        String::from_utf8(bytes[16..16 + length].to_vec()).unwrap()
    };
    let domains = [
        domain(
            Statement::challenge(
                ("r", &RelayKey([1; 32]), &Channel::Plain),
                &Nonce([1; 32]),
                &Nonce([2; 32]),
            )
            .as_bytes(),
        ),
        domain(login("relay", "alice", [1, 2], &certificate()).as_bytes()),
        domain(Statement::certificate(&name("a"), &a, 1, b"key", 0, 1).as_bytes()),
        domain(Statement::session(&a, &b, 1, &session, 5, b"wrap").as_bytes()),
        domain(&session_binding(&a, &b, 1, &session, 5)),
    ];
    insta::assert_snapshot!(domains.join("\n"), @r"
    chat/2 challenge
    chat/2 login
    chat/2 encryption key
    chat/2 key session
    chat/2 secret
    ");
}
