use crate::people::{alice, bob};

#[test]
fn an_entry_opens_for_its_person_alone_and_only_as_it_was() {
    let key = alice().history_key();
    let entry = b"bob: the vault code is 1234";
    let sealed = key.seal(&mut rand::rng(), entry);
    assert_eq!(key.open(&sealed).unwrap().as_slice(), entry);
    assert_eq!(
        alice().history_key().open(&sealed).unwrap().as_slice(),
        entry
    );
    assert!(bob().history_key().open(&sealed).is_none());
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(key.open(&changed).is_none(), "byte {at}");
        assert!(key.open(&sealed[..at]).is_none(), "{at} bytes");
    }
    assert_ne!(sealed, key.seal(&mut rand::rng(), entry));
    assert_eq!(sealed.len(), key.seal(&mut rand::rng(), b"short").len());
}
