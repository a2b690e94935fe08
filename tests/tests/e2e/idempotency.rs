//! `Idempotency-Key`: a repeated `POST` gets the first response.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{ApiResponse, TestStack};

async fn post(stack: &TestStack, path: &str, key: &str, body: &Value) -> ApiResponse {
    ApiResponse::receive(stack.request(Method::POST, path, &stack.owner).header("idempotency-key", key).json(body))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_again_with_its_key_is_made_once() {
    let stack = TestStack::start().await;
    stack.create_skill("Topics", "English", &json!({})).await;
    let requests = [
        ("/teams", json!({"name": "Sales"}), json!({"name": "Support"}), 201),
        ("/skill-sets", json!({"name": "Languages"}), json!({"name": "Topics"}), 201),
        (
            "/skill-presets",
            json!({"name": "Newcomers", "skills": [{"skill": "English"}]}),
            json!({"name": "Trainees", "skills": [{"skill": "English"}]}),
            201,
        ),
        ("/users", json!({"identity": "ada", "name": "Ada"}), json!({"identity": "grace", "name": "Grace"}), 201),
        ("/exports", json!({}), json!({"role": "agent"}), 202),
    ];
    for (path, body, other, status) in requests {
        let key = format!("key of {path}");
        let (first, repeated) = (post(&stack, path, &key, &body).await, post(&stack, path, &key, &body).await);
        assert_eq!((first.status, first.header("idempotency-replayed")), (status, ""), "{path} {first:?}");
        assert_eq!((repeated.status, repeated.header("idempotency-replayed")), (status, "true"), "{path} {repeated:?}");
        assert_eq!(repeated.body, first.body);
        for header in ["location", "etag", "content-type"] {
            assert_eq!(repeated.header(header), first.header(header), "{path} {header}");
        }
        assert_eq!(post(&stack, path, &key, &other).await.status_and_code(), (422, "idempotency-key-reused"), "{path}");
    }
    assert_eq!(stack.get_json("/teams").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        post(&stack, "/teams", &"k".repeat(256), &json!({})).await.status_and_code(),
        (400, "invalid-idempotency-key")
    );
    let refused = post(&stack, "/teams", "taken", &json!({"name": "sales"})).await;
    assert_eq!(refused.status_and_code(), (409, "team-name-taken"));
    let repeated = post(&stack, "/teams", "taken", &json!({"name": "sales"})).await;
    assert_eq!(
        (repeated.status_and_code(), repeated.header("idempotency-replayed")),
        ((409, "team-name-taken"), "true")
    );
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_its_callers_own() {
    let stack = TestStack::start().await;
    let (_, susan) = stack.log_in_with_role("susan@example.com", "supervisor").await;
    let olgas_response = post(&stack, "/teams", "k", &json!({"name": "Sales"})).await;
    let request = stack.request(Method::POST, "/teams", &susan).header("idempotency-key", "k");
    let susans_response = ApiResponse::receive(request.json(&json!({"name": "Support"}))).await;
    assert_eq!((olgas_response.status, susans_response.status), (201, 201));
    assert_ne!(olgas_response.body["team_id"], susans_response.body["team_id"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_request_many_times_at_the_same_moment_one_is_made() {
    let stack = TestStack::start().await;
    for round in 0..5 {
        let (key, body) = (format!("key {round}"), json!({"name": format!("Team {round}")}));
        let requests = (0..4).map(|_| {
            let request = stack.request(Method::POST, "/teams", &stack.owner).header("idempotency-key", &key);
            tokio::spawn(ApiResponse::receive(request.json(&body)))
        });
        let mut created = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            let response = request.await.unwrap();
            match response.status {
                201 => created.push(response.body["team_id"].clone()),
                _ => assert_eq!(response.status_and_code(), (409, "idempotency-key-in-use"), "{response:?}"),
            }
        }
        let repeated = post(&stack, "/teams", &key, &body).await;
        assert_eq!((repeated.status, repeated.header("idempotency-replayed")), (201, "true"));
        assert!(!created.is_empty() && created.iter().all(|team| *team == repeated.body["team_id"]), "{created:?}");
    }
    assert_eq!(stack.get_json("/teams?archived=all").await["items"].as_array().unwrap().len(), 5);
    stack.stop().await;
}
