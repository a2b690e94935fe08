//! The gateway and the functions behind it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{get, start};
use serde_json::{Value, json};

fn message(text: &str) -> Value {
    json!({ "message": text })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_the_function_of_its_route() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let answer = reqwest::Client::new()
        .post(format!("{}/open/caf%C3%A9?a=1", stack.url()))
        .json(&json!({"name": "Ada"}))
        .send()
        .await
        .unwrap();

    assert_eq!(answer.headers()["etag"], "\"7\"");
    let event: Value = answer.json().await.unwrap();
    assert_eq!(event["routeKey"], "ANY /open/{what}");
    assert_eq!(event["rawPath"], "/open/café");
    assert_eq!(event["pathParameters"], json!({"what": "café"}));
    assert_eq!(event["body"], "{\"name\":\"Ada\"}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorizer_decides_which_requests_are_allowed() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let ask = async |token: Option<&str>| {
        let mut request = reqwest::Client::new().get(format!("{}/closed/x", stack.url()));
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };

    assert_eq!(ask(None).await, (401, message("Unauthorized")));
    assert_eq!(ask(Some("bad")).await, (403, message("Forbidden")));
    assert_eq!(ask(Some("other")).await, (500, message("Internal Server Error")));
    let (status, event) = ask(Some("good")).await;
    assert_eq!(status, 200);
    assert_eq!(
        event["requestContext"]["authorizer"]["lambda"]["route"],
        "arn:aws:execute-api:us-east-1:000000000000:local/$default/GET/closed/x"
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_answers_for_a_function_that_does_not() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let internal = (500, message("Internal Server Error"));

    for path in ["/open/crash", "/open/error", "/open/slow", "/open/big", "/open/malformed", "/broken"] {
        assert_eq!(get(&stack, path).await, internal, "{path}");
    }
    // The function that crashed and the one that was ended are replaced.
    assert_eq!(get(&stack, "/open/again").await.0, 200);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_route_is_not_found() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    assert_eq!(get(&stack, "/users").await, (404, message("Not Found")));
    assert_eq!(get(&stack, "/healthz").await, (200, json!({"status": "ok"})));
    let posted = reqwest::Client::new().post(format!("{}/closed/x", stack.url())).send().await.unwrap();
    assert_eq!(posted.status(), 404);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_ten_megabytes_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let answer = reqwest::Client::new()
        .post(format!("{}/open/x", stack.url()))
        .body(vec![b'x'; 10 * 1024 * 1024 + 1])
        .send()
        .await
        .unwrap();

    assert_eq!(answer.status(), 413);
    assert_eq!(answer.json::<Value>().await.unwrap(), message("Request Entity Too Large"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_has_lambdas_variables_and_the_templates_and_no_others() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let (_, variables) = get(&stack, "/open/environment").await;

    assert_eq!(variables["PUBLIC_URL"], stack.url());
    assert_eq!(variables["TABLE_NAME"], "flex-roster-Directory");
    assert_eq!(variables["AWS_ACCESS_KEY_ID"], "AKIALOCALOPEN");
    assert_eq!(variables["AWS_ENDPOINT_URL_DYNAMODB"], stack.endpoints().dynamodb);
    assert_eq!(variables.get("PATH"), None);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_handled_side_by_side() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    // The slow one holds an instance until its timeout; the other does not wait for it.
    let slow = get(&stack, "/open/slow");
    let quick = async {
        let started = std::time::Instant::now();
        get(&stack, "/open/quick").await;
        started.elapsed()
    };
    let ((status, _), elapsed) = tokio::join!(slow, quick);

    assert_eq!(status, 500);
    assert!(elapsed.as_millis() < 900, "{elapsed:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_an_allowed_origin_may_read_even_a_refusal() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;

    let answer = reqwest::Client::new()
        .get(format!("{}/closed/x", stack.url()))
        .header("origin", "https://flex.twilio.com")
        .send()
        .await
        .unwrap();

    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://flex.twilio.com");
    for answer in [answer, reqwest::get(format!("{}/open/x", stack.url())).await.unwrap()] {
        assert_eq!(answer.headers()["vary"], "origin");
    }
    stack.stop().await;
}

/// Sends a request as it is written and returns the status and the body.
async fn raw(stack: &local::Stack, request: String) -> (u16, Value) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = stack.url().strip_prefix("http://").unwrap();
    let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap_or(Value::String(body.to_owned())))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_none_is_a_bad_request() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let get = async |path: &str, hosts: &str| {
        raw(&stack, format!("GET {path} HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n")).await
    };

    assert_eq!(get("/healthz", "Host: localhost\r\n").await.0, 200);
    assert_eq!(get("/open/x", "Host: 127.0.0.1:8080\r\n").await.0, 200);
    for (path, hosts) in [
        ("/open/x", "Host: a\r\nHost: a\r\n"),
        ("/open/x", "Host: a b\r\n"),
        ("/open/x", "Host: a\r\nHost: b\r\n"),
        ("/open/x", "Host: a:x\r\n"),
        ("/open/x", "Host: a/b\r\n"),
        ("/open/x", "Host: \r\n"),
        ("/open/x", ""),
        ("/open/<x>", "Host: a\r\n"),
        ("/open/x?q=<", "Host: a\r\n"),
        ("/open/x y", "Host: a\r\n"),
    ] {
        assert_eq!(get(path, hosts).await, (400, message("Bad Request")), "{path} {hosts}");
    }
    let (status, refused) = get("/open/x", &format!("Host: a\r\nX: {}\r\n", "x".repeat(1_000_000))).await;
    assert_eq!((status, refused), (431, message("Request Header Fields Too Large")));
    stack.stop().await;
}
