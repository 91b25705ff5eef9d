//! The catalogue: each language's file, read once.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};

use super::{Argument, Locale};

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| read(Locale::English));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| read(Locale::German));

impl Locale {
    /// Its name, as BCP 47 has it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Its file.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::English => include_str!("../../locales/en.ftl"),
            Self::German => include_str!("../../locales/de.ftl"),
        }
    }
}

/// The tests refuse a file with an error, so that none is left here.
fn read(locale: Locale) -> Bundle {
    let source = locale.source().to_owned();
    let resource = FluentResource::try_new(source).unwrap_or_else(|(resource, _)| resource);
    let tag = locale.tag().parse().expect("a tag of two letters");
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // Both languages run from left to right, as do the names in them; other people's texts are escaped by the faces.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

fn bundle(locale: Locale) -> &'static Bundle {
    match locale {
        Locale::English => &ENGLISH,
        Locale::German => &GERMAN,
    }
}

/// A sentence with its variables. One that this language lacks is said in English.
pub(super) fn format(locale: Locale, key: &str, arguments: &[(&'static str, Argument)]) -> String {
    let said = try_format(locale, key, arguments);
    let said = said.or_else(|| try_format(Locale::English, key, arguments));
    said.map_or_else(|| key.to_owned(), |(text, _)| text)
}

/// The same in this language alone, with what was wrong.
pub(super) fn try_format(
    locale: Locale,
    key: &str,
    arguments: &[(&'static str, Argument)],
) -> Option<(String, Vec<FluentError>)> {
    let bundle = bundle(locale);
    let pattern = bundle.get_message(key)?.value()?;
    let values = arguments.iter().map(|(name, argument)| {
        let value = match argument {
            Argument::Text(text) => FluentValue::from(text.as_str()),
            Argument::Number(number) => FluentValue::from(*number),
            Argument::Sentence(sentence) => FluentValue::from(sentence.in_locale(locale)),
        };
        (*name, value)
    });
    let values: FluentArgs<'_> = values.collect();
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&values), &mut errors);
    Some((text.into_owned(), errors))
}
