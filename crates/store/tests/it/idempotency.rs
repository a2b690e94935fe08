use domain::people;
use embedded::Dynamo;
use jiff::{SignedDuration, Timestamp};
use store::{
    Directory, StoreError,
    idempotency::{Attempt, IdempotencyStore, KEPT, KeyState, LEASE, StoredResponse},
};
use uuid::Uuid;

const START: Timestamp = Timestamp::UNIX_EPOCH;
const A_MOMENT: SignedDuration = SignedDuration::from_millis(1);

async fn fixture() -> (Dynamo, Directory) {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    (dynamo, directory)
}

/// Another attempt of this person, with the key `k`, at this request.
fn attempt(who: &str, request: &str) -> Attempt {
    Attempt::new(people::agent(who).user_id, "k", &[request.as_bytes()], Uuid::new_v4())
}

fn answer(body: &str) -> StoredResponse {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    StoredResponse {
        status: 201,
        headers: vec![header("etag", "\"1\""), header("location", "/a")],
        body: body.to_owned(),
    }
}

fn seed(begun: KeyState) -> Uuid {
    match begun {
        KeyState::Started { seed } => seed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_request_gets_the_same_answer_again() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    seed(directory.begin(&first, START).await.unwrap());
    directory.keep(&first, &answer("made")).await.unwrap();
    for later in [START, START + LEASE, START + KEPT - SignedDuration::from_secs(1)] {
        let again = directory.begin(&attempt("ada", "request"), later).await.unwrap();
        assert_eq!(again, KeyState::Completed(answer("made")));
    }
}

#[tokio::test]
async fn while_the_first_is_under_way_the_same_request_is_told_so() {
    let (_dynamo, directory) = fixture().await;
    directory.begin(&attempt("ada", "request"), START).await.unwrap();
    let again = directory.begin(&attempt("ada", "request"), START + LEASE - A_MOMENT).await.unwrap();
    assert_eq!(again, KeyState::InProgress);
}

#[tokio::test]
async fn a_key_belongs_to_its_first_request_whatever_became_of_that() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let other = || attempt("ada", "another request");
    directory.begin(&first, START).await.unwrap();
    assert_eq!(directory.begin(&other(), START).await.unwrap(), KeyState::Reused);
    let dead = START + LEASE;
    assert_eq!(directory.begin(&other(), dead).await.unwrap(), KeyState::Reused);
    directory.release(&first).await.unwrap();
    assert_eq!(directory.begin(&other(), START).await.unwrap(), KeyState::Reused);
    directory.keep(&first, &answer("made")).await.unwrap();
    assert_eq!(directory.begin(&other(), START).await.unwrap(), KeyState::Reused);
}

#[tokio::test]
async fn another_caller_may_use_the_same_key() {
    let (_dynamo, directory) = fixture().await;
    let adas = seed(directory.begin(&attempt("ada", "request"), START).await.unwrap());
    let graces = seed(directory.begin(&attempt("grace", "request"), START).await.unwrap());
    assert_ne!(adas, graces);
}

#[tokio::test]
async fn a_day_later_the_key_is_new_though_dynamodb_has_not_removed_it_yet() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let made = seed(directory.begin(&first, START).await.unwrap());
    directory.keep(&first, &answer("made")).await.unwrap();
    let next = directory.begin(&attempt("ada", "another request"), START + KEPT).await.unwrap();
    assert_ne!(seed(next), made, "what it makes is not what was made a day before");
    assert!(matches!(directory.keep(&first, &answer("late")).await, Err(StoreError::Conflict)));
}

#[tokio::test]
async fn dynamodb_is_told_when_to_forget_it() {
    let (_dynamo, directory) = fixture().await;
    directory.begin(&attempt("ada", "request"), START).await.unwrap();
    let items = directory.client().scan().table_name(directory.name()).send().await.unwrap().items.unwrap();
    assert_eq!(items[0]["expires_at"].as_n().unwrap(), &KEPT.as_secs().to_string());
    assert_eq!(items[0]["entity"].as_s().unwrap(), "idempotency");
}

#[tokio::test]
async fn a_crashed_first_attempt_frees_the_key_after_its_lease_and_the_next_makes_the_same_id() {
    let (_dynamo, directory) = fixture().await;
    let made = seed(directory.begin(&attempt("ada", "request"), START).await.unwrap());
    let dead = START + LEASE;
    let second = attempt("ada", "request");
    assert_eq!(seed(directory.begin(&second, dead).await.unwrap()), made);
    let third = directory.begin(&attempt("ada", "request"), dead + LEASE - A_MOMENT).await.unwrap();
    assert_eq!(third, KeyState::InProgress, "the second has a lease of its own");
    let third = directory.begin(&attempt("ada", "request"), dead + LEASE).await.unwrap();
    assert_eq!(seed(third), made);
}

#[tokio::test]
async fn a_late_first_attempt_cannot_overwrite_the_answer_of_the_one_that_followed() {
    let (_dynamo, directory) = fixture().await;
    let (late, next) = (attempt("ada", "request"), attempt("ada", "request"));
    directory.begin(&late, START).await.unwrap();
    let dead = START + LEASE;
    directory.begin(&next, dead).await.unwrap();
    assert!(matches!(directory.keep(&late, &answer("late")).await, Err(StoreError::Conflict)));
    directory.keep(&next, &answer("next")).await.unwrap();
    assert!(matches!(directory.keep(&late, &answer("late")).await, Err(StoreError::Conflict)));
    assert!(matches!(directory.release(&late).await, Err(StoreError::Conflict)));
    let again = directory.begin(&attempt("ada", "request"), dead).await.unwrap();
    assert_eq!(again, KeyState::Completed(answer("next")));
}

#[tokio::test]
async fn a_released_key_is_free_at_once_for_the_same_request() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let made = seed(directory.begin(&first, START).await.unwrap());
    directory.release(&first).await.unwrap();
    assert_eq!(seed(directory.begin(&attempt("ada", "request"), START).await.unwrap()), made);
}

#[tokio::test]
async fn an_attempt_whose_begin_was_done_but_not_heard_begins_again() {
    let (_dynamo, directory) = fixture().await;
    let first = attempt("ada", "request");
    let made = seed(directory.begin(&first, START).await.unwrap());
    assert_eq!(seed(directory.begin(&first, START).await.unwrap()), made);
}

#[tokio::test]
async fn of_many_at_the_same_moment_one_goes_ahead() {
    let (_dynamo, directory) = fixture().await;
    for moment in [START, START + LEASE] {
        let mut many = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let directory = directory.clone();
            many.spawn(async move { directory.begin(&attempt("ada", "request"), moment).await.unwrap() });
        }
        let begun = many.join_all().await;
        let (ahead, behind): (Vec<_>, Vec<_>) =
            begun.into_iter().partition(|begun| matches!(begun, KeyState::Started { .. }));
        assert_eq!((ahead.len(), behind), (1, vec![KeyState::InProgress; 7]), "{moment}");
    }
}
