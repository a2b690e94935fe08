//! What callbacks have missed is repaired by a reconciliation (rule 28).

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, WORKERS, id};

impl TestStack {
    /// Starts a reconciliation and waits for its end.
    pub async fn reconcile(&self) -> Value {
        let started = async || {
            let started = self.send(Method::POST, "/reconciliations", &Value::Null).await;
            (started.status == 202).then_some(started.body)
        };
        let started = self.wait_for("no other reconciliation is running", started).await;
        let ended = async || {
            let latest = self.get_json("/reconciliations/latest").await;
            assert_eq!(latest["reconciliation_id"], started["reconciliation_id"]);
            ["done", "braked"].contains(&latest["state"].as_str()?).then_some(latest)
        };
        self.wait_for("the reconciliation has ended", ended).await
    }

    pub async fn drop_callbacks(&self, are_dropped: bool) {
        let (method, body) = if are_dropped {
            (Method::POST, json!({"callbacks": {"drop": true}}))
        } else {
            (Method::DELETE, Value::Null)
        };
        let response = self.simulator(method, "/sim/faults").json(&body).send().await.unwrap();
        assert!(response.status().is_success());
    }

    pub async fn rest(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Value {
        let request = self.simulator(method, &format!("{WORKERS}{path}")).form(form);
        let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
        request.send().await.unwrap().json().await.unwrap_or_default()
    }
}

fn claims(name: &str) -> Value {
    json!({"identity": format!("{name}@example.com"), "full_name": name, "email": format!("{name}@example.com"),
        "roles": ["agent"], "attributes": {"routing": {"skills": ["Chess"], "levels": {"Chess": 7}}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_what_callbacks_have_missed_is_repaired_by_one_reconciliation() {
    let stack = TestStack::start().await;
    stack.log_in_with_claims(&claims("zelda")).await;
    let zelda = stack.find_user("q=zelda").await;
    stack.drop_callbacks(true).await;
    for name in ["marilyn", "marlene", "marvin"] {
        stack.log_in_with_claims(&claims(name)).await;
    }
    let sid = zelda["worker"]["sid"].as_str().unwrap();
    stack.remove_worker(sid).await;
    stack.drop_callbacks(false).await;
    assert_eq!(stack.get_json("/users?q=mar").await["items"], json!([]));

    let report = stack.reconcile().await;
    assert_eq!((&report["state"], &report["adopted"]), (&json!("done"), &json!(3)), "{report}");
    assert_eq!(report["missing"], json!({"count": 1, "first": [id(&zelda)]}));
    let found = async || {
        let found = stack.get_json("/users?q=mar").await;
        (found["items"].as_array()?.len() == 3).then_some(())
    };
    stack.wait_for("all three are found", found).await;
    let zelda = stack.get_json(&format!("/users/{}", id(&zelda))).await;
    assert_eq!((&zelda["status"], &zelda["worker"]), (&json!("active"), &Value::Null));
    let again = stack.reconcile().await;
    assert_eq!((&again["adopted"], &again["repaired"], &again["woken"]), (&json!(0), &json!(0), &json!(0)), "{again}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_what_another_tool_changed_unheard_is_reverted_or_adopted_as_an_admin_decides() {
    let stack = TestStack::start().await;
    stack.log_in_with_claims(&claims("zelda")).await;
    let zelda = stack.find_user("q=zelda").await;
    let (sid, path) = (zelda["worker"]["sid"].as_str().unwrap(), format!("/users/{}", id(&zelda)));
    stack.send_ok(Method::PUT, &format!("{path}/skills/Chess"), &json!({"level": 9})).await;
    let level = async |level: i64| {
        let worker = stack.rest(Method::GET, &format!("/{sid}"), &[]).await;
        let attributes: Value = serde_json::from_str(worker["attributes"].as_str()?).unwrap();
        (attributes["routing"]["levels"]["Chess"] == level).then_some(())
    };
    stack.wait_for("the edit is in TaskRouter", async || level(9).await).await;
    let overwrite = async || {
        stack.drop_callbacks(true).await;
        let stray = r#"{"full_name":"zelda","roles":["agent"],"routing":{"skills":["Chess"],"levels":{"Chess":1}}}"#;
        stack.rest(Method::POST, &format!("/{sid}"), &[("Attributes", stray)]).await;
        stack.drop_callbacks(false).await;
    };
    overwrite().await;
    let adopted = stack.send_ok(Method::POST, &format!("{path}/drift/skills/adopt"), &Value::Null).await;
    assert_eq!(adopted["assigned_skills"], json!([{"skill": "Chess", "level": 1}]));
    let history = stack.get_json(&format!("{path}/history")).await;
    assert_eq!(history["items"][0]["action"], "drift_adopted");

    stack.send_ok(Method::PUT, &format!("{path}/skills/Chess"), &json!({"level": 9})).await;
    stack.wait_for("the edit is in TaskRouter", async || level(9).await).await;
    overwrite().await;
    stack.send_ok(Method::POST, &format!("{path}/drift/skills/revert"), &Value::Null).await;
    stack.wait_for("the stray write is reverted", async || level(9).await).await;
    stack.stop().await;
}
