//! The screen, without a terminal: lines and keys go in, what is painted is looked at.

use std::path::PathBuf;

use chat_client::locale::{Locale, Sentence};
use chat_client::screen::{ChatView, Outside, Want, draw};
use chat_client::session::{Line, Past, Refusal};
use chat_protocol::limits::MAX_TEXT;
use chat_protocol::{Conversation, RelayKey};
use proptest::prelude::{ProptestConfig, any, prop_oneof, proptest};
use proptest::strategy::{Just, Strategy};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::Color;

use crate::hall::{NOW, name};

fn outside(locale: Locale) -> Outside {
    Outside {
        locale,
        zone: |_| 3_600,
        list: |folder| match folder.to_str() {
            Some(".") => vec!["notes.txt".to_owned(), "pictures/".to_owned()],
            Some("/home/alice/") => vec!["plan.pdf".to_owned(), ".secret".to_owned()],
            _ => Vec::new(),
        },
        home: Some(PathBuf::from("/home/alice")),
        has_colours: true,
    }
}

/// Somebody in front of a screen.
pub(crate) struct Seat {
    view: ChatView,
    now: u64,
    pub(crate) size: (u16, u16),
}

impl Seat {
    fn new() -> Self {
        Self::in_locale(Locale::English)
    }

    pub(crate) fn in_locale(locale: Locale) -> Self {
        let view = ChatView::new(name("alice"), outside(locale));
        let (now, size) = (NOW, (60, 14));
        Self { view, now, size }
    }

    /// Logged in, with two others.
    pub(crate) fn ready() -> Self {
        Self::new().logged_in()
    }

    pub(crate) fn logged_in(mut self) -> Self {
        let seat = &mut self;
        seat.take(&Line::Ready {
            me: name("alice"),
            with: vec![name("bob"), name("carol")],
            first_contacts: vec![name("carol")],
            relay: RelayKey([0xcd; 32]),
            first_relay: false,
            relay_known_at: None,
        });
        self
    }

    pub(crate) fn take(&mut self, line: &Line) {
        self.view.take(line, self.now);
    }

    pub(crate) fn hears(&mut self, from: &str, conversation: Conversation, text: &str) {
        self.take(&Line::Message {
            from: name(from),
            conversation,
            text: text.to_owned(),
            flagged: false,
        });
    }

    fn press(&mut self, code: KeyCode) -> Vec<Want> {
        self.view.key(KeyEvent::from(code), self.now)
    }

    fn chord(&mut self, modifiers: KeyModifiers, letter: char) -> Vec<Want> {
        let key = KeyEvent::new(KeyCode::Char(letter), modifiers);
        self.view.key(key, self.now)
    }

    fn types(&mut self, text: &str) {
        for letter in text.chars() {
            assert_eq!(self.press(KeyCode::Char(letter)), []);
        }
    }

    /// Types a line; what the session is sent.
    pub(crate) fn enters(&mut self, text: &str) -> Vec<String> {
        self.types(text);
        let wants = self.press(KeyCode::Enter).into_iter();
        let lines = wants.map(|want| match want {
            Want::Send(line) => line,
            other => panic!("{other:?}"),
        });
        lines.collect()
    }

    fn painted(&mut self) -> Terminal<TestBackend> {
        let mut terminal = Terminal::new(TestBackend::new(self.size.0, self.size.1)).unwrap();
        terminal.draw(|frame| draw(&mut self.view, frame)).unwrap();
        terminal
    }

    pub(crate) fn screen(&mut self) -> Vec<String> {
        let terminal = self.painted();
        let buffer = terminal.backend().buffer();
        let rows = buffer.content().chunks(usize::from(self.size.0));
        let rows = rows.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    fn input(&mut self) -> String {
        self.screen().pop().unwrap()
    }

    pub(crate) fn shows(&mut self, text: &str) -> bool {
        self.screen().iter().any(|row| row.contains(text))
    }
}

pub(crate) fn sent(tag: u64, to: &str) -> Line {
    let (tag, to) = (Some(tag), name(to));
    Line::Sent { tag, to }
}

pub(crate) fn delivered(tag: u64, to: &str) -> Line {
    let (tag, to) = (Some(tag), name(to));
    Line::Delivered { tag, to }
}

#[test]
fn a_conversation_is_a_list_a_status_line_and_a_line_to_type() {
    let mut seat = Seat::ready();
    seat.hears("bob", Conversation::All, "good morning");
    seat.now += 24 * 60 * 60;
    seat.hears(
        "carol",
        Conversation::All,
        "a text that is longer than a row of this screen is broken between its words",
    );
    seat.hears("bob", Conversation::Private, "psst");
    assert_eq!(seat.enters("hello everybody"), ["@1 /say hello everybody"]);
    seat.take(&sent(1, "bob"));
    seat.take(&delivered(1, "bob"));
    seat.types("and now I");
    insta::assert_snapshot!(seat.screen().join("\n"), @r"
     1 everyone  2 bob +1



    ── Friday, 15 January 2027 ─────────────────────────────────
    09:00 * you are alice; here: bob, carol (for the first
            time). /help lists the commands
    09:00 bob: good morning
    ── Saturday, 16 January 2027 ───────────────────────────────
    09:00 carol: a text that is longer than a row of this screen
            is broken between its words
    09:00 alice: hello everybody ✓✓ 1
     alice · connected · unread: bob 1 · 2 here: bob, carol
    everyone> and now I
    ");
}

#[test]
fn incoming_text_never_touches_the_line_that_is_typed() {
    let mut seat = Seat::ready();
    seat.types("half typed");
    seat.press(KeyCode::Left);
    for number in 0..100 {
        seat.hears("bob", Conversation::All, &format!("text {number}"));
        assert_eq!(seat.input(), "everyone> half typed");
    }
    assert!(seat.shows("bob: text 99"));
    assert_eq!(seat.enters("!"), ["@1 /say half type!d"]);
    assert_eq!(seat.input(), "everyone>");
}

#[test]
fn each_text_of_ones_own_says_what_has_become_of_it() {
    let mut seat = Seat::ready();
    seat.enters("/msg bob one");
    seat.enters("two");
    seat.enters("three");
    seat.enters("four");
    assert!(seat.shows("alice: one …"));
    seat.take(&sent(1, "bob"));
    seat.take(&sent(2, "bob"));
    seat.take(&delivered(2, "bob"));
    let (to, reason) = (name("bob"), "busy".to_owned());
    let tag = Some(3);
    seat.take(&Line::Undelivered { tag, to, reason });
    seat.take(&Line::Refused(
        Refusal::new("offline", Sentence::verbatim("bob is not here")).of(Some(4)),
    ));
    for row in [
        "alice: one ✓",
        "alice: two ✓✓",
        "alice: three ✗ bob: busy",
        "alice: four ✗ bob is not here",
    ] {
        assert!(
            seat.screen().iter().any(|line| line.ends_with(row)),
            "{row}"
        );
    }
    seat.enters("/say to all");
    seat.take(&sent(5, "bob"));
    seat.take(&sent(5, "carol"));
    seat.take(&delivered(5, "carol"));
    let (tag, accepted) = (Some(5), 2);
    seat.take(&Line::SentAll {
        tag,
        room: None,
        accepted,
    });
    assert!(seat.shows("alice: to all ✓✓ 1 of 2"));
    assert_eq!(seat.view.farewell(), Vec::<String>::new());
    seat.enters("nobody has answered");
    assert_eq!(seat.view.farewell(), ["! unanswered texts: 1"]);
}

#[test]
fn a_private_conversation_is_a_window_of_its_own() {
    let mut seat = Seat::ready();
    seat.hears("bob", Conversation::Private, "old");
    assert!(!seat.shows("bob: old"));
    seat.chord(KeyModifiers::ALT, '2');
    assert!(seat.shows("bob: old"));
    seat.chord(KeyModifiers::ALT, '1');
    seat.hears("bob", Conversation::Private, "news");
    assert!(seat.shows("unread: bob 1"));
    seat.chord(KeyModifiers::CONTROL, 'n');
    let screen = seat.screen();
    let place = |text: &str| screen.iter().position(|row| row.contains(text)).unwrap();
    assert_eq!(
        [place("bob: old") + 1, place("── new ─") + 1],
        [place("── new ─"), place("bob: news")]
    );
    assert_eq!(seat.input(), "bob>");
    assert_eq!(seat.enters("yes"), ["@1 /msg bob yes"]);
    assert_eq!(seat.enters("/say hello"), ["@2 /say hello"]);
    assert_eq!(seat.input(), "everyone>");
    assert_eq!(seat.enters("/msg carol"), Vec::<String>::new());
    assert_eq!(seat.input(), "carol>");
    assert_eq!(seat.enters("/close"), Vec::<String>::new());
    assert!(!seat.shows("carol>"));
}

#[test]
fn what_is_no_command_by_accident_is_not_sent_and_can_be_mended() {
    let mut seat = Seat::ready();
    for line in [" /msg bob secret", "/mgs bob secret", "/msg bbo!"] {
        assert_eq!(seat.enters(line), Vec::<String>::new());
        assert_eq!(seat.input(), format!("everyone> {line}"));
        seat.chord(KeyModifiers::CONTROL, 'u');
    }
    assert!(seat.shows("did you mean /msg?"));
    // It is no end of the line either.
    seat.types("half");
    assert_eq!(seat.chord(KeyModifiers::CONTROL, 'd'), []);
    assert_eq!(seat.input(), "everyone> half");
    seat.chord(KeyModifiers::CONTROL, 'u');
    assert_eq!(seat.chord(KeyModifiers::CONTROL, 'd'), [Want::Leave]);
}

#[test]
fn tab_completes_commands_names_and_paths() {
    let cases = [
        ("/fi", "/file "),
        ("/msg b", "/msg bob "),
        ("/verify car", "/verify carol "),
        ("/help tr", "/help trust"),
        ("bo", "bob: "),
        ("ask ca", "ask carol "),
        ("/file bob no", "/file bob notes.txt"),
        ("/file bob pi", "/file bob pictures/"),
        ("/file bob ~", "/file bob ~/"),
        ("/file bob ~/", "/file bob ~/plan.pdf"),
        ("/file bob ~/.", "/file bob ~/.secret"),
        ("/wi", "/window "),
        ("nobody", "nobody"),
    ];
    for (typed, completed) in cases {
        let mut seat = Seat::ready();
        seat.types(typed);
        seat.press(KeyCode::Tab);
        let expected = format!("everyone> {completed}");
        assert_eq!(seat.input(), expected.trim_end(), "{typed}");
    }
    let mut seat = Seat::ready();
    seat.types("/h");
    seat.press(KeyCode::Tab);
    assert!(seat.shows("history  help"));
    assert_eq!(seat.input(), "everyone> /h");
}

#[test]
fn the_home_folder_is_put_in_place_of_its_sign() {
    let mut seat = Seat::ready();
    let sent = seat.enters("/file bob ~/my plan.pdf");
    assert_eq!(sent, ["@1 /file bob /home/alice/my plan.pdf"]);
    assert_eq!(seat.enters("/file bob ~carol/x"), ["@2 /file bob ~carol/x"]);
}

#[test]
fn a_safety_number_is_a_question_that_takes_yes_or_no() {
    let number = "67218 84706";
    let safety = |state| Line::Safety {
        name: name("bob"),
        state,
        number: number.to_owned(),
    };
    let mut seat = Seat::ready();
    assert_eq!(seat.enters("/verify bob"), ["@1 /verify bob"]);
    seat.take(&safety("first-use"));
    assert!(seat.shows(number) && seat.shows("Does bob have the same number?"));
    assert_eq!(seat.enters("hello"), Vec::<String>::new());
    assert!(seat.shows("yes or no? Esc cancels"));
    assert_eq!(seat.enters("yes"), ["@2 /verify bob yes"]);
    seat.take(&safety("first-use"));
    assert_eq!(seat.enters("no"), Vec::<String>::new());
    assert!(seat.shows("somebody is between you and bob"));
    seat.take(&safety("changed"));
    let trust = ["@3 /trust bob 67218 84706", "@4 /verify bob yes"];
    assert_eq!(seat.enters("y"), trust);
    seat.take(&safety("verified"));
    seat.press(KeyCode::Esc);
    assert_eq!(seat.enters("yes"), ["@5 /say yes"]);
}

#[test]
fn where_a_message_stands_is_told_right_above_it_in_its_window() {
    let mut seat = Seat::ready();
    let (from, count) = (name("bob"), 2);
    seat.take(&Line::Missing { from, count });
    seat.hears("bob", Conversation::Private, "third");
    assert!(!seat.shows("missing messages"));
    seat.chord(KeyModifiers::ALT, '2');
    let screen = seat.screen();
    let warning = screen
        .iter()
        .position(|row| row.contains("missing messages from bob: 2"));
    let text = screen.iter().position(|row| row.contains("bob: third"));
    assert_eq!(warning.unwrap() + 1, text.unwrap());
}

#[test]
fn what_was_read_before_is_there_again_in_its_windows() {
    let mut seat = Seat::new();
    let past = |from: &str, to: Option<&str>, text: &str| Past {
        id: None,
        flagged: false,
        at: NOW - 60,
        from: name(from),
        to: to.map(name),
        room: None,
        text: text.to_owned(),
    };
    seat.view.remember(vec![
        past("bob", None, "to all"),
        past("bob", Some("alice"), "to me"),
        past("alice", Some("bob"), "to him"),
    ]);
    assert!(seat.shows("08:59 bob: to all") && !seat.shows("unread"));
    seat.chord(KeyModifiers::ALT, '2');
    assert!(seat.shows("bob: to me") && seat.shows("alice: to him"));
}

#[test]
fn what_is_read_stays_in_its_place_while_more_comes() {
    let mut seat = Seat::ready();
    for number in 0..50 {
        seat.hears("bob", Conversation::All, &format!("text {number}."));
    }
    seat.screen();
    seat.press(KeyCode::PageUp);
    let before = seat.screen();
    assert!(before.iter().any(|row| row.contains("Page Down")));
    let long = "word ".repeat(40);
    seat.hears("bob", Conversation::All, &long);
    assert_eq!(seat.screen()[1..11], before[1..11]);
    seat.press(KeyCode::PageDown);
    seat.press(KeyCode::PageDown);
    assert!(seat.shows("word word"));
    for _ in 0..20 {
        seat.press(KeyCode::PageUp);
        seat.screen();
    }
    assert!(seat.shows("you are alice"));
}

#[test]
fn several_pasted_lines_are_one_text_that_waits_for_enter() {
    let mut seat = Seat::ready();
    seat.types("see: ");
    seat.view.paste("one\r\ntwo\n");
    assert_eq!(seat.input(), "everyone> see: one↵two");
    assert_eq!(seat.enters(""), ["@1 /say see: one\ntwo"]);
    // Another row is no other entry.
    let screen = seat.screen();
    assert!(
        screen
            .iter()
            .any(|row| row.trim() == "two …" && row.starts_with("        "))
    );
}

#[test]
fn a_long_paste_is_shown_around_the_cursor_and_one_that_is_too_long_is_refused() {
    let mut seat = Seat::ready();
    // Painted for each of many keys: work that grows with the square of the length would not end.
    seat.view.paste(&"0123456789abcdef".repeat(MAX_TEXT / 16));
    assert!(seat.input().ends_with("9abcdef"));
    for _ in 0..20 {
        assert!(seat.input().len() >= 59);
        assert_eq!(seat.press(KeyCode::Left), []);
    }
    seat.press(KeyCode::Home);
    assert!(seat.input().starts_with("everyone> 0123456789abcdef01"));
    let before = seat.input();
    seat.view.paste("x");
    assert!(seat.shows("a text has at most 65536 bytes: nothing was pasted"));
    assert_eq!(seat.input(), before);
    assert_eq!(seat.enters("").len(), 1);
}

#[test]
fn lines_are_fetched_back() {
    let mut seat = Seat::ready();
    seat.enters("one");
    seat.enters("two");
    seat.types("begun");
    seat.press(KeyCode::Up);
    seat.press(KeyCode::Up);
    seat.press(KeyCode::Up);
    assert_eq!(seat.input(), "everyone> one");
    for expected in ["two", "begun", "begun"] {
        seat.press(KeyCode::Down);
        assert_eq!(seat.input(), format!("everyone> {expected}"));
    }
}

#[test]
fn the_bell_rings_for_what_is_meant_for_me_and_not_all_the_time() {
    let mut seat = Seat::ready();
    for (conversation, text, rings) in [
        (Conversation::All, "good morning", false),
        (Conversation::All, "alices", false),
        (Conversation::All, "Alice: look", true),
        (Conversation::Private, "psst", true),
    ] {
        seat.now += 10;
        seat.hears("bob", conversation, text);
        assert_eq!(seat.view.takes_ring(), rings, "{text}");
    }
    // Nobody can make it ring on and on.
    for _ in 0..100 {
        seat.hears("bob", Conversation::Private, "psst");
        assert!(!seat.view.takes_ring());
    }
    seat.now += 10;
    assert_eq!(seat.enters("alice"), ["@1 /say alice"]);
    assert!(!seat.view.takes_ring());
}

#[test]
fn a_name_has_its_colour_and_without_colours_there_are_none() {
    let colours = |seat: &mut Seat| {
        let terminal = seat.painted();
        let cells = terminal.backend().buffer().content().iter();
        let colours = cells
            .map(|cell| cell.fg)
            .filter(|fg| *fg != Color::Reset)
            .map(|fg| fg.to_string());
        colours.collect::<std::collections::BTreeSet<_>>()
    };
    let mut seat = Seat::ready();
    seat.hears("bob", Conversation::All, "hello");
    let once = colours(&mut seat);
    assert_eq!(once.len(), 1);
    let mut other = Seat::ready();
    other.hears("bob", Conversation::All, "another day");
    assert_eq!(colours(&mut other), once);
    let mut plain = Seat::ready();
    let has_colours = false;
    plain.view = ChatView::new(
        name("alice"),
        Outside {
            locale: Locale::English,
            has_colours,
            ..outside(Locale::English)
        },
    );
    plain.hears("bob", Conversation::All, "hello");
    let name = name("bob");
    plain.take(&Line::KeyChanged { name });
    assert_eq!(colours(&mut plain).len(), 0);
    assert!(plain.shows("! THE IDENTITY OF bob HAS CHANGED"));
}

#[test]
fn a_crowd_opens_no_more_windows_than_a_screen_can_have_and_closes_none_that_matters() {
    let mut seat = Seat::ready();
    seat.hears("bob", Conversation::Private, "meet me");
    assert_eq!(seat.enters("/msg carol hello"), ["@1 /msg carol hello"]);
    seat.take(&delivered(1, "carol"));
    seat.chord(KeyModifiers::ALT, '1');
    for number in 0..1_000 {
        seat.hears(&format!("user{number}"), Conversation::Private, "hello");
    }
    seat.size = (4_000, 14);
    let tabs = seat.screen()[0].clone();
    assert!(
        tabs.starts_with(" 1 everyone  2 bob +1  3 carol  4 user0 +1"),
        "{tabs}"
    );
    assert!(tabs.ends_with(" 100 user96 +1"), "{tabs}");
    assert!(seat.shows("[to you alone] user999: hello"));
    // A person who asks for one more closes what was answered for, and nothing that was not read.
    assert_eq!(seat.enters("/msg dave"), Vec::<String>::new());
    assert!(!seat.screen()[0].contains("carol"));
    seat.chord(KeyModifiers::ALT, '1');
    assert_eq!(seat.enters("/msg erin"), Vec::<String>::new());
    assert!(seat.enters("still here").len() == 1 && seat.input().starts_with("erin>"));
    seat.chord(KeyModifiers::ALT, '1');
    assert_eq!(seat.enters("/msg frank hi"), Vec::<String>::new());
    assert!(seat.shows("too many windows have something unread"));
    assert_eq!(seat.input(), "everyone> /msg frank hi");
    seat.chord(KeyModifiers::CONTROL, 'u');
    // The one that is shown is always among them, and was touched: the one that was read before it makes room.
    seat.size = (60, 14);
    for _ in 0..50 {
        seat.chord(KeyModifiers::CONTROL, 'n');
    }
    let tabs = seat.screen()[0].clone();
    assert!(tabs.contains(" 51 user48 "), "{tabs}");
    seat.hears("gina", Conversation::Private, "hello");
    seat.size = (4_000, 14);
    let tabs = seat.screen()[0].clone();
    assert!(
        tabs.ends_with("gina +1") && !tabs.contains(" bob "),
        "{tabs}"
    );
}

#[test]
fn a_flood_of_long_texts_takes_bounded_memory_and_what_the_flooders_said_goes_first() {
    let mut seat = Seat::ready();
    seat.hears("bob", Conversation::Private, "the code is ORCHID");
    let long = "x".repeat(MAX_TEXT);
    for _ in 0..30 {
        seat.hears("mallory", Conversation::Private, &long);
    }
    assert!(seat.view.bytes() < 1_100_000, "{}", seat.view.bytes());
    for number in 0..50 {
        let name = format!("user{number}");
        for _ in 0..8 {
            seat.hears(&name, Conversation::Private, &long);
        }
    }
    let bytes = seat.view.bytes();
    assert!((15 << 20..=16 << 20).contains(&bytes), "{bytes}");
    seat.chord(KeyModifiers::ALT, '2');
    assert!(seat.shows("bob: the code is ORCHID"));
}

#[test]
fn text_from_others_reaches_no_cell_as_something_that_a_terminal_obeys() {
    let mut seat = Seat::ready();
    seat.hears("bob", Conversation::All, "\x1b[2J\u{9b}31m\u{202e}evil\x07");
    seat.hears(
        "bob",
        Conversation::All,
        "a family: 👨\u{200d}👩\u{200d}👧!",
    );
    seat.view.paste("\x1b[31m");
    let terminal = seat.painted();
    for cell in terminal.backend().buffer().content() {
        let obeyed = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!cell.symbol().chars().any(obeyed), "{cell:?}");
    }
    assert!(seat.shows("\\u{1b}[2J") && seat.shows("👨\u{200d}👩\u{200d}👧"));
}

/// Keys, texts and sizes as nobody would choose them.
fn doings() -> impl Strategy<Value = Vec<Doing>> {
    let codes = proptest::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Tab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Home,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Esc,
    ]);
    let lines = [
        "/window 2",
        "/close",
        "/msg bob",
        "/verify bob",
        "/help",
        "yes",
        "@1 /say x",
    ];
    let doing = prop_oneof![
        codes.prop_map(Doing::Press),
        any::<char>().prop_map(|letter| Doing::Press(KeyCode::Char(letter))),
        ".{0,40}".prop_map(Doing::Paste),
        proptest::sample::select(lines.to_vec()).prop_map(|line| Doing::Paste(line.to_owned())),
        (any::<String>(), any::<bool>()).prop_map(|(text, public)| Doing::Hear(text, public)),
        (1_u16..70, 1_u16..20).prop_map(|(width, height)| Doing::Resize(width, height)),
        Just(Doing::Paint),
    ];
    proptest::collection::vec(doing, 0..60)
}

#[derive(Clone, Debug)]
enum Doing {
    Press(KeyCode),
    Paste(String),
    Hear(String, bool),
    Resize(u16, u16),
    Paint,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn nothing_that_is_typed_heard_or_resized_breaks_the_screen(doings in doings()) {
        let mut seat = Seat::ready();
        for doing in doings {
            match doing {
                Doing::Press(code) => drop(seat.press(code)),
                Doing::Paste(text) => seat.view.paste(&text),
                Doing::Hear(text, true) => seat.hears("bob", Conversation::All, &text),
                Doing::Hear(text, false) => seat.hears("carol", Conversation::Private, &text),
                Doing::Resize(width, height) => seat.size = (width, height),
                Doing::Paint => drop(seat.screen()),
            }
        }
        seat.screen();
    }
}

#[test]
fn quit_does_not_overtake_what_was_typed_before() {
    let mut seat = Seat::ready();
    assert_eq!(seat.enters("the last word"), ["@1 /say the last word"]);
    assert_eq!(seat.enters("/quit"), ["@2 /quit"]);
    let control_c = seat.chord(KeyModifiers::CONTROL, 'c');
    assert_eq!(control_c, [Want::Leave]);
    // No line is taken before the login, nor after the end.
    let reason = "closed".to_owned();
    seat.take(&Line::Disconnected { reason });
    for mut seat in [Seat::new(), seat] {
        seat.types("/quit");
        assert_eq!(seat.press(KeyCode::Enter), [Want::Leave]);
    }
}

#[test]
fn somebody_who_is_blocked_is_not_among_those_who_are_here() {
    let mut seat = Seat::ready();
    assert!(seat.shows("2 here: bob, carol"));
    let name = name("bob");
    seat.take(&Line::Blocked { name: name.clone() });
    assert!(seat.shows("1 here: carol"));
    seat.take(&Line::Unblocked { name, here: true });
    assert!(seat.shows("2 here: bob, carol"));
}
