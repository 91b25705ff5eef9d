//! Everybody with everybody: clients of each through the relay of each, and clients of both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use grading::{Cell, Matrix, Standing};
use scenario::Scenario;
use stage::{Commands, EngineError, Pace, StatusRequests};
use tokio::sync::mpsc;

use super::side_by_side::SideBySide;
use super::{Course, GradeSettings, Playable, Submission};
use crate::one::{self, Attempt, OfRun};
use crate::{Opened, RunContext, sweep};

/// What scenarios of a matrix call the adapter of the clients.
const CLIENTS: &str = "the clients'";

/// How far a matrix is.
#[derive(Clone, Debug)]
pub enum MatrixNews {
    /// There are so many plays.
    Plays(usize),
    /// One of them has ended.
    Played,
}

/// A submission that takes part, or why it cannot.
struct Guest {
    name: String,
    playable: Result<Playable, Standing>,
    /// What was unpacked stays until the last play.
    opened: Option<Opened>,
}

/// One play.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair {
    clients: usize,
    relay: usize,
    is_mixed: bool,
}

/// Plays one scenario for every pair of submissions. Where that ends early, what was played stays, with the reason.
///
/// # Errors
///
/// When it was interrupted before the first play, and for faults of the harness itself.
pub async fn matrix(
    settings: GradeSettings,
    scenario: Scenario,
    news: &mpsc::Sender<MatrixNews>,
) -> Result<(Matrix, Option<EngineError>), EngineError> {
    let jobs = settings.jobs;
    let (submissions, course) = Course::of(settings);
    let guests = Arc::new(guests(&course, submissions, jobs).await?);
    let scenario = Arc::new(scenario);
    let pairs = pairs(guests.len(), scenario.clients.len());
    drop(news.send(MatrixNews::Plays(pairs.len())).await);
    let (mut cells, mut played) = (Vec::new(), BTreeSet::new());
    let limits = (jobs, &course.context.cancel);
    let mut all = SideBySide::new(limits, pairs.iter().copied(), |pair| {
        let (course, guests, scenario) = (
            Arc::clone(&course),
            Arc::clone(&guests),
            Arc::clone(&scenario),
        );
        async move { Ok((pair, course.cell(&guests, pair, &scenario).await?)) }
    });
    while let Some((pair, cell)) = all.next().await {
        played.insert(pair);
        cells.push(cell);
        drop(news.send(MatrixNews::Played).await);
    }
    let failed = all.fault();
    let names: Vec<String> = guests.iter().map(|guest| guest.name.clone()).collect();
    let open = pairs.into_iter().filter(|pair| !played.contains(pair));
    cells.extend(unplayed(&names, open));
    for guest in Arc::into_inner(guests).into_iter().flatten() {
        if let Some(opened) = guest.opened {
            opened.close().await?;
        }
    }
    sweep(course.context.level).await?;
    let matrix = Matrix {
        title: scenario.title.clone(),
        names,
        cells,
    };
    Ok((matrix, failed))
}

/// Opens and builds everybody, so many at a time; they come in their order.
async fn guests(
    course: &Arc<Course>,
    submissions: Vec<Submission>,
    jobs: usize,
) -> Result<Vec<Guest>, EngineError> {
    let limits = (jobs, &course.context.cancel);
    let mut all = SideBySide::new(limits, submissions.into_iter(), |submission| {
        let course = Arc::clone(course);
        async move { course.guest(submission).await }
    });
    let mut guests = Vec::new();
    while let Some(guest) = all.next().await {
        guests.push(guest);
    }
    if let Some(error) = all.fault() {
        return Err(error);
    }
    guests.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(guests)
}

/// What nobody knows of those that were not played to their end.
fn unplayed(names: &[String], pairs: impl Iterator<Item = Pair>) -> Vec<Cell> {
    let cells = pairs.filter_map(|pair| {
        let why = Standing::CannotGrade("it was not played to its end".to_owned());
        let (clients, relay) = (names.get(pair.clients)?, names.get(pair.relay)?);
        Some(Cell::of(clients, relay, pair.is_mixed, Err(why)))
    });
    cells.collect()
}

/// Everybody's clients through everybody's relay; and mixed with theirs, where there are two.
fn pairs(guests: usize, clients: usize) -> Vec<Pair> {
    let both = (0..guests).flat_map(|one| (0..guests).map(move |other| (one, other)));
    let each = both.flat_map(|(clients, relay)| {
        [false, true].map(|is_mixed| Pair {
            clients,
            relay,
            is_mixed,
        })
    });
    each.filter(|pair| !pair.is_mixed || (pair.clients != pair.relay && clients > 1))
        .collect()
}

impl Course {
    async fn guest(&self, submission: Submission) -> Result<Guest, EngineError> {
        let opened = Opened::open_beside(submission.path.clone(), self.unpacked.clone()).await?;
        let (playable, opened) = match opened {
            Err(why) => (Err(why.into()), None),
            Ok(opened) => {
                let built = self.in_time((&submission, opened.dir()), self.budget_ends()?);
                (built.await?, Some(opened))
            }
        };
        Ok(Guest {
            name: submission.name,
            playable,
            opened,
        })
    }

    async fn cell(
        &self,
        guests: &[Guest],
        pair: Pair,
        scenario: &Scenario,
    ) -> Result<Cell, EngineError> {
        let guest = |place: usize| {
            let guest = guests.get(place);
            guest.ok_or(EngineError::Fault("a matrix has no such submission"))
        };
        let (clients, relay) = (guest(pair.clients)?, guest(pair.relay)?);
        let cell = |play| Cell::of(&clients.name, &relay.name, pair.is_mixed, play);
        let (theirs, its) = match (&clients.playable, &relay.playable) {
            (Ok(theirs), Ok(its)) => (theirs, its),
            (Err(standing), _) | (_, Err(standing)) => return Ok(cell(Err(standing.clone()))),
        };
        let (context, scenario) = together(theirs, its, pair, scenario);
        let how = if pair.is_mixed { "with" } else { "through" };
        let this = Attempt {
            number: 1,
            dir: PathBuf::from("matrix")
                .join(&clients.name)
                .join(how)
                .join(&relay.name),
            pace: Pace::Full,
            commands: Commands::none(),
            limit: Some(self.rubric.budget),
            status_requests: StatusRequests::none(),
        };
        let of = OfRun {
            dir: &self.dir,
            asked: &its.asked,
            provenance: None,
        };
        match one::play(&context, &scenario, of, this, one::nobody()).await {
            Ok(play) => {
                let cell = cell(Ok(&play));
                let mark = its.as_handed_in(&theirs.as_handed_in(&cell.mark));
                Ok(Cell { mark, ..cell })
            }
            Err(EngineError::Interrupted) => Err(EngineError::Interrupted),
            Err(error) => Ok(cell(Err(Standing::CannotGrade(error.to_string())))),
        }
    }
}

/// The relay of one, and clients of the other: all of them, or the first.
fn together(
    theirs: &Playable,
    its: &Playable,
    pair: Pair,
    scenario: &Scenario,
) -> (RunContext, Scenario) {
    let mut scenario = scenario.clone();
    if pair.clients == pair.relay {
        return (its.context.clone(), scenario);
    }
    let of_them = if pair.is_mixed {
        1
    } else {
        scenario.clients.len()
    };
    for client in scenario.clients.iter_mut().take(of_them) {
        client.adapter = Some(CLIENTS.to_owned());
    }
    let clients = theirs.context.adapter.as_ref().clone();
    let context = RunContext {
        others: Arc::new(BTreeMap::from([(CLIENTS.to_owned(), clients)])),
        ..its.context.clone()
    };
    (context, scenario)
}

#[cfg(test)]
mod tests {
    use grading::Standing;

    use super::{pairs, unplayed};

    #[test]
    fn what_was_not_played_has_a_cell_that_says_so() {
        let names = ["ada", "bob"].map(str::to_owned);
        let cells = unplayed(&names, pairs(2, 2).into_iter().skip(2));
        let of: Vec<_> = cells
            .iter()
            .map(|cell| (&*cell.clients, &*cell.relay, cell.is_mixed))
            .collect();
        let expected = [
            ("ada", "bob", true),
            ("bob", "ada", false),
            ("bob", "ada", true),
            ("bob", "bob", false),
        ];
        assert_eq!(of, expected);
        let is_open = |standing: &Standing| matches!(standing, Standing::CannotGrade(_));
        assert!(cells.iter().all(|cell| is_open(&cell.mark.standing)));
    }

    #[test]
    fn everybody_meets_everybody_and_nobody_is_mixed_with_itself() {
        let all: Vec<_> = pairs(2, 2)
            .iter()
            .map(|pair| (pair.clients, pair.relay, pair.is_mixed))
            .collect();
        let expected = [
            (0, 0, false),
            (0, 1, false),
            (0, 1, true),
            (1, 0, false),
            (1, 0, true),
            (1, 1, false),
        ];
        assert_eq!(all, expected);
        assert!(pairs(3, 1).iter().all(|pair| !pair.is_mixed));
        assert_eq!(pairs(3, 2).len(), 9 + 6);
    }
}
