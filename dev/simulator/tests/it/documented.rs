//! What Twilio documents is there or refused; nothing is ignored, and no link leads nowhere.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Twilio, WORKSPACE, alice, text};
use crate::shapes::document;

/// Requests that the simulator carries out, with their parameters.
const TAKES_NONE: [&str; 7] = [
    "",
    "/Activities/WA00000000000000000000000000000001",
    "/TaskQueues/WQ00000000000000000000000000000001",
    "/Workers/{worker}",
    "/Workers/{worker}/Channels/voice",
    "/Workers/{worker}/Reservations/{reservation}",
    "/Workers/RealTimeStatistics",
];
const LISTS: [&str; 6] = [
    "/Activities",
    "/Events",
    "/TaskQueues",
    "/Workers",
    "/Workers/{worker}/Channels",
    "/Workers/{worker}/Reservations",
];

/// A simulator with a worker that has a reservation, and the SIDs of both.
struct Filled {
    twilio: Twilio,
    worker: String,
    reservation: String,
}

impl Filled {
    async fn start() -> Self {
        let twilio = Twilio::start().await;
        let worker = text(&twilio.log_in(alice()).await, "worker_sid").to_owned();
        let reservation = text(&twilio.reserve(&worker, "pending").await, "sid").to_owned();
        Self { twilio, worker, reservation }
    }

    fn path(&self, pattern: &str) -> String {
        pattern.replace("{worker}", &self.worker).replace("{reservation}", &self.reservation)
    }

    /// A request of the document, with the SIDs of what is there.
    fn documented(&self, pattern: &str) -> String {
        let path = pattern.replace("{WorkspaceSid}", WORKSPACE).replace("{WorkerSid}", &self.worker);
        let own = match path.rsplit_once("/{Sid}").map(|(parent, _)| parent.rsplit('/').next().unwrap()) {
            Some("Workspaces") => WORKSPACE,
            Some("Workers") => &self.worker,
            Some("Reservations") => &self.reservation,
            Some("Activities") => "WA00000000000000000000000000000001",
            Some("Channels") => "chat",
            Some("TaskQueues") => "WQ00000000000000000000000000000001",
            _ => "XX00000000000000000000000000000000",
        };
        self.twilio.url(&path.replace("{Sid}", own))
    }
}

fn message(refusal: &Value) -> &str {
    assert_eq!((&refusal["status"], &refusal["code"]), (&json!(400), &json!(20001)), "{refusal}");
    text(refusal, "message")
}

#[tokio::test]
async fn a_parameter_that_is_not_known_is_refused_everywhere() {
    let filled = Filled::start().await;
    for path in TAKES_NONE.iter().chain(&LISTS) {
        let path = filled.path(path);
        assert!(filled.twilio.get(&path).await.get("code").is_none(), "{path}");
        let refusal = filled.twilio.get(&format!("{path}?FreindlyName=x")).await;
        assert!(message(&refusal).starts_with("FreindlyName is not a parameter"), "{refusal}");
    }
    let own = filled.path("/Workers/{worker}");
    for path in ["/Workers", &own] {
        assert!(filled.twilio.refusal(path, &[("FriendlyName", "x"), ("Colour", "red")]).await.contains("Colour"));
        let queried = format!("{path}?FriendlyName=x&Attributes=%7B%7D");
        assert!(filled.twilio.refusal(&queried, &[]).await.contains("FriendlyName"));
    }
    let removal = filled.twilio.rest(Method::DELETE, &format!("{own}?Force=true")).send().await.unwrap();
    assert_eq!(removal.status(), 400);
    let twice = filled.twilio.get("/Workers?FriendlyName=x&FriendlyName=y").await;
    assert_eq!(message(&twice), "FriendlyName is given more than once");
}

#[tokio::test]
async fn a_filter_of_twilios_that_is_not_simulated_is_refused_by_name() {
    let twilio = Twilio::start().await;
    for filter in ["TargetWorkersExpression=a%3D%3D1", "TaskQueueName=x", "TaskQueueSid=WQ1", "Ordering=x"] {
        let refusal = twilio.get(&format!("/Workers?{filter}")).await;
        assert!(message(&refusal).contains("is not simulated"), "{refusal}");
    }
    let page = twilio.get("/Workers?Page=first").await;
    assert!(message(&page).contains("Page must be"));
    assert!(message(&twilio.get("/Events?Minutes=-5").await).contains("Minutes"));
    let status = twilio.post("/Workers", &[("FriendlyName", "x")]).await.1;
    let own = format!("/Workers/{}", text(&status, "sid"));
    let refused = twilio.refusal(&own, &[("RejectPendingReservations", "perhaps")]).await;
    assert_eq!(refused, "RejectPendingReservations must be true or false");
    assert!(message(&twilio.get(&format!("{own}/Reservations?ReservationStatus=open")).await).contains("wrapping"));
}

#[tokio::test]
async fn each_documented_parameter_is_taken_or_refused() {
    let Some(document) = document("twilio_taskrouter_v1.json") else { return };
    let filled = Filled::start().await;
    let mut taken = BTreeSet::new();
    for (pattern, operations) in document["paths"].as_object().unwrap() {
        let path = filled.documented(pattern);
        if filled.twilio.get(&path).await.get("code").is_some() {
            continue;
        }
        for parameter in operations["get"]["parameters"].as_array().into_iter().flatten() {
            let name = text(parameter, "name");
            if parameter["in"] != "query" || name == "PageToken" {
                continue;
            }
            let value = sample(name, &parameter["schema"]);
            let answer = filled.twilio.get(&format!("{path}?{name}={value}")).await;
            if answer.get("code").is_some() {
                assert!(message(&answer).starts_with(&format!("{name} is not simulated")), "{path} {answer}");
            } else {
                let page = text(&answer["meta"], "url");
                assert!(page.contains(&format!("{name}=")), "{path} ignores {name}: {page}");
                taken.insert(name.to_owned());
            }
        }
    }
    assert!(taken.contains("WorkerSid") && taken.contains("ActivityName"), "{taken:?}");
}

/// A value that the schema allows.
fn sample(name: &str, schema: &Value) -> String {
    let pattern = schema["pattern"].as_str().unwrap_or_default();
    match (schema["type"].as_str(), schema["format"].as_str()) {
        _ if name == "EvaluateWorkerAttributes" => "%7B%7D".to_owned(),
        _ if schema.get("$ref").is_some() => "pending".to_owned(),
        (Some("integer"), _) => "1".to_owned(),
        (_, Some("date-time")) => "2008-01-02T00:00:00Z".to_owned(),
        _ if pattern.starts_with('^') => format!("{}{}", &pattern[1..3], "0".repeat(32)),
        _ => "x".to_owned(),
    }
}

#[tokio::test]
async fn each_documented_resource_is_there_or_said_not_to_be_simulated() {
    let Some(document) = document("twilio_taskrouter_v1.json") else { return };
    let filled = Filled::start().await;
    let mut there = 0;
    for (pattern, operations) in document["paths"].as_object().unwrap() {
        if operations.get("get").is_none() {
            continue;
        }
        let path = filled.documented(pattern);
        let answer = filled.twilio.rest(Method::GET, &path).send().await.unwrap();
        let status = answer.status().as_u16();
        there += u8::from(status == 200);
        if status != 200 && !pattern.ends_with("Events/{Sid}") {
            assert_eq!(status, 501, "{pattern}");
            let refusal: Value = answer.json().await.unwrap();
            assert_eq!(refusal["code"], 20501);
            assert!(text(&refusal, "message").contains("is not simulated"), "{refusal}");
        }
    }
    assert_eq!(there, 14);
}

#[tokio::test]
async fn every_link_and_url_leads_somewhere() {
    let filled = Filled::start().await;
    filled.twilio.sim(Method::POST, "skills-panel", json!({"worker_sid": filled.worker, "skills": []})).await;
    let mut open = vec![filled.twilio.url("/v1/Workspaces")];
    let mut visited = BTreeSet::new();
    while let Some(url) = open.pop() {
        if !visited.insert(url.clone()) {
            continue;
        }
        let answer = filled.twilio.get(&url).await;
        assert!(answer.get("code").is_none(), "{url}: {answer}");
        urls(&answer, &mut open);
        if answer.get("reservation_status").is_none() && text_starts(&answer, "sid", "WK") {
            open.push(format!("{url}/Reservations"));
        }
    }
    let kinds = ["/Events/EV", "/Activities/WA", "/Channels/WC", "/Reservations/WR", "/RealTimeStatistics"];
    assert!(kinds.iter().all(|kind| visited.iter().any(|url| url.contains(kind))), "{visited:?}");
}

fn text_starts(resource: &Value, field: &str, start: &str) -> bool {
    resource[field].as_str().is_some_and(|text| text.starts_with(start))
}

fn urls(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("http") && text.contains("/v1/") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| urls(item, found)),
        Value::Object(members) => members.values().for_each(|member| urls(member, found)),
        _ => {}
    }
}
