//! Files below `/proc`, whole.

use std::fs::File;
use std::io::{self, Read as _};

/// Bytes that most of them have at most. They do not say how many there are: who begins with room
/// for a few reads many times.
const ROOM: usize = 8 * 1024;

/// What stands in `/proc/PID/PART`.
///
/// # Errors
///
/// What the system says; [`crate::participant::orphans::is_gone`] knows a process that has ended.
pub(crate) fn read(pid: i32, part: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(ROOM);
    let file = File::open(format!("/proc/{pid}/{part}"))?;
    // Who reads a file as such asks first how long it is.
    file.take(u64::MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The same as text. A program calls itself what it likes, also with bytes that are none.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn text(pid: i32, part: &str) -> io::Result<String> {
    read(pid, part).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::text;
    use crate::participant::spawn::{Command, spawn, wait_blocking};
    use crate::participant::usage::of_trees;

    #[test]
    fn a_name_that_is_no_text_hides_nothing() {
        let name = "printf '\\377\\376x' > /proc/$$/comm; echo named; read x";
        let child = spawn(&Command::new("/bin/sh").argument("-c").argument(name)).unwrap();
        let mut output = std::fs::File::from(child.stdout);
        output.read_exact(&mut [0; 6]).unwrap();
        assert_eq!(text(child.pid, "comm").unwrap(), "\u{fffd}\u{fffd}x\n");
        let usage = of_trees(&[child.pid]);
        assert_eq!(usage.processes, 1);
        assert!(usage.memory > 100_000, "{usage:?}");
        drop(child.stdin);
        wait_blocking(child.pid, &child.pidfd).unwrap();
    }
}
