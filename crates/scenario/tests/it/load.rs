//! What a load plans: groups, rounds, and what it leaves out.

use std::collections::BTreeSet;
use std::time::Duration;

use scenario::plan::{Action, Implementations, LoadPlan, LoadShape, PlannedStep, Round};
use scenario::{Hearing, Load, Scenario};

use super::{codes, parse, reference, scenarios};

fn scenario(steps: &str) -> Scenario {
    let text = format!("title = \"t\"\nclients = [\"alice\", \"bob\", \"carol\"]\n{steps}");
    parse(&text).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

const PUBLIC: &str =
    "[[steps]]\nsay = { from = \"alice\", text = \"this is for all, {canary}\" }\n";
const PRIVATE: &str =
    "[[steps]]\nmsg = { from = \"bob\", to = \"carol\", text = \"this is for one, {canary}\" }\n";

fn planned(steps: &str, clients: usize, say: Hearing) -> Result<LoadPlan, String> {
    let shape = LoadShape {
        clients,
        length: Duration::from_secs(1),
        say,
    };
    let adapter = reference();
    let cast = Implementations::from(&adapter);
    let root = scenarios();
    LoadPlan::new(&scenario(steps), &cast, (7, &root), shape, Some(4))
        .map_err(|error| error.to_string())
}

fn load(steps: &str, clients: usize) -> LoadPlan {
    planned(steps, clients, Hearing::Group).unwrap()
}

fn canaries(round: &Round) -> BTreeSet<String> {
    let planted = round.audit.canaries.iter();
    planted.map(|canary| canary.text.clone()).collect()
}

fn flat(steps: &[PlannedStep]) -> Vec<&PlannedStep> {
    let mut all = Vec::new();
    for step in steps {
        all.push(step);
        if let Action::All { steps } = &step.action {
            all.extend(flat(steps));
        }
    }
    all
}

#[test]
fn clients_play_in_whole_groups_and_share_keys_when_there_are_too_few() {
    let plan = load(PUBLIC, 8);
    assert_eq!((plan.groups(), plan.shape.clients), (2, 6));
    assert_eq!(plan.members(2), ["alice-2", "bob-2", "carol-2"]);
    assert_eq!(plan.members(3), [""; 0]);
    let keys: Vec<usize> = plan
        .whole
        .clients
        .iter()
        .map(|one| one.pool_index)
        .collect();
    assert_eq!(keys, [0, 1, 2, 3, 0, 1]);
}

#[test]
fn the_same_round_is_planned_again_and_every_other_is_another() {
    let plan = load(&[PUBLIC, PRIVATE].concat(), 6);
    let json = |group, round| {
        let round = plan.round(group, round).unwrap();
        serde_json::to_string(&round.steps).unwrap()
    };
    assert_eq!(json(1, 1), json(1, 1));
    let all: Vec<BTreeSet<String>> = [(1, 1), (1, 2), (2, 1)]
        .into_iter()
        .map(|(group, round)| canaries(&plan.round(group, round).unwrap()))
        .collect();
    let together: BTreeSet<&String> = all.iter().flatten().collect();
    assert_eq!(together.len(), all.iter().map(BTreeSet::len).sum::<usize>());
}

#[test]
fn what_is_said_to_all_goes_to_each_of_the_group() {
    let round = load(PUBLIC, 6).round(2, 3).unwrap();
    let sent: Vec<(String, Option<String>)> = flat(&round.steps)
        .iter()
        .filter_map(|step| step.sent.clone())
        .map(|sent| (sent.from, sent.to))
        .collect();
    let to = |who: &str| ("alice-2".to_owned(), Some(who.to_owned()));
    assert_eq!(sent, [to("bob-2"), to("carol-2")]);
    let ids: Vec<&str> = flat(&round.steps)
        .iter()
        .map(|one| one.id.0.as_str())
        .collect();
    assert_eq!(ids, ["2.3.1", "2.3.1.1", "2.3.1.2"]);
}

#[test]
fn it_goes_to_everyone_when_that_is_asked_for() {
    let plan = planned(PUBLIC, 6, Hearing::Everyone).unwrap();
    let round = plan.round(1, 1).unwrap();
    let sent = round.steps[0].sent.clone().unwrap();
    assert_eq!((sent.from.as_str(), sent.to), ("alice-1", None));
}

#[test]
fn nobody_outside_the_group_is_expected_to_show_anything() {
    let plan = load(&[PUBLIC, PRIVATE].concat(), 6);
    let round = plan.round(1, 1).unwrap();
    let members = plan.members(1);
    for one in flat(&round.steps).iter().flat_map(|step| &step.expects) {
        assert!(members.contains(&one.client), "{one:?}");
    }
    for one in &plan.whole.opening {
        let same = |a: &str, b: &str| a.rsplit('-').next() == b.rsplit('-').next();
        assert!(same(&one.client, one.about.as_ref().unwrap()), "{one:?}");
    }
}

#[test]
fn everyone_says_a_last_word_to_each_of_the_group() {
    let fences = load(PUBLIC, 6).whole.closing.fences;
    assert_eq!(fences.len(), 2 * 3 * 2);
    assert_eq!(fences[0].observers, ["bob-1"]);
    assert!(
        fences[0].line.lines()[0].starts_with("/msg bob-1 "),
        "{:?}",
        fences[0]
    );
}

#[test]
fn what_changes_who_is_there_ends_a_round_and_is_reported() {
    let leave = "[[steps]]\nleave = { client = \"carol\", how = \"kill\" }\n";
    let plan = load(&[PUBLIC, leave, PUBLIC].concat(), 6);
    assert_eq!(plan.round(1, 1).unwrap().steps.len(), 1);
    let lines: Vec<usize> = plan.left_out.iter().map(|one| one.line).collect();
    assert_eq!(lines, [5, 7]);
    let error = planned(&[leave, PUBLIC].concat(), 6, Hearing::Group).unwrap_err();
    assert!(
        error.contains("line 3") && error.contains("leave"),
        "{error}"
    );
}

#[test]
fn a_typed_line_that_names_somebody_cannot_be_played_by_many() {
    let step = |line: &str| {
        format!("[[steps]]\ntype = {{ client = \"alice\", line = \"{line}\" }}\n{PUBLIC}")
    };
    let error = planned(&step("/who is bob"), 6, Hearing::Group).unwrap_err();
    assert!(error.contains("line 3") && error.contains("bob"), "{error}");
    assert!(planned(&step("/who is bobby"), 6, Hearing::Group).is_ok());
}

#[test]
fn a_scenario_says_how_it_is_loaded_where_the_command_line_does_not() {
    let read = scenario(&format!(
        "{PUBLIC}[load]\nclients = 30\nfor = \"5s\"\nsay = \"everyone\"\n"
    ));
    let said = Load {
        clients: Some(30),
        length: Some(Duration::from_secs(5)),
        say: Some(Hearing::Everyone),
    };
    assert_eq!(read.load, said);
    assert_eq!(scenario(PUBLIC).load, Load::default());
    let wrong = format!(
        "title = \"t\"\nclients = [\"alice\", \"bob\"]\n{PUBLIC}[load]\nclients = 0\nfor = \"soon\"\nsay = \"some\"\nfast = true\n"
    );
    assert_eq!(codes(&wrong).len(), 4, "{:?}", codes(&wrong));
}
