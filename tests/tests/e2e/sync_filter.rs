//! The list of users whose decisions are not in TaskRouter (rule 9).

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    export::run_export,
    test_stack::{TestStack, id},
};

/// The names that this list shows.
async fn names(stack: &TestStack, query: &str) -> Vec<String> {
    let users = stack.all_items(&format!("/users?limit=1&{query}"), 1).await;
    users.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
}

async fn wait_for_names(stack: &TestStack, query: &str, expected: &[&str]) {
    let what = format!("{query} lists {expected:?}");
    stack.wait_for(&what, async || (names(stack, query).await == expected).then_some(())).await;
}

/// Answers every update of a worker with this status from now on.
async fn refuse_updates(stack: &TestStack, status: u16) {
    let faults = json!({"rest": {"method": "POST", "path": "*/Workers/WK*", "status": status}});
    assert!(stack.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap().status().is_success());
}

pub async fn end_faults(stack: &TestStack) {
    assert!(stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap().status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_9_a_user_whom_taskrouter_refuses_is_listed_as_failed_until_another_attempt_succeeds() {
    let stack = TestStack::start().await;
    for (identity, name) in [("zelda@example.com", "Zelda"), ("ada@example.com", "Ada"), ("ida@example.com", "Ida")] {
        stack.log_in(identity, name, "agent").await;
    }
    let ids = async |name: &str| id(&stack.find_user(&format!("q={name}%40example.com")).await).to_owned();
    let (zelda, ada, ida) = (ids("zelda").await, ids("ada").await, ids("ida").await);
    refuse_updates(&stack, 400).await;
    for user_id in [&zelda, &ada] {
        stack.send_ok(Method::PATCH, &format!("/users/{user_id}"), &json!({"role": "supervisor"})).await;
    }
    wait_for_names(&stack, "sync=failed", &["Ada", "Zelda"]).await;
    assert_eq!(names(&stack, "sync=failed&q=zelda").await, ["Zelda"]);
    assert_eq!(names(&stack, "sync=failed&role=agent").await, [""; 0], "with the other filters");
    assert_eq!(names(&stack, "sync=failed&status=deactivated").await, [""; 0]);
    assert_eq!(names(&stack, "sync=contested").await, [""; 0]);
    wait_for_names(&stack, "sync=synced", &["Ida", "Olga Owner"]).await;
    let job = run_export(&stack, &stack.owner, &json!({"sync": "failed"})).await;
    assert_eq!((&job["done"], &job["total"]), (&json!(2), &json!(2)));

    end_faults(&stack).await;
    stack.send_ok(Method::POST, &format!("/users/{zelda}/sync"), &Value::Null).await;
    wait_for_names(&stack, "sync=failed", &["Ada"]).await;
    wait_for_names(&stack, "sync=synced", &["Ida", "Olga Owner", "Zelda"]).await;
    assert_eq!(stack.get_json(&format!("/users/{ida}")).await["sync"]["state"], "synced");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_9_while_twilio_is_down_a_user_who_was_edited_is_listed_as_pending() {
    let stack = TestStack::start().await;
    stack.log_in("zelda@example.com", "Zelda", "agent").await;
    let zelda = format!("/users/{}", id(&stack.find_user("q=zelda").await));
    refuse_updates(&stack, 503).await;
    stack.send_ok(Method::PATCH, &zelda, &json!({"role": "supervisor"})).await;
    let reason = async || (stack.get_json(&zelda).await["sync"]["reason"] == "twilio_unavailable").then_some(());
    stack.wait_for("the attempt has failed", reason).await;
    assert_eq!(names(&stack, "sync=pending").await, ["Zelda"]);
    assert_eq!(names(&stack, "sync=failed").await, [""; 0], "it is tried again");
    end_faults(&stack).await;
    stack.send_ok(Method::POST, &format!("{zelda}/sync"), &Value::Null).await;
    wait_for_names(&stack, "sync=pending", &[]).await;
    stack.stop().await;
}
