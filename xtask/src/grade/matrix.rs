//! `grade --matrix`: who works with whom.

use harness::{Found, GradeSettings, MatrixNews, Submission};
use indicatif::ProgressBar;
use scenario::Scenario;
use tokio::sync::mpsc;

use super::{Course, NEWS, failed};
use crate::command_error::{CommandError, CommandResult};
use crate::exit_code::FINE;
use crate::interrupt::Interrupt;
use crate::workspace::Workspace;
use crate::{cli, output, staging};

/// Plays everybody with everybody, and prints a line for each.
pub(super) fn run(
    course: &Course,
    found: &[Found],
    scenario: &str,
    (arguments, workspace): (&cli::Grade, &Workspace),
) -> CommandResult {
    let scenario = staging::one(workspace, scenario)?;
    let is_chosen = |one: &&Found| arguments.only.is_empty() || arguments.only.contains(&one.name);
    let submissions = found.iter().filter(is_chosen).map(|one| Submission {
        name: one.name.clone(),
        path: one.path.clone(),
        stamp: String::new(),
    });
    let settings = course.settings(submissions.collect(), (arguments, workspace))?;
    let (matrix, ended_early) = staging::block_on(play(settings, scenario))?;
    harness::write_matrix(&course.out, &matrix).map_err(failed)?;
    // Of what was not played, nobody knows who works with whom.
    let names = matrix.names.iter().filter(|_| ended_early.is_none());
    for name in names {
        let with = matrix.works_with(name);
        let with = if with.is_empty() {
            "nobody".to_owned()
        } else {
            with.join(", ")
        };
        let line = format!("{name}  works with {with}");
        output::result(&timeline::visible(&line));
    }
    let out = course.out.display();
    output::narrate(&format!("page:   {out}/matrix.html"));
    output::narrate(&format!("data:   {out}/matrix.json"));
    ended_early.map_or(Ok(FINE), Err)
}

async fn play(
    settings: GradeSettings,
    scenario: Scenario,
) -> Result<(grading::Matrix, Option<CommandError>), CommandError> {
    let interrupt = Interrupt::listen(settings.context.cancel.clone())?;
    let bar = ProgressBar::new(0);
    let (sender, mut news) = mpsc::channel(NEWS);
    let playing = tokio::spawn(async move { harness::matrix(settings, scenario, &sender).await });
    while let Some(news) = news.recv().await {
        match news {
            MatrixNews::Plays(plays) => bar.set_length(plays as u64),
            MatrixNews::Played => bar.inc(1),
        }
    }
    bar.finish_and_clear();
    let ended = playing.await;
    let ended = ended.map_err(|_| CommandError::harness("a matrix panicked"))?;
    match ended {
        Ok((matrix, early)) => Ok((matrix, early.map(|error| interrupt.command_error(error)))),
        Err(error) => Err(interrupt.command_error(error)),
    }
}
