//! What the lines of a play mean.

use std::collections::BTreeSet;

use timeline::EventKind;

use crate::arguments;
use crate::launch::{Because, Port, Proposal, Question};
use crate::meaning::Meaning;
use crate::observed::{Observed, Printed};
use crate::patterns::{Known, Whole, fits, holds, pattern, written};
use crate::search::any;

/// How the text begins that bob says to everyone.
pub const GREETING: &str = "this is said to everyone in here";
/// How alice answers.
pub const ANSWER: &str = "and that is what I answer to all of you";
/// How the text begins that alice says to bob alone.
pub const WHISPER: &str = "this is for you and for nobody else";
/// Who is ended while the others stay.
pub const FAREWELL: &str = "carol";

/// So many patterns of lines that mean nothing are kept.
const MOST_IGNORED: usize = 100;

/// So many other ways to start a program are taken from what it says.
const MOST_OTHERS: usize = 8;

const ALICE: &str = "alice";
const BOB: &str = "bob";
/// How many steps there are in which somebody says something, before one in which somebody leaves.
const TEXTS: usize = 2;
const COMES: &str = r"(?i)join|here|enter|come|came|online|connect|arriv|\bin\b|\+|→";
const IS_READY: &str =
    r"(?i)welcome|connected|joined|hello|hi\b|logged|you are|you're|ready|online";

impl Proposal {
    /// What is known after a play in which bob and then alice said something; or what else may work, where nothing
    /// was heard.
    ///
    /// # Errors
    ///
    /// What kept it from working, in words, and what else is worth a play.
    pub fn learn(&self, observed: &Observed) -> Result<Self, (String, Vec<Self>)> {
        let (Some(greeting), Some(answer)) = (observed.text(GREETING), observed.text(ANSWER))
        else {
            return Err(self.nothing_heard(observed));
        };
        let heard = |who, text| observed.of(who).find(|line| holds(&line.text, text));
        let (Some(first), Some(second)) = (heard(ALICE, greeting), heard(BOB, answer)) else {
            return Err(self.nothing_heard(observed));
        };
        let mut known = self.clone();
        let message = |line: &Printed, from, text| {
            pattern(
                &line.text,
                &[Known::of("text", text), Known::of("from", from)],
            )
        };
        let message = [
            message(first, BOB, greeting),
            message(second, ALICE, answer),
        ];
        let is_of_both = |one: &&String| fits(one, &first.text) && fits(one, &second.text);
        let message: Vec<String> = message.into_iter().flatten().collect();
        let Some(message) = message.iter().find(is_of_both).or(message.first()).cloned() else {
            let why = "no pattern can be made of the line that shows a text";
            return Err((why.to_owned(), Vec::new()));
        };
        let why = format!(
            "When bob said something, alice saw `{}`.",
            shown(&first.text, greeting)
        );
        known
            .events
            .insert(EventKind::Message, Because::new(message.clone(), why));
        if let Some((pattern, line)) = joined(observed, &message, [greeting, answer]) {
            let why = format!("When bob joined, alice saw `{line}`.");
            known
                .events
                .insert(EventKind::Joined, Because::new(pattern, why));
        }
        if let Some((pattern, line)) = ready(observed) {
            let why = format!("alice saw `{line}` before anything else happened.");
            known
                .events
                .insert(EventKind::Ready, Because::new(pattern, why));
        }
        known.own_lines(observed, &message);
        if observed.deaf.iter().any(|who| who == BOB) {
            known.quit = None;
        }
        Ok(known)
    }

    /// Lines that would be taken for texts of others.
    fn own_lines(&mut self, observed: &Observed, message: &str) {
        let Some(message) = Whole::new(message) else {
            return;
        };
        let joined = self.pattern_of(EventKind::Joined).and_then(Whole::new);
        for line in &observed.printed {
            if self.ignore.len() >= MOST_IGNORED {
                return;
            }
            let Some(from) = message.captured(&line.text, "from") else {
                continue;
            };
            let typed = observed.typed.iter();
            let whose = typed
                .filter(|(_, text)| holds(&line.text, text))
                .map(|(who, _)| who);
            let whose: Vec<&String> = whose.collect();
            if whose.iter().any(|who| **who != line.who) {
                continue;
            }
            if !whose.is_empty() && from == line.who {
                self.repeats_own = true;
                continue;
            }
            if joined
                .as_ref()
                .is_some_and(|joined| joined.fits(&line.text))
            {
                continue;
            }
            let texts = observed.typed.iter().map(|(_, text)| text.as_str());
            let varying = texts.chain([ALICE, BOB]).map(Known::varying);
            let pattern = written(&line.text, &varying.collect::<Vec<_>>());
            let new = pattern.filter(|one| !self.ignore.contains(one));
            self.ignore
                .extend(new.filter(|one| Whole::new(one).is_some()));
        }
    }

    /// What is worth another play where nobody heard anything.
    fn nothing_heard(&self, observed: &Observed) -> (String, Vec<Self>) {
        let mut others = Vec::new();
        if observed.relay_serves {
            others.extend(self.by_usage(&observed.complaints, |other| &mut other.client.arguments));
            let printed = observed
                .printed
                .iter()
                .map(|line| line.text.clone())
                .collect::<Vec<_>>();
            others.extend(self.by_usage(&printed, |other| &mut other.client.arguments));
            others.extend(self.by_question(observed));
            if self.terminal.is_none() {
                let mut other = self.clone();
                other.terminal =
                    Some("On a pipe, it printed nothing of what it was sent.".to_owned());
                others.push(other);
            }
        } else {
            others.extend(self.by_usage(&observed.of_relay, |other| &mut other.relay.arguments));
            if let Port::Known(_) = self.port {
                let why = "It did not listen on the port that its source names.";
                let mut other = self.clone();
                other.port = Port::Printed(Because::new(r".*?(?<port>\d{4,5})\D*".to_owned(), why));
                others.push(other);
            }
        }
        let why = match (&observed.not_ready, observed.relay_serves) {
            (Some(why), _) => why.clone(),
            (None, false) => "the relay did not start to listen".to_owned(),
            (None, true) => "no client showed what another one had said".to_owned(),
        };
        (why, others)
    }

    /// What a program said of its arguments when it was started with others.
    fn by_usage(
        &self,
        lines: &[String],
        place: impl Fn(&mut Self) -> &mut Because<Vec<crate::launch::Argument>>,
    ) -> Vec<Self> {
        let options = lines.iter().flat_map(|line| arguments::of_usage(line));
        let proposals = options.map(|options| {
            let mut other = self.clone();
            *place(&mut other) = options;
            other
        });
        let current = place(&mut self.clone()).it.clone();
        proposals
            .filter(|other| place(&mut other.clone()).it != current)
            .take(MOST_OTHERS)
            .collect()
    }

    /// A line without end that asks for something.
    fn by_question(&self, observed: &Observed) -> Option<Self> {
        let last = observed.of(ALICE).last()?;
        let text = last.text.trim_end();
        let answer = Meaning::of(text).filter(|_| text.ends_with([':', '?', '>']))?;
        let awaited = format!(r"{}\s*$", regex::escape(text));
        if self.questions.iter().any(|one| one.awaited == awaited) {
            return None;
        }
        let mut other = self.clone();
        let why = "It asked this when it ran.".to_owned();
        other.questions.push(Question {
            awaited,
            answer,
            why,
        });
        Some(other)
    }

    /// With a pattern that fits whatever names the one who is ended.
    pub fn to_observe_farewell(&self) -> Self {
        let mut other = self.clone();
        other.events.insert(
            EventKind::Left,
            Because::new(format!(r"(?:.*\W)?{FAREWELL}(?:\W.*)?"), ""),
        );
        other
    }

    /// What is known after a play in which somebody was ended while the others stayed.
    #[must_use]
    pub fn learn_farewell(mut self, observed: &Observed) -> Self {
        let others = [EventKind::Joined, EventKind::Message];
        let mut patterns = others.iter().filter_map(|event| self.pattern_of(*event));
        let other = patterns.next().and_then(Whole::new);
        let is_other = |line: &Printed| other.as_ref().is_some_and(|one| one.fits(&line.text));
        let mut lines = observed
            .printed
            .iter()
            .filter(|line| line.steps > 0 && line.who != FAREWELL);
        let line = lines.find(|line| holds(&line.text, FAREWELL) && !is_other(line));
        let learned =
            line.and_then(|line| Some((line, pattern(&line.text, &[Known::of("who", FAREWELL)])?)));
        if let Some((line, pattern)) = learned {
            let why = format!("When carol was killed, {} saw `{}`.", line.who, line.text);
            self.events
                .insert(EventKind::Left, Because::new(pattern, why));
        }
        self
    }

    /// With a pattern that fits a text for one alone, however it is shown.
    pub fn to_observe_whisper(&self) -> Option<Self> {
        self.msg.as_ref()?;
        let mut other = self.clone();
        other.events.remove(&EventKind::Message);
        other.ignore.clear();
        let pattern = format!(r".*?(?<text>{WHISPER}, [\w-]+(?: [\w-]+)*).*?");
        other
            .events
            .insert(EventKind::Private, Because::new(pattern, ""));
        Some(other)
    }

    /// What is known after a play in which alice said something to bob alone.
    #[must_use]
    pub fn learn_whisper(mut self, observed: &Observed) -> Self {
        let line = observed.text(WHISPER).and_then(|text| {
            let line = observed.of(BOB).find(|line| holds(&line.text, text))?;
            let pattern = pattern(
                &line.text,
                &[Known::of("text", text), Known::of("from", ALICE)],
            )?;
            // The message counts first.
            let is_message = self
                .pattern_of(EventKind::Message)
                .is_some_and(|message| fits(message, &line.text));
            (!is_message).then(|| (pattern, shown(&line.text, text)))
        });
        match line {
            None => self.msg = None,
            Some((pattern, line)) => {
                let why = format!("When alice wrote to bob alone, he saw `{line}`.");
                self.events
                    .insert(EventKind::Private, Because::new(pattern, why));
            }
        }
        self
    }
}

/// A line, with three dots for a text that is another one each time.
fn shown(line: &str, text: &str) -> String {
    line.replace(text, "…")
}

/// What alice is shown when bob comes.
fn joined(observed: &Observed, message: &str, texts: [&str; 2]) -> Option<(String, String)> {
    let lines = observed.of(ALICE).filter(|line| {
        let names = holds(&line.text, BOB) && !holds(&line.text, ALICE);
        let is_text = texts.iter().any(|text| line.text.contains(text));
        names && !is_text && line.steps <= TEXTS
    });
    let line = lines.max_by_key(|line| (any(COMES, &line.text), !line.is_after_typing))?;
    let pattern = pattern(&line.text, &[Known::of("who", BOB)])?;
    let is_bare =
        fits(&pattern, "x") || pattern.starts_with("(?<who>") && fits(message, &line.text);
    (!is_bare).then(|| (pattern, line.text.clone()))
}

/// What both are shown, each with the own name, before anybody says anything.
fn ready(observed: &Observed) -> Option<(String, String)> {
    let early = |who, other: &'static str| {
        observed
            .of(who)
            .filter(move |line| !line.is_after_typing && !holds(&line.text, other))
    };
    let of = |line: &Printed, name| written(&line.text, &[Known::of("name", name)]);
    let theirs: BTreeSet<String> = early(BOB, ALICE).filter_map(|line| of(line, BOB)).collect();
    let scored = early(ALICE, BOB).filter_map(|line| {
        let pattern = of(line, ALICE)?;
        if !theirs.contains(&pattern) {
            return None;
        }
        let score = 4 * u8::from(holds(&line.text, ALICE))
            + 2 * u8::from(any(IS_READY, &line.text))
            + u8::from(line.is_after_relay);
        (score > 0).then(|| (score, pattern, line.text.clone()))
    });
    // The first of several that are as good.
    let best = scored.reduce(|best, one| if one.0 > best.0 { one } else { best })?;
    Some((best.1, best.2)).filter(|(pattern, _)| Whole::new(pattern).is_some())
}
