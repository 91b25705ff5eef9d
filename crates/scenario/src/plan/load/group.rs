//! A scenario as one group among many plays it.

use serde::{Deserialize, Serialize};

use crate::name::bad_name;
use crate::plan::unsupported::NotUnderLoad;
use crate::verbs::UnderLoad;
use crate::{Client, Hearing, Piece, Scenario, Step, Text, Verb};

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
pub(super) fn playable(scenario: &Scenario) -> Result<(Vec<Step>, Vec<LeftOut>), NotUnderLoad> {
    if let Some(late) = scenario.clients.iter().find(|client| client.late) {
        return Err(NotUnderLoad::JoinsLater {
            client: late.name.clone(),
        });
    }
    let mut played = Vec::new();
    let mut left_out = Vec::new();
    let mut steps = scenario.steps.iter();
    for step in steps.by_ref() {
        let (why, ends) = match under_load(step) {
            UnderLoad::Plays | UnderLoad::Sends => {
                played.push(step.clone());
                continue;
            }
            UnderLoad::LeftOut(why) => (why, false),
            UnderLoad::Ends(why) => (why, true),
        };
        left_out.push(LeftOut {
            line: step.line,
            why: why.to_owned(),
        });
        if ends {
            break;
        }
    }
    left_out.extend(steps.map(|step| LeftOut {
        line: step.line,
        why: "it comes behind that one".to_owned(),
    }));
    if !played
        .iter()
        .any(|step| under_load(step) == UnderLoad::Sends)
    {
        return Err(match left_out.first() {
            None => NotUnderLoad::NothingSent,
            Some(first) => NotUnderLoad::NothingLeft {
                line: first.line,
                why: first.why.clone(),
            },
        });
    }
    Ok((played, left_out))
}

/// What a step is worth with the steps in it: the first that cannot be played counts for all.
fn under_load(step: &Step) -> UnderLoad {
    let inner = step.verb.inner().iter().map(under_load);
    inner.fold(step.verb.under_load(), |worth, one| match (worth, one) {
        (UnderLoad::LeftOut(_) | UnderLoad::Ends(_), _) | (_, UnderLoad::Plays) => worth,
        (_, one) => one,
    })
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
) -> Result<Scenario, NotUnderLoad> {
    let own = Group {
        scenario,
        number,
        say,
    };
    let clients: Vec<Client> = scenario
        .clients
        .iter()
        .map(|client| Client {
            name: own.name(&client.name),
            login: own.name(&client.login),
            key_of: own.name(&client.key_of),
            ..client.clone()
        })
        .collect();
    if let Some(long) = clients
        .iter()
        .find(|client| bad_name(&client.name).is_some())
    {
        return Err(NotUnderLoad::LongName {
            name: long.name.clone(),
        });
    }
    Ok(Scenario {
        clients,
        steps: own.steps(played)?,
        ..scenario.clone()
    })
}

struct Group<'a> {
    scenario: &'a Scenario,
    number: usize,
    say: Hearing,
}

impl Group<'_> {
    fn name(&self, base: &str) -> String {
        format!("{base}-{}", self.number)
    }

    /// The name of a client; anything else stays.
    fn renamed(&self, name: &str) -> String {
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

    fn steps(&self, steps: &[Step]) -> Result<Vec<Step>, NotUnderLoad> {
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
    fn verbs(&self, step: &Step) -> Result<Vec<Step>, NotUnderLoad> {
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
            } if self.say == Hearing::Group => {
                let others = self.scenario.clients.iter();
                let others = others.filter(|client| client.name != *from);
                let each = others.map(|to| {
                    one(Verb::Msg {
                        from: self.renamed(from),
                        to: self.name(&to.name),
                        text: text.clone(),
                        outcome: *outcome,
                    })
                });
                return Ok(each.collect());
            }
            verb => {
                if let Verb::Type { line, .. } = verb {
                    self.names_nobody(step.line, line)?;
                }
                verb.renamed(|name| self.renamed(name))
            }
        })])
    }

    /// A typed line is sent as it stands: it cannot mean another client in each group.
    fn names_nobody(&self, line: usize, typed: &Text) -> Result<(), NotUnderLoad> {
        let plain = typed.0.iter().filter_map(|piece| match piece {
            Piece::Plain(plain) => Some(plain),
            _ => None,
        });
        for word in plain.flat_map(|plain| plain.split_whitespace()) {
            if self.is_client(word) {
                return Err(NotUnderLoad::TypesName {
                    line,
                    client: word.to_owned(),
                });
            }
        }
        Ok(())
    }
}
