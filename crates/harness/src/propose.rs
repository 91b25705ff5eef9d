//! An adapter for programs that nobody has described: proposed by their sources, and by what they print when they are
//! played.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use proposal::{ANSWER, FAREWELL, GREETING, Observed, Proposal, WHISPER};
use report::Asked;
use scenario::adapter::{self, Adapter};
use stage::{BuildError, Commands, EngineError, Pace, StatusRequests};

use super::files::write;
use super::one::{self, Attempt, OfRun};
use super::probe::parsed;
use super::sources::read_sources;
use super::{RunContext, RunDir};

/// How many plays are spent on finding out how the programs are started.
const PLAYS: usize = 8;

/// How long one of them may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What was found out.
#[derive(Debug)]
pub enum Discovery {
    /// Clients heard each other.
    Works(Box<Proposed>),
    /// They do not build.
    DoesNotBuild(BuildError),
    /// Nothing that was proposed let one client hear another.
    Fails {
        /// Why, of each in turn.
        why: Vec<String>,
        /// The likeliest of them, for whoever goes on by hand, with what it printed.
        likeliest: Option<Box<Proposed>>,
    },
}

/// An adapter, and what it rests on.
#[derive(Debug)]
pub struct Proposed {
    /// What is proposed.
    pub proposal: Proposal,
    /// What its programs printed when they were watched.
    pub observed: Observed,
}

/// Where to search, and where the files of its plays go.
#[derive(Clone, Copy, Debug)]
pub struct Watching<'a> {
    /// Where the sources are.
    pub submission: &'a Path,
    /// The directory of the run.
    pub dir: &'a RunDir,
    /// Of the plays, below that.
    pub place: &'a Path,
}

/// Reads sources, and plays what they suggest until one client hears another.
///
/// # Errors
///
/// For faults of the machine or of the harness, and when it was cancelled.
pub async fn propose(
    context: &RunContext,
    watching: Watching<'_>,
) -> Result<Discovery, EngineError> {
    let place = watching.submission.to_owned();
    let sources = off_thread(move || read_sources(&place).map(|all| proposal::proposals(&all)));
    let proposals = sources.await?.map_err(|error| EngineError::File {
        what: "read the sources in",
        path: watching.submission.to_owned(),
        error,
    })?;
    let mut waiting = match proposals {
        Ok(found) => found,
        Err(why) => {
            let (why, likeliest) = (vec![why], None);
            return Ok(Discovery::Fails { why, likeliest });
        }
    };
    waiting.reverse();
    let submission = watching.submission.display().to_string();
    let (mut all, mut likeliest) = (Vec::new(), None);
    for number in 1..=PLAYS {
        let Some(proposal) = waiting.pop() else {
            break;
        };
        let watched = Watched {
            context,
            watching,
            number,
        };
        let text = proposal.to_observe(&submission);
        let observed = match watched.play(&text, &said(proposal.quits())).await? {
            Ok(observed) => observed,
            Err(why) => return Ok(Discovery::DoesNotBuild(why)),
        };
        let learn = move || (proposal.learn(&observed), proposal, observed);
        let (learned, proposal, observed) = off_thread(learn).await?;
        match learned {
            Ok(known) => {
                let proposal = watched.more(known, &submission).await?;
                return Ok(Discovery::Works(Box::new(Proposed { proposal, observed })));
            }
            Err((why, others)) => {
                all.push(why);
                waiting.extend(others.into_iter().rev());
                likeliest.get_or_insert_with(|| Box::new(Proposed { proposal, observed }));
            }
        }
    }
    Ok(Discovery::Fails {
        why: all,
        likeliest,
    })
}

/// Works through what others have written, which may be much, and holds up nobody else meanwhile.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EngineError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| EngineError::Fault("proposing an adapter has panicked"))
}

/// The adapter of programs of which nothing is known yet.
const UNKNOWN: &str = r#"
about = "Nothing is known of it yet."
[programs]
sh = { path = "sh" }
[relay]
run = ["{sh}"]
ready = { listens = 1024 }
keepalive = "30s"
[client]
run = ["{sh}"]
ready = "connected"
[client.type]
[client.events]
"#;

/// The adapter of programs of which nothing is known yet: whoever plays them proposes one first.
///
/// # Errors
///
/// Never: a test reads it.
pub fn unknown_adapter() -> Result<Adapter, EngineError> {
    read(UNKNOWN, Path::new("unknown.toml"))
}

/// A proposal as an adapter, written where the evidence of its plays is.
///
/// # Errors
///
/// When it cannot be written, and for a proposal that is no adapter.
pub fn proposed_adapter(
    proposal: &Proposal,
    watching: Watching<'_>,
) -> Result<Adapter, EngineError> {
    let text = proposal.to_toml(&watching.submission.display().to_string());
    let place = watching.dir.path().join(watching.place);
    write(&place, "adapter.toml", &text)?;
    read(&text, &place.join("adapter.toml"))
}

fn read(text: &str, path: &Path) -> Result<Adapter, EngineError> {
    adapter::parse(text, path).map_err(|_| EngineError::Fault("a proposal is no adapter"))
}

/// Both say something; then bob leaves, where a command for that is known.
fn said(quits: bool) -> String {
    let say = |from, text| {
        format!("[[steps]]\nsay = {{ from = \"{from}\", text = \"{text}, {{canary}}\" }}\n")
    };
    let quit = if quits {
        "[[steps]]\nwithin = \"5s\"\nleave = { client = \"bob\", how = \"quit\" }\n"
    } else {
        ""
    };
    let (bob, alice) = (say("bob", GREETING), say("alice", ANSWER));
    format!("clients = [\"alice\", \"bob\"]\n{bob}{alice}{quit}")
}

struct Watched<'a> {
    context: &'a RunContext,
    watching: Watching<'a>,
    number: usize,
}

impl Watched<'_> {
    /// Who leaves, and what is said to one alone.
    async fn more(&self, mut known: Proposal, submission: &str) -> Result<Proposal, EngineError> {
        let farewell = format!(
            "clients = [\"alice\", \"bob\", \"{FAREWELL}\"]\n[[steps]]\nwithin = \"5s\"\nleave = {{ client = \"{FAREWELL}\", how = \"kill\" }}\n"
        );
        let text = known.to_observe_farewell().to_watch(submission);
        if let Ok(observed) = self.play(&text, &farewell).await? {
            known = known.learn_farewell(&observed);
        }
        if let Some(other) = known.to_observe_whisper() {
            let whisper = format!(
                "clients = [\"alice\", \"bob\"]\n[[steps]]\nwithin = \"5s\"\nmsg = {{ from = \"alice\", to = \"bob\", text = \"{WHISPER}, {{canary}}\" }}\n"
            );
            if let Ok(observed) = self.play(&other.to_watch(submission), &whisper).await? {
                known = known.learn_whisper(&observed);
            }
        }
        Ok(known)
    }

    /// Plays some steps with an adapter, and reads what happened.
    async fn play(
        &self,
        text: &str,
        steps: &str,
    ) -> Result<Result<Observed, BuildError>, EngineError> {
        let Watching { dir, place, .. } = self.watching;
        let adapter = read(text, &dir.path().join(place).join("observed.toml"))?;
        let adapter = match self.context.built(adapter, dir).await? {
            Ok(adapter) => adapter,
            Err(why) => return Ok(Err(why)),
        };
        let context = RunContext {
            adapter: Arc::new(adapter),
            ..self.context.clone()
        };
        let title = steps
            .contains("kill")
            .then_some("leaves")
            .or(steps.contains(WHISPER).then_some("whispers"));
        let name = format!("watched-{}-{}", self.number, title.unwrap_or("says"));
        let scenario = parsed(
            &format!("title = \"{name}\"\n{steps}"),
            &name,
            &context.scenarios,
        )?;
        let this = Attempt {
            number: 1,
            dir: place.join(PathBuf::from(&name)),
            pace: Pace::Full,
            commands: Commands::none(),
            limit: Some(LIMIT),
            status_requests: StatusRequests::none(),
        };
        let of = OfRun {
            dir,
            asked: &Asked::default(),
            provenance: None,
        };
        let report = one::play(&context, &scenario, of, this, one::nobody()).await?;
        let timeline = dir.path().join(&report.dir).join("timeline.jsonl");
        let text = std::fs::read_to_string(timeline).unwrap_or_default();
        let events = timeline::read(&text).unwrap_or_default();
        Ok(Ok(Observed::read(&events)))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_unknown_is_an_adapter() {
        assert_eq!(super::unknown_adapter().unwrap().name, "unknown");
    }
}
