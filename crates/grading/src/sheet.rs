//! `grades.csv`: a row for each submission (RFC 4180).

use crate::marks::{Marks, Standing};
use crate::rubric::Rubric;

/// The whole sheet, its heads included.
pub fn sheet(rubric: &Rubric, all: &[&Marks]) -> String {
    let heads = ["submission", "total", "maximum", "deduction", "state"];
    let items = rubric.items.iter().map(|item| item.id.as_str());
    let mut text = row(heads.into_iter().chain(items).map(str::to_owned));
    for marks in all {
        let state = if marks.is_open() { "decide" } else { "graded" };
        let first = [
            marks.submission.clone(),
            marks.total.to_string(),
            marks.maximum.to_string(),
            marks.deduction.to_string(),
            state.to_owned(),
        ];
        let points = marks.marks.iter().map(|mark| match &mark.standing {
            Standing::CannotGrade(_) if mark.is_open() => "cannot grade".to_owned(),
            _ => mark.adds().to_string(),
        });
        text.push_str(&row(first.into_iter().chain(points)));
    }
    text
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front, which makes it
/// text; a number is none.
fn quoted(cell: &str) -> String {
    let formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<i64>().is_err();
    let text = format!("{}{cell}", if formula { "'" } else { "" });
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, row};

    #[test]
    fn no_cell_is_a_formula_and_none_ends_another() {
        assert_eq!(quoted("ada"), "ada");
        assert_eq!(quoted("=1+1,\"x\""), "\"'=1+1,\"\"x\"\"\"");
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
        assert_eq!(quoted("-1"), "-1");
        for formula in ["=1", "+1+1", "-1+1", "@a", "\t=1", "\r=1"] {
            assert!(quoted(formula).trim_start_matches('"').starts_with('\''));
        }
        assert_eq!(
            row(["a".to_owned(), "b,c".to_owned()].into_iter()),
            "a,\"b,c\"\r\n"
        );
    }
}
