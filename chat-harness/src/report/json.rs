//! Results for programs: `result.json`, versioned.

use serde_json::{Value, json};

use super::PlayReport;

/// Version of the format.
const VERSION: u32 = 1;

/// One play.
pub fn play(report: &PlayReport) -> Value {
    let surfaces: Vec<Value> = report
        .searches()
        .surfaces
        .iter()
        .map(|(surface, bytes, control)| {
            json!({ "surface": surface.in_words(), "bytes": bytes, "control_found": control })
        })
        .collect();
    json!({
        "version": VERSION,
        "scenario": report.scenario,
        "path": report.path.display().to_string(),
        "adapter": report.adapter,
        "seed": report.seed,
        "level": report.level,
        "seconds": report.elapsed.as_secs_f64(),
        "try": report.try_number,
        "verdict": report.verdicts.play,
        "checks": report.verdicts.checks,
        "searched": surfaces,
    })
}

/// A whole run.
pub fn result(plays: &[PlayReport]) -> Value {
    json!({
        "version": VERSION,
        "exit_code": super::exit_code(plays),
        "plays": plays.iter().map(play).collect::<Vec<_>>(),
    })
}
