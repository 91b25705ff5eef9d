//! Whoever is outside of a play: who may end it, who wants to know how it stands, who holds it.
//! What they want comes on the queue of the play, in order with all else that happens.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::driver::input::Input;
use crate::driver::status::Inquiries;
use timeline::Ask;

/// Those who are listened to.
#[derive(Debug)]
pub(crate) struct Outside {
    cancelling: Option<AbortOnDropHandle<()>>,
    _inquiring: AbortOnDropHandle<()>,
    holding: Option<AbortOnDropHandle<()>>,
}

impl Outside {
    /// Listens to all of them, for as long as this lives.
    pub(crate) fn listen(
        cancel: CancellationToken,
        inquiries: Inquiries,
        asks: Option<mpsc::Receiver<Ask>>,
        inputs: &mpsc::Sender<Input>,
    ) -> Self {
        let cancelling = tokio::spawn(pass_on_cancelling(cancel, inputs.clone()));
        let inquiring = tokio::spawn(pass_on_inquiries(inquiries, inputs.clone()));
        let holding = asks.map(|asks| tokio::spawn(pass_on_wishes(asks, inputs.clone())));
        Self {
            cancelling: Some(AbortOnDropHandle::new(cancelling)),
            _inquiring: AbortOnDropHandle::new(inquiring),
            holding: holding.map(AbortOnDropHandle::new),
        }
    }

    /// Nobody holds the play any more.
    pub(crate) fn let_go(&mut self) {
        self.holding = None;
    }

    /// The play ends already.
    pub(crate) fn ignore_cancelling(&mut self) {
        self.cancelling = None;
    }

    /// Whether it can still be ended early.
    pub(crate) fn may_cancel(&self) -> bool {
        self.cancelling.is_some()
    }
}

async fn pass_on_cancelling(cancel: CancellationToken, inputs: mpsc::Sender<Input>) {
    cancel.cancelled().await;
    // A play that is over needs not be ended.
    drop(inputs.send(Input::Cancelled).await);
}

async fn pass_on_inquiries(mut inquiries: Inquiries, inputs: mpsc::Sender<Input>) {
    while let Some(asker) = inquiries.next().await {
        if inputs.send(Input::Inquiry(asker)).await.is_err() {
            return;
        }
    }
}

async fn pass_on_wishes(mut asks: mpsc::Receiver<Ask>, inputs: mpsc::Sender<Input>) {
    loop {
        let ask = asks.recv().await;
        let is_last = ask.is_none();
        if inputs.send(Input::Wish(ask)).await.is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio_util::sync::CancellationToken;

    use super::{Input, Outside};
    use crate::{Inquiries, hand, inquiries};
    use timeline::Ask;

    #[tokio::test]
    async fn what_is_wanted_comes_on_the_queue_and_that_nothing_more_can_come() {
        let (sender, mut inputs) = mpsc::channel(4);
        let (ask, held) = hand();
        let (inquiry, inquiring) = inquiries();
        let cancel = CancellationToken::new();
        let _outside = Outside::listen(cancel.clone(), inquiring, held.asks(), &sender);
        ask.send(Ask::Step).await.unwrap();
        let wish = inputs.recv().await;
        assert!(matches!(wish, Some(Input::Wish(Some(Ask::Step)))));
        drop(ask);
        assert!(matches!(inputs.recv().await, Some(Input::Wish(None))));
        let answered = tokio::spawn(async move { inquiry.ask().await });
        let Some(Input::Inquiry(asker)) = inputs.recv().await else {
            panic!("somebody has asked");
        };
        drop(asker);
        assert_eq!(answered.await.unwrap(), None);
        cancel.cancel();
        assert!(matches!(inputs.recv().await, Some(Input::Cancelled)));
    }

    #[tokio::test]
    async fn who_is_not_listened_to_any_more_is_told() {
        let (sender, _inputs) = mpsc::channel(4);
        let (ask, held) = hand();
        let (cancel, nobody) = (CancellationToken::new(), Inquiries::none());
        let mut outside = Outside::listen(cancel, nobody, held.asks(), &sender);
        assert!(outside.may_cancel());
        outside.ignore_cancelling();
        assert!(!outside.may_cancel());
        outside.let_go();
        ask.closed().await;
    }
}
