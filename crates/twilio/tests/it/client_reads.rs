//! Reads of what decides about workers: reservations, activities, the workspace, Flex's configuration, events.

use domain::{Level, WorkerSid};
use serde_json::{Value, json};
use twilio::{
    EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorkspace, ListActivities, ListMatchingQueues,
    ListReservations, ListWorkerEvents, ListWorkers, ReservationStatus, TwilioError, UNSKILLED_AGENT,
};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::{
    contract::{answer, check_requests},
    mock::{ACCOUNT, WORKERS, client, mount, published},
};

const WORKSPACE: &str = "/v1/Workspaces/WS00000000000000000000000000000000";
const WORKSPACE_SID: &str = "WS00000000000000000000000000000000";
const SID: &str = "WK0123456789abcdef0123456789abcdef";
const OFFLINE: &str = "WA0123456789abcdef0123456789abcdef";

fn list(key: &str, items: &Value) -> Value {
    json!({key: items, "meta": {"key": key, "page": 0, "page_size": 1000, "next_page_url": null}})
}

fn activity() -> Value {
    json!({"sid": OFFLINE, "friendly_name": "Offline", "available": false, "account_sid": ACCOUNT,
        "workspace_sid": WORKSPACE_SID, "date_created": "2017-05-30T23:32:22Z"})
}

#[tokio::test]
async fn a_workers_reservations_are_listed_by_status() {
    let twilio = MockServer::start().await;
    let reservation = json!({"sid": "WR0123456789abcdef0123456789abcdef", "reservation_status": "wrapping",
        "task_sid": "WT0123456789abcdef0123456789abcdef", "worker_sid": SID, "worker_name": "alice"});
    let body = list("reservations", &json!([reservation]));
    let mock = Mock::given(method("GET")).and(path(format!("{WORKERS}/{SID}/Reservations")));
    let mock = mock.and(query_param("ReservationStatus", "wrapping")).and(query_param("PageSize", "1000"));
    mock.respond_with(answer("ListWorkerReservation", body)).expect(1).mount(&twilio).await;
    let sid = WorkerSid::new(SID);
    let page = client(&twilio).list_reservations(&sid, ReservationStatus::Wrapping, None).await.unwrap();
    assert_eq!(page.items[0].status, Some(ReservationStatus::Wrapping));
    assert_eq!(page.items[0].task_sid.as_deref(), Some("WT0123456789abcdef0123456789abcdef"));
    assert!(!format!("{page:?}").contains("alice"));
    check_requests(&twilio).await;
}

#[tokio::test]
async fn each_status_is_one_that_taskrouter_knows() {
    let twilio = MockServer::start().await;
    let none = answer("ListWorkerReservation", list("reservations", &json!([])));
    mount(&twilio, "GET", &format!("{WORKERS}/{SID}/Reservations"), none, 8).await;
    for (_, status) in ReservationStatus::NAMES {
        client(&twilio).list_reservations(&WorkerSid::new(SID), status, None).await.unwrap();
    }
    check_requests(&twilio).await;
}

#[tokio::test]
async fn activities_are_listed_and_one_is_fetched_or_missing() {
    let twilio = MockServer::start().await;
    let listed = answer("ListActivity", list("activities", &json!([activity()])));
    mount(&twilio, "GET", &format!("{WORKSPACE}/Activities"), listed, 1).await;
    let fetched = answer("FetchActivity", activity());
    mount(&twilio, "GET", &format!("{WORKSPACE}/Activities/{OFFLINE}"), fetched, 1).await;
    let client = client(&twilio);
    let offline = client.fetch_activity(OFFLINE).await.unwrap().unwrap();
    assert_eq!((&*offline.name, offline.available), ("Offline", Some(false)));
    assert_eq!(client.list_activities(None).await.unwrap().items, [offline]);
    let unknown = "WAffffffffffffffffffffffffffffffff";
    assert_eq!(client.fetch_activity(unknown).await.unwrap(), None);
    check_requests(&twilio).await;
}

#[tokio::test]
async fn rule_12_the_workspace_names_its_default_activity() {
    let twilio = MockServer::start().await;
    let body = json!({"sid": WORKSPACE_SID, "default_activity_sid": OFFLINE, "event_callback_url": null});
    mount(&twilio, "GET", WORKSPACE, answer("FetchWorkspace", body), 1).await;
    let workspace = client(&twilio).fetch_workspace().await.unwrap().unwrap();
    assert_eq!((workspace.default_activity_sid.as_deref(), workspace.event_callback_url), (Some(OFFLINE), None));
    check_requests(&twilio).await;
}

#[tokio::test]
async fn rule_24_an_event_of_a_worker_says_who_did_it_and_when() {
    let twilio = MockServer::start().await;
    let actor = "US0123456789abcdef0123456789abcdef";
    let event = json!({"sid": "EV0123456789abcdef0123456789abcdef", "event_type": "worker.attributes.update",
        "actor_sid": actor, "source": "twilio", "event_date": "2026-11-26T10:00:00Z",
        "event_date_ms": 1_795_687_200_123_i64, "description": "Worker alice updated attributes",
        "event_data": {"worker_name": "alice"}});
    let mut to_the_second = event.clone();
    to_the_second.as_object_mut().unwrap().remove("event_date_ms");
    let body = list("events", &json!([event, to_the_second]));
    let mock = Mock::given(method("GET")).and(path(format!("{WORKSPACE}/Events"))).and(query_param("WorkerSid", SID));
    let mock = mock.and(query_param("EventType", "worker.attributes.update"));
    let mock = mock.and(query_param("StartDate", "2026-11-26T09:00:00Z"));
    mock.respond_with(answer("ListEvent", body)).expect(1).mount(&twilio).await;
    let (worker_sid, since) = (Some(&WorkerSid::new(SID)), "2026-11-26T09:00:00.5Z".parse().unwrap());
    let query = EventQuery { worker_sid, event_type: "worker.attributes.update", since };
    let page = client(&twilio).list_worker_events(query, None).await.unwrap();
    let [event, to_the_second] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((event.actor_sid.as_deref(), event.source.as_deref()), (Some(actor), Some("twilio")));
    assert_eq!((event.at_ms, to_the_second.at_ms), (Some(1_795_687_200_123), Some(1_795_687_200_000)));
    assert!(!format!("{page:?}").contains("alice"));
    check_requests(&twilio).await;
}

#[tokio::test]
async fn rule_24_the_events_of_all_workers_state_each_workers_skills_after_the_event() {
    let twilio = MockServer::start().await;
    let attributes = r#"{"email":"alice@example.com","routing":{"skills":["English"],"levels":{"English":80}}}"#;
    let event = json!({"sid": "EV0123456789abcdef0123456789abcdef", "event_type": "worker.attributes.update",
        "event_data": {"worker_sid": SID, "worker_attributes": attributes}});
    let silent = json!({"sid": "EV1123456789abcdef0123456789abcdef", "event_data": {"worker_sid": SID}});
    let body = list("events", &json!([event, silent]));
    mount(&twilio, "GET", &format!("{WORKSPACE}/Events"), answer("ListEvent", body), 1).await;
    let since = "2026-11-26T09:00:00Z".parse().unwrap();
    let query = EventQuery { worker_sid: None, event_type: "worker.attributes.update", since };
    let page = client(&twilio).list_worker_events(query, None).await.unwrap();
    let [event, silent] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((&event.worker_sid, &silent.worker_sid), (&Some(WorkerSid::new(SID)), &Some(WorkerSid::new(SID))));
    let skills = event.attributes.as_ref().unwrap().skills.iter().map(|(name, level)| (name.as_str(), *level));
    assert_eq!(skills.collect::<Vec<_>>(), [("English", Some(Level(80)))]);
    assert_eq!(silent.attributes, None);
    assert!(!format!("{page:?}").contains("alice"));
    let requests = twilio.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.url.query_pairs().all(|(name, _)| name != "WorkerSid")));
    check_requests(&twilio).await;
}

#[tokio::test]
async fn rule_11_the_queues_that_match_an_agent_without_skills_are_listed() {
    let twilio = MockServer::start().await;
    let queue = json!({"sid": "WQ0123456789abcdef0123456789abcdef", "friendly_name": "Everyone",
        "target_workers": "1==1", "task_order": "FIFO", "max_reserved_workers": 1});
    let mock = Mock::given(method("GET")).and(path(format!("{WORKSPACE}/TaskQueues")));
    let mock = mock.and(query_param("EvaluateWorkerAttributes", UNSKILLED_AGENT)).and(query_param("PageSize", "1000"));
    let body = list("task_queues", &json!([queue]));
    mock.respond_with(answer("ListTaskQueue", body)).expect(1).mount(&twilio).await;
    let page = client(&twilio).list_matching_queues(UNSKILLED_AGENT, None).await.unwrap();
    let [queue] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((&*queue.name, queue.target_workers.as_deref()), ("Everyone", Some("1==1")));
    assert_eq!(queue.sid, "WQ0123456789abcdef0123456789abcdef");
    check_requests(&twilio).await;
}

#[tokio::test]
async fn rule_16_flexs_configuration_names_the_offline_activity_and_what_needs_a_level() {
    let twilio = MockServer::start().await;
    let body = json!({
        "taskrouter_workspace_sid": WORKSPACE_SID,
        "taskrouter_offline_activity_sid": OFFLINE,
        "taskrouter_skills": [
            {"name": "English", "multivalue": true, "minimum": 1, "maximum": 5},
            {"name": "billing", "multivalue": false, "minimum": null, "maximum": null},
            {"name": 7}, "French",
        ],
        "attributes": {"odd": 1},
    });
    mount(&twilio, "GET", "/v1/Configuration", ResponseTemplate::new(200).set_body_json(body), 1).await;
    let flex = client(&twilio).fetch_flex_configuration().await.unwrap().unwrap();
    assert_eq!(
        (flex.workspace_sid.as_deref(), flex.offline_activity_sid.as_deref()),
        (Some(WORKSPACE_SID), Some(OFFLINE))
    );
    let skills = flex.skills.iter().map(|skill| (skill.name.as_str(), skill.multivalue, skill.minimum, skill.maximum));
    let expected = [("English", true, Some(Level(1)), Some(Level(5))), ("billing", false, None, None)];
    assert_eq!(skills.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn twilios_own_example_of_flexs_configuration_is_read_and_an_account_may_have_no_flex() {
    let Some(examples) = published("response_examples.json") else { return };
    let example = &examples["flex_configuration.fetch"]["fetch"];
    let twilio = MockServer::start().await;
    mount(&twilio, "GET", "/v1/Configuration", ResponseTemplate::new(200).set_body_json(example), 1).await;
    let flex = client(&twilio).fetch_flex_configuration().await.unwrap().unwrap();
    assert_eq!(flex.offline_activity_sid.as_deref(), example["taskrouter_offline_activity_sid"].as_str());
    twilio.reset().await;
    assert_eq!(client(&twilio).fetch_flex_configuration().await.unwrap(), None);
}

#[tokio::test]
async fn a_request_that_would_exceed_twilios_limit_waits_for_the_next_second_or_is_told_so() {
    let twilio = MockServer::start().await;
    let at_the_limit = answer("ListWorker", list("workers", &json!([])))
        .insert_header("X-Rate-Limit-Limit", "10")
        .insert_header("X-Rate-Limit-Remaining", "0");
    mount(&twilio, "GET", WORKERS, at_the_limit, 1).await;
    let client = crate::mock::client_with(twilio.uri(), std::time::Duration::from_millis(900));
    client.list_workers(None).await.unwrap();
    let error = client.list_workers(None).await.unwrap_err();
    assert!(matches!(error, TwilioError::Throttled { retry_after: Some(_) }), "{error:?}");
}
