//! What is searched is also compared with other plays, where somebody asks for it.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use differential::{Differential, Reading};
use timeline::Surface;

/// Where everything that is read of the relay is compared; nowhere, when nobody compares.
#[derive(Clone, Debug, Default)]
pub struct Comparing(Option<Arc<Mutex<Differential>>>);

impl Comparing {
    /// With what is known of the plays before.
    pub fn with(known: Differential) -> Self {
        Self(Some(Arc::new(Mutex::new(known))))
    }

    /// Whether somebody compares.
    pub fn is_on(&self) -> bool {
        self.0.is_some()
    }

    /// What is known so far; `None` when nobody compares.
    pub fn known(&self) -> Option<MutexGuard<'_, Differential>> {
        let known = self.0.as_ref()?;
        Some(known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A place whose bytes are compared as they are read.
    pub(crate) fn reader<R: Read>(
        &self,
        surface: Surface,
        place: &str,
        inner: R,
    ) -> Compared<'_, R> {
        let reading = self.known().map(|mut known| known.read(surface, place, 0));
        Compared {
            inner,
            comparing: self,
            reading,
        }
    }

    /// Compares bytes that are in memory already, of which the first has this number.
    pub(crate) fn bytes(&self, surface: Surface, place: &str, at: u64, bytes: &[u8]) {
        if let Some(mut known) = self.known() {
            let mut reading = known.read(surface, place, at);
            reading.add(bytes, &mut known);
            reading.end(&mut known);
        }
    }

    /// What is read from now on was there before anything was said, or no longer.
    pub(crate) fn before(&self, is_before: bool) {
        if let Some(mut known) = self.known() {
            known.before(is_before);
        }
    }

    /// Compares what is not bytes.
    pub(crate) fn fact(&self, surface: Surface, fact: impl FnOnce() -> String) {
        if let Some(mut known) = self.known() {
            known.fact(surface, fact());
        }
    }
}

/// A reader that passes on what it reads, and has it compared.
#[derive(Debug)]
pub(crate) struct Compared<'a, R> {
    inner: R,
    comparing: &'a Comparing,
    reading: Option<Reading>,
}

impl<R: Read> Read for Compared<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        if let (Some(mut known), Some(reading)) = (self.comparing.known(), &mut self.reading) {
            reading.add(into.get(..read).unwrap_or_default(), &mut known);
        }
        Ok(read)
    }
}

impl<R> Drop for Compared<'_, R> {
    fn drop(&mut self) {
        if let (Some(mut known), Some(reading)) = (self.comparing.known(), self.reading.take()) {
            reading.end(&mut known);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read as _};

    use differential::{Differential, Words};
    use timeline::Surface;

    use super::Comparing;

    /// Plays in which a place holds this with each choice of texts, until it is decided what goes
    /// with them.
    fn compared(hold: impl Fn(&Comparing, Words)) -> usize {
        let comparing = Comparing::with(Differential::new(3, 1));
        while comparing.known().unwrap().next_turn().is_some() {
            let turn = comparing.known().unwrap().begin();
            hold(&comparing, turn.texts);
            comparing.known().unwrap().end();
        }
        let found = comparing.known().unwrap().differences();
        found.surfaces[&Surface::Files].found.len()
    }

    fn read(comparing: &Comparing, bytes: &[u8]) {
        // Through a buffer that cuts what belongs together.
        let file = io::BufReader::with_capacity(7, bytes);
        let mut file = comparing.reader(Surface::Files, "notes", file);
        let mut there = Vec::new();
        file.read_to_end(&mut there).unwrap();
        assert_eq!(there, bytes);
    }

    fn digest(texts: Words) -> &'static [u8] {
        match texts {
            Words::A => b"checked: 71e0a9c2d3; nothing is wrong",
            Words::B => b"checked: 0bd4ee9915; nothing is wrong",
        }
    }

    #[test]
    fn what_is_read_is_compared() {
        assert_eq!(
            compared(|comparing, texts| read(comparing, digest(texts))),
            2
        );
        assert_eq!(
            compared(|comparing, _| read(comparing, digest(Words::A))),
            0
        );
    }

    #[test]
    fn what_was_there_before_anything_was_said_does_not_depend_on_it() {
        let found = compared(|comparing, texts| {
            comparing.before(true);
            for both in [Words::A, Words::B] {
                read(comparing, digest(both));
            }
            comparing.before(false);
            read(comparing, digest(texts));
        });
        assert_eq!(found, 0);
    }
}
