//! `demo`: shows a scenario to an audience.

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use chat_harness::report::{self, live::Narrator};
use chat_harness::run::{self, Ground, RunDir};
use chat_harness::scenario::Scenario;
use chat_harness::snapshot::Update;
use chat_harness::stage::{self, Hand, Pace};

use crate::cli;
use crate::interrupt::Interrupt;
use crate::keys::{self, SingleKeys};
use crate::output;
use crate::staging;
use crate::trouble::{Ran, Trouble};
use crate::workspace::Workspace;
use crate::zoo;

/// Width of a demo where no terminal says another one.
const WIDTH: usize = 100;

/// Bytes of a frame that are looked at, at the most.
const LOOK: u64 = 512 * 1024;

/// Plays one scenario; a key, or the pause of `--auto`, makes the next step.
pub(crate) fn run(arguments: &cli::Demo, workspace: &Workspace) -> Ran {
    let scenario = staging::one(workspace, &arguments.name)?;
    let mut staging = arguments.staging.clone();
    let mut flags = staging::asked(&staging).flags();
    if let Some(cli::Relay::Nosy) = arguments.relay {
        flags.push_str(" --relay nosy");
        staging.adapter = zoo::leaky(workspace);
        staging.settings = vec![("fault".to_owned(), "nosy".to_owned())];
    }
    let who = staging::implementations(workspace, &staging, std::slice::from_ref(&scenario))?;
    let ground = staging::ground(workspace, &staging, who, Update::Check)?;
    let reports = workspace.reports();
    let dir = RunDir::create(reports).map_err(|error| Trouble::file(reports, &error))?;
    let single_keys = if arguments.auto.is_none() {
        SingleKeys::begin()
    } else {
        None
    };
    let held = match (arguments.auto, &single_keys) {
        (Some(pause), _) => (Pace::Every(pause), Hand::none()),
        (None, Some(_)) => {
            output::narrate("SPACE or Enter: next step   q: quit");
            let (asks, hand) = stage::hand();
            keys::ask(asks, ground.cancel.clone());
            (Pace::Asked, hand)
        }
        (None, None) => (Pace::Full, Hand::none()),
    };
    let runtime = staging::runtime()?;
    let ran = runtime.block_on(play(&ground, &scenario, &dir, held, &flags));
    // The thread that waits for a key cannot be cancelled.
    runtime.shutdown_background();
    ran
}

async fn play(
    ground: &Ground,
    scenario: &Scenario,
    dir: &RunDir,
    held: (Pace, Hand),
    flags: &str,
) -> Ran {
    let interrupt = Interrupt::listen(ground.cancel.clone())?;
    let told: Arc<Mutex<Option<Narrator>>> = Arc::default();
    let telling = Arc::clone(&told);
    let report = run::demo(ground, scenario, dir, held, |plan, dir| {
        *telling.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Narrator::new(plan, width()));
        let dir = dir.to_owned();
        Box::new(move |event| {
            let mut narrator = telling.lock().unwrap_or_else(PoisonError::into_inner);
            let lines = narrator.as_mut().map(|narrator| {
                narrator.event(event, &|file, at, length| bytes(&dir, file, at, length))
            });
            for line in lines.unwrap_or_default() {
                output::result(&line);
            }
        })
    });
    let report = report.await.map_err(|error| interrupt.trouble(error))?;
    let narrator = told.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(narrator) = narrator {
        for line in narrator.end(&report) {
            output::result(&line);
        }
    }
    let code = report::exit_code(std::slice::from_ref(&report));
    if code != 0 {
        let repeat = format!(
            "cargo xtask demo {} --seed {}{flags}",
            report.scenario, report.seed
        );
        output::result(&report::terminal::failure(&report, dir.path(), &repeat));
    }
    let files = dir.path().join(&report.dir);
    output::result(&format!(
        "   everything that was seen: {}\n   as a page: {}",
        files.display(),
        files.join("report.html").display()
    ));
    Ok(code)
}

/// A part of a file of the play; what cannot be read is left out of the picture.
fn bytes(dir: &Path, file: &str, at: u64, length: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(length.min(LOOK)).unwrap_or(0)];
    let read = File::open(dir.join(file)).and_then(|file| file.read_exact_at(&mut bytes, at));
    read.map(|()| bytes).unwrap_or_default()
}

fn width() -> usize {
    let stdout = io::stdout();
    let asked = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    if !stdout.is_terminal() {
        return asked.unwrap_or(WIDTH);
    }
    let size = rustix::termios::tcgetwinsize(&stdout).map(|size| usize::from(size.ws_col));
    size.ok()
        .filter(|columns| *columns > 0)
        .or(asked)
        .unwrap_or(WIDTH)
}
