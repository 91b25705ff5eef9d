//! Several attempts at one scenario, reported as one.

use judge::PlayVerdict;
use report::{PlayReport, Tried, Tries};

/// Whether another one follows after these.
pub(super) fn goes_on(how: Tries, tries: &[PlayReport]) -> bool {
    let Some(last) = tries.last() else {
        return true;
    };
    let is_played = !matches!(
        last.verdicts.play,
        PlayVerdict::Skip(_) | PlayVerdict::Unsupported(_)
    );
    let is_enough = match how {
        Tries::Each(_) => false,
        Tries::Retry(_) => last.verdicts.play.is_fine(),
    };
    is_played && !is_enough && tries.len() < usize::try_from(how.most()).unwrap_or(usize::MAX)
}

/// All attempts at a scenario as one report: the first that did not pass, else the last. What
/// passed only sometimes is flaky; what leaked once has leaked.
pub(super) fn reported(tries: Vec<PlayReport>) -> Option<PlayReport> {
    let all: Vec<Tried> = tries
        .iter()
        .flat_map(|report| report.tries.clone())
        .collect();
    let is_pass = |report: &PlayReport| report.verdicts.play.is_fine();
    let has_passed = tries.iter().any(is_pass);
    let place = tries.iter().position(|report| !is_pass(report));
    let place = place.unwrap_or(tries.len().saturating_sub(1));
    let mut reported = tries.into_iter().nth(place)?;
    reported.tries = all;
    let verdict = &mut reported.verdicts.play;
    let leaks = matches!(
        verdict,
        PlayVerdict::Distinguishable | PlayVerdict::Plaintext
    );
    if has_passed && !verdict.is_fine() && !leaks {
        *verdict = PlayVerdict::Flaky;
    }
    Some(reported)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use judge::Verdicts;
    use report::Searches;

    fn tried(number: u32, verdict: PlayVerdict) -> PlayReport {
        PlayReport {
            scenario: "a".to_owned(),
            path: "a.toml".into(),
            adapter: "reference".to_owned(),
            seed: 1,
            level: "none".to_owned(),
            elapsed: Duration::ZERO,
            try_number: number,
            tries: vec![Tried {
                number,
                verdict: verdict.clone(),
                elapsed: Duration::ZERO,
            }],
            verdicts: Verdicts {
                play: verdict,
                checks: Vec::new(),
                uncovered: Vec::new(),
                refused: Vec::new(),
            },
            searches: Searches::default(),
            steps: Vec::new(),
            used: Vec::new(),
            dir: format!("a/try-{number}").into(),
        }
    }

    /// What is reported after these verdicts: the verdict, which attempt, how many there were.
    fn after(tries: Tries, verdicts: &[PlayVerdict]) -> (PlayVerdict, u32, usize) {
        let mut done = Vec::new();
        let mut verdicts = verdicts.iter().cloned();
        while goes_on(tries, &done) {
            let number = u32::try_from(done.len()).unwrap() + 1;
            done.push(tried(number, verdicts.next().unwrap()));
        }
        let reported = reported(done).unwrap();
        (
            reported.verdicts.play,
            reported.try_number,
            reported.tries.len(),
        )
    }

    #[test]
    fn what_fails_and_then_passes_is_flaky_and_reports_its_failure() {
        use PlayVerdict as P;
        let three = Tries::Retry(3);
        assert_eq!(after(three, &[P::Pass]), (P::Pass, 1, 1));
        assert_eq!(after(three, &[P::Fail, P::Pass]), (P::Flaky, 1, 2));
        assert_eq!(after(three, &[P::CannotTell, P::Pass]), (P::Flaky, 1, 2));
        assert_eq!(
            after(three, &[P::Orphan, P::Fail, P::Pass]),
            (P::Flaky, 1, 3)
        );
        let never = [P::Fail, P::Fail, P::Fail, P::Fail];
        assert_eq!(after(three, &never), (P::Fail, 1, 4));
        let four = Tries::Each(4);
        assert_eq!(
            after(four, &[P::Pass, P::Pass, P::Fail, P::Pass]),
            (P::Flaky, 3, 4)
        );
        assert_eq!(
            after(four, &[P::Pass, P::Pass, P::Pass, P::Pass]),
            (P::Pass, 4, 4)
        );
    }

    #[test]
    fn a_leak_is_never_called_flaky() {
        use PlayVerdict as P;
        for leak in [P::Plaintext, P::Distinguishable] {
            let seen = [leak.clone(), P::Pass];
            assert_eq!(after(Tries::Retry(1), &seen), (leak, 1, 2));
        }
    }

    #[test]
    fn what_cannot_be_played_is_not_tried_again() {
        let why = PlayVerdict::Unsupported("no files".to_owned());
        for tries in [Tries::Retry(5), Tries::Each(5)] {
            assert_eq!(after(tries, std::slice::from_ref(&why)).2, 1);
        }
    }
}
