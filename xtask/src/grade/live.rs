//! What a terminal shows while a class is graded: who is played now, and how many are done.

use std::collections::BTreeMap;

use grading::Graded;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use timeline::visible;

/// Rows that fit under what else is on a terminal.
const ROWS: usize = 8;

/// Rows of those who are played now, and a counter below them.
pub(super) struct Live {
    all: MultiProgress,
    counter: ProgressBar,
    rows: BTreeMap<String, ProgressBar>,
}

impl Live {
    /// Of so many submissions.
    pub(super) fn new(submissions: usize) -> Self {
        let all = MultiProgress::new();
        let counter = all.add(ProgressBar::new(submissions as u64));
        Self {
            all,
            counter,
            rows: BTreeMap::new(),
        }
    }

    /// So many of its items are done.
    pub(super) fn so_far(&mut self, graded: &Graded, (played, now): (usize, &str)) {
        let name = &graded.submission;
        if !self.rows.contains_key(name) && self.rows.len() < ROWS {
            let row = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                row.set_style(style);
            }
            let row = self.all.insert_before(&self.counter, row);
            self.rows.insert(name.clone(), row);
        }
        if let Some(row) = self.rows.get(name) {
            let (name, of) = (visible(name), graded.marks.len());
            row.set_message(format!("{name}  {played} of {of}  {now}"));
        }
    }

    /// It is done, and this is said of it.
    pub(super) fn ended(&mut self, submission: &str, say: impl FnOnce()) {
        if let Some(row) = self.rows.remove(submission) {
            row.finish_and_clear();
        }
        self.counter.inc(1);
        self.all.suspend(say);
    }

    /// Nothing of it stays.
    pub(super) fn close(&self) {
        self.counter.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use grading::{Graded, Mark, Standing};

    use super::{Live, ROWS};

    fn graded(number: usize) -> Graded {
        let text =
            "title = \"t\"\n[[items]]\nid = \"say\"\ntitle = \"s\"\nscenario = \"s\"\npoints = 1\n";
        let rubric = grading::Rubric::parse(text, std::path::Path::new("r.toml")).unwrap();
        let open = Standing::CannotGrade(String::new());
        Graded {
            submission: format!("s{number:02}"),
            dir: String::new(),
            seed: 0,
            stamp: String::new(),
            marks: vec![Mark::without_play(&rubric.items[0], open)],
        }
    }

    #[test]
    fn at_most_eight_have_a_row_and_each_leaves_it_to_another() {
        let mut live = Live::new(20);
        for number in 0..20 {
            live.so_far(&graded(number), (0, "say"));
        }
        assert_eq!(live.rows.len(), ROWS);
        assert_eq!(live.rows["s00"].message(), "s00  0 of 1  say");
        live.ended("s00", || ());
        live.so_far(&graded(19), (1, "say, again"));
        assert!(live.rows.contains_key("s19") && !live.rows.contains_key("s00"));
        assert_eq!((live.rows.len(), live.counter.position()), (ROWS, 1));
    }
}
