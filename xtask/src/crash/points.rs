//! Every point at which relay and client can be made to die, each in a conversation of its own.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::thread::{self, available_parallelism};

use crash_test::Point;
use strum::IntoEnumIterator as _;

use super::cast::{Cast, Programs};
use super::luck::Luck;
use super::program::Who;

/// Texts of each client in each part of a conversation.
const TEXTS: u64 = 4;

/// Each point so many times, or one point alone: how many conversations that was, and the faults in the order of the
/// points. What cannot be played to its end is a fault.
pub(super) fn play(
    programs: &Programs,
    (only, seeds): (Option<Point>, u64),
    seed: u64,
) -> (usize, Vec<String>) {
    let points = Point::iter().zip(0_u64..);
    let chosen = points.filter(|(point, _)| only.is_none_or(|only| only == *point));
    let plays =
        chosen.flat_map(|(point, index)| (0..seeds).map(move |round| (point, index, round)));
    let plays: Vec<(Point, u64, u64)> = plays.collect();
    let next = Mutex::new(plays.iter());
    let results = Mutex::new(Vec::new());
    // For most of its time a conversation waits for the disk.
    let workers = 2 * available_parallelism().map_or(1, NonZeroUsize::get);
    let lock = "no worker panics with it";
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let Some((point, index, round)) = next.lock().expect(lock).next() else {
                        return;
                    };
                    let luck = Luck::new(seed ^ (index << 48) ^ (round << 32));
                    let faults = play_one(programs, *point, luck);
                    let faults = faults.unwrap_or_else(|error| vec![error.to_string()]);
                    let at = |fault| format!("{point}, seed {seed}, round {round}: {fault}");
                    let faults: Vec<String> = faults.into_iter().map(at).collect();
                    results.lock().expect(lock).push((index, *round, faults));
                }
            });
        }
    });
    let mut results = results.into_inner().expect(lock);
    results.sort();
    let faults = results.into_iter().flat_map(|(.., faults)| faults);
    (plays.len(), faults.collect())
}

/// One conversation: texts both ways and a file, then mail to somebody who is away. The faults.
fn play_one(programs: &Programs, point: Point, mut luck: Luck) -> io::Result<Vec<String>> {
    let victim = victim(point, &mut luck);
    let time = 1 + luck.draw(times(point));
    let mut cast = Cast::new(programs, luck)?;
    cast.arm(victim, format!("{point}:{time}"));
    let place = format!("{} comes there {time} times", victim.name());
    converse(&mut cast)
        .map_err(|error| io::Error::new(error.kind(), format!("{place}: {error}")))?;
    cast.start_missing()?;
    cast.finish()?;
    Ok(cast.faults())
}

/// Ends when somebody has died.
fn converse(cast: &mut Cast) -> io::Result<()> {
    cast.start_missing()?;
    cast.talk(TEXTS);
    cast.send_file()?;
    for from in [Who::Alice, Who::Bob] {
        cast.hear_last_of(from)?;
    }
    cast.hear_of_files()?;
    if cast.has_died() {
        return Ok(());
    }
    cast.kill(Who::Bob)?;
    cast.write(Who::Alice, Who::Bob, TEXTS);
    cast.hear_accepted()?;
    if cast.has_died() {
        return Ok(());
    }
    cast.start_missing()?;
    cast.hear_death()
}

fn victim(point: Point, luck: &mut Luck) -> Who {
    match point {
        _ if point.is_of_relay() => Who::Relay,
        Point::ClientFileWritten | Point::ClientFileRenamed => Who::Bob,
        _ if luck.draw(2) == 0 => Who::Alice,
        _ => Who::Bob,
    }
}

/// How often a point is reached in any conversation, at least.
fn times(point: Point) -> u64 {
    match point {
        Point::RelaySent => 12,
        Point::ClientSent => 8,
        Point::ClientShown | Point::RelayAckTaken => 4,
        // Its key, and a name for each client.
        Point::RelayStateWritten | Point::RelayStateRenamed => 3,
        Point::ClientJournalUnwritten | Point::ClientJournalWritten => 2,
        _ => 1,
    }
}
