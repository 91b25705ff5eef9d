//! What `cargo xtask bench` compares with: the least that does the same, written by hand and
//! optimised as the harness is. Futures are boxes, so that they are compiled here and not by
//! whoever waits for them.

mod line;
mod link;
mod play;
mod process;

use std::io;
use std::pin::Pin;

pub(crate) use line::lines;
pub(crate) use link::copy;
pub(crate) use play::{Place, play};
pub(crate) use process::spawn;

/// Something under way.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;
