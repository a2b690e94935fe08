//! The catalog of skills (rules 4, 19, 21, 23 and 31).

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{ApiResponse, TestStack, id};

/// The usage counts of a skill that the list of skill sets shows, as they are now: users, teams, users who inherit it.
async fn counts(stack: &TestStack, skill: &str) -> [u64; 3] {
    let sets = stack.all_items("/skill-sets?limit=1", 1).await;
    let skills = sets.iter().flat_map(|set| set["skills"].as_array().unwrap());
    let shown = skills.filter(|shown| shown["skill"] == skill).cloned().collect::<Vec<_>>();
    let [shown] = shown.as_slice() else { panic!("{skill} is shown {} times", shown.len()) };
    let path = format!("/skill-sets/{}/skills/{skill}", shown["skill_set"].as_str().unwrap());
    let now = stack.get_json(&path).await;
    for field in ["skill", "skill_set", "levels", "min", "max", "level_required", "version"] {
        assert_eq!(now[field], shown[field], "the same wherever it is shown");
    }
    assert!(shown["counted_at"].as_str() <= now["counted_at"].as_str(), "{shown} {now}");
    ["users", "teams", "inheriting_users"].map(|count| now[count].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_lists_show_counts_of_the_last_minute_and_when_they_were_made_and_a_deletion_counts_what_is_there() {
    let stack = TestStack::start().await;
    let english = stack.create_skill("Languages", "English", &json!({})).await;
    let team = format!("/teams/{}", stack.create_team("Sales").await);
    let skill = async || stack.get_json("/skill-sets").await["items"][0]["skills"][0].clone();
    let (skill_before, teams_before) = (skill().await, stack.get_json("/teams").await);
    assert_eq!((&skill_before["users"], &teams_before["items"][0]["members"]), (&json!(0), &json!(0)));
    assert!(skill_before["counted_at"].is_string() && teams_before["items"][0]["counted_at"].is_string());
    let user = json!({"teams": [team.trim_start_matches("/teams/")], "assigned_skills": [{"skill": "English"}]});
    stack.create_user("ada", &user).await;
    assert_eq!((skill().await, stack.get_json("/teams").await), (skill_before, teams_before), "for a minute");
    assert_eq!(stack.get_json(&english).await["users"], 1);
    assert_eq!(stack.get_json(&team).await["members"], 1);
    for (path, uses) in [(&english, "users: 1, teams: 0"), (&team, "members: 1")] {
        let refused = stack.send(Method::DELETE, path, &Value::Null).await;
        assert_eq!(refused.status, 409);
        assert!(refused.body["detail"].as_str().unwrap().contains(uses), "{refused:?}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_skill_has_a_range_of_its_own_or_no_levels_at_all() {
    let stack = TestStack::start().await;
    let english = stack.create_skill("Languages", "English", &json!({"min": 0, "max": 5})).await;
    let polite = stack.create_skill("Manners", "Polite", &json!({"levels": false})).await;
    let usual = stack.create_skill("Languages", "French", &json!({})).await;
    let level_range = async |path: &str| {
        let skill = stack.get_json(path).await;
        (skill["levels"].clone(), skill["min"].clone(), skill["max"].clone())
    };
    assert_eq!(level_range(&english).await, (json!(true), json!(0), json!(5)));
    assert_eq!(level_range(&polite).await, (json!(false), Value::Null, Value::Null));
    assert_eq!(level_range(&usual).await, (json!(true), json!(1), json!(100)));

    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    let assigned = async |skill: &str, level: Value| {
        let body = if level.is_null() { json!({}) } else { json!({"level": level}) };
        let response = stack.send(Method::PUT, &format!("{ada}/skills/{skill}"), &body).await;
        (response.status, response.code().to_owned())
    };
    let expected = |status: u16, code: &str| (status, code.to_owned());
    for level in [0, 5] {
        assert_eq!(assigned("English", json!(level)).await, expected(200, ""));
    }
    for level in [-1, 6] {
        assert_eq!(assigned("English", json!(level)).await, expected(400, "level-out-of-range"));
    }
    assert_eq!(assigned("Polite", json!(1)).await, expected(400, "skill-without-levels"));
    assert_eq!(assigned("Polite", Value::Null).await, expected(200, ""));

    // A narrower range lets levels stay that people have, until they are edited.
    stack.send_ok(Method::PUT, &english, &json!({"min": 1, "max": 3})).await;
    assert_eq!(stack.get_json(&ada).await["assigned_skills"][0]["level"], 5);
    assert_eq!(assigned("English", json!(4)).await, expected(400, "level-out-of-range"));
    for wrong in [json!({"min": 5, "max": 4}), json!({"min": -1}), json!({"levels": false, "min": 1})] {
        let refused = stack.send(Method::PUT, &english, &wrong).await;
        assert_eq!(refused.status_and_code(), (400, "invalid-level-range"), "{wrong}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_what_is_in_use_is_kept_and_it_is_said_how_many_use_it() {
    let stack = TestStack::start().await;
    let english = stack.create_skill("Languages", "English", &json!({})).await;
    stack.create_skill("Languages", "French", &json!({})).await;
    let (sales, old) = (stack.create_team("Sales").await, stack.create_team("Old").await);
    assert_eq!(counts(&stack, "English").await, [0, 0, 0]);
    for team in [&sales, &old] {
        stack.send_ok(Method::PUT, &format!("/teams/{team}/skills/English"), &json!({"level": 3})).await;
    }
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({"teams": [sales, old]})).await));
    let grace = stack.create_user("grace", &json!({"teams": [old], "assigned_skills": [{"skill": "English"}]})).await;
    stack.create_user("edith", &json!({"assigned_skills": [{"skill": "English", "level": 9}]})).await;
    assert_eq!(counts(&stack, "English").await, [2, 2, 2]);
    stack.send_ok(Method::PATCH, &format!("/teams/{old}"), &json!({"archived": true})).await;
    assert_eq!(counts(&stack, "English").await, [2, 2, 1], "an archived team hands nothing down, and has the skill");

    let expected = async |path: &str| {
        let response = stack.send(Method::DELETE, path, &Value::Null).await;
        (response.status, response.code().to_owned(), response.body["detail"].as_str().unwrap_or_default().to_owned())
    };
    let (status, code, detail) = expected(&english).await;
    assert_eq!((status, code.as_str()), (409, "skill-in-use"));
    assert!(detail.contains("users: 2, teams: 2"), "{detail}");
    let (status, code, detail) = expected("/skill-sets/Languages").await;
    assert_eq!((status, code.as_str()), (409, "skill-set-in-use"));
    assert!(detail.contains("users: 2, teams: 2"), "{detail}");
    assert_eq!(stack.get_json("/skill-sets/Languages").await["skills"].as_array().unwrap().len(), 2, "all or nothing");

    for team in [&sales, &old] {
        stack.send_ok(Method::DELETE, &format!("/teams/{team}/skills/English"), &Value::Null).await;
    }
    stack.send_ok(Method::DELETE, &format!("/users/{}/skills/English", id(&grace)), &Value::Null).await;
    assert_eq!(counts(&stack, "English").await, [1, 0, 0]);
    let edith = stack.find_user("q=edith").await;
    stack.send_ok(Method::DELETE, &format!("/users/{}", id(&edith)), &Value::Null).await;
    assert_eq!(counts(&stack, "English").await, [0, 0, 0], "who is deleted gives their skills up");
    assert_eq!(expected(&english).await.0, 204);
    assert_eq!(expected(&english).await.1, "unknown-skill");
    assert_eq!(expected("/skill-sets/Languages").await.0, 204, "with the skills that are in it");
    assert_eq!(stack.get_json("/skill-sets").await["items"], json!([]));
    let refused = stack.send(Method::PUT, &format!("{ada}/skills/French"), &json!({})).await;
    assert_eq!(refused.status_and_code(), (404, "unknown-skill"));
    stack.stop().await;
}

// rules 19 and 23
#[tokio::test(flavor = "multi_thread")]
async fn rule_23_an_imported_skill_moves_into_a_skill_set_and_no_other_does() {
    let stack = TestStack::start().await;
    let routing = json!({"routing": {"skills": ["en-GB"], "levels": {"en-GB": 40}}});
    let claims = json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com",
        "roles": ["agent"], "attributes": routing});
    stack.log_in_with_claims(&claims).await;
    assert_eq!(counts(&stack, "en-GB").await, [1, 0, 0]);
    assert_eq!(stack.get_json("/skill-sets/Imported/skills/en-GB").await["skill_set"], "Imported");
    stack.create_skill("Languages", "French", &json!({})).await;
    stack.create_skill("Topics", "Sales", &json!({})).await;
    let put = async |path: &str| stack.send(Method::PUT, path, &json!({})).await;
    let moved = put("/skill-sets/Languages/skills/en-GB").await;
    assert_eq!((moved.status, &moved.body["skill_set"], &moved.body["users"]), (200, &json!("Languages"), &json!(1)));
    assert_eq!(put("/skill-sets/Topics/skills/en-GB").await.status_and_code(), (409, "skill-elsewhere"));
    assert_eq!(put("/skill-sets/Topics/skills/French").await.status_and_code(), (409, "skill-elsewhere"));
    assert_eq!(put("/skill-sets/Nowhere/skills/French").await.status_and_code(), (404, "unknown-skill-set"));
    let imported = stack.send(Method::GET, "/skill-sets/Imported/skills/en-GB", &Value::Null).await;
    assert_eq!(imported.status_and_code(), (404, "unknown-skill"));
    assert_eq!(stack.get_json("/skill-sets/Imported").await["skills"], json!([]));
    let ada = stack.find_user("q=lovelace").await;
    assert_eq!(ada["assigned_skills"], json!([{"skill": "en-GB", "level": 40}]), "nothing has changed for her");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_33_a_new_skill_differs_from_adopted_and_other_ones_in_more_than_case() {
    let stack = TestStack::start().await;
    let routing = json!({"routing": {"skills": ["Billing", "billing"], "levels": {}}});
    let claims = json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com",
        "roles": ["agent"], "attributes": routing});
    stack.log_in_with_claims(&claims).await;
    stack.create_skill("Languages", "French", &json!({})).await;
    let put =
        async |name: &str| stack.send(Method::PUT, &format!("/skill-sets/Languages/skills/{name}"), &json!({})).await;
    for taken in ["FRENCH", "french", "BILLING"] {
        assert_eq!(put(taken).await.status_and_code(), (409, "skill-exists"), "{taken}");
    }
    for kept in ["Billing", "billing", "French"] {
        assert_eq!(put(kept).await.status, 200, "{kept} moves or is defined anew");
    }
    for round in 0..5 {
        let (one, other) = (format!("Round_{round}"), format!("ROUND_{round}"));
        let (one, other) = tokio::join!(put(&one), put(&other));
        let refused = if one.status == 201 { &other } else { &one };
        assert_eq!(one.status.min(other.status), 201, "{one:?} {other:?}");
        assert_eq!(refused.status_and_code(), (409, "skill-exists"));
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_name_that_taskrouter_cannot_route_on_is_refused() {
    let stack = TestStack::start().await;
    stack.send_ok(Method::POST, "/skill-sets", &json!({"name": "Languages"})).await;
    let long = "x".repeat(65);
    for name in ["en-GB", "two%20words", "has", "IN", "%C3%A9t%C3%A9", "a.b", &long] {
        let refused = stack.send(Method::PUT, &format!("/skill-sets/Languages/skills/{name}"), &json!({})).await;
        assert_eq!(refused.status_and_code(), (400, "invalid-skill-name"), "{name}");
    }
    for name in ["", "a/b", &long] {
        let refused = stack.send(Method::POST, "/skill-sets", &json!({"name": name})).await;
        assert_eq!(refused.status_and_code(), (400, "invalid-skill-set-name"), "{name}");
    }
    let created = stack.send(Method::PUT, "/skill-sets/Languages/skills/Level_2", &json!({})).await;
    assert_eq!((created.status, created.header("etag")), (201, "\"1\""));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skill_set_of_any_name_has_an_address_and_is_there_once() {
    let stack = TestStack::start().await;
    let create = async |name: &str| stack.send(Method::POST, "/skill-sets", &json!({"name": name})).await;
    for name in ["Языки & more?", "100 %", "a+b #1"] {
        let created = create(name).await;
        assert_eq!((created.status, created.header("etag")), (201, "\"1\""));
        let path = created.header("location").to_owned();
        assert_eq!(stack.get_json(&path).await["name"], name);
        assert_eq!(stack.send(Method::PUT, &format!("{path}/skills/In_it"), &json!({})).await.status, 201);
        assert_eq!(stack.get_json(&path).await["skills"][0]["skill_set"], name);
        assert_eq!(stack.send(Method::DELETE, &path, &Value::Null).await.status, 204);
    }
    create("Topics").await;
    for taken in ["Topics", "topics", "ＴＯＰＩＣＳ", "imported"] {
        assert_eq!(create(taken).await.status_and_code(), (409, "skill-set-exists"), "{taken}");
    }
    assert_eq!(create("\u{2060}").await.status_and_code(), (400, "invalid-skill-set-name"));
    let other_case = stack.send(Method::GET, "/skill-sets/topics", &Value::Null).await;
    assert_eq!(other_case.status_and_code(), (404, "unknown-skill-set"), "a path is exact");
    let (one, other) = tokio::join!(create("Languages"), create("Languages"));
    let mut expected = [one.status, other.status];
    expected.sort_unstable();
    assert_eq!(expected, [201, 409], "{one:?} {other:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_skill_that_has_changed_since_it_was_read_is_refused() {
    let stack = TestStack::start().await;
    let english = stack.create_skill("Languages", "English", &json!({})).await;
    let send = async |method: Method, tag: &str, body: Value| {
        ApiResponse::receive(stack.request(method, &english, &stack.owner).header("if-match", tag).json(&body)).await
    };
    let first = send(Method::PUT, "\"1\"", json!({"max": 5})).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    assert_eq!(send(Method::PUT, "\"1\"", json!({"max": 6})).await.status_and_code(), (412, "stale"));
    assert_eq!(send(Method::DELETE, "\"1\"", Value::Null).await.status_and_code(), (412, "stale"));
    assert_eq!(stack.get_json(&english).await["max"], 5);
    assert_eq!(send(Method::DELETE, "\"2\"", Value::Null).await.status, 204);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_the_history_of_a_skill_and_of_a_skill_set_is_readable_also_when_they_are_deleted() {
    let stack = TestStack::start().await;
    let english = stack.create_skill("Languages", "English", &json!({})).await;
    stack.send_ok(Method::PUT, &english, &json!({"max": 5})).await;
    stack.send_ok(Method::PUT, &english, &json!({"max": 5})).await;
    stack.send_ok(Method::DELETE, "/skill-sets/Languages", &Value::Null).await;
    let history = stack.history(&english, 2).await;
    let actions = history.iter().map(|record| record["action"].clone()).collect::<Vec<_>>();
    assert_eq!(actions, ["deleted", "edited", "created"]);
    let change = json!([{"field": "levels", "before": {"min": 1, "max": 100}, "after": {"min": 1, "max": 5}}]);
    assert_eq!(history[1]["changes"], change);
    let sets = stack.history("/skill-sets/Languages", 10).await;
    assert_eq!(sets.iter().map(|record| record["action"].clone()).collect::<Vec<_>>(), ["deleted", "created"]);
    stack.stop().await;
}
