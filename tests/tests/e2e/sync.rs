//! What is decided here is in TaskRouter soon after, and stays there.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, WORKERS, id};

/// Zelda, who has logged in with English.
struct Zelda<'a> {
    stack: &'a TestStack,
    sid: String,
    path: String,
}

impl<'a> Zelda<'a> {
    async fn log_in(stack: &'a TestStack) -> Self {
        stack
            .log_in_with_claims(&claims(&json!({"routing": {"skills": ["English"], "levels": {"English": 80}}})))
            .await;
        let found = stack.find_user("q=zelda").await;
        let sid = found["worker"]["sid"].as_str().unwrap().to_owned();
        Self { stack, sid, path: format!("/users/{}", id(&found)) }
    }

    async fn rest(&self, method: Method, suffix: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.stack.simulator(method, &format!("{WORKERS}/{}{suffix}", self.sid)).form(form);
        let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    /// The worker in TaskRouter; none if it does not exist.
    async fn worker(&self) -> Option<Value> {
        let (status, mut worker) = self.rest(Method::GET, "", &[]).await;
        let attributes = worker["attributes"].as_str().map(|attributes| serde_json::from_str(attributes).unwrap());
        worker["attributes"] = attributes.unwrap_or_default();
        (status == 200).then_some(worker)
    }

    async fn wait_for_skills(&self, skills: &Value) {
        let what = format!("the skills in TaskRouter are {skills}");
        self.stack
            .wait_for(&what, async || {
                (self.worker().await?["attributes"]["routing"]["skills"] == *skills).then_some(())
            })
            .await;
    }

    async fn wait_for_activity(&self, activity: &str) {
        let what = format!("the worker is {activity}");
        self.stack.wait_for(&what, async || (self.worker().await?["activity_name"] == activity).then_some(())).await;
    }

    async fn wait_until_synced(&self) -> Value {
        let synced =
            async || Some(self.stack.get_json(&self.path).await).filter(|user| user["sync"]["state"] == "synced");
        self.stack.wait_for("everything is carried over", synced).await
    }

    async fn records(&self, action: &str) -> Vec<Value> {
        let history = self.stack.get_json(&format!("{}/history", self.path)).await;
        let records = history["items"].as_array().unwrap();
        records.iter().filter(|record| record["action"] == action).cloned().collect()
    }
}

fn claims(attributes: &Value) -> Value {
    json!({"identity": "zelda@example.com", "full_name": "Zelda", "email": "zelda@example.com", "roles": ["agent"],
        "attributes": attributes})
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_an_edit_reaches_the_worker_and_what_others_overwrite_is_reverted_and_recorded() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "French", &json!({})).await;
    let zelda = Zelda::log_in(&stack).await;
    stack.send_ok(Method::PUT, &format!("{}/skills/French", zelda.path), &json!({"level": 7})).await;
    zelda.wait_for_skills(&json!(["English", "French"])).await;
    assert_eq!(zelda.worker().await.unwrap()["attributes"]["routing"]["levels"], json!({"English": 80, "French": 7}));
    zelda.wait_until_synced().await;

    stack.log_in_with_claims(&claims(&json!({"routing": {"skills": ["Chess"], "levels": {}}}))).await;
    zelda.wait_for_skills(&json!(["English", "French"])).await;
    let stray = r#"{"full_name":"Zelda","email":"zelda@example.com","roles":["agent"],"plugin":1e999}"#;
    assert_eq!(zelda.rest(Method::POST, "", &[("Attributes", stray)]).await.0, 200);
    stack
        .wait_for("the stray write is reverted", async || {
            let (_, worker) = zelda.rest(Method::GET, "", &[]).await;
            let attributes = worker["attributes"].as_str()?;
            (attributes.contains("1e999") && attributes.contains("French")).then_some(())
        })
        .await;
    zelda.wait_until_synced().await;
    let drift = zelda.records("drift").await;
    assert_eq!(drift.len(), 2, "{drift:?}");
    // A revert does not wait for the author: on a busy machine none may be named, and never another one.
    let author = &drift[0]["author"];
    assert!(author.is_null() || author["actor_sid"] == "AC00000000000000000000000000000000", "{author}");
    assert_eq!(drift[1]["changes"][0]["after"], json!({"Chess": null}));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_12_a_deactivated_user_is_taken_offline_each_time_and_comes_back_as_they_were() {
    let stack = TestStack::start().await;
    let zelda = Zelda::log_in(&stack).await;
    stack.send_ok(Method::POST, &format!("{}/deactivate", zelda.path), &Value::Null).await;
    zelda.wait_for_activity("Offline").await;
    zelda.wait_for_skills(&json!([])).await;
    let available = [("ActivitySid", simulator::AVAILABLE_ACTIVITY_SID)];
    assert_eq!(zelda.rest(Method::POST, "", &available).await.0, 200);
    zelda.wait_for_activity("Offline").await;
    stack.log_in_with_claims(&claims(&json!({"routing": {"skills": ["English"], "levels": {}}}))).await;
    zelda.wait_for_skills(&json!([])).await;
    stack.send_ok(Method::POST, &format!("{}/reactivate", zelda.path), &Value::Null).await;
    zelda.wait_for_skills(&json!(["English"])).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_13_a_deleted_users_worker_is_removed_and_so_is_that_of_a_later_login() {
    let stack = TestStack::start().await;
    let zelda = Zelda::log_in(&stack).await;
    stack.send_ok(Method::DELETE, &zelda.path, &Value::Null).await;
    let gone = async || zelda.worker().await.is_none().then_some(());
    stack.wait_for("the worker is removed", gone).await;
    stack.log_in_with_claims(&claims(&json!({}))).await;
    let refused = async || (zelda.records("login_refused").await.len() == 1).then_some(());
    stack.wait_for("the login is recorded", refused).await;
    let none_left = async || {
        let workers = stack.simulator(Method::GET, &format!("{WORKERS}?FriendlyName=zelda%40example.com"));
        let workers = workers.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
        let found: Value = workers.send().await.unwrap().json().await.unwrap();
        found["workers"].as_array().unwrap().is_empty().then_some(())
    };
    stack.wait_for("the new worker is removed as well", none_left).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_15_a_teams_skills_reach_its_members_and_leave_them_when_it_is_archived() {
    let stack = TestStack::start().await;
    stack.create_skill("Topics", "Sales", &json!({})).await;
    let zelda = Zelda::log_in(&stack).await;
    let team = stack.create_team("Sellers").await;
    stack.send_ok(Method::PATCH, &zelda.path, &json!({"teams": [team]})).await;
    stack.send_ok(Method::PUT, &format!("/teams/{team}/skills/Sales"), &json!({"level": 5})).await;
    zelda.wait_for_skills(&json!(["English", "Sales"])).await;
    stack.send_ok(Method::PATCH, &format!("/teams/{team}"), &json!({"archived": true})).await;
    zelda.wait_for_skills(&json!(["English"])).await;
    stack.stop().await;
}
