//! Processes and what they have started.

use crate::participant::proc::{self, threads};

/// The children of a process, whichever of its threads has started them.
pub(crate) fn children(pid: i32) -> Vec<i32> {
    let lists = threads(pid).into_iter().map(|thread| {
        let list = proc::text(pid, &format!("task/{thread}/children"));
        list.unwrap_or_default()
    });
    let numbers = |list: String| {
        let children = list.split_whitespace().map(str::parse);
        children.filter_map(Result::ok).collect::<Vec<i32>>()
    };
    lists.flat_map(numbers).collect()
}

/// The process and everything that it and its children have started.
pub(crate) fn tree(pid: i32) -> Vec<i32> {
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        next += 1;
        let mut new = children(parent);
        new.retain(|child| !all.contains(child));
        all.extend(new);
    }
    all
}

/// Processes and everything that they have started, each once.
pub(crate) fn trees(roots: &[i32]) -> Vec<i32> {
    let mut all: Vec<i32> = Vec::new();
    for pid in roots.iter().flat_map(|root| tree(*root)) {
        if !all.contains(&pid) {
            all.push(pid);
        }
    }
    all
}

/// The same, each as the thread through which `/proc` tells of it.
pub(crate) fn readable(roots: &[i32]) -> Vec<i32> {
    trees(roots).into_iter().map(proc::living).collect()
}
