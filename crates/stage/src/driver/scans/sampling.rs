//! After which steps the relay is scanned while it runs, and during which it is scanned in the act.

use std::collections::BTreeSet;

use matching::at_once;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use scenario::RelayAction;
use scenario::plan::{Action, PlannedStep};

/// Scans during the steps of a play, at most: each searches all of its memory.
const MOST: usize = 4;

/// Steps that send something and during which it is scanned in the act in every play: the first ones, and the last.
const ACTS: usize = 2;

/// More of them, which the seed draws: a relay that knows the others behaves in those.
const DRAWN: usize = 2;

/// Bytes of memory that are searched during the steps of a play; the last scan is free. A relay of
/// 256 MiB does not use them up.
const BUDGET: u64 = 2 << 30;

/// The steps that a scan follows, and what is left to spend.
#[derive(Debug)]
pub(super) struct Sampling {
    /// Places of steps in the plan.
    steps: BTreeSet<usize>,
    /// Those during which it is scanned in the act.
    acts: BTreeSet<usize>,
    budget: u64,
    /// It is scanned for those who watch as well, which uses up the budget.
    pub(super) is_shown: bool,
}

impl Sampling {
    /// Among the steps that await something: what a step does that awaits nothing may still
    /// be on its way when the next one begins, and a scan takes time. After each of a few;
    /// of many, after some that are evenly spread. The last one is always among them.
    pub(super) fn of(steps: &[PlannedStep], seed: u64) -> Self {
        let awaiting = steps.iter().enumerate().filter(|(_, step)| awaits(step));
        let sampling = Self::among(awaiting.map(|(place, _)| place).collect());
        Self {
            acts: acts(&sending_while_running(steps), seed),
            ..sampling
        }
    }

    /// After each step, for those who watch.
    pub(super) fn after_each(steps: &[PlannedStep], seed: u64) -> Self {
        Self {
            steps: (0..steps.len()).collect(),
            is_shown: true,
            ..Self::of(steps, seed)
        }
    }

    fn among(places: Vec<usize>) -> Self {
        let scans = places.len().min(MOST);
        let after = (1..=scans).map(|nth| nth * places.len() / scans - 1);
        Self {
            steps: after.filter_map(|nth| places.get(nth).copied()).collect(),
            acts: BTreeSet::new(),
            budget: BUDGET,
            is_shown: false,
        }
    }

    /// Whether a scan follows this step.
    pub(super) fn is_after(&self, step: usize) -> bool {
        self.steps.contains(&step)
    }

    /// Whether the relay is scanned in the act during this step.
    pub(super) fn is_in(&self, step: usize) -> bool {
        self.acts.contains(&step)
    }

    /// Whether memory is read as well, which costs most.
    pub(super) fn has_memory(&self) -> bool {
        self.budget > 0
    }

    /// So many bytes of memory were searched.
    pub(super) fn spend(&mut self, bytes: u64) {
        self.budget = self.budget.saturating_sub(bytes);
    }
}

/// Of the steps that send something: those during which the relay is scanned in the act.
fn acts(sending: &[usize], seed: u64) -> BTreeSet<usize> {
    let first = sending.iter().take(ACTS - 1);
    let mut acts: BTreeSet<usize> = first.chain(sending.last()).copied().collect();
    let mut random = StdRng::seed_from_u64(seed);
    let others = sending.iter().filter(|step| !acts.contains(step));
    let mut drawn: Vec<(u64, usize)> = others.map(|step| (random.next_u64(), *step)).collect();
    drawn.sort_unstable();
    acts.extend(drawn.into_iter().take(DRAWN).map(|(_, step)| step));
    acts
}

/// The steps that send something while the relay is left alone. One that is frozen must stay so, and a scan
/// in the act would resume it.
fn sending_while_running(steps: &[PlannedStep]) -> Vec<usize> {
    let mut is_frozen = false;
    let mut sending = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let inner = at_once(step);
        let mut actions = inner
            .iter()
            .filter_map(|step| match step.action {
                Action::Relay { action } => Some(action),
                _ => None,
            })
            .peekable();
        let is_left_alone = !is_frozen && actions.peek().is_none();
        if let Some(last) = actions.last() {
            is_frozen = last == RelayAction::Freeze;
        }
        if is_left_alone && inner.iter().any(|step| step.sent.is_some()) {
            sending.push(place);
        }
    }
    sending
}

fn awaits(step: &PlannedStep) -> bool {
    let within = match &step.action {
        Action::All { steps } => steps.iter().any(awaits),
        _ => false,
    };
    within || !step.expects.is_empty()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ACTS, BUDGET, DRAWN, MOST, Sampling, acts};
    use crate::driver::testing::planned;

    fn after(steps: usize) -> Vec<usize> {
        let sampling = Sampling::among((0..steps).collect());
        (0..steps).filter(|step| sampling.is_after(*step)).collect()
    }

    #[test]
    fn a_scan_follows_each_of_a_few_steps() {
        assert!(after(0).is_empty());
        assert_eq!(after(1), [0]);
        assert_eq!(after(MOST), (0..MOST).collect::<Vec<_>>());
    }

    #[test]
    fn scans_follow_only_the_places_given() {
        let odd: Vec<usize> = (0..60).filter(|place| place % 2 == 1).collect();
        let sampling = Sampling::among(odd);
        assert!((0..60).step_by(2).all(|place| !sampling.is_after(place)));
        assert!(sampling.is_after(59));
    }

    #[test]
    fn of_many_steps_some_are_and_the_last_one_always() {
        for steps in [5, 9, 17, 100, 1000, 4001] {
            let scans = after(steps);
            assert_eq!(scans.len(), MOST, "{steps}");
            assert_eq!(scans.last(), Some(&(steps - 1)), "{steps}");
            let gaps: Vec<usize> = scans.windows(2).map(|two| two[1] - two[0]).collect();
            let (least, most) = (gaps.iter().min().unwrap(), gaps.iter().max().unwrap());
            assert!(most - least <= 1, "{steps}: {scans:?}");
        }
    }

    #[test]
    fn nobody_who_does_not_know_the_seed_knows_in_which_steps_it_is_scanned() {
        let sending: Vec<usize> = (0..20).map(|nth| nth * 3).collect();
        let mut ever = BTreeSet::new();
        for seed in 0..200 {
            let these = acts(&sending, seed);
            assert_eq!(these.len(), ACTS + DRAWN, "{these:?}");
            assert!(these.contains(&0) && these.contains(&57), "{these:?}");
            assert_eq!(these, acts(&sending, seed), "with the same seed the same");
            ever.extend(these);
        }
        assert_eq!(Vec::from_iter(ever), sending);
        // Of few steps, it is scanned in each.
        for few in 0..=ACTS + DRAWN {
            let few = &sending[..few];
            assert_eq!(Vec::from_iter(acts(few, 1)), few);
        }
    }

    #[test]
    fn a_frozen_relay_is_not_scanned_in_the_act() {
        let steps = |frozen: &str| {
            let say = "[[steps]]\nsay = { from = \"alice\", text = \"the word of this day is {canary}\" }\n";
            let steps =
                format!("title = \"Frozen\"\nclients = [\"alice\", \"bob\"]\n{say}{frozen}{say}");
            planned(&steps).steps
        };
        let among = |frozen: &str| {
            let steps = steps(frozen);
            let sampling = Sampling::of(&steps, 7);
            (0..steps.len())
                .filter(|step| sampling.is_in(*step))
                .collect::<Vec<_>>()
        };
        assert_eq!(among(""), [0, 1]);
        let freeze = "[[steps]]\nrelay = \"freeze\"\n";
        let thaws = r#"[[steps]]
all = { steps = [{ send = { from = "alice", to = "bob", text = "the word of this day is {canary}" } }, { relay = "thaw" }] }
"#;
        assert_eq!(among(&format!("{freeze}{thaws}")), [0, 3]);
        let all = steps(&format!("{freeze}{thaws}"));
        assert_eq!(super::sending_while_running(&all), [0, 3]);
    }

    #[test]
    fn what_is_searched_of_memory_is_bounded() {
        let mut sampling = Sampling::among(vec![0, 2]);
        sampling.spend(BUDGET - 1);
        assert!(sampling.has_memory());
        sampling.spend(100);
        assert!(!sampling.has_memory());
        assert!(sampling.is_after(2));
    }
}
