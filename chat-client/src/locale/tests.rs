//! The catalogue and the functions fit each other, in every language.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum as _;
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use proptest::prelude::{any, proptest};

use super::catalogue::try_format;
use super::page::PAGE;
use super::sentences::{self, ALL};
use super::{Argument, Locale, Sentence};

type Variables = BTreeSet<String>;

/// What a pattern needs: variables, and other sentences.
#[derive(Debug, Default)]
struct Needs {
    variables: Variables,
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
                self.add_inline(selector);
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

/// Each sentence of a language with its variables, and what is wrong with its file.
fn catalogue(locale: Locale) -> (BTreeMap<String, Variables>, Vec<String>) {
    let parsed = FluentResource::try_new(locale.source().to_owned());
    let (resource, errors) = match parsed {
        Ok(resource) => (resource, Vec::new()),
        Err((resource, errors)) => (resource, errors),
    };
    let mut wrong: Vec<_> = errors.iter().map(ToString::to_string).collect();
    let mut needs = BTreeMap::new();
    for entry in resource.entries() {
        let Entry::Message(message) = entry else {
            continue;
        };
        let key = message.id.name.to_owned();
        let value = message.value.as_ref().expect("a sentence has a text");
        if needs.insert(key.clone(), Needs::of(value)).is_some() {
            wrong.push(format!("{key} is there twice"));
        }
    }
    let all = needs.iter().map(|(key, own)| {
        let others = own.sentences.iter().filter_map(|other| needs.get(other));
        let others = others.flat_map(|other| &other.variables);
        let variables = own.variables.iter().chain(others).cloned().collect();
        (key.clone(), variables)
    });
    (all.collect(), wrong)
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
        assert_eq!(wrong, Vec::<String>::new(), "{locale:?}");
        let keys = |all: &BTreeMap<String, Variables>| all.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&found), keys(&declared), "{locale:?}");
        for (key, variables) in &declared {
            assert_eq!(found.get(key), Some(variables), "{locale:?}: {key}");
        }
    }
}

/// A sentence with these values: numbers for what is counted.
fn said(locale: Locale, (key, variables): (&str, &[&'static str]), text: &str, number: u64) {
    const COUNTED: [&str; 6] = ["count", "came", "went", "members", "size", "limit"];
    let arguments: Vec<_> = variables
        .iter()
        .map(|variable| {
            let value = match COUNTED.contains(variable) {
                true => Argument::Number(number),
                false => Argument::Text(text.to_owned()),
            };
            (*variable, value)
        })
        .collect();
    let (shown, errors) = try_format(locale, key, &arguments).expect("it is in the catalogue");
    assert!(errors.is_empty(), "{locale:?}: {key}: {errors:?}");
    assert!(!shown.is_empty(), "{locale:?}: {key}");
    if variables.iter().any(|variable| COUNTED.contains(variable)) {
        assert!(shown.contains(&number.to_string()), "{locale:?}: {shown}");
    }
    // A word or a reason may have a sentence of its own.
    if !key.starts_with("word") && !key.starts_with("meaning") && key != "day" {
        let texts = variables.iter().filter(|name| !COUNTED.contains(name));
        assert_eq!(
            texts.count() > 0,
            shown.contains(text),
            "{locale:?}: {key} hides or changes {text:?}: {shown}"
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
                said(*locale, *sentence, &format!("<{text}>"), u64::from(number));
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
