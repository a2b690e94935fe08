//! Histories, and edits that meet others (rule 31).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answered, World, id};

// rule 31
#[tokio::test(flavor = "multi_thread")]
async fn rule_31_a_history_tells_newest_first_who_did_what_from_where_before_and_after() {
    let world = World::start().await;
    let (susan, supervisor) = world.user_with_role("susan@example.com", "supervisor").await;
    let team = world.makes_team("Sales").await;
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({})).await));
    world.does(Method::PATCH, &ada, &json!({"role": "system_admin"})).await;
    let joins = world.asks(&supervisor, Method::PATCH, &ada, &json!({"teams": [team]})).await;
    assert_eq!(joins.status, 200);
    world.does(Method::POST, &format!("{ada}/deactivate"), &Value::Null).await;
    let history = world.history(&ada, 1).await;
    assert_eq!(history, world.history(&ada, 100).await, "however it is paged");
    let olga = id(&world.finds("q=olga").await).to_owned();
    let by = |user_id: &str, role: &str| json!({"kind": "user", "user_id": user_id, "role": role});
    let change = |field: &str, before: Value, after: Value| json!({"field": field, "before": before, "after": after});
    let expected = [
        ("deactivated", by(&olga, "account_owner"), vec![change("status", json!("active"), json!("deactivated"))]),
        ("edited", by(&susan, "supervisor"), vec![change("teams", json!([]), json!([team]))]),
        (
            "edited",
            by(&olga, "account_owner"),
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
    world.stack.stop().await;
}

// rule 31
#[tokio::test(flavor = "multi_thread")]
async fn rule_31_what_changes_nothing_leaves_no_record_and_no_version() {
    let world = World::start().await;
    world.makes_skill("Languages", "English", &json!({})).await;
    let team = world.makes_team("Sales").await;
    let more = json!({"teams": [team], "role": "supervisor", "assigned_skills": [{"skill": "English", "level": 7}]});
    let ada = format!("/users/{}", id(&world.adds("ada", &more).await));
    let english = format!("{ada}/skills/English");
    let nothing = [
        (Method::PATCH, ada.clone(), json!({})),
        (Method::PATCH, ada.clone(), json!({"teams": [team], "role": "supervisor", "act_as_agent": false})),
        (Method::PUT, english.clone(), json!({"level": 7})),
        (Method::POST, format!("{ada}/reactivate"), Value::Null),
    ];
    for (method, path, body) in nothing {
        let answer = world.owner_asks(method.clone(), &path, &body).await;
        assert_eq!((answer.status, answer.header("etag")), (200, "\"1\""), "{method} {path} {body}");
    }
    world.does(Method::DELETE, &english, &Value::Null).await;
    assert_eq!(world.owner_asks(Method::DELETE, &english, &Value::Null).await.header("etag"), "\"2\"");
    assert_eq!(world.history(&ada, 10).await.len(), 2);
    world.stack.stop().await;
}

// rule 10, rule 31
#[tokio::test(flavor = "multi_thread")]
async fn edits_at_the_same_moment_that_do_not_ask_what_they_meet_are_all_done_and_recorded() {
    let world = World::start().await;
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({"role": "supervisor"})).await));
    let mut teams = Vec::new();
    for number in 0..20 {
        teams.push(world.makes_team(&format!("Team {number}")).await);
    }
    let bodies = teams.iter().map(|team| json!({"teams": [team]})).collect::<Vec<_>>();
    let edits = bodies.iter().map(|body| world.ask(Method::PATCH, &ada, &world.owner).json(body));
    let edits = edits.map(|edit| tokio::spawn(Answered::of(edit))).collect::<Vec<_>>();
    let mut versions = BTreeSet::new();
    for edit in edits {
        let answer = edit.await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        versions.insert(answer.body["version"].as_u64().unwrap());
    }
    assert_eq!(versions, (2..=21).collect(), "each on what another one left");
    let history = world.history(&ada, 7).await;
    assert_eq!(history.len(), 21, "each has its record");
    for newer_and_older in history[..20].windows(2) {
        assert_eq!(newer_and_older[0]["changes"][0]["before"], newer_and_older[1]["changes"][0]["after"]);
    }
    let mut members = 0;
    for team in &teams {
        members += world.read(&format!("/teams/{team}")).await["members"].as_u64().unwrap();
    }
    assert_eq!(members, 1, "a team has the members that say so");
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_edits_at_the_same_moment_that_all_ask_for_what_was_read_one_is_done() {
    let world = World::start().await;
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({})).await));
    let edits = ["supervisor", "system_admin", "account_owner"].map(|role| {
        let edit = world.ask(Method::PATCH, &ada, &world.owner).header("if-match", "\"1\"");
        tokio::spawn(Answered::of(edit.json(&json!({"role": role}))))
    });
    let mut told = Vec::new();
    for edit in edits {
        let answer = edit.await.unwrap();
        told.push((answer.status, answer.code().to_owned()));
    }
    told.sort_unstable();
    let expected = [(200, ""), (412, "stale"), (412, "stale")].map(|(status, code)| (status, code.to_owned()));
    assert_eq!(told, expected);
    assert_eq!(world.read(&ada).await["version"], 2);
    world.stack.stop().await;
}
