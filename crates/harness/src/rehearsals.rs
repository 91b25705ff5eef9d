//! Which runs somebody may still want to show, however old they are.

use std::collections::BTreeSet;
use std::path::Path;

use super::saved::{RunManifest, read};
use super::stand_in::is_worth_showing;
use report::Asked;

/// Those that hold the newest play of some scenario, by the implementation that was asked for,
/// that can be shown in place of a live one. `runs` begin with the oldest; what cannot be read
/// holds nothing.
pub(super) fn rehearsals(reports: &Path, runs: &[String]) -> BTreeSet<String> {
    let mut held: Vec<(Asked, BTreeSet<String>)> = Vec::new();
    let mut kept = BTreeSet::new();
    for run in runs.iter().rev() {
        let dir = reports.join(run);
        let Ok(Some(manifest)) = read::<RunManifest>(&dir.join("run.json")) else {
            continue;
        };
        let same = held
            .iter()
            .position(|(asked, _)| asked.is_same(&manifest.asked));
        let place = same.unwrap_or(held.len());
        if same.is_none() {
            held.push((manifest.asked.clone(), BTreeSet::new()));
        }
        let Some((_, scenarios)) = held.get_mut(place) else {
            continue;
        };
        for scenario in &manifest.scenarios {
            let is_new = !scenarios.contains(&scenario.id);
            if is_new && is_worth_showing(&dir, &scenario.id, &manifest) {
                scenarios.insert(scenario.id.clone());
                kept.insert(run.clone());
            }
        }
    }
    kept
}
