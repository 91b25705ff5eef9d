//! What a client takes of what is written to it. TLS holds more than one record: only the socket below it knows whether
//! a slow client takes any of them.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::timeout;

/// How many bytes a socket has taken so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken(Arc<AtomicU64>);

/// Why something could not be written.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// The connection is gone.
    Gone,
    /// The client has taken nothing for too long.
    Slow,
}

impl Taken {
    /// Waits for something to be written, as long as the client takes a byte within each `patience`.
    pub(super) async fn wait_for<T>(
        &self,
        writing: impl Future<Output = io::Result<T>>,
        patience: Duration,
    ) -> Result<T, Unwritten> {
        let mut writing = pin!(writing);
        loop {
            let before = self.0.load(Ordering::Relaxed);
            match timeout(patience, &mut writing).await {
                Ok(written) => return written.map_err(|_| Unwritten::Gone),
                Err(_) if self.0.load(Ordering::Relaxed) == before => return Err(Unwritten::Slow),
                Err(_) => {}
            }
        }
    }
}

#[cfg(feature = "tls")]
pub(crate) use self::counted::Counted;

#[cfg(feature = "tls")]
mod counted {
    use std::io::{self, IoSlice};
    use std::pin::Pin;
    use std::sync::atomic::Ordering;
    use std::task::{Context, Poll, ready};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::Taken;

    /// A socket that counts what it takes.
    #[derive(Debug)]
    pub(crate) struct Counted<S> {
        socket: S,
        taken: Taken,
    }

    impl<S> Counted<S> {
        pub(crate) fn new(socket: S) -> Self {
            let taken = Taken::default();
            Self { socket, taken }
        }

        pub(crate) fn taken(&self) -> Taken {
            self.taken.clone()
        }

        fn count(&self, taken: io::Result<usize>) -> Poll<io::Result<usize>> {
            if let Ok(bytes) = taken {
                self.taken.0.fetch_add(bytes as u64, Ordering::Relaxed);
            }
            Poll::Ready(taken)
        }
    }

    impl<S: AsyncRead + Unpin> AsyncRead for Counted<S> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Pin::new(&mut self.socket).poll_read(cx, buffer)
        }
    }

    impl<S: AsyncWrite + Unpin> AsyncWrite for Counted<S> {
        fn poll_write(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            let taken = ready!(Pin::new(&mut self.socket).poll_write(cx, bytes));
            self.count(taken)
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
            parts: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            let taken = ready!(Pin::new(&mut self.socket).poll_write_vectored(cx, parts));
            self.count(taken)
        }

        fn is_write_vectored(&self) -> bool {
            self.socket.is_write_vectored()
        }

        fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.socket).poll_flush(cx)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.socket).poll_shutdown(cx)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    /// Lets so much time pass.
    async fn pass(time: Duration) {
        timeout(time, pending::<()>()).await.ok();
    }

    #[tokio::test]
    async fn a_client_that_takes_something_now_and_then_is_waited_for() {
        let taken = Taken::default();
        let writing = async {
            for _ in 0..5 {
                pass(PATIENCE * 3 / 4).await;
                taken.0.fetch_add(1, Ordering::Relaxed);
            }
            Ok(7)
        };
        assert!(matches!(taken.wait_for(writing, PATIENCE).await, Ok(7)));
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_is_not_waited_for() {
        let taken = Taken::default();
        let stuck = taken.wait_for(pending::<io::Result<()>>(), PATIENCE).await;
        assert!(matches!(stuck, Err(Unwritten::Slow)), "{stuck:?}");
        let gone = async { Err::<(), _>(io::ErrorKind::BrokenPipe.into()) };
        let gone = taken.wait_for(gone, PATIENCE).await;
        assert!(matches!(gone, Err(Unwritten::Gone)), "{gone:?}");
    }

    #[cfg(feature = "tls")]
    #[tokio::test]
    async fn what_the_socket_below_has_taken_is_counted_and_not_what_is_held_above_it() {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter};

        let (mut client, socket) = tokio::io::duplex(10);
        let counted = Counted::new(socket);
        let taken = counted.taken();
        let so_far = || taken.0.load(Ordering::Relaxed);
        let mut held = BufWriter::with_capacity(100, counted);
        held.write_all(&[7; 30]).await.unwrap();
        assert_eq!(so_far(), 0);
        let mut read = [0; 20];
        let (flushed, came) = tokio::join!(
            taken.wait_for(held.flush(), PATIENCE),
            client.read_exact(&mut read)
        );
        flushed.unwrap();
        came.unwrap();
        assert_eq!(so_far(), 30);
    }
}
