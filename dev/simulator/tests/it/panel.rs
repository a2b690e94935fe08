//! Flex's own skills panel, and Flex's configuration (rules 16, 24, 26).

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Twilio, attributes, text};

const BEFORE: &str = r#"{"full_name":"Alice","routing":{"skills":["french","billing"],"levels":{"french":5,"billing":1},"more":1},"odd":"\ud800"}"#;

/// A simulator with a worker that has skills, and the worker's SID.
async fn with_skills() -> (Twilio, String) {
    let mut twilio = Twilio::start().await;
    let worker = twilio.worker("alice").await;
    let sid = text(&worker, "sid").to_owned();
    twilio.post(&format!("/Workers/{sid}"), &[("Attributes", BEFORE)]).await;
    twilio.receiver.next().await;
    let skills = json!([
        {"name": "french", "multivalue": true, "minimum": 1, "maximum": 10},
        {"name": "german", "multivalue": true, "minimum": 1, "maximum": 10},
        {"name": "billing", "multivalue": false}
    ]);
    twilio.configure(json!({ "taskrouter_skills": skills })).await;
    (twilio, sid)
}

async fn save(twilio: &Twilio, request: Value) -> Value {
    let (status, worker) = twilio.sim(Method::POST, "skills-panel", request).await;
    assert_eq!(status, 200, "{worker}");
    worker
}

#[tokio::test]
async fn the_panel_builds_routing_and_disabled_skills_anew_with_levels_where_flex_has_them() {
    // rules 16, 24
    let (mut twilio, sid) = with_skills().await;
    let request =
        json!({"worker_sid": sid, "skills": ["billing", "german"], "disabled": ["french"], "levels": {"german": 7}});
    let worker = save(&twilio, request).await;
    let expected = r#"{"full_name":"Alice","routing":{"levels":{"german":7},"skills":["billing","german"]},"odd":"\ud800","disabled_skills":{"levels":{"french":5},"skills":["french"]}}"#;
    assert_eq!(worker["attributes"], expected);
    assert_eq!(twilio.receiver.next().await.event_type(), "worker.attributes.update");
    let back = save(&twilio, json!({"worker_sid": sid, "skills": ["french"]})).await;
    assert_eq!(attributes_of(&back)["routing"], json!({"skills": ["french"], "levels": {"french": 5}}));
    assert_eq!(attributes_of(&back)["disabled_skills"], json!({"skills": [], "levels": {}}));
}

/// The attributes without what no parser reads.
fn attributes_of(worker: &Value) -> Value {
    attributes(&json!({"attributes": text(worker, "attributes").replace(r"\ud800", "")}))
}

#[tokio::test]
async fn the_panel_overwrites_with_the_browsers_copy_whatever_happened_since() {
    // rule 24
    let (twilio, sid) = with_skills().await;
    let path = format!("/Workers/{sid}");
    for (copy, name) in [(json!(BEFORE.replace(r"\ud800", "")), "Alice"), (json!({"full_name": "Older"}), "Older")] {
        twilio.post(&path, &[("Attributes", r#"{"full_name":"Newer","team_name":"x"}"#)]).await;
        let saved = save(&twilio, json!({"worker_sid": sid, "skills": ["billing"], "stale_copy": copy})).await;
        let attributes = attributes(&saved);
        assert_eq!((&attributes["full_name"], attributes.get("team_name")), (&json!(name), None));
        assert_eq!(attributes["routing"]["skills"], json!(["billing"]));
    }
}

#[tokio::test]
async fn the_panel_cannot_save_a_skill_without_the_level_that_flex_wants() {
    // rule 16
    let (twilio, sid) = with_skills().await;
    let cases = [
        (json!({"worker_sid": sid, "skills": ["german"]}), "german needs a level"),
        (json!({"worker_sid": sid, "skills": ["german"], "levels": {"german": 11}}), "must be from 1 to 10, not 11"),
        (json!({"worker_sid": sid, "skills": [], "stale_copy": "[]"}), "stale_copy"),
        (json!({"worker_sid": sid, "skills": "x"}), "skills: \"x\" is given, which it cannot be; expected a list"),
    ];
    for (request, named) in cases {
        let (status, refusal) = twilio.sim(Method::POST, "skills-panel", request).await;
        assert_eq!(status, 400);
        assert!(text(&refusal, "message").contains(named), "{refusal}");
    }
    assert_eq!(twilio.get(&format!("/Workers/{sid}")).await["attributes"], BEFORE);
    let nobody = json!({"worker_sid": "WK0", "skills": []});
    assert_eq!(twilio.sim(Method::POST, "skills-panel", nobody).await.0, 404);
}

#[tokio::test]
async fn flexs_configuration_names_the_offline_activity_and_the_skills() {
    let (twilio, _) = with_skills().await;
    let url = twilio.url("/v1/Configuration");
    let configuration = twilio.get(&url).await;
    assert_eq!(configuration["taskrouter_offline_activity_sid"], simulator::OFFLINE_ACTIVITY_SID);
    assert_eq!(configuration["taskrouter_skills"][0]["name"], "french");
    assert_eq!(configuration["taskrouter_skills"][2]["multivalue"], false);
    twilio.configure(json!({"taskrouter_skills": null, "taskrouter_offline_activity_sid": null})).await;
    let configuration = twilio.get(&url).await;
    assert_eq!(configuration["taskrouter_skills"], Value::Null);
    assert_eq!(configuration["taskrouter_offline_activity_sid"], Value::Null);
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 401);
}

#[tokio::test]
async fn there_can_be_no_flex_at_all() {
    let (twilio, sid) = with_skills().await;
    assert_eq!(twilio.sim(Method::DELETE, "configuration", Value::Null).await.0, 204);
    assert_eq!(twilio.get(&twilio.url("/v1/Configuration")).await["status"], 404);
    assert_eq!(twilio.sim(Method::GET, "configuration", Value::Null).await.0, 404);
    assert_eq!(twilio.sim(Method::POST, "skills-panel", json!({"worker_sid": sid, "skills": []})).await.0, 400);
    twilio.configure(json!({})).await;
    assert_eq!(twilio.get(&twilio.url("/v1/Configuration")).await["taskrouter_skills"], json!([]));
    let misspelt = json!({"taskrouter_skills": [{"name": "x", "multivalued": true}]});
    let (status, refusal) = twilio.sim(Method::POST, "configuration", misspelt).await;
    assert_eq!(status, 400);
    assert!(text(&refusal, "message").starts_with("taskrouter_skills[0].multivalued: "), "{refusal}");
}
