//! What a submission earns: a [`Rubric`] says what counts, [`Marks`] are worked out from the plays,
//! and `sheet`, `feedback` and `overview` show them to gradebooks, students and instructors.

mod changes;
mod codes;
mod feedback;
mod judgement;
mod junit;
mod marks;
mod override_file;
mod overview;
mod rubric;
mod seed;
mod sheet;

pub use changes::changes;
pub use codes::codes;
pub use feedback::{Audience, files};
pub use junit::junit;
pub use marks::{Graded, Mark, Marks, Reason, Standing};
pub use override_file::{Lateness, Override, Overrides, overrides_schema};
pub use overview::overview;
pub use rubric::{Counts, LatePolicy, Rubric, RubricItem, Visibility, reference, schema};
pub use seed::seed;
pub use sheet::sheet;
