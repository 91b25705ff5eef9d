//! The configuration file: TOML whose keys are the options of the command line.
//!
//! Each key stands for the argument of that name and is read as if it had been typed, unless it was. So a new option
//! is a new key, and both are checked by the same rules.

use std::any::TypeId;
use std::ffi::OsString;
use std::num::NonZeroU32;
use std::ops::Range;
use std::path::Path;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use toml::de::{DeTable, DeValue};
use toml_language::suggest::{nearest, one_of};
use toml_language::{Code, Problem, Problems};

/// Options that are about the file itself, or about none.
const NOT_IN_A_FILE: [&str; 4] = ["config", "check-config", "help", "version"];

const SYNTAX: Code = Code {
    id: "R01",
    paragraph: "The file is not TOML.",
};

const UNKNOWN_KEY: Code = Code {
    id: "R02",
    paragraph: "No option has this name.",
};

const VALUE: Code = Code {
    id: "R03",
    paragraph: "The option does not take this value.",
};

/// The arguments that the file stands for, without those that were typed.
pub(crate) fn arguments(
    path: &Path,
    command: &Command,
    typed: &ArgMatches,
) -> Result<Vec<OsString>, Problems> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| Problems::unreadable(path, SYNTAX, &error))?;
    let (document, errors) = DeTable::parse_recoverable(&text);
    if !errors.is_empty() {
        let list = errors.iter().map(|error| {
            let span = error.span().unwrap_or_default();
            Problem::new(SYNTAX, &span, error.message())
        });
        return Err(Problems::new(path, &text, list.collect()));
    }
    let mut arguments = Vec::new();
    let mut problems = Vec::new();
    for (key, value) in document.get_ref() {
        let option = options(command).find(|option| option.get_long() == Some(key.get_ref()));
        let argument = match option {
            None => Err(Box::new(unknown(key.get_ref(), &key.span(), command))),
            Some(option) => argument(option, (value.get_ref(), &value.span()), command)
                .map(|argument| (option, argument)),
        };
        match argument {
            Err(problem) => problems.push(*problem),
            Ok((option, _)) if is_typed(option, typed) => {}
            Ok((_, argument)) => arguments.push(argument.into()),
        }
    }
    if problems.is_empty() {
        Ok(arguments)
    } else {
        Err(Problems::new(path, &text, problems))
    }
}

fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    let of_a_file = |option: &&Arg| {
        let long = option.get_long();
        long.is_some_and(|long| !NOT_IN_A_FILE.contains(&long))
    };
    command.get_arguments().filter(of_a_file)
}

fn is_typed(option: &Arg, typed: &ArgMatches) -> bool {
    typed.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine)
}

fn unknown(key: &str, span: &Range<usize>, command: &Command) -> Problem {
    let names: Vec<&str> = options(command).filter_map(Arg::get_long).collect();
    let problem = Problem::new(UNKNOWN_KEY, span, format!("there is no option `{key}`"));
    match nearest(key, names.iter().copied()) {
        Some(near) => problem.replace("you may have meant this", span, near),
        None => problem.help(format!("the options are {}", one_of(names))),
    }
}

/// The argument, if it can be read.
fn argument(
    option: &Arg,
    (value, span): (&DeValue<'_>, &Range<usize>),
    command: &Command,
) -> Result<String, Box<Problem>> {
    let key = option.get_long().unwrap_or_default();
    let kind = Kind::of(option);
    let value = match (kind, value) {
        (Kind::Truth, DeValue::Boolean(value)) => value.to_string(),
        (Kind::Number, DeValue::Integer(number)) => number.to_string(),
        (Kind::Text, DeValue::String(text)) if !text.is_empty() => text.to_string(),
        (Kind::Text, DeValue::String(_)) => {
            let problem = Problem::new(VALUE, span, format!("`{key}` is empty"));
            return Err(Box::new(
                problem.help("leave out the key to have its default"),
            ));
        }
        _ => return Err(Box::new(kind.expected(key, value, span))),
    };
    let argument = format!("--{key}={value}");
    let read = command.clone().try_get_matches_from(["", &argument]);
    match read {
        Err(error) if error.kind() != ErrorKind::MissingRequiredArgument => {
            let said = error.to_string();
            let said = said.lines().next().unwrap_or_default();
            let said = said.strip_prefix("error: ").unwrap_or(said);
            Err(Box::new(Problem::new(VALUE, span, said)))
        }
        Err(_) | Ok(_) => Ok(argument),
    }
}

/// What an option is in TOML. On the command line, all of them are texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Truth,
    Number,
    Text,
}

impl Kind {
    fn of(option: &Arg) -> Self {
        let read_as = option.get_value_parser().type_id();
        if read_as == TypeId::of::<bool>() {
            Self::Truth
        } else if read_as == TypeId::of::<NonZeroU32>() {
            Self::Number
        } else {
            Self::Text
        }
    }

    fn expected(self, key: &str, value: &DeValue<'_>, span: &Range<usize>) -> Problem {
        let is = match value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let right = match self {
            Self::Truth => "true or false, without quotes",
            Self::Number => "a whole number, without quotes",
            Self::Text => "a text, in quotes",
        };
        let title = format!("`{key}` is {right}, and this is {is}");
        Problem::new(VALUE, span, title)
    }
}
