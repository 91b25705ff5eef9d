//! The demo: a play as it happens, for an audience.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Color, Style};

use super::result::PlayReport;
use super::searches::grouped;
use super::terminal::style;
use super::words::Badge;
use scenario::plan::{Plan, PlannedStep};
use timeline::{Direction, Event, Kind, StepId, StepResult, Stream, hex, visible};

const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();
const RELAY: Style = AnsiColor::Yellow.on_default();

/// Colours of the clients' lanes, in turn.
const LANES: [AnsiColor; 4] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Blue,
    AnsiColor::Magenta,
];

/// Bytes of an envelope that are shown.
const PEEK: u64 = 10;

/// Frames of one kind that are shown in a step; the rest is counted.
const MOST_FRAMES: usize = 6;

/// Tells a play, line by line.
#[derive(Debug)]
pub struct Narrator {
    plan: Plan,
    width: usize,
    lane: usize,
    steps: usize,
    frame: usize,
    current: Option<StepId>,
    frames_in_step: usize,
    closing: bool,
}

/// Gives bytes of a file below the play's directory: name, offset, length.
pub type Bytes<'a> = &'a dyn Fn(&str, u64, u64) -> Vec<u8>;

impl Narrator {
    /// For a terminal so many columns wide.
    pub fn new(plan: &Plan, width: usize) -> Self {
        let names = plan.clients.iter().map(|client| client.name.len());
        Self {
            plan: plan.clone(),
            width,
            lane: names.chain(["relay".len()]).max().unwrap_or(5),
            steps: 0,
            frame: 0,
            current: None,
            frames_in_step: 0,
            closing: false,
        }
    }

    /// What an event adds.
    pub fn event(&mut self, event: &Event, bytes: Bytes<'_>) -> Vec<String> {
        if self.closing {
            return Vec::new();
        }
        match &event.kind {
            Kind::Began { level, .. } => self.title(level),
            Kind::StepBegan { step } => self.step(step),
            Kind::StepEnded { step, result } => self.ended(step, result),
            Kind::Typed { who, line } => vec![self.say(who, &format!("> {}", visible(line)))],
            Kind::Line {
                who,
                stream: Stream::Stdout,
                text,
                ..
            } if who != "relay" => vec![self.say(who, &visible(text))],
            Kind::Line {
                stream: Stream::Stdout,
                text,
                ..
            } => vec![self.relay(&visible(text))],
            Kind::NotReady { who, why, .. } => {
                vec![self.say(who, &format!("NOT READY: {}", visible(why)))]
            }
            Kind::Missed { who, awaited, .. } => {
                vec![self.say(who, &format!("MISSED: {}", visible(awaited)))]
            }
            Kind::Frame {
                link,
                direction: Direction::Up,
                at,
                len,
                fields,
                body,
                ..
            } if *body > 0 => self.frame(link, fields, *at, *len, *body, bytes),
            Kind::Closing => {
                self.closing = true;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn title(&self, level: &str) -> Vec<String> {
        let names: Vec<&str> = self
            .plan
            .clients
            .iter()
            .map(|client| client.name.as_str())
            .collect();
        let plural = if names.len() == 1 {
            "client"
        } else {
            "clients"
        };
        let shown = if names.len() > 8 {
            names.len().to_string()
        } else {
            names.join(", ")
        };
        vec![
            format!("{STRONG}{}{STRONG:#}", visible(&self.plan.scenario.title)),
            format!(
                "{FAINT}{} {plural} ({shown}) and the relay, all real processes; isolation level {level}{FAINT:#}",
                names.len()
            ),
        ]
    }

    fn step(&mut self, id: &StepId) -> Vec<String> {
        let Some(step) = self.plan.step(id).cloned() else {
            return Vec::new();
        };
        self.current = Some(id.clone());
        if !self.plan.steps.iter().any(|top| top.id == *id) {
            return Vec::new();
        }
        self.steps += 1;
        self.frames_in_step = 0;
        self.headline(&step)
    }

    fn headline(&self, step: &PlannedStep) -> Vec<String> {
        let head = format!("── step {} of {} ── ", self.steps, self.plan.steps.len());
        let room = self.width.saturating_sub(head.chars().count());
        let sentence: String = visible(&step.sentence).chars().take(room.max(20)).collect();
        let mut lines = vec![
            String::new(),
            format!("{FAINT}{head}{FAINT:#}{STRONG}{sentence}{STRONG:#}"),
        ];
        lines.extend(
            step.note
                .as_ref()
                .map(|note| format!("   {}", visible(note))),
        );
        lines
    }

    fn ended(&self, id: &StepId, result: &StepResult) -> Vec<String> {
        let hidden = self.frames_in_step.saturating_sub(MOST_FRAMES);
        let top = self.plan.steps.iter().any(|step| step.id == *id);
        let mut lines = Vec::new();
        if top && hidden > 0 {
            lines.push(self.relay(&format!("… and {hidden} more sealed frames")));
        }
        match result {
            StepResult::Held => {}
            StepResult::Missing(missing) => {
                let missing: Vec<&str> = missing.iter().map(|id| id.0.as_str()).collect();
                lines.push(format!("   ✘ did not come: {}", missing.join(", ")));
            }
            StepResult::Impossible(why) => lines.push(format!("   ✘ {}", visible(why))),
        }
        lines
    }

    fn say(&self, who: &str, text: &str) -> String {
        let place = self
            .plan
            .clients
            .iter()
            .position(|client| client.name == who);
        let colour = place
            .and_then(|place| LANES.get(place % LANES.len()))
            .copied();
        let style = colour.map_or(Style::new(), |colour| {
            Style::new().fg_color(Some(Color::Ansi(colour)))
        });
        format!(
            "   {style}{who:>lane$} │{style:#} {}",
            self.cut(text),
            lane = self.lane
        )
    }

    fn relay(&self, text: &str) -> String {
        format!(
            "   {RELAY}{:>lane$} ┊{RELAY:#} {}",
            "relay",
            self.cut(text),
            lane = self.lane
        )
    }

    fn cut(&self, text: &str) -> String {
        let room = self.width.saturating_sub(self.lane + 6).max(40);
        if text.chars().count() <= room {
            return text.to_owned();
        }
        let begin: String = text.chars().take(room - 1).collect();
        format!("{begin}…")
    }

    /// The relay's view of a sealed frame, beside the text that it carries.
    fn frame(
        &mut self,
        link: &str,
        fields: &BTreeMap<String, String>,
        at: u64,
        len: u64,
        body: u64,
        bytes: Bytes<'_>,
    ) -> Vec<String> {
        self.frame += 1;
        self.frames_in_step += 1;
        if self.frames_in_step > MOST_FRAMES {
            return Vec::new();
        }
        let whole = bytes(&format!("wire/{link}.up"), at, len);
        let tail = whole
            .len()
            .saturating_sub(usize::try_from(PEEK).unwrap_or(0));
        let peek = hex(whole.get(tail..).unwrap_or_default(), " ");
        let to = fields.get("to").map_or("?", String::as_str);
        vec![self.relay(&format!(
            "sees #{}  {link} → {}  {:>6} bytes  {}  … {}",
            self.frame,
            visible(to),
            grouped(body),
            self.text_in(&whole),
            peek
        ))]
    }

    /// Whether what this step sends stands in the bytes.
    fn text_in(&self, whole: &[u8]) -> &'static str {
        let sent = self
            .current
            .as_ref()
            .and_then(|id| self.plan.step(id)?.sent.clone());
        let Some(sent) = sent.filter(|sent| sent.text.len() >= 8) else {
            return "";
        };
        let mut needles = vec![sent.text.as_str()];
        needles.extend(
            self.plan
                .audit
                .canaries
                .iter()
                .map(|canary| canary.text.as_str())
                .filter(|canary| sent.text.contains(canary)),
        );
        let holds = |needle: &str| {
            whole
                .windows(needle.len())
                .any(|window| window == needle.as_bytes())
        };
        if needles.into_iter().any(holds) {
            "THE TEXT IS IN IT"
        } else {
            "the text: not in it"
        }
    }

    /// The verdict, and what was searched.
    pub fn end(&self, report: &PlayReport) -> Vec<String> {
        let (verdicts, searches) = (&report.verdicts, &report.searches);
        let badge = Badge::of(&verdicts.play);
        let style = style(badge);
        let mut lines = vec![
            String::new(),
            format!(
                "{style}{badge}{style:#}  {}: {} checks",
                self.plan.scenario.id,
                verdicts.checks.len()
            ),
        ];
        let by_surface = searches.by_surface().into_iter();
        lines.extend(by_surface.map(|line| format!("   {line}")));
        lines.push(format!("   {}", searches.sentence()));
        let not_looked_for = searches.not_looked_for.iter();
        lines.extend(not_looked_for.map(|why| format!("   not looked for: {}", visible(why))));
        let traces = searches.traces();
        lines.extend(traces.map(|traces| format!("   {}", visible(&traces))));
        if !searches.surfaces.is_empty() {
            lines.push("   what comes and goes between two looks is not seen".to_owned());
        }
        if let Some(lesson) = &self.plan.scenario.lesson {
            lines.push(format!("   {STRONG}{}{STRONG:#}", visible(lesson)));
        }
        lines
    }
}
