//! What the stage costs: a line, a process, a crowd, a play.

use std::ffi::CString;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(super) use harness::{Ground, RunDir};
use scenario::adapter;

pub(super) use harness::Update;
use nix::sys::wait::waitpid;
use stage::bare::spawn_on_terminal;
use stage::spawn::{self, Command, wait_blocking};
use timeline::{self, Kind};

use super::harness::Isolation;
use super::table::{Row, median};
use super::{harness, pexpect, pin};
use crate::staging;
use crate::trouble::Trouble;
use crate::workspace::Workspace;

/// Lines that are typed and come back in one round.
const LINES: usize = 300;

/// Processes that are started in one round.
const STARTS: usize = 100;

/// The crowds that are compared.
const FEW: usize = 100;
const MANY: usize = 500;

/// Clients that say nothing by themselves and repeat what they are told.
const ECHO: &str = r#"
about = "echoes"
[programs]
shell = { path = "/bin/sh" }
[relay]
run = ["{shell}", "-c", "echo ready on 1; exec cat"]
ready = { line = 'ready on (?<port>\d+)' }
stop = "eof"
keepalive = "30s"
[client]
run = ["{shell}", "-c", "echo ready; exec cat"]
[client.type]
say = "{text}"
[client.events]
ready = 'ready'
sent = 'line \d+ of a long talk'
[controls]
output = "ready on 1"
"#;

/// Measures everything, each beside what it is compared with.
///
/// # Errors
///
/// When something cannot be built, started or played.
pub(super) fn measure(rounds: u32) -> Result<Vec<Row>, Trouble> {
    let workspace = Workspace::here();
    let wanted = harness::plain(&workspace);
    let who = staging::implementations(&workspace, &wanted, &[])?;
    let mut plain = staging::ground(&workspace, &wanted, who, Update::Check)?;
    plain.scenarios = workspace.zoo_scenarios();
    let echo = adapter::parse(ECHO, Path::new("echo.toml"))
        .map_err(|problems| Trouble::harness(problems.render(false)))?;
    let ground = Ground {
        adapter: Arc::new(echo),
        ..plain.clone()
    };
    let scenario = harness::scenario(&workspace)?;
    pin(1);
    let reports = tempfile::tempdir().map_err(|error| Trouble::environment(error.to_string()))?;
    let mut rows = spawns(rounds)?;
    let runtime = staging::runtime()?;
    runtime.block_on(async {
        rows.push(lines(&ground, reports.path(), rounds).await?);
        rows.push(crowd(&ground, reports.path()).await?);
        let dir = reports.path();
        let mut play = harness::compare(&plain, &scenario, dir, rounds, Isolation::Same).await?;
        let five_more = (play.theirs + Duration::from_millis(5)).as_secs_f64();
        play.goal = f64::max(2.0, five_more / play.theirs.as_secs_f64());
        play.bench = "stage";
        rows.extend(pexpect::compare(&plain.binaries, dir, rounds, play.ours)?);
        rows.push(play);
        Ok::<_, Trouble>(())
    })?;
    Ok(rows)
}

fn row(row: &'static str, reference: &'static str, times: (Duration, Duration), goal: f64) -> Row {
    Row {
        bench: "stage",
        row,
        ours: times.0,
        reference,
        theirs: times.1,
        goal,
    }
}

/// The call that starts a process, with pipes and on a terminal, beside the bare one.
fn spawns(rounds: u32) -> Result<Vec<Row>, Trouble> {
    let (mut pipes, mut terminals, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let failed = |error: &dyn std::fmt::Display| Trouble::environment(error.to_string());
    let command = Command::new("/bin/true");
    let program = CString::new("/bin/true").map_err(|error| failed(&error))?;
    let count = STARTS.min(rounds as usize * 10);
    for _ in 0..count {
        let began = Instant::now();
        let child = spawn::spawn(&command).map_err(|error| failed(&error))?;
        pipes.push(began.elapsed());
        wait_blocking(child.pid, &child.pidfd).map_err(|error| failed(&error))?;
        let began = Instant::now();
        let (pid, pidfd) = spawn_on_terminal(&command).map_err(|error| failed(&error))?;
        terminals.push(began.elapsed());
        wait_blocking(pid, &pidfd).map_err(|error| failed(&error))?;
        let began = Instant::now();
        let pid = floor::spawn(&program).map_err(|error| failed(&error))?;
        bare.push(began.elapsed());
        waitpid(pid, None).map_err(|error| failed(&error))?;
    }
    let bare = median(bare);
    Ok(vec![
        row(
            "a process started, on pipes",
            "posix_spawn",
            (median(pipes), bare),
            1.3,
        ),
        row(
            "a process started, on a terminal",
            "posix_spawn",
            (median(terminals), bare),
            2.5,
        ),
    ])
}

/// From a line that is typed to the line that matches, transcript included.
async fn lines(ground: &Ground, reports: &Path, rounds: u32) -> Result<Row, Trouble> {
    let text = format!(
        "title = \"lines\"\nclients = [\"alice\"]\n[[steps]]\nrepeat = {{ times = {LINES}, steps = [\
         {{ say = {{ from = \"alice\", text = \"line {{n}} of a long talk\" }} }}] }}\n"
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds.clamp(1, 10) {
        let by_pipe = tokio::spawn(floor::lines(LINES)).await;
        let by_pipe = by_pipe.map_err(io::Error::other).flatten();
        theirs.extend(by_pipe.map_err(|e| Trouble::environment(e.to_string()))?);
        let (_, events) = play(ground, &text, reports).await?;
        let mut typed = None;
        for event in events {
            match event.kind {
                Kind::Typed { .. } => typed = Some(event.t),
                Kind::Line { seen: Some(_), .. } => {
                    let took = typed.take().map(|typed| event.t - typed);
                    ours.extend(took.map(Duration::from_nanos));
                }
                _ => {}
            }
        }
    }
    let times = (median(ours), median(theirs));
    Ok(row(
        "a line typed, echoed and matched",
        "pipe, memmem",
        times,
        1.3,
    ))
}

/// What one client costs in a crowd, started, spoken with and gone.
async fn crowd(ground: &Ground, reports: &Path) -> Result<Row, Trouble> {
    let mut each = Vec::new();
    for count in [FEW, MANY] {
        let says: String = (1..=count)
            .map(|n| {
                // Nobody hears another one, so it is typed and not said.
                format!(
                    "[[steps]]\ntype = {{ client = \"user{n}\", line = \"line {n} of a long talk\" }}\n\
                     [[steps]]\nexpect = {{ client = \"user{n}\", event = \"sent\" }}\n"
                )
            })
            .collect();
        let text = format!(
            "title = \"crowd\"\nclients = {{ count = {count}, name = \"user{{n}}\" }}\n{says}"
        );
        let (took, _) = play(ground, &text, reports).await?;
        each.push(took / u32::try_from(count).unwrap_or(u32::MAX));
    }
    let times = (
        each.pop().unwrap_or_default(),
        each.pop().unwrap_or_default(),
    );
    Ok(row("each of 500 clients", "of 100", times, 1.2))
}

/// Plays a text; how long it took, and its timeline.
async fn play(
    ground: &Ground,
    text: &str,
    reports: &Path,
) -> Result<(Duration, Vec<timeline::Event>), Trouble> {
    let dir = RunDir::create(reports).map_err(|error| Trouble::file(reports, &error))?;
    let scenario = scenario::parse(text, "bench", Path::new("bench.toml"), &ground.scenarios)
        .map_err(|problems| Trouble::harness(problems.render(false)))?
        .pop()
        .ok_or_else(|| Trouble::harness("a scenario file holds no scenario"))?;
    let path = dir.play("bench").join("timeline.jsonl");
    let (report, took) = harness::played(ground, &scenario, dir).await?;
    if report.is_red() {
        let why = format!("{} {:#?}", report.scenario, report.verdicts);
        return Err(Trouble::harness(why));
    }
    let failed = |error| Trouble::file(&path, &error);
    let text = std::fs::read_to_string(&path).map_err(failed)?;
    Ok((took, timeline::read(&text).map_err(failed)?))
}
