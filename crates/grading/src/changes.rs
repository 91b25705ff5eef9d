//! What has changed since a class was graded before.

use crate::marks::{Mark, Marks};

/// One line for each submission whose points are others than before, or that was not there.
pub fn changes(before: &[Marks], now: &[&Marks]) -> Vec<String> {
    let each = now.iter().filter_map(|marks| {
        let old = before.iter().find(|old| old.submission == marks.submission);
        match old {
            None => Some(format!("{}: new, {} points", marks.submission, marks.total)),
            Some(old) => changed(old, marks),
        }
    });
    let gone = before.iter().filter(|old| {
        let mut now = now.iter();
        !now.any(|marks| marks.submission == old.submission)
    });
    let gone = gone.map(|old| format!("{}: gone, {} points before", old.submission, old.total));
    each.chain(gone).collect()
}

fn changed(old: &Marks, now: &Marks) -> Option<String> {
    let items = now.marks.iter().filter_map(|mark| {
        let before = old.marks.iter().find(|before| before.item == mark.item);
        let (before, now) = (before.map_or(0, Mark::adds), mark.adds());
        (before != now).then(|| format!("{} {before} → {now}", mark.item))
    });
    let items: Vec<String> = items.collect();
    let differs = !items.is_empty() || old.total != now.total;
    differs.then(|| {
        let (name, items) = (&now.submission, items.join(", "));
        let sum = format!("{name}: {} → {} points", old.total, now.total);
        if items.is_empty() {
            sum
        } else {
            format!("{sum} ({items})")
        }
    })
}
