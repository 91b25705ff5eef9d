//! A scene as lines, one after another: for an audience without a stage, and for logs.

use anstyle::{AnsiColor, Style};

use super::result::PlayReport;
use super::scene::{Passed, Presence, RELAY, Scene, ScenePhase, Sight, StoryKind, failure};
use super::terminal::{Screen, style};
use super::words::Badge;
use scenario::plan::{Plan, PlannedStep};
use timeline::{Event, Kind, Stream, hex, visible};

const FAINT: Style = Style::new().dimmed();
const STRONG: Style = Style::new().bold();
const FOUND: Style = AnsiColor::Magenta.on_default().bold().invert();
const NOT_FOUND: Style = AnsiColor::Blue.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default();

/// Colours of the clients, in turn.
const CLIENTS: [Style; 4] = [
    AnsiColor::Cyan.on_default(),
    AnsiColor::Green.on_default(),
    AnsiColor::Blue.on_default(),
    AnsiColor::Magenta.on_default(),
];

/// Bytes of a record that are shown.
const PEEK: usize = 10;

/// Records that are shown in a step; the rest is counted.
const MOST_RECORDS: usize = 6;

/// Rows that one text may take.
const ROWS: usize = 4;

/// More clients than these are counted and not named.
const MOST_NAMES: usize = 8;

/// Lays a scene out as lines.
#[derive(Debug)]
pub struct Narrator {
    width: usize,
    /// Columns of the longest name.
    names: usize,
    /// Records that had passed when the step began, and until now.
    before: usize,
    passed: usize,
    /// Entries of the story that were reported.
    reported: usize,
    /// What it said last about texts that were searched for and not found.
    absent: String,
}

impl Narrator {
    /// For a terminal so many columns wide.
    pub fn new(plan: &Plan, width: usize) -> Self {
        let names = plan.clients.iter().map(|client| client.name.len());
        Self {
            width,
            names: names.fold(RELAY.len(), usize::max),
            before: 0,
            passed: 0,
            reported: 0,
            absent: String::new(),
        }
    }

    /// What the event that was last added to the scene adds to the lines.
    pub fn lines(&mut self, scene: &Scene, event: &Event) -> Vec<String> {
        if matches!(scene.phase, ScenePhase::Closing | ScenePhase::Stopping) {
            // What follows are fences and farewells: the harness talks, and nobody else.
            return Vec::new();
        }
        let mut lines = self.record(scene);
        match &event.kind {
            Kind::Began { level, .. } => lines.extend(title(scene.plan(), level)),
            Kind::StepBegan { step } => {
                let begun = scene.step().filter(|now| now.id == *step);
                lines.extend(begun.into_iter().flat_map(|step| self.step(scene, step)));
            }
            Kind::StepEnded { step, result } => {
                let is_over = scene.step().is_some_and(|now| now.id == *step);
                lines.extend(is_over.then(|| self.left_out()).flatten());
                let failed = failure(scene.plan(), result);
                lines.extend(failed.map(|why| format!("   {why}")));
            }
            Kind::Typed { who, line } => {
                lines.push(self.say(scene, who, &format!("> {}", visible(line))));
            }
            Kind::Line {
                who,
                stream: Stream::Stdout,
                text,
                ..
            } => lines.push(self.say(scene, who, &visible(text))),
            Kind::NotReady { who, why, .. } => {
                lines.push(self.say(scene, who, &format!("NOT READY: {}", visible(why))));
            }
            Kind::Missed { who, awaited, .. } => {
                lines.push(self.say(scene, who, &format!("MISSED: {}", visible(awaited))));
            }
            _ => {}
        }
        lines.extend(self.found(scene));
        if matches!(event.kind, Kind::Scanned { .. }) {
            lines.extend(self.not_found(scene));
        }
        lines
    }

    fn step(&mut self, scene: &Scene, step: &PlannedStep) -> Vec<String> {
        self.before = self.passed;
        let (number, all) = (scene.begun(), scene.plan().steps.len());
        let head = format!("── step {number} of {all} ── ");
        let sentence = self.fitting(&visible(&step.sentence));
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

    /// The relay's view of the record that has just passed, if one has.
    fn record(&mut self, scene: &Scene) -> Vec<String> {
        let is_new = scene.count() > self.passed;
        self.passed = scene.count();
        let is_shown = is_new && self.passed - self.before <= MOST_RECORDS;
        let passed = scene.passed.last().filter(|_| is_shown);
        passed
            .map(|passed| self.say(scene, RELAY, &sees(passed)))
            .into_iter()
            .collect()
    }

    /// What the relay turns out to have.
    fn found(&mut self, scene: &Scene) -> Vec<String> {
        let new = scene.story.iter().skip(self.reported);
        let found = new.filter(|entry| entry.kind == StoryKind::Found);
        let lines = found.map(|entry| {
            let text = format!("{FOUND}{}{FOUND:#}", self.fitting(&entry.text));
            self.line(RELAY, YELLOW, '┊', &text)
        });
        let lines = lines.collect();
        self.reported = scene.story.len();
        lines
    }

    /// What was searched for and not found, and where; once.
    fn not_found(&mut self, scene: &Scene) -> Vec<String> {
        let absent = scene.latest().iter();
        let absent = absent.filter(|sought| sought.presence() == Presence::NotFound);
        let texts: Vec<String> = absent
            .map(|sought| {
                let (answer, what) = (sought.presence().in_words(), sought.what());
                format!("{answer}, {}: {what}", sought.searched_in())
            })
            .collect();
        let said = std::mem::replace(&mut self.absent, texts.concat());
        if said == self.absent {
            return Vec::new();
        }
        let lines = texts.iter().map(|text| {
            let text = format!("{NOT_FOUND}{}{NOT_FOUND:#}", self.fitting(text));
            self.line(RELAY, YELLOW, '┊', &text)
        });
        lines.collect()
    }

    fn left_out(&self) -> Option<String> {
        let more = (self.passed - self.before).checked_sub(MOST_RECORDS)?;
        (more > 0).then(|| self.line(RELAY, YELLOW, '┊', &format!("… and {more} more records")))
    }

    fn say(&self, scene: &Scene, who: &str, text: &str) -> String {
        let text = &self.fitting(text);
        if who == RELAY {
            return self.line(who, YELLOW, '┊', text);
        }
        let mut clients = scene.clients().iter();
        let place = clients.position(|client| client.name == who);
        let style = place.and_then(|place| CLIENTS.get(place % CLIENTS.len()));
        self.line(who, style.copied().unwrap_or_default(), '│', text)
    }

    /// As much of a text as a few rows hold; the terminal breaks them.
    fn fitting(&self, text: &str) -> String {
        let room = (ROWS * self.width).saturating_sub(self.names + 6).max(40);
        if text.chars().count() <= room {
            return text.to_owned();
        }
        text.chars().take(room - 1).chain(['…']).collect()
    }

    fn line(&self, who: &str, style: Style, border: char, text: &str) -> String {
        let names = self.names;
        format!("   {style}{who:>names$} {border}{style:#} {text}")
    }
}

fn title(plan: &Plan, level: &str) -> [String; 2] {
    let names: Vec<&str> = plan.clients.iter().map(|one| one.name.as_str()).collect();
    let count = names.len();
    let plural = if count == 1 { "client" } else { "clients" };
    let shown = match count {
        0..=MOST_NAMES => names.join(", "),
        _ => count.to_string(),
    };
    [
        format!("{STRONG}{}{STRONG:#}", visible(&plan.scenario.title)),
        format!(
            "{FAINT}{count} {plural} ({shown}) and the relay, all real processes; isolation level {level}{FAINT:#}"
        ),
    ]
}

/// `sees #7  alice → bob    256 bytes  … 0f 91`
fn sees(passed: &Passed) -> String {
    let text = match &passed.record.sight {
        Sight::In(_) => "THE TEXT IS IN IT  ",
        Sight::NotLookedFor | Sight::NotIn(_) | Sight::Elsewhere(_) => "",
    };
    let (tail, size) = (&passed.tail, passed.size());
    let peek = tail.get(tail.len().saturating_sub(PEEK)..);
    let peek = hex(peek.unwrap_or_default(), " ");
    format!("sees {}  {size:>12}  {text}… {peek}", passed.way())
}

/// The verdict, what was searched, and what there is to learn.
pub fn ending(report: &PlayReport, lesson: Option<&str>, screen: Screen) -> String {
    let (verdicts, searches) = (&report.verdicts, &report.searches);
    let badge = Badge::of(&verdicts.play);
    let (style, checks) = (style(badge), verdicts.checks.len());
    let limit = verdicts.limit().map(|limit| format!("; it {limit}"));
    let head = format!(
        "{}: {checks} checks{}",
        report.scenario,
        limit.unwrap_or_default()
    );
    let badge = format!("{style}{badge}{style:#}  ");
    let mut text = "\n".to_owned() + &screen.hanging(&badge, &head, usize::MAX);
    let mut more = searches.by_surface();
    more.push(searches.sentence());
    let not_looked_for = searches.not_looked_for.iter();
    more.extend(not_looked_for.map(|why| format!("not looked for: {}", visible(why))));
    more.extend(searches.traces().map(|traces| visible(&traces)));
    if !searches.surfaces.is_empty() {
        more.push("data that appears and vanishes between two scans is not detected".to_owned());
    }
    text.extend(
        more.iter()
            .map(|line| screen.hanging("   ", line, usize::MAX)),
    );
    if let Some(lesson) = lesson {
        let lesson = screen.hanging("   ", &report.lesson(lesson), usize::MAX);
        text.push_str(&format!("{STRONG}{}{STRONG:#}", lesson.trim_end()));
    }
    text.truncate(text.trim_end().len());
    text
}
