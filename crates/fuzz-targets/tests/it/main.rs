//! The stored corpus, and variations of it.

use std::fs;
use std::path::{Path, PathBuf};

use fuzz_targets::TARGETS;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// How often each file of the corpus is varied.
const VARIATIONS: usize = 16;

#[test]
fn the_stored_corpus_and_variations_of_it_break_no_promise() {
    for (target, run) in TARGETS {
        let files = corpus(target);
        assert!(!files.is_empty(), "{target} has no corpus");
        for file in files {
            let bytes = fs::read(&file).unwrap();
            println!("{}", file.display());
            run(&bytes);
            let mut rng = StdRng::seed_from_u64(bytes.len() as u64);
            for _ in 0..VARIATIONS {
                run(&varied(&bytes, &mut rng));
            }
        }
    }
}

#[test]
fn every_target_can_be_fuzzed() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for (target, _) in TARGETS {
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target}"
        );
    }
    let programs = fs::read_dir(fuzz().join("fuzz_targets")).unwrap().count();
    assert_eq!(programs, TARGETS.len());
}

/// Cut, doubled, or with a byte changed.
fn varied(bytes: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut varied = bytes.to_vec();
    let at = rng.random_range(0..=bytes.len());
    match rng.random_range(0..4) {
        0 => varied.truncate(at),
        1 => varied.extend_from_within(at..),
        2 => varied.insert(at, rng.random()),
        _ => {
            if let Some(byte) = varied.get_mut(at) {
                *byte = rng.random();
            }
        }
    }
    varied
}

/// In the order of their names.
fn corpus(target: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(fuzz().join("corpus").join(target));
    let files = files.into_iter().flatten();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

fn fuzz() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz"))
}
