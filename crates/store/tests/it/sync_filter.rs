//! The filter by the stage of the synchronisation, beside what `filters` checks of any query.

use domain::{
    Status, User,
    search::{StatusFilter, UserQuery},
    sync_state::FailureReason,
    sync_summary::SyncStage,
};
use jiff::Timestamp;
use store::{CarryToTaskRouter, FindUsers, Order, search::MAX_EXAMINED};

use crate::{
    search::{all_pages, user_named},
    stages::Syncing,
    support::Fixture,
};

fn in_stage(stage: SyncStage) -> UserQuery {
    UserQuery::new(None, StatusFilter::default(), vec![]).with_sync(stage)
}

fn anns(count: usize) -> Vec<User> {
    (0..count).map(|i| user_named(i, &format!("Ann {i:03}"), None, Status::Active)).collect()
}

async fn names(fixture: &Fixture, stage: SyncStage) -> Vec<String> {
    let found = all_pages(fixture, &in_stage(stage), Order::Cheapest, 2).await;
    found.iter().map(|user| user.name().to_owned()).collect()
}

#[tokio::test]
async fn rule_9_who_is_carried_over_leaves_the_list_of_the_failed() {
    let users = anns(3);
    let fixture = Fixture::new().await.with(&users).await;
    for user in &users[..2] {
        fixture.put_syncing(user.user_id, Syncing::FAILED).await;
    }
    assert_eq!(names(&fixture, SyncStage::Failed).await, ["Ann 000", "Ann 001"]);
    fixture.step(users[0].user_id, Some(Syncing::FAILED), Syncing::default()).await;
    assert_eq!(names(&fixture, SyncStage::Failed).await, ["Ann 001"]);
    assert_eq!(names(&fixture, SyncStage::Synced).await, ["Ann 000", "Ann 002"]);
}

#[tokio::test]
async fn rule_24_who_is_failed_or_contested_is_listed_and_not_tried_again_by_the_schedule() {
    let users = anns(4);
    let fixture = Fixture::new().await.with(&users).await;
    let retried = Syncing { failure: Some(FailureReason::TwilioUnavailable), ..Syncing::PENDING };
    let stages = [Syncing::FAILED, Syncing::CONTESTED, Syncing::PENDING, retried];
    for (user, syncing) in users.iter().zip(stages) {
        fixture.put_syncing(user.user_id, syncing).await;
    }
    let due = fixture.directory.due(Timestamp::MAX, true, 10).await.unwrap();
    assert_eq!(due.len(), 2, "{due:?}");
    assert!(users[2..].iter().all(|user| due.iter().any(|due| due.user_id == user.user_id)), "{due:?}");
    assert_eq!(names(&fixture, SyncStage::Failed).await, ["Ann 000"]);
    assert_eq!(names(&fixture, SyncStage::Contested).await, ["Ann 001"]);
    assert_eq!(names(&fixture, SyncStage::Pending).await, ["Ann 002", "Ann 003"]);
}

// The users of a stage are read at once while they are few, and found among all users otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn rule_8_nobody_is_missing_or_doubled_when_the_users_of_a_stage_become_few_or_many_between_two_pages() {
    let users = anns(MAX_EXAMINED + 4);
    let fixture = Fixture::new().await.with(&users).await;
    let (query, one_more, rest) = (in_stage(SyncStage::Pending), users.last().unwrap(), &users[3..=MAX_EXAMINED]);
    for user in rest {
        fixture.put_syncing(user.user_id, Syncing::PENDING).await;
    }
    let page = async |cursor| fixture.directory.find_users(&query, Order::Cheapest, cursor, 100).await.unwrap();
    let few = page(None).await;
    for user in [one_more, &users[0], &users[1]] {
        fixture.put_syncing(user.user_id, Syncing::PENDING).await;
    }
    let many = page(few.next).await;
    fixture.step(users[0].user_id, None, Syncing::default()).await;
    let (few_again, mut found) = (page(many.next).await, [few.users, many.users].concat());
    found.extend(few_again.users);
    let mut cursor = few_again.next;
    while let Some(next) = cursor {
        let page = page(Some(next)).await;
        found.extend(page.users);
        cursor = page.next;
    }
    let expected = rest.iter().chain([one_more]).map(|user| user.user_id).collect::<Vec<_>>();
    assert_eq!(found.iter().map(|user| user.user_id).collect::<Vec<_>>(), expected);
}
