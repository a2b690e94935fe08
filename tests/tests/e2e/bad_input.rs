use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, id};

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_is_told_what_is_wrong_with_which_value_and_what_would_be_right() {
    let world = World::start().await;
    let routing = json!({"routing": {"skills": ["English"], "levels": {"English": 40}}});
    world
        .logs_in_with(&json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com",
            "roles": ["agent"], "attributes": routing}))
        .await;
    let ada = world.finds("q=lovelace").await;
    let (user, english) = (format!("/users/{}", id(&ada)), format!("/users/{}/skills/English", id(&ada)));
    let cursor = world.read("/users?limit=1").await["next_cursor"].as_str().unwrap().to_owned();
    let nobody = "/users/00000000-0000-4000-8000-000000000000";
    let of_nobody = format!("{nobody}/skills/English");

    let cases: [(Method, &str, &str, u16, &str, &str); 26] = [
        (Method::GET, "/users?q=ab", "", 400, "search-text-too-short", "at least three"),
        (Method::GET, "/users?q=", "", 400, "search-text-too-short", "0 characters"),
        (Method::GET, "/users?status=retired", "", 400, "unknown-status", "\"retired\""),
        (Method::GET, "/users?role=boss", "", 400, "unknown-role", "\"boss\""),
        (Method::GET, "/users?cursor=nonsense", "", 400, "broken-cursor", "next_cursor"),
        (Method::GET, &format!("/users?q=ada&cursor={cursor}"), "", 400, "foreign-cursor", "another question"),
        (Method::GET, "/users?limit=0", "", 400, "invalid-limit", "1 to 100"),
        (Method::GET, "/users?limit=1000", "", 400, "invalid-limit", "\"1000\""),
        (Method::GET, "/users?name=ada", "", 400, "unknown-parameter", "\"name\""),
        (Method::GET, "/users?min_level=5", "", 400, "level-without-skill", "name the skill"),
        (Method::GET, "/users?skill=English&min_level=high", "", 400, "invalid-level", "\"high\""),
        (Method::GET, nobody, "", 404, "unknown-user", "no user"),
        (Method::GET, "/users/ada", "", 404, "unknown-user", "\"ada\""),
        (Method::GET, "/jobs/1", "", 404, "unknown-job", "\"1\""),
        (Method::PATCH, nobody, "{\"role\": \"agent\"}", 404, "unknown-user", "no user"),
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
        (Method::PUT, &of_nobody, "{}", 404, "unknown-user", "no user"),
        (Method::POST, "/exports", "{\"status\": \"x\"}", 400, "unknown-status", "\"x\""),
    ];
    for (method, path, body, status, code, tells) in cases {
        let answer = world.ask(method.clone(), path, &world.owner).body(body).send().await.unwrap();
        let (is, kind) = (answer.status().as_u16(), answer.headers()["content-type"].clone());
        let problem = answer.json::<Value>().await.unwrap();
        assert_eq!((is, &problem["code"]), (status, &json!(code)), "{method} {path} {body}: {problem}");
        assert_eq!((kind.to_str().unwrap(), &problem["status"]), ("application/problem+json", &json!(status)));
        assert!(problem["detail"].as_str().unwrap().contains(tells), "{method} {path} {body}: {problem}");
    }
    assert_eq!(world.read(&user).await["version"], 1, "none of it has changed anything");
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_what_has_changed_since_it_was_read_is_refused() {
    let world = World::start().await;
    world.logs_in("ada@example.com", "Ada Lovelace", "agent").await;
    let path = format!("/users/{}", id(&world.finds("q=lovelace").await));
    let edit = async |role: &str, tag: &str| {
        let edit = world.ask(Method::PATCH, &path, &world.owner).header("if-match", tag).json(&json!({"role": role}));
        let answer = edit.send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["code"].clone())
    };
    assert_eq!(edit("supervisor", "\"1\"").await.0, 200);
    assert_eq!(edit("agent", "\"1\"").await, (412, json!("stale")));
    assert_eq!(edit("agent", "one").await, (400, json!("invalid-if-match")));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_1_2_and_3_each_role_may_do_what_it_may() {
    let world = World::start().await;
    let admin = world.logs_in("admin@example.com", "Adam Admin", "admin").await;
    let supervisor = world.logs_in("supervisor@example.com", "Susan Supervisor", "supervisor").await;
    let agent = world.logs_in("agent@example.com", "Anna Agent", "agent").await;
    let anna = format!("/users/{}", id(&world.finds("q=anna").await));
    let olga = format!("/users/{}", id(&world.finds("q=olga").await));
    let adam = format!("/users/{}", id(&world.finds("q=adam").await));
    let answers = async |token: &str, path: &str, body: Option<Value>| {
        let method = if body.is_some() { Method::PATCH } else { Method::GET };
        let answer = world.ask(method, path, token).json(&body.unwrap_or_default()).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["code"].as_str().unwrap_or("").to_owned())
    };
    let role = |role: &str| Some(json!({"role": role}));
    let code = |status: u16, code: &str| (status, code.to_owned());

    assert_eq!(answers(&agent, "/users", None).await, code(403, "agents-may-not"));
    assert_eq!(answers(&agent, &anna, role("system_admin")).await, code(403, "agents-may-not"));
    assert_eq!(answers(&supervisor, "/users", None).await, code(200, ""));
    assert_eq!(answers(&supervisor, &anna, role("supervisor")).await, code(403, "supervisors-may-not"));
    assert_eq!(answers(&supervisor, &anna, Some(json!({"teams": []}))).await, code(200, ""));
    assert_eq!(answers(&admin, &anna, role("account_owner")).await, code(403, "account-owners-only"));
    assert_eq!(answers(&admin, &olga, role("agent")).await, code(403, "account-owners-only"));
    assert_eq!(answers(&admin, &adam, role("account_owner")).await, code(403, "own-role"));
    assert_eq!(answers(&world.owner, &olga, role("agent")).await, code(409, "last-account-owner"));
    assert_eq!(answers(&admin, &anna, role("supervisor")).await, code(200, ""));
    // From this moment on, with the token that she has had all along; her role was given here.
    assert_eq!(answers(&agent, "/users", None).await, code(200, ""));
    world.stack.stop().await;
}
