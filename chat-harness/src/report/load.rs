//! A load, told.

use serde::Serialize;

use super::searches::grouped;
use super::terminal;
use crate::judge::{Figures, PlayVerdict, Spread};
use crate::plan::{LeftOut, LoadShape};
use crate::run::LoadReport;

/// Version of `load.json`.
const VERSION: u32 = 1;

/// What `load.json` holds; `result.json` beside it holds the checks.
#[derive(Clone, Debug, Serialize)]
pub struct Kept<'a> {
    version: u32,
    scenario: &'a str,
    adapter: &'a str,
    seed: u64,
    verdict: &'a PlayVerdict,
    #[serde(flatten)]
    shape: &'a LoadShape,
    left_out: &'a [LeftOut],
    figures: &'a Figures,
}

impl<'a> Kept<'a> {
    /// Of a report.
    pub fn of(report: &'a LoadReport) -> Self {
        Self {
            version: VERSION,
            scenario: &report.play.scenario,
            adapter: &report.play.adapter,
            seed: report.play.seed,
            verdict: &report.play.verdicts.play,
            shape: &report.shape,
            left_out: &report.left_out,
            figures: &report.figures,
        }
    }
}

/// What was measured, as a table for a terminal.
pub fn table(report: &LoadReport) -> String {
    let figures = &report.figures;
    let mut lines = vec![
        terminal::play_line(&report.play),
        format!(
            "   {} clients in {} groups, {} rounds, {} steps in {:.1} s; {} did not hold",
            report.shape.clients,
            figures.groups,
            figures.rounds,
            figures.steps,
            figures.seconds,
            figures.failed
        ),
        rate("messages", figures.messages, figures),
    ];
    if figures.files > 0 {
        lines.push(rate("files", figures.files, figures));
    }
    lines.push(format!(
        "   on all links  {} bytes up, {} bytes down",
        grouped(figures.wire_up),
        grouped(figures.wire_down)
    ));
    lines.extend(latency("message", figures.message_latency));
    lines.extend(latency("file", figures.file_latency));
    lines.push(format!(
        "   CPU time      relay {:.1} s, clients {:.1} s; the relay's memory at most {:.1} MiB",
        seconds(figures.relay_cpu_ms),
        seconds(figures.clients_cpu_ms),
        mebibytes(figures.relay_memory)
    ));
    lines.push(format!("   {}", report.play.searches.sentence()));
    lines.join("\n")
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

fn rate(what: &str, count: usize, figures: &Figures) -> String {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    format!(
        "   {what:<13} {} delivered, {:.1} a second",
        grouped(u64::from(count)),
        figures.each_second(f64::from(count))
    )
}

fn latency(what: &str, spread: Option<Spread>) -> Option<String> {
    let Spread {
        p50,
        p90,
        p99,
        p999,
        max,
        ..
    } = spread?;
    Some(format!(
        "   {:<13} p50 {}  p90 {}  p99 {}  p99.9 {}  max {}",
        format!("{what} took"),
        time(p50),
        time(p90),
        time(p99),
        time(p999),
        time(max)
    ))
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
