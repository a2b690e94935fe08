use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_and_is_found_by_three_letters_opened_edited_and_given_a_skill() {
    let stack = TestStack::start().await;
    let routing = json!({"routing": {"skills": ["English"], "levels": {"English": 40}}});
    let claims = json!({"identity": "zelda@example.com", "full_name": "Zelda Žitná", "email": "z.zitna@example.com",
        "roles": ["agent"], "attributes": routing});
    stack.log_in_with_claims(&claims).await;

    let found = stack.find_user("q=ZIT").await;
    assert_eq!((&found["name"], &found["role"]), (&json!("Zelda Žitná"), &json!("agent")));
    assert_eq!(found["worker"].as_object().unwrap().keys().collect::<Vec<_>>(), ["sid"], "a list has no activity");

    let path = format!("/users/{}", id(&found));
    let viewed = stack.get_json(&path).await;
    assert_eq!(
        viewed["effective_skills"],
        json!([{"skill": "English", "level": 40, "source": "assigned", "overrides": []}])
    );
    assert_eq!(viewed["worker"]["activity"], "Available");

    let edit =
        stack.request(Method::PATCH, &path, &stack.owner).json(&json!({"role": "supervisor"})).send().await.unwrap();
    assert_eq!((edit.status().as_u16(), edit.headers()["etag"].clone()), (200, "\"2\"".parse().unwrap()));
    let edited = edit.json::<Value>().await.unwrap();
    assert_eq!((&edited["role"], &edited["act_as_agent"]), (&json!("supervisor"), &json!(true)), "rule 11");

    let skill = stack.request(Method::PUT, &format!("{path}/skills/English"), &stack.owner).json(&json!({"level": 5}));
    assert_eq!(skill.send().await.unwrap().json::<Value>().await.unwrap()["effective_skills"][0]["level"], 5);
    let history = stack.get_json(&format!("{path}/history?limit=2")).await;
    assert_eq!(history["items"][0]["changes"][0]["field"], "assigned_skills", "rule 31: newest first");
    assert_eq!(history["items"][0]["actor"]["role"], "account_owner");
    let older = format!("{path}/history?limit=2&cursor={}", history["next_cursor"].as_str().unwrap());
    assert_eq!(stack.get_json(&older).await["items"][0]["action"], "adopted");

    let removed = stack.request(Method::DELETE, &format!("{path}/skills/English"), &stack.owner).send().await.unwrap();
    assert_eq!(removed.json::<Value>().await.unwrap()["assigned_skills"], json!([]));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_the_next_login_changes_what_the_identity_provider_owns_and_nothing_that_was_decided_here() {
    let stack = TestStack::start().await;
    stack.log_in("ada@example.com", "Ada Byron", "agent").await;
    let path = format!("/users/{}", id(&stack.find_user("q=byron").await));
    let edit =
        stack.request(Method::PATCH, &path, &stack.owner).json(&json!({"role": "supervisor", "act_as_agent": false}));
    assert!(edit.send().await.unwrap().status().is_success());
    stack.log_in("ada@example.com", "Ada King", "agent").await;
    let user = stack.get_json(&path).await;
    assert_eq!(
        (&user["name"], &user["role"], &user["act_as_agent"]),
        (&json!("Ada King"), &json!("supervisor"), &json!(false))
    );
    stack.find_user("q=ada+king").await;
    stack
        .wait_for("the old name is forgotten", async || {
            (stack.get_json("/users?q=byron").await["items"] == json!([])).then_some(())
        })
        .await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_a_restart() {
    let stack = TestStack::start().await;
    stack.log_in("ada@example.com", "Ada Lovelace", "agent").await;
    let before = stack.find_user("q=lovelace").await;
    let (owner, data) = (stack.owner.clone(), stack.data);
    stack.running.stop().await;

    let restarted = TestStack::start_in(data).await;
    assert_eq!(restarted.find_user("q=lovelace").await["user_id"], before["user_id"]);
    let me = restarted.request(Method::GET, "/me", &owner).send().await.unwrap();
    assert_eq!(me.json::<Value>().await.unwrap()["role"], "account_owner", "rule 3");
    restarted.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_speaks_for_itself_before_any_function_does() {
    let stack = TestStack::start().await;
    let status_and_body = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let url = format!("{}/users", stack.running.url());
    assert_eq!(status_and_body(stack.client.get(&url)).await, (401, json!({"message": "Unauthorized"})));
    assert_eq!(
        status_and_body(stack.client.get(&url).bearer_auth("unheard of")).await,
        (403, json!({"message": "Forbidden"}))
    );
    assert_eq!(
        status_and_body(stack.request(Method::GET, "/nothing", &stack.owner)).await,
        (404, json!({"message": "Not Found"}))
    );
    let preflight = stack.client.request(Method::OPTIONS, &url).header("origin", stack.running.url());
    let preflight = preflight.header("access-control-request-method", "PATCH").send().await.unwrap();
    assert!(preflight.headers().contains_key("access-control-allow-origin"), "{preflight:?}");
    stack.stop().await;
}
