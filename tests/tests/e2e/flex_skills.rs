//! The skills of Flex's configuration and the catalog (rule 16).

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

const IMPORT: &str = "/flex/skills/import";

pub async fn configure_flex(stack: &TestStack, skills: Value) {
    let configuration = json!({"taskrouter_skills": skills});
    let response = stack.simulator(Method::POST, "/sim/configuration").json(&configuration).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

/// Flex defines English from 1 to 5 and Polite without levels.
async fn define_english_and_polite(stack: &TestStack) {
    let english = json!({"name": "English", "multivalue": true, "minimum": 1, "maximum": 5});
    configure_flex(stack, json!([english, {"name": "Polite", "multivalue": false}])).await;
}

/// Each skill with its state.
async fn states(stack: &TestStack) -> Value {
    let compared = stack.get_json("/flex/skills").await;
    let items = compared["items"].as_array().unwrap().iter();
    items.map(|item| json!([item["skill"], item["state"]])).collect()
}

async fn put(stack: &TestStack, path: &str, level: Option<i64>) -> (u16, String, String) {
    let body = level.map_or(json!({}), |level| json!({"level": level}));
    let response = stack.send(Method::PUT, path, &body).await;
    let detail = response.body["detail"].as_str().unwrap_or_default().to_owned();
    (response.status, response.code().to_owned(), detail)
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_16_flexs_skills_are_compared_imported_and_then_need_the_level_that_flex_needs() {
    let stack = TestStack::start().await;
    let english = stack.create_skill("Languages", "English", &json!({})).await;
    let sales = stack.create_team("Sales").await;
    let ada = id(&stack.create_user("ada", &json!({})).await).to_owned();
    define_english_and_polite(&stack).await;

    assert_eq!(states(&stack).await, json!([["English", "differs"], ["Polite", "missing"]]));
    let imported = stack.send_ok(Method::POST, IMPORT, &json!({})).await;
    assert_eq!(
        imported,
        json!({
            "items": [
                {"skill": "English", "created": false, "skill_set": "Languages", "levels": true, "min": 1, "max": 5, "level_required": true},
                {"skill": "Polite", "created": true, "skill_set": "Flex", "levels": false, "level_required": false},
            ],
            "unusable": [],
            "left": 0,
        })
    );
    assert_eq!(states(&stack).await, json!([["English", "same"], ["Polite", "same"]]));
    assert_eq!(stack.get_json(&english).await["level_required"], true);

    let (assigned, granted) = (format!("/users/{ada}/skills/English"), format!("/teams/{sales}/skills/English"));
    for path in [&assigned, &granted] {
        let (status, code, detail) = put(&stack, path, None).await;
        assert_eq!((status, code.as_str()), (400, "level-required"), "{path}");
        assert!(detail.contains("\"English\" needs a level, a whole number from 1 to 5"), "{detail}");
    }
    let added = json!({"identity": "ida", "name": "Ida", "assigned_skills": [{"skill": "English"}]});
    assert_eq!(stack.send(Method::POST, "/users", &added).await.code(), "level-required");
    assert_eq!(put(&stack, &assigned, Some(3)).await.0, 200);
    assert_eq!(put(&stack, &granted, Some(2)).await.0, 200);
    assert_eq!(put(&stack, &format!("/users/{ada}/skills/Polite"), None).await.0, 200);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_16_an_inherited_level_is_enough_and_the_team_that_grants_it_is_then_not_left() {
    let stack = TestStack::start().await;
    define_english_and_polite(&stack).await;
    stack.send_ok(Method::POST, IMPORT, &json!({"skill_set": "Languages"})).await;
    let sales = stack.create_team("Sales").await;
    stack.send_ok(Method::PUT, &format!("/teams/{sales}/skills/English"), &json!({"level": 2})).await;
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({"teams": [sales]})).await));

    let assigned = format!("{ada}/skills/English");
    assert_eq!(put(&stack, &assigned, None).await.0, 200);
    assert_eq!(stack.get_json(&ada).await["effective_skills"][0]["level"], 2);
    let leave = json!({"teams": []});
    assert_eq!(stack.send(Method::PATCH, &ada, &leave).await.status_and_code(), (400, "level-required"));
    assert_eq!(put(&stack, &assigned, Some(4)).await.0, 200);
    stack.send_ok(Method::PATCH, &ada, &leave).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_an_import_is_repeated_without_a_record_and_each_skill_has_one_by_the_admin() {
    let stack = TestStack::start().await;
    let polite = stack.create_skill("Manners", "Polite", &json!({})).await;
    define_english_and_polite(&stack).await;
    for written in [2, 0] {
        let imported = stack.send_ok(Method::POST, IMPORT, &json!({})).await;
        assert_eq!(imported["items"].as_array().unwrap().len(), written);
    }
    let actions = async |path: &str| {
        let records = stack.history(path, 10).await;
        assert!(records.iter().all(|record| record["actor"]["kind"] == "user" && record["source"] == "api"));
        records.iter().map(|record| record["action"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(actions("/skill-sets/Flex/skills/English").await, ["imported"]);
    assert_eq!(actions(&polite).await, ["edited", "created"], "it stays in its skill set");
    assert_eq!(actions("/skill-sets/Flex").await, ["created"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrower_range_and_levels_that_flex_does_not_know_leave_assigned_levels_as_they_are() {
    let stack = TestStack::start().await;
    for skill in ["English", "Polite"] {
        stack.create_skill("Skills", skill, &json!({})).await;
    }
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    for skill in ["English", "Polite"] {
        assert_eq!(put(&stack, &format!("{ada}/skills/{skill}"), Some(50)).await.0, 200);
    }
    define_english_and_polite(&stack).await;
    stack.send_ok(Method::POST, IMPORT, &json!({})).await;
    let assigned = stack.get_json(&ada).await["assigned_skills"].clone();
    assert_eq!(assigned, json!([{"skill": "English", "level": 50}, {"skill": "Polite", "level": 50}]));
    assert_eq!(put(&stack, &format!("{ada}/skills/English"), Some(51)).await.1, "level-out-of-range");
    assert_eq!(put(&stack, &format!("{ada}/skills/Polite"), Some(51)).await.1, "skill-without-levels");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_flex_has_nothing_to_compare_and_it_is_said() {
    let stack = TestStack::start().await;
    assert_eq!(stack.simulator(Method::DELETE, "/sim/configuration").send().await.unwrap().status(), 204);
    for (method, path) in [(Method::GET, "/flex/skills"), (Method::POST, IMPORT)] {
        let response = stack.send(method, path, &Value::Null).await;
        assert_eq!(response.status_and_code(), (404, "no-flex-configuration"), "{path}");
    }
    stack.stop().await;
}
