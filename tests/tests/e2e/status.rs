//! Deactivated, reactivated, deleted (rules 5 and 12 to 14).

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answered, World, id};

/// What everybody who is let in may ask for, and more.
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

/// Ada, a supervisor in a team, with skills, who has logged in.
struct Ada {
    path: String,
    token: String,
    team: String,
}

impl Ada {
    async fn arrives(world: &World) -> Self {
        world.makes_skill("Languages", "English", &json!({})).await;
        world.makes_skill("Languages", "French", &json!({})).await;
        let team = world.makes_team("Sales").await;
        world.does(Method::PUT, &format!("/teams/{team}/skills/French"), &json!({"level": 3})).await;
        let (user_id, token) = world.user_with_role("ada@example.com", "supervisor").await;
        let path = format!("/users/{user_id}");
        world.does(Method::PATCH, &path, &json!({"teams": [team]})).await;
        world.does(Method::PUT, &format!("{path}/skills/English"), &json!({"level": 40})).await;
        Self { path, token, team }
    }

    async fn is_let_in_nowhere(&self, world: &World) {
        for (method, path) in ROUTES {
            let refused = world.asks(&self.token, method.clone(), path, &json!({})).await;
            assert_eq!((refused.status, refused.body), (403, json!({"message": "Forbidden"})), "{method} {path}");
        }
    }
}

async fn names_found(world: &World, query: &str) -> Vec<Value> {
    let list = world.read(&format!("/users?{query}")).await;
    list["items"].as_array().unwrap().iter().map(|user| user["name"].clone()).collect()
}

async fn acts(world: &World, path: &str) -> Answered {
    world.owner_asks(Method::POST, path, &Value::Null).await
}

// rule 5, rule 7, rule 12
#[tokio::test(flavor = "multi_thread")]
async fn rule_12_who_is_deactivated_is_out_at_once_and_comes_back_as_they_were() {
    let world = World::start().await;
    let ada = Ada::arrives(&world).await;
    assert_eq!(world.asks(&ada.token, Method::GET, "/users", &Value::Null).await.status, 200);
    let before = world.read(&ada.path).await;
    assert_eq!(before["effective_skills"].as_array().unwrap().len(), 2);

    let deactivated = acts(&world, &format!("{}/deactivate", ada.path)).await;
    ada.is_let_in_nowhere(&world).await;
    assert_eq!((deactivated.status, &deactivated.body["status"]), (200, &json!("deactivated")));
    assert_eq!(deactivated.body["effective_skills"], json!([]));
    assert_eq!(deactivated.body["next_step"]["code"], "end-access-and-billing");
    assert!(deactivated.body["next_step"]["detail"].as_str().unwrap().contains("Console"));
    let name = json!("Name of ada@example.com");
    world
        .until("she is on no list but that of the deactivated", async || {
            let is_listed = names_found(&world, "").await.contains(&name);
            let is_found = !names_found(&world, "q=ada%40").await.is_empty();
            let deactivated = names_found(&world, "status=deactivated").await;
            (!is_listed && !is_found && deactivated == [name.clone()]).then_some(())
        })
        .await;
    assert_eq!(names_found(&world, "status=all&q=ada%40").await, [name]);

    // A login does not let her in again.
    world.logs_in("ada@example.com", "Ada Lovelace", "admin").await;
    ada.is_let_in_nowhere(&world).await;
    assert_eq!(world.read(&ada.path).await["status"], "deactivated");

    let back = acts(&world, &format!("{}/reactivate", ada.path)).await;
    assert_eq!(back.status, 200);
    assert!(back.body.get("next_step").is_none(), "{back:?}");
    for field in ["role", "teams", "assigned_skills", "effective_skills", "act_as_agent"] {
        assert_eq!(back.body[field], before[field], "{field}");
    }
    assert_eq!(world.asks(&ada.token, Method::GET, "/users", &Value::Null).await.status, 200);
    world.stack.stop().await;
}

// rule 12, rule 13, rule 31
#[tokio::test(flavor = "multi_thread")]
async fn rule_31_the_same_change_of_status_again_changes_nothing_and_leaves_no_record() {
    let world = World::start().await;
    let path = format!("/users/{}", id(&world.adds("ada", &json!({})).await));
    let steps = [
        (Method::POST, format!("{path}/deactivate"), "deactivated"),
        (Method::POST, format!("{path}/reactivate"), "reactivated"),
        (Method::DELETE, path.clone(), "deleted"),
    ];
    for (count, (method, step, action)) in steps.into_iter().enumerate() {
        let first = world.owner_asks(method.clone(), &step, &Value::Null).await;
        let again = world.owner_asks(method, &step, &Value::Null).await;
        assert_eq!((first.status, again.status), (200, 200));
        assert_eq!((&first.body, first.header("etag")), (&again.body, again.header("etag")));
        let history = world.history(&path, 10).await;
        assert_eq!((&history[0]["action"], history.len()), (&json!(action), count + 2));
    }
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_status_comes_with_if_match_and_with_an_idempotency_key() {
    let world = World::start().await;
    let path = format!("/users/{}", id(&world.adds("ada", &json!({})).await));
    let sends = async |method: Method, path: &str, header: &str, value: &str| {
        Answered::of(world.ask(method, path, &world.owner).header(header, value)).await
    };
    let (deactivate, reactivate) = (format!("{path}/deactivate"), format!("{path}/reactivate"));
    assert_eq!(sends(Method::POST, &deactivate, "if-match", "\"7\"").await.told(), (412, "stale"));
    assert_eq!(sends(Method::POST, &deactivate, "if-match", "\"1\"").await.status, 200);
    assert_eq!(sends(Method::DELETE, &path, "if-match", "\"1\"").await.told(), (412, "stale"));
    let first = sends(Method::POST, &reactivate, "idempotency-key", "back").await;
    acts(&world, &deactivate).await;
    let again = sends(Method::POST, &reactivate, "idempotency-key", "back").await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    assert_eq!(world.read(&path).await["status"], "deactivated", "the request is answered again and not done again");
    let other = sends(Method::POST, &deactivate, "idempotency-key", "back").await;
    assert_eq!(other.told(), (422, "idempotency-key-reused"));
    world.stack.stop().await;
}

// rule 5, rule 7, rule 13, rule 14
#[tokio::test(flavor = "multi_thread")]
async fn rule_13_who_is_deleted_is_a_tombstone_that_is_found_and_whom_no_login_brings_back() {
    let world = World::start().await;
    let ada = Ada::arrives(&world).await;
    let team = format!("/teams/{}", ada.team);
    assert_eq!(world.read(&team).await["members"], 1);

    let deleted = world.owner_asks(Method::DELETE, &ada.path, &Value::Null).await;
    ada.is_let_in_nowhere(&world).await;
    assert_eq!((deleted.status, &deleted.body["status"]), (200, &json!("deleted")));
    assert_eq!(deleted.body["next_step"]["code"], "remove-login");
    assert!(deleted.body["next_step"]["detail"].as_str().unwrap().contains("Deactivating"));
    assert_eq!((&deleted.body["teams"], &deleted.body["assigned_skills"]), (&json!([]), &json!([])));
    assert_eq!(world.read(&team).await["members"], 0, "rule 14");
    assert_eq!(world.read(&format!("{team}/members")).await["items"], json!([]));

    let name = json!("Name of ada@example.com");
    for by in ["q=name%20of%20ada", "q=ada%40example.com"] {
        world
            .until(by, async || {
                let active = names_found(&world, by).await;
                let tombstones = names_found(&world, &format!("status=deleted&{by}")).await;
                (active.is_empty() && tombstones == [name.clone()]).then_some(())
            })
            .await;
    }
    for (method, path) in [(Method::POST, "/deactivate"), (Method::POST, "/reactivate"), (Method::PATCH, "")] {
        let refused = world.owner_asks(method, &format!("{}{path}", ada.path), &json!({})).await;
        assert_eq!(refused.told(), (409, "deleted-user"));
    }
    comes_again(&world, &ada).await;
    world.stack.stop().await;
}

/// She logs in with the worker that she has, and then with a new one.
async fn comes_again(world: &World, ada: &Ada) {
    world.logs_in("ada@example.com", "Ada Lovelace", "admin").await;
    assert_eq!(world.read(&ada.path).await["status"], "deleted");
    let sid = world.read(&ada.path).await["worker"]["sid"].as_str().unwrap().to_owned();
    world.removes_worker(&sid).await;
    world.until("the removal is heard", async || world.read(&ada.path).await["worker"].is_null().then_some(())).await;

    let token = world.logs_in("ada@example.com", "Ada Lovelace", "admin").await;
    let still = world.read(&ada.path).await;
    assert_eq!((&still["status"], &still["name"]), (&json!("deleted"), &json!("Name of ada@example.com")));
    assert_eq!(world.asks(&token, Method::GET, "/users", &Value::Null).await.status, 403);
    let record = &world.history(&ada.path, 10).await[0];
    assert_eq!((&record["action"], &record["source"]), (&json!("login_refused"), &json!("webhook")));
    assert!(names_found(world, "q=ada%40example.com").await.is_empty(), "nobody else is made of the login");
}
