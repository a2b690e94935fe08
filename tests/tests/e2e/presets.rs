//! Skill presets, and skills that are copied from a preset or from a user by a bulk job.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    bulk::{apply, plan},
    test_stack::{ApiResponse, TestStack, id},
};

const PRESETS: &str = "/skill-presets";

async fn create(stack: &TestStack, name: &str, skills: &Value) -> Value {
    stack.send_ok(Method::POST, PRESETS, &json!({"name": name, "skills": skills})).await
}

fn path(preset: &Value) -> String {
    format!("{PRESETS}/{}", preset["preset_id"].as_str().unwrap())
}

async fn names(stack: &TestStack, path: &str) -> Vec<Value> {
    let page = stack.get_json(path).await;
    page["items"].as_array().unwrap().iter().map(|preset| preset["name"].clone()).collect()
}

/// The assigned skills of each user, such as `English:5, French`.
async fn skills(stack: &TestStack, users: &[Value]) -> Vec<String> {
    let mut all = Vec::new();
    for user in users {
        let user = stack.get_json(&format!("/users/{}", id(user))).await;
        let shown = user["assigned_skills"].as_array().unwrap().iter().map(|skill| {
            let level = skill["level"].as_i64().map(|level| format!(":{level}"));
            format!("{}{}", skill["skill"].as_str().unwrap(), level.unwrap_or_default())
        });
        all.push(shown.collect::<Vec<_>>().join(", "));
    }
    all
}

/// A team with a member who has English and one who has Sales, and a user outside with English and French.
async fn company(stack: &TestStack) -> (String, Vec<Value>) {
    for skill in ["English", "French", "Sales"] {
        stack.create_skill("Languages", skill, &json!({})).await;
    }
    let team = stack.create_team("Sales").await;
    let mut users = Vec::new();
    for (identity, teams, skills) in [
        ("ada@example.com", json!([team]), json!([{"skill": "English", "level": 5}])),
        ("bob@example.com", json!([team]), json!([{"skill": "Sales", "level": 7}])),
        ("cyd@example.com", json!([]), json!([{"skill": "English", "level": 80}, {"skill": "French"}])),
    ] {
        users.push(stack.create_user(identity, &json!({"teams": teams, "assigned_skills": skills})).await);
    }
    let members = format!("/users?team={team}");
    let are_listed = async || (stack.get_json(&members).await["items"].as_array()?.len() == 2).then_some(());
    stack.wait_for("the team is listed", are_listed).await;
    (team, users)
}

fn copy(team: &str, from: &Value) -> Value {
    json!({"users": {"query": {"team": team}}, "change": {"skills": {"copy_from": from}}})
}

async fn refused(stack: &TestStack, body: &Value) -> ApiResponse {
    stack.send(Method::POST, "/bulk", body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_a_preset_is_created_changed_and_deleted_and_each_is_recorded() {
    let stack = TestStack::start().await;
    company(&stack).await;
    let preset = create(&stack, "Newcomers", &json!([{"skill": "Sales"}, {"skill": "English", "level": 50}])).await;
    let expected = json!([
        {"skill": "English", "level": 50, "in_catalog": true}, {"skill": "Sales", "level": null, "in_catalog": true},
    ]);
    assert_eq!((&preset["skills"], &preset["version"]), (&expected, &json!(1)));
    assert_eq!(stack.get_json(&path(&preset)).await, preset);
    create(&stack, "Élèves", &json!([{"skill": "French"}])).await;
    assert_eq!(names(&stack, PRESETS).await, ["Élèves", "Newcomers"]);
    let first = stack.get_json(&format!("{PRESETS}?limit=1")).await;
    let next = format!("{PRESETS}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(names(&stack, &next).await, ["Newcomers"]);

    let taken = json!({"name": "NEWCOMERS", "skills": [{"skill": "French"}]});
    let taken = stack.send(Method::POST, PRESETS, &taken).await;
    assert_eq!(taken.status_and_code(), (409, "preset-name-taken"));
    let taken = stack.send(Method::PATCH, &path(&preset), &json!({"name": "élèves"})).await;
    assert_eq!(taken.status_and_code(), (409, "preset-name-taken"));

    let renamed = stack.send_ok(Method::PATCH, &path(&preset), &json!({"name": "newcomers"})).await;
    assert_eq!((&renamed["version"], &renamed["skills"]), (&json!(2), &expected));
    let edit = json!({"name": "Trainees", "skills": [{"skill": "French", "level": 3}]});
    let stale = stack.request(Method::PATCH, &path(&preset), &stack.owner).header("if-match", "\"1\"").json(&edit);
    assert_eq!(ApiResponse::receive(stale).await.status_and_code(), (412, "stale"));
    stack.send_ok(Method::PATCH, &path(&preset), &edit).await;
    assert_eq!(names(&stack, PRESETS).await, ["Élèves", "Trainees"]);
    create(&stack, "Newcomers", &json!([{"skill": "French"}])).await;
    stack.send_ok(Method::DELETE, &path(&preset), &Value::Null).await;
    assert_eq!(stack.send(Method::GET, &path(&preset), &Value::Null).await.status_and_code(), (404, "unknown-preset"));

    let history = stack.history(&path(&preset), 10).await;
    let actions = history.iter().map(|record| record["action"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(actions, ["deleted", "edited", "edited", "created"]);
    let skills = json!({"field": "skills", "before": {"English": 50, "Sales": null}, "after": {"French": 3}});
    assert_eq!(history[1]["changes"][1], skills);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preset_is_added_to_a_team_where_who_has_a_skill_keeps_the_level_and_is_taken_back() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let before = ["English:5", "Sales:7", "English:80, French"];
    let preset = create(&stack, "Newcomers", &json!([{"skill": "English", "level": 50}, {"skill": "French"}])).await;
    let add = copy(&team, &json!({"preset_id": preset["preset_id"], "mode": "add"}));
    let job = plan(&stack, &stack.owner, "/bulk", &add).await;
    assert_eq!(job["plan"]["changed"], 2);
    assert_eq!(skills(&stack, &users).await, before, "the difference is shown first");
    let lines = stack.get_json(&format!("/jobs/{}/plan?outcome=changed", job["job_id"].as_str().unwrap())).await;
    let french = json!({"part": "skill", "skill": "French", "before": null, "after": {"level": null}});
    assert_eq!(lines["items"][0]["changes"], json!([french]));

    // What becomes of the preset meanwhile does not matter to the plan.
    stack.send_ok(Method::DELETE, &path(&preset), &Value::Null).await;
    apply(&stack, &stack.owner, &job).await;
    let after = ["English:5, French", "English:50, French, Sales:7", "English:80, French"];
    assert_eq!(skills(&stack, &users).await, after);
    let undo = format!("/jobs/{}/undo", job["job_id"].as_str().unwrap());
    let undo = plan(&stack, &stack.owner, &undo, &json!({})).await;
    apply(&stack, &stack.owner, &undo).await;
    assert_eq!(skills(&stack, &users).await, before);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_skills_of_a_user_replace_those_of_others_with_their_levels() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let (_, supervisor) = stack.log_in_with_role("sue@example.com", "supervisor").await;
    let replace = copy(&team, &json!({"user_id": id(&users[2]), "mode": "replace"}));
    let job = plan(&stack, &supervisor, "/bulk", &replace).await;
    apply(&stack, &supervisor, &job).await;
    assert_eq!(skills(&stack, &users).await, ["English:80, French"; 3]);

    let one = json!({"users": {"ids": [id(&users[0])]}, "change": {"skills": {
        "copy_from": {"user_id": id(&users[2]), "mode": "replace"}}}});
    let same = plan(&stack, &supervisor, "/bulk", &one).await;
    assert_eq!((&same["plan"]["changed"], &same["plan"]["unchanged"]), (&json!(0), &json!(1)));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_preset_keeps_no_skill_from_being_deleted_and_is_not_copied_without_it() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let german = stack.create_skill("Languages", "German", &json!({})).await;
    let preset = create(&stack, "Newcomers", &json!([{"skill": "English"}, {"skill": "German"}])).await;
    stack.send_ok(Method::DELETE, &german, &Value::Null).await;
    let gone = json!({"skill": "German", "level": null, "in_catalog": false});
    assert_eq!(stack.get_json(PRESETS).await["items"][0]["skills"][1], gone);
    assert_eq!(stack.get_json(&path(&preset)).await["skills"][1], gone);

    let from = json!({"preset_id": preset["preset_id"], "mode": "add"});
    let response = refused(&stack, &copy(&team, &from)).await;
    assert_eq!(response.status_and_code(), (404, "unknown-skill"));
    let detail = response.body["detail"].as_str().unwrap();
    assert!(detail.contains("\"Newcomers\"") && detail.contains("\"German\""), "{detail}");

    let dan = stack.create_user("dan@example.com", &json!({})).await;
    for mode in ["add", "replace"] {
        let response = refused(&stack, &copy(&team, &json!({"user_id": id(&dan), "mode": mode}))).await;
        assert_eq!(response.status_and_code(), (400, "nothing-to-copy"), "{mode}");
    }
    assert_eq!(skills(&stack, &users[..2]).await, ["English:5", "Sales:7"]);
    stack.stop().await;
}
