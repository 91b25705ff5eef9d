use chat_client::face::{render_for_people, render_json, render_plain};
use chat_client::locale::{Locale, Sentence};
use chat_client::session::{Line, Past, Refusal, RoomLine};
use chat_protocol::{Conversation, RelayKey};

use crate::hall::name;

fn message(conversation: Conversation, flagged: bool, text: &str) -> Line {
    Line::Message {
        from: name("bob"),
        conversation,
        text: text.to_owned(),
        flagged,
    }
}

#[test]
fn every_line_for_programs_is_as_documented() {
    let file = |name: &str| name.to_owned();
    let lines = [
        Line::Ready {
            me: name("alice"),
            with: vec![name("bob"), name("carol")],
            first_contacts: vec![name("carol")],
            relay: RelayKey([0xcd; 32]),
            first_relay: true,
            relay_known_at: None,
        },
        Line::Ready {
            me: name("alice"),
            with: Vec::new(),
            first_contacts: Vec::new(),
            relay: RelayKey([0xcd; 32]),
            first_relay: true,
            relay_known_at: None,
        },
        Line::Left {
            name: name("bob"),
            reason: "quit".to_owned(),
            stranger: false,
        },
        message(Conversation::All, false, "hi\nthere"),
        message(Conversation::Private, true, "\x1b[2J"),
        Line::FileReceived {
            from: name("bob"),
            size: 3,
            sha256: [0xab; 32],
            name: file("a b.txt"),
        },
        Line::FileFailed {
            with: name("bob"),
            reason: "gone".to_owned(),
            name: file("x\u{202e}y"),
        },
        Line::Refused(Refusal::new("unknown-name", Sentence::verbatim("nobody"))),
        Line::Disconnected {
            reason: "closed".to_owned(),
        },
    ];
    let plain: Vec<_> = lines.iter().map(render_plain).collect();
    insta::assert_snapshot!(plain.join("\n"), @r"
    ready alice with bob,carol
    ready alice with nobody
    left bob quit
    message bob hi\nthere
    flagged-private bob \u{1b}[2J
    file-received bob 3 abababababababababababababababababababababababababababababababab a b.txt
    file-failed bob gone x\u{202e}y
    refused unknown-name nobody
    disconnected closed
    ");
}

/// With every type of field.
fn lines() -> Vec<Line> {
    let (alice, bob) = (name("alice"), name("bob"));
    let (text, reason) = ("a \"b\"\n\u{9b}\u{e0041}".to_owned(), "busy".to_owned());
    let (size, sha256, tag) = (3, [0xab; 32], Some(7));
    let stranger = false;
    vec![
        Line::Ready {
            me: alice.clone(),
            with: vec![bob.clone()],
            first_contacts: vec![bob.clone()],
            relay: RelayKey([0xcd; 32]),
            first_relay: true,
            relay_known_at: None,
        },
        Line::Joined {
            name: bob.clone(),
            first_contact: true,
        },
        Line::Left {
            name: bob.clone(),
            reason: reason.clone(),
            stranger,
        },
        message(Conversation::Private, true, &text),
        Line::Sent {
            tag: None,
            to: bob.clone(),
        },
        Line::SentAll {
            tag,
            room: None,
            accepted: 2,
        },
        Line::Delivered {
            tag,
            to: bob.clone(),
        },
        Line::Undelivered {
            tag,
            to: bob.clone(),
            reason,
        },
        Line::FileReceived {
            from: bob.clone(),
            size,
            sha256,
            name: text.clone(),
        },
        Line::Refused(Refusal::new("unknown-name", Sentence::verbatim("nobody")).of(tag)),
        Line::Safety {
            name: bob.clone(),
            state: "verified",
            number: "12345".to_owned(),
        },
        Line::Past(Past {
            id: None,
            flagged: false,
            at: 1,
            from: bob,
            to: None,
            room: Some("team".parse().unwrap()),
            text: text.clone(),
        }),
        Line::Room(RoomLine::Message {
            room: "team".parse().unwrap(),
            from: name("bob"),
            text,
        }),
        Line::Room(RoomLine::Listed {
            room: None,
            members: 3,
        }),
    ]
}

#[test]
fn every_line_can_be_an_object_whose_fields_are_as_documented() {
    let objects: Vec<_> = lines().iter().map(render_json).collect();
    insta::assert_snapshot!(objects.join("\n"), @r#"
    {"event":"ready","me":"alice","with":["bob"],"first_contacts":["bob"],"relay":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","first_relay":true}
    {"event":"joined","name":"bob","first_contact":true}
    {"event":"left","name":"bob","reason":"busy","stranger":false}
    {"event":"message","from":"bob","conversation":"private","text":"a \"b\"\n\u009b\udb40\udc41","flagged":true}
    {"event":"sent","to":"bob"}
    {"event":"sent-all","tag":7,"accepted":2}
    {"event":"delivered","tag":7,"to":"bob"}
    {"event":"undelivered","tag":7,"to":"bob","reason":"busy"}
    {"event":"file-received","from":"bob","size":3,"sha256":"abababababababababababababababababababababababababababababababab","name":"a \"b\"\n\u009b\udb40\udc41"}
    {"event":"refused","tag":7,"code":"unknown-name","text":"nobody"}
    {"event":"safety","name":"bob","state":"verified","number":"12345"}
    {"event":"past","at":1,"from":"bob","to":null,"room":"team","text":"a \"b\"\n\u009b\udb40\udc41"}
    {"event":"room-message","room":"team","from":"bob","text":"a \"b\"\n\u009b\udb40\udc41"}
    {"event":"room","room":null,"members":3}
    "#);
    // The page names every event, and every field of these.
    let page = std::fs::read_to_string("../docs/client-lines.md").unwrap();
    for object in objects {
        let object: serde_json::Value = serde_json::from_str(&object).unwrap();
        let event = object["event"].as_str().unwrap();
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| `{event}` |")));
        let row = row.unwrap_or_else(|| panic!("{event} is not documented"));
        for field in object
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| *field != "event")
        {
            assert!(row.contains(&format!("`{field}`")), "{event}: {field}");
        }
    }
}

#[test]
fn people_are_told_who_is_here_for_the_first_time() {
    let ready = Line::Ready {
        me: name("alice"),
        with: vec![name("bob"), name("carol")],
        first_contacts: vec![name("carol")],
        relay: RelayKey([0xcd; 32]),
        first_relay: true,
        relay_known_at: None,
    };
    insta::assert_snapshot!(
        render_for_people(&ready, Locale::English).unwrap(),
        @"* you are alice; here: bob, carol (for the first time). /help lists the commands"
    );
    let Line::Ready {
        me, with, relay, ..
    } = ready
    else {
        panic!("as above");
    };
    let elsewhere = Line::Ready {
        me,
        with,
        first_contacts: Vec::new(),
        relay,
        first_relay: true,
        relay_known_at: Some("127.0.0.1:1".to_owned()),
    };
    let shown = render_for_people(&elsewhere, Locale::English).unwrap();
    assert!(
        shown.contains("This relay was at 127.0.0.1:1 before"),
        "{shown}"
    );
}

#[test]
fn people_see_who_wrote_and_never_a_terminal_sequence() {
    let lines = [
        message(Conversation::All, false, "hello"),
        message(Conversation::Private, false, "psst\x1b]0;title\x07"),
        message(Conversation::All, true, "trust me"),
    ];
    let shown: Vec<_> = lines
        .iter()
        .filter_map(|line| render_for_people(line, Locale::English))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    bob: hello
    [private] bob: psst\u{1b}]0;title\u{7}
    [identity changed, not trusted] bob: trust me
    ");
}

#[test]
fn who_wrote_to_somebody_away_hears_in_words_and_in_json_why_it_comes_to_nothing() {
    let undelivered = |reason: &str| Line::Undelivered {
        tag: None,
        to: name("bob"),
        reason: reason.to_owned(),
    };
    for (reason, words) in [
        ("expired", "nobody fetched it in time"),
        ("full", "the relay has no room for more mail from you"),
    ] {
        let line = undelivered(reason);
        let shown = render_for_people(&line, Locale::English).unwrap();
        assert_eq!(shown, format!("! not delivered to bob: {reason}: {words}"));
        let object: serde_json::Value = serde_json::from_str(&render_json(&line)).unwrap();
        assert_eq!(object["reason"], reason);
    }
}
