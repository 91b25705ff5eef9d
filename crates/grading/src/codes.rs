//! Every kind of problem of a rubric, with a paragraph of explanation.

use toml_language::{Code, ShapeCodes};

/// Shape of rubrics.
pub(crate) const RUBRIC: ShapeCodes = ShapeCodes::new([
    "R0301", "R0302", "R0303", "R0304", "R0305", "R0306", "R0307", "R0308", "R0309", "R0310",
    "R0311", "R0312",
]);

/// Shape of files of overrides.
pub(crate) const OVERRIDES: ShapeCodes = ShapeCodes::new([
    "O0401", "O0402", "O0403", "O0404", "O0405", "O0406", "O0407", "O0408", "O0409", "O0410",
    "O0411", "O0412",
]);

pub(crate) const BAD_ID: Code = Code {
    id: "R0320",
    paragraph: "An item's `id` names a column of the grade sheet and a directory of evidence: 1 to 32 characters of a-z, 0-9, `_` and `-`.",
};

pub(crate) const SAME_ID: Code = Code {
    id: "R0321",
    paragraph: "Two items have the same `id`, so an override or a `needs` could mean either. Give each an `id` of its own.",
};

pub(crate) const UNKNOWN_NEED: Code = Code {
    id: "R0322",
    paragraph: "`needs` names items that must be earned first; if one is not, this item is skipped instead of failed. It may only name items above it in the rubric.",
};

/// Every code, of rubrics first.
pub fn codes() -> impl Iterator<Item = Code> {
    let rubric = RUBRIC.all().into_iter();
    rubric
        .chain([BAD_ID, SAME_ID, UNKNOWN_NEED])
        .chain(OVERRIDES.all())
}
