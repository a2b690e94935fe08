//! The catalog of skills (rules 4, 19, 21, 23 and 31).

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Answered, World, id};

/// How many use a skill, as the list of skill sets shows it: users, teams, users who inherit it.
async fn counts(world: &World, skill: &str) -> [u64; 3] {
    let sets = world.pages("/skill-sets?limit=1", 1).await;
    let skills = sets.iter().flat_map(|set| set["skills"].as_array().unwrap());
    let shown = skills.filter(|shown| shown["skill"] == skill).cloned().collect::<Vec<_>>();
    let [shown] = shown.as_slice() else { panic!("{skill} is shown {} times", shown.len()) };
    let path = format!("/skill-sets/{}/skills/{skill}", shown["skill_set"].as_str().unwrap());
    assert_eq!(&world.read(&path).await, shown, "the same wherever it is shown");
    ["users", "teams", "inheriting_users"].map(|count| shown[count].as_u64().unwrap())
}

// rule 19
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_skill_has_a_range_of_its_own_or_no_levels_at_all() {
    let world = World::start().await;
    let english = world.makes_skill("Languages", "English", &json!({"min": 0, "max": 5})).await;
    let polite = world.makes_skill("Manners", "Polite", &json!({"levels": false})).await;
    let usual = world.makes_skill("Languages", "French", &json!({})).await;
    let shown = async |path: &str| {
        let skill = world.read(path).await;
        (skill["levels"].clone(), skill["min"].clone(), skill["max"].clone())
    };
    assert_eq!(shown(&english).await, (json!(true), json!(0), json!(5)));
    assert_eq!(shown(&polite).await, (json!(false), Value::Null, Value::Null));
    assert_eq!(shown(&usual).await, (json!(true), json!(1), json!(100)));

    let ada = format!("/users/{}", id(&world.adds("ada", &json!({})).await));
    let assigned = async |skill: &str, level: Value| {
        let body = json!({"level": level});
        let answer = world.owner_asks(Method::PUT, &format!("{ada}/skills/{skill}"), &body).await;
        (answer.status, answer.code().to_owned())
    };
    let told = |status: u16, code: &str| (status, code.to_owned());
    for level in [0, 5] {
        assert_eq!(assigned("English", json!(level)).await, told(200, ""));
    }
    for level in [-1, 6] {
        assert_eq!(assigned("English", json!(level)).await, told(400, "level-out-of-range"));
    }
    assert_eq!(assigned("Polite", json!(1)).await, told(400, "skill-without-levels"));
    assert_eq!(assigned("Polite", Value::Null).await, told(200, ""));

    // A narrower range lets levels stay that people have, until they are edited.
    world.does(Method::PUT, &english, &json!({"min": 1, "max": 3})).await;
    assert_eq!(world.read(&ada).await["assigned_skills"][0]["level"], 5);
    assert_eq!(assigned("English", json!(4)).await, told(400, "level-out-of-range"));
    for wrong in [json!({"min": 5, "max": 4}), json!({"min": -1}), json!({"levels": false, "min": 1})] {
        let refused = world.owner_asks(Method::PUT, &english, &wrong).await;
        assert_eq!(refused.told(), (400, "invalid-level-range"), "{wrong}");
    }
    world.stack.stop().await;
}

// rule 21
#[tokio::test(flavor = "multi_thread")]
async fn rule_21_what_is_in_use_is_kept_and_it_is_said_how_many_use_it() {
    let world = World::start().await;
    let english = world.makes_skill("Languages", "English", &json!({})).await;
    world.makes_skill("Languages", "French", &json!({})).await;
    let (sales, old) = (world.makes_team("Sales").await, world.makes_team("Old").await);
    assert_eq!(counts(&world, "English").await, [0, 0, 0]);
    for team in [&sales, &old] {
        world.does(Method::PUT, &format!("/teams/{team}/skills/English"), &json!({"level": 3})).await;
    }
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({"teams": [sales, old]})).await));
    let grace = world.adds("grace", &json!({"teams": [old], "assigned_skills": [{"skill": "English"}]})).await;
    world.adds("edith", &json!({"assigned_skills": [{"skill": "English", "level": 9}]})).await;
    assert_eq!(counts(&world, "English").await, [2, 2, 2]);
    world.does(Method::PATCH, &format!("/teams/{old}"), &json!({"archived": true})).await;
    assert_eq!(counts(&world, "English").await, [2, 2, 1], "an archived team hands nothing down, and has the skill");

    let told = async |path: &str| {
        let answer = world.owner_asks(Method::DELETE, path, &Value::Null).await;
        (answer.status, answer.code().to_owned(), answer.body["detail"].as_str().unwrap_or_default().to_owned())
    };
    let (status, code, detail) = told(&english).await;
    assert_eq!((status, code.as_str()), (409, "skill-in-use"));
    assert!(detail.contains("users: 2, teams: 2"), "{detail}");
    let (status, code, detail) = told("/skill-sets/Languages").await;
    assert_eq!((status, code.as_str()), (409, "skill-set-in-use"));
    assert!(detail.contains("users: 2, teams: 2"), "{detail}");
    assert_eq!(world.read("/skill-sets/Languages").await["skills"].as_array().unwrap().len(), 2, "all or nothing");

    for team in [&sales, &old] {
        world.does(Method::DELETE, &format!("/teams/{team}/skills/English"), &Value::Null).await;
    }
    world.does(Method::DELETE, &format!("/users/{}/skills/English", id(&grace)), &Value::Null).await;
    assert_eq!(counts(&world, "English").await, [1, 0, 0]);
    let edith = world.finds("q=edith").await;
    world.does(Method::DELETE, &format!("/users/{}", id(&edith)), &Value::Null).await;
    assert_eq!(counts(&world, "English").await, [0, 0, 0], "who is deleted gives their skills up");
    assert_eq!(told(&english).await.0, 204);
    assert_eq!(told(&english).await.1, "unknown-skill");
    assert_eq!(told("/skill-sets/Languages").await.0, 204, "with the skills that are in it");
    assert_eq!(world.read("/skill-sets").await["items"], json!([]));
    let refused = world.owner_asks(Method::PUT, &format!("{ada}/skills/French"), &json!({})).await;
    assert_eq!(refused.told(), (404, "unknown-skill"));
    world.stack.stop().await;
}

// rule 19, rule 23
#[tokio::test(flavor = "multi_thread")]
async fn rule_23_an_imported_skill_moves_into_a_skill_set_and_no_other_does() {
    let world = World::start().await;
    let routing = json!({"routing": {"skills": ["en-GB"], "levels": {"en-GB": 40}}});
    let claims = json!({"identity": "ada@example.com", "full_name": "Ada Lovelace", "email": "ada@example.com",
        "roles": ["agent"], "attributes": routing});
    world.logs_in_with(&claims).await;
    assert_eq!(counts(&world, "en-GB").await, [1, 0, 0]);
    assert_eq!(world.read("/skill-sets/Imported/skills/en-GB").await["skill_set"], "Imported");
    world.makes_skill("Languages", "French", &json!({})).await;
    world.makes_skill("Topics", "Sales", &json!({})).await;
    let put = async |path: &str| world.owner_asks(Method::PUT, path, &json!({})).await;
    let moved = put("/skill-sets/Languages/skills/en-GB").await;
    assert_eq!((moved.status, &moved.body["skill_set"], &moved.body["users"]), (200, &json!("Languages"), &json!(1)));
    assert_eq!(put("/skill-sets/Topics/skills/en-GB").await.told(), (409, "skill-elsewhere"));
    assert_eq!(put("/skill-sets/Topics/skills/French").await.told(), (409, "skill-elsewhere"));
    assert_eq!(put("/skill-sets/Nowhere/skills/French").await.told(), (404, "unknown-skill-set"));
    let imported = world.owner_asks(Method::GET, "/skill-sets/Imported/skills/en-GB", &Value::Null).await;
    assert_eq!(imported.told(), (404, "unknown-skill"));
    assert_eq!(world.read("/skill-sets/Imported").await["skills"], json!([]));
    let ada = world.finds("q=lovelace").await;
    assert_eq!(ada["assigned_skills"], json!([{"skill": "en-GB", "level": 40}]), "nothing has changed for her");
    world.stack.stop().await;
}

// rule 19
#[tokio::test(flavor = "multi_thread")]
async fn rule_19_a_name_that_taskrouter_cannot_route_on_is_refused() {
    let world = World::start().await;
    world.does(Method::POST, "/skill-sets", &json!({"name": "Languages"})).await;
    let long = "x".repeat(65);
    for name in ["en-GB", "two%20words", "has", "IN", "%C3%A9t%C3%A9", "a.b", &long] {
        let refused = world.owner_asks(Method::PUT, &format!("/skill-sets/Languages/skills/{name}"), &json!({})).await;
        assert_eq!(refused.told(), (400, "invalid-skill-name"), "{name}");
    }
    for name in ["", "a/b", &long] {
        let refused = world.owner_asks(Method::POST, "/skill-sets", &json!({"name": name})).await;
        assert_eq!(refused.told(), (400, "invalid-skill-set-name"), "{name}");
    }
    let made = world.owner_asks(Method::PUT, "/skill-sets/Languages/skills/Level_2", &json!({})).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_skill_set_of_any_name_has_an_address_and_is_there_once() {
    let world = World::start().await;
    let posts = async |name: &str| world.owner_asks(Method::POST, "/skill-sets", &json!({"name": name})).await;
    for name in ["Языки & more?", "100 %", "a+b #1"] {
        let made = posts(name).await;
        assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
        let path = made.header("location").to_owned();
        assert_eq!(world.read(&path).await["name"], name);
        assert_eq!(world.owner_asks(Method::PUT, &format!("{path}/skills/In_it"), &json!({})).await.status, 201);
        assert_eq!(world.read(&path).await["skills"][0]["skill_set"], name);
        assert_eq!(world.owner_asks(Method::DELETE, &path, &Value::Null).await.status, 204);
    }
    posts("Topics").await;
    assert_eq!(posts("Topics").await.told(), (409, "skill-set-exists"));
    let (one, other) = tokio::join!(posts("Languages"), posts("Languages"));
    let mut told = [one.status, other.status];
    told.sort_unstable();
    assert_eq!(told, [201, 409], "{one:?} {other:?}");
    world.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_skill_that_has_changed_since_it_was_read_is_refused() {
    let world = World::start().await;
    let english = world.makes_skill("Languages", "English", &json!({})).await;
    let edits = async |method: Method, tag: &str, body: Value| {
        Answered::of(world.ask(method, &english, &world.owner).header("if-match", tag).json(&body)).await
    };
    let first = edits(Method::PUT, "\"1\"", json!({"max": 5})).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    assert_eq!(edits(Method::PUT, "\"1\"", json!({"max": 6})).await.told(), (412, "stale"));
    assert_eq!(edits(Method::DELETE, "\"1\"", Value::Null).await.told(), (412, "stale"));
    assert_eq!(world.read(&english).await["max"], 5);
    assert_eq!(edits(Method::DELETE, "\"2\"", Value::Null).await.status, 204);
    world.stack.stop().await;
}

// rule 31
#[tokio::test(flavor = "multi_thread")]
async fn rule_31_the_history_of_a_skill_and_of_a_skill_set_is_readable_also_when_they_are_deleted() {
    let world = World::start().await;
    let english = world.makes_skill("Languages", "English", &json!({})).await;
    world.does(Method::PUT, &english, &json!({"max": 5})).await;
    world.does(Method::PUT, &english, &json!({"max": 5})).await;
    world.does(Method::DELETE, "/skill-sets/Languages", &Value::Null).await;
    let history = world.history(&english, 2).await;
    let actions = history.iter().map(|record| record["action"].clone()).collect::<Vec<_>>();
    assert_eq!(actions, ["deleted", "edited", "created"]);
    let change = json!([{"field": "levels", "before": {"min": 1, "max": 100}, "after": {"min": 1, "max": 5}}]);
    assert_eq!(history[1]["changes"], change);
    let sets = world.history("/skill-sets/Languages", 10).await;
    assert_eq!(sets.iter().map(|record| record["action"].clone()).collect::<Vec<_>>(), ["deleted", "created"]);
    world.stack.stop().await;
}
