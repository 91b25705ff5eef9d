use chat_client::locale::Locale;
use chat_client::session::{Command, Sought, Topic};

use crate::hall::name;

/// Why a line is no command, for programs.
#[derive(Debug, PartialEq, Eq)]
struct Code(String);

fn parse(line: &str) -> Result<Command, Code> {
    Command::parse(line, true).map_err(|refusal| Code(refusal.code))
}

fn say(text: &str) -> Result<Command, Code> {
    let text = text.to_owned();
    Ok(Command::Say { text })
}

#[test]
fn commands_are_read_with_their_arguments() {
    let to_bob = |text: &str| Command::Msg {
        to: name("bob"),
        text: text.to_owned(),
    };
    let file = |path: &str| Command::File {
        to: name("bob"),
        path: path.to_owned(),
    };
    let verify = |compared| Command::Verify {
        name: name("bob"),
        compared,
    };
    assert_eq!(parse("hello  all "), say("hello  all "));
    assert_eq!(parse("/say hello"), say("hello"));
    assert_eq!(parse("//quit"), say("/quit"));
    assert_eq!(parse("/msg bob  hi /who"), Ok(to_bob(" hi /who")));
    assert_eq!(parse("/file bob my plan.pdf"), Ok(file("my plan.pdf")));
    assert_eq!(parse("/verify bob"), Ok(verify(false)));
    assert_eq!(parse("/verify bob yes"), Ok(verify(true)));
    assert_eq!(
        parse("/trust bob 12345 67890 "),
        Ok(Command::Trust {
            name: name("bob"),
            number: "12345 67890".to_owned()
        })
    );
    let history = |with: Option<&str>, count| {
        let with = with.map(name);
        Command::History(Sought {
            with,
            ..Sought::last(count)
        })
    };
    assert_eq!(parse("/history"), Ok(history(None, 20)));
    assert_eq!(parse("/history 5"), Ok(history(None, 5)));
    assert_eq!(parse("/history bob"), Ok(history(Some("bob"), 20)));
    assert_eq!(parse("/history bob 5"), Ok(history(Some("bob"), 5)));
    let words = Some("the vault".to_owned());
    let search = Command::History(Sought {
        words,
        ..Sought::last(20)
    });
    assert_eq!(parse("/search the vault "), Ok(search));
    assert_eq!(parse("/msg   bob hi"), Ok(to_bob("hi")));
    assert_eq!(parse("/who "), Ok(Command::Who));
    assert_eq!(parse("/quit"), Ok(Command::Quit));
    assert_eq!(parse("/help"), Ok(Command::Help { topic: None }));
    let about_msg = Command::Help {
        topic: Some(Topic::Msg),
    };
    assert_eq!(parse("/help /msg"), Ok(about_msg));
}

#[test]
fn wrong_lines_are_refused_with_a_code() {
    let cases = [
        ("", "empty"),
        ("   ", "empty"),
        ("/say", "empty"),
        ("/msg bob", "empty"),
        ("/msg", "usage"),
        ("/msg  hi", "empty"),
        ("/search ", "empty"),
        ("/msg Bob! hi", "unknown-name"),
        ("/file bob", "usage"),
        ("/verify bob perhaps", "usage"),
        ("/trust", "usage"),
        ("/quit now", "usage"),
        ("/dance", "unknown-command"),
        ("/", "unknown-command"),
        (r"broken \x escape", "escape"),
    ];
    for (line, code) in cases {
        assert_eq!(parse(line), Err(Code(code.to_owned())), "{line:?}");
    }
}

#[test]
fn a_command_behind_something_unseen_is_no_public_text() {
    for unseen in [
        " ", "\t", "\u{c}", "\u{1b}", "\u{a0}", "\u{feff}", "\u{200b}",
    ] {
        let line = format!("{unseen}/msg bob secret");
        let refused = Err(Code("not-a-command".to_owned()));
        assert_eq!(parse(&line), refused, "{line:?}");
    }
    assert_eq!(parse("/say  /msg"), say(" /msg"));
    assert_eq!(parse(r"\u{20}/msg"), say(" /msg"));
    assert_eq!(parse("and/or"), say("and/or"));
}

#[test]
fn a_mistyped_command_gets_a_suggestion() {
    let refusal = Command::parse("/mgs bob hi", false).unwrap_err();
    insta::assert_snapshot!(refusal.text.in_locale(Locale::English), @"there is no /mgs: did you mean /msg?");
}

#[test]
fn texts_and_paths_are_unescaped_only_where_they_come_escaped() {
    assert_eq!(parse(r"one\ntwo\\"), say("one\ntwo\\"));
    let raw = Command::parse(r"one\ntwo", false).map_err(|refusal| Code(refusal.code));
    assert_eq!(raw, say(r"one\ntwo"));
}

#[test]
fn the_longest_text_passes_and_one_byte_more_does_not() {
    let longest = "x".repeat(64 * 1024);
    assert_eq!(parse(&longest), say(&longest));
    assert_eq!(
        parse(&format!("{longest}x")),
        Err(Code("too-long".to_owned()))
    );
    // Measured after unescaping: what counts is what is sent.
    let escaped = format!(r"\n{}", "x".repeat(64 * 1024 - 1));
    assert!(parse(&escaped).is_ok());
}
