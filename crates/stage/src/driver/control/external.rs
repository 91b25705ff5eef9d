//! External input of a play: who may cancel it, who asks for its status, who controls it. All of
//! it comes on the queue of the play, in order with what else happens.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use crate::input::Input;
use crate::status::StatusRequests;
use timeline::ControlCommand;

/// Those who are listened to.
#[derive(Debug)]
pub(in crate::driver) struct External {
    cancelling: Option<AbortOnDropHandle<()>>,
    _asking_for_status: AbortOnDropHandle<()>,
    controlling: Option<AbortOnDropHandle<()>>,
}

impl External {
    /// Listens to all of them, for as long as this lives.
    pub(in crate::driver) fn listen(
        cancel: CancellationToken,
        status_requests: StatusRequests,
        asks: Option<mpsc::Receiver<ControlCommand>>,
        inputs: &mpsc::Sender<Input>,
    ) -> Self {
        let cancelling = tokio::spawn(pass_on_cancelling(cancel, inputs.clone()));
        let inquiring = tokio::spawn(pass_on_status_requests(status_requests, inputs.clone()));
        let controlling = asks.map(|asks| tokio::spawn(pass_on_commands(asks, inputs.clone())));
        Self {
            cancelling: Some(AbortOnDropHandle::new(cancelling)),
            _asking_for_status: AbortOnDropHandle::new(inquiring),
            controlling: controlling.map(AbortOnDropHandle::new),
        }
    }

    /// Nobody controls the play any more.
    pub(in crate::driver) fn let_go(&mut self) {
        self.controlling = None;
    }

    /// The play ends already.
    pub(in crate::driver) fn ignore_cancelling(&mut self) {
        self.cancelling = None;
    }

    /// Whether it can still be ended early.
    pub(in crate::driver) fn may_cancel(&self) -> bool {
        self.cancelling.is_some()
    }
}

async fn pass_on_cancelling(cancel: CancellationToken, inputs: mpsc::Sender<Input>) {
    cancel.cancelled().await;
    // A play that is over needs not be ended.
    drop(inputs.send(Input::Cancelled).await);
}

async fn pass_on_status_requests(mut status_requests: StatusRequests, inputs: mpsc::Sender<Input>) {
    while let Some(asker) = status_requests.next().await {
        if inputs.send(Input::StatusRequest(asker)).await.is_err() {
            return;
        }
    }
}

async fn pass_on_commands(mut asks: mpsc::Receiver<ControlCommand>, inputs: mpsc::Sender<Input>) {
    loop {
        let ask = asks.recv().await;
        let is_last = ask.is_none();
        if inputs.send(Input::Command(ask)).await.is_err() || is_last {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;
    use tokio_util::sync::CancellationToken;

    use super::{External, Input};
    use crate::{StatusRequests, commands, status_requests};
    use timeline::ControlCommand;

    #[tokio::test]
    async fn what_is_wanted_comes_on_the_queue_and_that_nothing_more_can_come() {
        let (sender, mut inputs) = mpsc::channel(4);
        let (ask, held) = commands();
        let (status_request, inquiring) = status_requests();
        let cancel = CancellationToken::new();
        let _external = External::listen(cancel.clone(), inquiring, held.asks(), &sender);
        ask.send(ControlCommand::Step).await.unwrap();
        let command = inputs.recv().await;
        assert!(matches!(
            command,
            Some(Input::Command(Some(ControlCommand::Step)))
        ));
        drop(ask);
        assert!(matches!(inputs.recv().await, Some(Input::Command(None))));
        let answered = tokio::spawn(async move { status_request.ask().await });
        let Some(Input::StatusRequest(asker)) = inputs.recv().await else {
            panic!("somebody has asked");
        };
        drop(asker);
        assert_eq!(answered.await.unwrap(), None);
        cancel.cancel();
        assert!(matches!(inputs.recv().await, Some(Input::Cancelled)));
    }

    #[tokio::test]
    async fn who_is_not_listened_to_any_more_is_reported() {
        let (sender, _inputs) = mpsc::channel(4);
        let (ask, held) = commands();
        let (cancel, nobody) = (CancellationToken::new(), StatusRequests::none());
        let mut external = External::listen(cancel, nobody, held.asks(), &sender);
        assert!(external.may_cancel());
        external.ignore_cancelling();
        assert!(!external.may_cancel());
        external.let_go();
        ask.closed().await;
    }
}
