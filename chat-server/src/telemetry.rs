//! The log: JSON, one event a line, on stderr and in a file where one is given.
//!
//! No event has a field for what people wrote: names, sizes, reasons, fingerprints only.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::writer::{BoxMakeWriter, MakeWriterExt as _};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::cli::LogLevel;
use crate::error::StartError;

/// Starts logging. Only once in a process.
pub(crate) fn start(level: LogLevel, file: Option<&Path>) -> Result<(), StartError> {
    let writer = match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).open(path);
            let file = file.map_err(|source| StartError::LogFile {
                path: path.to_owned(),
                source,
            })?;
            BoxMakeWriter::new(io::stderr.and(Mutex::new(file)))
        }
        None => BoxMakeWriter::new(io::stderr),
    };
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        // A log that nobody reads any more must not print about itself.
        .log_internal_errors(false)
        .with_writer(writer)
        .with_filter(Targets::new().with_target("chat_server", level));
    let subscriber = tracing_subscriber::registry().with(lines);
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|error| StartError::Runtime(io::Error::other(error)))
}
