//! What people see of the synchronisation with TaskRouter, and what changes say about it (rules 11, 13, 25 and 27).

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

#[tokio::test(flavor = "multi_thread")]
async fn another_attempt_at_the_synchronisation_changes_nothing_of_the_user() {
    let stack = TestStack::start().await;
    let (ada, token) = stack.log_in_with_role("ada", "supervisor").await;
    let (path, grace) =
        (format!("/users/{ada}"), format!("/users/{}", stack.log_in_with_role("grace", "agent").await.0));
    let (before, records) = (stack.get_json(&grace).await, stack.history(&grace, 100).await.len());
    let asked = stack.send_as(&token, Method::POST, &format!("{grace}/sync"), &Value::Null).await;
    assert_eq!((asked.status, asked.header("etag")), (202, format!("\"{}\"", before["version"]).as_str()));
    assert_eq!(asked.body["updated_at"], before["updated_at"]);
    let sync = &asked.body["sync"];
    assert!(sync["state"] == "synced" || sync["since"].is_string(), "{sync}");
    assert_eq!(stack.history(&grace, 100).await.len(), records, "no record");

    // Only admins try again to remove a deleted user.
    stack.send_ok(Method::DELETE, &grace, &Value::Null).await;
    let refused = stack.send_as(&token, Method::POST, &format!("{grace}/sync"), &Value::Null).await;
    assert_eq!(refused.status_and_code(), (403, "supervisors-may-not"));
    assert_eq!(stack.send(Method::POST, &format!("{grace}/sync"), &Value::Null).await.status, 202);
    stack.send_ok(Method::PATCH, &path, &json!({"role": "agent"})).await;
    let refused = stack.send_as(&token, Method::POST, &format!("{grace}/sync"), &Value::Null).await;
    assert_eq!(refused.status_and_code(), (403, "agents-may-not"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_the_caller_is_told_whether_the_deployment_writes_to_taskrouter_and_who_decides_roles() {
    let stack = TestStack::start().await;
    let me = stack.get_json("/me").await;
    assert_eq!((&me["sync_mode"], &me["role_authority"]), (&json!("write"), &json!("directory")), "of one machine");
    stack.stop().await;
}

// rules 11 and 25
#[tokio::test(flavor = "multi_thread")]
async fn rule_25_the_answer_to_an_edit_says_what_it_does_not_do() {
    let stack = TestStack::start().await;
    let ada = format!("/users/{}", stack.log_in_with_role("ada", "agent").await.0);
    let edit = async |body: Value| {
        let edited = stack.send_ok(Method::PATCH, &ada, &body).await;
        (edited["next_step"]["code"].clone(), edited["notice"]["code"].clone())
    };
    let (step, notice) = (json!("change-role-in-flex"), json!("queues-without-skills"));
    assert_eq!(edit(json!({"role": "supervisor"})).await, (step.clone(), Value::Null));
    assert_eq!(edit(json!({"role": "supervisor"})).await, (Value::Null, Value::Null), "only if the role changes");
    assert_eq!(edit(json!({"act_as_agent": false})).await, (Value::Null, notice));
    assert_eq!(edit(json!({"role": "agent"})).await, (step, Value::Null));
    assert!(stack.get_json(&ada).await.get("next_step").is_none(), "only in the answer to the edit");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_27_the_characters_of_the_attributes_are_shown_and_what_would_exceed_them_is_refused() {
    let stack = TestStack::start().await;
    for number in 0..12 {
        stack.create_skill("Long", &format!("Skill_{number:058}"), &json!({})).await;
    }
    let claims = json!({
        "identity": "ada", "full_name": "Ada", "email": "ada@example.com", "roles": ["agent"],
        "attributes": {"note": "x".repeat(3_400)},
    });
    stack.log_in_with_claims(&claims).await;
    let ada = format!("/users/{}", id(&stack.find_user("q=ada%40example.com").await));
    let used = async || stack.get_json(&ada).await["attributes"]["used"].as_u64().unwrap();
    let before = used().await;
    assert!((3_400..3_700).contains(&before), "{before}");
    let mut outcomes = Vec::new();
    for number in 0..12 {
        let path = format!("{ada}/skills/Skill_{number:058}");
        let assigned = stack.send(Method::PUT, &path, &json!({})).await;
        outcomes.push((assigned.status, assigned.code().to_owned()));
    }
    let fitting = outcomes.iter().take_while(|(status, _)| *status == 200).count();
    assert!((4..12).contains(&fitting), "{outcomes:?}");
    let refused = (409, "attributes-too-long".to_owned());
    assert!(outcomes[fitting..].iter().all(|outcome| *outcome == refused), "{outcomes:?}");
    let now = used().await;
    assert!(now > before && now <= 4_096 && now + 67 > 4_096, "{now}");
    stack.stop().await;
}
