//! The directory's own client against the simulator: what it changes, and what it reads of other resources.

use domain::WorkerSid;
use simulator::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
use twilio::{
    Client, Config, DeleteWorker, EventQuery, FetchActivity, FetchWorker, FetchWorkspace, ListActivities,
    ListWorkerEvents, TwilioError, UpdateWorker, WorkerUpdate,
};

use crate::harness::{ACCOUNT, TOKEN, Twilio, WORKSPACE, alice, text};

pub fn client(twilio: &Twilio) -> Client {
    let url = twilio.simulator.url();
    Client::new(Config {
        taskrouter_url: url.to_owned(),
        iam_url: url.to_owned(),
        flex_url: url.to_owned(),
        events_url: url.to_owned(),
        webhooks_url: url.to_owned(),
        region: None,
        edge: None,
        account_sid: ACCOUNT.to_owned(),
        workspace_sid: WORKSPACE.to_owned(),
        auth_token: TOKEN.into(),
        api_key: None,
        timeout: Config::DEFAULT_TIMEOUT,
    })
    .unwrap()
}

async fn log_in(twilio: &Twilio) -> WorkerSid {
    WorkerSid::new(text(&twilio.log_in(alice()).await, "worker_sid"))
}

#[tokio::test]
async fn a_worker_is_changed_and_deleted_on_condition_of_its_version() {
    let twilio = Twilio::start().await;
    let (client, sid) = (client(&twilio), log_in(&twilio).await);
    let version = client.fetch_worker(&sid).await.unwrap().unwrap().version;
    let update = WorkerUpdate {
        attributes: Some(r#"{"roles":["agent"],"odd":1.50}"#.to_owned()),
        activity_sid: Some(OFFLINE_ACTIVITY_SID.to_owned()),
        reject_pending_reservations: true,
    };
    let changed = client.update_worker(&sid, &update, version).await.unwrap().unwrap();
    assert_eq!((changed.attributes, &*changed.activity_sid), (update.attributes.clone(), OFFLINE_ACTIVITY_SID));
    assert!(changed.version > version);
    let stale = client.update_worker(&sid, &update, version).await.unwrap_err();
    assert!(matches!(stale, TwilioError::PreconditionFailed), "{stale:?}");
    let stale = client.delete_worker(&sid, version).await.unwrap_err();
    assert!(matches!(stale, TwilioError::PreconditionFailed), "{stale:?}");
    client.delete_worker(&sid, changed.version).await.unwrap();
    assert_eq!(client.fetch_worker(&sid).await.unwrap(), None);
    assert_eq!(client.update_worker(&sid, &update, None).await.unwrap(), None);
    client.delete_worker(&sid, None).await.unwrap();
}

#[tokio::test]
async fn the_workspace_its_activities_and_a_workers_events_are_read() {
    let twilio = Twilio::start().await;
    let (client, sid) = (client(&twilio), log_in(&twilio).await);
    let workspace = client.fetch_workspace().await.unwrap().unwrap();
    let default = client.fetch_activity(&workspace.default_activity_sid.unwrap()).await.unwrap().unwrap();
    assert_eq!(default.available, Some(false));
    let activities = client.list_activities(None).await.unwrap().items;
    assert!(activities.iter().any(|activity| activity.sid == AVAILABLE_ACTIVITY_SID));
    let since = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(1);
    let query = EventQuery { worker_sid: Some(&sid), event_type: "worker.created", since };
    let events = client.list_worker_events(query, None).await.unwrap().items;
    assert_eq!(events.iter().map(|event| &*event.event_type).collect::<Vec<_>>(), ["worker.created"]);
    assert!(events[0].at_ms.is_some());
}
