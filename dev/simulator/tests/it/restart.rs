//! State across restarts.

use std::fs;
use std::io::Write as _;

use simulator::{OFFLINE_ACTIVITY_SID, Options, Simulator, SimulatorError};

use crate::harness::{Twilio, alice, options, text};

#[tokio::test]
async fn workers_and_tokens_outlive_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let mut twilio = Twilio::start_with(Some(data.path())).await;
    let session = twilio.log_in(alice()).await;
    let path = format!("/Workers/{}", text(&session, "worker_sid"));
    let before = twilio.get(&path).await;
    let deleted =
        twilio.log_in(serde_json::json!({"identity": "bob", "full_name": "B", "email": "b", "roles": []})).await;
    let deleted_path = format!("/Workers/{}", text(&deleted, "worker_sid"));
    twilio.post(&deleted_path, &[("ActivitySid", OFFLINE_ACTIVITY_SID)]).await;
    assert_eq!(twilio.delete(&deleted_path).await, 204);
    twilio.simulator.stop().await;

    for _ in 0..2 {
        twilio = Twilio::start_with(Some(data.path())).await;
        let mut after = twilio.get(&path).await;
        for place in ["url", "links"] {
            after[place] = before[place].clone();
        }
        assert_eq!(after, before);
        assert_eq!(twilio.get(&deleted_path).await["status"], 404);
        assert_eq!(twilio.validate(&session["token"]).await["worker_sid"], session["worker_sid"]);
        assert_eq!(twilio.log_in(alice()).await["worker_sid"], session["worker_sid"]);
        twilio.simulator.stop().await;
    }
}

#[tokio::test]
async fn a_crash_in_the_middle_of_a_line_costs_only_that_line() {
    let data = tempfile::tempdir().unwrap();
    let twilio = Twilio::start_with(Some(data.path())).await;
    let session = twilio.log_in(alice()).await;
    twilio.simulator.stop().await;
    let journal = data.path().join("taskrouter.jsonl");
    fs::File::options().append(true).open(&journal).unwrap().write_all(b"{\"worker\":{\"sid\":\"WK").unwrap();

    let twilio = Twilio::start_with(Some(data.path())).await;
    assert_eq!(twilio.validate(&session["token"]).await["valid"], true);
    twilio.simulator.stop().await;
    assert!(!fs::read_to_string(&journal).unwrap().contains("\"WK\n"), "the torn line is gone");
}

#[tokio::test]
async fn a_journal_that_is_none_is_not_thrown_away() {
    let data = tempfile::tempdir().unwrap();
    let journal = data.path().join("taskrouter.jsonl");
    fs::write(&journal, "my notes\nmore notes\n").unwrap();
    let error = Simulator::start(options(Some(data.path()))).await.unwrap_err();
    assert!(matches!(error, SimulatorError::Data { .. }), "{error:?}");
    assert!(error.to_string().contains("line 1"), "{error}");
    assert_eq!(fs::read_to_string(&journal).unwrap(), "my notes\nmore notes\n");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = Simulator::start(options(None)).await.unwrap();
    let listen = first.url().strip_prefix("http://").unwrap().parse().unwrap();
    let error = Simulator::start(Options { listen, ..options(None) }).await.unwrap_err();
    assert!(error.to_string().contains(&listen.to_string()), "{error}");
    first.stop().await;
    Simulator::start(Options { listen, ..options(None) }).await.unwrap();
}

#[tokio::test]
async fn users_log_in_also_without_a_webhook() {
    let simulator = Simulator::start(options(None)).await.unwrap();
    let url = format!("{}/sim/logins", simulator.url());
    let answer = reqwest::Client::new().post(url).json(&alice()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}
