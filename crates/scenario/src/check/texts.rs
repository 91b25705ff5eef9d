//! What is said and what is searched for: lengths, placeholders, canaries.

use toml_language::suggest::nearest;
use toml_language::{Place, Problem, braces};

use super::Checker;
use crate::codes::scenario as code;
use crate::model::Outcome;
use crate::text::{self, CANARY_LEAD, MAX_TEXT, MAX_TRIED, Piece, Text};

impl Checker<'_> {
    /// Reads a text that is sent by a verb of its own: all of it travels.
    pub(crate) fn message(&mut self, place: &Place<'_>, outcome: Outcome) -> Text {
        let text = self.sent_text(place, outcome);
        if let Some(lead) = text.lead().filter(|lead| *lead < CANARY_LEAD) {
            self.say(
                code::EARLY_CANARY,
                &place.span,
                format!("only {lead} bytes precede the canary"),
                &format!("put at least {CANARY_LEAD} bytes of text before it"),
            );
        }
        text
    }

    /// Reads a text that is sent, or typed.
    pub(crate) fn sent_text(&mut self, place: &Place<'_>, outcome: Outcome) -> Text {
        let text = self.placeholders(place);
        let limit = if outcome == Outcome::Refused {
            MAX_TRIED
        } else {
            MAX_TEXT
        };
        let length = text.filled_length();
        if length > limit {
            self.say(
                code::TOO_LONG,
                &place.span,
                format!("this text is {length} bytes long"),
                &format!("at most {limit} bytes; to try longer ones, use `outcome = \"refused\"`"),
            );
        }
        if place.text.is_empty() && outcome != Outcome::Refused {
            self.say(
                code::EMPTY,
                &place.span,
                "this text is empty".to_owned(),
                "write some text",
            );
        }
        for piece in &text.0 {
            if let Piece::Canary(Some(name)) = piece {
                self.planted.insert(name.clone());
            }
        }
        text
    }

    /// Reads a text that is searched for.
    pub(crate) fn wanted_text(&mut self, place: &Place<'_>) -> Text {
        let text = self.placeholders(place);
        if place.text.is_empty() {
            let help = "every line contains the empty text; write what to look for";
            self.say(
                code::EMPTY,
                &place.span,
                "this text is empty".to_owned(),
                help,
            );
        }
        for piece in &text.0 {
            match piece {
                Piece::Canary(None) => self.say(
                    code::FRESH_CANARY,
                    &place.span,
                    "a fresh canary cannot be seen before it is sent".to_owned(),
                    "name it in both places: `{canary:vault}`",
                ),
                Piece::Canary(Some(name)) if !self.planted.contains(name) => {
                    let title = format!("no step before this one sends the canary `{name}`");
                    let help = match nearest(name, self.planted.iter().map(String::as_str)) {
                        Some(suggestion) => format!("did you mean `{{canary:{suggestion}}}`?"),
                        None => format!("send it first, with `{{canary:{name}}}` in a text"),
                    };
                    self.say(code::UNPLANTED, &place.span, title, &help);
                }
                Piece::Canary(Some(_)) | Piece::Count | Piece::Fill(_) | Piece::Plain(_) => {}
            }
        }
        text
    }

    fn placeholders(&mut self, place: &Place<'_>) -> Text {
        let (text, faults) = text::parse(place.text);
        for (part, why) in faults {
            let span = braces::part_of(place, self.source, &part);
            let title = match place.text.get(part) {
                Some(part) if part.len() > 1 => format!("`{part}` is not a placeholder"),
                Some(_) | None => "unmatched brace".to_owned(),
            };
            let problem = Problem::new(code::PLACEHOLDER, &span, title).label(why.to_string());
            self.problems.push(
                problem.help(
                    "known: `{canary}`, `{canary:name}`, `{n}` inside `repeat`, `{fill:1000}`",
                ),
            );
        }
        if self.turns == 0 && text.0.contains(&Piece::Count) {
            self.say(
                code::COUNT_OUTSIDE,
                &place.span,
                "`{n}` is only allowed inside `repeat`".to_owned(),
                "it counts the iterations of the innermost `repeat`; write `{{n}}` for the literal text",
            );
        }
        text
    }
}
