//! What the stage costs: a line, a process, a crowd, a play.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::harness::{RunContext, RunDir};
use ::stage::bare::spawn_on_terminal;
use ::stage::spawn::{self, Command, wait_blocking};
use nix::sys::wait::waitpid;
use report::Asked;
use scenario::adapter;
use timeline::Kind;

use super::harness::{self, Isolation};
use super::{pexpect, pin};
use crate::error::BenchError;
use crate::{baseline, setup};
use comparison::{Row, median};

/// Lines that are typed and come back in one round.
const LINES: usize = 300;

/// Processes that are started in one round.
const STARTS: usize = 100;

/// The crowds that are compared.
const FEW: usize = 100;
const MANY: usize = 500;

/// Clients that say nothing by themselves and repeat what is typed; the relay only listens.
const ECHO: &str = r#"
about = "echoes"
[programs]
shell = { path = "/bin/sh" }
relay = { cargo = "plain-relay" }
[relay]
run = ["{relay}", "--name", "{control}", "--log", "{work}/relay.log", "--fault", "none"]
ready = { line = '.*: listening on 127\.0\.0\.1:(?<port>\d+)' }
keepalive = "30s"
[client]
run = ["{shell}", "-c", "echo ready; exec cat"]
[client.type]
say = "{text}"
[client.events]
ready = 'ready'
sent = 'line \d+ of a long talk'
[controls]
output = "{control}"
"#;

/// Measures everything, each beside what it is compared with.
///
/// # Errors
///
/// When something cannot be built, started or played.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Vec<Row>, BenchError> {
    let (plain, scenario) = harness::plain(root)?;
    let echo = adapter::parse(ECHO, Path::new("echo.toml")).map_err(BenchError::File)?;
    let context = RunContext {
        adapter: Arc::new(echo),
        ..plain.clone()
    };
    pin(1);
    let reports = setup::scratch()?;
    let mut rows = spawns(rounds)?;
    let runtime = setup::runtime()?;
    runtime.block_on(async {
        rows.push(lines(&context, reports.path(), rounds).await?);
        rows.push(crowd(&context, reports.path()).await?);
        let dir = reports.path();
        let mut play = harness::compare(&plain, &scenario, dir, rounds, Isolation::Same).await?;
        play.goal = f64::max(2.0, (play.theirs.number() + 5.0) / play.theirs.number());
        play.bench = "stage";
        rows.extend(pexpect::compare(&plain.binaries, dir, rounds, play.ours)?);
        rows.push(play);
        Ok::<_, BenchError>(())
    })?;
    Ok(rows)
}

fn row(row: &'static str, reference: &'static str, times: (Duration, Duration), goal: f64) -> Row {
    Row {
        bench: "stage",
        row,
        ours: times.0.into(),
        reference,
        theirs: times.1.into(),
        goal,
    }
}

/// The call that starts a process, with pipes and on a terminal, beside the bare one.
fn spawns(rounds: u32) -> Result<Vec<Row>, BenchError> {
    let (mut pipes, mut terminals, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    const BY_HAND: &str = "start a process by hand";
    let command = Command::new("/bin/true");
    let program = c"/bin/true".to_owned();
    let count = STARTS.min(rounds as usize * 10);
    for _ in 0..count {
        let began = Instant::now();
        let child = spawn::spawn(&command)?;
        pipes.push(began.elapsed());
        wait_blocking(child.pid, &child.pidfd)?;
        let began = Instant::now();
        let (pid, pidfd) = spawn_on_terminal(&command)?;
        terminals.push(began.elapsed());
        wait_blocking(pid, &pidfd)?;
        let began = Instant::now();
        let pid = baseline::spawn(&program).map_err(BenchError::system(BY_HAND))?;
        bare.push(began.elapsed());
        waitpid(pid, None).map_err(BenchError::system(BY_HAND))?;
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
async fn lines(context: &RunContext, reports: &Path, rounds: u32) -> Result<Row, BenchError> {
    let text = format!(
        "title = \"lines\"\nclients = [\"alice\"]\n[[steps]]\nrepeat = {{ times = {LINES}, steps = [\
         {{ say = {{ from = \"alice\", text = \"line {{n}} of a long talk\" }} }}] }}\n"
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..rounds.clamp(1, 10) {
        let by_pipe = tokio::spawn(baseline::lines(LINES)).await;
        let by_pipe = by_pipe.map_err(io::Error::other).flatten();
        theirs.extend(by_pipe.map_err(BenchError::system("talk to `cat`"))?);
        let (_, events) = play(context, &text, reports).await?;
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
async fn crowd(context: &RunContext, reports: &Path) -> Result<Row, BenchError> {
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
        let (took, _) = play(context, &text, reports).await?;
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
    context: &RunContext,
    text: &str,
    reports: &Path,
) -> Result<(Duration, Vec<timeline::Event>), BenchError> {
    let dir = RunDir::create(reports).map_err(BenchError::path(reports))?;
    let scenario = setup::parse(text, &context.scenarios)?;
    let path = dir.play("bench").join("timeline.jsonl");
    let (report, took) = harness::played(context, &scenario, dir, Asked::default()).await?;
    if report.is_red() {
        let why = format!("{} {:#?}", report.scenario, report.verdicts);
        return Err(BenchError::Unexpected(why));
    }
    Ok((took, harness::read(&path)?))
}
