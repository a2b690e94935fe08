use domain::{ReportVersion, WorkerReport, WorkerSid};
use store::RecordReport;

use crate::support::Fixture;

fn report(at_ms: i64, version: impl Into<Option<u64>>, activity: &str) -> WorkerReport {
    WorkerReport {
        worker_sid: WorkerSid::new("WK1"),
        identity: None,
        activity: activity.to_owned(),
        version: ReportVersion { at_ms, version: version.into() },
        deleted: false,
        attributes: None,
        other_chars: None,
        faults: Vec::new(),
    }
}

#[tokio::test]
async fn rule_28_a_callback_that_is_older_than_what_is_known_changes_nothing() {
    let fixture = Fixture::new().await;
    let directory = &fixture.directory;
    let is_latest = async |report| directory.record_report(&report).await.unwrap().is_latest();
    assert!(is_latest(report(2_000, 5, "Available")).await);
    assert!(is_latest(report(2_000, 5, "Available")).await, "the same again");
    for older in [report(1_999, 5, "Offline"), report(2_000, 4, "Offline"), report(1_999, None, "Offline")] {
        let recorded = directory.record_report(&older).await.unwrap();
        assert_eq!((recorded.is_latest(), recorded.worker.activity.as_str()), (false, "Available"));
    }
    assert!(is_latest(report(1_000, 6, "Break")).await, "of two versions the greater one is later, whatever the times");
    assert!(is_latest(report(1_000, None, "Lunch")).await, "where one has no version, the time decides");
    assert!(!is_latest(report(999, 7, "Offline")).await);
    assert!(is_latest(report(1_001, 2, "Available")).await);
}

#[tokio::test]
async fn rule_28_a_removed_worker_stays_removed_in_whatever_order_its_callbacks_come() {
    let fixture = Fixture::new().await;
    let directory = &fixture.directory;
    directory.record_report(&report(3_000, 3, "Available")).await.unwrap();
    let deletion = WorkerReport { deleted: true, ..report(2_000, 2, "Offline") };
    let recorded = directory.record_report(&deletion).await.unwrap();
    assert!(recorded.worker.deleted && !recorded.is_latest());
    assert!(directory.record_report(&report(4_000, 4, "Offline")).await.unwrap().worker.deleted);
}

#[tokio::test]
async fn rule_27_the_length_of_a_workers_other_attributes_is_that_of_the_latest_report() {
    let fixture = Fixture::new().await;
    let directory = &fixture.directory;
    let stored = async |at_ms, other_chars| {
        let report = WorkerReport { other_chars, ..report(at_ms, None, "Available") };
        directory.record_report(&report).await.unwrap().worker.other_chars
    };
    assert_eq!(stored(2_000, Some(300)).await, Some(300));
    assert_eq!(stored(1_000, Some(200)).await, Some(300), "an earlier one comes too late");
    assert_eq!(stored(3_000, Some(400)).await, Some(400));
    assert_eq!(stored(4_000, None).await, None, "unknown");
}
