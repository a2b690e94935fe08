//! The events that AWS's own tool makes for each kind of trigger are taken by the functions that have it.
//!
//! `tests/stock_events` holds what SAM CLI 1.170.0 prints, as it is: `sam local generate-event apigateway http-api-proxy`,
//! `… dynamodb update`, `… cloudwatch scheduled-event`. A route, a caller and items of the table are put into them; all the
//! rest stays. For an HTTP API's authorizer it has none: that event is in `events/authorize`.

use std::{collections::BTreeMap, path::Path, time::Duration};

use base64::prelude::{BASE64_STANDARD, Engine};
use local::{
    authority::usage,
    names::TWILIO_AUTH_TOKEN,
    sample,
    template::{Route, System},
};
use reqwest::Method;
use serde_json::{Value, json};
use store::schema::keys;

use crate::test_stack::{TestStack, id};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const HTTP: &str = include_str!("../../stock_events/http-api-proxy.json");
const STREAM: &str = include_str!("../../stock_events/dynamodb-update.json");
const SCHEDULE: &str = include_str!("../../stock_events/scheduled-event.json");
const AUTHORIZER: &str = include_str!("../../../events/authorize/account-owner.json");

fn parsed(event: &str) -> Value {
    serde_json::from_str(event).unwrap()
}

fn system() -> System {
    usage::system(&Path::new(ROOT).join("infra/template.yaml")).unwrap()
}

/// The result of the function's handler.
async fn invoke(stack: &TestStack, function: &str, event: &Value) -> Value {
    let url = format!("{}/2015-03-31/functions/flex-roster-{function}/invocations", stack.running.endpoints().lambda);
    let answer = stack.client.post(url).json(event).send().await.unwrap();
    assert!(answer.status().is_success() && !answer.headers().contains_key("x-amz-function-error"), "{function}");
    answer.json().await.unwrap()
}

/// The stock event of an HTTP API, for this route and caller, with the query and the body that it has.
fn http_event(route: &Route, caller: Option<&Value>) -> Value {
    let mut event = parsed(HTTP);
    let (mut path, mut parameters) = (route.path.clone(), BTreeMap::new());
    for (name, value) in [
        ("user_id", "00000000-0000-4000-8000-000000000001"),
        ("team_id", "00000000-0000-4000-8000-000000000001"),
        ("job_id", "00000000-0000-4000-8000-000000000001"),
        ("record_id", "00000000-0000-4000-8000-000000000001"),
        ("preset_id", "00000000-0000-4000-8000-000000000001"),
        ("skill", "English"),
        ("name", "Languages"),
        ("field", "role"),
        ("decision", "adopt"),
        ("file", "start.js"),
    ] {
        let placeholder = format!("{{{name}}}");
        if path.contains(&placeholder) {
            path = path.replace(&placeholder, value);
            parameters.insert(name, value);
        }
    }
    assert!(!path.contains('{'), "{path}: a parameter without a value");
    event["routeKey"] = route.key().into();
    event["rawPath"] = path.clone().into();
    event["pathParameters"] = json!(parameters);
    event["requestContext"]["routeKey"] = route.key().into();
    event["requestContext"]["http"]["method"] = route.method.clone().into();
    event["requestContext"]["http"]["path"] = path.into();
    match caller {
        Some(caller) => event["requestContext"]["authorizer"] = json!({"lambda": caller}),
        None => drop(event["requestContext"].as_object_mut().unwrap().remove("authorizer")),
    }
    event
}

fn route<'a>(system: &'a System, key: &str) -> &'a Route {
    system.api.routes.iter().find(|route| route.key() == key).unwrap()
}

async fn owner(stack: &TestStack) -> Value {
    let me = stack.get_json("/me").await;
    json!({"user_id": me["user_id"], "role": "account_owner", "token_role": "system_admin"})
}

fn without_query(mut event: Value) -> Value {
    event["rawQueryString"] = "".into();
    event.as_object_mut().unwrap().remove("queryStringParameters");
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_event_of_an_http_api_is_answered_on_each_route() {
    let stack = TestStack::start().await;
    let (system, owner) = (system(), owner(&stack).await);
    assert!(system.api.routes.len() > 30);
    for route in &system.api.routes {
        let caller = route.authorizer.as_ref().map(|_| &owner);
        let answer = invoke(&stack, &route.function, &http_event(route, caller)).await;
        let status = answer["statusCode"].as_u64().unwrap();
        assert!((200..500).contains(&status), "{}: {answer}", route.key());
    }
    let list = http_event(route(&system, "GET /users"), Some(&owner));
    let refused = invoke(&stack, "Search", &list).await;
    assert!(refused["body"].as_str().unwrap().contains("\"parameter"), "its query is read: {refused}");
    let listed = invoke(&stack, "Search", &without_query(list)).await;
    assert_eq!(listed["statusCode"], 200, "{listed}");

    let mut add = without_query(http_event(route(&system, "POST /users"), Some(&owner)));
    add["body"] = BASE64_STANDARD.encode(r#"{"identity":"ada@example.com","name":"Ada"}"#).into();
    add["headers"]["content-type"] = "application/json".into();
    let added = invoke(&stack, "Edit", &add).await;
    assert_eq!(added["statusCode"], 201, "its body is base64: {added}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_event_of_an_http_api_brings_a_signed_callback() {
    let stack = TestStack::start().await;
    let system = system();
    let attributes = r#"{"full_name":"Ada","email":"ada@example.com","roles":["agent"]}"#;
    let (account, workspace, worker) =
        (format!("AC{}", "0".repeat(32)), format!("WS{}", "0".repeat(32)), format!("WK{}", "1".repeat(32)));
    let fields = [
        ("AccountSid", account.as_str()),
        ("WorkspaceSid", &workspace),
        ("EventType", "worker.created"),
        ("TimestampMs", "1795341600203"),
        ("WorkerSid", &worker),
        ("WorkerName", "ada@example.com"),
        ("WorkerAttributes", attributes),
        ("WorkerActivityName", "Offline"),
    ];
    let mut event = without_query(http_event(route(&system, "POST /webhooks/taskrouter"), None));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    event["body"] = BASE64_STANDARD.encode(form).into();
    let unsigned = invoke(&stack, "Webhook", &event).await;
    assert_eq!(unsigned["statusCode"], 403, "{unsigned}");
    let url = format!("{}/webhooks/taskrouter", stack.running.url());
    event["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
    event["headers"]["x-twilio-signature"] =
        twilio::signature::sign(&TWILIO_AUTH_TOKEN.to_owned().into(), &url, &fields).into();
    let taken = invoke(&stack, "Webhook", &event).await;
    assert_eq!(taken["statusCode"], 204, "{taken}");
    assert_eq!(stack.find_user("q=ada%40example.com").await["name"], "Ada");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_an_http_apis_authorizer_is_decided() {
    let stack = TestStack::start().await;
    let event = sample::fill(AUTHORIZER, &[("token".to_owned(), stack.owner.clone())].into()).unwrap();
    let decision = invoke(&stack, "Authorize", &parsed(&event)).await;
    assert_eq!(decision["isAuthorized"], true, "{decision}");
    stack.stop().await;
}

/// The stock records of an insertion, a change and a removal, of this item.
fn stream_event(item: &Value) -> Value {
    let mut event = parsed(STREAM);
    for record in event["Records"].as_array_mut().unwrap() {
        let change = &mut record["dynamodb"];
        change["Keys"] = json!({"pk": item["pk"], "sk": item["sk"]});
        for image in ["NewImage", "OldImage"] {
            if change.get(image).is_some() {
                change[image] = item.clone();
            }
        }
    }
    event
}

/// An item as the stream shows it.
async fn item(stack: &TestStack, key: &keys::Key) -> Value {
    let key = json!({"pk": {"S": key.pk}, "sk": {"S": key.sk}});
    let request = json!({"TableName": "flex-roster-Directory", "Key": key, "ConsistentRead": true});
    let authorization = "AWS4-HMAC-SHA256 Credential=operator/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";
    let request = stack
        .client
        .post(&stack.running.endpoints().dynamodb)
        .header("authorization", authorization)
        .header("x-amz-date", "20261122T100000Z")
        .header("x-amz-target", "DynamoDB_20120810.GetItem")
        .header("content-type", "application/x-amz-json-1.0")
        .body(request.to_string());
    let mut found: Value = parsed(&request.send().await.unwrap().text().await.unwrap());
    assert!(found["Item"].is_object(), "{found}");
    found["Item"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_records_of_a_stream_are_indexed_and_carried_over() {
    let stack = TestStack::start().await;
    stack.log_in("ada@example.com", "Ada Lovelace", "agent").await;
    let ada = stack.find_user("q=lovelace").await;
    let user_id = id(&ada).parse().unwrap();
    let is_indexed = async || (stack.reindex(&["--check"]).0 == Some(0)).then_some(());
    stack.wait_for("index has written all entries", is_indexed).await;
    stack.lose_entries("lov").await;
    let profile = stream_event(&item(&stack, &keys::profile(user_id)).await);
    let indexed = invoke(&stack, "Index", &profile).await;
    assert_eq!(indexed["batchItemFailures"], json!([]));
    stack.find_user("q=lovelace").await;

    stack.simulator(Method::POST, "/sim/faults").json(&json!({"rest": {"status": 503}})).send().await.unwrap();
    let path = format!("/users/{}", id(&ada));
    stack.send_ok(Method::PATCH, &path, &json!({"act_as_agent": true, "role": "supervisor"})).await;
    let outbox = stream_event(&item(&stack, &keys::outbox(user_id)).await);
    stack.simulator(Method::DELETE, "/sim/faults").send().await.unwrap();
    let carried = invoke(&stack, "Sync", &outbox).await;
    assert_eq!(carried["batchItemFailures"], json!([]));
    let is_synced = async || (stack.get_json(&path).await["sync"]["state"] == "synced").then_some(());
    stack.wait_for("the role is carried over", is_synced).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stock_event_of_a_schedule_is_taken_by_each_function_that_has_one() {
    let stack = TestStack::start().await;
    let functions = system().functions.into_iter();
    let scheduled = functions
        .flat_map(|function| function.schedules.into_iter().map(move |schedule| (function.id.clone(), schedule.every)))
        .collect::<BTreeMap<_, _>>();
    let minutes = [("FanOut", 1), ("Reconcile", 15), ("RunBulk", 1), ("Sync", 1), ("TurnSkills", 1)];
    assert_eq!(scheduled, minutes.map(|(function, every)| (function.to_owned(), Duration::from_mins(every))).into());
    for function in scheduled.keys() {
        invoke(&stack, function, &parsed(SCHEDULE)).await;
    }
    stack.stop().await;
}
