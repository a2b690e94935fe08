//! Teams and the skills they grant (rules 4, 15 to 18, 21 and 31).

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use store::FanOutTeams;

use crate::test_stack::{ApiResponse, TestStack, id};

/// Each effective skill: its name, its level and where it comes from.
async fn effective_skills(stack: &TestStack, user: &str) -> Vec<(String, Value, String)> {
    let skills = stack.get_json(user).await["effective_skills"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let skill = |skill: &Value| {
        let from = if skill["source"] == "team" { &skill["team"] } else { &skill["source"] };
        (text(&skill["skill"]), skill["level"].clone(), text(from))
    };
    skills.as_array().unwrap().iter().map(skill).collect()
}

fn skill_from(skill: &str, level: impl Into<Value>, from: &str) -> (String, Value, String) {
    (skill.to_owned(), level.into(), from.to_owned())
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

// rules 15, 16, 17, 18, 20 and 21
#[tokio::test(flavor = "multi_thread")]
async fn rules_15_to_18_what_a_team_gives_its_members_have_from_that_moment_on() {
    let stack = TestStack::start().await;
    let none: [(String, Value, String); 0] = [];
    for skill in ["English", "French"] {
        stack.create_skill("Languages", skill, &json!({})).await;
    }
    let (sales, support) = (stack.create_team("Sales").await, stack.create_team("Support").await);
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({"teams": [sales, support]})).await));
    let skill = |team: &str, skill: &str| format!("/teams/{team}/skills/{skill}");
    assert_eq!(effective_skills(&stack, &ada).await, none);

    stack.send_ok(Method::PUT, &skill(&sales, "English"), &json!({"level": 10, "skill_set": "Languages"})).await;
    assert_eq!(effective_skills(&stack, &ada).await, [skill_from("English", 10, "Sales")]);
    stack.send_ok(Method::PUT, &skill(&sales, "English"), &json!({"level": 20})).await;
    assert_eq!(effective_skills(&stack, &ada).await, [skill_from("English", 20, "Sales")]);
    stack.send_ok(Method::PUT, &skill(&support, "English"), &json!({})).await;
    assert_eq!(effective_skills(&stack, &ada).await, [skill_from("English", 20, "Sales")], "any level beats none");
    stack.send_ok(Method::PUT, &skill(&support, "English"), &json!({"level": 30})).await;
    assert_eq!(effective_skills(&stack, &ada).await, [skill_from("English", 30, "Support")], "the higher level");
    stack.send_ok(Method::PUT, &skill(&support, "French"), &json!({})).await;

    stack.send_ok(Method::PUT, &format!("{ada}/skills/English"), &json!({"level": 5})).await;
    let both = [skill_from("English", 5, "assigned"), skill_from("French", Value::Null, "Support")];
    assert_eq!(effective_skills(&stack, &ada).await, both, "one's own level, also when it is lower");
    let overrides = stack.get_json(&ada).await["effective_skills"][0]["overrides"].clone();
    assert_eq!(overrides.as_array().unwrap().len(), 2, "rule 20: {overrides}");
    stack.send_ok(Method::DELETE, &format!("{ada}/skills/English"), &Value::Null).await;
    assert_eq!(effective_skills(&stack, &ada).await[0], skill_from("English", 30, "Support"), "rule 18");

    stack.send_ok(Method::PATCH, &format!("/teams/{support}"), &json!({"archived": true})).await;
    assert_eq!(
        effective_skills(&stack, &ada).await,
        [skill_from("English", 20, "Sales")],
        "archived teams give nothing"
    );
    stack.send_ok(Method::PATCH, &format!("/teams/{support}"), &json!({"archived": false, "name": "Help"})).await;
    assert_eq!(effective_skills(&stack, &ada).await[0], skill_from("English", 30, "Help"));
    stack.send_ok(Method::DELETE, &skill(&support, "English"), &Value::Null).await;
    assert_eq!(
        effective_skills(&stack, &ada).await,
        [skill_from("English", 20, "Sales"), skill_from("French", Value::Null, "Help")]
    );
    stack.send_ok(Method::PATCH, &ada, &json!({"teams": []})).await;
    assert_eq!(effective_skills(&stack, &ada).await, none);
    stack.stop().await;
}

// rules 10 and 17
#[tokio::test(flavor = "multi_thread")]
async fn rule_10_somebody_may_be_in_25_teams_and_has_the_skills_of_all_of_them() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let mut teams = Vec::new();
    for number in 1..=26 {
        let team = stack.create_team(&format!("Team {number:02}")).await;
        stack.send_ok(Method::PUT, &format!("/teams/{team}/skills/English"), &json!({"level": number})).await;
        teams.push(team);
    }
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({"teams": teams[..25]})).await));
    assert_eq!(effective_skills(&stack, &ada).await, [skill_from("English", 25, "Team 25")]);
    let user = stack.get_json(&ada).await;
    assert_eq!(user["teams"].as_array().unwrap().len(), 25);
    assert_eq!(user["effective_skills"][0]["overrides"].as_array().unwrap().len(), 24);
    let too_many = stack.send(Method::PATCH, &ada, &json!({"teams": teams})).await;
    assert_eq!(too_many.status_and_code(), (400, "too-many-teams"));
    let others = stack.send_ok(Method::PATCH, &ada, &json!({"teams": teams[1..]})).await;
    assert_eq!(others["effective_skills"][0]["level"], 26);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_an_archived_team_takes_no_members_and_one_with_members_is_not_deleted() {
    let stack = TestStack::start().await;
    let team_id = stack.create_team("Sales").await;
    let team = format!("/teams/{team_id}");
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({"teams": [team_id]})).await));
    let grace = format!("/users/{}", id(&stack.create_user("grace", &json!({"teams": [team_id]})).await));
    stack.send_ok(Method::POST, &format!("{grace}/deactivate"), &Value::Null).await;
    let refused = stack.send(Method::DELETE, &team, &Value::Null).await;
    assert_eq!(refused.status_and_code(), (409, "team-has-members"));
    assert!(refused.body["detail"].as_str().unwrap().contains("members: 2"), "{refused:?}");

    stack.send_ok(Method::PATCH, &team, &json!({"archived": true})).await;
    let body = json!({"identity": "edith", "name": "Edith", "teams": [team_id]});
    assert_eq!(stack.send(Method::POST, "/users", &body).await.status_and_code(), (409, "archived-team"));
    let edith = format!("/users/{}", id(&stack.create_user("edith", &json!({})).await));
    let team_edit = stack.send(Method::PATCH, &edith, &json!({"teams": [team_id]})).await;
    assert_eq!(team_edit.status_and_code(), (409, "archived-team"));
    // Existing members stay and can still be edited.
    stack.send_ok(Method::PATCH, &ada, &json!({"teams": [team_id], "role": "supervisor"})).await;
    assert_eq!(stack.send(Method::DELETE, &team, &Value::Null).await.status_and_code(), (409, "team-has-members"));

    stack.send_ok(Method::PATCH, &ada, &json!({"teams": []})).await;
    stack.send_ok(Method::DELETE, &grace, &Value::Null).await;
    assert_eq!(stack.send(Method::DELETE, &team, &Value::Null).await.status, 204);
    assert_eq!(stack.send(Method::GET, &team, &Value::Null).await.status_and_code(), (404, "unknown-team"));
    let team_edit = stack.send(Method::PATCH, &edith, &json!({"teams": [team_id]})).await;
    assert_eq!(team_edit.status_and_code(), (404, "unknown-team"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_are_listed_in_order_of_name_page_by_page_with_how_many_are_in_them() {
    let stack = TestStack::start().await;
    for name in ["Émile", "Zoo", "emil", "Sales", "archive", "Éa"] {
        stack.create_team(name).await;
    }
    let sales = stack.get_json("/teams").await["items"][4]["team_id"].as_str().unwrap().to_owned();
    stack.create_user("ada", &json!({"teams": [&sales]})).await;
    let archive = stack.get_json("/teams?limit=1").await["items"][0]["team_id"].as_str().unwrap().to_owned();
    stack.send_ok(Method::PATCH, &format!("/teams/{archive}"), &json!({"archived": true})).await;
    let list_names = async |query: &str| {
        names(&json!({"items": stack.all_items(&format!("/teams?limit=2{query}"), 2).await}))
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(list_names("").await, ["Éa", "emil", "Émile", "Sales", "Zoo"]);
    assert_eq!(list_names("&archived=all").await, ["archive", "Éa", "emil", "Émile", "Sales", "Zoo"]);
    assert_eq!(list_names("&archived=true").await, ["archive"]);
    let team = stack.all_items("/teams?limit=2", 2).await[3].clone();
    assert_eq!((&team["name"], &team["archived"]), (&json!("Sales"), &json!(false)));
    assert_eq!(stack.get_json(&format!("/teams/{sales}")).await["members"], 1);
    let refused = stack.get("/teams?archived=maybe").await;
    assert_eq!(refused.status(), 400);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_page_by_page_and_nobody_twice() {
    let stack = TestStack::start().await;
    let team = stack.create_team("Sales").await;
    let mut added = BTreeSet::new();
    for number in 0..23 {
        let user = stack.create_user(&format!("member {number}"), &json!({"teams": [team]})).await;
        added.insert(id(&user).to_owned());
    }
    stack.create_user("another user", &json!({})).await;
    let members = stack.all_items(&format!("/teams/{team}/members?limit=4"), 4).await;
    assert_eq!(members.len(), 23, "at once, and none twice");
    assert_eq!(members.iter().map(|user| id(user).to_owned()).collect::<BTreeSet<_>>(), added);
    assert_eq!(stack.get_json(&format!("/teams/{team}")).await["members"], 23);
    let unknown_team = "/teams/00000000-0000-4000-8000-00000000000f/members";
    assert_eq!(stack.send(Method::GET, unknown_team, &Value::Null).await.status_and_code(), (404, "unknown-team"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_33_a_teams_name_is_taken_without_regard_to_case_and_width_also_at_the_same_moment() {
    let stack = TestStack::start().await;
    let sales = stack.create_team("Sales").await;
    let create = async |name: &str| stack.send(Method::POST, "/teams", &json!({"name": name})).await;
    for namesake in ["sales", "SALES", "Ｓａｌｅｓ", " Sales\u{2800}"] {
        assert_eq!(create(namesake).await.status_and_code(), (409, "team-name-taken"), "{namesake}");
    }
    for nothing in [" ", "\u{202E}", "\u{AD}", "\u{2800}", "Sa\u{AD}les"] {
        assert_eq!(create(nothing).await.status_and_code(), (400, "invalid-team-name"), "{nothing:?}");
    }
    assert!(create("Sa\u{AD}les").await.body["detail"].as_str().unwrap().contains("U+00AD"));
    assert_eq!(create("Sálés").await.status, 201, "an accent makes another name");
    let support = format!("/teams/{}", stack.create_team("Support").await);
    let rename = async |team: &str, name: &str| stack.send(Method::PATCH, team, &json!({"name": name})).await;
    assert_eq!(rename(&support, "sALES").await.status_and_code(), (409, "team-name-taken"));
    assert_eq!(rename(&format!("/teams/{sales}"), "SALES").await.status, 200, "it is its own name");
    assert_eq!(rename(&format!("/teams/{sales}"), "Sellers").await.status, 200);
    assert_eq!(rename(&support, "sales").await.status, 200, "given up, it is free");

    for round in 0..5 {
        let name = format!("Round {round}");
        let (one, other, third) = tokio::join!(create(&name), create(&name), rename(&support, &name));
        let mut expected = [one.status, other.status, third.status];
        expected.sort_unstable();
        assert!(expected == [201, 409, 409] || expected == [200, 409, 409], "{one:?} {other:?} {third:?}");
        let codes = [one.code(), other.code(), third.code()];
        assert_eq!(codes.iter().filter(|code| **code == "team-name-taken").count(), 2, "{codes:?}");
    }
    let other = format!("/teams/{}", stack.create_team("Another").await);
    for round in 0..10 {
        let name = format!("Renamed {round}");
        let (one, another) = tokio::join!(rename(&support, &name), rename(&other, &name));
        let refused = if one.status == 200 { &another } else { &one };
        assert_eq!(one.status.min(another.status), 200, "{one:?} {another:?}");
        assert_eq!(refused.status_and_code(), (409, "team-name-taken"));
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_team_is_given_skills_of_the_catalog_with_levels_in_their_range() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({"min": 0, "max": 5})).await;
    stack.create_skill("Languages", "Polite", &json!({"levels": false})).await;
    let team = format!("/teams/{}", stack.create_team("Sales").await);
    let put_skill = async |skill: &str, body: Value| {
        let response = stack.send(Method::PUT, &format!("{team}/skills/{skill}"), &body).await;
        (response.status, response.code().to_owned())
    };
    let expected = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(put_skill("English", json!({"level": 6})).await, expected(400, "level-out-of-range"));
    assert_eq!(put_skill("Polite", json!({"level": 1})).await, expected(400, "skill-without-levels"));
    assert_eq!(put_skill("English", json!({"skill_set": "Topics"})).await, expected(400, "wrong-skill-set"));
    assert_eq!(put_skill("Klingon", json!({})).await, expected(404, "unknown-skill"));
    assert_eq!(put_skill("English", json!({"level": 0})).await, expected(200, ""));
    assert_eq!(put_skill("Polite", json!({})).await, expected(200, ""));
    let skills = stack.get_json(&team).await["skills"].clone();
    assert_eq!(skills, json!([{"skill": "English", "level": 0}, {"skill": "Polite", "level": null}]));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_a_teams_history_is_readable_also_when_it_is_deleted() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let team = format!("/teams/{}", stack.create_team("Sales").await);
    let skill = format!("{team}/skills/English");
    stack.send_ok(Method::PATCH, &team, &json!({"name": "Sellers"})).await;
    stack.send_ok(Method::PATCH, &team, &json!({"name": "Sellers", "archived": false})).await;
    stack.send_ok(Method::PUT, &skill, &json!({"level": 7})).await;
    stack.send_ok(Method::PATCH, &team, &json!({"archived": true})).await;
    assert_eq!(stack.get_json(&team).await["version"], 4, "what changes nothing is no change");
    stack.send_ok(Method::DELETE, &team, &Value::Null).await;
    let history = stack.history(&team, 2).await;
    let expected = history.iter().map(|record| (record["action"].as_str().unwrap(), record["changes"][0].clone()));
    let change = |field: &str, before: Value, after: Value| json!({"field": field, "before": before, "after": after});
    assert_eq!(
        expected.collect::<Vec<_>>(),
        [
            ("deleted", change("name", json!("Sellers"), Value::Null)),
            ("edited", change("archived", json!(false), json!(true))),
            ("edited", change("skills", json!({}), json!({"English": 7}))),
            ("edited", change("name", json!("Sales"), json!("Sellers"))),
            ("created", change("name", Value::Null, json!("Sales"))),
        ]
    );
    assert!(history.iter().all(|record| record["actor"]["role"] == "account_owner" && record["source"] == "api"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_team_that_has_changed_since_it_was_read_is_refused() {
    let stack = TestStack::start().await;
    let team = format!("/teams/{}", stack.create_team("Sales").await);
    let send = async |method: Method, etag: &str, body: Value| {
        ApiResponse::receive(stack.request(method, &team, &stack.owner).header("if-match", etag).json(&body)).await
    };
    let etag = ApiResponse::receive(stack.request(Method::GET, &team, &stack.owner)).await.header("etag").to_owned();
    let first = send(Method::PATCH, &etag, json!({"name": "Sellers"})).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    assert_eq!(send(Method::PATCH, &etag, json!({"name": "Support"})).await.status_and_code(), (412, "stale"));
    assert_eq!(send(Method::DELETE, &etag, Value::Null).await.status_and_code(), (412, "stale"));
    assert_eq!(send(Method::PATCH, "2", json!({"name": "Support"})).await.status_and_code(), (400, "invalid-if-match"));
    assert_eq!(send(Method::DELETE, first.header("etag"), json!({})).await.status, 204);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_15_to_18_a_team_that_changes_starts_fan_out_and_does_not_wait_for_the_schedule() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let team = stack.create_team("Sales").await;
    stack.create_user("ada", &json!({"teams": [team]})).await;
    stack.send_ok(Method::PUT, &format!("/teams/{team}/skills/English"), &json!({"level": 10})).await;
    let (directory, team_id) = (tests::directory(&stack.running), team.parse().unwrap());
    // The schedule comes a minute after the start.
    let limit = Instant::now() + Duration::from_secs(30);
    while directory.fan_out(team_id).await.unwrap().is_some() {
        assert!(Instant::now() < limit, "the change has not reached the members");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stack.stop().await;
}
