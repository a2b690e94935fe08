//! Each alarm of the template is raised by the fault that it is for.
//!
//! The metrics of AWS itself are not there on one machine. What AWS counts of a fault is shown instead: failed invocations
//! (`Errors`, `5xx`), how long one takes (`Duration`), a batch that is retried and holds up the stream (`IteratorAge`), what
//! is given up and lies at its destination. Not shown: `Throttles` of functions and of the table, and the gateway's `Latency`.

use std::fs;

use local::{Options, names::physical};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Logs, failures::without_all};
use crate::test_stack::TestStack;

/// An alarm of the template, by its name.
pub struct Alarm(Value);

impl Alarm {
    pub fn of(name: &str) -> Self {
        let template = fs::read_to_string(Options::for_test("").template).unwrap();
        let resources = embedded::yaml::parse(&template).unwrap()["Resources"].clone();
        let mut alarms = resources.as_object().unwrap().values().map(|resource| &resource["Properties"]);
        let has_name = |alarm: &&Value| alarm["AlarmName"]["!Sub"] == format!("${{AWS::StackName}}-{name}");
        Self(alarms.find(has_name).unwrap_or_else(|| panic!("there is no alarm {name}")).clone())
    }

    /// Whether it looks at this metric of ours, and this value of it raises it.
    pub fn is_raised_by(&self, metric: &str, value: u64) -> bool {
        let looked_at = self.0.to_string();
        assert!(looked_at.contains(&format!("\"MetricName\":\"{metric}\"")), "{looked_at}");
        let threshold = self.0["Threshold"].as_u64().unwrap();
        match self.0["ComparisonOperator"].as_str().unwrap() {
            "GreaterThanOrEqualToThreshold" => value >= threshold,
            "GreaterThanThreshold" => value > threshold,
            "LessThanThreshold" => value < threshold,
            other => panic!("{other}"),
        }
    }
}

/// Whether the invocation is one of `Errors`.
async fn fails(stack: &TestStack, function: &str, event: &Value) -> bool {
    let lambda = &stack.running.endpoints().lambda;
    let url = format!("{lambda}/2015-03-31/functions/{}/invocations", physical(function));
    stack.client.post(url).json(event).send().await.unwrap().headers().contains_key("x-amz-function-error")
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_functions_are_failed_invocations_and_5xx_of_the_api() {
    let denied = [
        ("Sync", "dynamodb:Query"),
        // Of the members, and of what is due.
        ("FanOut", "dynamodb:Query"),
        ("FanOut", "dynamodb:Query"),
        ("Reconcile", "dynamodb:GetItem"),
        ("WriteExport", "s3:PutObject"),
        ("Search", "dynamodb:Query"),
    ];
    let stack = TestStack::start_with_template(|text| without_all(text, &denied)).await;
    for function in ["Sync", "FanOut", "Reconcile"] {
        assert!(fails(&stack, function, &json!({"source": "aws.events"})).await, "{function}");
    }
    let job = stack.send_ok(Method::POST, "/exports", &json!({})).await;
    let event = json!({"job_id": job["job_id"]});
    stack.wait_for("the export fails", async || fails(&stack, "WriteExport", &event).await.then_some(())).await;
    for _ in 0..5 {
        assert_eq!(stack.get("/users?q=olga").await.status(), 500);
    }
    assert!(Alarm::of("api-errors").is_raised_by("5xx", 5));
    assert!(Alarm::of("background-errors").is_raised_by("Errors", 4));

    let token = stack.log_in("ada@example.com", "Ada Lovelace", "admin").await;
    let faults = json!({"tokens": {"status": 503}});
    stack.simulator(Method::POST, "/sim/faults").json(&faults).send().await.unwrap();
    let request = json!({"version": "2.0", "type": "REQUEST", "routeArn": "", "identitySource": [],
        "routeKey": "GET /me", "rawPath": "/me", "rawQueryString": "", "cookies": [],
        "headers": {"authorization": format!("Bearer {token}")},
        "requestContext": {"accountId": "1", "apiId": "a", "domainName": "d", "domainPrefix": "d", "requestId": "r", "routeKey": "GET /me",
            "stage": "$default", "time": "26/Nov/2026:12:00:00 +0000", "timeEpoch": 0,
            "http": {"method": "GET", "path": "/me", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test"}}});
    for _ in 0..5 {
        assert!(fails(&stack, "Authorize", &request).await);
    }
    assert!(Alarm::of("authorize-errors").is_raised_by("Errors", 5));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_is_neither_applied_nor_handed_over_is_counted() {
    let denied = [("Webhook", "dynamodb:UpdateItem"), ("Webhook", "lambda:InvokeFunction")];
    let stack = TestStack::start_with_template(|text| without_all(text, &denied)).await;
    let data = stack.data;
    stack.running.stop().await;
    let failed = Logs::read(data.path()).sum("Callbacks", Some("failed"));
    assert!(Alarm::of("callback-errors").is_raised_by("Callbacks", failed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_waits_for_taskrouter_takes_longer_than_its_alarm_allows() {
    let stack = TestStack::start().await;
    let claims = |name: &str| json!({"identity": "ada@example.com", "full_name": name, "email": "ada@example.com", "roles": ["agent"]});
    stack.log_in_with_claims(&claims("Ada Byron")).await;
    let sid = stack.find_user("q=byron").await["worker"]["sid"].as_str().unwrap().to_owned();
    stack.drop_callbacks(true).await;
    stack.remove_worker(&sid).await;
    stack.simulator(Method::POST, "/sim/faults").json(&json!({"rest": {"hang": true}})).send().await.unwrap();
    stack.log_in_with_claims(&claims("Ada Lovelace")).await;
    let logs = Logs::read(stack.data.path());
    let longest = logs.of("webhook").iter().filter_map(|line| line["duration_ms"].as_u64()).max().unwrap();
    assert!(Alarm::of("callback-latency").is_raised_by("Duration", longest), "{longest}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_has_held_up_the_stream_and_lies_at_its_destination() {
    let denied = [("Index", "dynamodb:BatchWriteItem"), ("FanOut", "dynamodb:GetItem")];
    let stack = TestStack::start_with_template(|text| without_all(text, &denied)).await;
    let team_id = stack.create_team("Sales").await;
    stack.create_skill("Languages", "English", &json!({})).await;
    stack.send_ok(Method::PUT, &format!("/teams/{team_id}/skills/English"), &json!({})).await;
    let given_up = async || {
        let failures = fs::read_to_string(stack.data.path().join("failures.jsonl")).ok()?;
        let is_there = |destination: &str| failures.lines().any(|line| line.contains(destination));
        (is_there("FanOutFailures") && is_there("flex-roster-indexfailures")).then_some(())
    };
    stack.wait_for("both are given up", given_up).await;
    assert!(stack.data.path().join("s3/flex-roster-indexfailures/aws/lambda/Index").is_dir());
    assert!(Alarm::of("given-up").is_raised_by("ApproximateNumberOfMessagesVisible", 1));
    assert!(Alarm::of("index-given-up").is_raised_by("OnFailureDestinationDeliveredEventCount", 1));
    let logs = Logs::read(stack.data.path());
    let tries = logs.of("index").iter().filter(|line| line["outcome"] == "failed").count();
    assert!(tries > 10, "the record was in front of the stream all the time: {tries}");
    stack.stop().await;
}
