//! Strings that are printed piece by piece, each at the end of a line, behind whatever a log
//! puts in front.

use std::collections::BTreeMap;

/// Pieces of which only one is at the end of a line are known by so many bytes.
const CERTAIN: usize = 4;

/// Strings that may come in pieces.
#[derive(Debug)]
pub(super) struct Tails {
    strings: Vec<(usize, Vec<u8>)>,
    /// By their last byte, all beginnings: string and length.
    beginnings: BTreeMap<u8, Vec<(usize, usize)>>,
}

/// How much of a string may have been printed by the end of a line, a bit for each length.
type Printed = BTreeMap<usize, u64>;

impl Tails {
    /// Of strings with their names; those of more than 63 bytes are left out.
    pub(super) fn new(strings: &[(usize, Vec<u8>)]) -> Self {
        let short = strings.iter().filter(|(_, string)| string.len() < 64);
        let strings: Vec<(usize, Vec<u8>)> = short.cloned().collect();
        let mut beginnings: BTreeMap<u8, Vec<(usize, usize)>> = BTreeMap::new();
        for (n, (_, string)) in strings.iter().enumerate() {
            for (length, byte) in (1..).zip(string) {
                beginnings.entry(*byte).or_default().push((n, length));
            }
        }
        Self {
            strings,
            beginnings,
        }
    }

    /// Calls with the name of each string that lines bring in pieces, and where the last of
    /// these lines begins.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        let mut printed = Printed::new();
        let mut start = 0;
        for line in text.split(|byte| *byte == b'\n') {
            let whole = line.trim_ascii_end();
            if !whole.is_empty() {
                for name in self.completed(whole, &printed) {
                    found(name, start);
                }
                printed = self.after(whole, &printed);
            }
            start += line.len() + 1;
        }
    }

    /// Strings whose rest stands anywhere in the line.
    fn completed(&self, line: &[u8], printed: &Printed) -> Vec<usize> {
        // A rest that is at the end of the line is enough; within a line, a few letters stand
        // everywhere, so both parts must be long.
        let mut names = Vec::new();
        for (n, lengths) in printed {
            let Some((name, string)) = self.strings.get(*n) else {
                continue;
            };
            let is_whole = |length: usize| {
                let rest = string.get(length..).unwrap_or_default();
                let certain = length >= CERTAIN && rest.len() >= CERTAIN;
                let last = words_end(line).ends_with(rest) || line.ends_with(rest);
                last || (certain && memchr::memmem::find(line, rest).is_some())
            };
            if (1..string.len()).any(|length| lengths >> length & 1 == 1 && is_whole(length)) {
                names.push(*name);
            }
        }
        names
    }

    /// What may have been printed by the end of this line.
    fn after(&self, line: &[u8], before: &Printed) -> Printed {
        let mut printed = Printed::new();
        let bare = words_end(line);
        for tail in [line, bare] {
            let beginnings = tail.last().and_then(|last| self.beginnings.get(last));
            for (n, length) in beginnings.into_iter().flatten() {
                let Some(string) = self.strings.get(*n).map(|(_, string)| string) else {
                    continue;
                };
                let begun = string.get(..*length).unwrap_or_default();
                // Nothing before it: all of it must be here.
                if !before.contains_key(n) && !tail.ends_with(begun) {
                    continue;
                }
                let pairs = begun.iter().rev().zip(tail.iter().rev());
                let here = pairs.take_while(|(one, other)| one == other).count();
                let earlier = before.get(n).copied().unwrap_or_default() | 1;
                // What was printed before ends where the piece of this line may begin.
                let from = length - here;
                let range = (1u64 << length) - (1u64 << from);
                if earlier & range != 0 && *length < string.len() {
                    *printed.entry(*n).or_default() |= 1 << length;
                }
            }
        }
        printed
    }
}

/// The line without quotes, brackets and full stops at its end.
fn words_end(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .rposition(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    line.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}
