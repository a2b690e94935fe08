use domain::ReportVersion;
use store::workers::Observation;

use crate::support::Fixture;

fn seen(at_ms: i64, version: u64, activity: &str) -> Observation<'_> {
    Observation { worker_sid: "WK1", activity, stamp: ReportVersion { at_ms, version }, gone: false }
}

#[tokio::test]
async fn rule_28_a_callback_that_is_older_than_what_is_known_changes_nothing() {
    let fixture = Fixture::new().await;
    assert!(fixture.directory.observe(seen(2_000, 5, "Available")).await.unwrap().latest);
    assert!(fixture.directory.observe(seen(2_000, 5, "Available")).await.unwrap().latest, "the same again");
    for older in [seen(1_999, 9, "Offline"), seen(2_000, 4, "Offline")] {
        let observed = fixture.directory.observe(older).await.unwrap();
        assert_eq!((observed.latest, observed.worker.activity.as_str()), (false, "Available"));
    }
    assert_eq!(fixture.directory.observe(seen(2_000, 6, "Break")).await.unwrap().worker.activity, "Break");
}

#[tokio::test]
async fn rule_28_a_removed_worker_stays_removed_in_whatever_order_its_callbacks_come() {
    let fixture = Fixture::new().await;
    fixture.directory.observe(seen(3_000, 3, "Available")).await.unwrap();
    let removed = fixture.directory.observe(Observation { gone: true, ..seen(2_000, 2, "Offline") }).await.unwrap();
    assert!(removed.worker.gone && !removed.latest);
    assert!(fixture.directory.observe(seen(4_000, 4, "Offline")).await.unwrap().worker.gone);
}
