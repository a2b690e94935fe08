use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, id};

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_and_is_found_by_three_letters_opened_edited_and_given_a_skill() {
    let world = World::start().await;
    let routing = json!({"routing": {"skills": ["English"], "levels": {"English": 40}}});
    let claims = json!({"identity": "zelda@example.com", "full_name": "Zelda Žitná", "email": "z.zitna@example.com",
        "roles": ["agent"], "attributes": routing});
    world.logs_in_with(&claims).await;

    let found = world.finds("q=ZIT").await;
    assert_eq!((&found["name"], &found["role"]), (&json!("Zelda Žitná"), &json!("agent")));
    assert_eq!(found["worker"].as_object().unwrap().keys().collect::<Vec<_>>(), ["sid"], "a list has no activity");

    let path = format!("/users/{}", id(&found));
    let viewed = world.read(&path).await;
    assert_eq!(
        viewed["effective_skills"],
        json!([{"skill": "English", "level": 40, "source": "assigned", "overrides": []}])
    );
    assert_eq!(viewed["worker"]["activity"], "Available");

    let edit = world.ask(Method::PATCH, &path, &world.owner).json(&json!({"role": "supervisor"})).send().await.unwrap();
    assert_eq!((edit.status().as_u16(), edit.headers()["etag"].clone()), (200, "\"2\"".parse().unwrap()));
    let edited = edit.json::<Value>().await.unwrap();
    assert_eq!((&edited["role"], &edited["act_as_agent"]), (&json!("supervisor"), &json!(true)), "rule 11");

    let skill = world.ask(Method::PUT, &format!("{path}/skills/English"), &world.owner).json(&json!({"level": 5}));
    assert_eq!(skill.send().await.unwrap().json::<Value>().await.unwrap()["effective_skills"][0]["level"], 5);
    let history = world.read(&format!("{path}/history?limit=2")).await;
    assert_eq!(history["items"][0]["changes"][0]["field"], "assigned_skills", "rule 31: newest first");
    assert_eq!(history["items"][0]["actor"]["role"], "account_owner");
    let older = format!("{path}/history?limit=2&cursor={}", history["next_cursor"].as_str().unwrap());
    assert_eq!(world.read(&older).await["items"][0]["action"], "adopted");

    let removed = world.ask(Method::DELETE, &format!("{path}/skills/English"), &world.owner).send().await.unwrap();
    assert_eq!(removed.json::<Value>().await.unwrap()["assigned_skills"], json!([]));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_the_next_login_changes_what_the_identity_provider_owns_and_nothing_that_was_decided_here() {
    let world = World::start().await;
    world.logs_in("ada@example.com", "Ada Byron", "agent").await;
    let path = format!("/users/{}", id(&world.finds("q=byron").await));
    let edit =
        world.ask(Method::PATCH, &path, &world.owner).json(&json!({"role": "supervisor", "act_as_agent": false}));
    assert!(edit.send().await.unwrap().status().is_success());
    world.logs_in("ada@example.com", "Ada King", "agent").await;
    let user = world.read(&path).await;
    assert_eq!(
        (&user["name"], &user["role"], &user["act_as_agent"]),
        (&json!("Ada King"), &json!("supervisor"), &json!(false))
    );
    world.finds("q=ada+king").await;
    world
        .until("the old name is forgotten", async || {
            (world.read("/users?q=byron").await["items"] == json!([])).then_some(())
        })
        .await;
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data_survives_a_restart() {
    let world = World::start().await;
    world.logs_in("ada@example.com", "Ada Lovelace", "agent").await;
    let before = world.finds("q=lovelace").await;
    let (owner, data) = (world.owner.clone(), world.data);
    world.stack.stop().await;

    let again = World::start_in(data).await;
    assert_eq!(again.finds("q=lovelace").await["user_id"], before["user_id"]);
    let with_the_old_token = again.ask(Method::GET, "/me", &owner).send().await.unwrap();
    assert_eq!(with_the_old_token.json::<Value>().await.unwrap()["role"], "account_owner", "rule 3");
    again.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_speaks_for_itself_before_any_function_does() {
    let world = World::start().await;
    let plain = async |request: reqwest::RequestBuilder| {
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let url = format!("{}/users", world.stack.url());
    assert_eq!(plain(world.client.get(&url)).await, (401, json!({"message": "Unauthorized"})));
    assert_eq!(plain(world.client.get(&url).bearer_auth("unheard of")).await, (403, json!({"message": "Forbidden"})));
    assert_eq!(plain(world.ask(Method::GET, "/nothing", &world.owner)).await, (404, json!({"message": "Not Found"})));
    let preflight = world.client.request(Method::OPTIONS, &url).header("origin", world.stack.url());
    let preflight = preflight.header("access-control-request-method", "PATCH").send().await.unwrap();
    assert!(preflight.headers().contains_key("access-control-allow-origin"), "{preflight:?}");
    world.stack.stop().await;
}
