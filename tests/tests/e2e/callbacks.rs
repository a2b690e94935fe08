use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{WORKERS, World, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_twilio_did_not_sign_is_refused() {
    let world = World::start().await;
    let url = format!("{}/webhooks/taskrouter", world.stack.url());
    let form = world
        .client
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("EventType=worker.created");
    let answer = form.header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "wrong-signature");
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_callbacks_that_come_twice_and_in_another_order_change_nothing_in_the_outcome() {
    let world = World::start().await;
    let faults = json!({"callbacks": {"duplicate": true, "reorder": true}});
    assert!(world.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap().status().is_success());
    for name in ["Ada Byron", "Ada King", "Ada Lovelace"] {
        world.logs_in("ada@example.com", name, "agent").await;
    }
    world.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    assert_eq!(world.finds("q=lovelace").await["identity"], "ada@example.com");
    world
        .until("one Ada, with her last name", async || {
            let list = world.read("/users?q=ada@").await;
            let names = list["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect::<Vec<_>>();
            (names == ["Ada Lovelace"]).then_some(())
        })
        .await;
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_22_and_28_a_worker_that_is_removed_and_comes_back_is_the_same_user() {
    let world = World::start().await;
    let claims = json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com", "roles": ["agent"]});
    world.logs_in_with(&claims).await;
    let path = format!("/users/{}", id(&world.finds("q=lovelace").await));
    let sid = world.read(&path).await["worker"]["sid"].as_str().unwrap().to_owned();
    world.removes_worker(&sid).await;
    world.until("the removal is heard", async || world.read(&path).await["worker"].is_null().then_some(())).await;
    assert_eq!(world.read(&path).await["status"], "active");
    world.logs_in_with(&claims).await;
    let back = world.read(&path).await;
    assert!(back["worker"]["sid"].is_string() && back["worker"]["sid"] != sid.as_str(), "{back}");
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_25_an_agent_who_writes_admin_into_their_own_attributes_stays_an_agent() {
    let world = World::start().await;
    let token = world.logs_in("mallory@example.com", "Mallory", "agent").await;
    let path = format!("/users/{}", id(&world.finds("q=mallory").await));
    let sid = world.read(&path).await["worker"]["sid"].as_str().unwrap().to_owned();
    let attributes =
        json!({"full_name": "Mallory Admin", "email": "mallory@example.com", "roles": ["admin"]}).to_string();
    let write = world.simulator(Method::POST, &format!("{WORKERS}/{sid}")).form(&[("Attributes", attributes)]);
    let write = write.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
    assert!(write.send().await.unwrap().status().is_success());
    world.until("it is heard", async || (world.read(&path).await["name"] == "Mallory Admin").then_some(())).await;
    assert_eq!(world.read(&path).await["role"], "agent");
    assert_eq!(world.ask(Method::GET, "/users", &token).send().await.unwrap().status(), 403);
    world.stack.stop().await;
}

// rule 25
#[tokio::test(flavor = "multi_thread")]
async fn rule_25_while_twilio_cannot_say_whose_a_token_is_nobody_is_let_in() {
    let world = World::start().await;
    // A token of which Twilio was not asked yet.
    let token = world.logs_in("owner@example.com", "Olga Owner", "admin").await;
    let asks = async |token: &str| {
        let answer = world.ask(Method::GET, "/users", token).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    for fault in [json!({"status": 503}), json!({"latency_ms": 20_000})] {
        let faults = json!({"tokens": fault});
        assert!(world.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap().status().is_success());
        let (known, made_up) = tokio::join!(asks(&token), asks("made up"));
        let cannot_tell = (500, json!({"message": "Internal Server Error"}));
        assert_eq!((&known, &made_up), (&cannot_tell, &cannot_tell), "{faults}");
    }
    world.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    assert_eq!(asks(&token).await.0, 200);
    assert_eq!(asks("made up").await.0, 403);
    world.stack.stop().await;
}
