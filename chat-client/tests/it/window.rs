//! The program with a page instead of a screen, as a browser, and as everybody else, meets it. What the page makes of
//! it is tested in Chromium: `chat-client/tests/browser/window.test.mjs`.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use chat_server::{Registry, Settings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const PATIENCE: Duration = Duration::from_secs(60);

/// A relay that dies without a word when this is dropped.
struct Relay {
    address: SocketAddr,
    runtime: Runtime,
    data: TempDir,
}

impl Relay {
    fn start() -> Self {
        Self::start_at("127.0.0.1:0", TempDir::new().unwrap())
    }

    fn start_at(address: &str, data: TempDir) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let registry = Registry::open(data.path()).unwrap().with_mail().unwrap();
        runtime.spawn(async {
            let never = std::future::pending();
            let run = chat_server::run(listener, Settings::default(), registry, never);
            run.await.unwrap();
        });
        Self {
            address,
            runtime,
            data,
        }
    }
}

/// A program, and what it prints.
struct Program {
    child: Child,
    stdin: ChildStdin,
    lines: mpsc::Receiver<String>,
    home: TempDir,
}

impl Program {
    fn start(arguments: &[&str], key: u8, relay: SocketAddr) -> Self {
        let home = TempDir::new().unwrap();
        let keys = format!("../scenarios/fixtures/keys/{key:02}.keys");
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join(keys);
        std::fs::copy(keys, home.path().join("identity.keys")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the program is what is tested")]
        let mut command = Command::new(env!("CARGO_BIN_EXE_chat-client"));
        command
            .args(arguments)
            .arg("--relay")
            .arg(relay.to_string());
        command.arg("--home").arg(home.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::sync_channel(1024);
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        Self {
            stdin: child.stdin.take().unwrap(),
            child,
            lines,
            home,
        }
    }

    fn says(&mut self, line: &str) {
        writeln!(self.stdin, "{line}").unwrap();
    }

    fn sees(&self, start: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.starts_with(start) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{start:?} was awaited ({error}), and seen was {seen:?}"),
            }
        }
    }
}

/// A test that fails leaves no client behind.
impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A client with a page.
struct Window {
    program: Program,
    host: String,
    token: String,
    place: String,
}

/// An answer: status, headers in small letters, body.
struct Answer {
    status: u16,
    headers: String,
    body: String,
}

/// The stream of states.
struct Events(BufReader<TcpStream>);

impl Window {
    fn open(relay: &Relay) -> Self {
        let program = Program::start(&["window", "alice"], 0, relay.address);
        let line = program.sees("open http://");
        let address = line.strip_prefix("open http://").unwrap();
        let (at, token) = address.split_once("/open/").unwrap();
        let (host, place) = at.split_once('/').unwrap();
        Self {
            host: host.to_owned(),
            token: token.to_owned(),
            place: place.to_owned(),
            program,
        }
    }

    fn send(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let length = body.len();
        let head = format!(
            "{line} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // Who is refused may be so before everything is sent.
        stream.write_all(body).ok();
        stream
    }

    /// Any request at all, with these headers besides `Connection`.
    fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut answer = Vec::new();
        self.send(line, headers, body).read_to_end(&mut answer).ok();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            headers: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    /// Exchanges the token for the cookie.
    fn enter(&self) -> String {
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

    fn wants(&self, cookie: &str, ask: &Value) -> Answer {
        self.post("/ask", cookie, ask.to_string().as_bytes())
    }

    fn says(&self, cookie: &str, with: Value, line: &str) -> Answer {
        self.wants(cookie, &json!({ "ask": "say", "with": with, "line": line }))
    }

    fn events(&self, cookie: &str) -> Events {
        let headers = [("Host", self.host.as_str()), ("Cookie", cookie)];
        Events(BufReader::new(self.send(
            &format!("GET {}", self.path("/events")),
            &headers,
            b"",
        )))
    }
}

impl Events {
    /// The first state that is so.
    fn until(&mut self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let mut line = Vec::new();
        loop {
            line.clear();
            match self.0.read_until(b'\n', &mut line) {
                Ok(length) if length > 0 => {}
                end => panic!("{what} was awaited ({end:?}), and the last state was {last:#}"),
            }
            if let Some(state) = line.strip_prefix(b"data: ") {
                last = serde_json::from_slice(state).unwrap();
                if is_so(&last) {
                    return last;
                }
            }
        }
    }
}

fn person(name: &str) -> Value {
    json!({ "kind": "person", "name": name })
}

fn everyone() -> Value {
    json!({ "kind": "everyone" })
}

/// Whether the conversation that is shown has this text by this person.
fn has(state: &Value, from: &str, text: &str) -> bool {
    entry(state, from, text).is_some()
}

fn entry<'a>(state: &'a Value, from: &str, text: &str) -> Option<&'a Value> {
    let mut entries = state["entries"].as_array().unwrap().iter();
    entries.find(|entry| entry["from"] == from && entry["text"] == json!([text]))
}

/// Everything that is behind the guard.
const INSIDE: [(&str, &str); 8] = [
    ("GET", "/"),
    ("GET", "/chat.js"),
    ("GET", "/chat.css"),
    ("GET", "/words"),
    ("GET", "/events"),
    ("POST", "/ask"),
    ("POST", "/file/bob/plan.txt"),
    ("GET", "/received/plan.txt"),
];

fn is_nothing(answer: &Answer) -> bool {
    answer.status == 403 && answer.body.len() < 120 && !answer.body.contains("alice")
}

#[test]
fn a_wrong_token_gets_nothing_and_the_right_one_lets_one_browser_in() {
    let relay = Relay::start();
    let window = Window::open(&relay);
    let here = [("Host", window.host.as_str())];
    let wrong = format!("/open/{}", "0".repeat(window.token.len()));
    let wrong = format!("GET {}", window.path(&wrong));
    assert!(is_nothing(&window.ask(&wrong, &here, b"")));
    let open = format!("/open/{}", window.token);
    let address = window.path(&open);
    assert_eq!(
        window.ask(&format!("HEAD {address}"), &here, b"").status,
        403
    );
    let cookie = window.enter();
    let again = window.ask(&format!("GET {address}"), &here, b"");
    assert!(is_nothing(&again), "{}", again.status);
    assert_eq!(window.get("/", &cookie).status, 200);
    assert_eq!(window.get(&open, &cookie).status, 303, "the same browser");
}

#[test]
fn another_browser_gets_another_address_when_somebody_presses_enter() {
    let relay = Relay::start();
    let mut window = Window::open(&relay);
    let cookie = window.enter();
    window.program.says("");
    let line = window.program.sees("open http://");
    let (_, token) = line.split_once("/open/").unwrap();
    let first = std::mem::replace(&mut window.token, token.to_owned());
    assert_eq!(window.enter(), cookie);
    let here = [("Host", window.host.as_str())];
    for ended in [&first, &window.token] {
        let again = window.ask(
            &format!("GET {}", window.path(&format!("/open/{ended}"))),
            &here,
            b"",
        );
        assert!(is_nothing(&again), "{}", again.status);
    }
    assert_eq!(window.get("/", &cookie).status, 200);
}

#[test]
fn without_the_cookie_from_another_host_or_another_page_nothing_is_told_or_done() {
    let relay = Relay::start();
    let mut bob = Program::start(&["chat", "bob", "--plain"], 1, relay.address);
    bob.sees("ready bob");
    let window = Window::open(&relay);
    let cookie = window.enter();
    let mut events = window.events(&cookie);
    events.until("bob", |state| state["here"] == 1);
    let own = format!("http://{}", window.host);
    let port = window.host.rsplit(':').next().unwrap();
    let other = format!("evil.example:{port}");
    let localhost = format!("localhost:{port}");
    let token = format!("chat-{port}={}", window.token);
    let said = json!({ "ask": "say", "with": everyone(), "line": "not mine" }).to_string();
    for (method, path) in INSIDE {
        for (why, host, origin, cookie) in [
            ("no cookie", &window.host, &own, ""),
            ("the token as cookie", &window.host, &own, token.as_str()),
            ("another host", &other, &own, cookie.as_str()),
            ("the page of another name", &localhost, &own, &cookie),
            (
                "another origin",
                &window.host,
                &format!("http://{other}"),
                &cookie,
            ),
            (
                "no origin that is one",
                &window.host,
                &"null".to_owned(),
                &cookie,
            ),
        ] {
            let headers = [
                ("Host", host.as_str()),
                ("Origin", origin),
                ("Cookie", cookie),
            ];
            let answer = window.ask(
                &format!("{method} {}", window.path(path)),
                &headers,
                said.as_bytes(),
            );
            assert!(
                is_nothing(&answer),
                "{method} {path} with {why}: {}",
                answer.status
            );
        }
    }
    let without_origin = [("Host", window.host.as_str()), ("Cookie", cookie.as_str())];
    assert!(is_nothing(&window.ask(
        &format!("POST {}", window.path("/ask")),
        &without_origin,
        said.as_bytes()
    )));
    // Nothing of all that was said: the first text is this one.
    assert_eq!(window.says(&cookie, everyone(), "mine").status, 204);
    assert_eq!(bob.sees("message alice"), "message alice mine");
    bob.says("/quit");
}

#[test]
fn other_methods_and_requests_that_are_none_do_nothing() {
    let relay = Relay::start();
    let window = Window::open(&relay);
    let cookie = window.enter();
    let origin = format!("http://{}", window.host);
    let own = [
        ("Host", window.host.as_str()),
        ("Origin", origin.as_str()),
        ("Cookie", cookie.as_str()),
    ];
    for (line, status) in [
        ("GET /ask", 405),
        ("GET /file/bob/plan.txt", 405),
        ("POST /", 405),
        ("PUT /ask", 405),
        ("DELETE /events", 405),
        ("OPTIONS /ask", 405),
        ("TRACE /", 405),
        ("GET /nothing", 404),
        ("POST /file/Bob!/plan.txt", 400),
    ] {
        let (method, path) = line.split_once(' ').unwrap();
        let here = format!("{method} {}", window.path(path));
        assert_eq!(window.ask(&here, &own, b"{}").status, status, "{line}");
    }
    for wrong in [
        "",
        "{}",
        r#"{"ask":"fly"}"#,
        r#"{"ask":"file","path":"/etc/passwd"}"#,
    ] {
        let answer = window.post("/ask", &cookie, wrong.as_bytes());
        assert_eq!(answer.status, 400, "{wrong}");
        assert_eq!(answer.body, "this request is not allowed");
    }
    let large = vec![b' '; 512 * 1024 + 1];
    assert_eq!(window.post("/ask", &cookie, &large).status, 413);
    let file = window.says(&cookie, everyone(), "/file bob /etc/passwd");
    assert_eq!(file.status, 409, "a page names no file of this machine");
    assert!(
        file.body.contains("choose the file with its button"),
        "{}",
        file.body
    );
}

#[test]
fn the_page_may_load_its_own_parts_and_nothing_else() {
    let relay = Relay::start();
    let window = Window::open(&relay);
    let cookie = window.enter();
    for path in ["/", "/chat.js", "/chat.css", "/nothing"] {
        let answer = window.get(path, &cookie);
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cross-origin-resource-policy: same-origin",
            "cache-control: no-store",
        ] {
            assert!(answer.headers.contains(header), "{path}: {header}");
        }
        assert!(!answer.headers.contains("unsafe-"));
    }
    let html = window.get("/", &cookie).body;
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="));
    assert!(!html.contains("//"), "an address elsewhere");
}

#[test]
fn two_people_chat_one_of_them_in_a_window_and_leave() {
    let relay = Relay::start();
    let mut window = Window::open(&relay);
    let cookie = window.enter();
    let mut events = window.events(&cookie);
    events.until("the login", |state| state["relay"]["is"] == "connected");
    let mut bob = Program::start(&["chat", "bob", "--plain"], 1, relay.address);
    bob.sees("ready bob with alice");
    let first = events.until("bob's trust", |state| {
        state["people"][0]["state"] == "first-use"
    });
    assert_eq!(first["people"][0]["name"], "bob");
    assert_eq!(window.says(&cookie, everyone(), "good morning").status, 204);
    assert_eq!(bob.sees("message"), "message alice good morning");
    let text = "two\nlines & <b>not bold</b>";
    assert_eq!(window.says(&cookie, person("bob"), text).status, 204);
    assert!(
        bob.sees("private alice")
            .ends_with(r"two\nlines & <b>not bold</b>")
    );
    let state = events.until("the mark", |state| {
        entry(state, "alice", text).is_some_and(|entry| entry["mark"]["sign"] == "✓✓")
    });
    assert_eq!(state["current"], person("bob"), "where it was said");
    bob.says(r"/msg alice \u{202e}turned\u{1b}[2J");
    let state = events.until("bob's answer", |state| {
        state["entries"]
            .as_array()
            .unwrap()
            .iter()
            .any(|entry| entry["from"] == "bob")
    });
    let last = state["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(
        last["text"],
        json!(["", r"\u{202e}", "turned", r"\u{1b}", "[2J"])
    );
    bob.says("to everyone");
    let state = events.until("what is unread", |state| {
        state["conversations"][0]["unread"] == 1
    });
    assert!(
        !has(&state, "bob", "to everyone"),
        "another conversation is shown"
    );
    window.wants(&cookie, &json!({ "ask": "show", "with": everyone() }));
    let state = events.until("the conversation", |state| has(state, "bob", "to everyone"));
    assert_eq!(state["conversations"][0]["unread"], 0);
    assert_eq!(
        window.wants(&cookie, &json!({ "ask": "leave" })).status,
        204
    );
    let end = events.until("the end", |state| state["ended"].is_string());
    assert!(
        end["ended"]
            .as_str()
            .unwrap()
            .starts_with("You have left the chat")
    );
    assert_eq!(window.program.child.wait().unwrap().code(), Some(0));
    bob.sees("left alice");
}

#[test]
fn what_was_begun_outlives_the_page_and_what_cannot_be_sent_comes_back() {
    let relay = Relay::start();
    let window = Window::open(&relay);
    let cookie = window.enter();
    let draft = json!({ "ask": "draft", "with": everyone(), "text": "half a tho" });
    window.wants(&cookie, &draft);
    let mut loaded_again = window.events(&cookie);
    loaded_again.until("the draft", |state| state["draft"] == "half a tho");
    let refused = window.says(&cookie, everyone(), "/mgs bob hello");
    assert_eq!(refused.status, 409);
    let refused: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(refused["left"], "/mgs bob hello");
    loaded_again.until("why", |state| {
        state.to_string().contains("did you mean /msg?")
    });
    let long = "x".repeat(64 * 1024 + 1);
    let refused = window.says(&cookie, everyone(), &long);
    let refused: Value = serde_json::from_str(&refused.body).unwrap();
    assert_eq!(refused["left"], long, "no text is lost");
    assert!(window.program.home.path().join("lock").is_file());
}

#[test]
fn a_relay_that_is_gone_is_told_and_what_is_said_meanwhile_is_sent_when_it_is_back() {
    let relay = Relay::start();
    let window = Window::open(&relay);
    let cookie = window.enter();
    let mut events = window.events(&cookie);
    events.until("the login", |state| state["relay"]["is"] == "connected");
    let Relay {
        address,
        runtime,
        data,
    } = relay;
    drop(runtime);
    let gone = events.until("the loss", |state| state["relay"]["is"] == "gone");
    assert!(
        gone["relay"]["reason"].is_string() && gone["ended"].is_null(),
        "{gone:#}"
    );
    assert_eq!(
        window.says(&cookie, everyone(), "is anybody there?").status,
        204
    );
    let relay = Relay::start_at(&address.to_string(), data);
    events.until("the next login", |state| {
        state["relay"]["is"] == "connected"
    });
    let state = events.until("the answer to what was said", |state| {
        entry(state, "alice", "is anybody there?")
            .is_some_and(|entry| entry["mark"]["meaning"] == "nobody was here")
    });
    assert!(state["ended"].is_null());
    drop(relay);
}

#[test]
fn a_file_comes_from_the_browser_and_only_what_has_come_can_be_saved_from_the_page() {
    let relay = Relay::start();
    let window = Window::open(&relay);
    let cookie = window.enter();
    let accepting = ["chat", "bob", "--plain", "--accept-files", "always"];
    let mut bob = Program::start(&accepting, 1, relay.address);
    bob.sees("ready bob");
    let mut events = window.events(&cookie);
    events.until("bob", |state| state["here"] == 1);
    let path = "/file/bob/..%2F..%2Fmy%20plan.txt";
    assert_eq!(window.post(path, &cookie, b"the plan").status, 204);
    assert!(bob.sees("file-received alice 8").ends_with(" my plan.txt"));
    let outgoing = window.program.home.path().join("outgoing");
    let bob_has = |state: &Value| state.to_string().contains("bob has my plan.txt");
    window.wants(&cookie, &json!({ "ask": "show", "with": person("bob") }));
    events.until("the receipt", bob_has);
    assert!(!outgoing.join("1").exists(), "what was sent is not kept");
    let nobody = window.post("/file/nobody/plan.txt", &cookie, b"the plan");
    assert_eq!(nobody.status, 204, "the session says no");
    events.until("the refusal", |state| {
        state.to_string().contains("nobody here is called nobody")
    });
    assert!(!outgoing.join("2").exists());
    let answer = window.program.home.path().join("answer.html");
    std::fs::write(&answer, "<script>").unwrap();
    bob.says(&format!("/file alice {}", answer.display()));
    let offer = events.until("the offer", |state| state["files"][0]["state"] == "offered");
    assert_eq!(offer["files"][0]["with"], "bob");
    assert_eq!(window.get("/received/answer.html", &cookie).status, 404);
    window.wants(
        &cookie,
        &json!({ "ask": "accept", "number": offer["files"][0]["number"] }),
    );
    events.until("the file", |state| {
        state["received"][0]["name"] == "answer.html"
    });
    let saved = window.get("/received/answer.html", &cookie);
    assert_eq!(saved.status, 200);
    assert!(saved.body.contains("<script>"));
    for header in [
        "content-disposition: attachment",
        "default-src 'none'; sandbox",
        "octet-stream",
    ] {
        assert!(
            saved.headers.contains(header),
            "{header}: {}",
            saved.headers
        );
    }
    for other in ["..%2Fidentity.keys", "identity.keys", "%2Fetc%2Fpasswd"] {
        assert_eq!(
            window.get(&format!("/received/{other}"), &cookie).status,
            404,
            "{other}"
        );
    }
}

#[test]
fn the_window_works_in_a_browser() {
    let relay = Relay::start();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/fixtures/keys");
    testing::browser::in_a_browser("chat-client/tests/browser/window.test.mjs", |_| {
        vec![
            ("CLIENT", env!("CARGO_BIN_EXE_chat-client").into()),
            ("RELAY", relay.address.to_string().into()),
            ("KEYS", keys),
        ]
    });
}
