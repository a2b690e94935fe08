use domain::test_support;
use embedded::Dynamo;
use jiff::{SignedDuration, Timestamp};
use store::{Attempt, Directory, IdempotencyStore, KeyState, StoreError, StoredResponse};
use uuid::Uuid;

/// How long an attempt is believed to be alive, and how long a response is stored.
const LEASE: SignedDuration = SignedDuration::from_secs(30);
const RETENTION: SignedDuration = SignedDuration::from_hours(24);
const START: Timestamp = Timestamp::UNIX_EPOCH;
const A_MOMENT: SignedDuration = SignedDuration::from_millis(1);

async fn fixture() -> (Dynamo, Directory) {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    (dynamo, directory)
}

/// Another attempt of this person, with the key `k`, at this request.
fn attempt(who: &str, request: &str) -> Attempt {
    Attempt::new(test_support::agent(who).user_id, "k", &[request.as_bytes()], Uuid::new_v4())
}

fn answer(body: &str) -> StoredResponse {
    StoredResponse(body.to_owned())
}

fn resource_id(state: KeyState) -> Uuid {
    match state {
        KeyState::Started { resource_id } => resource_id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_again() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    resource_id(directory.start_attempt(&first, START).await.unwrap());
    directory.complete_attempt(&first, &answer("made")).await.unwrap();
    for later in [START, START + LEASE, START + RETENTION - SignedDuration::from_secs(1)] {
        let again = directory.start_attempt(&attempt("ada", "request"), later).await.unwrap();
        assert_eq!(again, KeyState::Completed(answer("made")));
    }
}

#[tokio::test]
async fn while_the_first_is_under_way_the_same_request_is_told_so() {
    let (_dynamo, directory) = fixture().await;
    directory.start_attempt(&attempt("ada", "request"), START).await.unwrap();
    let again = directory.start_attempt(&attempt("ada", "request"), START + LEASE - A_MOMENT).await.unwrap();
    assert_eq!(again, KeyState::InProgress);
}

#[tokio::test]
async fn a_key_belongs_to_its_first_request_whatever_became_of_that() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let other = || attempt("ada", "another request");
    directory.start_attempt(&first, START).await.unwrap();
    assert_eq!(directory.start_attempt(&other(), START).await.unwrap(), KeyState::Reused);
    let dead = START + LEASE;
    assert_eq!(directory.start_attempt(&other(), dead).await.unwrap(), KeyState::Reused);
    directory.release_attempt(&first).await.unwrap();
    assert_eq!(directory.start_attempt(&other(), START).await.unwrap(), KeyState::Reused);
    directory.complete_attempt(&first, &answer("made")).await.unwrap();
    assert_eq!(directory.start_attempt(&other(), START).await.unwrap(), KeyState::Reused);
}

#[tokio::test]
async fn another_caller_may_use_the_same_key() {
    let (_dynamo, directory) = fixture().await;
    let adas = resource_id(directory.start_attempt(&attempt("ada", "request"), START).await.unwrap());
    let graces = resource_id(directory.start_attempt(&attempt("grace", "request"), START).await.unwrap());
    assert_ne!(adas, graces);
}

#[tokio::test]
async fn a_day_later_the_key_is_new_though_dynamodb_has_not_removed_it_yet() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let made = resource_id(directory.start_attempt(&first, START).await.unwrap());
    directory.complete_attempt(&first, &answer("made")).await.unwrap();
    let next = directory.start_attempt(&attempt("ada", "another request"), START + RETENTION).await.unwrap();
    assert_ne!(resource_id(next), made, "what it makes is not what was made a day before");
    assert!(matches!(directory.complete_attempt(&first, &answer("late")).await, Err(StoreError::Conflict)));
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
    let made = resource_id(directory.start_attempt(&attempt("ada", "request"), START).await.unwrap());
    let dead = START + LEASE;
    let second = attempt("ada", "request");
    assert_eq!(resource_id(directory.start_attempt(&second, dead).await.unwrap()), made);
    let third = directory.start_attempt(&attempt("ada", "request"), dead + LEASE - A_MOMENT).await.unwrap();
    assert_eq!(third, KeyState::InProgress, "the second has a lease of its own");
    let third = directory.start_attempt(&attempt("ada", "request"), dead + LEASE).await.unwrap();
    assert_eq!(resource_id(third), made);
}

#[tokio::test]
async fn a_late_first_attempt_cannot_overwrite_the_answer_of_the_one_that_followed() {
    let (_dynamo, directory) = fixture().await;
    let (late, next) = (attempt("ada", "request"), attempt("ada", "request"));
    directory.start_attempt(&late, START).await.unwrap();
    let dead = START + LEASE;
    directory.start_attempt(&next, dead).await.unwrap();
    assert!(matches!(directory.complete_attempt(&late, &answer("late")).await, Err(StoreError::Conflict)));
    directory.complete_attempt(&next, &answer("next")).await.unwrap();
    assert!(matches!(directory.complete_attempt(&late, &answer("late")).await, Err(StoreError::Conflict)));
    assert!(matches!(directory.release_attempt(&late).await, Err(StoreError::Conflict)));
    let again = directory.start_attempt(&attempt("ada", "request"), dead).await.unwrap();
    assert_eq!(again, KeyState::Completed(answer("next")));
}

#[tokio::test]
async fn a_released_key_is_free_at_once_for_the_same_request() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let made = resource_id(directory.start_attempt(&first, START).await.unwrap());
    directory.release_attempt(&first).await.unwrap();
    assert_eq!(resource_id(directory.start_attempt(&attempt("ada", "request"), START).await.unwrap()), made);
}

#[tokio::test]
async fn an_attempt_whose_begin_was_done_but_not_heard_begins_again() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let made = resource_id(directory.start_attempt(&first, START).await.unwrap());
    assert_eq!(resource_id(directory.start_attempt(&first, START).await.unwrap()), made);
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
        let begun = many.join_all().await;
        let (ahead, behind): (Vec<_>, Vec<_>) =
            begun.into_iter().partition(|begun| matches!(begun, KeyState::Started { .. }));
        assert_eq!((ahead.len(), behind), (1, vec![KeyState::InProgress; 7]), "{moment}");
    }
}
