use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, WORKERS, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_twilio_did_not_sign_is_refused() {
    let stack = TestStack::start().await;
    let url = format!("{}/webhooks/taskrouter", stack.running.url());
    let request = stack
        .client
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("EventType=worker.created");
    let response = request.header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=").send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert_eq!(response.json::<Value>().await.unwrap()["code"], "wrong-signature");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_callbacks_that_come_twice_and_in_another_order_change_nothing_in_the_outcome() {
    let stack = TestStack::start().await;
    let faults = json!({"callbacks": {"duplicate": true, "reorder": true}});
    assert!(stack.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap().status().is_success());
    for name in ["Ada Byron", "Ada King", "Ada Lovelace"] {
        stack.log_in("ada@example.com", name, "agent").await;
    }
    stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    assert_eq!(stack.find_user("q=lovelace").await["identity"], "ada@example.com");
    stack
        .wait_for("one Ada, with her last name", async || {
            let list = stack.get_json("/users?q=ada@").await;
            let names = list["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect::<Vec<_>>();
            (names == ["Ada Lovelace"]).then_some(())
        })
        .await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_22_and_28_a_worker_that_is_removed_and_comes_back_is_the_same_user() {
    let stack = TestStack::start().await;
    let claims = json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com", "roles": ["agent"]});
    stack.log_in_with_claims(&claims).await;
    let path = format!("/users/{}", id(&stack.find_user("q=lovelace").await));
    let sid = stack.get_json(&path).await["worker"]["sid"].as_str().unwrap().to_owned();
    stack.remove_worker(&sid).await;
    stack
        .wait_for("the removal is applied", async || stack.get_json(&path).await["worker"].is_null().then_some(()))
        .await;
    assert_eq!(stack.get_json(&path).await["status"], "active");
    stack.log_in_with_claims(&claims).await;
    let returned = stack.get_json(&path).await;
    assert!(returned["worker"]["sid"].is_string() && returned["worker"]["sid"] != sid.as_str(), "{returned}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_25_an_agent_who_writes_admin_into_their_own_attributes_stays_an_agent() {
    let stack = TestStack::start().await;
    let token = stack.log_in("mallory@example.com", "Mallory", "agent").await;
    let path = format!("/users/{}", id(&stack.find_user("q=mallory").await));
    let sid = stack.get_json(&path).await["worker"]["sid"].as_str().unwrap().to_owned();
    let attributes =
        json!({"full_name": "Mallory Admin", "email": "mallory@example.com", "roles": ["admin"]}).to_string();
    let request = stack.simulator(Method::POST, &format!("{WORKERS}/{sid}")).form(&[("Attributes", attributes)]);
    let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
    assert!(request.send().await.unwrap().status().is_success());
    stack
        .wait_for("the callback is applied", async || {
            (stack.get_json(&path).await["name"] == "Mallory Admin").then_some(())
        })
        .await;
    assert_eq!(stack.get_json(&path).await["role"], "agent");
    assert_eq!(stack.request(Method::GET, "/users", &token).send().await.unwrap().status(), 403);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_25_while_twilio_cannot_say_whose_a_token_is_nobody_is_let_in() {
    let stack = TestStack::start().await;
    // A token that Twilio has not validated yet.
    let token = stack.log_in("owner@example.com", "Olga Owner", "admin").await;
    let unknown_token = format!("{token}AAAA");
    let send_as = async |token: &str| {
        let response = stack.request(Method::GET, "/users", token).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    for fault in [json!({"status": 503}), json!({"latency_ms": 20_000})] {
        let faults = json!({"tokens": fault});
        assert!(stack.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap().status().is_success());
        let (known, unknown) = tokio::join!(send_as(&token), send_as(&unknown_token));
        let error = (500, json!({"message": "Internal Server Error"}));
        assert_eq!((&known, &unknown), (&error, &error), "{faults}");
    }
    stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    // An instance asks again some seconds after a failure.
    let is_back = async || (send_as(&token).await.0 == 200).then_some(());
    stack.wait_for("tokens are validated again", is_back).await;
    for refused in [unknown_token.as_str(), "made up"] {
        assert_eq!(send_as(refused).await.0, 403, "{refused}");
    }
    stack.stop().await;
}
