//! The workspace's callback URL, its filter of events, and the retries that the URL asks for.

use serde_json::json;

use crate::harness::{PATH, Twilio, alice, text};

const RETRIES: &str = "#rc=3&rp=ct,rt,5xx";

async fn set(twilio: &Twilio, form: &[(&str, &str)]) -> serde_json::Value {
    let (status, workspace) = twilio.post("", form).await;
    assert_eq!(status, 200, "{workspace}");
    workspace
}

#[tokio::test]
async fn a_workspace_keeps_its_callback_url_with_the_fragment_and_its_filter() {
    let mut twilio = Twilio::start().await;
    let url = format!("{}{RETRIES}", twilio.receiver.url());
    let filter = "worker.created, worker.deleted";
    let workspace = set(&twilio, &[("EventCallbackUrl", &url), ("EventsFilter", filter)]).await;
    assert_eq!((text(&workspace, "event_callback_url"), text(&workspace, "events_filter")), (&*url, filter));
    assert_eq!(twilio.get("").await, workspace);
    twilio.log_in(alice()).await;
    assert_eq!(twilio.receiver.received_event_types(), ["worker.created"], "the activity is filtered out");

    let cleared = set(&twilio, &[("EventCallbackUrl", ""), ("EventsFilter", "")]).await;
    assert_eq!((&cleared["event_callback_url"], &cleared["events_filter"]), (&json!(""), &json!(null)));
    twilio.post("/Workers", &[("FriendlyName", "bob")]).await;
    twilio.log_in(alice()).await;
    assert!(twilio.receiver.received().is_empty());
}

#[tokio::test]
async fn what_is_no_address_of_the_web_is_refused() {
    let twilio = Twilio::start().await;
    for wrong in ["/example", "ftp://example.com/a", "https://"] {
        assert_eq!(twilio.refusal("", &[("EventCallbackUrl", wrong)]).await, "the URL is not valid");
    }
    assert!(twilio.refusal("", &[("FriendlyName", "x")]).await.contains("is not simulated"));
}

#[tokio::test]
async fn a_callback_is_tried_again_as_its_fragment_asks() {
    // rule 28
    let mut twilio = Twilio::start().await;
    for (status, fragment, tries) in [(503, "", 1), (503, RETRIES, 4), (400, RETRIES, 1), (400, "#rc=1&rp=all", 2)] {
        set(&twilio, &[("EventCallbackUrl", &format!("{}{fragment}", twilio.receiver.url()))]).await;
        twilio.receiver.respond_with(status);
        let (_, worker) = twilio.post("/Workers", &[("FriendlyName", &format!("w{status}{tries}"))]).await;
        twilio.receiver.respond_with(status);
        for _ in 0..tries {
            assert_eq!(twilio.receiver.next().await.field("WorkerSid"), text(&worker, "sid"));
        }
        twilio.receiver.respond_with(204);
        // Waits for its callbacks, which come after those of before.
        twilio.log_in(json!({"identity": format!("w{status}{tries}"), "full_name": "W", "email": "w@example.com", "roles": []})).await;
        let of_login = twilio.receiver.received_event_types();
        assert_eq!(of_login, ["worker.attributes.update", "worker.activity.update"], "{status} {fragment}");
    }
}

#[tokio::test]
async fn the_fragment_is_never_sent_and_may_be_signed_or_not() {
    let mut twilio = Twilio::start().await;
    set(&twilio, &[("EventCallbackUrl", &format!("{}{RETRIES}", twilio.receiver.url()))]).await;
    for signed_url in ["without_fragment", "with_fragment"] {
        twilio.configure(json!({ "signed_url": signed_url })).await;
        twilio.post("/Workers", &[("FriendlyName", signed_url)]).await;
        let arrived = twilio.receiver.next().await;
        assert_eq!(arrived.path_and_query, PATH);
        assert!(twilio.receiver.is_signed(&arrived), "{signed_url}");
    }
}
