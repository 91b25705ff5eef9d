//! The steps, verb by verb.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Checker;
use super::codes::scenario as code;
use super::fault;
use super::language::VERBS;
use super::model::{Join, LeaveHow, Outcome, RelayAction, Step, Verb, Want, What};
use timeline::EventKind;
use toml_language::Problem;
use toml_language::walk::Node;

/// The most steps of a scenario, with its repeats written out.
const MAX_STEPS: usize = 20_000;

/// Clients whose first step is a `join`.
pub(super) fn first_named_by_join(steps: &[Node<'_, '_>]) -> BTreeSet<String> {
    let mut first = BTreeMap::new();
    name_first(steps, &mut first);
    first
        .into_iter()
        .filter_map(|(name, joins)| joins.then_some(name))
        .collect()
}

fn name_first(steps: &[Node<'_, '_>], first: &mut BTreeMap<String, bool>) {
    for step in steps {
        for verb in VERBS {
            let Some(node) = step.node(verb) else {
                continue;
            };
            let delivered = matches!(outcome(&node), Outcome::Delivered | Outcome::Offered);
            let keys: &[&str] = match *verb {
                "msg" | "file" if delivered => &["from", "to"],
                "say" | "msg" | "file" => &["from"],
                "all" | "repeat" => {
                    name_first(&node.nodes("steps"), first);
                    &[]
                }
                // A link can have a fault before its client is there.
                "fault" | "heal" => &[],
                _ => &["client"],
            };
            for name in keys.iter().filter_map(|key| node.owned(key)) {
                first.entry(name).or_insert(*verb == "join");
            }
        }
    }
}

/// Reads the steps, one after another, each in the situation that the others have made.
pub(super) fn read(nodes: &[Node<'_, '_>], checker: &mut Checker<'_>) -> Vec<Step> {
    let steps: Vec<Step> = nodes
        .iter()
        .filter_map(|node| step(node, checker))
        .collect();
    let count = count(&steps);
    if checker.turns == 0 && checker.group.is_none() && count > MAX_STEPS {
        let span = nodes.first().map_or(0..0, Node::span);
        let title = format!("{count} steps with all repeats written out");
        checker.report(
            Problem::new(code::TOO_MANY_STEPS, &span, title).help(format!("at most {MAX_STEPS}")),
        );
    }
    steps
}

fn count(steps: &[Step]) -> usize {
    let each = steps.iter().map(|step| match &step.verb {
        Verb::Repeat { times, steps } => count(steps).saturating_mul(*times as usize),
        Verb::All(steps) => 1 + count(steps),
        Verb::Beat(_)
        | Verb::Expect(_)
        | Verb::Fault { .. }
        | Verb::File { .. }
        | Verb::Heal { .. }
        | Verb::Join { .. }
        | Verb::Leave { .. }
        | Verb::Msg { .. }
        | Verb::Never(_)
        | Verb::Relay(_)
        | Verb::Say { .. }
        | Verb::Type { .. } => 1,
    });
    each.fold(0, usize::saturating_add)
}

fn step(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Step> {
    let verb = VERBS.iter().find(|verb| node.has(verb))?;
    let line = 1 + checker
        .source
        .get(..node.span().start)?
        .matches('\n')
        .count();
    let mut within = node.duration("within");
    if *verb == "expect" {
        let inner = node.node("expect")?;
        if inner.has("within") && node.has("within") {
            let span = inner.key_span("within");
            let problem = Problem::new(code::TWO_DEADLINES, &span, "the deadline is given twice");
            checker.report(
                problem
                    .context(&node.key_span("within"), "the other one")
                    .help("keep one"),
            );
        }
        within = inner.duration("within").or(within);
    }
    let verb = self::verb(verb, node, checker, line)?;
    if !matches!(verb, Verb::All(_) | Verb::Repeat { .. }) {
        checker.world.apply(&verb);
    }
    Some(Step {
        line,
        span: node.span(),
        note: node.owned("note"),
        within,
        verb,
    })
}

fn verb(word: &str, step: &Node<'_, '_>, checker: &mut Checker<'_>, line: usize) -> Option<Verb> {
    if word == "relay" {
        let place = step.text(word)?;
        let action = relay_action(place.text)?;
        checker.relay(action, &place.span);
        return Some(Verb::Relay(action));
    }
    let node = step.node(word)?;
    match word {
        "say" => say(&node, checker),
        "msg" => msg(&node, checker),
        "file" => file(&node, checker, line),
        "join" => join(&node, checker),
        "leave" => leave(&node, checker),
        "fault" => fault::fault(&node, checker),
        "heal" => fault::heal(&node, checker),
        "type" => {
            let client = node.text("client")?;
            checker.shows(&client);
            let line = checker.sent_text(&node.text("line")?, Outcome::Delivered);
            Some(Verb::Type {
                client: client.text.to_owned(),
                line,
            })
        }
        "expect" => want(&node, checker).map(Verb::Expect),
        "never" => want(&node, checker).map(Verb::Never),
        "all" => all(step, &node, checker),
        "repeat" => repeat(&node, checker),
        "beat" => {
            no_nesting(step, "beat", checker);
            node.seconds("seconds").map(Verb::Beat)
        }
        _ => None,
    }
}

fn say(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let (from, outcome) = (node.text("from"), outcome(node));
    if let Some(from) = &from {
        checker.acts(from);
    }
    if outcome == Outcome::Delivered {
        checker.answers(&node.span());
    }
    let text = checker.message(&node.text("text")?, outcome);
    Some(Verb::Say {
        from: from?.text.to_owned(),
        text,
        outcome,
    })
}

fn msg(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let (from, to) = addressed(node, checker);
    let outcome = outcome(node);
    let text = checker.message(&node.text("text")?, outcome);
    Some(Verb::Msg {
        from: from?,
        to: to?,
        text,
        outcome,
    })
}

fn file(node: &Node<'_, '_>, checker: &mut Checker<'_>, line: usize) -> Option<Verb> {
    let (from, to) = addressed(node, checker);
    let outcome = outcome(node);
    let (source, name) = checker.file(node, outcome, line)?;
    Some(Verb::File {
        from: from?,
        to: to?,
        source,
        name,
        outcome,
    })
}

fn addressed(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> (Option<String>, Option<String>) {
    let (from, to, outcome) = (node.text("from"), node.text("to"), outcome(node));
    if let Some(from) = &from {
        checker.acts(from);
    }
    if let Some(to) = &to {
        checker.receives(from.as_ref().map_or("", |from| from.text), to, outcome);
    }
    if outcome == Outcome::Delivered {
        checker.answers(&node.span());
    }
    (
        from.map(|from| from.text.to_owned()),
        to.map(|to| to.text.to_owned()),
    )
}

fn join(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let client = node.text("client")?;
    checker.joins(&client);
    checker.answers(&node.span());
    let outcome = match node.text("outcome") {
        Some(word) if word.text == "refused" => Join::Refused,
        Some(_) | None => Join::Ready,
    };
    Some(Verb::Join {
        client: client.text.to_owned(),
        outcome,
    })
}

fn leave(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let client = node.text("client")?;
    checker.acts(&client);
    checker.answers(&node.span());
    let how = match node.text("how")?.text {
        "eof" => LeaveHow::Eof,
        "kill" => LeaveHow::Kill,
        "quit" => LeaveHow::Quit,
        "reset" => LeaveHow::Reset,
        "vanish" => LeaveHow::Vanish,
        _ => return None,
    };
    Some(Verb::Leave {
        client: client.text.to_owned(),
        how,
    })
}

fn want(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Want> {
    let client = node.text("client");
    if let Some(client) = &client {
        checker.shows(client);
    }
    let event = node
        .text("event")
        .and_then(|word| EventKind::from_word(word.text));
    let captures = checker.captures(node, event);
    let what = if let Some(event) = event {
        What::Event(event, captures)
    } else if let Some(line) = node.text("line") {
        What::Line(checker.wanted_text(&line))
    } else if let Some(text) = node.text("contains") {
        What::Contains(checker.wanted_text(&text))
    } else {
        let pattern = node.text("pattern")?;
        if let Err(error) = regex::Regex::new(pattern.text) {
            let why = toml_language::units::last_line(&error.to_string());
            let problem = Problem::new(
                code::BAD_PATTERN,
                &pattern.span,
                "this is no regular expression",
            );
            checker.report(
                problem
                    .label(why)
                    .help("single quotes keep backslashes as they are: '\\d+'"),
            );
        }
        What::Pattern(pattern.text.to_owned())
    };
    Some(Want {
        client: client?.text.to_owned(),
        what,
    })
}

fn all(step: &Node<'_, '_>, node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let nodes = node.nodes("steps");
    if checker.group.is_some() {
        no_nesting(step, "all", checker);
        return None;
    }
    let joins = nodes
        .iter()
        .filter_map(|node| node.node("join")?.owned("client"));
    let here: Vec<String> = checker.world.connected().map(str::to_owned).collect();
    checker.group = Some(joins.chain(here).collect());
    let steps = read(&nodes, checker);
    checker.group = None;
    Some(Verb::All(steps))
}

fn no_nesting(step: &Node<'_, '_>, verb: &str, checker: &mut Checker<'_>) {
    if checker.group.is_some() {
        let title = format!("an `all` holds no `{verb}`");
        let problem = Problem::new(code::NESTED, &step.key_span(verb), title);
        checker.report(problem.help("make it a step of its own"));
    }
}

fn repeat(node: &Node<'_, '_>, checker: &mut Checker<'_>) -> Option<Verb> {
    let nodes = node.nodes("steps");
    checker.turns += 1;
    let steps = read(&nodes, checker);
    let times = node.integer("times");
    if times.is_some_and(|times| times > 1) {
        // The second turn begins where the first has ended, and so does every further one.
        read(&nodes, checker);
    }
    checker.turns -= 1;
    Some(Verb::Repeat {
        times: times?,
        steps,
    })
}

fn outcome(node: &Node<'_, '_>) -> Outcome {
    match node.text("outcome").map(|word| word.text) {
        Some("offered") => Outcome::Offered,
        Some("refused") => Outcome::Refused,
        Some("undelivered") => Outcome::Undelivered,
        Some(_) | None => Outcome::Delivered,
    }
}

fn relay_action(word: &str) -> Option<RelayAction> {
    Some(match word {
        "freeze" => RelayAction::Freeze,
        "kill" => RelayAction::Kill,
        "restart" => RelayAction::Restart,
        "start" => RelayAction::Start,
        "stop" => RelayAction::Stop,
        "thaw" => RelayAction::Thaw,
        _ => return None,
    })
}
