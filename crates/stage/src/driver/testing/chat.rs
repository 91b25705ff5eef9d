//! A chat that works, played by a script.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::{Behaviour, Cue, Happenings};
use crate::driver::RELAY;
use scenario::plan::{self, Implementations, LoadPlan, LoadShape, Plan};
use scenario::{Hearing, Scenario, adapter};
use timeline::{Direction, Ended, LinkEnd, Stream};

/// A chat whose programs are played by a script.
pub(in crate::driver) const ADAPTER: &str = r#"
about = "a chat that a script plays"
[programs]
shell = { path = "/bin/sh" }
[relay]
run = ["{shell}", "relay"]
ready = { line = 'ready on (?<port>\d+)' }
stop = "eof"
keepalive = "30s"
[client]
run = ["{shell}", "client", "{port}"]
downloads = "{work}/downloads"
[client.type]
say = "/say {text}"
file = "/file {to} {path}"
quit = "/quit"
[client.events]
ready = '^ready$'
joined = '^joined (?<who>\S+)$'
left = '^left (?<who>\S+)$'
message = '^message (?<from>\S+) (?<text>.*)$'
sent = '^sent (?<to>\S+)$'
file_received = '^file-received (?<from>\S+) (?<name>.+)$'
[controls]
output = "ready on"
wire = "message"
"#;

/// A chat that works: it says and passes on what it should.
pub(in crate::driver) fn chat() -> Behaviour {
    Box::new(chatting)
}

/// What [`chat`] does about one cue.
pub(in crate::driver) fn chatting(cue: Cue<'_>, all: &mut Happenings) {
    match cue {
        Cue::Started(RELAY) => {
            all.prints_on(RELAY, Stream::Stderr, "a log\n");
            all.prints(RELAY, "ready on 4000\n");
        }
        Cue::Started(client) => {
            all.connects(client);
            all.passes(client, Direction::Up, "login");
            all.prints_on(client, Stream::Stderr, "connecting\n");
            all.prints(client, "hello\nready\n");
            for other in all.clients().iter().filter(|other| *other != client) {
                all.passes(other, Direction::Down, "joined");
                all.prints(other, &format!("joined {client}\n"));
            }
        }
        Cue::Typed(client, "/quit") => leaves(client, all),
        Cue::Typed(client, line) => says(client, line, all),
        Cue::InputEnded(RELAY) => all.exits(RELAY, Ended::Exit(0)),
        Cue::InputEnded(client) => leaves(client, all),
        Cue::Signalled(client, Signal::KILL) if client != RELAY && all.is_running(client) => {
            all.disconnects(client, LinkEnd::Fin);
            all.exits(client, Ended::Signal(9));
            tells_that_one_left(client, all);
        }
        Cue::Signalled(..) | Cue::Cut(_) | Cue::Asked => {}
    }
}

fn says(client: &str, line: &str, all: &mut Happenings) {
    let Some(text) = line.strip_prefix("/say ") else {
        return;
    };
    all.passes(client, Direction::Up, "message sealed");
    all.prints_on(RELAY, Stream::Stderr, "passed one on\n");
    all.prints(client, "sent all\n");
    for other in all.clients().iter().filter(|other| *other != client) {
        all.passes(other, Direction::Down, "message sealed");
        all.prints(other, &format!("message {client} {text}\n"));
    }
}

fn leaves(client: &str, all: &mut Happenings) {
    all.prints(client, "bye\n");
    all.disconnects(client, LinkEnd::Fin);
    all.exits(client, Ended::Exit(0));
    tells_that_one_left(client, all);
}

fn tells_that_one_left(client: &str, all: &mut Happenings) {
    for other in all.clients() {
        all.passes(&other, Direction::Down, "left");
        all.prints(&other, &format!("left {client}\n"));
    }
}

/// The plan of a scenario for [`ADAPTER`].
pub(in crate::driver) fn planned(scenario: &str) -> Plan {
    planned_for(ADAPTER, scenario)
}

pub(in crate::driver) fn planned_for(adapter: &str, scenario: &str) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let cells: Vec<Scenario> =
        scenario::parse(scenario, "test", Path::new("test.toml"), &root).unwrap();
    let adapter = adapter::parse(adapter, Path::new("script.toml")).unwrap();
    plan::build(&cells[0], &adapter, 7, &root).unwrap()
}

/// A load of one group that lasts a second.
pub(in crate::driver) fn load_of(scenario: &str) -> LoadPlan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let cells: Vec<Scenario> =
        scenario::parse(scenario, "test", Path::new("test.toml"), &root).unwrap();
    let adapter = adapter::parse(ADAPTER, Path::new("script.toml")).unwrap();
    let shape = LoadShape {
        clients: cells[0].clients.len(),
        length: Duration::from_secs(1),
        say: Hearing::Everyone,
    };
    let cast = Implementations::from(&adapter);
    LoadPlan::new(&cells[0], &cast, (7, &root), shape, None).unwrap()
}
