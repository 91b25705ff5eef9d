//! Who reads something of a submission, and which items they see.
//!
//! What students must not see is left out before anything is written, and not hidden by style.

use crate::marks::{Mark, Marks};
use crate::rubric::{Rubric, RubricItem, Visibility};

/// Whom something is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Students, before the due date.
    Students,
    /// Students, once grades are published.
    Published,
    /// The instructor.
    Instructor,
}

impl Audience {
    /// Whether they see an item of a submission that was handed in so many times.
    pub(crate) fn sees(self, item: &RubricItem, times: u32) -> bool {
        match (self, item.visibility) {
            (Self::Instructor, _) | (_, Visibility::Visible) => true,
            (_, Visibility::Hidden) => false,
            (_, Visibility::AfterTimes(needed)) => times >= needed,
            (audience, Visibility::AfterDueDate | Visibility::AfterPublished) => {
                audience == Self::Published
            }
        }
    }

    /// The items that they see, in the order of the rubric.
    pub(crate) fn seen<'a>(
        self,
        rubric: &'a Rubric,
        marks: &'a Marks,
    ) -> impl Iterator<Item = (&'a RubricItem, &'a Mark)> {
        let all = rubric.items.iter().zip(&marks.marks);
        all.filter(move |(item, _)| self.sees(item, marks.times))
    }
}
