//! Reservations, and what workers may do while they have some (rules 12, 13).

use reqwest::Method;
use serde_json::{Value, json};
use simulator::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};

use crate::harness::{Twilio, alice, text};

/// A simulator with an available worker, and its path.
async fn available() -> (Twilio, String, String) {
    let mut twilio = Twilio::start().await;
    let sid = text(&twilio.log_in(alice()).await, "worker_sid").to_owned();
    twilio.receiver.received();
    let path = format!("/Workers/{sid}");
    (twilio, sid, path)
}

async fn statuses(twilio: &Twilio, path: &str) -> Vec<String> {
    let list = twilio.get(&format!("{path}/Reservations")).await;
    let reservations = list["reservations"].as_array().unwrap();
    reservations.iter().map(|reservation| text(reservation, "reservation_status").to_owned()).collect()
}

#[tokio::test]
async fn a_worker_with_pending_reservations_keeps_its_activity() {
    // rule 12
    let (mut twilio, sid, path) = available().await;
    twilio.reserve(&sid, "pending").await;
    twilio.reserve(&sid, "pending").await;
    twilio.receiver.received();
    let message = twilio.refusal(&path, &[("ActivitySid", OFFLINE_ACTIVITY_SID), ("Attributes", "{}")]).await;
    let expected = format!("Worker {sid} cannot have its activity updated while it has 2 pending reservations.");
    assert_eq!(message, expected);
    let worker = twilio.get(&path).await;
    assert_eq!(worker["activity_name"], "Available");
    assert_ne!(worker["attributes"], "{}", "nothing of the request is carried out");
    assert_eq!(twilio.post(&path, &[("Attributes", "{}")]).await.0, 200, "attributes alone can be changed");
    assert_eq!(twilio.post(&path, &[("ActivitySid", AVAILABLE_ACTIVITY_SID)]).await.0, 200, "it is the same");
}

#[tokio::test]
async fn pending_reservations_are_rejected_in_the_same_request_that_takes_the_worker_offline() {
    // rule 12
    let (mut twilio, sid, path) = available().await;
    for status in ["pending", "accepted", "pending"] {
        twilio.reserve(&sid, status).await;
    }
    twilio.receiver.received();
    let form = [("ActivitySid", OFFLINE_ACTIVITY_SID), ("RejectPendingReservations", "true")];
    let (status, worker) = twilio.post(&path, &form).await;
    assert_eq!((status, &worker["activity_name"]), (200, &json!("Offline")));
    let mut rejected = Vec::new();
    for expected in ["reservation.rejected", "reservation.rejected", "worker.activity.update"] {
        let arrived = twilio.receiver.next().await;
        assert!(twilio.receiver.is_signed(&arrived));
        assert_eq!(
            (arrived.event_type(), arrived.field("WorkerActivityName")),
            (expected.to_owned(), "Offline".into())
        );
        assert_eq!(arrived.field("WorkerSid"), sid);
        rejected.push(arrived.field("ReservationSid"));
    }
    assert!(rejected[0].starts_with("WR") && rejected[0] != rejected[1] && rejected[2].is_empty());
    assert_eq!(statuses(&twilio, &path).await, ["rejected", "accepted", "rejected"]);
}

#[tokio::test]
async fn reservations_are_listed_by_status_and_in_pages() {
    let (twilio, sid, path) = available().await;
    for status in ["pending", "wrapping", "accepted", "pending"] {
        twilio.reserve(&sid, status).await;
    }
    let other = twilio.post("/Workers", &[("FriendlyName", "bob")]).await.1;
    twilio.reserve(text(&other, "sid"), "pending").await;
    let pending = twilio.get(&format!("{path}/Reservations?ReservationStatus=pending&PageSize=1")).await;
    assert_eq!(pending["reservations"].as_array().unwrap().len(), 1);
    let next = twilio.get(text(&pending["meta"], "next_page_url")).await;
    assert_eq!(next["reservations"][0]["reservation_status"], "pending");
    assert_ne!(next["reservations"][0]["sid"], pending["reservations"][0]["sid"]);
    assert_eq!(next["meta"]["next_page_url"], Value::Null);
    for (status, count) in [("wrapping", 1), ("accepted", 1), ("completed", 0)] {
        let list = twilio.get(&format!("{path}/Reservations?ReservationStatus={status}")).await;
        assert_eq!(list["reservations"].as_array().unwrap().len(), count, "{status}");
    }
    let unknown = twilio.get(&format!("{path}/Reservations/WR0")).await;
    assert_eq!(unknown["status"], 404);
}

#[tokio::test]
async fn a_reservation_comes_to_its_end_step_by_step() {
    // rule 13
    let (mut twilio, sid, path) = available().await;
    let reservation = twilio.reserve(&sid, "pending").await;
    assert_eq!(reservation["worker_name"], "alice@example.com");
    let own = format!("reservations/{}", text(&reservation, "sid"));
    let (status, refusal) = twilio.sim(Method::POST, &own, json!({"status": "completed"})).await;
    assert_eq!(status, 400);
    assert!(text(&refusal, "message").contains("next is accepted, rejected"), "{refusal}");
    for status in ["accepted", "wrapping", "completed"] {
        let (code, moved) = twilio.sim(Method::POST, &own, json!({ "status": status })).await;
        assert_eq!((code, &moved["reservation_status"]), (200, &json!(status)));
    }
    assert_eq!(twilio.sim(Method::POST, &own, json!({"status": "canceled"})).await.0, 400);
    assert_eq!(statuses(&twilio, &path).await, ["completed"]);
    let expected = ["reservation.created", "reservation.accepted", "reservation.wrapup", "reservation.completed"];
    assert_eq!(twilio.receiver.received_event_types(), expected);
    let events = twilio.get(&format!("/Events?ReservationSid={}", text(&reservation, "sid"))).await;
    assert_eq!(events["events"].as_array().unwrap().len(), 4);
    let event = &events["events"][0];
    assert_eq!((&event["resource_type"], &event["resource_sid"]), (&json!("reservation"), &reservation["sid"]));
}

#[tokio::test]
async fn a_request_for_a_reservation_that_cannot_be_says_what_is_wrong() {
    let twilio = Twilio::start().await;
    let nobody = json!({"worker_sid": "WK00000000000000000000000000000000"});
    assert_eq!(twilio.sim(Method::POST, "reservations", nobody).await.0, 404);
    let wrong = json!({"worker_sid": "WK0", "status": "open"});
    let (status, refusal) = twilio.sim(Method::POST, "reservations", wrong).await;
    assert_eq!(status, 400);
    let message = text(&refusal, "message");
    assert!(message.starts_with("status: ") && message.contains("open") && message.contains("wrapping"), "{message}");
    assert_eq!(twilio.sim(Method::POST, "reservations/WR0", json!({"status": "accepted"})).await.0, 404);
}

#[tokio::test]
async fn whether_a_worker_with_open_reservations_can_be_deleted_is_configured() {
    // rule 13
    let mut twilio = Twilio::start().await;
    for (name, status) in [("a", "pending"), ("b", "accepted"), ("c", "wrapping")] {
        let worker = twilio.worker(name).await;
        let path = format!("/Workers/{}", text(&worker, "sid"));
        twilio.reserve(text(&worker, "sid"), status).await;
        twilio.configure(json!({"deletion_with_reservations": "refused"})).await;
        assert_eq!(twilio.delete(&path).await, 400);
        twilio.configure(json!({})).await;
        assert_eq!(twilio.delete(&path).await, 204);
        assert_eq!(twilio.get(&format!("{path}/Reservations")).await["status"], 404);
        while twilio.receiver.next().await.event_type() != "worker.deleted" {}
    }
}

#[tokio::test]
async fn a_login_keeps_the_activity_while_reservations_are_pending() {
    let (twilio, sid, path) = available().await;
    twilio.post(&path, &[("ActivitySid", OFFLINE_ACTIVITY_SID)]).await;
    twilio.reserve(&sid, "pending").await;
    assert!(twilio.log_in(alice()).await["token"].is_string());
    assert_eq!(twilio.get(&path).await["activity_name"], "Offline");
}

#[tokio::test]
async fn reservations_and_flexs_configuration_outlive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let twilio = Twilio::start_with(Some(data.path())).await;
    let sid = text(&twilio.log_in(alice()).await, "worker_sid").to_owned();
    twilio.reserve(&sid, "wrapping").await;
    twilio.configure(json!({"taskrouter_skills": [{"name": "french", "multivalue": true}]})).await;
    twilio.simulator.stop().await;
    for _ in 0..2 {
        let twilio = Twilio::start_with(Some(data.path())).await;
        assert_eq!(statuses(&twilio, &format!("/Workers/{sid}")).await, ["wrapping"]);
        let configuration = twilio.get(&twilio.url("/v1/Configuration")).await;
        assert_eq!(configuration["taskrouter_skills"][0]["name"], "french");
        twilio.simulator.stop().await;
    }
    let twilio = Twilio::start_with(Some(data.path())).await;
    assert_eq!(twilio.sim(Method::DELETE, "configuration", Value::Null).await.0, 204);
    twilio.simulator.stop().await;
    let twilio = Twilio::start_with(Some(data.path())).await;
    assert_eq!(twilio.get(&twilio.url("/v1/Configuration")).await["status"], 404);
}
