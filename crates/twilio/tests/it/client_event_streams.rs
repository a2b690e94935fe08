//! Event Streams, the rules of webhooks, and the workspace's callback.

use serde_json::{Value, json};
use twilio::{
    ChangeEventStreams, EventCallback, FetchFlexConfiguration, RateLimit, ReadEventStreams, ReadWebhookRules, Retries,
    SharedKey, StateRateLimits, UpdateWorkspace, UrlMatch,
};
use wiremock::matchers::{body_string, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{
    contract::{answer, check_requests},
    mock::{client, mount},
};

const WORKSPACE: &str = "/v1/Workspaces/WS00000000000000000000000000000000";
const SINK: &str = "DG0123456789abcdef0123456789abcdef";
const SUBSCRIPTION: &str = "DF0123456789abcdef0123456789abcdef";
const URL: &str = "https://roster.example.com/webhooks/taskrouter";

fn list(key: &str, items: &Value) -> Value {
    json!({key: items, "meta": {"key": key, "page": 0, "page_size": 1000, "next_page_url": null}})
}

fn sink() -> Value {
    json!({"sid": SINK, "description": "ours", "sink_type": "webhook", "status": "active",
        "sink_configuration": {"destination": URL, "method": "POST"}})
}

async fn expect_form(twilio: &MockServer, at: &str, form: &[(&str, &str)], answer: ResponseTemplate) {
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mock = Mock::given(method("POST")).and(path(at)).and(body_string(form));
    mock.respond_with(answer).expect(1).mount(twilio).await;
}

#[tokio::test]
async fn the_callback_is_set_with_its_fragment_and_filter() {
    let twilio = MockServer::start().await;
    let url = format!("{URL}#rc=3&rp=ct,rt,5xx");
    let form = [("EventCallbackUrl", &*url), ("EventsFilter", "worker.created,worker.deleted")];
    let workspace = json!({"sid": "WS00000000000000000000000000000000", "event_callback_url": url,
        "events_filter": "worker.created, worker.deleted"});
    expect_form(&twilio, WORKSPACE, &form, answer("UpdateWorkspace", workspace)).await;
    let callback = EventCallback { url: &url, filter: "worker.created,worker.deleted" };
    let set = client(&twilio).set_event_callback(callback).await.unwrap();
    assert_eq!(set.event_callback_url.as_deref(), Some(&*url));
    assert_eq!(set.events_filter, ["worker.created", "worker.deleted"]);
    check_requests(&twilio).await;
}

#[tokio::test]
async fn sinks_subscriptions_and_their_types_are_listed() {
    let twilio = MockServer::start().await;
    let ok = |body| ResponseTemplate::new(200).set_body_json(body);
    let kinesis = json!({"sid": "DG1", "sink_type": "kinesis", "status": "active", "sink_configuration": {"arn": "…"}});
    mount(&twilio, "GET", "/v1/Sinks", ok(list("sinks", &json!([sink(), kinesis]))), 1).await;
    let subscription = json!({"sid": SUBSCRIPTION, "description": "ours", "sink_sid": SINK});
    mount(&twilio, "GET", "/v1/Subscriptions", ok(list("subscriptions", &json!([subscription]))), 1).await;
    let types = list("types", &json!([{"type": "com.twilio.taskrouter.worker.created", "schema_version": 4}]));
    mount(&twilio, "GET", &format!("/v1/Subscriptions/{SUBSCRIPTION}/SubscribedEvents"), ok(types), 1).await;
    let client = client(&twilio);
    let sinks = client.list_sinks(None).await.unwrap().items;
    assert_eq!((sinks[0].destination.as_deref(), &*sinks[0].status), (Some(URL), "active"));
    assert_eq!(sinks[1].destination, None);
    let subscriptions = client.list_subscriptions(None).await.unwrap().items;
    assert_eq!((&*subscriptions[0].sid, &*subscriptions[0].sink_sid), (SUBSCRIPTION, SINK));
    let types = client.list_subscribed_types(SUBSCRIPTION, None).await.unwrap().items;
    assert_eq!(types, ["com.twilio.taskrouter.worker.created"]);
}

#[tokio::test]
async fn a_sink_and_its_subscription_are_created_tested_and_deleted() {
    let twilio = MockServer::start().await;
    let configuration = format!(r#"{{"destination":"{URL}","method":"POST"}}"#);
    let form = [("Description", "ours"), ("SinkConfiguration", &configuration), ("SinkType", "webhook")];
    expect_form(&twilio, "/v1/Sinks", &form, ResponseTemplate::new(201).set_body_json(sink())).await;
    let created = r#"{"schema_version":4,"type":"com.twilio.taskrouter.worker.created"}"#;
    let deleted = r#"{"schema_version":4,"type":"com.twilio.taskrouter.worker.deleted"}"#;
    let form = [("Description", "ours"), ("SinkSid", SINK), ("Types", created), ("Types", deleted)];
    let subscription = json!({"sid": SUBSCRIPTION, "sink_sid": SINK});
    expect_form(&twilio, "/v1/Subscriptions", &form, ResponseTemplate::new(201).set_body_json(subscription)).await;
    let submitted = ResponseTemplate::new(201).set_body_json(json!({"result": "submitted"}));
    mount(&twilio, "POST", &format!("/v1/Sinks/{SINK}/Test"), submitted, 1).await;
    mount(&twilio, "DELETE", &format!("/v1/Subscriptions/{SUBSCRIPTION}"), ResponseTemplate::new(204), 1).await;
    mount(&twilio, "DELETE", &format!("/v1/Sinks/{SINK}"), ResponseTemplate::new(404), 1).await;
    let client = client(&twilio);
    assert_eq!(client.create_sink("ours", URL).await.unwrap().sid, SINK);
    client.test_sink(SINK).await.unwrap();
    let types = ["created", "deleted"].map(|kind| format!("com.twilio.taskrouter.worker.{kind}"));
    assert_eq!(client.create_subscription("ours", SINK, &types).await.unwrap().sid, SUBSCRIPTION);
    client.delete_subscription(SUBSCRIPTION).await.unwrap();
    client.delete_sink(SINK).await.unwrap();
}

#[tokio::test]
async fn a_sink_that_may_have_been_created_is_not_created_again() {
    let twilio = MockServer::start().await;
    mount(&twilio, "POST", "/v1/Sinks", ResponseTemplate::new(500), 1).await;
    assert!(client(&twilio).create_sink("ours", URL).await.is_err());
}

#[tokio::test]
async fn what_answers_say_of_limits_is_kept_for_the_operator() {
    let twilio = MockServer::start().await;
    let flex = json!({"taskrouter_workspace_sid": "WS1", "taskrouter_worker_attributes": {"agent": {"region": "us"}}});
    let stated = ResponseTemplate::new(200).set_body_json(flex);
    let stated = stated.insert_header("X-Rate-Limit-Limit", "100").insert_header("X-Rate-Limit-Remaining", "99");
    mount(&twilio, "GET", "/v1/Configuration", stated, 1).await;
    let client = client(&twilio);
    assert!(client.rate_limits().is_empty());
    let flex = client.fetch_flex_configuration().await.unwrap().unwrap();
    assert_eq!(flex.worker_attributes.as_deref(), Some(r#"{"agent":{"region":"us"}}"#));
    assert_eq!(client.rate_limits(), [RateLimit { method: "fetch Flex configuration", limit: 100, remaining: 99 }]);
}

#[tokio::test]
async fn the_rules_of_webhooks_are_listed_page_by_page_with_their_settings() {
    let twilio = MockServer::start().await;
    let page = |key: &str, items: Value, next: Option<&str>| {
        let meta = json!({"key": key, "pageSize": 100, "nextToken": next, "previousToken": null});
        ResponseTemplate::new(200).set_body_json(json!({key: items, "meta": meta}))
    };
    let rule = |id: &str| {
        json!({"id": id, "matchType": "EXACT_MATCH", "value": URL, "friendlyName": "",
        "settings": [{"settingId": "webhooks_setting_1", "percentage": 100}]})
    };
    let asked = |token: Option<&str>| match token {
        None => Mock::given(path("/v1/Webhooks/Rules")).and(query_param("pageSize", "100")),
        Some(token) => Mock::given(path("/v1/Webhooks/Rules")).and(query_param("pageToken", token)),
    };
    let last = page("rules", json!([rule("webhooks_rule_2")]), None);
    asked(Some("a&b=c")).respond_with(last).expect(1).mount(&twilio).await;
    let first = page("rules", json!([rule("webhooks_rule_1"), {"id": "odd"}]), Some("a&b=c"));
    asked(None).respond_with(first).expect(1).mount(&twilio).await;
    let setting = json!({"id": "webhooks_setting_1", "type": "CUSTOMER", "auth": {"source": "NONE"},
        "signature": {"type": "SHARED_KEY", "sharedKeyId": "key", "algorithm": "HMAC_SHA256"},
        "connection": {"connectTimeoutMs": 1000, "retryPolicy": {"retryCount": 3, "retryOn": ["5XX"]}}});
    let settings = page("settings", json!([setting, {"id": "webhooks_setting_2"}]), None);
    mount(&twilio, "GET", "/v1/Webhooks/Settings", settings, 1).await;

    let client = client(&twilio);
    let first = client.list_webhook_rules(None).await.unwrap();
    assert_eq!((&*first.items[0].id, first.unreadable), ("webhooks_rule_1", 1));
    let last = client.list_webhook_rules(first.next.as_ref()).await.unwrap();
    assert_eq!((&last.items[0].matches, last.next), (&UrlMatch::Exact(URL.to_owned()), None));
    assert_eq!(last.items[0].setting_ids, ["webhooks_setting_1"]);
    let settings = client.list_webhook_settings(None).await.unwrap().items;
    let key = SharedKey { id: "key".to_owned(), algorithm: "HMAC_SHA256".to_owned() };
    let retries = Retries { count: 3, on: vec!["5XX".to_owned()] };
    assert_eq!((&settings[0].shared_key, &settings[0].retries), (&Some(key), &Some(retries)));
    assert_eq!((&settings[1].shared_key, &settings[1].retries), (&None, &None));
}
