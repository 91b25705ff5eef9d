use chat_identity::SafetyNumber;
use chat_protocol::Name;

use crate::moduli::identity;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[test]
fn both_sides_compute_the_same_number() {
    let (alice, bob) = (name("alice"), name("bob"));
    let (a, b) = (identity(1), identity(2));
    let number = SafetyNumber::between((&alice, &a), (&bob, &b));
    assert_eq!(number, SafetyNumber::between((&bob, &b), (&alice, &a)));
}

#[test]
fn twelve_groups_of_five_digits() {
    let (alice, bob) = (name("alice"), name("bob"));
    let (a, b) = (identity(1), identity(2));
    let shown = SafetyNumber::between((&alice, &a), (&bob, &b)).to_string();
    let groups: Vec<&str> = shown.split(' ').collect();
    assert_eq!(groups.len(), 12);
    for group in groups {
        assert!(
            group.len() == 5 && group.bytes().all(|b| b.is_ascii_digit()),
            "{group}"
        );
    }
}

/// Computed apart from this code, by a few lines of another language.
#[test]
fn the_number_is_what_the_construction_says() {
    let (alice, bob) = (name("alice"), name("bob"));
    let (a, b) = (identity(1), identity(2));
    let number = SafetyNumber::between((&alice, &a), (&bob, &b));
    insta::assert_snapshot!(number, @"07458 45385 19641 05310 82312 81730 10312 43195 27101 39857 58828 14070");
}

#[test]
fn another_key_or_name_changes_its_half_alone() {
    let (alice, bob, eve) = (name("alice"), name("bob"), name("eve"));
    let (a, b, e) = (identity(1), identity(2), identity(3));
    let halves = |number: SafetyNumber| {
        let shown = number.to_string();
        let (first, second) = shown.split_at(36);
        [first.trim().to_owned(), second.trim().to_owned()]
    };
    let honest = halves(SafetyNumber::between((&alice, &a), (&bob, &b)));
    let others = [
        halves(SafetyNumber::between((&alice, &a), (&bob, &e))),
        halves(SafetyNumber::between((&alice, &e), (&bob, &b))),
        halves(SafetyNumber::between((&alice, &a), (&eve, &b))),
    ];
    for other in others {
        let kept = honest.iter().filter(|half| other.contains(half)).count();
        assert_eq!(kept, 1, "{honest:?} {other:?}");
    }
}
