//! Lines laid together, as if they had never been broken.

use memchr::memchr2_iter;

/// A text without its line breaks and the blanks behind them.
pub(super) struct Joined {
    pub(super) bytes: Vec<u8>,
    /// Where a line continues: in the joined text, and in the text as it was.
    seams: Vec<(usize, usize)>,
}

impl Joined {
    /// Of a text that has more than one line. Breaks that are written as escapes, and the soft
    /// ones of quoted-printable, are breaks as well.
    pub(super) fn new(text: &[u8]) -> Option<Self> {
        let mut joined = Self {
            bytes: Vec::new(),
            seams: Vec::new(),
        };
        let mut next = 0;
        for at in memchr2_iter(b'\n', b'\\', text) {
            let Some((end, start)) = seam(text, at).filter(|(end, _)| *end >= next) else {
                continue;
            };
            joined.line(text, next, end);
            next = start;
        }
        if next == 0 {
            return None;
        }
        joined.line(text, next, text.len());
        Some(joined)
    }

    fn line(&mut self, text: &[u8], from: usize, to: usize) {
        self.seams.push((self.bytes.len(), from));
        self.bytes
            .extend_from_slice(text.get(from..to).unwrap_or_default());
    }

    /// Whether a part of the joined text comes from more than one line.
    pub(super) fn crosses(&self, at: usize, length: usize) -> bool {
        let first = self.seams.partition_point(|(seam, _)| *seam <= at);
        self.seams
            .get(first)
            .is_some_and(|(seam, _)| *seam < at + length)
    }

    /// Where a byte of the joined text stood.
    pub(super) fn original(&self, at: usize) -> usize {
        let behind = self.seams.partition_point(|(seam, _)| *seam <= at);
        let seam = behind.checked_sub(1).and_then(|n| self.seams.get(n));
        seam.map_or(at, |(seam, original)| original + (at - seam))
    }
}

/// Where the line ends and the next one starts, if a break is here.
#[inline]
fn seam(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let (before, behind) = text.split_at_checked(at)?;
    let (before, behind) = if let Some(behind) = behind.strip_prefix(b"\n") {
        (before.strip_suffix(b"\r").unwrap_or(before), behind)
    } else {
        let behind = behind
            .strip_prefix(b"\\r\\n")
            .or_else(|| behind.strip_prefix(b"\\n"))?;
        (before, behind)
    };
    let before = before.strip_suffix(b"=").unwrap_or(before);
    let blanks = behind.iter().take_while(|byte| b" \t".contains(byte));
    Some((before.len(), text.len() - behind.len() + blanks.count()))
}
