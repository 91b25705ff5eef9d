//! What the user types. Lines wait while there is no relay; the wish to leave does not.

use std::collections::VecDeque;
use std::future::pending;

use tokio::sync::mpsc;

use crate::input::Input;

/// Lines that are read on in search of a goodbye.
const MAX_HELD: usize = 100;

/// What was typed, in its order.
pub(super) struct Typed {
    input: mpsc::Receiver<Input>,
    held: VecDeque<Input>,
}

impl Typed {
    pub(super) fn new(input: mpsc::Receiver<Input>) -> Self {
        let held = VecDeque::new();
        Self { input, held }
    }

    /// What comes next. Safe to be cancelled.
    pub(super) async fn next(&mut self) -> Input {
        match self.held.pop_front() {
            Some(input) => input,
            None => self.read().await,
        }
    }

    /// Ready when the user asks to leave, whatever was typed before it; or when nothing was typed and nothing will
    /// be. Safe to be cancelled.
    pub(super) async fn goodbye(&mut self, quits: impl Fn(&str) -> bool) {
        let is_quit = |input: &Input| matches!(input, Input::Line(line) if quits(line));
        loop {
            if self.held.iter().any(is_quit) || self.held.front() == Some(&Input::End) {
                return;
            }
            if self.held.len() >= MAX_HELD || self.held.back() == Some(&Input::End) {
                return pending().await;
            }
            let input = self.read().await;
            self.held.push_back(input);
        }
    }

    /// Ready when the user asks to leave before anything else. Safe to be cancelled.
    pub(super) async fn goodbye_first(&mut self, quits: impl Fn(&str) -> bool) {
        if self.held.is_empty() {
            let input = self.read().await;
            self.held.push_back(input);
        }
        if !matches!(self.held.front(), Some(Input::Line(line)) if quits(line)) {
            pending::<()>().await;
        }
    }

    /// The lines that nobody has taken.
    pub(super) fn rest(&mut self) -> Vec<String> {
        while let Ok(input) = self.input.try_recv() {
            self.held.push_back(input);
        }
        let lines = self.held.drain(..).filter_map(|input| match input {
            Input::Line(line) => Some(line),
            Input::Bad(_) | Input::End => None,
        });
        lines.collect()
    }

    async fn read(&mut self) -> Input {
        self.input.recv().await.unwrap_or(Input::End)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::task::Poll;

    use super::*;

    /// Somebody who types these lines, and no more where the input ends.
    fn typed(lines: &[&str], ends: bool) -> (Typed, mpsc::Sender<Input>) {
        let (sender, input) = mpsc::channel(1024);
        for line in lines {
            sender.try_send(Input::Line((*line).to_owned())).unwrap();
        }
        if ends {
            sender.try_send(Input::End).unwrap();
        }
        (Typed::new(input), sender)
    }

    async fn is_ready(future: impl Future<Output = ()>) -> bool {
        let mut future = pin!(future);
        poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await
    }

    fn quits(line: &str) -> bool {
        line == "/quit"
    }

    #[tokio::test]
    async fn a_goodbye_is_heard_behind_lines_that_wait_and_they_come_in_their_order() {
        let (mut typed, sender) = typed(&["one", "two"], false);
        assert!(!is_ready(typed.goodbye(quits)).await);
        sender.try_send(Input::Line("/quit".to_owned())).unwrap();
        sender.try_send(Input::Line("three".to_owned())).unwrap();
        assert!(is_ready(typed.goodbye(quits)).await);
        assert!(!is_ready(typed.goodbye_first(quits)).await);
        assert_eq!(typed.next().await, Input::Line("one".to_owned()));
        assert_eq!(typed.rest(), ["two", "/quit", "three"]);
    }

    #[tokio::test]
    async fn a_goodbye_before_anything_else_is_heard_as_such() {
        let (mut typed, sender) = typed(&[], false);
        assert!(!is_ready(typed.goodbye_first(quits)).await);
        sender.try_send(Input::Line("/quit".to_owned())).unwrap();
        assert!(is_ready(typed.goodbye_first(quits)).await);
    }

    #[tokio::test]
    async fn the_end_of_the_input_is_a_goodbye_unless_lines_wait() {
        let (mut nothing, _sender) = typed(&[], true);
        assert!(is_ready(nothing.goodbye(quits)).await);
        let (mut waits, _sender) = typed(&["one"], true);
        assert!(!is_ready(waits.goodbye(quits)).await);
        assert_eq!(waits.next().await, Input::Line("one".to_owned()));
        assert_eq!(waits.next().await, Input::End);
    }

    #[tokio::test]
    async fn what_waits_is_bounded() {
        let (mut typed, _sender) = typed(&["x"; MAX_HELD + 1], false);
        assert!(!is_ready(typed.goodbye(quits)).await);
        assert_eq!(typed.held.len(), MAX_HELD);
    }
}
