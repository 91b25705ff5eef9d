use chat_protocol::{InvalidName, Name};
use proptest::prelude::*;

#[test]
fn names_are_short_lower_case_and_begin_with_a_letter_or_digit() {
    for good in ["a", "7", "alice", "user_1-x", &"a".repeat(32)] {
        assert_eq!(
            good.parse::<Name>().map(|name| name.to_string()),
            Ok(good.to_owned())
        );
    }
    let wrong = |text: &str| text.parse::<Name>().unwrap_err();
    assert_eq!(wrong(""), InvalidName::Empty);
    assert_eq!(wrong(&"a".repeat(33)), InvalidName::TooLong(33));
    assert_eq!(wrong("Alice"), InvalidName::Character('A'));
    assert_eq!(
        wrong("аlice"),
        InvalidName::Character('а'),
        "a Cyrillic letter"
    );
    assert_eq!(wrong("a b"), InvalidName::Character(' '));
    assert_eq!(wrong("../x"), InvalidName::Character('.'));
    assert_eq!(wrong("-rf"), InvalidName::Start('-'));
    assert_eq!(wrong("_x"), InvalidName::Start('_'));
}

#[test]
fn a_bad_name_in_json_is_an_error() {
    assert!(serde_json::from_str::<Name>("\"alice\"").is_ok());
    assert!(serde_json::from_str::<Name>("\"Alice\"").is_err());
}

proptest! {
    #[test]
    fn what_parses_is_kept_to_the_letter(text in "\\PC{0,40}") {
        if let Ok(name) = text.parse::<Name>() {
            prop_assert_eq!(name.as_str(), text);
        }
    }
}
