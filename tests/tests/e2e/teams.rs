//! Teams, and what they hand down (rules 4, 15 to 18, 21 and 31).

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answered, World, id};

/// Each effective skill: its name, its level and where it comes from.
async fn effective(world: &World, user: &str) -> Vec<(String, Value, String)> {
    let skills = world.read(user).await["effective_skills"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let skill = |skill: &Value| {
        let from = if skill["source"] == "team" { &skill["team"] } else { &skill["source"] };
        (text(&skill["skill"]), skill["level"].clone(), text(from))
    };
    skills.as_array().unwrap().iter().map(skill).collect()
}

fn gives(skill: &str, level: impl Into<Value>, from: &str) -> (String, Value, String) {
    (skill.to_owned(), level.into(), from.to_owned())
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

// rule 15, rule 16, rule 17, rule 18, rule 20, rule 21
#[tokio::test(flavor = "multi_thread")]
async fn rules_15_to_18_what_a_team_gives_its_members_have_from_that_moment_on() {
    let world = World::start().await;
    let none: [(String, Value, String); 0] = [];
    for skill in ["English", "French"] {
        world.makes_skill("Languages", skill, &json!({})).await;
    }
    let (sales, support) = (world.makes_team("Sales").await, world.makes_team("Support").await);
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({"teams": [sales, support]})).await));
    let skill = |team: &str, skill: &str| format!("/teams/{team}/skills/{skill}");
    assert_eq!(effective(&world, &ada).await, none);

    world.does(Method::PUT, &skill(&sales, "English"), &json!({"level": 10, "skill_set": "Languages"})).await;
    assert_eq!(effective(&world, &ada).await, [gives("English", 10, "Sales")]);
    world.does(Method::PUT, &skill(&sales, "English"), &json!({"level": 20})).await;
    assert_eq!(effective(&world, &ada).await, [gives("English", 20, "Sales")]);
    world.does(Method::PUT, &skill(&support, "English"), &json!({})).await;
    assert_eq!(effective(&world, &ada).await, [gives("English", 20, "Sales")], "any level beats none");
    world.does(Method::PUT, &skill(&support, "English"), &json!({"level": 30})).await;
    assert_eq!(effective(&world, &ada).await, [gives("English", 30, "Support")], "the higher level");
    world.does(Method::PUT, &skill(&support, "French"), &json!({})).await;

    world.does(Method::PUT, &format!("{ada}/skills/English"), &json!({"level": 5})).await;
    let both = [gives("English", 5, "assigned"), gives("French", Value::Null, "Support")];
    assert_eq!(effective(&world, &ada).await, both, "one's own level, also when it is lower");
    let overrides = world.read(&ada).await["effective_skills"][0]["overrides"].clone();
    assert_eq!(overrides.as_array().unwrap().len(), 2, "rule 20: {overrides}");
    world.does(Method::DELETE, &format!("{ada}/skills/English"), &Value::Null).await;
    assert_eq!(effective(&world, &ada).await[0], gives("English", 30, "Support"), "rule 18");

    world.does(Method::PATCH, &format!("/teams/{support}"), &json!({"archived": true})).await;
    assert_eq!(effective(&world, &ada).await, [gives("English", 20, "Sales")], "archived teams give nothing");
    world.does(Method::PATCH, &format!("/teams/{support}"), &json!({"archived": false, "name": "Help"})).await;
    assert_eq!(effective(&world, &ada).await[0], gives("English", 30, "Help"));
    world.does(Method::DELETE, &skill(&support, "English"), &Value::Null).await;
    assert_eq!(effective(&world, &ada).await, [gives("English", 20, "Sales"), gives("French", Value::Null, "Help")]);
    world.does(Method::PATCH, &ada, &json!({"teams": []})).await;
    assert_eq!(effective(&world, &ada).await, none);
    world.stack.stop().await;
}

// rule 10, rule 17
#[tokio::test(flavor = "multi_thread")]
async fn rule_10_somebody_may_be_in_25_teams_and_has_the_skills_of_all_of_them() {
    let world = World::start().await;
    world.makes_skill("Languages", "English", &json!({})).await;
    let mut teams = Vec::new();
    for number in 1..=26 {
        let team = world.makes_team(&format!("Team {number:02}")).await;
        world.does(Method::PUT, &format!("/teams/{team}/skills/English"), &json!({"level": number})).await;
        teams.push(team);
    }
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({"teams": teams[..25]})).await));
    assert_eq!(effective(&world, &ada).await, [gives("English", 25, "Team 25")]);
    let user = world.read(&ada).await;
    assert_eq!(user["teams"].as_array().unwrap().len(), 25);
    assert_eq!(user["effective_skills"][0]["overrides"].as_array().unwrap().len(), 24);
    let more = world.owner_asks(Method::PATCH, &ada, &json!({"teams": teams})).await;
    assert_eq!(more.told(), (400, "too-many-teams"));
    let others = world.does(Method::PATCH, &ada, &json!({"teams": teams[1..]})).await;
    assert_eq!(others["effective_skills"][0]["level"], 26);
    world.stack.stop().await;
}

// rule 21
#[tokio::test(flavor = "multi_thread")]
async fn rule_21_an_archived_team_takes_no_members_and_one_with_members_is_not_deleted() {
    let world = World::start().await;
    let team_id = world.makes_team("Sales").await;
    let team = format!("/teams/{team_id}");
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({"teams": [team_id]})).await));
    let grace = format!("/users/{}", id(&world.adds("grace", &json!({"teams": [team_id]})).await));
    world.does(Method::POST, &format!("{grace}/deactivate"), &Value::Null).await;
    let refused = world.owner_asks(Method::DELETE, &team, &Value::Null).await;
    assert_eq!(refused.told(), (409, "team-has-members"));
    assert!(refused.body["detail"].as_str().unwrap().contains("members: 2"), "{refused:?}");

    world.does(Method::PATCH, &team, &json!({"archived": true})).await;
    let body = json!({"identity": "edith", "name": "Edith", "teams": [team_id]});
    assert_eq!(world.owner_asks(Method::POST, "/users", &body).await.told(), (409, "archived-team"));
    let edith = format!("/users/{}", id(&world.adds("edith", &json!({})).await));
    let joins = world.owner_asks(Method::PATCH, &edith, &json!({"teams": [team_id]})).await;
    assert_eq!(joins.told(), (409, "archived-team"));
    // Who is in it stays, and is no obstacle to another edit.
    world.does(Method::PATCH, &ada, &json!({"teams": [team_id], "role": "supervisor"})).await;
    assert_eq!(world.owner_asks(Method::DELETE, &team, &Value::Null).await.told(), (409, "team-has-members"));

    world.does(Method::PATCH, &ada, &json!({"teams": []})).await;
    world.does(Method::DELETE, &grace, &Value::Null).await;
    assert_eq!(world.owner_asks(Method::DELETE, &team, &Value::Null).await.status, 204);
    assert_eq!(world.owner_asks(Method::GET, &team, &Value::Null).await.told(), (404, "unknown-team"));
    let joins = world.owner_asks(Method::PATCH, &edith, &json!({"teams": [team_id]})).await;
    assert_eq!(joins.told(), (404, "unknown-team"));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_are_listed_in_order_of_name_page_by_page_with_how_many_are_in_them() {
    let world = World::start().await;
    for name in ["Émile", "Zoo", "emil", "Sales", "archive", "Éa"] {
        world.makes_team(name).await;
    }
    let sales = world.read("/teams").await["items"][4]["team_id"].as_str().unwrap().to_owned();
    world.adds("ada", &json!({"teams": [sales]})).await;
    let archive = world.read("/teams?limit=1").await["items"][0]["team_id"].as_str().unwrap().to_owned();
    world.does(Method::PATCH, &format!("/teams/{archive}"), &json!({"archived": true})).await;
    let listed = async |query: &str| {
        names(&json!({"items": world.pages(&format!("/teams?limit=2{query}"), 2).await}))
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(listed("").await, ["Éa", "emil", "Émile", "Sales", "Zoo"]);
    assert_eq!(listed("&archived=all").await, ["archive", "Éa", "emil", "Émile", "Sales", "Zoo"]);
    assert_eq!(listed("&archived=true").await, ["archive"]);
    let team = world.pages("/teams?limit=2", 2).await[3].clone();
    assert_eq!((&team["name"], &team["members"], &team["archived"]), (&json!("Sales"), &json!(1), &json!(false)));
    let refused = world.get("/teams?archived=maybe").await;
    assert_eq!(refused.status(), 400);
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_page_by_page_and_nobody_twice() {
    let world = World::start().await;
    let team = world.makes_team("Sales").await;
    let mut added = BTreeSet::new();
    for number in 0..23 {
        let user = world.adds(&format!("member {number}"), &json!({"teams": [team]})).await;
        added.insert(id(&user).to_owned());
    }
    world.adds("somebody else", &json!({})).await;
    let members = world.pages(&format!("/teams/{team}/members?limit=4"), 4).await;
    assert_eq!(members.len(), 23, "at once, and nobody twice");
    assert_eq!(members.iter().map(|user| id(user).to_owned()).collect::<BTreeSet<_>>(), added);
    assert_eq!(world.read(&format!("/teams/{team}")).await["members"], 23);
    let nobodys = "/teams/00000000-0000-4000-8000-00000000000f/members";
    assert_eq!(world.owner_asks(Method::GET, nobodys, &Value::Null).await.told(), (404, "unknown-team"));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_teams_name_is_taken_without_regard_to_case_and_accents_also_at_the_same_moment() {
    let world = World::start().await;
    let sales = world.makes_team("Sales").await;
    let makes = async |name: &str| world.owner_asks(Method::POST, "/teams", &json!({"name": name})).await;
    for namesake in ["sales", "SALES", "Sálés", " Sales "] {
        assert_eq!(makes(namesake).await.told(), (409, "team-name-taken"), "{namesake}");
    }
    assert_eq!(makes(" ").await.told(), (400, "invalid-team-name"));
    let support = format!("/teams/{}", world.makes_team("Support").await);
    let renames = async |team: &str, name: &str| world.owner_asks(Method::PATCH, team, &json!({"name": name})).await;
    assert_eq!(renames(&support, "sALES").await.told(), (409, "team-name-taken"));
    assert_eq!(renames(&format!("/teams/{sales}"), "SALES").await.status, 200, "it is its own name");
    assert_eq!(renames(&format!("/teams/{sales}"), "Sellers").await.status, 200);
    assert_eq!(renames(&support, "sales").await.status, 200, "given up, it is free");

    for round in 0..5 {
        let name = format!("Round {round}");
        let (one, other, third) = tokio::join!(makes(&name), makes(&name), renames(&support, &name));
        let mut told = [one.status, other.status, third.status];
        told.sort_unstable();
        assert!(told == [201, 409, 409] || told == [200, 409, 409], "{one:?} {other:?} {third:?}");
        let codes = [one.code(), other.code(), third.code()];
        assert_eq!(codes.iter().filter(|code| **code == "team-name-taken").count(), 2, "{codes:?}");
    }
    let other = format!("/teams/{}", world.makes_team("Another").await);
    for round in 0..10 {
        let name = format!("Renamed {round}");
        let (one, another) = tokio::join!(renames(&support, &name), renames(&other, &name));
        let refused = if one.status == 200 { &another } else { &one };
        assert_eq!(one.status.min(another.status), 200, "{one:?} {another:?}");
        assert_eq!(refused.told(), (409, "team-name-taken"));
    }
    world.stack.stop().await;
}

// rule 19
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_team_is_given_skills_of_the_catalog_with_levels_in_their_range() {
    let world = World::start().await;
    world.makes_skill("Languages", "English", &json!({"min": 0, "max": 5})).await;
    world.makes_skill("Languages", "Polite", &json!({"levels": false})).await;
    let team = format!("/teams/{}", world.makes_team("Sales").await);
    let given = async |skill: &str, body: Value| {
        let answer = world.owner_asks(Method::PUT, &format!("{team}/skills/{skill}"), &body).await;
        (answer.status, answer.code().to_owned())
    };
    let told = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(given("English", json!({"level": 6})).await, told(400, "level-out-of-range"));
    assert_eq!(given("Polite", json!({"level": 1})).await, told(400, "skill-without-levels"));
    assert_eq!(given("English", json!({"skill_set": "Topics"})).await, told(400, "wrong-skill-set"));
    assert_eq!(given("Klingon", json!({})).await, told(404, "unknown-skill"));
    assert_eq!(given("English", json!({"level": 0})).await, told(200, ""));
    assert_eq!(given("Polite", json!({})).await, told(200, ""));
    let skills = world.read(&team).await["skills"].clone();
    assert_eq!(skills, json!([{"skill": "English", "level": 0}, {"skill": "Polite", "level": null}]));
    world.stack.stop().await;
}

// rule 31
#[tokio::test(flavor = "multi_thread")]
async fn rule_31_a_teams_history_is_readable_also_when_it_is_deleted() {
    let world = World::start().await;
    world.makes_skill("Languages", "English", &json!({})).await;
    let team = format!("/teams/{}", world.makes_team("Sales").await);
    let skill = format!("{team}/skills/English");
    world.does(Method::PATCH, &team, &json!({"name": "Sellers"})).await;
    world.does(Method::PATCH, &team, &json!({"name": "Sellers", "archived": false})).await;
    world.does(Method::PUT, &skill, &json!({"level": 7})).await;
    world.does(Method::PATCH, &team, &json!({"archived": true})).await;
    assert_eq!(world.read(&team).await["version"], 4, "what changes nothing is no change");
    world.does(Method::DELETE, &team, &Value::Null).await;
    let history = world.history(&team, 2).await;
    let told = history.iter().map(|record| (record["action"].as_str().unwrap(), record["changes"][0].clone()));
    let change = |field: &str, before: Value, after: Value| json!({"field": field, "before": before, "after": after});
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("deleted", change("name", json!("Sellers"), Value::Null)),
            ("edited", change("archived", json!(false), json!(true))),
            ("edited", change("skills", json!({}), json!({"English": 7}))),
            ("edited", change("name", json!("Sales"), json!("Sellers"))),
            ("created", change("name", Value::Null, json!("Sales"))),
        ]
    );
    assert!(history.iter().all(|record| record["actor"]["role"] == "account_owner" && record["source"] == "api"));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_team_that_has_changed_since_it_was_read_is_refused() {
    let world = World::start().await;
    let team = format!("/teams/{}", world.makes_team("Sales").await);
    let edits = async |method: Method, tag: &str, body: Value| {
        Answered::of(world.ask(method, &team, &world.owner).header("if-match", tag).json(&body)).await
    };
    let tag = Answered::of(world.ask(Method::GET, &team, &world.owner)).await.header("etag").to_owned();
    let first = edits(Method::PATCH, &tag, json!({"name": "Sellers"})).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    assert_eq!(edits(Method::PATCH, &tag, json!({"name": "Support"})).await.told(), (412, "stale"));
    assert_eq!(edits(Method::DELETE, &tag, Value::Null).await.told(), (412, "stale"));
    assert_eq!(edits(Method::PATCH, "2", json!({"name": "Support"})).await.told(), (400, "invalid-if-match"));
    assert_eq!(edits(Method::DELETE, first.header("etag"), json!({})).await.status, 204);
    world.stack.stop().await;
}
