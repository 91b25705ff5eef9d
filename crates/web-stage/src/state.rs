//! How the play stands: the latest state, for pages that come late as for those that wait
//! for the next.

use tokio::sync::watch;

/// The latest state, as JSON.
#[derive(Debug, Default)]
pub(crate) struct StateBroadcast {
    latest: watch::Sender<Latest>,
}

#[derive(Debug, Default)]
struct Latest {
    /// Counts from 1; 0 is before the first.
    number: u64,
    state: String,
    is_closed: bool,
}

impl StateBroadcast {
    /// Replaces the state.
    pub(crate) fn put(&self, state: String) {
        self.latest.send_modify(|latest| {
            latest.number += 1;
            latest.state = state;
        });
    }

    /// Nothing follows.
    pub(crate) fn close(&self) {
        self.latest.send_modify(|latest| latest.is_closed = true);
    }

    /// Comes when nothing follows.
    pub(crate) async fn closed(&self) {
        let mut latest = self.latest.subscribe();
        drop(latest.wait_for(|latest| latest.is_closed).await);
    }

    /// Comes when there is another state than number `seen`, or when nothing follows.
    pub(crate) async fn other_than(&self, seen: u64) {
        let mut latest = self.latest.subscribe();
        drop(
            latest
                .wait_for(|latest| latest.number != seen || latest.is_closed)
                .await,
        );
    }

    /// The state with its number, as one JSON object; without it when it is number `seen`.
    pub(crate) fn after(&self, seen: u64) -> String {
        let latest = self.latest.borrow();
        match latest.number {
            number if number == seen => format!("{{\"number\":{number}}}"),
            number => format!("{{\"number\":{number},\"state\":{}}}", latest.state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StateBroadcast;

    #[test]
    fn who_comes_late_gets_the_latest_and_nobody_gets_it_twice() {
        let state = StateBroadcast::default();
        assert_eq!(state.after(0), "{\"number\":0}");
        state.put("{\"a\":1}".to_owned());
        state.put("{\"a\":2}".to_owned());
        assert_eq!(state.after(0), "{\"number\":2,\"state\":{\"a\":2}}");
        assert_eq!(state.after(2), "{\"number\":2}");
        // A page of another stage may ask at the same port.
        assert_eq!(state.after(7), "{\"number\":2,\"state\":{\"a\":2}}");
    }
}
