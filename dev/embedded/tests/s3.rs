//! The embedded S3 as the AWS SDK and a browser see it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use embedded::{Bucket, CorsRule, Credentials, S3};
use reqwest::Method;
use tempfile::TempDir;

fn client(url: &str, access_key: &str, secret_key: &str) -> Client {
    let credentials = aws_credential_types::Credentials::new(access_key, secret_key, None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(url)
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}

async fn start() -> (TempDir, S3) {
    let directory = tempfile::tempdir().unwrap();
    let exports = Bucket {
        name: "exports".into(),
        cors: vec![CorsRule {
            allowed_origins: vec!["https://flex.twilio.com".into()],
            allowed_methods: vec!["GET".into()],
            exposed_headers: vec!["ETag".into()],
            ..CorsRule::default()
        }],
    };
    let credentials = Credentials { access_key: "AKIATEST".into(), secret_key: "secret".into() };
    let s3 = S3::start(directory.path(), &[exports], &[credentials]).await.unwrap();
    (directory, s3)
}

async fn put(s3: &S3, bucket: &str, secret: &str) -> Result<(), String> {
    client(&s3.url(), "AKIATEST", secret)
        .put_object()
        .bucket(bucket)
        .key("jobs/1.csv")
        .body(ByteStream::from_static(b"name\r\nAda\r\n"))
        .send()
        .await
        .map(drop)
        .map_err(|e| format!("{e:?}"))
}

async fn link(s3: &S3) -> String {
    let quarter = PresigningConfig::expires_in(Duration::from_mins(15)).unwrap();
    let request = client(&s3.url(), "AKIATEST", "secret")
        .get_object()
        .bucket("exports")
        .key("jobs/1.csv")
        .presigned(quarter)
        .await
        .unwrap();
    request.uri().to_owned()
}

#[tokio::test]
async fn a_presigned_link_gives_what_was_put() {
    let (_directory, s3) = start().await;
    put(&s3, "exports", "secret").await.unwrap();

    let body = reqwest::get(link(&s3).await).await.unwrap().text().await.unwrap();

    assert_eq!(body, "name\r\nAda\r\n");
}

#[tokio::test]
async fn a_wrong_secret_is_refused() {
    let (_directory, s3) = start().await;

    let error = put(&s3, "exports", "guessed").await.unwrap_err();

    assert!(error.contains("SignatureDoesNotMatch"), "{error}");
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_not_made() {
    let (directory, s3) = start().await;

    let error = put(&s3, "import", "secret").await.unwrap_err();

    assert!(error.contains("NoSuchBucket"), "{error}");
    assert!(!directory.path().join("import").exists());
}

#[tokio::test]
async fn only_a_page_of_an_allowed_origin_may_read() {
    let (_directory, s3) = start().await;
    put(&s3, "exports", "secret").await.unwrap();
    let link = link(&s3).await;
    let allowed_for = |origin: &'static str| {
        let request = reqwest::Client::new().get(&link).header("origin", origin);
        async {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 200);
            answer.headers().get("access-control-allow-origin").cloned()
        }
    };

    let flex = allowed_for("https://flex.twilio.com").await.unwrap();

    assert_eq!(flex, "https://flex.twilio.com");
    assert_eq!(allowed_for("https://example.com").await, None);
}

#[tokio::test]
async fn a_preflight_is_answered_without_a_signature() {
    let (_directory, s3) = start().await;
    let ask = |method: &'static str| {
        reqwest::Client::new()
            .request(Method::OPTIONS, format!("{}/exports/jobs/1.csv", s3.url()))
            .header("origin", "https://flex.twilio.com")
            .header("access-control-request-method", method)
            .send()
    };

    assert_eq!(ask("GET").await.unwrap().status(), 200);
    assert_eq!(ask("DELETE").await.unwrap().status(), 403);
}
