//! A server on a free port, which stops when its handle is dropped.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::EmbeddedError;

/// How long running requests may take when the server stops.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    // Dropping the sender is the signal to stop.
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on 127.0.0.1 and runs the future of `serve`, which gets the listener and the signal to stop.
    pub(crate) async fn start<F, S>(serve: S) -> Result<Self, EmbeddedError>
    where
        S: FnOnce(TcpListener, oneshot::Receiver<()>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(EmbeddedError::Listen)?;
        let address = listener.local_addr().map_err(EmbeddedError::Listen)?;
        let (shutdown, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(listener, stopped));
        Ok(Self { address, shutdown, task })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) async fn stop(self) {
        drop(self.shutdown);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(SHUTDOWN_LIMIT, self.task).await.is_err() {
            abort.abort();
        }
    }
}
