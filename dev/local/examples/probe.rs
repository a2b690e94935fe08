//! A function for the tests of `local`: returns its event, and fails on request.

use std::process::exit;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::var("BROKEN").is_ok() {
        eprintln!("the variable TABLE_NAME is missing");
        exit(1);
    }
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let event = event.payload;
    if event["type"] == "REQUEST" {
        return authorize(&event);
    }
    if let Some(records) = event["Records"].as_array() {
        return Ok(read(records)?);
    }
    match event["pathParameters"]["what"].as_str().unwrap_or_default() {
        "crash" => {
            eprintln!("something broke");
            exit(3)
        }
        "error" => Err("it went wrong".into()),
        "slow" => {
            tokio::time::sleep(Duration::from_mins(5)).await;
            Ok(Value::Null)
        }
        "big" => Ok(json!({"statusCode": 200, "body": "x".repeat(7 * 1024 * 1024)})),
        "malformed" => Ok(json!({"statusCode": "none"})),
        "environment" => Ok(environment()),
        _ => Ok(json!({"statusCode": 200, "headers": {"etag": "\"7\""}, "body": event.to_string()})),
    }
}

fn authorize(event: &Value) -> Result<Value, Error> {
    match event["identitySource"][0].as_str() {
        Some("good") => Ok(json!({"isAuthorized": true, "context": {"route": event["routeArn"]}})),
        Some("bad") => Ok(json!({"isAuthorized": false})),
        _ => Err("the identity service is down".into()),
    }
}

fn environment() -> Value {
    std::env::vars().map(|(name, value)| (name, value.into())).collect::<serde_json::Map<_, _>>().into()
}

/// Appends the keys of the records to a file. It fails `always`, and `once` the first time that it sees it.
fn read(records: &[Value]) -> Result<Value, std::io::Error> {
    let seen = std::env::var("SEEN").unwrap_or_default();
    let before = std::fs::read_to_string(&seen).unwrap_or_default();
    let mut lines = String::new();
    let mut failures = Vec::new();
    for record in records {
        let key = record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap_or_default();
        let fails = key == "always" || key == "once" && !before.contains("once") && !lines.contains("once");
        lines.extend([key, if fails { " failed" } else { "" }, "\n"]);
        if fails {
            failures.push(json!({"itemIdentifier": record["dynamodb"]["SequenceNumber"]}));
            break;
        }
    }
    std::fs::write(&seen, before + &lines)?;
    Ok(json!({"batchItemFailures": failures}))
}
