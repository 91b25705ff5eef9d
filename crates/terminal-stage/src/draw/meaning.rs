//! What the step means, and what must come of it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use report::scene::{Scene, ScenePhase};
use scenario::plan::{Action, Expectation, PlannedStep};
use timeline::visible;

use super::{BAD, FAINT, GOOD, STRONG, framed, write_lines};
use crate::model::Model;
use crate::wrap::wrap;

/// Draws it.
pub(crate) fn meaning(model: &Model, scene: &Scene, place: Rect, buffer: &mut Buffer) {
    let ending = model.ending.as_ref().filter(|_| model.past.is_none());
    let style = match ending {
        Some(ending) if ending.is_fine => GOOD.patch(STRONG),
        Some(_) => BAD,
        None => STRONG,
    };
    let title = if ending.is_some() {
        "what came of it"
    } else {
        "what it means"
    };
    let inner = framed(title, Style::new(), place, buffer);
    let mut text: Vec<(String, Style)> = Vec::new();
    match (ending, &scene.phase) {
        (Some(ending), _) => {
            text.push((ending.verdict.clone(), style));
            let styles = std::iter::once(STRONG).chain(std::iter::repeat(Style::new()));
            text.extend(ending.lines.iter().cloned().zip(styles));
        }
        (None, ScenePhase::Opening | ScenePhase::Between(0)) if !scene.is_composed() => {
            let scenario = &scene.plan().scenario;
            text.push((visible(&scenario.title), STRONG));
            let clients = scene.clients().len();
            let what = format!("{clients} clients and a relay, all real programs.");
            text.push((what, Style::new()));
        }
        (None, ScenePhase::Closing | ScenePhase::Stopping) => {
            let what = "Everybody says goodbye, and the relay is searched for every planted text.";
            text.push((what.to_owned(), Style::new()));
        }
        (None, _) => text.extend(of_step(scene)),
    }
    let width = usize::from(inner.width);
    let lines = text.iter().flat_map(|(text, style)| {
        let lines = wrap(text, width);
        lines.into_iter().map(|line| Line::styled(line, *style))
    });
    let mut lines: Vec<Line<'_>> = lines.collect();
    let rows = usize::from(inner.height);
    if lines.len() > rows {
        lines.truncate(rows.saturating_sub(1));
        lines.push(Line::styled("… more: z", FAINT));
    }
    write_lines(&lines, inner, buffer);
}

fn of_step(scene: &Scene) -> Vec<(String, Style)> {
    let is_coming = scene.is_composed();
    let step = if is_coming {
        scene.coming()
    } else {
        scene.step()
    };
    let Some(step) = step else {
        return Vec::new();
    };
    let mut text = Vec::new();
    if let Some(note) = &step.note {
        text.push((visible(note), STRONG));
    }
    if let Some(why) = scene.impossible.as_ref().filter(|_| !is_coming) {
        text.push((format!("✘ {why}"), BAD));
    }
    for expectation in expectations(step) {
        let is_missing = scene.missing.contains(&expectation.id);
        let (sign, style) = match (is_coming, &scene.phase, is_missing) {
            (true, ..) => ("  ", FAINT),
            (false, _, true) => ("✘ ", BAD),
            (false, ScenePhase::Between(_), false) => ("✔ ", Style::new()),
            (false, _, false) => ("… ", FAINT),
        };
        text.push((format!("{sign}{}", visible(&expectation.sentence)), style));
    }
    text
}

fn expectations(step: &PlannedStep) -> Vec<&Expectation> {
    let parts: &[PlannedStep] = match &step.action {
        Action::All { steps } => steps,
        _ => &[],
    };
    let all = std::iter::once(step).chain(parts);
    all.flat_map(|step| &step.expects).collect()
}
