use chat_client::face::{render_for_people, render_plain};
use chat_client::session::{Line, Refusal};
use chat_protocol::Conversation;

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
        },
        Line::Ready {
            me: name("alice"),
            with: Vec::new(),
            first_contacts: Vec::new(),
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
        Line::Refused(Refusal::new("unknown-name", "nobody")),
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

#[test]
fn people_are_told_who_is_here_for_the_first_time() {
    let ready = Line::Ready {
        me: name("alice"),
        with: vec![name("bob"), name("carol")],
        first_contacts: vec![name("carol")],
    };
    insta::assert_snapshot!(
        render_for_people(&ready).unwrap(),
        @"* you are alice; here: bob, carol (for the first time). /help lists the commands"
    );
}

#[test]
fn people_see_who_wrote_and_never_a_terminal_sequence() {
    let lines = [
        message(Conversation::All, false, "hello"),
        message(Conversation::Private, false, "psst\x1b]0;title\x07"),
        message(Conversation::All, true, "trust me"),
    ];
    let shown: Vec<_> = lines.iter().filter_map(render_for_people).collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    bob: hello
    [private] bob: psst\u{1b}]0;title\u{7}
    [identity changed, not trusted] bob: trust me
    ");
}
