//! A page whose relay or client floods it.

use std::collections::BTreeSet;

use super::MOST_LINES;
use super::outgoing::Outgoing;
use super::seat::Seat;
use crate::file_name::SafeName;
use crate::locale::Locale;
use crate::session::Line;

fn seat(home: &tempfile::TempDir) -> Seat {
    let outgoing = Outgoing::new(home.path().join("outgoing")).unwrap();
    let me = "alice".parse().unwrap();
    Seat::new(me, Locale::English, BTreeSet::new(), outgoing)
}

#[test]
fn what_the_page_wants_to_know_takes_no_room_of_what_the_user_says() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = seat(&home);
    let joined = Line::Joined {
        name: "bob".parse().unwrap(),
        first_contact: false,
    };
    seat.take(&joined, 0);
    for most in 0..MOST_LINES + 3 {
        assert!(seat.questions(most).is_empty(), "{most}");
    }
    let asked = seat.questions(MOST_LINES + 3);
    assert_eq!(asked.len(), 1, "it is asked as soon as there is room");
    assert!(asked[0].ends_with(" /who"), "{asked:?}");
    assert!(seat.questions(16).is_empty(), "once");
}

#[test]
fn those_who_come_and_go_leave_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = seat(&home);
    for number in 0..100 {
        let name: chat_protocol::Name = format!("bob{number}").parse().unwrap();
        let state = "first-use";
        let contact = Line::Contact {
            name: name.clone(),
            state,
        };
        seat.take(&contact, 0);
        assert_eq!(seat.people.len(), 1);
        let reason = "quit".to_owned();
        let left = Line::Left {
            name,
            reason,
            stranger: true,
        };
        seat.take(&left, 0);
    }
    assert!(seat.people.is_empty());
}

#[test]
fn a_file_that_still_comes_from_the_browser_at_the_end_is_not_kept() {
    let home = tempfile::tempdir().unwrap();
    let mut seat = seat(&home);
    let name = SafeName::of("plan.txt");
    let mut incoming = seat.outgoing.begin(&name).unwrap();
    incoming.append(b"half").unwrap();
    assert!(home.path().join("outgoing").exists());
    seat.close();
    assert!(!home.path().join("outgoing").exists());
    assert!(seat.outgoing.begin(&name).is_err(), "no other one begins");
    assert!(!home.path().join("outgoing").exists());
}
