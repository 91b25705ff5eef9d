//! Chats with habits of their own: what their sources alone say of how they are started.

use std::fs;
use std::path::{Path, PathBuf};

use proposal::{SourceFile, proposals};
use scenario::adapter;

fn chats() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../zoo/chats")
}

fn sources(dir: &Path) -> Vec<SourceFile> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let source = |path: &PathBuf| SourceFile {
        path: path.file_name().unwrap().to_str().unwrap().to_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    files.iter().map(source).collect()
}

#[test]
fn every_proposal_for_a_chat_is_an_adapter_and_the_first_says_how_they_are_started() {
    let mut names: Vec<String> = fs::read_dir(chats())
        .unwrap()
        .map(|dir| dir.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 31);
    let mut said = String::new();
    for name in names {
        let all = proposals(&sources(&chats().join(&name))).unwrap();
        for one in &all {
            for text in [one.to_toml("/there"), one.to_observe("/there")] {
                if let Err(problems) = adapter::parse(&text, Path::new("adapter.toml")) {
                    assert!(
                        text.contains("[client.events]\n"),
                        "{}",
                        problems.render(false)
                    );
                    panic!("{name}: {}\n{text}", problems.render(false));
                }
            }
        }
        said.push_str(&format!("{name}\n"));
        let text = all[0].to_toml("/there");
        let telling = [
            "run = ",
            "env = ",
            "ready = {",
            "port = ",
            "await = ",
            "msg = ",
            "quit = ",
        ];
        let lines = text
            .lines()
            .filter(|line| telling.iter().any(|key| line.starts_with(key)));
        for line in lines {
            said.push_str(&format!("  {line}\n"));
        }
    }
    insta::assert_snapshot!(said);
}

#[test]
fn who_has_no_program_or_no_relay_gets_the_reason() {
    let source = |path: &str, text: &str| SourceFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let why = |sources: &[SourceFile]| proposals(sources).unwrap_err();
    assert!(why(&[source("README.md", "a chat")]).contains("no file is a program"));
    assert!(why(&[source("chat.py", "print(1)")]).contains("no program listens"));
    let relay = source("relay.py", "socket.create_server(('', 1))");
    assert!(why(&[relay]).contains("no program connects"));
}

/// A server and a client whose sources end so.
fn pair(ends: impl Fn(&str) -> String) -> Vec<SourceFile> {
    let source = |path: &str, does: &str| SourceFile {
        path: path.to_owned(),
        text: format!("socket.{does}(('', int(sys.argv[1])))\n{}", ends(path)),
    };
    vec![
        source("server.py", "create_server"),
        source("client.py", "create_connection"),
    ]
}

#[test]
fn sources_that_say_much_of_their_arguments_lead_to_a_few_proposals() {
    let usages = |path: &str| {
        let lines = (0..5000).map(|n| format!("# usage: {path} --{n} PORT\n"));
        lines.collect::<String>()
    };
    assert_eq!(proposals(&pair(usages)).unwrap().len(), 6);
}

#[test]
fn what_is_hidden_in_a_source_is_shown_in_the_adapter() {
    let usages = |path: &str| format!("# usage: {path} -\u{202e}\u{e0041}x PORT\n");
    let text = proposals(&pair(usages)).unwrap()[0].to_toml("/there");
    assert!(text.contains(r"-\U0000202E\U000E0041x"), "{text}");
    let hidden = |c: char| c != '\n' && timeline::is_hidden(c);
    assert!(!text.contains(hidden), "{text:?}");
}
