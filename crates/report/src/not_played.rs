//! What keeps a run in which nothing could be played from passing, in words.

use std::collections::BTreeMap;

use judge::PlayVerdict;
use timeline::visible;

use super::result::{RunReport, nothing_played};

/// The reasons why nothing was played, the most frequent one first; `None` where something was.
pub(super) fn reasons(run: &RunReport) -> Option<String> {
    if !nothing_played(&run.plays) {
        return None;
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for play in &run.plays {
        if let PlayVerdict::Skip(why) | PlayVerdict::Unsupported(why) = &play.verdicts.play {
            *reasons.entry(why).or_default() += 1;
        }
    }
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    let lines = reasons.into_iter().map(|(why, times)| {
        let scenarios = if times == 1 { "scenario" } else { "scenarios" };
        format!("   {times} {scenarios}: {}\n", visible(why))
    });
    Some(format!(
        "nothing could be played, so nothing is known:\n{}",
        lines.collect::<String>()
    ))
}
