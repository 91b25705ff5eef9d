//! Arguments of the commands about programs that somebody has handed in.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use harness::Shard;

use super::{Level, Verbosity};
use crate::argument;

/// What a platform, which grades one submission, has no use for.
const ALONE: [&str; 8] = [
    "submissions",
    "overrides",
    "only",
    "shard",
    "merge",
    "compare",
    "rerun",
    "matrix",
];

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask grade submissions --rubric rubric.toml
  cargo xtask grade submissions --rubric rubric.toml --only ada --rerun all
  cargo xtask grade submissions --rubric rubric.toml --rerun open --jobs 4
  cargo xtask grade submissions --rubric rubric.toml --publish
  cargo xtask grade submissions --rubric rubric.toml --shard 2/8 --seed 1 --out part-2
  cargo xtask grade submissions --rubric rubric.toml --seed 1 --merge part-1 part-2
  cargo xtask grade submissions --rubric rubric.toml --matrix basics/public
  cargo xtask grade --gradescope /autograder --rubric /autograder/source/rubric.toml

Each directory or archive (.zip, .tar.gz) in SUBMISSIONS is a submission. Those that were graded
before and have not changed keep their grades, so the same command resumes an interrupted run.
docs/grading.md starts with an example.")]
pub(crate) struct Grade {
    /// Directory with one directory or archive for each submission
    #[arg(required_unless_present_any = ["gradescope", "classroom50"])]
    pub(crate) submissions: Option<PathBuf>,
    /// What to play and how many points it earns; `cargo xtask new rubric` writes a template
    #[arg(long, value_name = "FILE")]
    pub(crate) rubric: PathBuf,
    /// Points set by hand, and late days [default: `overrides.toml` beside the rubric]
    #[arg(long, value_name = "FILE")]
    pub(crate) overrides: Option<PathBuf>,
    /// Directory for the grades [default: `grades/` among the saved runs]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Grade only this submission; repeatable
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Grade only this part of the submissions, such as `2/8`; `--merge` merges the parts
    #[arg(long, value_name = "PART/PARTS", requires = "seed")]
    pub(crate) shard: Option<Shard>,
    /// Take the grades of the same submissions from these directories, and grade the rest
    #[arg(long, value_name = "DIR", num_args = 1.., conflicts_with_all = ["shard", "rerun"])]
    pub(crate) merge: Vec<PathBuf>,
    /// Show which points differ from those in this directory of grades
    #[arg(long, value_name = "DIR")]
    pub(crate) compare: Option<PathBuf>,
    /// Regrade submissions even if they have not changed
    #[arg(long, value_name = "WHICH")]
    pub(crate) rerun: Option<Rerun>,
    /// Also show students the items that are hidden until the due date or until publication
    #[arg(long)]
    pub(crate) publish: bool,
    /// Instead of grading, play this scenario with every pair of submissions: the clients of one with the relay of the other, and clients of both
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = ["merge", "rerun", "compare", "shard", "within", "publish"])]
    pub(crate) matrix: Option<String>,
    /// Grade the one submission in Gradescope's directory, and write results/results.json there
    #[arg(long, value_name = "DIR", conflicts_with_all = ALONE)]
    pub(crate) gradescope: Option<PathBuf>,
    /// Grade the one submission in this checkout of Classroom 50, and write result.json there
    #[arg(long, value_name = "DIR", conflicts_with_all = ALONE)]
    pub(crate) classroom50: Option<PathBuf>,
    /// Stop after this long, and keep what was graded [default: 540s on a platform]
    #[arg(long, value_name = "DURATION", value_parser = argument::duration)]
    pub(crate) within: Option<Duration>,
    /// Number of submissions at a time [default: one per processor]
    #[arg(long, value_name = "N", value_parser = argument::from_1::<NonZeroUsize>, allow_negative_numbers = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Random seed [default: the one of the first run]
    #[arg(long, value_name = "NUMBER", value_parser = argument::from_0::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// Isolation level [default: the strongest that works here]
    #[arg(long)]
    pub(crate) level: Option<Level>,
}

#[derive(Args, Debug)]
#[command(after_help = "Examples:
  cargo xtask try basics/public ./my-chat
  cargo xtask try basics/private ./my-chat --adapter docs/grading/adapter.toml
  cargo xtask try basics/public ada.tar.gz --adapter course/adapter.toml --seed 1

Without --adapter, the directory's own adapter.toml is used; without that, one is proposed,
as `cargo xtask new adapter` does.")]
pub(crate) struct Try {
    /// Id of a scenario, part of an id, or path
    pub(crate) scenario: String,
    /// Directory or archive (.zip, .tar.gz, .tar) with a relay and a client
    pub(crate) submission: PathBuf,
    /// Adapter: name or path. Its setting `submission`, if it has one, is set to the directory
    #[arg(long, value_name = "NAME|PATH")]
    pub(crate) adapter: Option<String>,
    /// Random seed [default: a new one]
    #[arg(long, value_name = "NUMBER", value_parser = argument::from_0::<u64>, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
    /// Isolation level [default: the strongest that works here]
    #[arg(long)]
    pub(crate) level: Option<Level>,
    #[command(flatten)]
    pub(crate) verbosity: Verbosity,
}

/// Which submissions are graded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Rerun {
    /// Every submission
    All,
    /// Those without full marks, counting points set by hand
    Failed,
    /// Those that are flaky or could not be graded, and await a decision
    Open,
}

impl Rerun {
    /// Whether it means a submission that gets this.
    pub(crate) fn means(self, marks: &grading::Marks) -> bool {
        let mut marks = marks.marks.iter();
        match self {
            Self::All => true,
            Self::Failed => marks.any(|mark| !mark.is_full()),
            Self::Open => marks.any(grading::Mark::is_open),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use grading::{Graded, Mark, Marks, Overrides, Rubric, Standing};

    use super::Rerun;

    const RUBRIC: &str =
        "title = \"t\"\n[[items]]\nid = \"say\"\ntitle = \"s\"\nscenario = \"s\"\npoints = 1\n";

    /// Whether a submission that could not be graded is graded again: for all, failed and open ones.
    fn again(by_hand: &str) -> [bool; 3] {
        let rubric = Rubric::parse(RUBRIC, Path::new("r.toml")).unwrap();
        let overrides = Overrides::parse(by_hand, Path::new("o.toml")).unwrap();
        let open = Standing::CannotGrade("no room".to_owned());
        let graded = Graded {
            submission: "ada".to_owned(),
            dir: String::new(),
            seed: 0,
            stamp: String::new(),
            marks: vec![Mark::without_play(&rubric.items[0], open)],
        };
        let marks = Marks::new(graded, &rubric, &overrides);
        [Rerun::All, Rerun::Failed, Rerun::Open].map(|which| which.means(&marks))
    }

    #[test]
    fn what_is_decided_by_hand_is_not_open_and_full_points_are_no_failure() {
        assert_eq!(again(""), [true, true, true]);
        let by_hand = |points: u32| {
            format!(
                "[[points]]\nsubmission = \"ada\"\nitem = \"say\"\npoints = {points}\nreason = \"seen\"\n"
            )
        };
        assert_eq!(again(&by_hand(1)), [true, false, false]);
        assert_eq!(again(&by_hand(0)), [true, true, false]);
    }
}
