//! Attributes of which a part is odd, over the whole path (rule 34).

use domain::{Level, Role, SkillName, User, WorkerSid, test_support::stored};
use serde_json::{Value, json};
use store::ViewUser;

use crate::support::{Fixture, Report, TaskRouter, TestIngest, report, user_of_identity};

/// What a JSON parser that makes values of everything rejects, or takes for something else.
fn oddities() -> Vec<String> {
    let deep = format!("{}{}", "[".repeat(130), "]".repeat(130));
    let odd = ["1e999", r#""\ud800""#, "123456789012345678901234567890", &deep];
    odd.into_iter()
        .map(|value| format!("\"phone\": {value}, "))
        .chain(["\"phone\": 1, \"phone\": 2, ".into()])
        .collect()
}

/// A callback whose attributes hold this field before all others.
fn odd(second: i64, oddity: &str, attributes: &Value) -> Report {
    let attributes = attributes.to_string().replacen('{', &format!("{{{oddity}"), 1);
    Report { attributes, ..report(second, "WK1", "ada", &Value::Null) }
}

fn ada(name: &str, role: &str) -> Value {
    json!({"full_name": name, "email": "ada@example.com", "roles": [role],
        "routing": {"skills": ["English"], "levels": {"English": 80}}})
}

async fn user(ingest: &TestIngest) -> User {
    user_of_identity(&ingest.store.directory, "ada").await
}

async fn activity(ingest: &TestIngest) -> String {
    let worker = ingest.store.directory.worker(&WorkerSid::new("WK1")).await.unwrap();
    worker.unwrap().activity
}

#[tokio::test]
async fn rule_34_a_new_person_with_an_odd_field_arrives_with_name_role_and_skills() {
    let fixture = Fixture::new().await;
    for oddity in oddities() {
        let ingest = fixture.ingest(TaskRouter::default());
        odd(1, &oddity, &ada("Ada", "supervisor")).deliver(&ingest).await;
        let ada = user(&ingest).await;
        assert_eq!((ada.name(), ada.email(), ada.managed.role), ("Ada", Some("ada@example.com"), Role::Supervisor));
        let skills = ada.managed.assigned_skills.iter().map(|(name, level)| (name.as_str(), level.map(|l| l.0)));
        assert_eq!(skills.collect::<Vec<_>>(), [("English", Some(80))], "{oddity}");
    }
}

#[tokio::test]
async fn rule_34_a_role_lowered_by_a_login_with_an_odd_field_is_taken_over_and_so_are_name_and_activity() {
    let fixture = Fixture::new().await;
    for oddity in oddities() {
        let ingest = fixture.ingest(TaskRouter::default());
        report(1, "WK1", "ada", &ada("Ada", "admin")).deliver(&ingest).await;
        odd(2, &oddity, &ada("Ada King", "agent")).deliver(&ingest).await;
        let after = user(&ingest).await;
        assert_eq!((after.name(), after.managed.role), ("Ada King", Role::Agent), "{oddity}");
        assert_eq!(activity(&ingest).await, "activity 2", "{oddity}");
    }
}

#[tokio::test]
async fn rule_34_a_bot_with_an_odd_field_stays_unmanaged() {
    let fixture = Fixture::new().await;
    for oddity in oddities() {
        let ingest = fixture.ingest(TaskRouter::default());
        odd(1, &oddity, &ada("Bot", "bot")).deliver(&ingest).await;
        let found = ingest.store.directory.user_id_of_identity(&stored("ada")).await;
        assert_eq!(found.unwrap(), None, "{oddity}");
    }
}

#[tokio::test]
async fn rule_34_the_second_of_two_odd_logins_counts_too() {
    let fixture = Fixture::new().await;
    for oddity in oddities() {
        let ingest = fixture.ingest(TaskRouter::default());
        odd(1, &oddity, &ada("Ada", "admin")).deliver(&ingest).await;
        odd(2, &oddity, &ada("Ada", "agent")).deliver(&ingest).await;
        assert_eq!(user(&ingest).await.managed.role, Role::Agent, "{oddity}");
    }
}

#[tokio::test]
async fn rule_34_skills_that_are_partly_odd_are_adopted_as_far_as_they_can_be_read() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    let mut attributes = ada("Ada", "agent");
    attributes["routing"] = json!({"skills": ["English", 5, {"x": 1}], "levels": {"English": "80.00", "x": []}});
    report(1, "WK1", "ada", &attributes).deliver(&ingest).await;
    let english = SkillName::adopted("English").unwrap();
    assert_eq!(user(&ingest).await.managed.assigned_skills, [(english, Some(Level(80)))].into());
}
