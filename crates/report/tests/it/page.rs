//! Report pages: one file, no request, hostile text stays text. A browser reads them in the
//! tests of `xtask`; here is what needs none.

use base64::Engine as _;
use judge::PlayVerdict;
use regex::Regex;
use report::{Asked, RunReport, page};
use scenario::plan::Plan;
use sha2::{Digest as _, Sha256};
use timeline::{Direction, Event, Kind, Level, StepId, StepResult, Stream};

use crate::{NASTY, play, reference};

fn plan() -> Plan {
    test_plays::plan_of(
        "title = \"</title><script>alert(1)</script>\"\nclients = [\"alice\", \"bob\"]\n\
        [[steps]]\nmsg = { from = \"alice\", to = \"bob\", text = \"</pre><img src=x onerror=alert(1)> {canary}\" }\n\
        [[steps]]\nsay = { from = \"bob\", text = \"and this is for everyone, {canary}\" }\n",
    )
}

/// A timeline in which everybody prints the same hostile line `lines` times.
fn events(lines: usize) -> Vec<Event> {
    let link = || "alice".to_owned();
    let step = |n: u32| StepId(n.to_string());
    let mut kinds = vec![Kind::StepBegan { step: step(1) }];
    for n in 0..lines {
        for who in ["relay", "alice", "bob"] {
            kinds.push(Kind::Line {
                who: who.to_owned(),
                stream: Stream::Stdout,
                text: format!("</span><script>alert({n})</script> {NASTY}"),
                seen: None,
                unfinished: false,
            });
        }
        kinds.push(Kind::Frame {
            link: link(),
            direction: Direction::Up,
            at: 0,
            len: 4096,
            r#type: format!("<b>{n}"),
            fields: [("to".to_owned(), "\" onload=\"x".to_owned())].into(),
            body: 4000,
            open: 0,
        });
    }
    kinds.push(Kind::StepEnded {
        step: step(1),
        result: StepResult::Held,
    });
    kinds.push(Kind::StepBegan { step: step(2) });
    let number = |(n, kind)| Event {
        n: n as u64,
        t: n as u64 * 1_000_000,
        kind,
    };
    kinds.into_iter().enumerate().map(number).collect()
}

fn page_of(lines: usize) -> String {
    page_as(lines, &reference())
}

/// Of a play that somebody has asked for so.
fn page_as(lines: usize, asked: &Asked) -> String {
    let report = play("test", &[PlayVerdict::Fail], PlayVerdict::Fail);
    let bytes = |_: &str, at: u64, len: u64| {
        (at..at + len)
            .map(|n| u8::try_from(n % 256).unwrap())
            .collect()
    };
    page::play(
        &plan(),
        &events(lines),
        &report,
        (asked, Some(&crate::provenance())),
        &bytes,
    )
    .unwrap()
}

/// What stands between these tags, of which there is one pair.
fn between<'a>(page: &'a str, tag: &str) -> &'a str {
    let name = tag.split(' ').next().unwrap();
    let (begin, end) = (format!("<{tag}>"), format!("</{name}>"));
    let rest = page.split_once(&begin).unwrap().1;
    rest.split_once(&end).unwrap().0
}

#[test]
fn hostile_text_stays_text() {
    let page = page_of(3);
    let tags = |name: &str| {
        Regex::new(&format!("<{name}[ >]"))
            .unwrap()
            .find_iter(&page)
            .count()
    };
    assert_eq!((tags("script"), tags("img"), tags("b")), (1, 0, 0));
    assert!(page.contains("&#60;script&#62;alert(1)"));
    assert!(!Regex::new("<[^>]* on[a-z]+=").unwrap().is_match(&page));
    let unseen = |c: char| c.is_control() && c != '\n';
    assert!(!page.contains(unseen) && !page.contains('\u{202e}'));
}

#[test]
fn nothing_on_a_page_asks_anybody_for_anything() {
    let elsewhere = r#"(?:src|href|action|url\(|@import)\s*=?\s*["'(]?\s*(?:https?:|//|data:)"#;
    let elsewhere = Regex::new(elsewhere).unwrap();
    for page in [page_of(1), page::run(&run()).unwrap()] {
        assert!(!elsewhere.is_match(&page));
        assert!(!page.contains("<link") && !page.contains("fetch("));
        assert!(!page.contains(" style=\""), "the policy forbids it");
    }
}

#[test]
fn the_policy_allows_what_stands_on_the_page_and_nothing_else() {
    let page = page_of(1);
    let policy = Regex::new(r#"Content-Security-Policy" content="([^"]*)""#).unwrap();
    let policy = policy.captures(&page).unwrap()[1].replace("&#39;", "'");
    let digest = |text: &str| {
        let digest = Sha256::digest(text);
        format!(
            "'sha256-{}'",
            base64::engine::general_purpose::STANDARD.encode(digest)
        )
    };
    let (style, script) = (
        digest(between(&page, "style")),
        digest(between(&page, "script")),
    );
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; base-uri 'none'; form-action 'none'; style-src {style}; script-src {script}"
        )
    );
}

#[test]
fn what_is_said_without_a_script_is_all_there() {
    let page = page_of(1);
    let body = page.split_once("<script>").unwrap().0;
    for part in [
        "✘ FAIL",
        "Repeat it",
        "What the relay sees",
        "not seen",
        "CANNOT TELL",
        "id=\"s1\"",
    ] {
        assert!(body.contains(part), "{part}");
    }
}

#[test]
fn a_page_stays_small_and_says_what_it_leaves_out() {
    let page = page_of(9_000);
    assert!(page.len() < 3_000_000, "{}", page.len());
    assert!(page.contains("7000 of 9000 records are not drawn"));
    assert!(page.contains("8600 more lines are in out/bob.stdout"));
    assert!(!page_of(1).contains("are not drawn"));
}

#[test]
fn the_line_that_plays_it_again_says_all_that_was_asked_for() {
    let line = |asked: &Asked| {
        let page = page_as(1, asked);
        let line = page
            .split_once("Repeat it: <code id=\"repeat\">")
            .unwrap()
            .1;
        line.split_once("</code>").unwrap().0.to_owned()
    };
    let plain = line(&reference());
    assert!(
        plain.starts_with("cargo xtask test test --seed "),
        "{plain}"
    );
    assert!(!plain.contains("--adapter"), "{plain}");
    let asked = Asked {
        adapter: "./my relay.toml".to_owned(),
        settings: vec![("fault".to_owned(), "a b".to_owned())],
        level: Some(Level::Reaper),
        ..Asked::default()
    };
    let flags = " --adapter &#39;./my relay.toml&#39; --set &#39;fault=a b&#39; --level reaper";
    assert_eq!(line(&asked), format!("{plain}{flags}"));
}

#[test]
fn the_same_play_gives_the_same_page() {
    assert_eq!(page_of(20), page_of(20));
}

fn run() -> RunReport {
    let fail = PlayVerdict::Fail;
    let skip = PlayVerdict::Skip("no <namespaces>".to_owned());
    RunReport {
        plays: vec![
            play("a b/<c>", std::slice::from_ref(&fail), fail.clone()),
            play("skipped", std::slice::from_ref(&skip), skip.clone()),
        ],
        left: vec!["ORPHAN <x>".to_owned()],
        provenance: crate::provenance(),
        elapsed: std::time::Duration::ZERO,
    }
}

#[test]
fn a_failure_is_explained_before_anything_else_with_its_step() {
    let page = page_of(1);
    let (header, _) = page.split_once("</header>").unwrap();
    let causes = between(header, "ul class=\"causes\"");
    let (_, causes) = causes.split_once("<a href=\"#s2\">step 2</a>").unwrap();
    assert!(causes.contains("bob printed"), "{causes}");
    for fact in ["2026-11-21 07:41:51 UTC", "here", "1f2e3d"] {
        assert!(header.contains(&format!("<dd>{fact}</dd>")), "{header}");
    }
    assert!(header.contains("href=\"../report.html\""), "{header}");
    assert!(header.contains("href=\"../report.html#after-test\""));
}

/// The page of a play in which alice sends these bytes, in frames or not.
fn page_with(bytes: &[u8], has_frames: bool) -> String {
    let link = || "alice".to_owned();
    let direction = Direction::Up;
    let len = bytes.len() as u64;
    let record = if has_frames {
        Kind::Frame {
            link: link(),
            direction,
            at: 0,
            len,
            r#type: "send".to_owned(),
            fields: [].into(),
            body: len - 4,
            open: 0,
        }
    } else {
        let why = "no frame".to_owned();
        let at = 0;
        return page_from(
            bytes,
            vec![
                Kind::BadFrame {
                    link: link(),
                    direction,
                    why,
                },
                Kind::Wire {
                    link: link(),
                    direction,
                    at,
                    len,
                },
            ],
        );
    };
    page_from(bytes, vec![record])
}

fn page_from(bytes: &[u8], more: Vec<Kind>) -> String {
    let began = Kind::StepBegan {
        step: StepId("1".to_owned()),
    };
    let kinds = std::iter::once(began).chain(more).enumerate();
    let events: Vec<Event> = kinds
        .map(|(n, kind)| Event {
            n: n as u64,
            t: 0,
            kind,
        })
        .collect();
    let report = play("test", &[PlayVerdict::Fail], PlayVerdict::Fail);
    let read = |_: &str, at: u64, len: u64| {
        let (at, len) = (usize::try_from(at).unwrap(), usize::try_from(len).unwrap());
        bytes[at..at + len].to_vec()
    };
    page::play(&plan(), &events, &report, (&reference(), None), &read).unwrap()
}

#[test]
fn only_frames_that_look_like_ciphertext_are_drawn_as_such() {
    let noise: Vec<u8> = (0..8).flat_map(|n: u8| Sha256::digest([n])).collect();
    let clear = b"{\"to\":\"bob\",\"text\":\"nothing here is a secret, and anybody may read it\"}";
    for (bytes, has_frames, class) in [
        (&noise[..], true, "sealed"),
        (&noise[..], false, "unknown"),
        (&clear[..], true, "unknown"),
        (&clear[..], false, "unknown"),
    ] {
        let page = page_with(bytes, has_frames);
        let arrows = page.matches("<a class=\"arrow ").count();
        let own = page.matches(&format!("<a class=\"arrow {class}\"")).count();
        assert_eq!((arrows, own), (1, 1), "{class}, frames: {has_frames}");
        assert_eq!(
            page.contains("(it looks like ciphertext"),
            class == "sealed"
        );
    }
}

#[test]
fn what_was_sent_is_marked_in_the_bytes_however_it_is_written() {
    let plan = plan();
    let text = plan.audit.canaries[0].text.clone();
    let encoded = base64::engine::general_purpose::STANDARD.encode(&text);
    let marked = |bytes: &str, transformation: &str, at: u64| {
        let found = Kind::Finding {
            surface: timeline::Surface::Wire,
            place: "wire/alice.up".to_owned(),
            at,
            what: plan.audit.canaries[0].called(),
            transformation: transformation.to_owned(),
        };
        let len = bytes.len() as u64;
        let (link, direction) = ("alice".to_owned(), Direction::Up);
        let page = page_from(
            bytes.as_bytes(),
            vec![
                Kind::BadFrame {
                    link: link.clone(),
                    direction,
                    why: String::new(),
                },
                Kind::Wire {
                    link,
                    direction,
                    at: 0,
                    len,
                },
                found,
            ],
        );
        assert!(
            page.contains("<a href=\"#m1\">canary"),
            "the finding leads to the record"
        );
        let marks = page
            .split("<mark>")
            .skip(1)
            .filter_map(|rest| rest.split("</mark>").next());
        // In each row the digits, then the characters.
        let digits = marks.step_by(2);
        digits.map(|part| part.split(' ').count()).sum::<usize>()
    };
    let long = "-".repeat(3000);
    assert_eq!(
        marked(&format!("{long}{text}{long}"), "as-is", 3000),
        text.len()
    );
    let least = encoded.trim_end_matches('=').len() - 4;
    assert!(marked(&format!("--{encoded}--"), "base64", 2) >= least);
    assert_eq!(
        marked("1f8b0000000000", "gzip", 2),
        1,
        "where it begins, at the least"
    );
}

#[test]
fn a_run_leads_from_each_play_to_the_next_that_did_not_pass() {
    let (pass, fail) = (PlayVerdict::Pass, PlayVerdict::Fail);
    let of = |name: &str, verdict: &PlayVerdict| {
        play(name, std::slice::from_ref(verdict), verdict.clone())
    };
    let run = RunReport {
        plays: vec![
            of("a", &pass),
            of("b", &fail),
            of("c", &pass),
            of("d", &fail),
            of("e", &pass),
        ],
        ..run()
    };
    let page = page::run(&run).unwrap();
    let place = |after: &str| {
        let (_, rest) = page.split_once(&format!("id=\"after-{after}\"")).unwrap();
        rest.split_once("<a href=\"")
            .map(|(_, rest)| rest.split('/').next().unwrap())
    };
    assert_eq!(
        (place("a"), place("b"), place("c")),
        (Some("b"), Some("d"), Some("d"))
    );
    let (end, _) = page.split_once("<table>").unwrap();
    for last in ["after-d", "after-e"] {
        assert!(end.contains(&format!("id=\"{last}\">No play after that one failed")));
    }
}

#[test]
fn the_page_of_a_run_leads_to_what_was_played() {
    let page = page::run(&run()).unwrap();
    let links: Vec<&str> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(links.len(), 1, "{links:?}");
    assert!(links[0].ends_with("/report.html") && !links[0].contains(['<', ' ']));
    assert!(page.contains("no &#60;namespaces&#62;") && page.contains("ORPHAN &#60;x&#62;"));
}
