//! Where programs are in memory: at random addresses, or always at the same ones.

use nix::errno::Errno;
use nix::sys::personality::{self, Persona};

/// What the calling thread starts from now on is at the same addresses each time. Some containers
/// refuse it.
pub(crate) fn fix() -> Result<(), Errno> {
    personality::set(personality::get()? | Persona::ADDR_NO_RANDOMIZE).map(drop)
}

/// Whether a thread may ask for it. It is tried on one that starts nothing.
pub(crate) fn can_be_fixed() -> bool {
    std::thread::spawn(fix)
        .join()
        .is_ok_and(|tried| tried.is_ok())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::{can_be_fixed, fix};
    use crate::participant::spawn::{Command, spawn, wait_blocking};

    fn where_a_program_lies() -> String {
        let thread = std::thread::spawn(|| {
            fix().ok();
            let child = spawn(&Command::new("/bin/cat").argument("/proc/self/maps")).unwrap();
            let mut maps = String::new();
            std::fs::File::from(child.stdout)
                .read_to_string(&mut maps)
                .unwrap();
            wait_blocking(child.pid, &child.pidfd).unwrap();
            maps.lines()
                .find(|line| line.ends_with("[stack]"))
                .unwrap()
                .to_owned()
        });
        thread.join().unwrap()
    }

    #[test]
    fn programs_lie_at_the_same_addresses_where_that_can_be_had() {
        let [one, two] = [where_a_program_lies(), where_a_program_lies()];
        assert_eq!(one == two, can_be_fixed(), "{one}\n{two}");
    }
}
