//! What came of a load, in words.

use serde::{Deserialize, Serialize};

use super::result::PlayReport;
use super::searches::grouped;
use super::terminal;
use judge::{Figures, PlayVerdict, Spread};
use scenario::plan::{LeftOut, LoadShape};

/// What came of a load.
#[derive(Clone, Debug)]
pub struct LoadReport {
    /// As of a play.
    pub play: PlayReport,
    /// How many, for how long; in whole groups.
    pub shape: LoadShape,
    /// Steps of the scenario that were not played.
    pub left_out: Vec<LeftOut>,
    /// What was measured; nothing where it was not played.
    pub figures: Figures,
}

/// What `load.json` holds; `result.json` beside it holds the checks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SavedLoad {
    /// Its id.
    pub scenario: String,
    /// The implementation.
    pub adapter: String,
    /// With it, the load can be repeated.
    pub seed: u64,
    /// Of the whole.
    pub verdict: PlayVerdict,
    /// How many, for how long; in whole groups.
    #[serde(flatten)]
    pub shape: LoadShape,
    /// Steps of the scenario that were not played.
    pub left_out: Vec<LeftOut>,
    /// What was measured.
    pub figures: Figures,
}

impl SavedLoad {
    /// Of a report.
    pub fn of(report: &LoadReport) -> Self {
        Self {
            scenario: report.play.scenario.clone(),
            adapter: report.play.adapter.clone(),
            seed: report.play.seed,
            verdict: report.play.verdicts.play.clone(),
            shape: report.shape,
            left_out: report.left_out.clone(),
            figures: report.figures.clone(),
        }
    }
}

/// What was measured, as a table for a terminal.
pub fn table(report: &LoadReport) -> String {
    let rows = figures(report);
    let rows = rows
        .iter()
        .map(|(name, what)| format!("   {name:<13} {what}"));
    let sum = format!("   {}", report.play.searches.sentence());
    let lines: Vec<String> = std::iter::once(terminal::play_line(&report.play))
        .chain(rows)
        .chain([sum])
        .collect();
    lines.join("\n")
}

/// What was measured, by name, in words.
pub(super) fn figures(report: &LoadReport) -> Vec<(&'static str, String)> {
    let figures = &report.figures;
    let shape = format!(
        "{} clients in {} groups, {} rounds, {} steps in {:.1} s; {} did not hold",
        report.shape.clients,
        figures.groups,
        figures.rounds,
        figures.steps,
        figures.seconds,
        figures.failed
    );
    let bytes = format!(
        "{} bytes up, {} bytes down",
        grouped(figures.wire_up),
        grouped(figures.wire_down)
    );
    let used = format!(
        "relay {:.1} s, clients {:.1} s; the relay's memory at most {:.1} MiB",
        seconds(figures.relay_cpu_ms),
        seconds(figures.clients_cpu_ms),
        mebibytes(figures.relay_memory)
    );
    let rows = [
        ("played", Some(shape)),
        ("messages", Some(rate(figures.messages, figures))),
        (
            "files",
            (figures.files > 0).then(|| rate(figures.files, figures)),
        ),
        ("on all links", Some(bytes)),
        ("message took", figures.message_latency.map(latency)),
        ("file took", figures.file_latency.map(latency)),
        ("CPU time", Some(used)),
    ];
    rows.into_iter()
        .filter_map(|(name, what)| Some((name, what?)))
        .collect()
}

/// Which steps were not played, and why.
pub fn left_out(report: &LoadReport) -> Vec<String> {
    let steps = report.left_out.iter();
    steps
        .map(|step| {
            format!(
                "left out: {}:{}: {}",
                report.play.path.display(),
                step.line,
                step.why
            )
        })
        .collect()
}

fn rate(count: usize, figures: &Figures) -> String {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    format!(
        "{} delivered, {:.1} a second",
        grouped(u64::from(count)),
        figures.each_second(f64::from(count))
    )
}

fn latency(spread: Spread) -> String {
    let Spread {
        p50,
        p90,
        p99,
        p999,
        max,
        ..
    } = spread;
    format!(
        "p50 {}  p90 {}  p99 {}  p99.9 {}  max {}",
        time(p50),
        time(p90),
        time(p99),
        time(p999),
        time(max)
    )
}

/// Nanoseconds for people.
fn time(nanoseconds: u64) -> String {
    let milliseconds = std::time::Duration::from_nanos(nanoseconds).as_secs_f64() * 1000.0;
    if milliseconds < 10.0 {
        format!("{milliseconds:.2} ms")
    } else if milliseconds < 10_000.0 {
        format!("{milliseconds:.0} ms")
    } else {
        format!("{:.1} s", milliseconds / 1000.0)
    }
}

fn seconds(milliseconds: u64) -> f64 {
    std::time::Duration::from_millis(milliseconds).as_secs_f64()
}

fn mebibytes(bytes: u64) -> f64 {
    // Megabytes fit exactly; what is below one is of no interest here.
    f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0
}
