use chat_client::escape::{escape, is_hidden, unescape};
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy;

/// Any text, with more of the dangerous characters than chance would bring.
fn texts() -> impl Strategy<Value = String> {
    let nasty = proptest::sample::select(
        "\\\n\r\t\u{1b}\u{9b}\u{7f}\u{202e}\u{200d}\u{2028}nu{}"
            .chars()
            .collect::<Vec<_>>(),
    );
    proptest::collection::vec(prop_oneof![any::<char>(), nasty], 0..60)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn escaping_is_reversible(text in texts()) {
        prop_assert_eq!(unescape(&escape(&text)).unwrap(), text);
    }

    #[test]
    fn nothing_hidden_comes_out(text in texts()) {
        let escaped = escape(&text);
        prop_assert!(!escaped.chars().any(is_hidden), "{escaped:?}");
    }

    #[test]
    fn unescaping_never_panics(text in texts()) {
        drop(unescape(&text));
    }
}

#[test]
fn terminal_sequences_become_visible() {
    let cases = [
        ("\x1b[2J", r"\u{1b}[2J"),
        ("\x1b]52;c;ZXZpbA==\x07", r"\u{1b}]52;c;ZXZpbA==\u{7}"),
        ("gpj.\u{202e}exe", r"gpj.\u{202e}exe"),
        ("a\nbob: b", r"a\nbob: b"),
        (r"C:\new", r"C:\\new"),
        ("Grüße, 世界 🎉", "Grüße, 世界 🎉"),
    ];
    for (text, expected) in cases {
        assert_eq!(escape(text), expected);
    }
}

#[test]
fn a_backslash_that_begins_no_escape_is_an_error() {
    for text in [
        r"\",
        r"\x",
        r"\u",
        r"\u{",
        r"\u{}",
        r"\u{1b",
        r"\u{110000}",
        r"\u{d800}",
        r"\u{+1}",
        r"\u{0000001}",
    ] {
        assert!(unescape(text).is_err(), "{text}");
    }
}
