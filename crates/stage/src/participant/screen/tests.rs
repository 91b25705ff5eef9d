//! What is shown of bytes on a terminal.

use std::num::NonZeroU16;

use proptest::prelude::{Strategy as _, any, proptest};

use super::Screen;

fn screen(columns: u16, rows: u16) -> Screen {
    Screen::new(
        NonZeroU16::new(columns).unwrap(),
        NonZeroU16::new(rows).unwrap(),
    )
}

/// All lines of a program that has printed this and ended.
fn lines(bytes: &[u8]) -> Vec<String> {
    let mut screen = screen(40, 10);
    let mut lines = screen.push(bytes);
    lines.extend(screen.finish());
    lines
}

#[test]
fn lines_end_with_a_line_feed_and_empty_ones_are_left_out() {
    assert_eq!(lines(b"one\r\n\r\ntwo\r\nthree"), ["one", "two", "three"]);
}

#[test]
fn what_was_overwritten_was_not_shown() {
    assert_eq!(lines(b"10 %\r20 %\r30 %\r\n"), ["30 %"]);
    assert_eq!(
        lines(b"> \r\x1b[Kalice: hi\r\n> \x08\x08\x1b[Kbob: ho\r\n"),
        ["alice: hi", "bob: ho"]
    );
}

#[test]
fn colours_and_titles_are_no_text() {
    assert_eq!(
        lines(b"\x1b]0;chat\x07\x1b[1;31malice\x1b[0m: hi\r\n"),
        ["alice: hi"]
    );
}

#[test]
fn a_line_that_was_wrapped_is_one_line_even_when_its_beginning_has_scrolled_off() {
    for length in [39, 40, 41, 399, 400, 1_000] {
        let long: String = "abcdefghijklmnopqrstuvwxyz"
            .chars()
            .cycle()
            .take(length)
            .collect();
        let text = format!("first\r\n{long}\r\nlast\r\n");
        assert_eq!(lines(text.as_bytes()), ["first", &long, "last"], "{length}");
    }
    let short_after_long = format!("{}\r\nnext\r\n{}\r\n", "x".repeat(900), "y".repeat(50));
    assert_eq!(lines(short_after_long.as_bytes())[2], "y".repeat(50));
}

#[test]
fn a_repetition_further_down_is_shown_and_one_in_place_is_not() {
    assert_eq!(lines(b"hi\r\nhi\r\n"), ["hi", "hi"]);
    let twice = b"\x1b[H\x1b[2Jmenu\r\nhi\r\n\x1b[H\x1b[2Jmenu\r\nhi\r\nho\r\n";
    assert_eq!(lines(twice), ["menu", "hi", "ho"]);
    let scrolled: String = "hi\r\n".repeat(30);
    assert_eq!(lines(scrolled.as_bytes()).len(), 30);
}

#[test]
fn a_line_printed_above_a_pinned_prompt_is_shown() {
    // Up over the prompt, insert a row, print, down to the prompt again.
    let text = b"> typing\r\x1b[L\x1b[Kalice: hi\x1b[B\r> typing";
    assert_eq!(lines(text).first().map(String::as_str), Some("alice: hi"));
}

#[test]
fn rows_of_the_alternate_screen_are_shown_once_wherever_they_stand() {
    let frame = |rows: &[&str]| -> String {
        let painted = rows.iter().enumerate();
        let rows: String = painted
            .map(|(n, row)| format!("\x1b[{};1H{row}\x1b[K", n + 1))
            .collect();
        format!("{rows}\x1b[10;1H> ")
    };
    let text = [
        "\x1b[?1049h".to_owned(),
        frame(&["alice: one"]),
        frame(&["alice: one", "bob: two"]),
        frame(&["bob: two", "alice: three"]),
    ];
    let mut screen = screen(40, 10);
    let lines = screen.push(text.concat().as_bytes());
    assert_eq!(lines, ["alice: one", ">", "bob: two", "alice: three"]);
    assert_eq!(screen.partial(), "> ");
}

#[test]
fn a_row_is_not_taken_before_the_cursor_has_left_it() {
    let mut screen = screen(40, 10);
    screen.push(b"\x1b[?1049h");
    assert!(screen.push(b"\x1b[2;1Hmessage alice he").is_empty());
    assert_eq!(screen.push(b"llo\x1b[9;1H"), ["message alice hello"]);
}

#[test]
fn a_history_that_is_painted_again_is_not_new() {
    let mut screen = screen(40, 30);
    let mut shown = Vec::new();
    for n in 1..=15_usize {
        let last: Vec<String> = (n.saturating_sub(9).max(1)..=n)
            .map(|n| format!("number {n}"))
            .collect();
        let erases = if n % 2 == 0 { "\x1b[2J" } else { "" };
        let frame = format!("\x1b[H{erases}{}\r\n", last.join("\x1b[K\r\n"));
        shown.extend(screen.push(frame.as_bytes()));
    }
    let expected: Vec<String> = (1..=15).map(|n| format!("number {n}")).collect();
    assert_eq!(shown, expected);
    screen.stands_still();
    assert_eq!(screen.push(b"number 15\r\n"), ["number 15"]);
}

#[test]
fn a_history_that_is_longer_than_the_screen_is_not_new_when_it_is_painted_again() {
    for paints in ["\x1b[H\x1b[2J", "\x1b[H"] {
        let mut screen = screen(40, 10);
        let mut shown = Vec::new();
        for n in 1..=25_usize {
            let all: Vec<String> = (1..=n).map(|n| format!("number {n}")).collect();
            let frame = format!("{paints}{}\x1b[K\r\n", all.join("\x1b[K\r\n"));
            shown.extend(screen.push(frame.as_bytes()));
        }
        let expected: Vec<String> = (1..=25).map(|n| format!("number {n}")).collect();
        assert_eq!(shown, expected, "{paints:?}");
        screen.stands_still();
        assert_eq!(
            screen.push(b"number 3\r\n"),
            ["number 3"],
            "it is said again"
        );
    }
}

#[test]
fn what_was_never_taken_is_new_when_it_is_painted_again() {
    let mut screen = screen(40, 10);
    assert!(screen.push(b"bob: hi").is_empty());
    assert_eq!(screen.push(b"\x1b[H\x1b[2Jbob: hi\r\n"), ["bob: hi"]);
}

#[test]
fn equal_rows_of_the_alternate_screen_count_as_often_as_they_stand_still_there() {
    let mut screen = screen(40, 10);
    let first = screen.push(b"\x1b[?1049h\x1b[1;1Hbob: hi\x1b[2;1Hbob: hi\x1b[9;1H> ");
    assert_eq!(first, ["bob: hi"], "while it is painted, nobody knows");
    assert_eq!(screen.stands_still(), ["bob: hi"]);
    assert!(screen.stands_still().is_empty());
    // It scrolls: for a moment the same row is there once more.
    screen.push(b"\x1b[3;1Hbob: hi\x1b[1;1Hbob: ho\x1b[K\x1b[9;1H> ");
    assert!(screen.stands_still().is_empty());
}

#[test]
fn the_row_of_the_cursor_can_be_taken_once_it_stands_still() {
    let mut screen = screen(40, 10);
    assert!(screen.push(b"\x1b[?1049h\x1b[3;3Hbob: hi").is_empty());
    assert_eq!(screen.take_cursor_line().as_deref(), Some("  bob: hi"));
    assert_eq!(screen.take_cursor_line(), None, "it counts once");
    screen.push(b"\x1b[4;3Hbob: hi");
    assert_eq!(screen.take_cursor_line().as_deref(), Some("  bob: hi"));
    assert!(screen.push(b"\x1b[9;1H").is_empty());
}

#[test]
fn lines_that_are_drawn_are_shown_as_lines() {
    assert_eq!(lines(b"\x1b(0lqk\x1b(B hi\r\n"), ["┌─┐ hi"]);
}

#[test]
fn wide_and_combining_characters_are_shown_as_they_are() {
    let text = "bob: \u{4f60}\u{597d} e\u{301}\u{301} \u{1f600}";
    assert_eq!(lines(format!("{text}\r\n").as_bytes()), [text]);
    let wrapped = "\u{4f60}".repeat(30);
    assert_eq!(lines(format!("{wrapped}\r\n").as_bytes()), [wrapped]);
    let at_the_edge = format!("x{}", "\u{4f60}".repeat(30));
    assert_eq!(
        lines(format!("{at_the_edge}\r\n").as_bytes()),
        [at_the_edge]
    );
}

#[test]
fn questions_without_an_answer_are_remembered() {
    let mut screen = screen(40, 10);
    screen.push(b"\x1b[6n\x1b[c");
    assert_eq!(screen.unanswered(), None);
    screen.push(b"\x1b[?996n");
    assert_eq!(screen.unanswered(), Some("ESC[?996n"));
    screen.push(b"\x1b]11;?\x1b\\");
    assert_eq!(screen.unanswered(), Some("ESC]11;?"));
}

#[test]
fn questions_are_answered() {
    let mut screen = screen(40, 10);
    screen.push(b"abc\x1b[6n");
    assert_eq!(screen.take_answers(), b"\x1b[1;4R");
    screen.push(b"\x1b[5n\x1b[c\x1b[>c\x1b[18t");
    let all = b"\x1b[0n\x1b[?6c\x1b[>0;95;0c\x1b[8;10;40t";
    assert_eq!(screen.take_answers(), all);
    assert!(screen.take_answers().is_empty());
}

#[test]
fn a_prompt_that_was_taken_is_no_part_of_its_line() {
    let mut screen = screen(40, 10);
    assert!(screen.push(b"Name: ").is_empty());
    assert_eq!(screen.partial(), "Name: ");
    assert_eq!(screen.cut(6), "Name: ");
    assert_eq!(screen.partial(), "");
    assert_eq!(screen.push(b"ready\r\nName: x\r\n"), ["ready", "Name: x"]);
}

#[test]
fn an_unfinished_line_ends_where_the_cursor_is() {
    let mut blank_too_many = screen(40, 10);
    blank_too_many.push(b"Name:  \x08");
    assert_eq!(blank_too_many.partial(), "Name: ");
    let mut with_a_hint = screen(40, 10);
    with_a_hint.push(b"\x1b[?1049h\x1b[4;1HName:\x1b[4;30HEsc: quit\x1b[4;7H");
    assert_eq!(
        with_a_hint.partial(),
        "Name: ",
        "the blank was never written"
    );
    assert!(with_a_hint.cursor_line().ends_with("Esc: quit"));
    let mut nothing = screen(40, 10);
    nothing.push(b"\x1b[4;7H");
    assert_eq!(nothing.partial(), "");
}

#[test]
fn a_vertical_tab_and_a_form_feed_end_lines_too() {
    assert_eq!(
        lines(b"one\x0btwo\x0cthree"),
        ["one", "   two", "      three"]
    );
}

#[test]
fn repeated_characters_are_repeated() {
    assert_eq!(lines(b"ab\x1b[3bc\r\n"), ["abbbbc"]);
}

#[test]
fn a_character_is_not_cut_where_a_long_text_is() {
    let mut screen = screen(20, 5);
    let lines = screen.push(b"\x80\r\x80\xc2\x80\x80\x80\xc2\x80 \x80\r\n");
    assert_eq!(lines, ["\u{fffd}\u{fffd}\u{fffd} \u{fffd}"]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_the_same_however_they_arrive(
        bytes in proptest::collection::vec(
            proptest::prop_oneof![
                any::<u8>().prop_map(|byte| vec![byte]),
                proptest::sample::select(vec![
                    "\x1b[H", "\x1b[2J", "\x1b[3;5H", "\x1b[A", "\x1b[?1049h", "\x1b[?1049l", "\x1b[K",
                    "\x1b[2L", "\x1b[7S", "\x1b[2;4r", "\x1b[99b", "\x1b[6n", "\r\n", "text", "\u{4e16}\u{754c}",
                ])
                .prop_map(|text| text.as_bytes().to_vec()),
            ],
            0..200,
        ),
    ) {
        let bytes = bytes.concat();
        let mut whole = screen(20, 5);
        let mut expected = whole.push(&bytes);
        expected.extend(whole.finish());
        let mut single = screen(20, 5);
        let mut seen: Vec<String> =
            bytes.chunks(1).flat_map(|byte| single.push(byte)).collect();
        seen.extend(single.finish());
        assert_eq!(seen, expected);
        assert_eq!(single.take_answers(), whole.take_answers());
    }
}

#[test]
fn bytes_that_are_no_text_are_shown_as_such_on_a_terminal() {
    let mut screen = screen(20, 5);
    let mut lines = screen.push(b"bob: r\xe9gime\r\nbob: h\xc3");
    lines.extend(screen.push(b"\xa9\xe4\r\n\xef\xbf\xbd stands here\r\nend\xc3"));
    lines.extend(screen.finish());
    assert_eq!(
        lines,
        [
            "bob: r\u{fffd}gime",
            "bob: h\u{e9}\u{fffd}",
            "\u{fffd} stands here",
            "end\u{fffd}"
        ]
    );
}
