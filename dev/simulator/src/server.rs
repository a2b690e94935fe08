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

/// How long requests that are being answered may take when the simulator stops.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The folder in which workers and tokens survive a restart; nothing keeps them in memory only.
    pub data: Option<PathBuf>,
    /// Where callbacks are posted, whole; it is also the address that is signed. Nothing sends none.
    pub callback_url: Option<String>,
    /// The account's auth token: what clients sign in with, and what callbacks are signed with.
    pub auth_token: String,
    /// The account, `AC…`.
    pub account_sid: String,
    /// The one workspace, `WS…`.
    pub workspace_sid: String,
}

/// Why a simulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The address is taken, or not this machine's.
    #[error("the TaskRouter simulator cannot listen on {address}: {source}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The folder cannot be used, or what is in it is not the simulator's.
    #[error("the TaskRouter simulator cannot use {folder}: {reason}")]
    Data {
        /// The folder that was asked for.
        folder: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The client that sends callbacks cannot be made.
    #[error("the TaskRouter simulator cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
}

/// A running simulator. Dropped, it ends at once; [`Simulator::stop`] lets it finish its answers.
#[derive(Debug)]
pub struct Simulator {
    url: String,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    // Held for its drop, which ends the lanes.
    _lanes: JoinSet<()>,
}

impl Simulator {
    /// Starts listening; when this returns, it answers.
    ///
    /// # Errors
    /// When the address cannot be listened on or the folder cannot be used.
    pub async fn start(options: Options) -> Result<Self, SimulatorError> {
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

    /// Where it is, without a slash at the end: `http://127.0.0.1:8081`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops listening, and returns when the port is free. Callbacks that are still on their way are lost.
    pub async fn stop(mut self) {
        let (nobody, _) = oneshot::channel();
        drop(std::mem::replace(&mut self.stop, nobody));
        if tokio::time::timeout(LAST_ANSWERS, &mut self.server).await.is_err() {
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
        tracing::error!(%error, "the TaskRouter simulator ended");
    }
}

fn state(options: Options, base_url: String, lanes: &mut JoinSet<()>) -> Result<State, SimulatorError> {
    let callbacks =
        Callbacks::start(options.callback_url.clone(), &options.auth_token, lanes).map_err(SimulatorError::Client)?;
    let (journal, kept) = Journal::open(options.data.as_deref(), Timestamp::now()).map_err(|error| {
        SimulatorError::Data { folder: options.data.unwrap_or_default(), reason: error.to_string() }
    })?;
    let place = Place { base_url, account_sid: options.account_sid, workspace_sid: options.workspace_sid };
    let workspace = Workspace::new(journal, kept);
    Ok(State::new(place, options.auth_token, options.callback_url, callbacks, workspace))
}

/// An address that can be called, also if it listens on all of them.
fn url_of(listening: SocketAddr) -> String {
    let mut address = listening;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip([127, 0, 0, 1].into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(std::net::Ipv6Addr::LOCALHOST.into()),
        IpAddr::V4(_) | IpAddr::V6(_) => {}
    }
    format!("http://{address}")
}
