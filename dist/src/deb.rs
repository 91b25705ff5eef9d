//! A Debian package: an `ar` archive of a version, information for `dpkg`, and the files.

use std::io;

use md5::{Digest as _, Md5};

use crate::tree::Tree;

/// What `dpkg` knows of a package.
pub(crate) struct Control<'a> {
    pub(crate) package: &'a str,
    pub(crate) version: &'a str,
    pub(crate) architecture: &'a str,
    pub(crate) maintainer: &'a str,
    pub(crate) depends: String,
    pub(crate) description: &'a str,
    /// Scripts that `dpkg` runs, by their names.
    pub(crate) scripts: &'a [(&'a str, &'a str)],
}

/// The package. What is in `etc` is kept as whoever runs the machine has changed it.
pub(crate) fn deb(control: &Control<'_>, files: &Tree, time: u64) -> io::Result<Vec<u8>> {
    let mut information = Tree::default();
    information.add("control", fields(control, files));
    let (configuration, others): (Vec<_>, Vec<_>) = files
        .files()
        .partition(|(path, _)| path.starts_with("etc/"));
    let lines = |(path, _): &(&str, _)| format!("/{path}\n");
    let configuration: String = configuration.iter().map(lines).collect();
    let sums = others
        .into_iter()
        .map(|(path, file)| format!("{}  {path}\n", md5(&file.bytes)));
    information.add("md5sums", sums.collect::<String>());
    if !configuration.is_empty() {
        information.add("conffiles", configuration);
    }
    for (name, script) in control.scripts {
        information.add_program(*name, *script);
    }
    Ok(ar(
        &[
            ("debian-binary", b"2.0\n"),
            ("control.tar.gz", &information.tar_gz("./", time)?),
            ("data.tar.gz", &files.tar_gz("./", time)?),
        ],
        time,
    ))
}

/// With this, `dpkg --verify` finds damaged files.
fn md5(bytes: &[u8]) -> String {
    let digest = Md5::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fields(control: &Control<'_>, files: &Tree) -> String {
    let Control {
        package,
        version,
        architecture,
        maintainer,
        depends,
        description,
        ..
    } = control;
    let size = files.size().div_ceil(1024);
    format!(
        "Package: {package}\nVersion: {version}\nArchitecture: {architecture}\n\
         Maintainer: {maintainer}\nInstalled-Size: {size}\n\
         Depends: {depends}\nSection: net\nPriority: optional\nDescription: {description}\n"
    )
}

/// Each with a header of sixty bytes, and at an even place.
fn ar(members: &[(&str, &[u8])], time: u64) -> Vec<u8> {
    let mut all = b"!<arch>\n".to_vec();
    for (name, bytes) in members {
        let size = bytes.len();
        let (owner, group, mode) = (0, 0, "100644");
        let header = format!(
            "{name:<16}{time:<12}{owner:<6}{group:<6}{mode:<8}{size:<10}`
"
        );
        all.extend(header.bytes());
        all.extend_from_slice(bytes);
        if bytes.len() % 2 == 1 {
            all.push(b'\n');
        }
    }
    all
}

/// The shared libraries that a program needs, as Debian calls their packages: the C library in the newest version
/// whose symbols it names.
pub(crate) fn depends(program: &[u8]) -> String {
    let newest = after_each(program, b"GLIBC_2.")
        .filter_map(leading_number)
        .max();
    let libc = newest.map_or("libc6".to_owned(), |minor| format!("libc6 (>= 2.{minor})"));
    let unwinds = after_each(program, b"libgcc_s.so.1").next().is_some();
    if unwinds {
        format!("{libc}, libgcc-s1")
    } else {
        libc
    }
}

/// What follows each place of these words.
fn after_each<'a>(bytes: &'a [u8], words: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    let places = bytes.windows(words.len()).enumerate();
    let found = places.filter(move |(_, window)| *window == words);
    found.filter_map(|(place, _)| bytes.get(place + words.len()..))
}

fn leading_number(bytes: &[u8]) -> Option<u32> {
    let digits: String = bytes
        .iter()
        .map(|byte| char::from(*byte))
        .take_while(char::is_ascii_digit)
        .take(4)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{ar, depends};

    #[test]
    fn members_stand_at_even_places_behind_headers_of_sixty_bytes() {
        let all = ar(&[("odd", b"abc"), ("even", b"de")], 7);
        let text = String::from_utf8(all).unwrap();
        let first = "odd             7           0     0     100644  3         `\nabc\n";
        let second = "even            7           0     0     100644  2         `\nde";
        assert_eq!(text, format!("!<arch>\n{first}{second}"));
    }

    #[test]
    fn a_program_needs_the_newest_c_library_whose_symbols_it_names() {
        let program = b"\0GLIBC_2.4\0GLIBC_2.34\0GLIBC_2.2.5\0libgcc_s.so.1\0";
        assert_eq!(depends(program), "libc6 (>= 2.34), libgcc-s1");
        assert_eq!(depends(b"static"), "libc6");
    }
}
