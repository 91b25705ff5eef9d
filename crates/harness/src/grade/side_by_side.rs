//! So many at a time, until all are done or one cannot be.

use std::future::Future;

use stage::EngineError;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What is done side by side. The first fault cancels what is under way, and nothing more begins.
pub(super) struct SideBySide<Waiting, Start, Done> {
    jobs: usize,
    waiting: Waiting,
    start: Start,
    going: JoinSet<Result<Done, EngineError>>,
    cancel: CancellationToken,
    failed: Option<EngineError>,
}

impl<Waiting, Start, Going, Done> SideBySide<Waiting, Start, Done>
where
    Waiting: Iterator,
    Start: Fn(Waiting::Item) -> Going,
    Going: Future<Output = Result<Done, EngineError>> + Send + 'static,
    Done: Send + 'static,
{
    pub(super) fn new(
        (jobs, cancel): (usize, &CancellationToken),
        waiting: Waiting,
        start: Start,
    ) -> Self {
        Self {
            jobs: jobs.max(1),
            waiting,
            start,
            going: JoinSet::new(),
            cancel: cancel.clone(),
            failed: None,
        }
    }

    /// The next one that is done; nothing when all have ended.
    pub(super) async fn next(&mut self) -> Option<Done> {
        loop {
            while self.going.len() < self.jobs
                && self.failed.is_none()
                && let Some(next) = self.waiting.next()
            {
                self.going.spawn((self.start)(next));
            }
            let ended = self.going.join_next().await?;
            match ended.unwrap_or_else(|error| Err(EngineError::task("a task panicked", error))) {
                Ok(done) => return Some(done),
                Err(error) => {
                    self.cancel.cancel();
                    self.failed.get_or_insert(error);
                }
            }
        }
    }

    /// What went wrong first, after all have ended.
    pub(super) fn fault(self) -> Option<EngineError> {
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stage::EngineError;
    use tokio::sync::Barrier;
    use tokio_util::sync::CancellationToken;

    use super::SideBySide;

    #[tokio::test]
    async fn so_many_go_on_at_the_same_time() {
        // Nobody ends before three have begun.
        let barrier = Arc::new(Barrier::new(3));
        let cancel = CancellationToken::new();
        let mut all = SideBySide::new((3, &cancel), 0..6, |number| {
            let barrier = Arc::clone(&barrier);
            async move {
                barrier.wait().await;
                Ok(number)
            }
        });
        let mut done = Vec::new();
        while let Some(number) = all.next().await {
            done.push(number);
        }
        done.sort_unstable();
        assert_eq!(done, [0, 1, 2, 3, 4, 5]);
        assert!(all.fault().is_none());
    }

    #[tokio::test]
    async fn after_a_fault_nothing_begins_and_what_is_under_way_is_done() {
        let cancel = CancellationToken::new();
        let mut all = SideBySide::new((2, &cancel), 0..9, |number| {
            let cancel = cancel.clone();
            async move {
                if number == 1 {
                    return Err(EngineError::Fault("the second"));
                }
                cancel.cancelled().await;
                Ok(number)
            }
        });
        assert_eq!(all.next().await, Some(0));
        assert_eq!(all.next().await, None);
        assert!(matches!(
            all.fault(),
            Some(EngineError::Fault("the second"))
        ));
    }
}
