//! What HTTP itself says: conditional requests, preferences, sizes, times.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    export::run_export,
    test_stack::{ApiResponse, TestStack, id},
};

#[tokio::test(flavor = "multi_thread")]
async fn of_simultaneous_requests_that_only_create_one_succeeds() {
    let stack = TestStack::start().await;
    let user = stack.create_user("ada", &json!({})).await;
    let team = stack.create_team("Sales").await;
    stack.create_skill("Languages", "French", &json!({})).await;
    stack.create_skill("Languages", "German", &json!({})).await;
    for (path, codes) in [
        ("/skill-sets/Languages/skills/English".to_owned(), (201, 412)),
        (format!("/users/{}/skills/French", id(&user)), (200, 412)),
        (format!("/teams/{team}/skills/German"), (200, 412)),
    ] {
        let create = |_| {
            let request = stack.request(Method::PUT, &path, &stack.owner).header("if-none-match", "*");
            tokio::spawn(ApiResponse::receive(request.json(&json!({}))))
        };
        let mut answers = BTreeMap::<(u16, String), usize>::new();
        for request in (0..8).map(create).collect::<Vec<_>>() {
            let response = request.await.unwrap();
            *answers.entry((response.status, response.code().to_owned())).or_default() += 1;
        }
        let expected = [((codes.0, String::new()), 1), ((codes.1, "already-exists".to_owned()), 7)];
        assert_eq!(answers, expected.into(), "{path}");
        let other = stack.request(Method::PUT, &path, &stack.owner).header("if-none-match", "\"1\"");
        assert_eq!(ApiResponse::receive(other).await.code(), "invalid-if-none-match", "{path}");
        let changed = stack.send(Method::PUT, &path, &json!({})).await;
        assert_eq!(changed.status, 200, "without the header it is changed: {changed:?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn if_match_is_a_list_of_entity_tags_in_one_or_several_lines() {
    let stack = TestStack::start().await;
    let path = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    for (lines, status) in [
        (&["W/\"1\""][..], 412),
        (&["\"01\""], 412),
        (&["\"x,1\""], 412),
        (&["\"99\"", ""], 412),
        (&["1"], 400),
        (&[",\"99\",,", "W/\"3\", \"1\""], 200),
        (&["*"], 200),
    ] {
        let request = stack.request(Method::PATCH, &path, &stack.owner).json(&json!({}));
        let request = lines.iter().fold(request, |request, line| request.header("if-match", *line));
        assert_eq!(ApiResponse::receive(request).await.status, status, "{lines:?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_may_begin_with_a_byte_order_mark_and_prefer_may_be_quoted() {
    let stack = TestStack::start().await;
    let path = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    let request = stack.request(Method::PATCH, &path, &stack.owner).header("prefer", "Return=\"minimal\"; x=y");
    let response = ApiResponse::receive(request.body("\u{feff}{\"role\": \"supervisor\"}")).await;
    assert_eq!((response.status, stack.get_json(&path).await["role"].clone()), (204, json!("supervisor")));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_value_is_refused_and_does_not_end_the_function() {
    let stack = TestStack::start().await;
    let name = json!({"name": "\"".repeat(32_000)});
    let refused = stack.send(Method::POST, "/teams", &name).await;
    assert_eq!((refused.status, refused.code()), (400, "invalid-team-name"));
    assert!(refused.body.to_string().len() < 2_000, "{}", refused.body);
    let refused = stack.send(Method::POST, "/skill-sets", &name).await;
    assert_eq!((refused.status, refused.code()), (400, "invalid-skill-set-name"));
    let refused = stack.send(Method::POST, "/teams", &json!({"x".repeat(60_000): 1})).await;
    assert_eq!((refused.status, refused.code()), (400, "invalid-body"));
    let refused = stack.send(Method::POST, "/teams", &json!({"x".repeat(3_000_000): 1})).await;
    assert_eq!((refused.status, refused.code()), (413, "body-too-large"));

    let long = "%22%E2%80%8B".repeat(700);
    for path in [
        format!("/users?q={long}"),
        format!("/users?status={long}"),
        format!("/users?role={long}"),
        format!("/users?team={long}"),
        format!("/users?skill={long}"),
        format!("/users?skill=English&min_level={long}"),
        format!("/users?sync={long}"),
        format!("/users?limit={long}"),
        format!("/users?cursor={long}"),
        format!("/users?{long}=1"),
        format!("/users/{long}"),
        format!("/teams/{long}"),
        format!("/teams?archived={long}"),
        format!("/skill-sets/{long}"),
        format!("/skill-sets/Imported/skills/{long}"),
        format!("/jobs/{long}"),
        format!("/docs/{long}"),
    ] {
        let refused = ApiResponse::receive(stack.request(Method::GET, &path, &stack.owner)).await;
        let text = refused.body.to_string();
        assert!([400, 404].contains(&refused.status) && text.len() < 3_000, "{path}: {refused:?}");
        assert!(!text.contains('\u{200b}'), "{text}");
    }
    let team = format!("/teams/{}", stack.create_team("Sales").await);
    stack.create_skill("Languages", "French", &json!({})).await;
    for (header, method, path, body) in [
        ("if-match", Method::PATCH, &*team, json!({"archived": false})),
        ("if-none-match", Method::PUT, "/skill-sets/Languages/skills/French", json!({})),
        ("idempotency-key", Method::POST, "/teams", json!({"name": "Support"})),
    ] {
        let request = stack.request(method, path, &stack.owner).json(&body);
        let refused = ApiResponse::receive(request.header(header, "x".repeat(7_000))).await;
        assert_eq!((refused.status, refused.code()), (400, &*format!("invalid-{header}")));
        let text = refused.body.to_string();
        assert!(text.len() < 1_000 && !text.contains(&"x".repeat(81)), "{header}: {text}");
        if header != "idempotency-key" {
            assert!(text.contains(&format!("{}…", "x".repeat(80))), "{header}: {text}");
        }
    }
    // A preference that nobody knows is none (RFC 7240).
    let request = stack.request(Method::PATCH, &team, &stack.owner).header("prefer", "x".repeat(7_000));
    assert_eq!(ApiResponse::receive(request.json(&json!({"archived": false}))).await.status, 200);
    stack.stop().await;
}

/// Every text of the value that begins as a time.
fn times(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("20") && text.contains('T') && text.ends_with('Z') => {
            found.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| times(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| times(field, found)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_35_all_times_have_three_decimal_places() {
    let stack = TestStack::start().await;
    let mut found = Vec::new();
    for n in 0..30 {
        let user = stack.create_user(&format!("user{n}"), &json!({})).await;
        times(&user, &mut found);
        times(&stack.get_json(&format!("/users/{}/history", id(&user))).await, &mut found);
    }
    let team = stack.create_team("Sales").await;
    times(&stack.get_json(&format!("/teams/{team}")).await, &mut found);
    times(&stack.send_ok(Method::POST, "/exports", &json!({})).await, &mut found);
    assert!(found.len() > 90);
    for time in found {
        assert_eq!((time.len(), &time[19..20]), ("2026-11-22T10:05:00.000Z".len(), "."), "{time}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_limit_of_the_template_set_the_system_answers_as_ever() {
    let limits = [
        "AuthorizeConcurrency",
        "WebhookConcurrency",
        "SkillsConcurrency",
        "TeamsConcurrency",
        "WriteExportConcurrency",
        "ApiRateLimit",
        "WebhookRateLimit",
        "ExpensiveRateLimit",
        "TableMaxReadUnits",
        "TableMaxWriteUnits",
        "IndexMaxReadUnits",
        "IndexMaxWriteUnits",
    ];
    let stack = TestStack::start_as(&limits.map(|limit| (limit, "2"))).await;
    stack.create_team("Sales").await;
    stack.create_skill("Languages", "French", &json!({})).await;
    for path in ["/users?q=olga", "/teams", "/skill-sets"] {
        stack.get_json(path).await;
    }
    run_export(&stack, &stack.owner, &json!({})).await;
    stack.stop().await;
}
