//! Starts and stops the simulator.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use crate::callbacks::Callbacks;
use crate::journal::Journal;
use crate::place::Place;
use crate::state::State;
use crate::workspace::Workspace;
use crate::{rest, sim};

/// How long running requests may take when the simulator stops.
const SHUTDOWN_LIMIT: Duration = Duration::from_secs(2);

/// The options of a simulator.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on; port 0 chooses a free one.
    pub listen: SocketAddr,
    /// The folder that keeps workers and tokens across restarts; `None` keeps them in memory only.
    pub data: Option<PathBuf>,
    /// The full URL of callbacks until the workspace is given another one; `None` sends none. What the workspace was
    /// given before a restart counts if this is the same.
    pub callback_url: Option<String>,
    /// The account's auth token, for clients' credentials and the signature of callbacks.
    pub auth_token: String,
    /// `AC…`
    pub account_sid: String,
    /// `WS…`
    pub workspace_sid: String,
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address is in use, or not an address of this machine.
    #[error("the TaskRouter simulator cannot listen on {address}: {source}")]
    Listen {
        /// As in the options.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The folder cannot be used, or its journal is not one.
    #[error("the TaskRouter simulator cannot use {folder}: {reason}")]
    Data {
        /// As in the options.
        folder: PathBuf,
        reason: String,
    },
    /// The HTTP client for callbacks cannot be created.
    #[error("the TaskRouter simulator cannot create an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// A running simulator. Dropping it ends it at once; [`Simulator::stop`] lets requests finish first.
#[derive(Debug)]
pub struct Simulator {
    url: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    // Dropping it ends the lanes.
    _lanes: JoinSet<()>,
}

impl Simulator {
    /// Starts listening. When this returns, the simulator answers.
    ///
    /// # Errors
    /// If it cannot listen on the address or cannot use the folder.
    pub async fn start(options: Options) -> Result<Self, SimulatorError> {
        runtime::tls::install_provider();
        let address = options.listen;
        let refused = |source| SimulatorError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let url = url_of(listener.local_addr().map_err(refused)?);
        let mut lanes = JoinSet::new();
        let state = Arc::new(state(options, url.clone(), &mut lanes)?);
        let app = sim::routes().merge(rest::routes(&state)).with_state(state);
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(serve(listener, app, stopped));
        Ok(Self { url, stop, server, _lanes: lanes })
    }

    /// The URL, without a slash at the end: `http://127.0.0.1:8081`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops listening, and returns when the port is free. Queued callbacks are lost.
    pub async fn stop(mut self) {
        let (unused, _) = oneshot::channel();
        drop(std::mem::replace(&mut self.stop, unused));
        if tokio::time::timeout(SHUTDOWN_LIMIT, &mut self.server).await.is_err() {
            self.server.abort();
            drop((&mut self.server).await);
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, app: Router, stopped: oneshot::Receiver<()>) {
    let stopped = async {
        // The sender is never used: dropping it is the signal.
        drop(stopped.await);
    };
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "the TaskRouter simulator failed; restart the stack");
    }
}

fn state(options: Options, base_url: String, lanes: &mut JoinSet<()>) -> Result<State, SimulatorError> {
    let callbacks = Callbacks::start(&options.auth_token, lanes).map_err(SimulatorError::Client)?;
    let (journal, saved) = Journal::open(options.data.as_deref(), Timestamp::now()).map_err(|error| {
        SimulatorError::Data { folder: options.data.unwrap_or_default(), reason: error.to_string() }
    })?;
    let place = Place { base_url, account_sid: options.account_sid, workspace_sid: options.workspace_sid };
    let workspace = Workspace::new(journal, saved, options.callback_url);
    Ok(State::new(place, options.auth_token, callbacks, workspace))
}

/// A URL that can be called, also if the simulator listens on all addresses.
fn url_of(listening: SocketAddr) -> String {
    let mut address = listening;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip([127, 0, 0, 1].into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(std::net::Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    format!("http://{address}")
}
