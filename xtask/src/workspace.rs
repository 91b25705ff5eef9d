//! Where things lie.

use std::path::{Path, PathBuf};

use crate::command_error::CommandError;

/// The directories and files of the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
    reports: PathBuf,
}

impl Workspace {
    /// The one that this program was built in. Cargo says where it is now, so that a moved
    /// checkout works.
    pub(crate) fn here() -> Self {
        let built_in = || env!("CARGO_MANIFEST_DIR").into();
        let package: PathBuf =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(built_in, PathBuf::from);
        let root = package.parent().unwrap_or(Path::new(".")).to_owned();
        let reports = root.join("reports");
        Self { root, reports }
    }

    /// The same, but runs are written and looked up elsewhere, where somebody says so.
    ///
    /// # Errors
    ///
    /// When there is no current directory that the path could start from.
    pub(crate) fn with_reports(reports: Option<&Path>) -> Result<Self, CommandError> {
        let mut here = Self::here();
        if let Some(reports) = reports {
            here.reports = std::path::absolute(reports)
                .map_err(|error| CommandError::file(reports, &error))?;
        }
        Ok(here)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn scenarios(&self) -> PathBuf {
        self.root.join("scenarios")
    }

    pub(crate) fn adapters(&self) -> PathBuf {
        self.root.join("adapters")
    }

    pub(crate) fn zoo_scenarios(&self) -> PathBuf {
        self.root.join("zoo/scenarios")
    }

    pub(crate) fn zoo_adapters(&self) -> PathBuf {
        self.root.join("zoo/adapters")
    }

    pub(crate) fn reports(&self) -> &Path {
        &self.reports
    }

    /// As short as a reader wants it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
