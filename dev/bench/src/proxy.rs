//! A proxy between clients and DynamoDB that hands each call to an [`Intercept`].

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::Fallible;

/// The one operation that is treated apart from all others.
pub const TRANSACTION: &str = "TransactWriteItems";

/// What happens to each call.
pub trait Intercept: Send + Sync + 'static {
    fn intercept(&self, request: Request) -> impl Future<Output = Fallible<Response>> + Send;
}

/// Dropping it stops it.
#[derive(Debug)]
pub struct Proxy<I> {
    url: String,
    intercept: Arc<I>,
    server: JoinHandle<()>,
}

/// A call on its way to DynamoDB.
#[derive(Debug)]
pub struct Request {
    /// `Query`, `TransactWriteItems` and so on.
    pub operation: String,
    pub body: Bytes,
    headers: HeaderMap,
    upstream: Upstream,
}

#[derive(Debug, Clone)]
struct Upstream {
    client: reqwest::Client,
    database: String,
}

impl<I: Intercept> Proxy<I> {
    /// Between clients and the database at this address.
    pub async fn start(database: String, intercept: I) -> Fallible<Self> {
        runtime::tls::install_provider();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let intercept = Arc::new(intercept);
        let upstream = Upstream { client: reqwest::Client::new(), database };
        let app = Router::new().fallback(serve::<I>).layer(DefaultBodyLimit::disable());
        let app = app.with_state((intercept.clone(), upstream));
        let server = tokio::spawn(async move { drop(axum::serve(listener, app).await) });
        Ok(Self { url, intercept, server })
    }
}

impl<I> Proxy<I> {
    /// Where clients find it.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn intercept(&self) -> &I {
        &self.intercept
    }
}

impl<I> Drop for Proxy<I> {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve<I: Intercept>(
    State((intercept, upstream)): State<(Arc<I>, Upstream)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    let response = intercept.intercept(Request { operation, body, headers, upstream }).await;
    response.unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, error.to_string()).into_response())
}

impl Request {
    /// DynamoDB's response. Clients sign what they send; the embedded database ignores signatures, so the body may have
    /// been changed.
    pub async fn send(self) -> Fallible<(StatusCode, HeaderMap, Bytes)> {
        let Self { body, mut headers, upstream, .. } = self;
        for of_this_connection in [header::HOST, header::CONTENT_LENGTH] {
            headers.remove(of_this_connection);
        }
        let response = upstream.client.post(upstream.database).headers(headers).body(body).send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok((status, headers, response.bytes().await?))
    }
}
