//! What is suggested for an option that no command has.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, Error, Parser as _};
use toml_language::suggest::nearest;

use super::Cli;

/// Parses the command line, or prints what is wrong with it and exits.
pub(crate) fn parse() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| suggest(error).exit())
}

/// Suggests an option that is near, or none. Commands take names of scenarios, so clap would
/// advise to pass the option as one.
fn suggest(mut error: Error) -> Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let typed = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(typed)) => typed.trim_start_matches('-').to_owned(),
        _ => return error,
    };
    error.remove(ContextKind::Suggested);
    let cli = Cli::command();
    let mut words = std::env::args().skip(1);
    let command = words
        .find_map(|word| cli.find_subcommand(word))
        .unwrap_or(&cli);
    let options = command.get_arguments().chain(cli.get_arguments());
    if let Some(near) = nearest(&typed, options.filter_map(|option| option.get_long())) {
        let near = ContextValue::String(format!("--{near}"));
        error.insert(ContextKind::SuggestedArg, near);
    }
    error
}
