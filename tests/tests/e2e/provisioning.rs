//! Users who are created before their first login (rules 19, 22 and 24).

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

// rules 22 and 24
#[tokio::test(flavor = "multi_thread")]
async fn rule_22_who_was_put_on_the_list_is_recognised_at_the_first_login_and_keeps_what_was_decided() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let team = stack.create_team("Sales").await;
    let body = json!({"identity": "ada@example.com", "name": "A. King", "email": "king@example.com",
        "role": "supervisor", "teams": [team], "act_as_agent": true,
        "assigned_skills": [{"skill": "English", "level": 40}]});
    let added = stack.send(Method::POST, "/users", &body).await;
    assert_eq!((added.status, added.header("etag")), (201, "\"1\""));
    let path = added.header("location").to_owned();
    assert_eq!(path, format!("/users/{}", id(&added.body)));
    assert_eq!(stack.get_json(&path).await, added.body);
    assert_eq!(stack.find_user("q=king%40").await["worker"], Value::Null);

    let routing = json!({"routing": {"skills": ["French"], "levels": {"French": 1}}});
    let claims = json!({"identity": "ADA@Example.com", "full_name": "Ada Lovelace", "email": "ada@example.com",
        "roles": ["agent"], "attributes": routing});
    let token = stack.log_in_with_claims(&claims).await;
    let user = stack.get_json(&path).await;
    assert_eq!((&user["name"], &user["email"]), (&json!("Ada Lovelace"), &json!("ada@example.com")), "rule 24");
    for field in ["role", "teams", "act_as_agent", "assigned_skills", "status", "effective_skills", "created_at"] {
        assert_eq!(user[field], added.body[field], "{field}");
    }
    assert!(user["worker"]["sid"].is_string(), "{user}");
    let me = stack.send_as(&token, Method::GET, "/me", &Value::Null).await.body;
    assert_eq!((&me["user_id"], &me["role"]), (&user["user_id"], &json!("supervisor")));
    stack.find_user("q=lovelace&status=all").await;
    let history = stack.history(&path, 10).await;
    let results = history.iter().map(|record| (record["action"].clone(), record["source"].clone())).collect::<Vec<_>>();
    assert_eq!(results, [(json!("login"), json!("webhook")), (json!("created"), json!("api"))]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_22_an_identity_is_one_persons_also_at_the_same_moment() {
    let stack = TestStack::start().await;
    let create_user =
        async |identity: &str| stack.send(Method::POST, "/users", &json!({"identity": identity, "name": "Ada"})).await;
    assert_eq!(create_user("ada@example.com").await.status, 201);
    assert_eq!(create_user("Ada@Example.COM").await.status_and_code(), (409, "identity-taken"));
    assert_eq!(
        create_user("OWNER@example.com").await.status_and_code(),
        (409, "identity-taken"),
        "who has logged in has one, too"
    );
    for round in 0..5 {
        let identity = format!("grace{round}@example.com");
        let (one, other) = tokio::join!(create_user(&identity), create_user(&identity));
        let mut results = [one.status, other.status];
        results.sort_unstable();
        assert_eq!(results, [201, 409], "{one:?} {other:?}");
    }
    let deleted = format!("/users/{}", id(&stack.find_user("q=ada&limit=1").await));
    stack.send_ok(Method::DELETE, &deleted, &Value::Null).await;
    assert_eq!(
        create_user("ada@example.com").await.status_and_code(),
        (409, "identity-taken"),
        "a tombstone keeps it: rule 13"
    );
    stack.stop().await;
}

// rules 22 and 28
#[tokio::test(flavor = "multi_thread")]
async fn rule_22_somebody_who_is_added_while_they_log_in_is_one_person() {
    let stack = TestStack::start().await;
    for round in 0..5 {
        let identity = format!("ada{round}@example.com");
        let body = json!({"identity": identity, "name": "Ada", "role": "supervisor"});
        let (added, _) =
            tokio::join!(stack.send(Method::POST, "/users", &body), stack.log_in(&identity, "Ada Lovelace", "agent"),);
        assert!(added.status == 201 || added.status_and_code() == (409, "identity-taken"), "{added:?}");
        let user = stack.find_user(&format!("q=ada{round}%40&status=all")).await;
        let user = stack
            .wait_for("the login is applied", async || {
                let user = stack.get_json(&format!("/users/{}", id(&user))).await;
                (user["name"] == "Ada Lovelace" && user["worker"]["sid"].is_string()).then_some(user)
            })
            .await;
        assert_eq!(user["role"], if added.status == 201 { "supervisor" } else { "agent" });
    }
    stack.stop().await;
}

// rules 10, 11 and 19
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_what_is_wrong_with_a_newcomer_is_told_and_nobody_is_made() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({"max": 5})).await;
    stack.create_skill("Manners", "Polite", &json!({"levels": false})).await;
    let unknown_team = "00000000-0000-4000-8000-00000000000f";
    let skill = |skill: &str, level: i64| json!({"assigned_skills": [{"skill": skill, "level": level}]});
    let cases = [
        (json!({"identity": " ada"}), 400, "invalid-identity"),
        (json!({"name": " "}), 400, "invalid-name"),
        (json!({"email": "ada"}), 400, "invalid-email"),
        (json!({"role": "boss"}), 400, "unknown-role"),
        (json!({"act_as_agent": true}), 400, "act-as-agent-of-agent"),
        (json!({"teams": [unknown_team]}), 404, "unknown-team"),
        (json!({"teams": vec![unknown_team; 26]}), 400, "too-many-teams"),
        (skill("Klingon", 1), 404, "unknown-skill"),
        (skill("English", 6), 400, "level-out-of-range"),
        (skill("Polite", 1), 400, "skill-without-levels"),
        (json!({"status": "active"}), 400, "invalid-body"),
    ];
    for (wrong, status, code) in cases {
        let mut body = json!({"identity": "ada", "name": "Ada"});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let refused = stack.send(Method::POST, "/users", &body).await;
        assert_eq!(refused.status_and_code(), (status, code), "{body}: {refused:?}");
    }
    assert_eq!(stack.get_json("/users?status=all").await["items"].as_array().unwrap().len(), 1, "Olga alone");
    stack.stop().await;
}
