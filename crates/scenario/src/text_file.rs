//! Reading files that people write.

use std::io;
use std::path::Path;

/// The text of a file. Of one that is no text it says where.
pub(crate) fn read(path: &Path) -> io::Result<String> {
    decoded(std::fs::read(path)?)
}

fn decoded(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let (before, rest) = error.as_bytes().split_at(at);
        let line = before.split(|byte| *byte == b'\n').next_back();
        let column = String::from_utf8_lossy(line.unwrap_or_default());
        let why = format!(
            "it is not UTF-8: byte 0x{:02X} in line {}, column {}",
            rest.first().copied().unwrap_or_default(),
            before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column.chars().count() + 1,
        );
        io::Error::new(io::ErrorKind::InvalidData, why)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_not_utf_8_is_named_with_its_place() {
        let latin_1 = b"# \xc3\xa9\ntitle = \"na\xefve\"\n";
        let error = super::decoded(latin_1.to_vec()).unwrap_err().to_string();
        assert_eq!(error, "it is not UTF-8: byte 0xEF in line 2, column 12");
    }
}
