//! What each face tells of files.

use chat_client::face::{render_for_people, render_json, render_plain};
use chat_client::locale::Locale;
use chat_client::session::{FileState, Line};

use crate::hall::name;

/// Every line about a file, with a name that no terminal should obey.
fn lines() -> Vec<Line> {
    let (bob, file) = (name("bob"), "a b\u{202e}.pdf".to_owned());
    let (size, sha256, number) = (12_884_901_888, [0xab; 32], 3);
    let mut lines = vec![
        Line::FileAsks {
            number,
            from: bob.clone(),
            size,
            sha256,
            name: file.clone(),
        },
        Line::FileOffered {
            from: bob.clone(),
            size,
            name: file.clone(),
        },
        Line::FileWaiting {
            to: bob.clone(),
            name: file.clone(),
        },
    ];
    lines.extend(["asked", "checking"].map(|what| Line::FileAsked {
        number,
        to: bob.clone(),
        what,
        name: file.clone(),
    }));
    let answers = ["accepted", "refused", "cancelled"];
    lines.extend(answers.map(|answer| Line::FileAnswered {
        number,
        with: bob.clone(),
        answer,
        name: file.clone(),
    }));
    let states = [(true, "reading", None), (false, "offered", Some(size))];
    lines.extend(states.map(|(outgoing, state, size)| {
        Line::File(FileState {
            number,
            outgoing,
            with: bob.clone(),
            state,
            size,
            name: file.clone(),
        })
    }));
    lines.push(Line::Files { count: 2 });
    lines.push(Line::FileFailed {
        with: bob,
        reason: "expired".to_owned(),
        name: file,
    });
    lines
}

#[test]
fn every_line_of_files_for_programs_is_as_documented() {
    let plain: Vec<_> = lines().iter().map(render_plain).collect();
    insta::assert_snapshot!(plain.join("\n"), @r"
    file-asks 3 bob 12884901888 abababababababababababababababababababababababababababababababab a b\u{202e}.pdf
    file-offered bob 12884901888 a b\u{202e}.pdf
    file-waiting bob a b\u{202e}.pdf
    file-asked 3 bob a b\u{202e}.pdf
    file-checking 3 bob a b\u{202e}.pdf
    file-accepted 3 bob a b\u{202e}.pdf
    file-refused 3 bob a b\u{202e}.pdf
    file-cancelled 3 bob a b\u{202e}.pdf
    file 3 to bob reading - a b\u{202e}.pdf
    file 3 from bob offered 12884901888 a b\u{202e}.pdf
    files 2
    file-failed bob expired a b\u{202e}.pdf
    ");
    let page = std::fs::read_to_string("../docs/client-lines.md").unwrap();
    for line in &plain {
        let word = line.split(' ').next().unwrap();
        assert!(
            page.contains(&format!("`{word} ")),
            "{word} is not documented"
        );
    }
}

#[test]
fn every_line_of_files_can_be_an_object_whose_fields_are_as_documented() {
    let page = std::fs::read_to_string("../docs/client-lines.md").unwrap();
    for line in lines() {
        let object = render_json(&line);
        let object: serde_json::Value = serde_json::from_str(&object).unwrap();
        let event = object["event"].as_str().unwrap();
        let mut rows = page.lines();
        let row = rows.find(|row| row.starts_with(&format!("| `{event}` |")));
        let row = row.unwrap_or_else(|| panic!("{event} is not documented"));
        let fields = object.as_object().unwrap().keys();
        for field in fields.filter(|field| *field != "event") {
            assert!(row.contains(&format!("`{field}`")), "{event}: {field}");
        }
    }
}

#[test]
fn people_see_who_offers_what_and_what_to_type() {
    let shown: Vec<_> = lines()
        .iter()
        .filter_map(|line| render_for_people(line, Locale::English))
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r"
    * bob offers a b\u{202e}.pdf (12884901888 bytes): /accept 3 or /refuse 3
    * bob sends a b\u{202e}.pdf (12884901888 bytes)
    * a b\u{202e}.pdf waits: other files are on their way to bob
    * bob is asked whether to accept a b\u{202e}.pdf; /cancel 3 withdraws it
    * bob is reading what is there already of a b\u{202e}.pdf; /cancel 3 gives it up
    * a b\u{202e}.pdf with bob: accepted
    * a b\u{202e}.pdf with bob: refused
    * a b\u{202e}.pdf with bob: cancelled
      3: a b\u{202e}.pdf to bob (reading)
      3: a b\u{202e}.pdf from bob (offered, 12884901888 bytes)
    * 2 files
    ! file a b\u{202e}.pdf with bob failed: expired
    ");
}
