//! The embedded S3.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use s3s::auth::{SecretKey, SimpleAuth};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tower_http::cors::CorsLayer;

use crate::EmbeddedError;
use crate::server::Server;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    name: String,
    cors: Option<CorsRule>,
}

/// What pages of these origins may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsRule {
    pub origins: Vec<String>,
    pub methods: Vec<String>,
    pub headers: Vec<String>,
    pub max_age: Option<Duration>,
}

impl Bucket {
    /// A bucket with this name, made if missing.
    #[must_use]
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), cors: None }
    }

    /// With this rule; the last one counts.
    #[must_use]
    pub fn with_cors(self, rule: CorsRule) -> Self {
        Self { cors: Some(rule), ..self }
    }
}

impl CorsRule {
    /// What cannot be in a header is left out.
    fn layer(&self) -> CorsLayer {
        let origins = self.origins.iter().filter_map(|origin| origin.parse().ok()).collect::<Vec<_>>();
        let methods = self.methods.iter().filter_map(|method| method.parse().ok()).collect::<Vec<_>>();
        let headers = self.headers.iter().filter_map(|header| header.parse().ok()).collect::<Vec<_>>();
        let layer = CorsLayer::new().allow_origin(origins).allow_methods(methods).allow_headers(headers);
        match self.max_age {
            Some(max_age) => layer.max_age(max_age),
            None => layer,
        }
    }
}

/// An access key and its secret, with which requests are signed.
#[derive(Clone)]
pub struct Credentials {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key", &self.access_key).field("secret_key", &"[redacted]").finish()
    }
}

/// An S3 in this process, its objects as files in a directory. Path-style addresses only.
///
/// Signatures and the expiry of presigned links are checked. Encryption headers are dropped.
#[derive(Debug)]
pub struct S3 {
    server: Server,
}

#[derive(Clone)]
struct Store {
    service: S3Service,
    buckets: Arc<BTreeSet<String>>,
}

impl S3 {
    /// Serves these buckets from `directory`, which is created if missing. Requests must be signed with one of these
    /// credentials.
    pub async fn start(
        directory: impl AsRef<Path>,
        buckets: &[Bucket],
        credentials: &[Credentials],
    ) -> Result<Self, EmbeddedError> {
        let directory = directory.as_ref();
        for bucket in buckets {
            create_directory(&directory.join(&bucket.name))?;
        }
        create_directory(directory)?;
        let files = FileSystem::new(directory).map_err(|e| EmbeddedError::ObjectStore(format!("{e:?}")))?;
        let store = Store {
            service: service(files, credentials),
            buckets: Arc::new(buckets.iter().map(|bucket| bucket.name.clone()).collect()),
        };
        let mut app = Router::new().fallback(answer);
        for (bucket, cors) in buckets.iter().filter_map(|bucket| Some((bucket, bucket.cors.as_ref()?))) {
            app = app.route(&format!("/{}/{{*key}}", bucket.name), any(answer).layer(cors.layer()));
        }
        let app = app.with_state(store);
        let server = Server::start(|listener, stopped| async move {
            let shutdown = async { drop(stopped.await) };
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(shutdown).await {
                tracing::error!(%error, "the embedded S3 stopped");
            }
        })
        .await?;
        Ok(Self { server })
    }

    /// The endpoint for a client: `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Lets running requests finish, for at most a second, and stops.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

fn create_directory(path: &Path) -> Result<(), EmbeddedError> {
    std::fs::create_dir_all(path).map_err(|source| EmbeddedError::File { path: path.to_owned(), source })
}

fn service(files: FileSystem, credentials: &[Credentials]) -> S3Service {
    let mut keys = SimpleAuth::new();
    for pair in credentials {
        keys.register(pair.access_key.clone(), SecretKey::from(pair.secret_key.clone()));
    }
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(keys);
    builder.build()
}

async fn answer(State(store): State<Store>, request: Request) -> Response {
    let bucket = first_segment(request.uri().path());
    if bucket.is_empty() || store.buckets.contains(bucket) {
        forward(&store.service, request).await
    } else {
        no_such_bucket(bucket)
    }
}

fn first_segment(path: &str) -> &str {
    path.trim_start_matches('/').split('/').next().unwrap_or("")
}

async fn forward(service: &S3Service, request: Request) -> Response {
    match service.call(request.map(s3s::Body::http_body_unsync)).await {
        Ok(response) => response.map(Body::new),
        Err(error) => {
            tracing::error!(?error, "the embedded S3 failed to handle a request; it answers 500");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The response of S3 for a missing bucket; s3s-fs would create the bucket.
fn no_such_bucket(name: &str) -> Response {
    let name = name.replace('&', "&amp;").replace('<', "&lt;");
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
         <Message>The specified bucket does not exist</Message><BucketName>{name}</BucketName></Error>"
    );
    let headers = [(header::CONTENT_TYPE, "application/xml")];
    (StatusCode::NOT_FOUND, headers, body).into_response()
}
