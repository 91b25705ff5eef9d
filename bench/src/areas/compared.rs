//! Cutting what plays held into grams: in the first plays, where everything is new, and in a later
//! one, where what is the same is not cut again.

use std::time::{Duration, Instant};

use differential::Differential;
use timeline::Surface;

use crate::error::BenchError;
use comparison::{Row, median};

/// Bytes of each play.
pub(crate) const READ: usize = 16 * 1024 * 1024;

/// Measures both in turns.
///
/// # Errors
///
/// When equal plays differ.
pub(crate) fn measure(rounds: u32, bytes: &[u8]) -> Result<Vec<Row>, BenchError> {
    let (mut first, mut later) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let mut comparison = Differential::new(3, u64::from(round));
        while comparison.next_turn().is_some() {
            let began = Instant::now();
            comparison.begin();
            let mut reading = comparison.read(Surface::Output, "haystack", 0);
            reading.add(bytes, &mut comparison);
            reading.end(&mut comparison);
            comparison.end();
            let took = began.elapsed();
            match comparison.differences().plays {
                1 | 2 => first.push(took),
                _ => later.push(took),
            }
        }
        if comparison.differences().first > 0 {
            let what = "what is always the same depends on what was said";
            return Err(BenchError::Unexpected(what.to_owned()));
        }
    }
    let row = |row, ours| Row {
        bench: "audit",
        row,
        ours: median(ours).into(),
        reference: "1 GB/s",
        theirs: Duration::from_secs_f64(READ as f64 / 1e9).into(),
        goal: 1.0,
    };
    Ok(vec![
        row("16 MiB, cut into grams, all new", first),
        row("16 MiB, cut into grams, the same again", later),
    ])
}
