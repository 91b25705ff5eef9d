//! The screen in German, without a terminal.

use chat_client::locale::Locale;
use chat_client::session::Line;
use chat_protocol::Conversation;

use crate::hall::name;
use crate::screen::{Seat, delivered, sent};

#[test]
fn a_screen_in_german_has_no_english_on_it() {
    let mut seat = Seat::in_locale(Locale::German).logged_in();
    seat.size = (78, 10);
    seat.hears("bob", Conversation::All, "guten Morgen");
    seat.hears("bob", Conversation::Private, "psst");
    assert_eq!(seat.enters("hallo zusammen"), ["@1 /say hallo zusammen"]);
    seat.take(&sent(1, "bob"));
    seat.take(&sent(1, "carol"));
    seat.take(&delivered(1, "bob"));
    seat.take(&Line::Left {
        name: name("carol"),
        reason: "shutting-down".to_owned(),
        stranger: false,
    });
    assert_eq!(seat.enters("/hlep"), Vec::<String>::new());
    insta::assert_snapshot!(seat.screen().join("\n"), @r"
     1 alle  2 bob +1
    ── Freitag, 15. Januar 2027 ──────────────────────────────────────────────────
    09:00 * du bist alice; da: bob, carol (zum ersten Mal). /help zeigt alle
            Befehle
    09:00 bob: guten Morgen
    09:00 alice: hallo zusammen ✓✓ 1 von 2
    09:00 * carol ist gegangen (planmäßig beendet)
    09:00 ! /hlep gibt es nicht: meinst du /help?
     alice · verbunden · ungelesen: bob 1 · 1 da: bob
    alle> /hlep
    ");
}

#[test]
fn a_question_in_german_takes_ja_and_nein_and_the_words_of_english() {
    let safety = Line::Safety {
        name: name("bob"),
        state: "first-use",
        number: "67218 84706".to_owned(),
    };
    let mut seat = Seat::in_locale(Locale::German).logged_in();
    for (number, answer) in [(1, "ja"), (2, "J"), (3, "yes")] {
        seat.take(&safety);
        assert!(seat.shows("Sieht bob dieselbe Nummer?"));
        let verify = format!("@{number} /verify bob yes");
        assert_eq!(seat.enters(answer), [verify]);
    }
    seat.take(&safety);
    assert_eq!(seat.enters("vielleicht"), Vec::<String>::new());
    assert!(seat.shows("ja oder nein? Esc bricht ab"));
    assert_eq!(seat.enters("nein"), Vec::<String>::new());
    assert!(seat.shows("Die Nummern sind verschieden"));
    // What is no answer in English is none.
    let mut seat = Seat::ready();
    seat.take(&safety);
    assert_eq!(seat.enters("ja"), Vec::<String>::new());
    assert!(seat.shows("yes or no? Esc cancels"));
}

#[test]
fn help_in_german_is_german_and_names_the_same_commands() {
    let mut seat = Seat::in_locale(Locale::German).logged_in();
    seat.size = (250, 10);
    assert_eq!(seat.enters("/help"), ["@1 /help"]);
    for words in [
        "/window NAME",
        "Strg-C verlässt den Chat",
        "vom Empfänger bestätigt",
    ] {
        assert!(seat.shows(words), "{words}");
    }
}
