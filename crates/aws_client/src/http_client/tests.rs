//! Over TLS and without, against a server of a few lines: the local stack has no TLS.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;

/// A server that answers `status` to whatever it reads, and the address it is reached at.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    root: RootCertStore,
}

impl Server {
    async fn start(scheme: &str, status: &'static str) -> Self {
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let provider = tls::client_config().unwrap().crypto_provider().clone();
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key).unwrap();
        let tls = (scheme == "https").then(|| TlsAcceptor::from(Arc::new(config)));
        let mut root = RootCertStore::empty();
        root.add(cert.der().clone()).unwrap();

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{scheme}://localhost:{}/", listener.local_addr().unwrap().port());
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                match &tls {
                    None => drop(tokio::spawn(answer(stream, status))),
                    Some(tls) => {
                        let accepting = tls.accept(stream);
                        tokio::spawn(async move {
                            if let Ok(stream) = accepting.await {
                                answer(stream, status).await;
                            }
                        });
                    }
                }
            }
        });
        Self { url, connections, root }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// Requests of these tests have no body and come in one piece.
async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, status: &str) {
    let mut request = [0; 4096];
    while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\nok");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

fn trusting(roots: RootCertStore) -> Http {
    through(Matcher::builder().build(), roots)
}

fn through(proxies: Matcher, roots: RootCertStore) -> Http {
    let provider = tls::client_config().unwrap().crypto_provider().clone();
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Http::new(config.with_root_certificates(roots).with_no_client_auth(), proxies)
}

fn request(url: &str) -> HttpRequest {
    HttpRequest::get(url).unwrap()
}

async fn body(response: HttpResponse) -> Vec<u8> {
    aws_smithy_types::byte_stream::ByteStream::new(response.into_body()).collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn calls_share_a_connection_with_and_without_tls() {
    for scheme in ["http", "https"] {
        let server = Server::start(scheme, "200 OK").await;
        let http = trusting(server.root.clone());
        for _ in 0..3 {
            assert_eq!(body(http.clone().call(request(&server.url)).await.unwrap()).await, b"ok");
        }
        assert_eq!(server.connections(), 1, "{scheme}");
    }
}

#[tokio::test]
async fn a_server_that_no_root_vouches_for_is_not_talked_to() {
    let server = Server::start("https", "200 OK").await;
    let other = Server::start("https", "200 OK").await;
    // The roots of this machine, and the root of another server.
    for http in [Http::shared().unwrap(), trusting(other.root)] {
        assert!(http.call(request(&server.url)).await.unwrap_err().is_io());
    }
}

#[tokio::test]
async fn a_proxy_is_asked_for_a_tunnel_to_an_address_with_tls_and_not_to_a_plain_one() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxies = Matcher::builder().all(format!("http://user:word@{}", proxy.local_addr().unwrap())).build();
    let (plain, server) = (Server::start("http", "200 OK").await, Server::start("https", "200 OK").await);
    let port = server.url.trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let upstream = format!("127.0.0.1:{port}");
    let asked = tokio::spawn(async move {
        let (mut stream, _) = proxy.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let bytes = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let mut upstream = tokio::net::TcpStream::connect(upstream).await.unwrap();
        tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut upstream).await });
        String::from_utf8(request[..bytes].to_vec()).unwrap()
    });
    let http = through(proxies, server.root.clone());
    for url in [&plain.url, &server.url] {
        assert_eq!(body(http.call(request(url)).await.unwrap()).await, b"ok");
    }
    let asked = asked.await.unwrap();
    assert!(asked.starts_with(&format!("CONNECT localhost:{port} HTTP/1.1\r\n")), "{asked}");
    assert!(asked.to_lowercase().contains("proxy-authorization: basic "), "{asked}");
}

#[tokio::test]
async fn the_sdk_can_close_a_connection_whose_server_has_failed() {
    let server = Server::start("http", "500 Internal Server Error").await;
    let http = trusting(server.root.clone());
    for _ in 0..2 {
        let capture = CaptureSmithyConnection::new();
        let mut request = request(&server.url);
        request.add_extension(capture.clone());
        assert_eq!(body(http.call(request).await.unwrap()).await, b"ok");
        capture.get().unwrap().poison();
    }
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    // Accepted by the kernel, read by nothing.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    assert!(Http::shared().unwrap().call(request(&url)).await.unwrap_err().is_io());
}
