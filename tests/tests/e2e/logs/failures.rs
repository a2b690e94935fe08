//! Where a function may not do what it has to, its failure is found.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use super::Logs;
use crate::test_stack::{ApiResponse, TestStack, id};

/// The template, in which the function may not do this.
fn without(template: &str, function: &str, action: &str) -> String {
    let start = template.find(&format!("\n  {function}:\n")).unwrap();
    let action_at = start + template[start..].find(action).unwrap_or_else(|| panic!("{function} has no {action}"));
    let (before, rest) = template.split_at(action_at);
    let (service, _) = action.split_once(':').unwrap();
    format!("{before}{service}:None{}", &rest[action.len()..])
}

pub fn without_all(template: &str, actions: &[(&str, &str)]) -> String {
    actions.iter().fold(template.to_owned(), |text, (function, action)| without(&text, function, action))
}

fn gateways_id(response: &Response) -> String {
    response.headers()["apigw-requestid"].to_str().unwrap().to_owned()
}

/// The only line of this id that is about a failure.
fn failure<'a>(logs: &'a Logs, request_id: &str) -> (&'a str, &'a Value) {
    let lines = logs.with_id(request_id);
    let mut failures = lines.iter().filter(|(_, line)| line["level"] == "ERROR");
    let found = *failures.next().unwrap_or_else(|| panic!("no failure has the id {request_id}"));
    assert!(failures.next().is_none(), "{lines:?}");
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_a_request_leads_to_the_line_that_says_how_it_ended() {
    let stack = TestStack::start().await;
    let done = gateways_id(&stack.get("/users").await);
    let refused = gateways_id(&stack.get("/users?q=a").await);
    let user_id = stack.find_user("q=olga").await["user_id"].clone();
    let viewed = gateways_id(&stack.get(&format!("/users/{}", user_id.as_str().unwrap())).await);
    let logs = Logs::settled(&stack).await;
    stack.stop().await;
    logs.assert_one_line_each();

    let line_of = |request_id: &str, function: &str| {
        let lines = logs.with_id(request_id);
        let functions = lines.iter().map(|(function, _)| *function).collect::<Vec<_>>();
        assert_eq!(functions.len(), 2, "the authorizer's and the function's: {lines:?}");
        lines.into_iter().find(|(name, _)| *name == function).unwrap().1.clone()
    };
    let line = line_of(&done, "search");
    assert_eq!((&line["outcome"], &line["status"], &line["level"]), (&json!("done"), &json!(200), &json!("INFO")));
    assert_eq!((&line["span"]["operation"], &line["span"]["caller_id"]), (&json!("GET /users"), &user_id));
    let line = line_of(&done, "authorize");
    assert_eq!((&line["outcome"], &line["span"]["caller_id"]), (&json!("done"), &user_id));
    assert!(line["span"]["worker_sid"].as_str().unwrap().starts_with("WK"), "{line}");
    let line = line_of(&refused, "search");
    assert_eq!((&line["outcome"], &line["code"]), (&json!("refused"), &json!("search-text-too-short")));
    assert_eq!(line_of(&viewed, "view")["span"]["user_id"], user_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_a_request_is_one_line_with_the_answers_id_and_the_cause() {
    let stack = TestStack::start_with_template(|text| {
        without_all(text, &[("Search", "dynamodb:Query"), ("View", "dynamodb:GetItem")])
    })
    .await;
    let failed = ApiResponse::receive(stack.request(Method::GET, "/users?q=olga", &stack.owner)).await;
    assert_eq!(failed.status_and_code(), (500, "internal"));
    let request_id = failed.body["request_id"].as_str().unwrap().to_owned();
    assert_eq!(failed.header("apigw-requestid"), request_id);

    let another = stack.log_in("ada@example.com", "Ada Lovelace", "admin").await;
    let faults = json!({"tokens": {"status": 503}});
    stack.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap();
    let unchecked = stack.request(Method::GET, "/users", &another).send().await.unwrap();
    assert_eq!(unchecked.status(), 500);
    let unchecked_id = gateways_id(&unchecked);
    stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();

    let url = format!("{}/webhooks/taskrouter", stack.running.url());
    let unsigned = stack.client.post(&url).header("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let unsigned = unsigned.form(&[("EventType", "worker.created")]).send().await.unwrap();
    let unsigned_id = gateways_id(&unsigned);
    let logs = Logs::settled(&stack).await;
    stack.stop().await;

    logs.assert_one_line_each();
    let (function, line) = failure(&logs, &request_id);
    assert_eq!((function, &line["outcome"], &line["status"]), ("search", &json!("failed"), &json!(500)));
    assert!(line["error"].as_str().unwrap().contains("AccessDenied"), "{line}");
    let (function, line) = failure(&logs, &unchecked_id);
    assert_eq!((function, &line["outcome"]), ("authorize", &json!("failed")));
    assert!(line["error"].as_str().unwrap().starts_with("failed to validate a token: "), "{line}");
    let warned = logs.with_id(&unsigned_id);
    assert_eq!(warned.len(), 1, "{warned:?}");
    let (function, line) = warned[0];
    assert_eq!((function, &line["level"], &line["code"]), ("webhook", &json!("WARN"), &json!("wrong-signature")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_of_what_runs_by_itself_is_one_line_of_its_invocation() {
    let denied = [
        ("Index", "dynamodb:BatchWriteItem"),
        ("Sync", "dynamodb:BatchGetItem"),
        ("FanOut", "dynamodb:Query"),
        ("WriteExport", "s3:PutObject"),
        ("Reconcile", "dynamodb:UpdateItem"),
    ];
    let stack = TestStack::start_with_template(|text| without_all(text, &denied)).await;
    let user = stack.create_user("ada", &json!({})).await;
    let team_id = stack.create_team("Sales").await;
    stack.create_skill("Languages", "English", &json!({})).await;
    stack.send_ok(Method::PATCH, &format!("/users/{}", id(&user)), &json!({"teams": [team_id]})).await;
    stack.send_ok(Method::PUT, &format!("/teams/{team_id}/skills/English"), &json!({})).await;
    let job = stack.send_ok(Method::POST, "/exports", &json!({})).await;
    let reconcile = stack.send_ok(Method::POST, "/reconciliations", &Value::Null).await;
    assert_eq!(reconcile["state"], "queued");
    // A worker whose callback cannot be applied is handed to `reconcile`, which cannot apply it either.
    stack.drop_callbacks(true).await;
    let grace = json!({"identity": "grace", "full_name": "Grace", "email": "grace@example.com", "roles": ["agent"]});
    let token = stack.log_in_with_claims(&grace).await;
    assert_eq!(stack.send_as(&token, Method::GET, "/me", &Value::Null).await.status, 403);

    let functions = ["index", "sync", "fan-out", "write-export", "reconcile"];
    let have_failed = async || {
        let logs = Logs::read(stack.data.path());
        functions.iter().all(|function| logs.of(function).iter().any(|line| line["outcome"] == "failed")).then_some(())
    };
    stack.wait_for("each has failed", have_failed).await;
    let logs = Logs::settled(&stack).await;
    stack.stop().await;
    logs.assert_one_line_each();
    for function in functions {
        let failures = logs.of(function).into_iter().filter(|line| line["level"] == "ERROR").collect::<Vec<_>>();
        assert!(!failures.is_empty(), "{function}");
        for line in failures {
            let error = line["error"].as_str().unwrap_or_else(|| panic!("{function}: {line}"));
            assert!(error.contains("AccessDenied"), "{function}: {line}");
            assert_eq!(line["span"]["operation"], function, "{line}");
        }
    }
    let named = |function: &str, name: &str| logs.of(function).iter().any(|line| line["span"][name].is_string());
    assert!(named("index", "user_id") && named("fan-out", "team_id") && named("reconcile", "worker_sid"));
    assert!(logs.of("write-export").iter().any(|line| line["span"]["job_id"] == job["job_id"]));
}
