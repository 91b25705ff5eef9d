//! The catalogue and the functions fit each other, in every language.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use clap::ValueEnum as _;
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proptest::prelude::{any, proptest};

use super::catalogue::try_format;
use super::page::PAGE;
use super::sentences::{self, ALL};
use super::{Argument, Locale, Sentence};
use crate::session::{RoomVerb, Topic};

type Variables = BTreeSet<String>;

/// What a pattern needs.
#[derive(Clone, Debug, Default)]
struct Needs {
    variables: Variables,
    /// Those of them that it inserts, and does not only choose by.
    inserted: Variables,
    /// Other sentences.
    sentences: BTreeSet<String>,
}

impl Needs {
    fn of(pattern: &Pattern<&str>) -> Self {
        let mut needs = Self::default();
        needs.add(pattern);
        needs
    }

    fn add(&mut self, pattern: &Pattern<&str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.add_expression(expression);
            }
        }
    }

    fn add_expression(&mut self, expression: &Expression<&str>) {
        match expression {
            Expression::Inline(inline) => self.add_inline(inline),
            Expression::Select { selector, variants } => {
                match selector {
                    InlineExpression::VariableReference { id } => {
                        self.variables.insert(id.name.to_owned());
                    }
                    other => panic!("chosen by what is no variable: {other:?}"),
                }
                for variant in variants {
                    self.add(&variant.value);
                }
            }
        }
    }

    fn add_inline(&mut self, inline: &InlineExpression<&str>) {
        match inline {
            InlineExpression::VariableReference { id } => {
                self.variables.insert(id.name.to_owned());
                self.inserted.insert(id.name.to_owned());
            }
            InlineExpression::MessageReference { id, .. } => {
                self.sentences.insert(id.name.to_owned());
            }
            InlineExpression::Placeable { expression } => self.add_expression(expression),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::FunctionReference { .. } | InlineExpression::TermReference { .. } => {
                panic!("not understood by this test: {inline:?}")
            }
        }
    }
}

type Catalogue = (BTreeMap<String, Needs>, Vec<String>);

/// Each sentence of a language with what it needs, and what is wrong with its file.
fn catalogue(locale: Locale) -> &'static Catalogue {
    static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| read(Locale::English));
    static GERMAN: LazyLock<Catalogue> = LazyLock::new(|| read(Locale::German));
    match locale {
        Locale::English => &ENGLISH,
        Locale::German => &GERMAN,
    }
}

fn read(locale: Locale) -> Catalogue {
    let parsed = FluentResource::try_new(locale.source().to_owned());
    let (resource, errors) = match parsed {
        Ok(resource) => (resource, Vec::new()),
        Err((resource, errors)) => (resource, errors),
    };
    let mut wrong: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let mut all: BTreeMap<String, Needs> = BTreeMap::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else {
            continue;
        };
        let key = message.id.name.to_owned();
        let value = message.value.as_ref().expect("a sentence has a text");
        if all.insert(key.clone(), Needs::of(value)).is_some() {
            wrong.push(format!("{key} is there twice"));
        }
    }
    let own = all.clone();
    for needs in all.values_mut() {
        for other in needs.sentences.iter().filter_map(|other| own.get(other)) {
            needs.variables.extend(other.variables.iter().cloned());
        }
    }
    (all, wrong)
}

#[test]
fn every_language_has_every_sentence_with_its_variables_and_no_other() {
    let all = ALL.iter().chain(PAGE);
    let declared: BTreeMap<String, Variables> = all
        .map(|(key, variables)| {
            let variables = variables.iter().map(|variable| (*variable).to_owned());
            ((*key).to_owned(), variables.collect())
        })
        .collect();
    for locale in Locale::value_variants() {
        let (found, wrong) = catalogue(*locale);
        assert_eq!(*wrong, Vec::<String>::new(), "{locale:?}");
        let found: BTreeMap<_, _> = found
            .iter()
            .map(|(key, needs)| (key.clone(), needs.variables.clone()))
            .collect();
        let keys = |all: &BTreeMap<String, Variables>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&declared), "{locale:?}");
        for (key, variables) in &declared {
            assert_eq!(found.get(key), Some(variables), "{locale:?}: {key}");
        }
    }
}

/// Whether this is a number wherever it is said.
fn is_number(variable: &str) -> bool {
    const NUMBERS: &str =
        "bits came count day limit line members month new old size version weekday went";
    NUMBERS.split(' ').any(|number| number == variable)
}

/// Says a sentence with these values: those that it inserts are in it, as they are.
fn say(locale: Locale, (key, variables): (&str, &[&'static str]), text: &str, number: u64) {
    let arguments: Vec<_> = variables
        .iter()
        .map(|variable| {
            let value = match is_number(variable) {
                true => Argument::Number(number),
                false => Argument::Text(text.to_owned()),
            };
            (*variable, value)
        })
        .collect();
    let (shown, errors) = try_format(locale, key, &arguments).expect("it is in the catalogue");
    assert!(errors.is_empty(), "{locale:?}: {key}: {errors:?}");
    assert!(!shown.is_empty(), "{locale:?}: {key}");
    let (catalogue, _) = catalogue(locale);
    for variable in &catalogue.get(key).expect("the same").inserted {
        let value = match is_number(variable) {
            true => number.to_string(),
            false => text.to_owned(),
        };
        assert!(
            shown.contains(&value),
            "{locale:?}: {key}: {variable} is not in {shown:?}"
        );
    }
}

proptest! {
    #[test]
    fn every_sentence_is_said_in_every_language_with_any_text_as_it_is(
        text in any::<String>(),
        number in any::<u32>(),
    ) {
        for locale in Locale::value_variants() {
            for sentence in ALL {
                say(*locale, *sentence, &format!("<{text}>"), u64::from(number));
            }
        }
    }
}

#[test]
fn what_a_peer_wrote_is_never_a_pattern() {
    let name = "{ $size } { room_lobby } {\"x\"} -term";
    for locale in Locale::value_variants() {
        let shown = sentences::file_offered("bob", name, 7_u64).in_locale(*locale);
        assert!(shown.contains(name), "{shown}");
        let word = sentences::word("{ $word }").in_locale(*locale);
        assert_eq!(word, "{ $word }");
    }
}

#[test]
fn plurals_are_those_of_the_language() {
    let german = |sentence: Sentence| sentence.in_locale(Locale::German);
    assert_eq!(german(sentences::pasts(1_u64)), "1 Text");
    assert_eq!(german(sentences::pasts(0_u64)), "0 Texte");
    assert_eq!(
        sentences::rooms(1_u64).for_programs(),
        "1 room with members"
    );
    assert_eq!(
        sentences::rooms(2_u64).for_programs(),
        "2 rooms with members"
    );
}

#[test]
fn what_is_asked_for_comes_before_the_surroundings_and_those_in_the_order_of_posix() {
    let chosen = |asked, set: &[(&str, &str)]| {
        Locale::choose(asked, |name| {
            let value = set.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| (*value).to_owned())
        })
    };
    let (english, german) = (Locale::English, Locale::German);
    assert_eq!(chosen(None, &[]), english);
    assert_eq!(chosen(None, &[("LANG", "de_DE.UTF-8")]), german);
    assert_eq!(chosen(None, &[("LANG", "de")]), german);
    assert_eq!(chosen(None, &[("LANG", "de-AT@euro")]), german);
    assert_eq!(
        chosen(None, &[("LANG", "den_CA")]),
        english,
        "another language"
    );
    assert_eq!(chosen(None, &[("LANG", "fr_FR.UTF-8")]), english);
    assert_eq!(chosen(Some(english), &[("LC_ALL", "de_DE")]), english);
    let both = [("LANG", "de_DE"), ("LC_MESSAGES", "en_GB")];
    assert_eq!(chosen(None, &both), english);
    assert_eq!(chosen(None, &[("LANG", "de_DE"), ("LC_ALL", "C")]), english);
    assert_eq!(chosen(None, &[("LANG", "de_DE"), ("LC_ALL", "")]), german);
}

/// Those that relay and session have; one that is missing would be an English word in a German sentence.
#[test]
fn every_reason_and_state_has_a_german_word() {
    let words = "quit dropped silent slow misbehaved replaced shutting-down closed reset gone \
                 refused corrupt storage source stalled expired busy full internal unknown-name disconnected \
                 first-use verified changed blocked invalid \
                 malformed reflected not-for-me wrong-sender unknown-key bad-signature too-many-sessions \
                 cannot-open reused content key-changed repeated-file unknown-room not-a-member \
                 accepted cancelled reading queued offered asked checking sending receiving saving";
    for word in words.split_whitespace() {
        assert_eq!(sentences::word(word).for_programs(), word);
        assert_ne!(sentences::word(word).in_locale(Locale::German), word);
    }
    for reason in ["expired", "full", "refused"] {
        let meaning = sentences::meaning(reason).in_locale(Locale::German);
        assert!(meaning.contains(": "), "{meaning}");
    }
    let busy = sentences::meaning("busy").in_locale(Locale::German);
    assert_eq!(busy, "überlastet");
}

#[test]
fn every_command_is_explained_in_every_language() {
    for locale in Locale::value_variants() {
        for topic in Topic::ALL {
            let usage = topic.usage().in_locale(*locale);
            assert!(usage.starts_with(&format!("/{}", topic.name())), "{usage}");
            let purpose = topic.purpose().in_locale(*locale);
            assert!(
                purpose.contains(' ') || purpose == "leaves",
                "{topic:?}: {purpose}"
            );
        }
        for verb in RoomVerb::ALL {
            let usage = sentences::room_usage_of(verb.name()).in_locale(*locale);
            assert!(
                usage.starts_with(&format!("/room {}", verb.name())),
                "{usage}"
            );
        }
    }
}

#[test]
fn a_day_has_its_name_and_its_month_in_each_language() {
    let day = |locale| sentences::day(1_u32, 30_u32, 11_u32, "2026").in_locale(locale);
    assert_eq!(day(Locale::English), "Monday, 30 November 2026");
    assert_eq!(day(Locale::German), "Montag, 30. November 2026");
    let names = |locale| {
        let days =
            (1_u32..=7).map(move |day| sentences::day(day, 1_u32, 1_u32, "").in_locale(locale));
        let months = (1_u32..=12)
            .map(move |month| sentences::day(1_u32, 1_u32, month, "").in_locale(locale));
        days.chain(months).collect::<BTreeSet<_>>()
    };
    // One day is in both.
    assert_eq!(names(Locale::English).len(), 18);
    assert_eq!(names(Locale::German).len(), 18);
}
