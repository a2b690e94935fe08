//! The embedded S3 as the AWS SDK sees it.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use embedded::{Bucket, Credentials, S3};
use tempfile::TempDir;

fn client(url: &str, access_key: &str, secret_key: &str) -> Client {
    let credentials = aws_credential_types::Credentials::new(access_key, secret_key, None, None, "test");
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_client::http_client().unwrap())
        .region(Region::new("us-east-1"))
        .credentials_provider(credentials)
        .endpoint_url(url)
        .force_path_style(true)
        .build();
    Client::from_conf(config)
}

async fn start() -> (TempDir, S3) {
    let directory = tempfile::tempdir().unwrap();
    let credentials = Credentials { access_key: "AKIATEST".into(), secret_key: "secret".into() };
    let s3 = S3::start(directory.path(), &[Bucket::named("exports")], &[credentials]).await.unwrap();
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
async fn a_presigned_link_returns_the_object() {
    let (_directory, s3) = start().await;
    put(&s3, "exports", "secret").await.unwrap();

    runtime::tls::install_provider();
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
async fn a_missing_bucket_is_not_created() {
    let (directory, s3) = start().await;

    let error = put(&s3, "import", "secret").await.unwrap_err();

    assert!(error.contains("NoSuchBucket"), "{error}");
    assert!(!directory.path().join("import").exists());
}
