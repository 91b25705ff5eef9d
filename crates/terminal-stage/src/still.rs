//! A screen as a picture: SVG, which stays sharp and is text to a reader and to git.

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use crate::wrap::columns;

/// Of one cell, in pixels.
const WIDTH: usize = 8;
const HEIGHT: usize = 17;

/// Between the text and the border.
const MARGIN: usize = 12;

/// Where letters are in a row.
const BASE: usize = 13;

const PAPER: &str = "#16181c";
const INK: &str = "#d8dade";

/// The sixteen colours of a terminal.
const NAMED: [&str; 16] = [
    "#2b2f36", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
    "#7f8794", "#ff8a93", "#b5e08f", "#ffd78f", "#82c7ff", "#e29bf5", "#7fdbe6", "#ffffff",
];

/// How a cell looks.
#[derive(Clone, Debug, PartialEq, Eq)]
struct CellStyle {
    ink: String,
    paper: Option<String>,
    is_bold: bool,
    is_faint: bool,
}

/// The whole screen.
pub(crate) fn svg(screen: &Buffer) -> String {
    let (columns, rows) = (
        usize::from(screen.area.width),
        usize::from(screen.area.height),
    );
    let (width, height) = (columns * WIDTH + 2 * MARGIN, rows * HEIGHT + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"13\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for (row, cells) in screen.content.chunks(columns.max(1)).enumerate() {
        for run in runs(cells) {
            svg.push_str(&run.svg(row));
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// Cells of one row that style the same.
#[derive(Debug)]
struct Run {
    column: usize,
    text: String,
    style: CellStyle,
}

fn runs(cells: &[Cell]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut covered = 0;
    for (column, cell) in cells.iter().enumerate() {
        // A wide character covers the cell behind it.
        if column < covered {
            continue;
        }
        covered = column + columns(cell.symbol()).max(1);
        let style = CellStyle::of(cell);
        match runs.last_mut() {
            Some(run) if run.style == style => run.text.push_str(cell.symbol()),
            _ => runs.push(Run {
                column,
                text: cell.symbol().to_owned(),
                style,
            }),
        }
    }
    runs
}

impl CellStyle {
    fn of(cell: &Cell) -> Self {
        let (mut ink, mut paper) = (colour(cell.fg), colour(cell.bg));
        if cell.modifier.contains(Modifier::REVERSED) {
            let behind = paper.unwrap_or_else(|| PAPER.to_owned());
            paper = Some(ink.unwrap_or_else(|| INK.to_owned()));
            ink = Some(behind);
        }
        Self {
            ink: ink.unwrap_or_else(|| INK.to_owned()),
            paper,
            is_bold: cell.modifier.contains(Modifier::BOLD),
            is_faint: cell.modifier.contains(Modifier::DIM),
        }
    }
}

impl Run {
    fn svg(&self, row: usize) -> String {
        let (x, y) = (MARGIN + self.column * WIDTH, MARGIN + row * HEIGHT);
        let mut svg = String::new();
        if let Some(paper) = &self.style.paper {
            let width = columns(&self.text) * WIDTH;
            svg.push_str(&format!(
                "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" fill=\"{paper}\"/>\n"
            ));
        }
        let shown = self.text.trim_end();
        let text = shown.trim_start();
        if text.is_empty() {
            return svg;
        }
        let x = x + (columns(shown) - columns(text)) * WIDTH;
        // Whatever font a reader has: it is as wide as it was on the screen.
        let length = columns(text) * WIDTH;
        let bold = if self.style.is_bold {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let faint = if self.style.is_faint {
            " opacity=\"0.65\""
        } else {
            ""
        };
        svg.push_str(&format!(
            "<text x=\"{x}\" y=\"{}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\" \
             fill=\"{}\"{bold}{faint} xml:space=\"preserve\">{}</text>\n",
            y + BASE,
            self.style.ink,
            escaped(text)
        ));
        svg
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `None` for the terminal's own.
fn colour(colour: Color) -> Option<String> {
    match colour {
        Color::Reset => None,
        Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        other => {
            let number = usize::from(number(other)?);
            NAMED.get(number).map(|colour| (*colour).to_owned())
        }
    }
}

/// Of a colour that a terminal numbers.
pub(crate) fn number(colour: Color) -> Option<u8> {
    let number = match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        Color::Indexed(number) => number,
        Color::Reset | Color::Rgb(..) => return None,
    };
    Some(number)
}
