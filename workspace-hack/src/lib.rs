//! One set of features for every build of this workspace: see `Cargo.toml`.
