//! What a terminal says when it is asked, and what it was asked in vain.

use vt100::Callbacks;

/// What our terminal owes the program.
#[derive(Debug, Default)]
pub(super) struct Answers {
    owed: Vec<u8>,
    /// The last question that it has no answer to, as it was asked.
    unanswered: Option<String>,
    /// A row has scrolled off the top.
    pub(super) scrolled: bool,
}

impl Answers {
    /// The answers, once.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.owed)
    }

    /// The last question that it has no answer to: `ESC[?996n`.
    pub(super) fn unanswered(&self) -> Option<&str> {
        self.unanswered.as_deref()
    }

    fn owe(&mut self, answer: &str) {
        self.owed.extend_from_slice(answer.as_bytes());
    }
}

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        i1: Option<u8>,
        i2: Option<u8>,
        params: &[&[u16]],
        c: char,
    ) {
        let asked = params.first().and_then(|first| first.first());
        let asked = asked.copied().unwrap_or_default();
        let (rows, columns) = screen.size();
        let (row, column) = screen.cursor_position();
        let at = format!("{};{}", row + 1, column.min(columns.get() - 1) + 1);
        match (i1, i2, c, asked) {
            (None, _, 'n', 5) => self.owe("\x1b[0n"),
            (None, _, 'n', 6) => self.owe(&format!("\x1b[{at}R")),
            (Some(b'?'), _, 'n', 6) => self.owe(&format!("\x1b[?{at}R")),
            // A VT102: what every program expects at least.
            (None, _, 'c', 0) => self.owe("\x1b[?6c"),
            (Some(b'>'), _, 'c', 0) => self.owe("\x1b[>0;95;0c"),
            (None, _, 't', 18) => self.owe(&format!("\x1b[8;{rows};{columns}t")),
            // Whether it knows a mode: it does not.
            (Some(b'?'), Some(b'$'), 'p', _) => self.owe(&format!("\x1b[?{asked};0$y")),
            (_, _, 'n' | 'c', _)
            | (None, _, 't', 11..=21)
            | (Some(b'?'), None, 'u', _)
            | (Some(b'>'), None, 'q', _) => {
                let intermediates = [i1, i2].into_iter().flatten().map(char::from);
                let (before, behind): (String, String) =
                    intermediates.partition(|one| matches!(one, '?' | '>' | '='));
                self.unanswered = Some(format!("ESC[{before}{asked}{behind}{c}"));
            }
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        if let [kind, .., b"?"] = params {
            let kind = String::from_utf8_lossy(kind);
            self.unanswered = Some(format!("ESC]{kind};?"));
        }
    }

    fn on_scroll(&mut self, _: vt100::capture::RowContents<'_>, is_alternate: bool) {
        self.scrolled |= !is_alternate;
    }
}
