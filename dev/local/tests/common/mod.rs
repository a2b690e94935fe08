//! A stack with a template of its own. All its functions are `examples/probe.rs`.
#![allow(dead_code, clippy::unwrap_used, reason = "each test uses some of it")]

use std::path::Path;
use std::time::Duration;

use local::options::own_bin_dir;
use local::{Options, Stack};
use serde_json::{Value, json};

pub fn options(data: &Path) -> Options {
    Options {
        template: concat!(env!("CARGO_MANIFEST_DIR"), "/tests/template.yaml").into(),
        bin_dir: own_bin_dir().join("examples"),
        parameters: [("Seen".to_owned(), seen(data).display().to_string())].into(),
        ..Options::for_test(data)
    }
}

/// The file to which the stream's function writes the keys of its records.
pub fn seen(data: &Path) -> std::path::PathBuf {
    data.join("seen")
}

pub async fn start(data: &Path) -> Stack {
    Stack::start(options(data)).await.unwrap()
}

pub async fn get(stack: &Stack, path: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{}{path}", stack.url())).await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Calls `DynamoDB` as the SDK does.
pub async fn dynamodb(stack: &Stack, operation: &str, request: Value) {
    let answer = reqwest::Client::new()
        .post(&stack.endpoints().dynamodb)
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-amz-date", "20261122T100000Z")
        .header(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIALOCAL/20261122/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=host, Signature=0",
        )
        .body(request.to_string())
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
}

pub async fn put(stack: &Stack, key: &str) {
    let item = json!({"pk": {"S": key}, "n": {"N": "1"}});
    dynamodb(stack, "PutItem", json!({"TableName": "flex-roster-Directory", "Item": item})).await;
}

/// Waits until the condition holds, for a minute at most.
pub async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_mins(1);
    while !is_so() {
        assert!(tokio::time::Instant::now() < deadline, "timed out waiting: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
