//! Marks: what each item of a rubric earned, from the plays of one submission.

use serde::{Deserialize, Serialize};

use judge::{Check, CheckKind};
use report::PlayReport;
use timeline::visible;

use crate::judgement::{self, Judgement};
use crate::override_file::Overrides;
use crate::rubric::{Rubric, RubricItem};

/// What stands for the place of a submission where its author reads it.
const AT_HOME: &str = "YOUR-SUBMISSION";

/// What the plays of one submission earned, before anything is decided by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graded {
    /// Whose.
    pub submission: String,
    /// Where it lies.
    pub dir: String,
    /// With it, the plays can be repeated.
    pub seed: u64,
    /// Of what it was and how it was graded.
    pub stamp: String,
    /// In the order of the rubric.
    pub marks: Vec<Mark>,
}

/// What one submission gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Whose.
    pub submission: String,
    /// Where it lies.
    pub dir: String,
    /// With it, the plays can be repeated.
    pub seed: u64,
    /// In the order of the rubric.
    pub marks: Vec<Mark>,
    /// By how many days it was late.
    pub days_late: u32,
    /// How often it was handed in.
    pub times: u32,
    /// What that costs, in points.
    pub deduction: u32,
    /// Points after that.
    pub total: u32,
    /// What can be reached without extra credit.
    pub maximum: u32,
}

/// What one item earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The id of the item.
    pub item: String,
    /// Points.
    pub points: u32,
    /// Points that are taken away: its penalty, or a part of it.
    pub lost: u32,
    /// What it is worth.
    pub of: u32,
    /// How it came to them.
    pub standing: Standing,
    /// Why points are missing; the cause first.
    pub reasons: Vec<Reason>,
    /// One line that plays it again.
    pub repeat: Option<String>,
    /// Where the play's files lie, in the directory of the grades.
    pub evidence: Option<String>,
    /// Why somebody has set the points by hand.
    pub overridden: Option<String>,
}

/// How an item came to its points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Everything went right.
    Earned,
    /// Some of it did.
    Partly {
        /// So many parts.
        held: u32,
        /// Of so many.
        of: u32,
    },
    /// It did not go right.
    Missed,
    /// It was not played, because an item that it needs was not earned.
    Skipped {
        /// Which one.
        needs: String,
    },
    /// The submission does not do what the scenario needs.
    NotSupported(String),
    /// Not played: it does not build.
    DoesNotBuild(String),
    /// Not played: the submission's time was used up.
    OutOfTime,
    /// The machine's fault, or the harness's: no reason to take points away.
    CannotGrade(String),
    /// It went right in some tries and not in others; somebody must decide.
    Flaky {
        /// In so many tries.
        passed: u32,
        /// Of so many.
        tries: u32,
    },
}

/// Why points are missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What was checked.
    pub check: String,
    /// What should have been; empty where the check says it.
    pub expected: String,
    /// What was.
    pub got: String,
    /// The first difference.
    pub difference: Option<String>,
    /// What happened just before, oldest first.
    pub just_before: Vec<String>,
}

impl Reason {
    pub(crate) fn of(check: &Check) -> Self {
        let evidence = &check.evidence;
        let (check, expected) = match &check.kind {
            CheckKind::Audit(surface) => {
                let place = surface.in_words();
                (format!("no text can be read in {place}"), "")
            }
            // What says it again in full says it instead.
            _ if evidence.expected.starts_with(&check.name) => (evidence.expected.clone(), ""),
            _ => (check.name.clone(), evidence.expected.as_str()),
        };
        Self {
            check: visible(&check),
            expected: visible(expected),
            got: visible(&evidence.got),
            difference: evidence.difference.as_deref().map(visible),
            just_before: {
                let lines = evidence.just_before.iter();
                lines.map(|line| visible(&line.to_string())).collect()
            },
        }
    }
}

impl Mark {
    /// What an item earned in these tries; the worst of them counts.
    pub fn of(item: &RubricItem, tries: &[PlayReport]) -> Self {
        let judged: Vec<(Judgement, &PlayReport)> = tries
            .iter()
            .map(|play| (judgement::of(item, play), play))
            .collect();
        let passed = judged.iter().filter(|(judged, _)| judged.is_full()).count();
        let worst = judged.iter().min_by_key(|(judged, _)| worth(judged));
        let Some((worst, play)) = worst else {
            let why = "it was never played".to_owned();
            return Self::without_play(item, Standing::CannotGrade(why));
        };
        let disagree = passed > 0 && passed < judged.len();
        let (standing, reasons) = match worst {
            Judgement::NotSupported(why) => (Standing::NotSupported(why.clone()), Vec::new()),
            Judgement::CannotGrade(why) => (Standing::CannotGrade(why.clone()), Vec::new()),
            Judgement::Played { held, of, reasons } => {
                let standing = if disagree {
                    Standing::Flaky {
                        passed: count(passed),
                        tries: count(judged.len()),
                    }
                } else if held == of {
                    Standing::Earned
                } else if item.partial && *held > 0 {
                    Standing::Partly {
                        held: *held,
                        of: *of,
                    }
                } else {
                    Standing::Missed
                };
                (standing, reasons.clone())
            }
        };
        Self {
            points: points(item, worst),
            lost: lost(item, worst),
            standing,
            reasons,
            evidence: Some(play.dir.display().to_string()),
            ..Self::without_play(item, Standing::Missed)
        }
    }

    /// Another try may change it: it was played, and not all of it went right.
    pub fn may_change(&self) -> bool {
        let played = matches!(
            self.standing,
            Standing::Partly { .. } | Standing::Missed | Standing::Flaky { .. }
        );
        played && self.evidence.is_some()
    }

    /// Of an item that was not played. Who runs out of time avoids no penalty by it.
    pub fn without_play(item: &RubricItem, standing: Standing) -> Self {
        let is_late = standing == Standing::OutOfTime;
        Self {
            item: item.id.clone(),
            points: 0,
            lost: if is_late { item.penalty } else { 0 },
            of: item.points,
            standing,
            reasons: Vec::new(),
            repeat: None,
            evidence: None,
            overridden: None,
        }
    }

    /// The same, with another text for one that is in it: a path, for those who have another one. Where there is
    /// no path, nothing stands for it.
    #[must_use]
    pub fn with(&self, text: &str, instead: &str) -> Self {
        if text.is_empty() {
            return self.clone();
        }
        let change = |one: &String| one.replace(text, instead);
        let reasons = self.reasons.iter().map(|reason| Reason {
            check: change(&reason.check),
            expected: change(&reason.expected),
            got: change(&reason.got),
            difference: reason.difference.as_ref().map(change),
            just_before: reason.just_before.iter().map(change).collect(),
        });
        let standing = match &self.standing {
            Standing::NotSupported(why) => Standing::NotSupported(change(why)),
            Standing::DoesNotBuild(why) => Standing::DoesNotBuild(change(why)),
            Standing::CannotGrade(why) => Standing::CannotGrade(change(why)),
            same => same.clone(),
        };
        Self {
            standing,
            reasons: reasons.collect(),
            repeat: self.repeat.as_ref().map(change),
            ..self.clone()
        }
    }

    /// What it adds to the total.
    pub fn adds(&self) -> i64 {
        i64::from(self.points) - i64::from(self.lost)
    }

    /// Everything went right, or somebody has said so.
    pub fn is_full(&self) -> bool {
        match self.overridden {
            Some(_) => self.points >= self.of,
            None => self.standing == Standing::Earned,
        }
    }

    /// Somebody has to decide on it before it counts.
    pub fn is_open(&self) -> bool {
        let open = matches!(
            self.standing,
            Standing::CannotGrade(_) | Standing::Flaky { .. }
        );
        open && self.overridden.is_none()
    }
}

impl RubricItem {
    /// Why this item is not played: one that it needs was not earned, by these marks or by hand. If time ran out
    /// before that one, it ran out before this one as well.
    pub fn lacks(&self, submission: &str, marks: &[Mark], decided: &Overrides) -> Option<Standing> {
        let mark = |need: &str| marks.iter().find(|mark| mark.item == need);
        let earned = |need: &str| {
            mark(need).is_some_and(|mark| match decided.of(submission, need) {
                Some(decided) => decided.points >= mark.of,
                None => mark.is_full(),
            })
        };
        let needs = self.needs.iter().find(|need| !earned(need))?;
        Some(match mark(needs).map(|mark| &mark.standing) {
            Some(Standing::OutOfTime) => Standing::OutOfTime,
            _ => Standing::Skipped {
                needs: needs.clone(),
            },
        })
    }
}

impl Graded {
    /// Whether these are marks of this rubric: an item each in its order, none with more points than it is worth or
    /// more taken away than its penalty. They may come from another machine.
    pub fn fits(&self, rubric: &Rubric) -> bool {
        let worth = |(mark, item): (&Mark, &RubricItem)| {
            let is_of_it = mark.item == item.id && mark.of == item.points;
            is_of_it && mark.points <= item.points && mark.lost <= item.penalty
        };
        self.marks.len() == rubric.items.len() && self.marks.iter().zip(&rubric.items).all(worth)
    }
}

impl Marks {
    /// Of these marks, with what was decided by hand.
    pub fn new(graded: Graded, rubric: &Rubric, overrides: &Overrides) -> Self {
        let Graded {
            submission,
            dir,
            seed,
            mut marks,
            ..
        } = graded;
        for mark in &mut marks {
            if let Some(decided) = overrides.of(&submission, &mark.item) {
                mark.points = decided.points;
                mark.lost = 0;
                mark.overridden = Some(decided.reason.clone());
            }
        }
        let earned: u32 = marks.iter().map(|mark| mark.points).sum();
        let lost: u32 = marks.iter().map(|mark| mark.lost).sum();
        let earned = earned.saturating_sub(lost);
        let days_late = overrides.days_late(&submission);
        let times = overrides.times(&submission);
        let percent = rubric.late.map_or(0, |late| late.percent(days_late));
        // Rounded in the student's favour.
        let deduction = earned.saturating_mul(percent) / 100;
        Self {
            submission,
            dir,
            seed,
            marks,
            days_late,
            times,
            deduction,
            total: earned - deduction,
            maximum: rubric.maximum(),
        }
    }

    /// The same, as its author reads it: where it was graded is nobody's business.
    #[must_use]
    pub fn at_home(&self) -> Self {
        let marks = self.marks.iter();
        Self {
            marks: marks.map(|mark| mark.with(&self.dir, AT_HOME)).collect(),
            ..self.clone()
        }
    }

    /// Somebody has to decide on one of them before they count.
    pub fn is_open(&self) -> bool {
        self.marks.iter().any(Mark::is_open)
    }
}

/// What a try is worth, to compare two. A machine that cannot say is no reason to take points away, and
/// where another try could say, that one counts.
fn worth(judged: &Judgement) -> (u8, u64) {
    match judged {
        Judgement::NotSupported(_) => (0, 0),
        Judgement::Played { held, of, .. } => {
            (1, u64::from(*held) * 1_000_000 / u64::from((*of).max(1)))
        }
        Judgement::CannotGrade(_) => (2, 0),
    }
}

/// In proportion, and rounded down, where the item says so; else all or nothing.
fn points(item: &RubricItem, judged: &Judgement) -> u32 {
    match judged {
        Judgement::Played { held, of, .. } if held == of => item.points,
        Judgement::Played { held, of, .. } if item.partial => {
            let part = u64::from(item.points) * u64::from(*held) / u64::from((*of).max(1));
            u32::try_from(part).unwrap_or(item.points)
        }
        Judgement::Played { .. } | Judgement::NotSupported(_) | Judgement::CannotGrade(_) => 0,
    }
}

/// What goes wrong costs the penalty. In proportion, and rounded in the student's favour, where the item says so.
fn lost(item: &RubricItem, judged: &Judgement) -> u32 {
    match judged {
        Judgement::Played { held, of, .. } if held == of => 0,
        Judgement::Played { held, of, .. } if item.partial => {
            let wrong = u64::from(of.saturating_sub(*held));
            let part = u64::from(item.penalty) * wrong / u64::from((*of).max(1));
            u32::try_from(part).unwrap_or(item.penalty)
        }
        Judgement::Played { .. } => item.penalty,
        Judgement::NotSupported(_) | Judgement::CannotGrade(_) => 0,
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
