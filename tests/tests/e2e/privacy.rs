use reqwest::Method;
use serde_json::json;

use crate::world::{World, id};

#[tokio::test(flavor = "multi_thread")]
async fn rule_32_logs_hold_no_name_email_token_or_body() {
    let world = World::start().await;
    let claims = json!({"identity": "xantippe@example.com", "full_name": "Xantippe Quux", "email": "xq@example.com",
        "roles": ["agent"], "attributes": {"routing": {"skills": ["English"], "levels": {"English": "high"}}}});
    let token = world.logs_in_with(&claims).await;
    let path = format!("/users/{}", id(&world.finds("q=xantippe").await));
    for body in ["{\"role\": \"Xantippe\"}", "{\"role\": \"supervisor\"}", "Xantippe"] {
        world.ask(Method::PATCH, &path, &world.owner).body(body).send().await.unwrap();
    }
    world.get("/users?q=xantippe&cursor=Xantippe").await;
    let (owner, data) = (world.owner.clone(), world.data);
    world.stack.stop().await;

    let mut lines = 0;
    for log in std::fs::read_dir(data.path().join("logs")).unwrap() {
        let text = std::fs::read_to_string(log.unwrap().path()).unwrap();
        lines += text.lines().count();
        for secret in ["xantippe", "quux", "xq@", &token, &owner] {
            assert!(!text.to_lowercase().contains(secret), "a log holds {secret}: {text}");
        }
    }
    assert!(lines > 0, "a level as text is a fault that is logged");
}
