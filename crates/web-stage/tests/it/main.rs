//! The site as a browser, and as everybody else, meets it.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "these tests start the program itself"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A running site with a play that we are.
struct Site {
    child: Child,
    play: Option<ChildStdin>,
    wishes: BufReader<ChildStdout>,
    host: String,
    token: String,
    place: String,
    dir: TempDir,
}

/// An answer: status, headers in small letters, body.
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Site {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("web-stage"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut play = child.stdin.take().unwrap();
        let setup = json!({
            "uploads": dir.path().join("uploads"),
            "report": dir.path().join("report.html"),
        });
        writeln!(play, "{setup}").unwrap();
        let mut wishes = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        wishes.read_line(&mut line).unwrap();
        let open: Value = serde_json::from_str(&line).unwrap();
        let address = open["address"].as_str().unwrap().to_owned();
        let rest = address.strip_prefix("http://").unwrap();
        let (at, token) = rest.split_once("/open/").unwrap();
        let (host, place) = at.split_once('/').unwrap();
        Self {
            host: host.to_owned(),
            token: token.to_owned(),
            place: place.to_owned(),
            child,
            play: Some(play),
            wishes,
            dir,
        }
    }

    /// Any request at all, with these headers besides `Connection`.
    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let head = format!(
            "{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Who is refused may be so before everything is sent.
        stream.write_all(body).ok();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            headers: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    fn open(&self) -> String {
        let line = format!("GET {}", self.path(&format!("/open/{}", self.token)));
        let opened = self.ask(&line, &[("Host", &self.host)], b"");
        assert_eq!(opened.status, 303, "{}", opened.body);
        let cookie = opened.headers.split("set-cookie: ").nth(1).unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Where this stands: everything is at a path that nobody can guess.
    fn path(&self, path: &str) -> String {
        format!("/{}{path}", self.place)
    }

    fn get(&self, path: &str, cookie: &str) -> Answer {
        let headers = [("Host", self.host.as_str()), ("Cookie", cookie)];
        self.ask(&format!("GET {}", self.path(path)), &headers, b"")
    }

    fn post(&self, path: &str, cookie: &str, body: &[u8]) -> Answer {
        let origin = format!("http://{}", self.host);
        let headers = [
            ("Host", self.host.as_str()),
            ("Origin", &origin),
            ("Cookie", cookie),
        ];
        self.ask(&format!("POST {}", self.path(path)), &headers, body)
    }

    fn say(&mut self, state: &str) {
        writeln!(self.play.as_mut().unwrap(), "{state}").unwrap();
    }

    fn wish(&mut self) -> Value {
        let mut line = String::new();
        self.wishes.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.play = None;
        assert!(self.child.wait().unwrap().success());
    }
}

/// Everything that is behind the door.
const INSIDE: [(&str, &str); 7] = [
    ("GET", "/"),
    ("GET", "/stage.js"),
    ("GET", "/stage.css"),
    ("GET", "/report.html"),
    ("GET", "/state/0"),
    ("POST", "/ask"),
    ("POST", "/file/bob/alice/a.txt"),
];

fn is_nothing(answer: &Answer) -> bool {
    answer.status == 403 && answer.body.len() < 120 && !answer.body.contains("secret")
}

#[test]
fn a_wrong_token_gets_nothing_and_the_right_one_works_once_and_again_with_the_cookie() {
    let mut site = Site::start();
    site.say(r#"{"secret":1}"#);
    let open = format!("/open/{}", site.token);
    let address = site.path(&open);
    let guessed = [("Host", site.host.as_str()), ("Sec-Purpose", "prefetch")];
    assert!(is_nothing(&site.ask(
        &format!("GET {address}"),
        &guessed,
        b""
    )));
    let here = [("Host", site.host.as_str())];
    assert_eq!(site.ask(&format!("HEAD {address}"), &here, b"").status, 403);
    let wrong = format!("/open/{}", "0".repeat(site.token.len()));
    let wrong = format!("GET {}", site.path(&wrong));
    assert!(is_nothing(&site.ask(&wrong, &[("Host", &site.host)], b"")));
    let cookie = site.open();
    let again = format!("GET {address}");
    assert!(is_nothing(&site.ask(&again, &[("Host", &site.host)], b"")));
    assert_eq!(site.get("/", &cookie).status, 200);
    assert_eq!(site.get(&open, &cookie).status, 303);
    let tunnel = [("Host", "localhost:9017"), ("Cookie", &cookie)];
    assert_eq!(
        site.ask(&format!("GET {}", site.path("/")), &tunnel, b"")
            .status,
        200
    );
}

#[test]
fn without_the_cookie_another_host_or_another_origin_there_is_nothing() {
    let mut site = Site::start();
    site.say(r#"{"secret":1}"#);
    let cookie = site.open();
    let own = format!("http://{}", site.host);
    let port = site.host.rsplit(':').next().unwrap();
    let (other, localhost) = (format!("evil.example:{port}"), format!("localhost:{port}"));
    for (method, path) in INSIDE {
        let line = format!("{method} {}", site.path(path));
        let tokens = format!("stage-{port}={}", site.token);
        for (why, host, origin, cookie) in [
            ("no cookie", &site.host, &own, ""),
            ("the token as cookie", &site.host, &own, tokens.as_str()),
            ("another host", &other, &own, cookie.as_str()),
            ("the page of another port", &localhost, &own, &cookie),
            (
                "another origin",
                &site.host,
                &format!("http://{other}"),
                &cookie,
            ),
            (
                "an origin that is none",
                &site.host,
                &"null".to_owned(),
                &cookie,
            ),
        ] {
            let headers = [
                ("Host", host.as_str()),
                ("Origin", origin),
                ("Cookie", cookie),
            ];
            let answer = site.ask(&line, &headers, b"{\"ask\":\"step\"}");
            assert!(is_nothing(&answer), "{line} with {why}: {}", answer.status);
        }
    }
    // Nothing of all that was passed on: the first wish is ours.
    assert_eq!(
        site.post("/ask", &cookie, b"{\"ask\":\"stop\"}").status,
        204
    );
    assert_eq!(site.wish(), json!({ "ask": "stop" }));
}

#[test]
fn everything_says_what_a_page_may_do() {
    let site = Site::start();
    let cookie = site.open();
    std::fs::write(site.dir.path().join("report.html"), "<p>report").unwrap();
    for path in ["/", "/stage.js", "/nothing", "/report.html"] {
        let answer = site.get(path, &cookie);
        for header in [
            "content-security-policy: default-src 'none';",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(answer.headers.contains(header), "{path}: {header}");
        }
    }
    assert!(!site.get("/", &cookie).headers.contains("unsafe-"));
    assert_eq!(site.get("/report.html", &cookie).body, "<p>report");
}

#[test]
fn the_page_gets_the_latest_state_and_wishes_come_back() {
    let mut site = Site::start();
    let cookie = site.open();
    site.say(r#"{"now":"one"}"#);
    let state = |answer: Answer| serde_json::from_str::<Value>(&answer.body).unwrap();
    let first = state(site.get("/state/0", &cookie));
    assert_eq!(first, json!({ "number": 1, "state": { "now": "one" } }));
    site.say(r#"{"now":"two"}"#);
    assert_eq!(state(site.get("/state/1", &cookie))["state"]["now"], "two");
    let typed = r#"{"ask":"type","client":"bob","line":"/say </script> \u202e"}"#;
    assert_eq!(site.post("/ask", &cookie, typed.as_bytes()).status, 204);
    assert_eq!(site.wish(), serde_json::from_str::<Value>(typed).unwrap());
    let unknown = site.post("/ask", &cookie, br#"{"ask":"fly"}"#);
    assert_eq!(
        (unknown.status, unknown.body.as_str()),
        (400, "this request is not allowed")
    );
}

#[test]
fn a_chosen_file_is_kept_and_asked_for_and_has_a_limit() {
    let mut site = Site::start();
    let cookie = site.open();
    let sent = site.post(
        "/file/bob/alice/..%2F..%2Fmy%20plan.pdf",
        &cookie,
        b"the plan",
    );
    assert_eq!(sent.status, 204, "{}", sent.body);
    let wish = site.wish();
    let path = site.dir.path().join("uploads/1/_.._my_plan.pdf");
    assert_eq!(
        wish,
        json!({ "ask": "send-file", "client": "bob", "to": "alice", "path": path })
    );
    assert_eq!(std::fs::read(path).unwrap(), b"the plan");
    let large = vec![0; 16 * 1024 * 1024 + 1];
    assert_eq!(
        site.post("/file/bob/alice/large", &cookie, &large).status,
        413
    );
    assert_eq!(site.post("/ask", &cookie, &large[..64 * 1024]).status, 413);
}

#[test]
fn who_starts_it_by_hand_learns_what_to_do() {
    let output = Command::new(assert_cmd::cargo::cargo_bin("web-stage"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(printed.contains("cargo xtask demo NAME --web"), "{printed}");
}
