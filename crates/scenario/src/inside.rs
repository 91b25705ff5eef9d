//! Paths that stay in the directory that they are written for.

use std::path::{Component, Path};

/// Whether a path names something in a directory, and neither the directory itself nor anything
/// outside. What is on the way is no link, so `a/../b` is `b`.
pub(crate) fn stays_inside(path: &str) -> bool {
    let mut depth = 0_usize;
    for part in Path::new(path).components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    depth > 0 && Path::new(path).file_name().is_some() && !path.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::stays_inside;

    #[test]
    fn only_a_path_to_something_in_the_directory_stays_there() {
        for path in ["plan.pdf", ".hidden", "a/b", "a/../b", "./b", "a/./b"] {
            assert!(stays_inside(path), "{path}");
        }
        for path in [
            "",
            ".",
            "..",
            "../x",
            "../../x",
            "a/../../x",
            "/etc/passwd",
            "a/..",
            "a/../",
            "x\0",
        ] {
            assert!(!stays_inside(path), "{path:?}");
        }
    }
}
