//! Whether a fault was caught, and for the right reason.

use judge::{Check, CheckKind, PlayVerdict, Verdict, Verdicts};
use timeline::{Kind, Surface};
use zoo_faults::Expected;

/// What became of a play of the zoo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// For the right reason, which is in the text.
    Caught(String),
    /// Not, or for another reason.
    Missed(String),
    /// Nothing is wrong, and nobody said so.
    Quiet,
    /// Nothing is wrong, and somebody said that something is.
    FalseAlarm(String),
}

impl Outcome {
    /// Compares what was expected with what the judge says and what was found.
    pub(super) fn of(expected: Expected, verdicts: &Verdicts, findings: &[Kind]) -> Self {
        let caught = match expected {
            Expected::Passes if verdicts.play == PlayVerdict::Pass => return Self::Quiet,
            Expected::Passes => return Self::FalseAlarm(instead(verdicts, findings)),
            Expected::Finding {
                surface,
                transformation,
            } => found(findings, surface, &transformation).filter(|_| leaks(&verdicts.play)),
            Expected::Distinguishable(surface) => {
                differs(verdicts, surface).filter(|_| findings.is_empty())
            }
            Expected::Fails(name) => verdicts
                .checks
                .iter()
                .find(|check| check.verdict == Verdict::Fail && check.name.contains(name))
                .map(|check| format!("failed: {}", check.name)),
            Expected::CannotTell(surface) => {
                cannot_tell(verdicts, surface).filter(|_| verdicts.play == PlayVerdict::CannotTell)
            }
        };
        caught.map_or_else(|| Self::Missed(instead(verdicts, findings)), Self::Caught)
    }

    /// It is as it should be.
    pub(super) fn is_right(&self) -> bool {
        matches!(self, Self::Caught(_) | Self::Quiet)
    }
}

/// Something of what was said came to light.
fn leaks(play: &PlayVerdict) -> bool {
    matches!(play, PlayVerdict::Plaintext | PlayVerdict::Distinguishable)
}

/// What the comparison with other texts says of a surface.
fn differs(verdicts: &Verdicts, wanted: &str) -> Option<String> {
    verdicts.checks.iter().find_map(|check| match check.kind {
        CheckKind::Differential(surface)
            // Plaintext, where a known encoding explains it.
            if word(surface) == wanted && check.verdict >= Verdict::Distinguishable =>
        {
            Some(check.evidence.got.clone())
        }
        _ => None,
    })
}

/// The first finding with this surface and transformation.
fn found(findings: &[Kind], wanted: &str, by: &str) -> Option<String> {
    findings.iter().find_map(|finding| match finding {
        Kind::Finding {
            surface,
            place,
            what,
            transformation,
            ..
        } if word(*surface) == wanted && transformation == by => {
            Some(format!("{by}: {what} in {place}"))
        }
        _ => None,
    })
}

fn cannot_tell(verdicts: &Verdicts, wanted: &str) -> Option<String> {
    let in_words = |check: &Check| {
        let cannot = check.verdict == Verdict::CannotTell;
        cannot.then(|| format!("cannot tell: {}", check.evidence.got))
    };
    verdicts.checks.iter().find_map(|check| match check.kind {
        CheckKind::Audit(surface) if word(surface) == wanted => in_words(check),
        CheckKind::Keys if wanted == "keys" => in_words(check),
        _ => None,
    })
}

/// What there was instead of what was expected.
fn instead(verdicts: &Verdicts, findings: &[Kind]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for finding in findings {
        if let Kind::Finding {
            surface,
            place,
            transformation,
            ..
        } = finding
        {
            let text = format!("{transformation} in {place} ({})", word(*surface));
            if !reasons.contains(&text) {
                reasons.push(text);
            }
        }
    }
    let checks = verdicts.checks.iter();
    let red = checks.filter(|check| !matches!(check.verdict, Verdict::Pass | Verdict::Plaintext));
    reasons.extend(red.map(|check| format!("{}: {}", check.name, check.evidence.got)));
    if reasons.is_empty() {
        "nothing was found".to_owned()
    } else {
        format!("instead: {}", reasons.join("; "))
    }
}

/// As it is in a timeline.
pub(super) fn word(surface: Surface) -> String {
    let word = serde_json::to_value(surface).ok();
    let word = word.as_ref().and_then(|word| word.as_str());
    word.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdicts(play: PlayVerdict) -> Verdicts {
        Verdicts {
            play,
            checks: Vec::new(),
            uncovered: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn finding(surface: Surface, transformation: &str) -> Kind {
        Kind::Finding {
            surface,
            place: "there".to_owned(),
            at: 0,
            what: "canary #1".to_owned(),
            transformation: transformation.to_owned(),
        }
    }

    #[test]
    fn a_finding_of_another_detector_or_on_another_surface_is_no_catch() {
        let expected = Expected::Finding {
            surface: "output",
            transformation: "hex".to_owned(),
        };
        let plaintext = verdicts(PlayVerdict::Plaintext);
        let of = |findings: &[Kind]| Outcome::of(expected.clone(), &plaintext, findings);
        assert!(of(&[finding(Surface::Output, "hex")]).is_right());
        assert!(!of(&[finding(Surface::Wire, "hex")]).is_right());
        assert!(!of(&[finding(Surface::Output, "as-is")]).is_right());
        assert!(!of(&[]).is_right());
    }

    #[test]
    fn what_is_harmless_must_pass() {
        let quiet = Outcome::of(Expected::Passes, &verdicts(PlayVerdict::Pass), &[]);
        assert_eq!(quiet, Outcome::Quiet);
        for play in [
            PlayVerdict::Plaintext,
            PlayVerdict::Fail,
            PlayVerdict::CannotTell,
        ] {
            let outcome = Outcome::of(Expected::Passes, &verdicts(play), &[]);
            assert!(matches!(outcome, Outcome::FalseAlarm(_)), "{outcome:?}");
        }
    }
}
