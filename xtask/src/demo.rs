//! `demo`: shows a scenario to an audience: on the stage where there is a terminal with room
//! for it, else as a stream of lines.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use harness::{self, RunContext, RunDir, Update};
use report::narrator::{self, Narrator};
use report::scene::Scene;
use report::terminal::Detail;
use report::web::WebEnd;
use report::{self, Asked, PlayReport};
use scenario::Scenario;
use scenario::plan::Plan;
use stage::{self, Commands, Observer, Pace};
use terminal_stage::{Ending, Holder, Message, ScreenError, StandIn, StandInError};
use tokio_util::sync::CancellationToken;

use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::interrupt::Interrupt;
use crate::keys::{self, SingleKeys};
use crate::web::{self, Web};
use crate::workspace::Workspace;
use crate::{binaries, choosing, cli, output, recording, saved, staging, zoo};

/// Width of a demo where no terminal says another one.
const WIDTH: usize = 100;

/// What came of it, and the exit code.
type Showed = Result<(PlayReport, u8), CommandError>;

/// How long a screen may take to go when the play was ended from outside.
const FAREWELL: Duration = Duration::from_secs(1);

/// A play that is shown, and what it is called.
struct Shown {
    context: RunContext,
    scenario: Scenario,
    /// As somebody has typed it.
    name: String,
    dir: RunDir,
    /// Where runs are saved.
    reports: PathBuf,
    asked: Asked,
    flags: String,
}

impl Shown {
    fn lesson(&self) -> Option<&str> {
        self.scenario.lesson.as_deref()
    }
}

/// Plays one scenario; a key, or the pause of `--auto`, makes the next step.
pub(crate) fn run(arguments: &cli::Demo, workspace: &Workspace) -> CommandResult {
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => match choosing::choose(workspace)? {
            Some(name) => name,
            None => return Ok(FINE),
        },
    };
    let scenario = staging::one(workspace, &name)?;
    let mut staging = arguments.staging.clone();
    let mut flags = staging::asked(&staging).flags();
    if let Some(cli::Relay::Nosy) = arguments.relay {
        flags.push_str(" --relay nosy");
        staging.adapter = zoo::leaky(workspace);
        staging.settings = vec![("fault".to_owned(), "nosy".to_owned())];
    }
    let is_stage = is_stage(arguments.ui)?;
    let who = staging::implementations(workspace, &staging, std::slice::from_ref(&scenario))?;
    let who = who.for_people(&scenario, &workspace.scenarios());
    if arguments.web {
        output::narrate("preparing the page; its program is built the first time");
    }
    let page = arguments
        .web
        .then(|| binaries::build_one(workspace, web::PACKAGE));
    let page = page.transpose()?;
    let context = staging::context(workspace, &staging, who, Update::IfStored)?;
    if cfg!(debug_assertions) {
        output::narrate("our own programs are development builds here: a release is faster");
    }
    let reports = workspace.reports();
    let dir = staging::run_dir(reports)?;
    let shown = Shown {
        context,
        scenario,
        name,
        dir,
        reports: reports.to_owned(),
        asked: staging::asked(&staging),
        flags,
    };
    let showed = if let Some(program) = page {
        on_a_page(&shown, &program)
    } else if is_stage {
        on_stage(&shown, arguments.auto)
    } else {
        as_stream(&shown, arguments.auto)
    };
    let (report, code) = showed.inspect_err(|_| saved::narrate_files(shown.dir.path()))?;
    if let Some(file) = &arguments.recording.record {
        recording::record((file, arguments.recording.cast), shown.dir.path(), &report)?;
    }
    Ok(code)
}

/// Whether the stage is wanted, and can be had.
fn is_stage(ui: Option<cli::Ui>) -> Result<bool, CommandError> {
    match ui {
        None => Ok(terminal_stage::fits()),
        Some(cli::Ui::Stream) => Ok(false),
        Some(cli::Ui::Stage) => needs_terminal().map(|()| true),
    }
}

/// The stage needs somebody in front of it.
///
/// # Errors
///
/// When there is no terminal.
pub(crate) fn needs_terminal() -> Result<(), CommandError> {
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        return Ok(());
    }
    let why = "the stage needs a terminal for its keys and its screen; leave `--ui` out";
    Err(CommandError::usage(why))
}

/// On the screen, in a thread of its own.
fn on_stage(shown: &Shown, auto: Option<Duration>) -> Showed {
    let (asks, commands) = stage::commands();
    let (screen, events) = terminal_stage::channel();
    let (gone, goes) = sync_channel(1);
    let holder = Holder {
        asks,
        cancel: shown.context.cancel.clone(),
        stand_in: stand_in(shown),
    };
    thread::spawn(move || {
        let showed = terminal_stage::live(&events, &holder, auto);
        if showed.is_err() {
            // Nobody sees it, and nobody can end it.
            holder.cancel.cancel();
        }
        gone.send(showed).ok();
    });
    let pace = auto.map_or(Pace::Asked, Pace::Every);
    let to = To::Screen(screen.clone());
    let played = staging::block_on(play(shown, (pace, commands), to));
    if let Ok(report) = &played {
        let page = shown.dir.path().join(&report.dir).join("report.html");
        let ending = Ending::of(report, shown.lesson(), &page.display().to_string());
        // A screen that has gone needs no ending.
        drop(screen.send(Message::Ended(ending)));
    }
    drop(screen);
    let went = has_gone(&goes, &shown.context.cancel);
    went?;
    let report = played?;
    let code = closing(shown, &report, true);
    Ok((report, code))
}

/// The newest saved play of the same, for when this one goes wrong; it is searched for when it
/// is wanted.
fn stand_in(shown: &Shown) -> StandIn {
    let (reports, own) = (shown.reports.clone(), shown.dir.clone());
    let (id, asked) = (shown.scenario.id.clone(), shown.asked.clone());
    let command = format!("cargo xtask demo {}{} --auto 1s", shown.name, shown.flags);
    StandIn(Box::new(move || {
        let Some((run, play)) = harness::stand_in(&reports, &id, &asked, &own) else {
            return Err(StandInError::NoneSaved {
                scenario: id.clone(),
                reports: reports.clone(),
                command: command.clone(),
            });
        };
        recording::played(&run, &play).map_err(|error| StandInError::Unreadable(error.text))
    }))
}

/// Waits for the screen to go. One that reads keys from a terminal that was hung up never
/// goes: it is left behind when the play was ended from outside.
fn has_gone(
    goes: &Receiver<Result<(), ScreenError>>,
    cancel: &CancellationToken,
) -> Result<(), CommandError> {
    loop {
        match goes.recv_timeout(FAREWELL) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => {
                return Err(CommandError::environment(error.to_string()));
            }
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(CommandError::harness("the stage has panicked"));
            }
        }
    }
}

/// As lines.
fn as_stream(shown: &Shown, auto: Option<Duration>) -> Showed {
    let single_keys = if auto.is_none() {
        SingleKeys::begin()
    } else {
        None
    };
    let held = match (auto, &single_keys) {
        (Some(pause), _) => (Pace::Every(pause), Commands::none()),
        (None, Some(_)) => {
            output::narrate("SPACE or Enter: next step   q: quit");
            let (asks, commands) = stage::commands();
            keys::ask(asks, shown.context.cancel.clone());
            (Pace::Asked, commands)
        }
        (None, None) => (Pace::Full, Commands::none()),
    };
    let played = staging::block_on(play(shown, held, To::Stream));
    let report = played?;
    let code = closing(shown, &report, true);
    Ok((report, code))
}

/// On a page in a browser, which stays until somebody closes it.
fn on_a_page(shown: &Shown, program: &Path) -> Showed {
    let (context, dir) = (&shown.context, &shown.dir);
    let (asks, commands) = stage::commands();
    let web = Web::start(program, &dir.play(&shown.scenario.id), asks)?;
    output::result(&format!("open {}", web.address()));
    staging::block_on(async {
        let interrupt = Interrupt::listen(context.cancel.clone())?;
        let held = (Pace::Asked, commands);
        let played = harness::demo(
            context,
            &shown.scenario,
            dir,
            &shown.asked,
            held,
            |plan, dir| Some(web.observer(plan, dir)),
        );
        let report = played
            .await
            .map_err(|error| interrupt.command_error(error))?;
        let page = dir.path().join(&report.dir).join("report.html");
        web.end(WebEnd::of(&report, shown.lesson(), &page));
        let code = closing(shown, &report, false);
        output::narrate("the page stays until you close the stage there, or press Ctrl-C here");
        tokio::select! {
            () = web.closed() => {}
            () = context.cancel.cancelled() => {}
        }
        Ok((report, code))
    })
}

/// Where events go.
#[derive(Clone)]
enum To {
    Screen(SyncSender<Message>),
    Stream,
}

/// Plays it.
async fn play(shown: &Shown, held: (Pace, Commands), to: To) -> Result<PlayReport, CommandError> {
    let interrupt = Interrupt::listen(shown.context.cancel.clone())?;
    let (context, scenario, dir) = (&shown.context, &shown.scenario, &shown.dir);
    let report = harness::demo(context, scenario, dir, &shown.asked, held, |plan, dir| {
        let observer: Observer = match to {
            To::Screen(screen) => {
                let planned = Message::Planned(Box::new(plan.clone()), recording::reader(dir));
                drop(screen.send(planned));
                // Where the screen has gone, the play is cancelled.
                Box::new(move |event| drop(screen.send(Message::Event(event.clone()))))
            }
            To::Stream => as_lines(plan, dir),
        };
        Some(observer)
    });
    report.await.map_err(|error| interrupt.command_error(error))
}

fn as_lines(plan: &Plan, dir: &Path) -> Observer {
    let mut narrator = Narrator::new(plan, width());
    let mut scene = Scene::new(Arc::new(plan.clone()));
    let reader = recording::reader(dir);
    Box::new(move |event| {
        scene.add(event, &*reader.0);
        for line in narrator.lines(&scene, event) {
            output::result(&line);
        }
    })
}

/// What is left to be read when it is over; a page in a browser says how it ended itself.
fn closing(shown: &Shown, report: &PlayReport, says_how: bool) -> u8 {
    if says_how {
        let screen = output::screen(&io::stdout(), Detail::Usual);
        output::result(&narrator::ending(report, shown.lesson(), screen));
    }
    let dir = &shown.dir;
    let code = report::exit_code(std::slice::from_ref(report));
    if code != 0 {
        let repeat = format!(
            "cargo xtask demo {} --seed {}{}",
            report::on_a_command_line(&report.scenario, &report.path),
            report.seed,
            shown.flags
        );
        output::result(&report::terminal::failure(
            report,
            dir.path(),
            &repeat,
            output::screen(&io::stdout(), Detail::Usual),
        ));
    }
    let files = dir.path().join(&report.dir);
    output::result(&format!(
        "   everything that was seen: {}\n   as a page: {}",
        files.display(),
        files.join("report.html").display()
    ));
    code
}

fn width() -> usize {
    output::columns(&io::stdout()).unwrap_or(WIDTH)
}
