//! Responses match Twilio's own `OpenAPI` document.

use serde_json::{Map, Value, json};

use crate::harness::{Twilio, alice, text};

/// A worker's fields, as in Twilio's response examples.
const WORKER: [&str; 13] = [
    "account_sid",
    "activity_name",
    "activity_sid",
    "attributes",
    "available",
    "date_created",
    "date_status_changed",
    "date_updated",
    "friendly_name",
    "links",
    "sid",
    "url",
    "workspace_sid",
];

#[tokio::test]
async fn a_worker_has_the_fields_that_twilio_gives_it() {
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let worker = twilio.get(&format!("/Workers/{}", text(&session, "worker_sid"))).await;
    assert_eq!(worker.as_object().unwrap().keys().collect::<Vec<_>>(), WORKER);
    assert!(worker["attributes"].is_string() && worker["available"].is_boolean());
    assert_eq!(text(&worker, "date_created").len(), "2017-05-30T23:05:29Z".len());
}

#[tokio::test]
async fn every_answer_has_the_documents_shape() {
    let Some(document) = document("twilio_taskrouter_v1.json") else { return };
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let own = format!("/Workers/{}", text(&session, "worker_sid"));
    let reservation = twilio.reserve(text(&session, "worker_sid"), "accepted").await;
    let workspace = "taskrouter.v1.workspace";
    check(&document, &format!("{workspace}.worker.worker_reservation"), &reservation);
    let one = [
        ("", workspace.to_owned()),
        (&*own, format!("{workspace}.worker")),
        ("/Activities/WA00000000000000000000000000000001", format!("{workspace}.activity")),
        (&*format!("{own}/Channels/voice"), format!("{workspace}.worker.worker_channel")),
        (
            &*format!("{own}/Reservations/{}", text(&reservation, "sid")),
            format!("{workspace}.worker.worker_reservation"),
        ),
        ("/TaskQueues/WQ00000000000000000000000000000001", format!("{workspace}.task_queue")),
        ("/Workers/RealTimeStatistics", format!("{workspace}.worker.workers_real_time_statistics")),
    ];
    for (path, schema) in one {
        check(&document, &schema, &twilio.get(path).await);
    }
    let (status, created) = twilio.post("/Workers", &[("FriendlyName", "bob")]).await;
    assert_eq!(status, 201);
    check(&document, &format!("{workspace}.worker"), &created);
    let (_, updated) = twilio.post(&own, &[("Attributes", "{}")]).await;
    check(&document, &format!("{workspace}.worker"), &updated);
    let event = twilio.get("/Events").await["events"][0].clone();
    check(&document, &format!("{workspace}.event"), &twilio.get(text(&event, "url")).await);
    let lists = [
        ("/Workers", "workers", format!("{workspace}.worker")),
        ("/Activities", "activities", format!("{workspace}.activity")),
        ("/TaskQueues", "task_queues", format!("{workspace}.task_queue")),
        ("/Events", "events", format!("{workspace}.event")),
        (&*format!("{own}/Channels"), "channels", format!("{workspace}.worker.worker_channel")),
        (&*format!("{own}/Reservations"), "reservations", format!("{workspace}.worker.worker_reservation")),
        (&*twilio.url("/v1/Workspaces"), "workspaces", workspace.to_owned()),
    ];
    for (path, key, schema) in lists {
        let page = twilio.get(path).await;
        let items = page[key].as_array().unwrap();
        assert!(!items.is_empty(), "{path}");
        for item in items {
            check(&document, &schema, item);
        }
    }
}

#[tokio::test]
async fn every_list_has_the_meta_of_twilios_examples() {
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let own = format!("/Workers/{}", text(&session, "worker_sid"));
    let expected = ["first_page_url", "key", "next_page_url", "page", "page_size", "previous_page_url", "url"];
    for list in [
        "/Workers",
        "/Activities",
        "/TaskQueues",
        "/Events",
        &format!("{own}/Channels"),
        &format!("{own}/Reservations"),
    ] {
        let page = twilio.get(list).await;
        assert_eq!(page["meta"].as_object().unwrap().keys().collect::<Vec<_>>(), expected, "{list}");
        assert!(page[text(&page["meta"], "key")].is_array());
        assert_eq!(page["meta"]["page_size"], 50);
        assert!(text(&page["meta"], "first_page_url").starts_with(twilio.simulator.url()));
    }
}

#[tokio::test]
async fn answers_have_the_fields_of_twilios_examples() {
    let Some(examples) = document("response_examples.json") else { return };
    let twilio = Twilio::start().await;
    let session = twilio.log_in(alice()).await;
    let worker = twilio.get(&format!("/Workers/{}", text(&session, "worker_sid"))).await;
    assert_eq!(fields(&worker), fields(&examples["worker.fetch"]["fetch"]));
    assert_only_links_of(&worker, &examples["worker.fetch"]["fetch"]);
    let event = &twilio.get("/Events").await["events"][0];
    assert_eq!(fields(event), fields(&examples["event.list"]["readFull"]["events"][0]));
    let workspace = twilio.get("").await;
    assert_eq!(fields(&workspace), fields(&examples["workspace.fetch"]["fetch"]));
    assert_only_links_of(&workspace, &examples["workspace.fetch"]["fetch"]);
    let configuration = twilio.get(&twilio.url("/v1/Configuration")).await;
    let example = &examples["flex_configuration.fetch"]["fetch"];
    assert_eq!(fields(&configuration), fields(example));
    twilio.configure(json!({ "taskrouter_skills": example["taskrouter_skills"] })).await;
    assert_eq!(twilio.get(&twilio.url("/v1/Configuration")).await["taskrouter_skills"], example["taskrouter_skills"]);
}

/// Links lead to what is simulated only, so that some of Twilio's are missing.
fn assert_only_links_of(resource: &Value, example: &Value) {
    let links = fields(&resource["links"]);
    assert!(!links.is_empty());
    assert!(links.iter().all(|link| example["links"].get(link).is_some()), "{links:?}");
}

fn fields(resource: &Value) -> Vec<&String> {
    let mut fields: Vec<&String> = resource.as_object().unwrap().keys().collect();
    fields.sort();
    fields
}

/// A file of the folder with Twilio's published data; none where that folder is missing.
pub fn document(file: &str) -> Option<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/twilio/");
    let text = std::fs::read_to_string(format!("{folder}{file}")).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

/// The resource has exactly the schema's fields, each as the schema says.
fn check(document: &Value, schema: &str, resource: &Value) {
    let properties = document["components"]["schemas"][schema]["properties"].as_object().unwrap();
    let resource = resource.as_object().unwrap();
    assert_eq!(resource.keys().collect::<Vec<_>>(), sorted_keys(properties), "{schema}");
    for (name, property) in properties {
        let property = resolved(document, property);
        assert!(fits(property, &resource[name]), "{schema}.{name}: {} against {property}", resource[name]);
    }
}

fn sorted_keys(properties: &Map<String, Value>) -> Vec<&String> {
    let mut names: Vec<&String> = properties.keys().collect();
    names.sort();
    names
}

fn resolved<'a>(document: &'a Value, property: &'a Value) -> &'a Value {
    match property["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap(),
        None => property,
    }
}

fn fits(property: &Value, value: &Value) -> bool {
    if value.is_null() {
        return property["nullable"] == true;
    }
    let right_type = match property["type"].as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("object") => value.is_object(),
        _ => true,
    };
    let text = value.as_str().unwrap_or_default();
    let right_date = property["format"] != "date-time" || text.parse::<jiff::Timestamp>().is_ok();
    let right_choice = property["enum"].as_array().is_none_or(|choices| choices.contains(value));
    right_type && right_date && right_choice && property["pattern"].as_str().is_none_or(|pattern| is_sid(pattern, text))
}

/// All patterns of the document are of SIDs: `^WK[0-9a-fA-F]{32}$`.
fn is_sid(pattern: &str, text: &str) -> bool {
    let kind = pattern.trim_start_matches('^').split_once("[0-9a-fA-F]").unwrap().0;
    let (start, digits) = text.split_at(2);
    (start == kind || kind == "[a-zA-Z]{2}")
        && digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
