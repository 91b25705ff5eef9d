//! When, where and of which commit a run is, asked of this machine.

use std::fs;
use std::path::{Path, PathBuf};

use report::Provenance;

/// Of a run that begins now with the scenarios of a workspace.
pub(super) fn now(scenarios: &Path) -> Provenance {
    Provenance {
        began: chrono::Utc::now().format("%Y-%m-%dT%H:%M:%S").to_string(),
        host: fs::read_to_string("/proc/sys/kernel/hostname")
            .map_or_else(|_| String::new(), |host| host.trim().to_owned()),
        commit: scenarios.parent().and_then(commit),
    }
}

/// What is checked out there, as Git writes it down.
fn commit(workspace: &Path) -> Option<String> {
    let git = git_dir(workspace)?;
    let head = fs::read_to_string(git.join("HEAD")).ok()?;
    let Some(name) = head.trim().strip_prefix("ref: ") else {
        return Some(head.trim().to_owned());
    };
    // In a second working tree, branches are those of the first.
    let common = fs::read_to_string(git.join("commondir"));
    let common = common.map_or_else(|_| git.clone(), |path| git.join(path.trim()));
    if let Ok(commit) = fs::read_to_string(common.join(name)) {
        return Some(commit.trim().to_owned());
    }
    let packed = fs::read_to_string(common.join("packed-refs")).ok()?;
    let line = packed.lines().find_map(|line| line.strip_suffix(name))?;
    Some(line.trim().to_owned())
}

fn git_dir(workspace: &Path) -> Option<PathBuf> {
    let git = workspace.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    let link = fs::read_to_string(&git).ok()?;
    Some(workspace.join(link.trim().strip_prefix("gitdir: ")?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::commit;

    #[test]
    fn the_commit_is_found_wherever_git_keeps_it() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        assert_eq!(commit(dir.path()), None);
        fs::create_dir_all(at(".git/refs/heads")).unwrap();
        fs::write(at(".git/HEAD"), "1111\n").unwrap();
        assert_eq!(commit(dir.path()).unwrap(), "1111");
        fs::write(at(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(at(".git/packed-refs"), "# pack\n2222 refs/heads/main\n").unwrap();
        assert_eq!(commit(dir.path()).unwrap(), "2222");
        fs::write(at(".git/refs/heads/main"), "3333\n").unwrap();
        assert_eq!(commit(dir.path()).unwrap(), "3333");
        fs::create_dir_all(at(".git/worktrees/second")).unwrap();
        fs::write(at(".git/worktrees/second/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::write(at(".git/worktrees/second/commondir"), "../..\n").unwrap();
        fs::create_dir(at("second")).unwrap();
        let link = format!("gitdir: {}\n", at(".git/worktrees/second").display());
        fs::write(at("second/.git"), link).unwrap();
        assert_eq!(commit(&at("second")).unwrap(), "3333");
    }
}
