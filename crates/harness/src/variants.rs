//! The same scenario with many settings of an adapter, several at a time.

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::one::{self, Attempt, OfRun};
use super::{RunContext, RunDir, survived, sweep};
use report::{Asked, PlayReport};
use scenario::Scenario;
use scenario::adapter::Adapter;
use stage::{Commands, EngineError, Pace, StatusRequests};

/// One play.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Names the play in the run, instead of the scenario's id.
    pub name: String,
    /// What is played.
    pub scenario: Scenario,
    /// With whom.
    pub adapter: Adapter,
    /// As it is asked for alone.
    pub asked: Asked,
}

/// Plays every variant, `jobs` at a time, and passes each report on as its play ends. The order
/// of the reports is that of the variants. What survived its play is in sentences behind them.
///
/// # Errors
///
/// As [`super::test()`].
pub async fn variants(
    context: &RunContext,
    variants: Vec<Variant>,
    jobs: usize,
    dir: &RunDir,
    ended: &mpsc::Sender<PlayReport>,
) -> Result<(Vec<PlayReport>, Vec<String>), EngineError> {
    let room = Arc::new(Semaphore::new(jobs.max(1)));
    let mut playing = JoinSet::new();
    for (place, variant) in variants.into_iter().enumerate() {
        let mut context = context.clone();
        context.adapter = Arc::new(variant.adapter);
        let mut scenario = variant.scenario;
        scenario.id = variant.name;
        let asked = variant.asked;
        let (room, dir, ended) = (Arc::clone(&room), dir.clone(), ended.clone());
        playing.spawn(async move {
            let _room = room.acquire().await;
            let this = Attempt {
                number: 1,
                dir: RunDir::relative(&scenario.id),
                pace: Pace::Full,
                commands: Commands::none(),
                limit: None,
                status_requests: StatusRequests::none(),
            };
            let of = OfRun {
                dir: &dir,
                asked: &asked,
                provenance: None,
            };
            let report = one::play(&context, &scenario, of, this, one::nobody()).await?;
            // Nobody listening is no reason to stop.
            drop(ended.send(report.clone()).await);
            Ok((place, report))
        });
    }
    let mut plays = Vec::new();
    let mut first_fault = None;
    while let Some(play) = playing.join_next().await {
        match play.map_err(|_| EngineError::Fault("a play panicked"))? {
            Ok(play) => plays.push(play),
            Err(error) => {
                // The others stop as well; the first fault is the one that counts.
                context.cancel.cancel();
                first_fault.get_or_insert(error);
            }
        }
    }
    let orphans = sweep(context.level).await?;
    if let Some(fault) = first_fault {
        return Err(fault);
    }
    plays.sort_by_key(|(place, _)| *place);
    let plays = plays.into_iter().map(|(_, report)| report).collect();
    Ok((plays, orphans.iter().map(survived).collect()))
}
