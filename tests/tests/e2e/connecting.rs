//! Events reach the directory as an operator has connected it (rule 28).

use reqwest::Method;
use serde_json::{Value, json};

use super::test_stack::{TestStack, WORKERS, id};

impl TestStack {
    async fn set_callback(&self, url: &str) {
        let workspace = WORKERS.trim_end_matches("/Workers");
        let request = self.simulator(Method::POST, workspace);
        let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
        assert_eq!(request.form(&[("EventCallbackUrl", url)]).send().await.unwrap().status(), 200);
    }

    async fn sim(&self, path: &str, body: &Value) -> Value {
        let response = self.simulator(Method::POST, path).json(body).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// A login; answers how many of its callbacks were rejected.
    async fn rejected_callbacks(&self, name: &str) -> usize {
        let claims =
            json!({"identity": "ada@example.com", "full_name": name, "email": "ada@example.com", "roles": ["agent"]});
        let session = self.sim("/sim/logins", &claims).await;
        session["callbacks"].as_array().map_or(0, Vec::len)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_login_reaches_the_directory_by_event_streams_twice_and_in_any_order() {
    let stack = TestStack::start().await;
    stack.set_callback("http://127.0.0.1:1/another-system").await;
    let report = stack.report_of(&["connect", "--event-streams", "--yes"]);
    assert_eq!(report["done"].as_array().unwrap().len(), 2, "{report:#}");
    stack.sim("/sim/faults", &json!({"callbacks": {"duplicate": true, "reorder": true}})).await;
    stack.rejected_callbacks("Ada First").await;
    assert_eq!(stack.find_user("q=ada+first").await["identity"], "ada@example.com");
    stack.rejected_callbacks("Ada Second").await;
    let user = stack.find_user("q=ada+second").await;
    assert_eq!(stack.get_json(&format!("/users/{}", id(&user))).await["worker"]["activity"], "Available");

    stack.report_of(&["disconnect", "--yes"]);
    stack.rejected_callbacks("Ada Third").await;
    assert_eq!(stack.get_json("/users?q=ada+third").await["items"], json!([]), "nothing leads here any more");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_callbacks_are_taken_whether_twilio_signs_the_fragment_or_not() {
    let stack = TestStack::start().await;
    let report = stack.report_of(&["connect", "--yes"]);
    assert!(report["done"][0].as_str().unwrap().contains("/webhooks/taskrouter#rc=3&rp=ct,rt,5xx"), "{report:#}");
    for (signed_url, name) in [("without_fragment", "Ada First"), ("with_fragment", "Ada Second")] {
        stack.sim("/sim/configuration", &json!({ "signed_url": signed_url })).await;
        assert_eq!(stack.rejected_callbacks(name).await, 0, "{signed_url}");
        stack.find_user(&format!("q={}", name.replace(' ', "+"))).await;
    }
    assert_eq!(stack.report_of(&["connect", "--yes"])["done"], Value::Null, "it is connected");
    stack.stop().await;
}
