//! Callbacks of which something is missing or cannot be read (rule 34).

use lambda_http::http::StatusCode;

use crate::request::{Fixture, login, signed};

type Form = Vec<(&'static str, String)>;

fn without(field: &str) -> Form {
    login().into_iter().filter(|(name, _)| *name != field).collect()
}

fn with(field: &'static str, value: impl Into<String>) -> Form {
    let mut form = without(field);
    form.push((field, value.into()));
    form
}

#[tokio::test]
async fn rule_34_a_new_person_is_on_the_list_whatever_does_not_identify_the_callback_is_missing() {
    let missing = ["WorkerActivityName", "WorkerActivitySid", "WorkerVersion", "Sid", "TimestampMs"];
    for field in missing {
        let fixture = Fixture::new().await;
        let mut form = without(field);
        form.retain(|(name, _)| *name != "EventType");
        form.push(("EventType", "worker.activity.update".to_owned()));
        assert_eq!(fixture.post(signed(&form)).await, Ok(StatusCode::NO_CONTENT), "{field}");
        assert!(fixture.ada().await.is_some(), "{field}");
    }
}

#[tokio::test]
async fn rule_34_a_known_person_loses_nothing_by_a_callback_without_attributes_or_name() {
    let fixture = Fixture::new().await;
    fixture.post(signed(&login())).await.unwrap();
    let before = fixture.ada().await.unwrap();
    for field in ["WorkerAttributes", "WorkerName"] {
        let mut form = without(field);
        form.retain(|(name, _)| *name != "TimestampMs");
        form.push(("TimestampMs", "2000".to_owned()));
        assert_eq!(fixture.post(signed(&form)).await, Ok(StatusCode::NO_CONTENT), "{field}");
        let after = fixture.ada().await.unwrap();
        assert_eq!(
            (after.idp, after.managed, after.identity.as_str()),
            (before.idp.clone(), before.managed.clone(), "ada")
        );
    }
}

#[tokio::test]
async fn a_name_longer_than_taskrouter_takes_is_told_so() {
    let fixture = Fixture::new().await;
    for name in ["x".repeat(65), "x".repeat(5_000)] {
        let response =
            fixture.webhook.handle(&fixture.ingest, &fixture.reconcile, signed(&with("WorkerName", name))).await;
        let problem = response.unwrap_err();
        assert_eq!((problem.status, problem.code), (400, "invalid-callback"));
        assert!(problem.detail.contains("WorkerName has more than 64 characters"), "{}", problem.detail);
    }
}

#[tokio::test]
async fn what_cannot_be_a_key_or_a_number_of_the_table_is_refused_or_left_out() {
    let fixture = Fixture::new().await;
    for (field, value) in [("WorkerSid", "WK".repeat(3_000)), ("WorkerSid", "WK#1".into())] {
        assert_eq!(fixture.post(signed(&with(field, value))).await, Err("invalid-callback"), "{field}");
    }
    for (field, value) in [
        ("Sid", "EV".repeat(30_000)),
        ("WorkerActivityName", "x".repeat(60_000)),
        ("WorkerVersion", "9".repeat(50)),
        ("WorkerVersion", u64::MAX.to_string()),
        ("WorkerName", "\u{0}\u{1f}#é\u{202e}".to_owned()),
        ("WorkerAttributes", format!(r#"{{"roles": ["agent"], "full_name": "{}"}}"#, "x".repeat(60_000))),
    ] {
        assert_eq!(fixture.post(signed(&with(field, value))).await, Ok(StatusCode::NO_CONTENT), "{field}");
    }
}
