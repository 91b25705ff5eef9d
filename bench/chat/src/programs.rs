//! Programs that are measured.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::MeasureError;

/// Prepares a program that runs in a directory, without standard input.
#[expect(
    clippy::disallowed_methods,
    reason = "programs that are measured are no participants of a play: nothing isolates them"
)]
pub(crate) fn prepare(program: impl AsRef<OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).stdin(Stdio::null());
    command
}

/// One of ours: cargo puts them beside this one.
///
/// # Errors
///
/// When it was not built.
pub(crate) fn ours(name: &str) -> Result<PathBuf, MeasureError> {
    let this = std::env::current_exe().map_err(MeasureError::system("find this program"))?;
    let path = this.with_file_name(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(MeasureError::NotBuilt(path))
    }
}

/// One of the system, by its Debian package: on `PATH`, or where programs of the system's own are.
///
/// # Errors
///
/// When it is not installed.
pub(crate) fn installed(name: &str) -> Result<PathBuf, MeasureError> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|dir| dir.join(name));
    let missing = || MeasureError::Tool(format!("{name} is not installed: apt-get install {name}"));
    on_path
        .chain([Path::new("/usr/sbin").join(name)])
        .find(|file| file.is_file())
        .ok_or_else(missing)
}
