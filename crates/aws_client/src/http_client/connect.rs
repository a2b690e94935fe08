//! New connections: TCP, through a proxy where the environment names one, and TLS for an `https` address, within a time.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::{
    client::{
        legacy::connect::{HttpConnector as TcpConnector, proxy::Tunnel},
        proxy::matcher::{Intercept, Matcher},
    },
    rt::TokioIo,
};
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

/// Makes connections that are usable within `within`, or fails.
#[derive(Debug, Clone)]
pub(crate) struct Connect {
    tcp: TcpConnector,
    tls: Arc<ClientConfig>,
    proxies: Arc<Matcher>,
    within: Duration,
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

type Connecting = Pin<Box<dyn Future<Output = Result<MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>> + Send>>;

impl Connect {
    pub(crate) fn new(tls: ClientConfig, proxies: Matcher, within: Duration) -> Self {
        let mut tcp = TcpConnector::new();
        // `https` addresses come here, too.
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        Self { tcp, tls: Arc::new(tls), proxies: Arc::new(proxies), within }
    }

    /// The proxy for this address. A plain one is that of the local stack.
    fn proxy(&self, uri: &Uri) -> Option<Intercept> {
        self.proxies.intercept(uri).filter(|_| uri.scheme_str() == Some("https"))
    }

    fn connect(&self, uri: Uri) -> Connecting {
        let Some(proxy) = self.proxy(&uri) else {
            return HttpsConnector::from((self.tcp.clone(), Arc::clone(&self.tls))).call(uri);
        };
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(authorization) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(authorization.clone());
        }
        HttpsConnector::from((tunnel, Arc::clone(&self.tls))).call(uri)
    }
}

impl Service<Uri> for Connect {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Connecting {
        let (connecting, within) = (self.connect(uri), self.within);
        Box::pin(async move { tokio::time::timeout(within, connecting).await? })
    }
}
