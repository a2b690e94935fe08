//! Deactivating, reactivating and deleting users (rules 5 and 12 to 14).

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{ApiResponse, TestStack, id};

/// Routes that an active supervisor may call, and some that they may not.
const ROUTES: [(Method, &str); 8] = [
    (Method::GET, "/users"),
    (Method::GET, "/me"),
    (Method::GET, "/teams"),
    (Method::GET, "/skill-sets"),
    (Method::POST, "/exports"),
    (Method::POST, "/users"),
    (Method::POST, "/teams"),
    (Method::POST, "/skill-sets"),
];

/// A supervisor who has logged in, is in a team and has skills.
struct SupervisorAda {
    path: String,
    token: String,
    team: String,
}

impl SupervisorAda {
    async fn log_in(stack: &TestStack) -> Self {
        stack.create_skill("Languages", "English", &json!({})).await;
        stack.create_skill("Languages", "French", &json!({})).await;
        let team = stack.create_team("Sales").await;
        stack.send_ok(Method::PUT, &format!("/teams/{team}/skills/French"), &json!({"level": 3})).await;
        let (user_id, token) = stack.log_in_with_role("ada@example.com", "supervisor").await;
        let path = format!("/users/{user_id}");
        stack.send_ok(Method::PATCH, &path, &json!({"teams": [team]})).await;
        stack.send_ok(Method::PUT, &format!("{path}/skills/English"), &json!({"level": 40})).await;
        Self { path, token, team }
    }

    async fn assert_rejected_everywhere(&self, stack: &TestStack) {
        for (method, path) in ROUTES {
            let refused = stack.send_as(&self.token, method.clone(), path, &json!({})).await;
            assert_eq!((refused.status, refused.body), (403, json!({"message": "Forbidden"})), "{method} {path}");
        }
    }
}

async fn search_names(stack: &TestStack, query: &str) -> Vec<Value> {
    let list = stack.get_json(&format!("/users?{query}")).await;
    list["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect()
}

async fn post(stack: &TestStack, path: &str) -> ApiResponse {
    stack.send(Method::POST, path, &Value::Null).await
}

// rules 5, 7 and 12
#[tokio::test(flavor = "multi_thread")]
async fn rule_12_who_is_deactivated_is_out_at_once_and_comes_back_as_they_were() {
    let stack = TestStack::start().await;
    let ada = SupervisorAda::log_in(&stack).await;
    assert_eq!(stack.send_as(&ada.token, Method::GET, "/users", &Value::Null).await.status, 200);
    let before = stack.get_json(&ada.path).await;
    assert_eq!(before["effective_skills"].as_array().unwrap().len(), 2);

    let deactivated = post(&stack, &format!("{}/deactivate", ada.path)).await;
    ada.assert_rejected_everywhere(&stack).await;
    assert_eq!((deactivated.status, &deactivated.body["status"]), (200, &json!("deactivated")));
    assert_eq!(deactivated.body["effective_skills"], json!([]));
    assert_eq!(deactivated.body["next_step"]["code"], "end-access-and-billing");
    assert!(deactivated.body["next_step"]["detail"].as_str().unwrap().contains("Console"));
    let name = json!("Name of ada@example.com");
    stack
        .wait_for("she is on no list but that of the deactivated", async || {
            let is_listed = search_names(&stack, "").await.contains(&name);
            let is_found = !search_names(&stack, "q=ada%40").await.is_empty();
            let deactivated = search_names(&stack, "status=deactivated").await;
            let among_all = search_names(&stack, "status=all&q=ada%40").await;
            (!is_listed && !is_found && deactivated == [name.clone()] && among_all == [name.clone()]).then_some(())
        })
        .await;

    // Another login does not reactivate her.
    stack.log_in("ada@example.com", "Ada Lovelace", "admin").await;
    ada.assert_rejected_everywhere(&stack).await;
    assert_eq!(stack.get_json(&ada.path).await["status"], "deactivated");

    let reactivated = post(&stack, &format!("{}/reactivate", ada.path)).await;
    assert_eq!(reactivated.status, 200);
    assert!(reactivated.body.get("next_step").is_none(), "{reactivated:?}");
    for field in ["role", "teams", "assigned_skills", "effective_skills", "act_as_agent"] {
        assert_eq!(reactivated.body[field], before[field], "{field}");
    }
    assert_eq!(stack.send_as(&ada.token, Method::GET, "/users", &Value::Null).await.status, 200);
    stack.stop().await;
}

// rules 12, 13 and 31
#[tokio::test(flavor = "multi_thread")]
async fn rule_31_the_same_change_of_status_again_changes_nothing_and_leaves_no_record() {
    let stack = TestStack::start().await;
    let path = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    let steps = [
        (Method::POST, format!("{path}/deactivate"), "deactivated"),
        (Method::POST, format!("{path}/reactivate"), "reactivated"),
        (Method::DELETE, path.clone(), "deleted"),
    ];
    for (count, (method, step, action)) in steps.into_iter().enumerate() {
        let first = stack.send(method.clone(), &step, &Value::Null).await;
        let repeated = stack.send(method, &step, &Value::Null).await;
        assert_eq!((first.status, repeated.status), (200, 200));
        // How far it is carried over changes by itself.
        let without_sync = |response: &ApiResponse| {
            let mut body = response.body.clone();
            body.as_object_mut().unwrap().remove("sync");
            (body, response.header("etag").to_owned())
        };
        assert_eq!(without_sync(&first), without_sync(&repeated));
        let history = stack.history(&path, 10).await;
        assert_eq!((&history[0]["action"], history.len()), (&json!(action), count + 2));
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_status_comes_with_if_match_and_with_an_idempotency_key() {
    let stack = TestStack::start().await;
    let path = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    let send = async |method: Method, path: &str, header: &str, value: &str| {
        ApiResponse::receive(stack.request(method, path, &stack.owner).header(header, value)).await
    };
    let (deactivate, reactivate) = (format!("{path}/deactivate"), format!("{path}/reactivate"));
    assert_eq!(send(Method::POST, &deactivate, "if-match", "\"7\"").await.status_and_code(), (412, "stale"));
    assert_eq!(send(Method::POST, &deactivate, "if-match", "\"1\"").await.status, 200);
    assert_eq!(send(Method::DELETE, &path, "if-match", "\"1\"").await.status_and_code(), (412, "stale"));
    let first = send(Method::POST, &reactivate, "idempotency-key", "back").await;
    post(&stack, &deactivate).await;
    let repeated = send(Method::POST, &reactivate, "idempotency-key", "back").await;
    assert_eq!((repeated.header("idempotency-replayed"), &repeated.body), ("true", &first.body));
    assert_eq!(
        stack.get_json(&path).await["status"],
        "deactivated",
        "the request is answered again and not done again"
    );
    let reused = send(Method::POST, &deactivate, "idempotency-key", "back").await;
    assert_eq!(reused.status_and_code(), (422, "idempotency-key-reused"));
    stack.stop().await;
}

// rules 5, 7, 13 and 14
#[tokio::test(flavor = "multi_thread")]
async fn rule_13_who_is_deleted_is_a_tombstone_that_is_found_and_whom_no_login_brings_back() {
    let stack = TestStack::start().await;
    let ada = SupervisorAda::log_in(&stack).await;
    let team = format!("/teams/{}", ada.team);
    assert_eq!(stack.get_json(&team).await["members"], 1);

    let deleted = stack.send(Method::DELETE, &ada.path, &Value::Null).await;
    ada.assert_rejected_everywhere(&stack).await;
    assert_eq!((deleted.status, &deleted.body["status"]), (200, &json!("deleted")));
    assert_eq!(deleted.body["next_step"]["code"], "remove-login");
    assert!(deleted.body["next_step"]["detail"].as_str().unwrap().contains("Deactivating"));
    assert_eq!((&deleted.body["teams"], &deleted.body["assigned_skills"]), (&json!([]), &json!([])));
    assert_eq!(stack.get_json(&team).await["members"], 0, "rule 14");
    assert_eq!(stack.get_json(&format!("{team}/members")).await["items"], json!([]));

    let name = json!("Name of ada@example.com");
    for query in ["q=name%20of%20ada", "q=ada%40example.com"] {
        stack
            .wait_for(query, async || {
                let active = search_names(&stack, query).await;
                let tombstones = search_names(&stack, &format!("status=deleted&{query}")).await;
                (active.is_empty() && tombstones == [name.clone()]).then_some(())
            })
            .await;
    }
    for (method, path) in [(Method::POST, "/deactivate"), (Method::POST, "/reactivate"), (Method::PATCH, "")] {
        let refused = stack.send(method, &format!("{}{path}", ada.path), &json!({})).await;
        assert_eq!(refused.status_and_code(), (409, "deleted-user"));
    }
    assert_login_does_not_restore(&stack, &ada).await;
    stack.stop().await;
}

/// The worker is removed, and a login makes a new one.
async fn assert_login_does_not_restore(stack: &TestStack, ada: &SupervisorAda) {
    stack
        .wait_for("the worker is removed", async || stack.get_json(&ada.path).await["worker"].is_null().then_some(()))
        .await;

    let token = stack.log_in("ada@example.com", "Ada Lovelace", "admin").await;
    let after_login = stack.get_json(&ada.path).await;
    assert_eq!((&after_login["status"], &after_login["name"]), (&json!("deleted"), &json!("Name of ada@example.com")));
    assert_eq!(stack.send_as(&token, Method::GET, "/users", &Value::Null).await.status, 403);
    let history = stack.history(&ada.path, 10).await;
    let refused = history.iter().find(|record| record["action"] == "login_refused");
    assert_eq!(refused.unwrap()["source"], "webhook");
    assert!(search_names(stack, "q=ada%40example.com").await.is_empty(), "the login adds no other user");
}
