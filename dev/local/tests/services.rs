//! Streams, invocations and Parameter Store.
#![allow(clippy::unwrap_used)]

mod common;

use common::{dynamodb, eventually, options, put, seen, start};
use local::{Stack, StartError};
use serde_json::{Value, json};

fn lines(data: &std::path::Path) -> Vec<String> {
    let text = std::fs::read_to_string(seen(data)).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_reaches_the_function_that_reads_the_stream() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    put(&stack, "ada").await;
    // A second write of the same item is a MODIFY, which the filter excludes.
    dynamodb(&stack, "DeleteItem", json!({"TableName": "flex-roster-Directory", "Key": {"pk": {"S": "ada"}}})).await;
    put(&stack, "bob").await;

    eventually("both were seen", || lines(data.path()).len() >= 2).await;
    assert_eq!(lines(data.path()), ["ada", "bob"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_record_is_seen_again_and_then_what_follows_it() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let puts: Vec<Value> = ["a", "once", "z"]
        .map(|key| json!({"Put": {"TableName": "flex-roster-Directory", "Item": {"pk": {"S": key}}}}))
        .into();
    dynamodb(&stack, "TransactWriteItems", json!({ "TransactItems": puts })).await;

    eventually("the last was seen", || lines(data.path()).contains(&"z".to_owned())).await;
    assert_eq!(lines(data.path()), ["a", "once failed", "once", "z"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_where_the_stream_was_read() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    put(&stack, "before").await;
    eventually("the first was seen", || lines(data.path()).len() == 1).await;
    stack.stop().await;

    let stack = start(data.path()).await;
    put(&stack, "after").await;
    // A stop between the function's response and the stored position may repeat a record, but must not lose one.
    eventually("the second was seen", || lines(data.path()).last().is_some_and(|line| line == "after")).await;
    assert!(lines(data.path()).iter().filter(|l| *l == "before").count() <= 2);
    stack.stop().await;
}

async fn invoke(stack: &Stack, function: &str, kind: &str, event: Value) -> reqwest::Response {
    reqwest::Client::new()
        .post(format!("{}/2015-03-31/functions/{function}/invocations", stack.endpoints().lambda))
        .header("x-amz-invocation-type", kind)
        .body(event.to_string())
        .send()
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_can_be_invoked_by_name() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let fine = invoke(&stack, "flex-roster-Open", "RequestResponse", json!({"a": 1})).await;
    assert_eq!(fine.status(), 200);
    assert_eq!(fine.headers().get("x-amz-function-error"), None);

    let wrong = json!({"pathParameters": {"what": "error"}});
    let failed = invoke(&stack, "flex-roster-Open", "RequestResponse", wrong).await;
    assert_eq!(failed.headers()["x-amz-function-error"], "Unhandled");
    assert_eq!(failed.json::<Value>().await.unwrap()["errorMessage"], "it went wrong");

    let unknown = invoke(&stack, "flex-roster-Opn", "RequestResponse", json!({})).await;
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asynchronous_event_is_taken_at_once_and_handled_later() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let record = json!({"dynamodb": {"Keys": {"pk": {"S": "later"}}}});

    let taken = invoke(&stack, "flex-roster-Index", "Event", json!({"Records": [record]})).await;

    assert_eq!(taken.status(), 202);
    eventually("it was handled", || lines(data.path()) == ["later"]).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asynchronous_event_is_retried_after_a_restart_and_then_given_up() {
    let data = tempfile::tempdir().unwrap();
    let failures = || std::fs::read_to_string(data.path().join("failures.jsonl")).unwrap_or_default();
    let stack = start(data.path()).await;
    let wrong = json!({"pathParameters": {"what": "error"}});
    assert_eq!(invoke(&stack, "flex-roster-Open", "Event", wrong).await.status(), 202);
    stack.stop().await;
    assert_eq!(failures(), "");

    let stack = start(data.path()).await;

    eventually("it was given up", || failures().contains("RetriesExhausted")).await;
    let failure: Value = serde_json::from_str(&failures()).unwrap();
    assert_eq!((&failure["function"], &failure["invocations"]), (&json!("Open"), &json!(3)));
    eventually("it is no longer queued", || std::fs::read_dir(data.path().join("queue")).unwrap().next().is_none())
        .await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asynchronous_event_that_is_given_up_goes_to_its_destination() {
    let data = tempfile::tempdir().unwrap();
    let failures = || std::fs::read_to_string(data.path().join("failures.jsonl")).unwrap_or_default();
    let stack = start(data.path()).await;

    let wrong = json!({"pathParameters": {"what": "error"}});
    assert_eq!(invoke(&stack, "flex-roster-Scheduled", "Event", wrong).await.status(), 202);

    eventually("it was given up", || !failures().is_empty()).await;
    let failure: Value = serde_json::from_str(&failures()).unwrap();
    assert_eq!((&failure["function"], &failure["invocations"]), (&json!("Scheduled"), &json!(2)));
    assert!(failure["destination"].as_str().unwrap().ends_with("-Failures"), "{failure}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_is_given_up_lies_whole_in_the_bucket_and_not_in_the_log() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let log = || std::fs::read_to_string(data.path().join("failures.jsonl")).unwrap_or_default();
    put(&stack, "always").await;
    // Read earlier, the record that follows might come in the same batch, and would be given up with it.
    eventually("it was given up", || !log().is_empty()).await;
    put(&stack, "after").await;
    eventually("what follows was seen", || lines(data.path()).contains(&"after".to_owned())).await;

    let client = reqwest::Client::new();
    let get = async |path: &str| {
        let url = format!("{}/flex-roster-records{path}", stack.endpoints().s3);
        client.get(url).send().await.unwrap().status()
    };
    assert_eq!(get("?list-type=2").await, 403, "nothing is public");
    let objects = files(&data.path().join("s3/flex-roster-records/aws/lambda/Index"));
    assert_eq!(objects.len(), 1, "{objects:?}");
    let object: Value = serde_json::from_str(&std::fs::read_to_string(&objects[0]).unwrap()).unwrap();
    let event: Value = serde_json::from_str(object["payload"].as_str().unwrap()).unwrap();
    assert_eq!(event["Records"][0]["dynamodb"]["NewImage"], json!({"pk": {"S": "always"}, "n": {"N": "1"}}));
    assert_eq!(object["condition"], "RetryAttemptsExhausted");
    assert!(log().contains("arn:aws:s3:::flex-roster-records") && !log().contains("NewImage"), "{}", log());
    stack.stop().await;
}

/// The files below a folder.
fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_has_no_more_instances_than_its_reserved_concurrency() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    // Each instance has a Runtime API of its own.
    let instance = async || {
        let environment = json!({"pathParameters": {"what": "environment"}});
        let answer = invoke(&stack, "flex-roster-Scheduled", "RequestResponse", environment).await;
        answer.json::<Value>().await.unwrap()["AWS_LAMBDA_RUNTIME_API"].clone()
    };

    let (a, b, c, d) = tokio::join!(instance(), instance(), instance(), instance());

    assert!(a.is_string() && a == b && b == c && c == d, "{a} {b} {c} {d}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parameter_store_knows_the_auth_token_and_takes_another_one() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let ask = async |operation: &str, request: Value| {
        let post = reqwest::Client::new().post(&stack.endpoints().ssm);
        let post = post.header("x-amz-target", format!("AmazonSSM.{operation}")).body(request.to_string());
        post.send().await.unwrap().json::<Value>().await.unwrap()
    };
    let get = async |name: &str| ask("GetParameter", json!({"Name": name, "WithDecryption": true})).await;
    let put = async |value: &str, overwrite: bool| {
        let name = "/flex-roster/twilio-auth-token";
        let request = json!({"Name": name, "Value": value, "Type": "SecureString", "Overwrite": overwrite});
        ask("PutParameter", request).await
    };

    assert_eq!(get("/flex-roster/twilio-auth-token").await["Parameter"]["Value"], "local-auth-token");
    assert_eq!(get("/flex-roster/other").await["__type"], "ParameterNotFound");
    assert_eq!(put("new", false).await["__type"], "ParameterAlreadyExists");
    assert_eq!(put("new,local-auth-token", true).await["Version"], 2);
    let parameter = &get("/flex-roster/twilio-auth-token").await["Parameter"];
    assert_eq!((&parameter["Value"], &parameter["Version"]), (&json!("new,local-auth-token"), &json!(2)));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_stacks_cannot_share_their_data() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let second = Stack::start(options(data.path())).await.unwrap_err();

    assert!(matches!(second, StartError::InUse(_)), "{second}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_an_older_version_is_refused_and_kept() {
    let data = tempfile::tempdir().unwrap();
    start(data.path()).await.stop().await;
    std::fs::remove_file(data.path().join("format")).unwrap();

    let error = Stack::start(options(data.path())).await.unwrap_err().to_string();

    assert!(error.contains("an older version of flex-roster (format 1, this one needs 5)"), "{error}");
    assert!(data.path().join("dynamodb.sqlite").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_is_named() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();

    let error = Stack::start(local::Options { port, ..options(data.path()) }).await.unwrap_err();

    assert!(error.to_string().starts_with(&format!("port {port} ")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_binary_is_named_with_what_builds_it() {
    let data = tempfile::tempdir().unwrap();
    let nowhere = local::Options { bin_dir: data.path().into(), ..options(data.path()) };

    let error = Stack::start(nowhere).await.unwrap_err().to_string();

    assert!(error.contains("cargo build -p probe"), "{error}");
}
