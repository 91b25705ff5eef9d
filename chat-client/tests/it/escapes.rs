use chat_client::escape::{escape, is_hidden, unescape, visible};
use proptest::prelude::{any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use proptest::strategy::Strategy;
use unicode_width::UnicodeWidthChar as _;

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

/// As people see it; what is an escape stands in brackets.
fn seen(text: &str) -> String {
    let pieces = visible(text).into_iter();
    let shown = pieces.map(|piece| match piece.is_escape {
        true => format!("[{}]", piece.text),
        false => piece.text,
    });
    shown.collect()
}

#[test]
fn letters_and_emoji_of_several_parts_are_shown_as_they_are() {
    let whole = [
        "a family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}, a heart \u{2764}\u{fe0f}\u{200d}\u{1f525}",
        "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
        "\u{915}\u{94d}\u{200d}\u{937}",
        "Vie\u{302}\u{323}t, C:\\new",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
        "two\nlines",
        "1\u{fe0f}\u{20e3} \u{2615}\u{fe0f} \u{2639}\u{fe0e} \u{1f237}\u{fe0f} \u{1f3f3}\u{fe0f}\u{200d}\u{1f308}",
        "\u{1f469}\u{1f3fd}\u{200d}\u{2764}\u{fe0f}\u{200d}\u{1f48b}\u{200d}\u{1f468}\u{1f3ff}",
    ];
    for text in whole {
        assert_eq!(seen(text), text);
    }
}

#[test]
fn what_could_deceive_is_an_escape_for_people_as_well() {
    let cases = [
        ("a\u{200d}b", "a[\\u{200d}]b"),
        ("pay\u{200c}pal", "pay[\\u{200c}]pal"),
        ("\x1b[2J", "[\\u{1b}][2J"),
        ("gpj.\u{202e}exe", "gpj.[\\u{202e}]exe"),
        (
            "\u{1f3f4}\u{e0061}\u{e007f}",
            "\u{1f3f4}[\\u{e0061}\\u{e007f}]",
        ),
        ("a\u{fe0f}", "a[\\u{fe0f}]"),
        ("\u{2764}\u{fe0f}\u{fe0f}", "\u{2764}\u{fe0f}[\\u{fe0f}]"),
        ("\u{6f22}\u{fe0f}", "\u{6f22}[\\u{fe0f}]"),
        ("\u{1820}\u{180b}", "\u{1820}[\\u{180b}]"),
        ("a\u{e0100}\u{301}", "a[\\u{e0100}\\u{301}]"),
        ("\u{301}a", "[\\u{301}]a"),
        ("a\u{e0100}", "a[\\u{e0100}]"),
        ("a\rb", "a[\\u{d}]b"),
    ];
    for (text, expected) in cases {
        assert_eq!(seen(text), expected);
    }
    let many = format!("z{}", "\u{301}".repeat(50));
    assert_eq!(seen(&many).matches("\\u{301}").count(), 44);
}

proptest! {
    #[test]
    fn nothing_that_a_terminal_obeys_is_shown_to_people(text in texts()) {
        for piece in visible(&text) {
            let obeyed = |c: char| c != '\n' && (c.is_control() || matches!(c, '\u{202a}'..='\u{202e}'));
            prop_assert!(!piece.text.chars().any(obeyed), "{piece:?}");
        }
    }
}

#[test]
fn every_character_without_a_width_of_its_own_is_an_escape() {
    for c in ('\0'..=char::MAX).filter(|c| c.width() == Some(0)) {
        assert_eq!(seen(&c.to_string()), format!("[{}]", c.escape_unicode()));
    }
    let ignored = "\u{1bca0}\u{2065}\u{1d173}\u{fff0}\u{e0fff}\u{180b}\u{fe00}";
    for c in ignored.chars() {
        let escape = c.escape_unicode();
        assert_eq!(seen(&format!("a{c}b")), format!("a[{escape}]b"));
        assert!(is_hidden(c), "{escape}");
    }
}

#[test]
fn a_chain_of_emoji_is_cut_where_it_is_longer_than_any_that_people_use() {
    for (chain, parts) in [
        ("\u{1f468}\u{200d}".repeat(9_000), '\u{1f468}'),
        (
            format!("\u{1f44d}{}", "\u{1f3fd}".repeat(9_000)),
            '\u{1f3fd}',
        ),
    ] {
        let shown = visible(&chain).into_iter().filter(|piece| !piece.is_escape);
        let shown: String = shown.map(|piece| piece.text).collect();
        assert!(shown.matches(parts).count() <= 6);
        assert!(!shown.ends_with('\u{200d}'));
    }
}
