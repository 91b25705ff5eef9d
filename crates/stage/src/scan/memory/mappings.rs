//! What a process has in its address space, as `/proc/PID/maps` tells it, or `/proc/PID/smaps`,
//! which knows how much of it is there: the kernel counts that page by page, an eighth of what
//! reading them takes.

/// One mapping that may hold what the process has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mapping {
    /// Address of the first byte.
    pub(super) start: u64,
    /// Behind the last byte.
    pub(super) end: u64,
    /// The process itself may read it. What it may not read now may yet hold something.
    pub(super) is_readable: bool,
    /// What it writes there is seen by who else has mapped it. Then all present pages count;
    /// else only those that are no longer the file's.
    pub(super) is_shared: bool,
    /// A file, `[heap]`, `[stack]`; empty when it is anonymous.
    pub(super) name: String,
    /// No more than this is present or swapped out, in bytes.
    pub(super) resident: u64,
}

impl Mapping {
    /// As a reader knows it.
    pub(super) fn label(&self) -> &str {
        if self.name.is_empty() {
            "anonymous memory"
        } else {
            &self.name
        }
    }

    /// Bytes of address space.
    pub(super) fn size(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// The mappings to scan: those with pages of the process' own, or pages shared with others that
/// are in no file of the file system. Unknown lines are skipped.
pub(super) fn parse(maps: &str) -> Vec<Mapping> {
    let mut all: Vec<Sized> = Vec::new();
    for line in maps.lines() {
        if let Some(head) = head(line) {
            all.push(head);
        } else if let Some(last) = all.last_mut() {
            last.read(line);
        }
    }
    all.into_iter().filter_map(Sized::wanted).collect()
}

/// A mapping with its sizes, where the kernel lists them.
struct Sized {
    mapping: Mapping,
    is_writable: bool,
    present: Option<u64>,
    anonymous: u64,
    swapped: u64,
}

/// `7f12-7f34 rw-p 00000000 08:01 1234      /a path (deleted)`.
fn head(line: &str) -> Option<Sized> {
    let mut fields = line.splitn(6, ' ');
    let (start, end) = fields.next()?.split_once('-')?;
    let address = |hex| u64::from_str_radix(hex, 16).ok();
    let (start, end) = (address(start)?, address(end)?);
    let mut rights = fields.next()?.chars();
    let (read, write) = (rights.next()?, rights.next()?);
    let (_execute, shared) = (rights.next()?, rights.next()?);
    let name = fields.nth(3).unwrap_or_default().trim().to_owned();
    Some(Sized {
        mapping: Mapping {
            start,
            end,
            is_readable: read == 'r',
            is_shared: shared == 's',
            name,
            resident: 0,
        },
        is_writable: write == 'w',
        present: None,
        anonymous: 0,
        swapped: 0,
    })
}

impl Sized {
    /// `Rss:                 128 kB`.
    fn read(&mut self, line: &str) {
        let Some((key, value)) = line.split_once(':') else {
            return;
        };
        let bytes = || {
            let kibibytes = value.trim().strip_suffix(" kB")?.parse::<u64>().ok();
            kibibytes.map(|kibibytes| kibibytes.saturating_mul(1024))
        };
        match key {
            "Rss" => self.present = bytes(),
            "Anonymous" => self.anonymous = bytes().unwrap_or_default(),
            "Swap" => self.swapped = bytes().unwrap_or_default(),
            _ => {}
        }
    }

    fn wanted(mut self) -> Option<Mapping> {
        let mapping = &self.mapping;
        if mapping.is_shared && !self.is_writable && !is_nameless(&mapping.name) {
            // A file that the process cannot change: the files are a surface of their own.
            return None;
        }
        self.mapping.resident = match self.present {
            None => mapping.size(),
            Some(present) if mapping.is_shared => present + self.swapped,
            Some(_) => self.anonymous + self.swapped,
        };
        let is_of_kernel = is_of_kernel(&self.mapping.name);
        (!is_of_kernel && self.mapping.resident > 0).then_some(self.mapping)
    }
}

/// Pages of the kernel and of devices.
fn is_of_kernel(name: &str) -> bool {
    let is_device = name.starts_with("/dev/")
        && !name.starts_with("/dev/shm/")
        && !name.starts_with("/dev/zero");
    let pages = ["[vdso]", "[vsyscall]", "[uprobes]"];
    is_device
        || pages.contains(&name)
        || name.starts_with("[vvar")
        || name.starts_with("anon_inode:")
}

/// No path leads to what is mapped: anonymous, a memfd, or a file that was deleted.
fn is_nameless(name: &str) -> bool {
    !name.starts_with('/') || name.ends_with(" (deleted)")
}

#[cfg(test)]
mod tests {
    use super::{Mapping, parse};

    /// A mapping as the kernel tells it.
    fn mapping(head: &str, rss: u64, anonymous: u64, swap: u64) -> String {
        format!(
            "{head}\nSize: 132 kB\nRss:   {rss} kB\nAnonymous:  {anonymous} kB\nSwap: {swap} kB\nVmFlags: rd wr mr mw me ac\n"
        )
    }

    fn names(smaps: &str) -> Vec<String> {
        parse(smaps).into_iter().map(|one| one.name).collect()
    }

    #[test]
    fn a_heap_is_read_with_its_place_and_its_size() {
        let smaps = mapping(
            "5581a000-5583b000 rw-p 00000000 00:00 0      [heap]",
            96,
            92,
            4,
        );
        let heap = Mapping {
            start: 0x5581_a000,
            end: 0x5583_b000,
            is_readable: true,
            is_shared: false,
            name: "[heap]".to_owned(),
            resident: 96 * 1024,
        };
        assert_eq!(parse(&smaps), [heap]);
    }

    #[test]
    fn what_is_the_files_own_is_left_out_and_what_was_written_over_it_is_not() {
        let text = mapping("1000-9000 r-xp 00000000 08:01 7 /usr/bin/relay", 32, 0, 0);
        let data = mapping("9000-a000 rw-p 00000000 08:01 7 /usr/bin/relay", 4, 4, 0);
        assert_eq!(names(&text), Vec::<String>::new());
        assert_eq!(names(&data), ["/usr/bin/relay"]);
    }

    #[test]
    fn an_untouched_reservation_is_left_out_and_a_swapped_one_is_not() {
        let reserved = mapping("10000-90000 rw-p 00000000 00:00 0", 0, 0, 0);
        let swapped = mapping("10000-90000 rw-p 00000000 00:00 0", 0, 0, 8);
        assert!(parse(&reserved).is_empty());
        assert_eq!(parse(&swapped)[0].resident, 8192);
        assert_eq!(parse(&swapped)[0].label(), "anonymous memory");
    }

    #[test]
    fn where_nobody_has_counted_all_of_it_may_be_there() {
        let maps = "1000-9000 rw-p 00000000 00:00 0\n9000-a000 r--s 00000000 08:01 7 /a file\n";
        assert_eq!(parse(maps)[0].resident, 0x8000);
        assert_eq!(parse(maps).len(), 1);
    }

    #[test]
    fn what_the_process_has_locked_away_from_itself_is_scanned() {
        let locked = mapping("10000-11000 ---p 00000000 00:00 0", 4, 4, 0);
        assert!(!parse(&locked)[0].is_readable);
    }

    #[test]
    fn of_shared_mappings_those_count_that_it_writes_or_that_no_path_leads_to() {
        let cases = [
            ("rw-s 00000000 08:01 7 /work/relay/db-shm", true),
            ("r--s 00000000 08:01 7 /usr/lib/locale/archive", false),
            ("r--s 00000000 08:01 7 /work/relay/a log (deleted)", true),
            ("rw-s 00000000 00:01 7 /memfd:notes (deleted)", true),
            ("rw-s 00000000 00:01 7 /dev/shm/notes", true),
            ("rw-s 00000000 00:01 7 /dev/zero (deleted)", true),
            ("rw-s 00000000 00:06 7 /dev/dri/card0", false),
            ("rw-s 00000000 00:0e 7 anon_inode:[io_uring]", false),
            ("r--p 00000000 00:00 0 [vvar]", false),
            ("r-xp 00000000 00:00 0 [vdso]", false),
        ];
        for (rest, wanted) in cases {
            let smaps = mapping(&format!("1000-2000 {rest}"), 4, 4, 0);
            assert_eq!(parse(&smaps).len(), usize::from(wanted), "{rest}");
        }
    }

    #[test]
    fn a_name_may_hold_spaces_and_nonsense_is_passed_over() {
        let spaces = mapping("1000-2000 rw-p 00000000 08:01 7     /a b  c", 4, 4, 0);
        assert_eq!(names(&spaces), ["/a b  c"]);
        for text in [
            "",
            "Rss: 4 kB",
            "zz-yy rw-p 0 0 0",
            "1000-2000",
            "1000 rw-p",
        ] {
            assert!(parse(text).is_empty(), "{text}");
        }
    }
}
