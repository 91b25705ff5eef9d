//! Verdicts, with their evidence.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use timeline::{ExpectationId, StepId, Surface};

/// Of one check. The order is the severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It held.
    Pass,
    /// It could not have failed, so that it says nothing.
    CannotTell,
    /// It did not hold.
    Fail,
    /// What is there differs with what was said. It need not tell what that was.
    Distinguishable,
    /// Plaintext was seen where it must not be.
    Plaintext,
}

/// Of a whole play.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlayVerdict {
    /// Every check passed.
    Pass,
    /// A required check could not have failed.
    CannotTell,
    /// A check failed.
    Fail,
    /// Passed in one try, not in another.
    Flaky,
    /// A process survived.
    Orphan,
    /// What the relay kept differs with what was said.
    Distinguishable,
    /// Plaintext was seen.
    Plaintext,
    /// A check failed, and the scenario says why it must as yet.
    Xfail(String),
    /// Not played here, with the reason.
    Skip(String),
    /// The implementation declares that it cannot do it.
    Unsupported(String),
}

impl PlayVerdict {
    /// It went as it should: it passed, or failed where the scenario says that it must.
    pub fn is_fine(&self) -> bool {
        matches!(self, Self::Pass | Self::Xfail(_))
    }
}

/// Everything that the judge says of a play.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// The whole.
    #[serde(rename = "verdict")]
    pub play: PlayVerdict,
    /// In the order of the plan, then those of the whole play.
    pub checks: Vec<Check>,
    /// Surfaces of the relay about which the verdict says nothing: the adapter declares no control
    /// there.
    #[serde(default)]
    pub uncovered: Vec<Surface>,
    /// Surfaces that this machine does not let be searched, whatever the relay does.
    #[serde(default)]
    pub refused: Vec<Surface>,
}

impl Verdicts {
    /// What belongs to `PASS`: `says nothing about the relay's memory`. `None` where the play did not
    /// pass, or leaves no surface out.
    pub fn limit(&self) -> Option<String> {
        let says_less = self.play == PlayVerdict::Pass && !self.uncovered.is_empty();
        says_less.then(|| {
            let surfaces = Surface::all_in_words(&self.uncovered);
            format!("says nothing about {surfaces}")
        })
    }
}

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What kind.
    pub kind: CheckKind,
    /// In words: `bob shows the text, once, from alice`.
    pub name: String,
    /// Which step; `None` for those of the whole play.
    pub step: Option<StepId>,
    /// Line of the scenario file, where there is a step.
    pub line: Option<usize>,
    /// How it went.
    pub verdict: Verdict,
    /// Why; empty for what passed with nothing to say.
    pub evidence: Evidence,
}

/// What was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// A canary on a surface.
    Audit(Surface),
    /// What a surface holds, compared with plays in which other words were said.
    Differential(Surface),
    /// What was shown came over the link.
    Carried,
    /// The timeline holds the whole play; said only when it does not and nothing failed.
    Complete,
    /// What is in downloads when the play is over.
    Downloads,
    /// A client's end: no crash.
    Ending(String),
    /// An expectation of a step.
    Expectation(ExpectationId),
    /// What clients' own stores hold was searched for.
    Keys,
    /// What is said after the last step arrives.
    LastWords,
    /// What a participant used.
    Limits,
    /// The play took longer than it may.
    InTime,
    /// Messages of one sender in their order, at one recipient.
    Order,
    /// Nothing survived.
    Orphans,
    /// A participant got ready.
    Ready(String),
    /// The relay goes on.
    RelayLives,
    /// Only what the scenario says was done; said when somebody interfered.
    Scripted,
    /// A participant ended when it was asked to.
    Stopping(String),
    /// Nobody showed what was not for them; of a load.
    Strangers,
    /// What clients show has a cause.
    Unexplained,
    /// It fails as the scenario says.
    Xfail,
    /// A stored snapshot: `transcript` or `protocol`.
    Snapshot(String),
}

impl CheckKind {
    /// Whether it is about what a relay could read, and not about what programs do.
    pub fn is_secrecy(&self) -> bool {
        matches!(self, Self::Audit(_) | Self::Differential(_) | Self::Keys)
    }
}

/// Why a verdict is what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was expected.
    pub expected: String,
    /// What was.
    pub got: String,
    /// The first difference, with invisible characters shown.
    pub difference: Option<String>,
    /// What happened just before, of all participants, oldest first.
    pub just_before: Vec<Happened>,
    /// A file to look at, in the play's directory.
    pub look_at: Option<String>,
    /// Number of the event that settled it: what came first is the likelier cause.
    #[serde(default)]
    pub event: Option<u64>,
}

/// One thing that happened just before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// A client's name, or `relay`.
    pub who: String,
    /// What they did.
    pub did: Did,
    /// What they printed or typed, or how it ended.
    pub text: String,
    /// Milliseconds since the play began.
    pub at_ms: u64,
}

/// What a participant did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Did {
    /// Printed a line.
    Printed,
    /// Was typed at.
    Typed,
    /// Ended.
    Exited,
    /// Lost one direction of its link.
    LinkClosed,
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (who, text) = (&self.who, &self.text);
        write!(f, "{who:>8}│ ")?;
        match self.did {
            Did::Printed => f.write_str(text),
            Did::Typed => write!(f, "> {text}"),
            Did::Exited => write!(f, "({text})"),
            Did::LinkClosed => write!(f, "(link {text})"),
        }?;
        let at = Duration::from_millis(self.at_ms);
        write!(f, "  t={}", timeline::seconds(at))
    }
}
