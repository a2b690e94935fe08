use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_told_what_is_wrong_with_which_value_and_what_would_be_right() {
    let stack = TestStack::start().await;
    let routing = json!({"routing": {"skills": ["English"], "levels": {"English": 40}}});
    stack
        .log_in_with_claims(
            &json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com",
            "roles": ["agent"], "attributes": routing}),
        )
        .await;
    let ada = stack.find_user("q=lovelace").await;
    let (user, english) = (format!("/users/{}", id(&ada)), format!("/users/{}/skills/English", id(&ada)));
    let cursor = stack.get_json("/users?limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    let unknown_user = "/users/00000000-0000-4000-8000-000000000000";
    let unknown_user_skill = format!("{unknown_user}/skills/English");

    let cases: [(Method, &str, &str, u16, &str, &str); 28] = [
        (Method::GET, "/users?q=ab", "", 400, "search-text-too-short", "at least three"),
        (Method::GET, "/users?q=", "", 400, "search-text-too-short", "0 characters"),
        (Method::GET, "/users?status=retired", "", 400, "unknown-status", "\"retired\""),
        (Method::GET, "/users?role=boss", "", 400, "unknown-role", "\"boss\""),
        (Method::GET, "/users?sync=broken", "", 400, "unknown-sync-state", "synced, pending, failed, contested"),
        (Method::GET, "/users?cursor=nonsense", "", 400, "broken-cursor", "next_cursor"),
        (Method::GET, &format!("/users?q=ada&cursor={cursor}"), "", 400, "foreign-cursor", "another question"),
        (Method::GET, "/users?limit=0", "", 400, "invalid-limit", "1 to 100"),
        (Method::GET, "/users?limit=1000", "", 400, "invalid-limit", "\"1000\""),
        (Method::GET, "/users?name=ada", "", 400, "unknown-parameter", "\"name\""),
        (Method::GET, "/users?min_level=5", "", 400, "level-without-skill", "name the skill"),
        (Method::GET, "/users?skill=English&min_level=high", "", 400, "invalid-level", "\"high\""),
        (Method::GET, unknown_user, "", 404, "unknown-user", "no user"),
        (Method::GET, "/users/ada", "", 404, "unknown-user", "\"ada\""),
        (Method::GET, "/jobs/1", "", 404, "unknown-job", "\"1\""),
        (Method::PATCH, unknown_user, "{\"role\": \"agent\"}", 404, "unknown-user", "no user"),
        (Method::PATCH, &user, "{\"role\": ", 400, "invalid-json", "line 1"),
        (Method::PATCH, &user, "{\"roll\": \"agent\"}", 400, "invalid-body", "roll"),
        (
            Method::PATCH,
            &user,
            "{\"teams\": [\"00000000-0000-4000-8000-00000000000f\"]}",
            404,
            "unknown-team",
            "no team",
        ),
        (Method::PATCH, &user, "{\"act_as_agent\": true}", 400, "act-as-agent-of-agent", "always receive"),
        (Method::PUT, &english, "{\"level\": 101}", 400, "level-out-of-range", "from 1 to 100"),
        (Method::PUT, &english, "{\"level\": 7.5}", 400, "invalid-body", "7.5"),
        (Method::PUT, &english, "{\"level\": \"7\"}", 400, "invalid-body", "\"7\""),
        (Method::PUT, &english, "{\"skill_set\": \"Languages\"}", 400, "wrong-skill-set", "\"Imported\""),
        (Method::PUT, &format!("{user}/skills/Klingon"), "{}", 404, "unknown-skill", "\"Klingon\""),
        (Method::PUT, &unknown_user_skill, "{}", 404, "unknown-user", "no user"),
        (Method::POST, "/exports", "{\"status\": \"x\"}", 400, "unknown-status", "\"x\""),
        (Method::POST, "/exports", "{\"sync\": \"x\"}", 400, "unknown-sync-state", "\"x\""),
    ];
    for (method, path, body, status, code, detail) in cases {
        let response = stack.request(method.clone(), path, &stack.owner).body(body).send().await.unwrap();
        let (actual_status, content_type) = (response.status().as_u16(), response.headers()["content-type"].clone());
        let problem = response.json::<Value>().await.unwrap();
        assert_eq!((actual_status, &problem["code"]), (status, &json!(code)), "{method} {path} {body}: {problem}");
        assert_eq!((content_type.to_str().unwrap(), &problem["status"]), ("application/problem+json", &json!(status)));
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{method} {path} {body}: {problem}");
    }
    assert_eq!(stack.get_json(&user).await["version"], 1, "none of it has changed anything");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_what_has_changed_since_it_was_read_is_refused() {
    let stack = TestStack::start().await;
    stack.log_in("ada@example.com", "Ada Lovelace", "agent").await;
    let path = format!("/users/{}", id(&stack.find_user("q=lovelace").await));
    let edit = async |role: &str, tag: &str| {
        let request =
            stack.request(Method::PATCH, &path, &stack.owner).header("if-match", tag).json(&json!({"role": role}));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap()["code"].clone())
    };
    assert_eq!(edit("supervisor", "\"1\"").await.0, 200);
    assert_eq!(edit("agent", "\"1\"").await, (412, json!("stale")));
    assert_eq!(edit("agent", "one").await, (400, json!("invalid-if-match")));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_1_2_and_3_each_role_may_do_what_it_may() {
    let stack = TestStack::start().await;
    let admin = stack.log_in("admin@example.com", "Adam Admin", "admin").await;
    let supervisor = stack.log_in("supervisor@example.com", "Susan Supervisor", "supervisor").await;
    let agent = stack.log_in("agent@example.com", "Anna Agent", "agent").await;
    let anna = format!("/users/{}", id(&stack.find_user("q=anna").await));
    let olga = format!("/users/{}", id(&stack.find_user("q=olga").await));
    let adam = format!("/users/{}", id(&stack.find_user("q=adam").await));
    let send = async |token: &str, path: &str, body: Option<Value>| {
        let method = if body.is_some() { Method::PATCH } else { Method::GET };
        let response = stack.request(method, path, token).json(&body.unwrap_or_default()).send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap()["code"].as_str().unwrap_or("").to_owned())
    };
    let role_body = |role: &str| Some(json!({"role": role}));
    let expected = |status: u16, code: &str| (status, code.to_owned());

    assert_eq!(send(&agent, "/users", None).await, expected(403, "agents-may-not"));
    assert_eq!(send(&agent, &anna, role_body("system_admin")).await, expected(403, "agents-may-not"));
    assert_eq!(send(&supervisor, "/users", None).await, expected(200, ""));
    assert_eq!(send(&supervisor, &anna, role_body("supervisor")).await, expected(403, "supervisors-may-not"));
    assert_eq!(send(&supervisor, &anna, Some(json!({"teams": []}))).await, expected(200, ""));
    assert_eq!(send(&admin, &anna, role_body("account_owner")).await, expected(403, "account-owners-only"));
    assert_eq!(send(&admin, &olga, role_body("agent")).await, expected(403, "account-owners-only"));
    assert_eq!(send(&admin, &adam, role_body("account_owner")).await, expected(403, "own-role"));
    assert_eq!(send(&stack.owner, &olga, role_body("agent")).await, expected(409, "last-account-owner"));
    assert_eq!(send(&admin, &anna, role_body("supervisor")).await, expected(200, ""));
    // From this moment on, with the token that she has had all along; her role was given here.
    assert_eq!(send(&agent, "/users", None).await, expected(200, ""));
    stack.stop().await;
}
