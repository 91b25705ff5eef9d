//! The audit's search, on one processor, beside the fastest searches that others have written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use audit::{Allowance, Searcher};
use memchr::memmem;
use scenario::plan::{AuditPlan, Canary};
use timeline::{StepId, Surface};

use super::{compared, memory, pin, share};
use crate::error::BenchError;
use crate::{setup, tools};
use comparison::{Row, median};

/// Bytes that are searched: half of them random, half of them like a log.
const HAYSTACK: usize = 128 * 1024 * 1024;

/// Bytes that are decompressed and decrypted, half of them of each kind.
const NESTED: usize = 4 * 1024 * 1024;

/// How many canaries a common scenario plants.
const SOME: usize = 10;

/// How many canaries a large scenario plants.
const CANARIES: usize = 200;

/// Seconds for the haystack at so many gigabytes in a second.
fn at_gigabytes(speed: f64) -> Duration {
    Duration::from_secs_f64(HAYSTACK as f64 / (speed * 1e9))
}

/// Measures all of them in turns.
///
/// # Errors
///
/// When the system refuses files.
pub(crate) fn measure(root: &Path, rounds: u32) -> Result<Vec<Row>, BenchError> {
    pin(1);
    let haystack = haystack();
    let one = canaries(1);
    let many = canaries(CANARIES);
    let (few, all) = (searcher(&one), searcher(&many));
    let first = one.first().map(|text| memmem::Finder::new(text.as_bytes()));
    let automaton =
        AhoCorasick::new(&many).map_err(|error| BenchError::Unexpected(error.to_string()))?;
    let dir = setup::scratch()?;
    let grep = Grep::prepare(dir.path(), &haystack, &many).map_err(BenchError::path(dir.path()))?;
    let some = searcher(&canaries(SOME));
    let nested = middle(&haystack, NESTED).to_vec();
    let mut times: [Vec<Duration>; 6] = Default::default();
    for _ in 0..rounds {
        let mut each: [&mut dyn FnMut() -> bool; 6] = [
            &mut || is_clean(&few, &haystack),
            &mut || is_clean(&all, &haystack),
            &mut || {
                first
                    .as_ref()
                    .is_none_or(|one| one.find(&haystack).is_none())
            },
            &mut || !automaton.is_match(&haystack),
            &mut || grep.as_ref().is_none_or(Grep::is_clean),
            &mut || is_clean_nested(&some, &nested),
        ];
        for (measured, times) in each.iter_mut().zip(&mut times) {
            let began = Instant::now();
            if !measured() {
                let what = "a canary was found where none was planted";
                return Err(BenchError::Unexpected(what.to_owned()));
            }
            times.push(began.elapsed());
        }
    }
    let [few, all, one, automaton, ripgrep, nested] = times.map(median);
    let one_at = "128 MiB, 1 canary, all encodings";
    let many_at = "128 MiB, 200 canaries, all encodings";
    let nested_name = "4 MiB, 10 canaries, decompressed and decrypted";
    let mut rows = vec![
        row(one_at, few, "4 GB/s", at_gigabytes(4.0), 1.0),
        row(one_at, few, "memmem, 1", one, 10.0),
        row(many_at, all, "1 GB/s", at_gigabytes(1.0), 1.0),
        row(many_at, all, "aho, 200", automaton, 10.0),
        row(
            nested_name,
            nested,
            "20 MB/s",
            Duration::from_secs_f64(NESTED as f64 / 20e6),
            1.0,
        ),
    ];
    if grep.is_some() {
        rows.push(row(many_at, all, "rg -F, 200", ripgrep, 10.0));
    }
    let haystack_middle = middle(&haystack, compared::READ).to_vec();
    drop(haystack);
    rows.extend(memory::measure(rounds, &some)?);
    rows.extend(compared::measure(rounds, &haystack_middle)?);
    rows.extend(share::measure(root, rounds)?);
    Ok(rows)
}

fn row(
    row: &'static str,
    ours: Duration,
    reference: &'static str,
    theirs: Duration,
    goal: f64,
) -> Row {
    Row {
        bench: "audit",
        row,
        ours: ours.into(),
        reference,
        theirs: theirs.into(),
        goal,
    }
}

fn is_clean(searcher: &Searcher, haystack: &[u8]) -> bool {
    let searched = searcher.search_bytes(Surface::Output, "haystack", haystack, None);
    searched.findings.is_empty()
}

/// As far as it is allowed for one surface.
fn is_clean_nested(searcher: &Searcher, bytes: &[u8]) -> bool {
    let mut allowance = Allowance::of(Surface::Output);
    let nested = Some(&mut allowance);
    let searched = searcher.search_bytes(Surface::Output, "haystack", bytes, nested);
    searched.findings.is_empty() && searched.nested == NESTED as u64
}

/// Where random bytes end and the log begins.
fn middle(haystack: &[u8], length: usize) -> &[u8] {
    let from = HAYSTACK / 2 - length / 2;
    haystack.get(from..from + length).unwrap_or_default()
}

fn canaries(count: usize) -> Vec<String> {
    const WORDS: [&str; 4] = ["amber", "falco", "river", "stone"];
    let words = WORDS.iter().cycle();
    (0..count)
        .zip(words)
        .map(|(n, word)| format!("QXZVKWBM-{word}-meadow-{:04}", n * 37))
        .collect()
}

fn searcher(texts: &[String]) -> Searcher {
    let canaries = texts.iter().enumerate().map(|(n, text)| Canary {
        name: n.to_string(),
        text: text.clone(),
        step: StepId("1".to_owned()),
    });
    let plan = AuditPlan {
        canaries: canaries.collect(),
        ..AuditPlan::default()
    };
    Searcher::new(&plan, &[], &[])
}

/// The same bytes each time, so that runs can be compared.
fn haystack() -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut bytes = Vec::with_capacity(HAYSTACK + 256);
    while bytes.len() < HAYSTACK / 2 {
        bytes.extend_from_slice(&next().to_le_bytes());
    }
    while bytes.len() < HAYSTACK {
        let (when, who, what) = (next() % 1_000_000, next() % 50, next());
        let line = format!(
            "2026-11-21T10:00:00.{when:06}Z INFO relay::router: frame forwarded from=user{who} size={} id={what:016x}\n",
            what % 4096
        );
        bytes.extend_from_slice(line.as_bytes());
    }
    bytes.truncate(HAYSTACK);
    bytes
}

/// `rg`, where it is installed.
struct Grep {
    program: PathBuf,
    patterns: PathBuf,
    haystack: PathBuf,
}

impl Grep {
    fn prepare(dir: &Path, haystack: &[u8], texts: &[String]) -> std::io::Result<Option<Self>> {
        let Some(program) = tools::find("rg") else {
            return Ok(None);
        };
        let grep = Self {
            program,
            patterns: dir.join("patterns"),
            haystack: dir.join("haystack"),
        };
        fs::write(&grep.patterns, texts.join("\n"))?;
        fs::write(&grep.haystack, haystack)?;
        Ok(Some(grep))
    }

    fn is_clean(&self) -> bool {
        let mut rg = tools::program(&self.program, Path::new("/"));
        rg.args(["-j1", "-a", "-c", "-F", "-f"])
            .arg(&self.patterns)
            .arg(&self.haystack);
        rg.stdout(Stdio::null());
        rg.status().is_ok_and(|status| status.code() == Some(1))
    }
}
