//! S3 as the SDK sees it: objects and uploads in memory, called without a socket, with latency and with S3's faults.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use aws_sdk_s3::{
    Client,
    config::{BehaviorVersion, Region, retry::RetryConfig, timeout::TimeoutConfig},
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    dto::{
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, ETag, GetObjectInput, GetObjectOutput, PutObjectInput, PutObjectOutput,
        StreamingBlob, UploadPartInput, UploadPartOutput,
    },
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use crate::{
    chaos::{Chaos, Fault},
    place::Place,
    trace::{Trace, hex},
};

/// The bucket of exports.
pub const BUCKET: &str = "exports";

/// Longer than any time-out.
const FOREVER: Duration = Duration::from_hours(1);

/// What is stored. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Objects(Arc<Mutex<Held>>);

#[derive(Debug, Default)]
struct Held {
    objects: BTreeMap<String, Vec<u8>>,
    /// The parts of each upload that was not completed, by number.
    uploads: BTreeMap<String, BTreeMap<i32, Vec<u8>>>,
    made: u64,
}

impl Objects {
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.with(|held| held.objects.get(key).cloned())
    }

    /// As a client does by a presigned link.
    pub fn put(&self, key: String, bytes: Vec<u8>) {
        self.with(|held| held.objects.insert(key, bytes));
    }

    fn with<T>(&self, use_it: impl FnOnce(&mut Held) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Another one for other bytes.
fn tag(bytes: &[u8]) -> ETag {
    ETag::Strong(hex(&Sha256::digest(bytes)[..16]))
}

async fn read(body: Option<StreamingBlob>) -> S3Result<Vec<u8>> {
    let Some(body) = body else { return Ok(Vec::new()) };
    let read = Body::from(body).collect().await;
    Ok(read.map_err(|_| s3_error!(IncompleteBody))?.to_bytes().to_vec())
}

#[async_trait]
impl S3 for Objects {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { key, body, .. } = request.input;
        let bytes = read(body).await?;
        let e_tag = Some(tag(&bytes));
        self.with(|held| held.objects.insert(key, bytes));
        Ok(S3Response::new(PutObjectOutput { e_tag, ..PutObjectOutput::default() }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let mut bytes = self.get(&request.input.key).ok_or_else(|| s3_error!(NoSuchKey))?;
        if let Some(range) = request.input.range {
            let part = range.check(bytes.len() as u64).map_err(|_| s3_error!(InvalidRange))?;
            let (from, to) = (usize::try_from(part.start), usize::try_from(part.end));
            bytes = bytes[from.unwrap_or_default()..to.unwrap_or_default()].to_vec();
        }
        let content_length = i64::try_from(bytes.len()).ok();
        let body = Some(StreamingBlob::from(Body::from(bytes)));
        Ok(S3Response::new(GetObjectOutput { body, content_length, ..GetObjectOutput::default() }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let CreateMultipartUploadInput { bucket, key, .. } = request.input;
        let upload_id = self.with(|held| {
            held.made += 1;
            let upload_id = format!("upload-{}", held.made);
            held.uploads.insert(upload_id.clone(), BTreeMap::new());
            upload_id
        });
        let (bucket, key, upload_id) = (Some(bucket), Some(key), Some(upload_id));
        Ok(S3Response::new(CreateMultipartUploadOutput { bucket, key, upload_id, ..Default::default() }))
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let UploadPartInput { upload_id, part_number, body, .. } = request.input;
        let bytes = read(body).await?;
        let e_tag = Some(tag(&bytes));
        self.with(|held| {
            let parts = held.uploads.get_mut(&upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
            parts.insert(part_number, bytes);
            Ok(S3Response::new(UploadPartOutput { e_tag, ..UploadPartOutput::default() }))
        })
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let CompleteMultipartUploadInput { bucket, key, upload_id, multipart_upload, .. } = request.input;
        self.with(|held| {
            let parts = held.uploads.get(&upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
            let mut whole = Vec::new();
            for named in multipart_upload.and_then(|upload| upload.parts).unwrap_or_default() {
                let part = named.part_number.and_then(|number| parts.get(&number));
                let part = part.filter(|part| named.e_tag.is_none_or(|named| named == tag(part)));
                whole.extend_from_slice(part.ok_or_else(|| s3_error!(InvalidPart))?);
            }
            let e_tag = Some(tag(&whole));
            held.objects.insert(key.clone(), whole);
            held.uploads.remove(&upload_id);
            let (bucket, key) = (Some(bucket), Some(key));
            Ok(S3Response::new(CompleteMultipartUploadOutput { bucket, key, e_tag, ..Default::default() }))
        })
    }
}

/// S3 as one function meets it.
#[derive(Clone)]
pub struct SimulatedS3 {
    service: S3Service,
    chaos: Chaos,
    trace: Trace,
    place: Place,
}

impl std::fmt::Debug for SimulatedS3 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SimulatedS3").field("place", &self.place).finish_non_exhaustive()
    }
}

impl SimulatedS3 {
    #[must_use]
    pub fn new(objects: Objects, chaos: Chaos, trace: Trace, place: Place) -> Self {
        Self { service: S3ServiceBuilder::new(objects).build(), chaos, trace, place }
    }

    /// A client with the settings of the functions.
    #[must_use]
    pub fn client(&self) -> Client {
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_secs(20));
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-central-1"))
            .endpoint_url("http://s3.invalid")
            .force_path_style(true)
            .allow_no_auth()
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(timeouts.build())
            .http_client(self.clone());
        Client::from_conf(config.build())
    }

    async fn carry_out(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let call = name_of(&request);
        let _in_flight = self.place.reach(call);
        let other = |error: Box<dyn std::error::Error + Send + Sync>| ConnectorError::other(error, None);
        let fault = |what: &str| self.trace.line(self.place.who(), format_args!("{call}: {what}"));
        sleep(self.chaos.millis(5..=40)).await;
        if self.chaos.strikes(Fault::S3Unavailable) {
            fault("unavailable");
            return response(503, SdkBody::from("<Error><Code>SlowDown</Code></Error>"));
        }
        if self.chaos.strikes(Fault::S3Silent) {
            fault("silent");
            sleep(FOREVER).await;
        }
        let request = request.try_into_http1x().map_err(|error| other(error.into()))?;
        let request = request.map(|body| Body::from(body.bytes().unwrap_or_default().to_vec()));
        let answer = self.service.call(request).await.map_err(|error| other(format!("{error:?}").into()))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(|error| other(error.to_string().into()))?.to_bytes();
        self.trace.line(self.place.who(), format_args!("{call}: {}", parts.status.as_u16()));
        sleep(self.chaos.millis(5..=40)).await;
        if self.chaos.strikes(Fault::S3AnswerLost) {
            fault("answer lost");
            return Err(ConnectorError::io("the connection broke".into()));
        }
        HttpResponse::try_from(s3s::HttpResponse::from_parts(parts, Body::empty()).map(|_| SdkBody::from(body)))
            .map_err(|error| other(error.into()))
    }
}

fn response(status: u16, body: SdkBody) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    Ok(HttpResponse::new(status, body))
}

/// The operation of a request.
fn name_of(request: &HttpRequest) -> &'static str {
    let has = |parameter: &str| request.uri().contains(parameter);
    match (request.method(), has("uploads"), has("uploadId=")) {
        ("POST", true, _) => "CreateMultipartUpload",
        ("POST", ..) => "CompleteMultipartUpload",
        ("PUT", _, true) => "UploadPart",
        ("PUT", ..) => "PutObject",
        _ => "GetObject",
    }
}

impl HttpConnector for SimulatedS3 {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.carry_out(request).await })
    }
}

impl HttpClient for SimulatedS3 {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
