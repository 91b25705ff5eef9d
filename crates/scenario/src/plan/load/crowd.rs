//! A scenario as one group among many plays it.

use serde::{Deserialize, Serialize};

use crate::plan::Unsupported;
use crate::{Client, Hearing, Piece, Scenario, Step, Text, Verb, Want, What, bad_name};
use timeline::EventKind;

/// A step that is not played under load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Line of the scenario file.
    pub line: usize,
    /// In words, from the verb on.
    pub why: String,
}

/// The steps that can be played again and again by clients that stay, and the others.
///
/// # Errors
///
/// When nothing is left to play.
pub(super) fn playable(scenario: &Scenario) -> Result<(Vec<Step>, Vec<LeftOut>), Unsupported> {
    if let Some(late) = scenario.clients.iter().find(|client| client.late) {
        return Err(Unsupported(format!(
            "under load all clients are there from the beginning, and {} joins later",
            late.name
        )));
    }
    let mut played = Vec::new();
    let mut left_out = Vec::new();
    let mut steps = scenario.steps.iter();
    for step in steps.by_ref() {
        match obstacle(step) {
            None => played.push(step.clone()),
            Some(Obstacle::This(why)) => left_out.push(LeftOut {
                line: step.line,
                why: why.to_owned(),
            }),
            Some(Obstacle::Rest(why)) => {
                left_out.push(LeftOut {
                    line: step.line,
                    why: why.to_owned(),
                });
                break;
            }
        }
    }
    left_out.extend(steps.map(|step| LeftOut {
        line: step.line,
        why: "it comes behind that one".to_owned(),
    }));
    if !played.iter().any(is_traffic) {
        let why = left_out.first().map_or_else(
            || "nothing is sent in it".to_owned(),
            |first| format!("line {}: {}", first.line, first.why),
        );
        return Err(Unsupported(format!(
            "nothing of the scenario can be played under load: {why}"
        )));
    }
    Ok((played, left_out))
}

enum Obstacle {
    /// The step says nothing under load.
    This(&'static str),
    /// What follows builds on it.
    Rest(&'static str),
}

fn obstacle(step: &Step) -> Option<Obstacle> {
    match &step.verb {
        Verb::All(steps) | Verb::Repeat { steps, .. } => steps.iter().find_map(obstacle),
        Verb::Never(_) => Some(Obstacle::This(
            "`never` has no end while others go on; that nobody shows what is not meant for \
             them is checked anyway",
        )),
        Verb::Join { .. } | Verb::Leave { .. } => Some(Obstacle::Rest(
            "`join` and `leave` change who is there, and under load everybody stays",
        )),
        Verb::Relay(_) => Some(Obstacle::Rest("`relay` would do it to all groups at once")),
        Verb::Fault { .. } | Verb::Heal { .. } => Some(Obstacle::Rest(
            "`fault` and `heal` are for single links, and figures of them would say nothing",
        )),
        Verb::Beat(_)
        | Verb::Expect(_)
        | Verb::File { .. }
        | Verb::Msg { .. }
        | Verb::Say { .. }
        | Verb::Type { .. } => None,
    }
}

fn is_traffic(step: &Step) -> bool {
    match &step.verb {
        Verb::All(steps) | Verb::Repeat { steps, .. } => steps.iter().any(is_traffic),
        Verb::File { .. } | Verb::Msg { .. } | Verb::Say { .. } | Verb::Type { .. } => true,
        Verb::Beat(_)
        | Verb::Expect(_)
        | Verb::Fault { .. }
        | Verb::Heal { .. }
        | Verb::Join { .. }
        | Verb::Leave { .. }
        | Verb::Never(_)
        | Verb::Relay(_) => false,
    }
}

/// The scenario of one group, counted from 1: its clients have the number in their names.
///
/// # Errors
///
/// When a step names clients where the number cannot be put.
pub(super) fn group(
    scenario: &Scenario,
    played: &[Step],
    number: usize,
    say: Hearing,
) -> Result<Scenario, Unsupported> {
    let crowd = Crowd {
        scenario,
        number,
        say,
    };
    let clients: Vec<Client> = scenario
        .clients
        .iter()
        .map(|client| Client {
            name: crowd.name(&client.name),
            login: crowd.name(&client.login),
            key_of: crowd.name(&client.key_of),
            ..client.clone()
        })
        .collect();
    if let Some(long) = clients
        .iter()
        .find(|client| bad_name(&client.name).is_some())
    {
        return Err(Unsupported(format!(
            "`{}` is too long for a name: shorten the names of the scenario",
            long.name
        )));
    }
    Ok(Scenario {
        clients,
        steps: crowd.steps(played)?,
        ..scenario.clone()
    })
}

struct Crowd<'a> {
    scenario: &'a Scenario,
    number: usize,
    say: Hearing,
}

impl Crowd<'_> {
    fn name(&self, base: &str) -> String {
        format!("{base}-{}", self.number)
    }

    /// The name of a client; anything else stays.
    fn who(&self, name: &str) -> String {
        if self.is_client(name) {
            self.name(name)
        } else {
            name.to_owned()
        }
    }

    fn is_client(&self, name: &str) -> bool {
        let mut clients = self.scenario.clients.iter();
        clients.any(|client| client.name == name || client.login == name)
    }

    fn steps(&self, steps: &[Step]) -> Result<Vec<Step>, Unsupported> {
        let each = steps.iter().map(|step| match self.verbs(step)? {
            mut verbs if verbs.len() == 1 => Ok(verbs.remove(0)),
            verbs => Ok(Step {
                verb: Verb::All(verbs),
                ..step.clone()
            }),
        });
        each.collect()
    }

    /// What becomes of one step: itself, or several that are done at once.
    fn verbs(&self, step: &Step) -> Result<Vec<Step>, Unsupported> {
        let one = |verb: Verb| Step {
            verb,
            ..step.clone()
        };
        Ok(vec![one(match &step.verb {
            Verb::All(steps) => {
                let each = steps.iter().map(|inner| self.verbs(inner));
                let each: Vec<Vec<Step>> = each.collect::<Result<_, _>>()?;
                Verb::All(each.concat())
            }
            Verb::Repeat { times, steps } => Verb::Repeat {
                times: *times,
                steps: self.steps(steps)?,
            },
            Verb::Say {
                from,
                text,
                outcome,
            } if self.say == Hearing::Everyone => Verb::Say {
                from: self.who(from),
                text: text.clone(),
                outcome: *outcome,
            },
            Verb::Say {
                from,
                text,
                outcome,
            } => {
                let others = self.scenario.clients.iter();
                let others = others.filter(|client| client.name != *from);
                let each = others.map(|to| {
                    one(Verb::Msg {
                        from: self.who(from),
                        to: self.name(&to.name),
                        text: text.clone(),
                        outcome: *outcome,
                    })
                });
                return Ok(each.collect());
            }
            Verb::Msg {
                from,
                to,
                text,
                outcome,
            } => Verb::Msg {
                from: self.who(from),
                to: self.who(to),
                text: text.clone(),
                outcome: *outcome,
            },
            Verb::File {
                from,
                to,
                source,
                name,
                outcome,
            } => Verb::File {
                from: self.who(from),
                to: self.who(to),
                source: source.clone(),
                name: name.clone(),
                outcome: *outcome,
            },
            Verb::Expect(want) => Verb::Expect(self.want(want)),
            Verb::Type { client, line } => {
                self.names_nobody(step.line, line)?;
                Verb::Type {
                    client: self.who(client),
                    line: line.clone(),
                }
            }
            // What is not playable was left out before.
            other => other.clone(),
        })])
    }

    fn want(&self, want: &Want) -> Want {
        let what = match &want.what {
            What::Event(event, captures) => {
                let captures = captures.iter().map(|(name, text)| {
                    let person = matches!(name.as_str(), "from" | "who" | "to" | "with")
                        || (*event == EventKind::Ready && name == "name");
                    let text = if person {
                        self.person(text)
                    } else {
                        text.clone()
                    };
                    (name.clone(), text)
                });
                What::Event(*event, captures.collect())
            }
            other => other.clone(),
        };
        Want {
            client: self.who(&want.client),
            what,
        }
    }

    fn person(&self, text: &Text) -> Text {
        let pieces = text.0.iter().map(|piece| match piece {
            Piece::Plain(name) => Piece::Plain(self.who(name)),
            other => other.clone(),
        });
        Text(pieces.collect())
    }

    /// A typed line is sent as it stands: it cannot mean another client in each group.
    fn names_nobody(&self, line: usize, typed: &Text) -> Result<(), Unsupported> {
        let plain = typed.0.iter().filter_map(|piece| match piece {
            Piece::Plain(plain) => Some(plain),
            _ => None,
        });
        for word in plain.flat_map(|plain| plain.split_whitespace()) {
            if self.is_client(word) {
                return Err(Unsupported(format!(
                    "line {line}: `type` names {word}, who has another name in each group: use \
                     `say`, `msg` or `file`"
                )));
            }
        }
        Ok(())
    }
}
