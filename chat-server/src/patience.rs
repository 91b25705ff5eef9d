//! How long a client may keep the relay waiting. Pure: the time is passed in.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::FRAME_DEADLINE;

/// What the relay waits for on one connection.
#[derive(Debug)]
pub(crate) struct Patience {
    /// `None`: silence is allowed for ever.
    keepalive: Option<Duration>,
    heard: Instant,
    pinged: bool,
    /// When the first byte of the frame arrived that is not complete.
    unfinished: Option<Instant>,
}

/// What to do when the deadline has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overdue {
    /// Ask whether the client is there.
    Ping,
    /// It is not.
    Silent,
    /// It began a frame and does not finish it.
    Frame,
}

impl Patience {
    pub(crate) fn new(keepalive: Option<Duration>, now: Instant) -> Self {
        Self {
            keepalive,
            heard: now,
            pinged: false,
            unfinished: None,
        }
    }

    /// Bytes have arrived. `completed`: they finished a frame; `pending`: they leave one
    /// unfinished.
    pub(crate) fn heard(&mut self, completed: bool, pending: bool, now: Instant) {
        self.heard = now;
        self.pinged = false;
        if completed || !pending {
            self.unfinished = None;
        }
        if pending {
            self.unfinished.get_or_insert(now);
        }
    }

    /// When to ask [`Self::overdue`]; `None` for never.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let periods = if self.pinged { 2 } else { 1 };
        let silence = self.keepalive.map(|period| self.heard + period * periods);
        let frame = self.unfinished.map(|since| since + FRAME_DEADLINE);
        silence.into_iter().chain(frame).min()
    }

    /// What is overdue, if anything. A ping is due once.
    pub(crate) fn overdue(&mut self, now: Instant) -> Option<Overdue> {
        if self
            .unfinished
            .is_some_and(|since| now >= since + FRAME_DEADLINE)
        {
            return Some(Overdue::Frame);
        }
        let period = self.keepalive?;
        if self.pinged {
            return (now >= self.heard + period * 2).then_some(Overdue::Silent);
        }
        self.pinged = now >= self.heard + period;
        self.pinged.then_some(Overdue::Ping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(4);

    #[test]
    fn silence_gives_one_ping_and_then_the_end() {
        let start = Instant::now();
        let mut patience = Patience::new(Some(PERIOD), start);
        assert_eq!(patience.deadline(), Some(start + PERIOD));
        assert_eq!(patience.overdue(start), None);
        assert_eq!(patience.overdue(start + PERIOD), Some(Overdue::Ping));
        assert_eq!(patience.overdue(start + PERIOD), None);
        assert_eq!(patience.deadline(), Some(start + PERIOD * 2));
        assert_eq!(patience.overdue(start + PERIOD * 2), Some(Overdue::Silent));
    }

    #[test]
    fn any_bytes_are_an_answer() {
        let start = Instant::now();
        let mut patience = Patience::new(Some(PERIOD), start);
        patience.overdue(start + PERIOD);
        patience.heard(true, false, start + PERIOD);
        assert_eq!(patience.overdue(start + PERIOD * 2), Some(Overdue::Ping));
    }

    #[test]
    fn without_keepalive_silence_is_allowed() {
        let start = Instant::now();
        let mut patience = Patience::new(None, start);
        assert_eq!(patience.deadline(), None);
        assert_eq!(patience.overdue(start + PERIOD * 1000), None);
    }

    #[test]
    fn trickled_frame_is_overdue_although_bytes_arrive() {
        let start = Instant::now();
        let mut patience = Patience::new(None, start);
        for second in 0..15 {
            let now = start + Duration::from_secs(second);
            patience.heard(false, true, now);
            assert_eq!(patience.overdue(now), None);
        }
        assert_eq!(patience.deadline(), Some(start + FRAME_DEADLINE));
        assert_eq!(
            patience.overdue(start + FRAME_DEADLINE),
            Some(Overdue::Frame)
        );
    }

    #[test]
    fn each_frame_has_its_own_time() {
        let start = Instant::now();
        let mut patience = Patience::new(None, start);
        patience.heard(false, true, start);
        let next = start + Duration::from_secs(10);
        patience.heard(true, true, next);
        assert_eq!(patience.deadline(), Some(next + FRAME_DEADLINE));
        patience.heard(true, false, next);
        assert_eq!(patience.deadline(), None);
    }
}
