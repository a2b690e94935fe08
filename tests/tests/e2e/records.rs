//! Histories, and concurrent edits (rule 31).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{ApiResponse, TestStack, id};

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_a_history_tells_newest_first_who_did_what_from_where_before_and_after() {
    let stack = TestStack::start().await;
    let (susan, supervisor) = stack.log_in_with_role("susan@example.com", "supervisor").await;
    let team = stack.create_team("Sales").await;
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    stack.send_ok(Method::PATCH, &ada, &json!({"role": "system_admin"})).await;
    let team_edit = stack.send_as(&supervisor, Method::PATCH, &ada, &json!({"teams": [team]})).await;
    assert_eq!(team_edit.status, 200);
    stack.send_ok(Method::POST, &format!("{ada}/deactivate"), &Value::Null).await;
    let history = stack.history(&ada, 1).await;
    assert_eq!(history, stack.history(&ada, 100).await, "however it is paged");
    let olga = id(&stack.find_user("q=olga").await).to_owned();
    let actor = |user_id: &str, role: &str| json!({"kind": "user", "user_id": user_id, "role": role});
    let change = |field: &str, before: Value, after: Value| json!({"field": field, "before": before, "after": after});
    let expected = [
        ("deactivated", actor(&olga, "account_owner"), vec![change("status", json!("active"), json!("deactivated"))]),
        ("edited", actor(&susan, "supervisor"), vec![change("teams", json!([]), json!([team]))]),
        (
            "edited",
            actor(&olga, "account_owner"),
            vec![
                change("role", json!("agent"), json!("system_admin")),
                change("act_as_agent", json!(false), json!(true)),
            ],
        ),
    ];
    for (record, (action, actor, changes)) in history.iter().zip(expected) {
        assert_eq!((&record["action"], &record["actor"]), (&json!(action), &actor));
        assert_eq!((&record["source"], &record["changes"]), (&json!("api"), &json!(changes)));
    }
    let created = &history[3];
    assert_eq!((&created["action"], &created["changes"][0]["before"]), (&json!("created"), &Value::Null));
    let distinct = |field: &str| history.iter().map(|record| record[field].as_str().unwrap()).collect::<BTreeSet<_>>();
    assert_eq!((distinct("record_id").len(), distinct("request_id").len()), (4, 4));
    let times = history.iter().map(|record| record["at"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(times.is_sorted_by(|newer, older| newer >= older), "{times:?}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_what_changes_nothing_leaves_no_record_and_no_version() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let team = stack.create_team("Sales").await;
    let fields = json!({"teams": [team], "role": "supervisor", "assigned_skills": [{"skill": "English", "level": 7}]});
    let ada = format!("/users/{}", id(&stack.create_user("ada", &fields).await));
    let english = format!("{ada}/skills/English");
    let requests = [
        (Method::PATCH, ada.clone(), json!({})),
        (Method::PATCH, ada.clone(), json!({"teams": [team], "role": "supervisor", "act_as_agent": false})),
        (Method::PUT, english.clone(), json!({"level": 7})),
        (Method::POST, format!("{ada}/reactivate"), Value::Null),
    ];
    for (method, path, body) in requests {
        let response = stack.send(method.clone(), &path, &body).await;
        assert_eq!((response.status, response.header("etag")), (200, "\"1\""), "{method} {path} {body}");
    }
    stack.send_ok(Method::DELETE, &english, &Value::Null).await;
    assert_eq!(stack.send(Method::DELETE, &english, &Value::Null).await.header("etag"), "\"2\"");
    assert_eq!(stack.history(&ada, 10).await.len(), 2);
    stack.stop().await;
}

// rules 10 and 31
#[tokio::test(flavor = "multi_thread")]
async fn edits_at_the_same_moment_that_do_not_ask_what_they_meet_are_all_done_and_recorded() {
    let stack = TestStack::start().await;
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({"role": "supervisor"})).await));
    let mut teams = Vec::new();
    for number in 0..20 {
        teams.push(stack.create_team(&format!("Team {number}")).await);
    }
    let bodies = teams.iter().map(|team| json!({"teams": [team]})).collect::<Vec<_>>();
    let edits = bodies.iter().map(|body| stack.request(Method::PATCH, &ada, &stack.owner).json(body));
    let edits = edits.map(|edit| tokio::spawn(ApiResponse::receive(edit))).collect::<Vec<_>>();
    let mut versions = BTreeSet::new();
    for edit in edits {
        let response = edit.await.unwrap();
        assert_eq!(response.status, 200, "{response:?}");
        versions.insert(response.body["version"].as_u64().unwrap());
    }
    assert_eq!(versions, (2..=21).collect(), "each on what another one left");
    let history = stack.history(&ada, 7).await;
    assert_eq!(history.len(), 21, "each has its record");
    for newer_and_older in history[..20].windows(2) {
        assert_eq!(newer_and_older[0]["changes"][0]["before"], newer_and_older[1]["changes"][0]["after"]);
    }
    let mut members = 0;
    for team in &teams {
        members += stack.get_json(&format!("/teams/{team}")).await["members"].as_u64().unwrap();
    }
    assert_eq!(members, 1, "a team has the members that say so");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_edits_at_the_same_moment_that_all_ask_for_what_was_read_one_is_done() {
    let stack = TestStack::start().await;
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    let edits = ["supervisor", "system_admin", "account_owner"].map(|role| {
        let edit = stack.request(Method::PATCH, &ada, &stack.owner).header("if-match", "\"1\"");
        tokio::spawn(ApiResponse::receive(edit.json(&json!({"role": role}))))
    });
    let mut results = Vec::new();
    for edit in edits {
        let response = edit.await.unwrap();
        results.push((response.status, response.code().to_owned()));
    }
    results.sort_unstable();
    let expected = [(200, ""), (412, "stale"), (412, "stale")].map(|(status, code)| (status, code.to_owned()));
    assert_eq!(results, expected);
    assert_eq!(stack.get_json(&ada).await["version"], 2);
    stack.stop().await;
}
