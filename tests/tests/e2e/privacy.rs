use reqwest::Method;
use serde_json::json;

use crate::test_stack::{TestStack, id};

#[tokio::test(flavor = "multi_thread")]
async fn rule_32_logs_hold_no_name_email_token_or_body() {
    let stack = TestStack::start().await;
    let claims = json!({"identity": "xantippe@example.com", "full_name": "Xantippe Quux", "email": "xq@example.com",
        "roles": ["agent"], "attributes": {"routing": {"skills": ["English"], "levels": {"English": "high"}}}});
    let token = stack.log_in_with_claims(&claims).await;
    let path = format!("/users/{}", id(&stack.find_user("q=xantippe").await));
    for body in ["{\"role\": \"Xantippe\"}", "{\"role\": \"supervisor\"}", "Xantippe"] {
        stack.request(Method::PATCH, &path, &stack.owner).body(body).send().await.unwrap();
    }
    stack.get("/users?q=xantippe&cursor=Xantippe").await;
    let (owner, data) = (stack.owner.clone(), stack.data);
    stack.running.stop().await;

    let mut line_count = 0;
    for log in std::fs::read_dir(data.path().join("logs")).unwrap() {
        let text = std::fs::read_to_string(log.unwrap().path()).unwrap();
        line_count += text.lines().count();
        for secret in ["xantippe", "quux", "xq@", &token, &owner] {
            assert!(!text.to_lowercase().contains(secret), "a log holds {secret}: {text}");
        }
    }
    assert!(line_count > 0, "a level as text is a fault that is logged");
}
