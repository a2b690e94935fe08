//! Stands in front of `DynamoDB` and S3, and passes on what is allowed.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{Authority, access_key, dynamodb, s3};
use crate::StartError;

/// `DynamoDB` takes requests of 16 MB; the parts of an export have 8 MiB.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Headers of one connection, not of the request.
const OF_THE_CONNECTION: [HeaderName; 3] = [header::CONNECTION, header::TRANSFER_ENCODING, header::EXPECT];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    DynamoDb,
    S3,
}

/// A server on a free port. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    server: JoinHandle<()>,
}

#[derive(Debug, Clone)]
struct Upstream {
    service: Service,
    url: String,
    client: reqwest::Client,
    authority: Arc<Authority>,
}

impl Proxy {
    pub async fn start(service: Service, url: String, authority: Arc<Authority>) -> Result<Self, StartError> {
        let port_error = |source| StartError::Port { port: 0, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(port_error)?;
        let address = listener.local_addr().map_err(port_error)?;
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let upstream = Upstream { service, url, client: client.unwrap_or_default(), authority };
        let app = Router::new().fallback(answer).with_state(upstream);
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { address, server })
    }

    /// `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer(State(upstream): State<Upstream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    if let Some(denied) = upstream.denied(&parts, &body) {
        return denied;
    }
    match upstream.forward(parts, body).await {
        Ok(response) => response,
        Err(error) => {
            tracing::error!(%error, service = ?upstream.service, "an embedded service does not answer");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

impl Upstream {
    fn denied(&self, parts: &Parts, body: &Bytes) -> Option<Response> {
        let key = access_key(&parts.headers, &parts.uri);
        // What a browser asks before it sends a file is no access to one.
        let is_preflight =
            parts.method == Method::OPTIONS && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
        if is_preflight || !self.authority.is_function(key.as_deref()) {
            return None;
        }
        match self.service {
            Service::DynamoDb => {
                let target = parts.headers.get(dynamodb::TARGET).and_then(|target| target.to_str().ok());
                let accesses = dynamodb::accesses(target.unwrap_or_default(), body, &self.authority.tables);
                self.authority.check(key.as_deref(), &accesses).err().map(|denied| denied.by_dynamodb())
            }
            Service::S3 => {
                let accesses = s3::accesses(&parts.method, &parts.uri, &parts.headers);
                self.authority.check(key.as_deref(), &accesses).err().map(|denied| denied.by_s3(&parts.method))
            }
        }
    }

    async fn forward(&self, parts: Parts, body: Bytes) -> reqwest::Result<Response> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let request = self.client.request(parts.method, format!("{}{path}", self.url));
        let response = request.headers(end_to_end(parts.headers)).body(body).send().await?;
        let (status, headers) = (response.status(), end_to_end(response.headers().clone()));
        let mut answer = Response::new(Body::from(response.bytes().await?));
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }
}

/// The host stays: it is signed.
fn end_to_end(mut headers: HeaderMap) -> HeaderMap {
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    headers
}
