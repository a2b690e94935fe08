//! The console, as the local stack serves it.
#![allow(clippy::unwrap_used)]

mod common;

use common::{get, options, start};
use local::Stack;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_with_a_policy_that_allows_nothing_inline_and_no_other_origin() {
    let data = tempfile::tempdir().unwrap();
    let console = data.path().join("console");
    std::fs::create_dir_all(console.join("dist")).unwrap();
    std::fs::write(console.join("index.html"), "<!doctype html>").unwrap();
    std::fs::write(console.join("dist/console.js"), "export {};").unwrap();
    std::fs::write(data.path().join("secret.js"), "").unwrap();
    let stack = Stack::start(local::Options { console, ..options(data.path()) }).await.unwrap();

    let page = reqwest::get(format!("{}/", stack.url())).await.unwrap();
    assert_eq!(
        (page.status(), &page.headers()["content-type"]),
        (StatusCode::OK, &"text/html; charset=utf-8".parse().unwrap())
    );
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");

    let script = reqwest::get(format!("{}/console/console.js", stack.url())).await.unwrap();
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(script.text().await.unwrap(), "export {};");
    let not_found = (404, json!({"message": "Not Found"}));
    for path in ["/console/", "/console/index.html", "/console/..%2findex.html", "/console/..%2f..%2fsecret.js"] {
        assert_eq!(get(&stack, path).await, not_found, "{path}");
    }
    let posted = reqwest::Client::new().post(format!("{}/", stack.url())).send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_can_be_anybody_who_is_logged_in_to_the_simulator() {
    let data = tempfile::tempdir().unwrap();
    let stack = start(data.path()).await;
    let claims = json!({"identity": "ada", "full_name": "Ada", "email": "ada@example.com", "roles": ["agent"]});
    let login = reqwest::Client::new().post(format!("{}/sim/logins", stack.simulator_url())).json(&claims);
    let session: Value = login.send().await.unwrap().json().await.unwrap();

    let (status, listed) = get(&stack, "/console/logins").await;

    assert_eq!(status, 200);
    assert_eq!((&listed["items"][0]["full_name"], &listed["items"][0]["token"]), (&json!("Ada"), &session["token"]));
    stack.stop().await;
}
