//! What a submission earns: a [`Rubric`] says what counts, [`Marks`] are worked out from the plays,
//! and `sheet`, `feedback` and `overview` show them to gradebooks, students and instructors.

mod audience;
mod changes;
mod classroom50;
mod codes;
mod feedback;
mod gradescope;
mod judgement;
mod junit;
mod marks;
mod matrix;
mod override_file;
mod overview;
mod rubric;
mod seed;
mod sheet;

pub use audience::Audience;
pub use changes::changes;
pub use classroom50::{Classroom50, NotNamed, classroom50_schema};
pub use codes::codes;
pub use feedback::files;
pub use gradescope::{gradescope, gradescope_schema};
pub use junit::junit;
pub use marks::{Graded, Mark, Marks, Reason, Standing};
pub use matrix::{Cell, Matrix, matrix_schema};
pub use override_file::{HandedIn, Lateness, Override, Overrides, overrides_schema};
pub use overview::overview;
pub use rubric::{Counts, LatePolicy, Rubric, RubricItem, Visibility, reference, schema};
pub use seed::seed;
pub use sheet::sheet;
