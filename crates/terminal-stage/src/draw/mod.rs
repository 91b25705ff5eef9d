//! Draws the model. Pure: the same model and the same size give the same screen.

mod banner;
mod bytes;
mod keys;
mod meaning;
mod over;
mod pane;
mod places;
mod relay;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Widget as _};

use report::scene::{Scene, ScenePhase, StoryKind};
use timeline::visible;

use crate::guard::SMALLEST;
use crate::model::{Model, Panel};
use crate::wrap::{columns, cut, wrap};
use places::Places;

pub(crate) const STRONG: Style = Style::new().add_modifier(Modifier::BOLD);
pub(crate) const FAINT: Style = Style::new().add_modifier(Modifier::DIM);
pub(crate) const BAD: Style = Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD);
pub(crate) const GOOD: Style = Style::new().fg(Color::LightBlue);
pub(crate) const RELAY: Style = Style::new().fg(Color::Yellow);

/// Colours of the clients, in turn.
const LANES: [Color; 4] = [Color::Cyan, Color::Green, Color::Blue, Color::LightRed];

/// Draws everything.
pub fn draw(model: &Model, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buffer = frame.buffer_mut();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(area, buffer);
        return;
    }
    let scene = model.scene();
    let places = Places::of(area, scene.clients().len());
    header(model, scene, places.header, buffer);
    stage(model, scene, &places, buffer);
    over::panel(model, scene, places.body, buffer);
    way(model, scene, &places, buffer);
    keys::line(model, places.keys, buffer);
}

fn too_small(area: Rect, buffer: &mut Buffer) {
    let lines = [
        format!("This terminal is {}x{}.", area.width, area.height),
        format!("The stage wants {}x{}:", SMALLEST.0, SMALLEST.1),
        "make it larger, or press s".to_owned(),
        "for a plain stream. q quits.".to_owned(),
    ];
    let lines = lines.map(Line::raw);
    write_lines(&lines, area, buffer);
}

fn stage(model: &Model, scene: &Scene, places: &Places, buffer: &mut Buffer) {
    for (place, (nth, participant)) in places
        .clients
        .iter()
        .zip(scene.clients().iter().enumerate())
    {
        let own_line = match &model.panel {
            Panel::ByHand { client, line } if *client == nth + 1 => Some(line.as_str()),
            _ => None,
        };
        let letters = model.past.is_none().then_some(model.letters);
        let options = pane::PaneOptions {
            style: client_style(nth),
            own_line,
            letters,
            up: 0,
        };
        pane::participant(participant, &options, *place, buffer);
    }
    relay::view(scene, 0, places.relay, buffer);
    meaning::meaning(model, scene, places.meaning, buffer);
    if let Some(place) = places.story {
        story(scene, 0, place, buffer);
    }
    if let Some(place) = places.bytes {
        bytes::last(scene, place, buffer);
    }
}

/// A client's colour.
pub(crate) fn client_style(nth: usize) -> Style {
    let colour = LANES.get(nth % LANES.len()).copied();
    Style::new().fg(colour.unwrap_or(Color::Reset))
}

fn header(model: &Model, scene: &Scene, place: Rect, buffer: &mut Buffer) {
    let plan = scene.plan();
    let id = plan.scenario.id.rsplit('/').next().unwrap_or_default();
    let (all, begun) = (plan.steps.len(), scene.begun());
    let position = match (&scene.phase, shown_step(scene)) {
        (ScenePhase::Opening, _) => "everybody gets ready".to_owned(),
        (ScenePhase::Between(0), None) => format!("{} steps, SPACE begins", all),
        (_, Some((number, sentence))) => format!("step {number}/{all} ▸ {sentence}"),
        (ScenePhase::Closing, _) => "the last messages".to_owned(),
        (ScenePhase::Stopping, _) if model.ending.is_none() => "searching the relay".to_owned(),
        _ => format!("{begun} of {all} steps were shown"),
    };
    let banner = banner::spans(model, scene);
    let seconds = model.clock().as_secs();
    let clock = format!(" {:02}:{:02} ", seconds / 60, seconds % 60);
    let taken: usize = banner.iter().map(Span::width).sum::<usize>() + columns(&clock);
    let room = usize::from(place.width).saturating_sub(taken + 1);
    let left = cut(&format!(" {id} ▸ {position}"), room);
    let gap = room.saturating_sub(columns(&left)) + 1;
    let mut spans = vec![Span::styled(left, STRONG), Span::raw(" ".repeat(gap))];
    spans.extend(banner);
    spans.push(Span::raw(clock));
    write_lines(&[Line::from(spans)], place, buffer);
}

/// The step that is talked about: the coming one once its line is shown, else the last.
pub(crate) fn shown_step(scene: &Scene) -> Option<(usize, String)> {
    let (number, step) = match (&scene.phase, scene.coming()) {
        (ScenePhase::Between(number), Some(coming)) if scene.is_composed() => (number + 1, coming),
        (ScenePhase::Between(number) | ScenePhase::Step(number), _) => (*number, scene.step()?),
        (ScenePhase::Opening | ScenePhase::Closing | ScenePhase::Stopping, _) => return None,
    };
    Some((number, visible(&step.sentence)))
}

pub(crate) fn story(scene: &Scene, up: usize, place: Rect, buffer: &mut Buffer) {
    let inner = framed("so far", FAINT, place, buffer);
    let mut lines = Vec::new();
    for entry in &scene.story {
        let style = match entry.kind {
            StoryKind::Step => STRONG,
            StoryKind::Passed | StoryKind::Note => Style::new(),
            StoryKind::Failed | StoryKind::Ended | StoryKind::ByHand | StoryKind::Found => BAD,
        };
        let indent = match entry.kind {
            StoryKind::Step => "",
            _ => "  ",
        };
        let wrapped = wrap(&entry.text, usize::from(inner.width).saturating_sub(2));
        let wrapped = wrapped.into_iter().map(|line| format!("{indent}{line}"));
        lines.extend(wrapped.map(|line| Line::styled(line, style)));
    }
    write_last(&lines, up, inner, buffer);
}

/// The way of the last record, or what a reader must know; and how far the play is.
fn way(model: &Model, scene: &Scene, places: &Places, buffer: &mut Buffer) {
    let steps = scene.plan().steps.len();
    let begun = scene.begun();
    let bar = if steps <= 20 {
        format!(
            "{}{} ",
            "■".repeat(begun),
            "□".repeat(steps.saturating_sub(begun))
        )
    } else {
        format!("{begun} of {steps} ")
    };
    let room = usize::from(places.way.width).saturating_sub(columns(&bar) + 2);
    let hidden = scene.clients().len().saturating_sub(places.clients.len());
    let (text, style) = match (&model.hint, &scene.notice) {
        (Some(hint), _) => (hint.clone(), BAD),
        (None, Some(notice)) => (notice.clone(), BAD),
        _ if model.is_leaving && model.ending.is_none() => (
            "the play is ending: the relay is searched; q again: at once".to_owned(),
            BAD,
        ),
        _ if hidden > 0 => (format!("{hidden} more clients: z"), FAINT),
        _ => (arrows(scene), Style::new()),
    };
    let text = cut(&text, room);
    let gap = room.saturating_sub(columns(&text)) + 1;
    let line = Line::from(vec![
        Span::raw(" "),
        Span::styled(text, style),
        Span::raw(" ".repeat(gap)),
        Span::raw(bar),
    ]);
    write_lines(&[line], places.way, buffer);
}

/// `alice ──#7──▶ relay ──#7──▶ bob`
fn arrows(scene: &Scene) -> String {
    let Some(last) = scene.passed.last() else {
        return String::new();
    };
    let number = last.number;
    let mut text = format!("{} ──#{number}──▶ relay", last.record.link);
    if !last.shown.is_empty() {
        let who: Vec<&str> = last.shown.iter().map(|(who, _)| who.as_str()).collect();
        text.push_str(&format!(" ──#{number}──▶ {}", who.join(", ")));
    }
    text
}

/// A frame with a title; what is inside.
pub(crate) fn framed(title: &str, style: Style, place: Rect, buffer: &mut Buffer) -> Rect {
    framed_as(title, style, BorderType::Plain, place, buffer)
}

/// The same, of another shape.
pub(crate) fn framed_as(
    title: &str,
    style: Style,
    border: BorderType,
    place: Rect,
    buffer: &mut Buffer,
) -> Rect {
    let title = cut(title, usize::from(place.width).saturating_sub(4));
    let block = Block::bordered()
        .border_type(border)
        .border_style(style)
        .title(Span::styled(format!(" {title} "), style.patch(STRONG)));
    let inner = block.inner(place);
    Clear.render(place, buffer);
    block.render(place, buffer);
    inner
}

/// The first lines, from the top.
pub(crate) fn write_lines(lines: &[Line<'_>], place: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.iter().zip(place.y..place.y + place.height) {
        buffer.set_line(place.x, y, line, place.width);
    }
}

/// The last lines, as many as fit; scrolled up by so many.
pub(crate) fn write_last(lines: &[Line<'_>], up: usize, place: Rect, buffer: &mut Buffer) {
    let first = lines.len().saturating_sub(usize::from(place.height));
    let first = first.saturating_sub(up);
    write_lines(lines.get(first..).unwrap_or_default(), place, buffer);
}
