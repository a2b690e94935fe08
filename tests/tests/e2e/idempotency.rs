//! `Idempotency-Key`: who sends a `POST` again gets the answer of the first time.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answered, World};

async fn posts(world: &World, path: &str, key: &str, body: &Value) -> Answered {
    Answered::of(world.ask(Method::POST, path, &world.owner).header("idempotency-key", key).json(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_posted_again_with_its_key_is_made_once() {
    let world = World::start().await;
    let posted = [
        ("/teams", json!({"name": "Sales"}), json!({"name": "Support"}), 201),
        ("/skill-sets", json!({"name": "Languages"}), json!({"name": "Topics"}), 201),
        ("/users", json!({"identity": "ada", "name": "Ada"}), json!({"identity": "grace", "name": "Grace"}), 201),
        ("/exports", json!({}), json!({"role": "agent"}), 202),
    ];
    for (path, body, other, status) in posted {
        let key = format!("key of {path}");
        let (first, again) = (posts(&world, path, &key, &body).await, posts(&world, path, &key, &body).await);
        assert_eq!((first.status, first.header("idempotency-replayed")), (status, ""), "{path} {first:?}");
        assert_eq!((again.status, again.header("idempotency-replayed")), (status, "true"), "{path} {again:?}");
        assert_eq!(again.body, first.body);
        for header in ["location", "etag", "content-type"] {
            assert_eq!(again.header(header), first.header(header), "{path} {header}");
        }
        assert_eq!(posts(&world, path, &key, &other).await.told(), (422, "idempotency-key-reused"), "{path}");
    }
    assert_eq!(world.read("/teams").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(posts(&world, "/teams", &"k".repeat(256), &json!({})).await.told(), (400, "invalid-idempotency-key"));
    let refused = posts(&world, "/teams", "taken", &json!({"name": "sales"})).await;
    assert_eq!(refused.told(), (409, "team-name-taken"));
    let again = posts(&world, "/teams", "taken", &json!({"name": "sales"})).await;
    assert_eq!((again.told(), again.header("idempotency-replayed")), ((409, "team-name-taken"), "true"));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_its_callers_own() {
    let world = World::start().await;
    let (_, susan) = world.user_with_role("susan@example.com", "supervisor").await;
    let olgas = posts(&world, "/teams", "k", &json!({"name": "Sales"})).await;
    let request = world.ask(Method::POST, "/teams", &susan).header("idempotency-key", "k");
    let susans = Answered::of(request.json(&json!({"name": "Support"}))).await;
    assert_eq!((olgas.status, susans.status), (201, 201));
    assert_ne!(olgas.body["team_id"], susans.body["team_id"]);
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_same_request_many_times_at_the_same_moment_one_is_made() {
    let world = World::start().await;
    for round in 0..5 {
        let (key, body) = (format!("key {round}"), json!({"name": format!("Team {round}")}));
        let requests = (0..4).map(|_| {
            let request = world.ask(Method::POST, "/teams", &world.owner).header("idempotency-key", &key);
            tokio::spawn(Answered::of(request.json(&body)))
        });
        let mut made = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            let answer = request.await.unwrap();
            match answer.status {
                201 => made.push(answer.body["team_id"].clone()),
                _ => assert_eq!(answer.told(), (409, "idempotency-key-in-use"), "{answer:?}"),
            }
        }
        let last = posts(&world, "/teams", &key, &body).await;
        assert_eq!((last.status, last.header("idempotency-replayed")), (201, "true"));
        assert!(!made.is_empty() && made.iter().all(|team| *team == last.body["team_id"]), "{made:?}");
    }
    assert_eq!(world.read("/teams?archived=all").await["items"].as_array().unwrap().len(), 5);
    world.stack.stop().await;
}
