//! The Lambda Runtime API of one instance.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::{Answer, PAYLOAD_LIMIT};

/// One invocation.
#[derive(Debug)]
pub(crate) struct Event {
    pub request_id: String,
    pub function_arn: String,
    pub deadline: Timestamp,
    pub payload: Bytes,
    pub answer: oneshot::Sender<Answer>,
}

/// The server from which one instance gets its events.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::Sender<Event>,
    polled: watch::Receiver<bool>,
    server: JoinHandle<()>,
}

struct Shared {
    events: tokio::sync::Mutex<mpsc::Receiver<Event>>,
    polled: watch::Sender<bool>,
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
}

impl RuntimeApi {
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, waiting) = mpsc::channel(1);
        let (polled, has_polled) = watch::channel(false);
        let app = router(Shared { events: tokio::sync::Mutex::new(waiting), polled, current: Mutex::new(None) });
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { address, events, polled: has_polled, server })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the instance requests its first event.
    pub async fn is_polled(&mut self) {
        // It only fails when the server has ended, and then the instance ends too.
        drop(self.polled.wait_for(|polled| *polled).await);
    }

    pub async fn send(&self, event: Event) {
        // If the server has ended, the event is dropped, and the receiver of its answer notices.
        drop(self.events.send(event).await);
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn router(shared: Shared) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{request_id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{request_id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(async || StatusCode::ACCEPTED))
        .layer(DefaultBodyLimit::max(PAYLOAD_LIMIT))
        .with_state(Arc::new(shared))
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.polled.send_replace(true);
    let Some(event) = shared.events.lock().await.recv().await else {
        return StatusCode::GONE.into_response();
    };
    let headers = headers(&event);
    let payload = event.payload;
    shared.remember(event.request_id, event.answer);
    (headers, payload).into_response()
}

fn headers(event: &Event) -> HeaderMap {
    let root = event.request_id.replace('-', "");
    let trace = format!("Root=1-{}-{};Sampled=0", &root[..8], &root[8..]);
    let deadline = event.deadline.as_millisecond().to_string();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("lambda-runtime-aws-request-id", &event.request_id),
        ("lambda-runtime-deadline-ms", &deadline),
        ("lambda-runtime-invoked-function-arn", &event.function_arn),
        ("lambda-runtime-trace-id", &trace),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(request_id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> StatusCode {
    let Ok(body) = body else {
        let message = format!("the response exceeds {PAYLOAD_LIMIT} bytes");
        let answer = Answer::failed("Function.ResponseSizeTooLarge", &message);
        shared.finish(&request_id, answer);
        return StatusCode::PAYLOAD_TOO_LARGE;
    };
    shared.finish(&request_id, Answer::Returned(body))
}

async fn error(State(shared): State<Arc<Shared>>, Path(request_id): Path<String>, body: Bytes) -> StatusCode {
    shared.finish(&request_id, Answer::Failed(body))
}

impl Shared {
    fn remember(&self, request_id: String, answer: oneshot::Sender<Answer>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Some((request_id, answer));
    }

    fn finish(&self, request_id: &str, answer: Answer) -> StatusCode {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match current.take_if(|(id, _)| id == request_id) {
            Some((_, waiting)) => {
                // The caller may have stopped waiting.
                drop(waiting.send(answer));
                StatusCode::ACCEPTED
            }
            None => StatusCode::NOT_FOUND,
        }
    }
}
