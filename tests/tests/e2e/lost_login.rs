//! No login is lost, whether its callback is lost or comes while it cannot be applied (rule 28).

use std::fs;

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

async fn inject(stack: &TestStack, faults: &Value) {
    let response = stack.simulator(Method::POST, "/sim/faults").json(faults).send().await.unwrap();
    assert!(response.status().is_success(), "{faults}");
}

/// The REST calls that Twilio has received so far: `GET /v1/…`.
async fn calls(stack: &TestStack) -> Vec<String> {
    let calls: Value = stack.simulator(Method::GET, "/sim/calls").send().await.unwrap().json().await.unwrap();
    let calls = calls["items"].as_array().unwrap().iter();
    calls.map(|call| format!("{} {}", call["method"].as_str().unwrap(), call["path"].as_str().unwrap())).collect()
}

async fn log_in(stack: &TestStack, name: &str) -> Value {
    let claims =
        json!({"identity": "ada@example.com", "full_name": name, "email": "ada@example.com", "roles": ["supervisor"]});
    let response = stack.simulator(Method::POST, "/sim/logins").json(&claims).send().await.unwrap();
    response.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_token_whose_logins_callback_is_lost_opens_the_api_at_the_first_request() {
    let stack = TestStack::start().await;
    inject(&stack, &json!({"callbacks": {"drop": true}})).await;
    let login = log_in(&stack, "Ada Lovelace").await;
    let (token, sid) = (login["token"].as_str().unwrap(), login["worker_sid"].as_str().unwrap());
    let calls_before = calls(&stack).await.len();
    let me = stack.send_as(token, Method::GET, "/me", &Value::Null).await;
    assert_eq!((me.status, me.body["name"].as_str()), (200, Some("Ada Lovelace")), "{me:?}");
    let caused = calls(&stack).await.split_off(calls_before);
    assert_eq!(caused.len(), 2, "{caused:?}");
    assert!(caused[0].ends_with("/Tokens/validate") && caused[1].ends_with(sid), "{caused:?}");
    let listed = stack.find_user("q=lovelace").await;
    assert_eq!((&listed["identity"], &listed["worker"]["sid"]), (&json!("ada@example.com"), &json!(sid)));
    let records = stack.history(&format!("/users/{}", id(&listed)), 10).await;
    assert_eq!((records.len(), &records[0]["source"]), (1, &json!("reconcile")), "{records:?}");
    stack.stop().await;
}

/// Ada logs in again as a new worker, while TaskRouter cannot say that the first one is gone; returns her user's path and
/// the new worker.
async fn log_in_while_taskrouter_is_down(stack: &TestStack) -> (String, String) {
    let first = log_in(stack, "Ada Byron").await;
    let path = format!("/users/{}", id(&stack.find_user("q=byron").await));
    inject(stack, &json!({"callbacks": {"drop": true}})).await;
    stack.remove_worker(first["worker_sid"].as_str().unwrap()).await;
    inject(stack, &json!({"rest": {"status": 503}})).await;
    let second = log_in(stack, "Ada Lovelace").await;
    assert!(second["callbacks"].is_null(), "a callback was rejected: {second}");
    (path, second["worker_sid"].as_str().unwrap().to_owned())
}

async fn wait_until_made_up_for(stack: &TestStack, path: &str, sid: &str) {
    let repaired = async || {
        let user = stack.get_json(path).await;
        (user["worker"]["sid"] == sid && user["name"] == "Ada Lovelace" && user["status"] == "active").then_some(())
    };
    stack.wait_for("the login is made up for", repaired).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_callback_that_cannot_be_applied_while_taskrouter_is_down_is_accepted_and_made_up_for() {
    let stack = TestStack::start().await;
    let (path, sid) = log_in_while_taskrouter_is_down(&stack).await;
    let log = stack.data.path().join("logs/webhook.log");
    let is_handed_over = |line: &str| line.contains("cannot apply a callback") && line.contains(&sid);
    let is_logged = async || fs::read_to_string(&log).unwrap().lines().any(is_handed_over).then_some(());
    stack.wait_for("the log names the worker that is handed over", is_logged).await;
    stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    wait_until_made_up_for(&stack, &path, &sid).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_worker_that_was_handed_over_is_kept_over_a_restart() {
    let stack = TestStack::start().await;
    let (path, sid) = log_in_while_taskrouter_is_down(&stack).await;
    let data = stack.data;
    stack.running.stop().await;
    let restarted = TestStack::start_in(data).await;
    wait_until_made_up_for(&restarted, &path, &sid).await;
    restarted.stop().await;
}
