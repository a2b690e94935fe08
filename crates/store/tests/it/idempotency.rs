use domain::test_support;
use embedded::Dynamo;
use jiff::{SignedDuration, Timestamp};
use store::{Attempt, Directory, IdempotencyStore, KeyState, StoreError, StoredResponse};
use uuid::Uuid;

/// The lease of an attempt, and the retention of a response.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
const RETENTION: SignedDuration = SignedDuration::from_hours(24);
const START: Timestamp = Timestamp::UNIX_EPOCH;
const A_MOMENT: SignedDuration = SignedDuration::from_millis(1);

async fn fixture() -> (Dynamo, Directory) {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    (dynamo, directory)
}

/// A new attempt by this caller, with the key `k`, at this request.
fn attempt(caller: &str, request: &str) -> Attempt {
    Attempt::new(test_support::agent(caller).user_id, "k", &[request.as_bytes()], Uuid::new_v4())
}

fn response(body: &str) -> StoredResponse {
    StoredResponse(body.to_owned())
}

fn started_id(state: KeyState) -> Uuid {
    match state {
        KeyState::Started { resource_id } => resource_id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_again() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    started_id(directory.start_attempt(&first, START).await.unwrap());
    directory.complete_attempt(&first, &response("made")).await.unwrap();
    for later in [START, START + LEASE, START + RETENTION - SignedDuration::from_secs(1)] {
        let repeated = directory.start_attempt(&attempt("ada", "request"), later).await.unwrap();
        assert_eq!(repeated, KeyState::Completed(response("made")));
    }
}

#[tokio::test]
async fn while_the_first_is_under_way_the_same_request_is_told_so() {
    let (_dynamo, directory) = fixture().await;
    directory.start_attempt(&attempt("ada", "request"), START).await.unwrap();
    let repeated = directory.start_attempt(&attempt("ada", "request"), START + LEASE - A_MOMENT).await.unwrap();
    assert_eq!(repeated, KeyState::InProgress);
}

#[tokio::test]
async fn a_key_belongs_to_its_first_request_whatever_became_of_that() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let other = || attempt("ada", "another request");
    directory.start_attempt(&first, START).await.unwrap();
    assert_eq!(directory.start_attempt(&other(), START).await.unwrap(), KeyState::Reused);
    let lease_end = START + LEASE;
    assert_eq!(directory.start_attempt(&other(), lease_end).await.unwrap(), KeyState::Reused);
    directory.release_attempt(&first).await.unwrap();
    assert_eq!(directory.start_attempt(&other(), START).await.unwrap(), KeyState::Reused);
    directory.complete_attempt(&first, &response("made")).await.unwrap();
    assert_eq!(directory.start_attempt(&other(), START).await.unwrap(), KeyState::Reused);
}

#[tokio::test]
async fn another_caller_may_use_the_same_key() {
    let (_dynamo, directory) = fixture().await;
    let adas = started_id(directory.start_attempt(&attempt("ada", "request"), START).await.unwrap());
    let graces = started_id(directory.start_attempt(&attempt("grace", "request"), START).await.unwrap());
    assert_ne!(adas, graces);
}

#[tokio::test]
async fn a_day_later_the_key_is_new_though_dynamodb_has_not_removed_it_yet() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let resource_id = started_id(directory.start_attempt(&first, START).await.unwrap());
    directory.complete_attempt(&first, &response("made")).await.unwrap();
    let next = directory.start_attempt(&attempt("ada", "another request"), START + RETENTION).await.unwrap();
    assert_ne!(started_id(next), resource_id, "what it makes is not what was made a day before");
    assert!(matches!(directory.complete_attempt(&first, &response("late")).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn dynamodb_is_told_when_to_forget_it() {
    let (_dynamo, directory) = fixture().await;
    directory.start_attempt(&attempt("ada", "request"), START).await.unwrap();
    let items = directory.client().scan().table_name(directory.name()).send().await.unwrap().items.unwrap();
    assert_eq!(items[0]["expires_at"].as_n().unwrap(), &RETENTION.as_secs().to_string());
    assert_eq!(items[0]["entity"].as_s().unwrap(), "idempotency");
}

#[tokio::test]
async fn a_crashed_first_attempt_frees_the_key_after_its_lease_and_the_next_makes_the_same_id() {
    let (_dynamo, directory) = fixture().await;
    let resource_id = started_id(directory.start_attempt(&attempt("ada", "request"), START).await.unwrap());
    let lease_end = START + LEASE;
    let second = attempt("ada", "request");
    assert_eq!(started_id(directory.start_attempt(&second, lease_end).await.unwrap()), resource_id);
    let third = directory.start_attempt(&attempt("ada", "request"), lease_end + LEASE - A_MOMENT).await.unwrap();
    assert_eq!(third, KeyState::InProgress, "the second has a lease of its own");
    let third = directory.start_attempt(&attempt("ada", "request"), lease_end + LEASE).await.unwrap();
    assert_eq!(started_id(third), resource_id);
}

#[tokio::test]
async fn a_late_first_attempt_cannot_overwrite_the_answer_of_the_one_that_followed() {
    let (_dynamo, directory) = fixture().await;
    let (late, next) = (attempt("ada", "request"), attempt("ada", "request"));
    directory.start_attempt(&late, START).await.unwrap();
    let lease_end = START + LEASE;
    directory.start_attempt(&next, lease_end).await.unwrap();
    assert!(matches!(directory.complete_attempt(&late, &response("late")).await, Err(StoreError::Conflict)));
    directory.complete_attempt(&next, &response("next")).await.unwrap();
    assert!(matches!(directory.complete_attempt(&late, &response("late")).await, Err(StoreError::Conflict)));
    assert!(matches!(directory.release_attempt(&late).await, Err(StoreError::Conflict)));
    let repeated = directory.start_attempt(&attempt("ada", "request"), lease_end).await.unwrap();
    assert_eq!(repeated, KeyState::Completed(response("next")));
}

#[tokio::test]
async fn a_released_key_is_free_at_once_for_the_same_request() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let resource_id = started_id(directory.start_attempt(&first, START).await.unwrap());
    directory.release_attempt(&first).await.unwrap();
    assert_eq!(started_id(directory.start_attempt(&attempt("ada", "request"), START).await.unwrap()), resource_id);
}

#[tokio::test]
async fn an_attempt_whose_begin_was_done_but_not_heard_begins_again() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let resource_id = started_id(directory.start_attempt(&first, START).await.unwrap());
    assert_eq!(started_id(directory.start_attempt(&first, START).await.unwrap()), resource_id);
}

#[tokio::test]
async fn of_many_at_the_same_moment_one_goes_ahead() {
    let (_dynamo, directory) = fixture().await;
    for moment in [START, START + LEASE] {
        let mut many = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let directory = directory.clone();
            many.spawn(async move { directory.start_attempt(&attempt("ada", "request"), moment).await.unwrap() });
        }
        let started = many.join_all().await;
        let (started_attempts, other_attempts): (Vec<_>, Vec<_>) =
            started.into_iter().partition(|started| matches!(started, KeyState::Started { .. }));
        assert_eq!((started_attempts.len(), other_attempts), (1, vec![KeyState::InProgress; 7]), "{moment}");
    }
}
