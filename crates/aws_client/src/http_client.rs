//! The HTTP client of this process: HTTP/1.1, over TLS or plain for the local stack.
//!
//! The SDK's own client would read the root certificates from hundreds of files, have a pool and a TLS configuration for
//! each service, and link HTTP/2, which `DynamoDB` does not speak.

use std::{sync::OnceLock, time::Duration};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_util::{
    client::{
        legacy::{
            Client,
            connect::{CaptureConnection, capture_connection},
        },
        proxy::matcher::Matcher,
    },
    rt::{TokioExecutor, TokioTimer},
};
use runtime::{config::ConfigError, tls};

use connect::Connect;

mod connect;

/// How long a connection may take until it can be used, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The HTTP client for the configuration of an SDK client. All share one pool of connections.
pub fn http_client() -> Result<SharedHttpClient, ConfigError> {
    let connector = SharedHttpConnector::new(Http::shared()?);
    Ok(http_client_fn(move |_, _| connector.clone()))
}

/// Clones share the pool.
#[derive(Debug, Clone)]
pub(crate) struct Http(Client<Connect, SdkBody>);

impl Http {
    /// The one of this process.
    pub(crate) fn shared() -> Result<Self, ConfigError> {
        static SHARED: OnceLock<Http> = OnceLock::new();
        if let Some(http) = SHARED.get() {
            return Ok(http.clone());
        }
        let http = Self::new(tls::client_config()?, Matcher::from_env());
        Ok(SHARED.get_or_init(|| http).clone())
    }

    fn new(tls: rustls::ClientConfig, proxies: Matcher) -> Self {
        let mut builder = Client::builder(TokioExecutor::new());
        // Without it idle connections would never be closed.
        builder.pool_timer(TokioTimer::new());
        Self(builder.build(Connect::new(tls, proxies, CONNECT_TIMEOUT)))
    }

    /// An error is of the network, and to be tried again: requests of ours are neither malformed nor read from a stream.
    pub(crate) async fn send(&self, request: http::Request<SdkBody>) -> Result<HttpResponse, ConnectorError> {
        let response = self.0.request(request).await.map_err(|error| ConnectorError::io(error.into()))?;
        HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
            .map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || metadata(&connection));
        }
        let http = self.clone();
        HttpConnectorFuture::new(async move { http.send(request).await })
    }
}

/// With it the SDK closes a connection whose server has failed, so that the next attempt may reach another one.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let connection = connection.clone();
    let close = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(false).poison_fn(close).build())
}

#[cfg(test)]
mod tests;
