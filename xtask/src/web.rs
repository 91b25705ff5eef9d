//! `demo --web`: the same play, shown in a browser.
//!
//! What serves the page is a program of its own, built when it is first asked for. It gets
//! the state of the play and passes on what people ask for; it decides nothing and knows nothing.

use std::fs::File;
use std::io::{self, BufReader, Read as _, Write as _};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use report::scene::Scene;
use report::web::{WebEnd, WebState};
use scenario::plan::Plan;
use serde::Deserialize;
use serde_json::json;
use stage::Observer;
use stage::spawn::{Child, Command, spawn, wait_blocking};
use timeline::ControlCommand;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::command_error::CommandError;
use crate::recording;

/// The package, and the program in it.
pub(crate) const PACKAGE: &str = "web-stage";

/// The page, and what it shows. When it goes, so does the page.
pub(crate) struct Web {
    address: String,
    shown: Arc<Mutex<Shown>>,
    changed: Option<SyncSender<()>>,
    closed: CancellationToken,
    sender: Option<JoinHandle<()>>,
}

/// What the page shows.
#[derive(Default)]
struct Shown {
    scene: Option<Scene>,
    end: Option<WebEnd>,
}

/// What the program says for itself; everything else is a command for the play.
#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
enum Said {
    /// First: what to open.
    Open { address: String },
    /// Nobody is watching any more.
    Close,
}

impl Web {
    /// Starts the program. Commands for the play go to `asks`.
    ///
    /// # Errors
    ///
    /// When it cannot be started or says no address; with what it says instead.
    pub(crate) fn start(
        program: &Path,
        play: &Path,
        asks: mpsc::Sender<ControlCommand>,
    ) -> Result<Self, CommandError> {
        let started = spawn(&Command::new(program));
        let started = started.map_err(|error| CommandError::environment(error.to_string()))?;
        let Child {
            pid,
            pidfd,
            stdin,
            stdout,
            stderr,
        } = started;
        let (mut stdin, mut said) = (File::from(stdin), BufReader::new(File::from(stdout)));
        let address = greet(play, &mut stdin, &mut said)
            .ok_or_else(|| CommandError::environment(complaint(File::from(stderr))))?;
        let closed = CancellationToken::new();
        let closing = closed.clone();
        thread::spawn(move || {
            pass_on(said, &asks);
            closing.cancel();
        });
        let shown: Arc<Mutex<Shown>> = Arc::default();
        let showing = Arc::clone(&shown);
        let (changed, changes) = sync_channel(1);
        let sender = thread::spawn(move || {
            // The page may have gone before the play.
            send_states(stdin, &changes, &showing).ok();
            wait_blocking(pid, &pidfd).ok();
        });
        Ok(Self {
            address,
            shown,
            changed: Some(changed),
            closed,
            sender: Some(sender),
        })
    }

    /// What to open.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Shows a play from its begin.
    pub(crate) fn observer(&self, plan: &Plan, dir: &Path) -> Observer {
        lock(&self.shown).scene = Some(Scene::new(Arc::new(plan.clone())));
        let (shown, changed) = (Arc::clone(&self.shown), self.changed.clone());
        let reader = recording::reader(dir);
        Box::new(move |event| {
            if let Some(scene) = &mut lock(&shown).scene {
                scene.add(event, &*reader.0);
            }
            // A full channel is as good: the latest state is sent, not each.
            changed.as_ref().map(|changed| changed.try_send(()).ok());
        })
    }

    /// Shows what came of it.
    pub(crate) fn end(&self, end: WebEnd) {
        lock(&self.shown).end = Some(end);
        self.changed
            .as_ref()
            .map(|changed| changed.try_send(()).ok());
    }

    /// Comes when somebody has closed the page.
    pub(crate) async fn closed(&self) {
        self.closed.cancelled().await;
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.changed = None;
        if let Some(sender) = self.sender.take() {
            sender.join().ok();
        }
    }
}

/// Says where things lie, and hears which address to open.
fn greet(play: &Path, stdin: &mut File, said: &mut impl io::BufRead) -> Option<String> {
    let setup = json!({ "uploads": play.join("uploads"), "report": play.join("report.html") });
    writeln!(stdin, "{setup}").ok()?;
    let mut first = String::new();
    said.read_line(&mut first).ok()?;
    match serde_json::from_str(&first).ok()? {
        Said::Open { address } => Some(address),
        Said::Close => None,
    }
}

fn complaint(mut stderr: File) -> String {
    let mut said = String::new();
    stderr.read_to_string(&mut said).ok();
    format!("the page cannot be served: {}", said.trim())
}

/// Hands commands to the play until the page is closed.
fn pass_on(said: impl io::BufRead, asks: &mpsc::Sender<ControlCommand>) {
    for line in said.lines().map_while(Result::ok) {
        if let Ok(Said::Close) = serde_json::from_str(&line) {
            // Whoever closes the page does not see another step.
            asks.blocking_send(ControlCommand::Stop).ok();
            return;
        }
        if let Ok(ask) = serde_json::from_str(&line) {
            asks.blocking_send(ask).ok();
        }
    }
}

/// Sends the state of the play to the page whenever it has changed.
fn send_states(mut page: File, changes: &Receiver<()>, shown: &Mutex<Shown>) -> io::Result<()> {
    while changes.recv().is_ok() {
        let state = {
            let shown = lock(shown);
            let scene = shown.scene.as_ref();
            scene.map(|scene| WebState::of(scene, shown.end.as_ref()))
        };
        let mut line = serde_json::to_vec(&state)?;
        line.push(b'\n');
        page.write_all(&line)?;
    }
    Ok(())
}

fn lock(shown: &Mutex<Shown>) -> MutexGuard<'_, Shown> {
    shown.lock().unwrap_or_else(PoisonError::into_inner)
}
