//! Erasing a deleted user's personal data (rules 13 and 31).

use app::{
    ChangeError, FixedTime,
    erase::{erase_user, find_traces},
    restore::restore_user,
};
use domain::{
    EmailAddress, Role, Status, User,
    audit::{Action, Subject},
    erasure::erase_record,
    permissions::Caller,
    status::StatusChange,
    test_support::{agent, stored, user_with_role},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    Attempt, ChangeOrigin, CommitUser, Directory, EraseUser, IdempotencyStore, IndexUser, StoredResponse, UserChange,
    ViewHistory, ViewUser,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn ada() -> User {
    agent("ada").with(|user| {
        user.idp.full_name = Some("Ada Lovelace".to_owned());
        user.idp.email = EmailAddress::parse("ada@example.com").ok();
    })
}

async fn commit(directory: &Directory, before: Option<&User>, after: User, action: Action) -> User {
    let origin = ChangeOrigin::operator("test", NOW, Uuid::now_v7());
    let written = directory.commit_user(UserChange::new(before, after, origin, action)).await.unwrap();
    directory.index_user(&written, before).await.unwrap();
    written
}

/// A directory in which Ada was adopted, renamed and deleted, with a stored response about her.
async fn with_tombstone(dynamo: &Dynamo) -> (Directory, User) {
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    let adopted = commit(&directory, None, ada(), Action::Adopted).await;
    let renamed = adopted.with(|user| user.idp.full_name = Some("Ada King".to_owned()));
    let renamed = commit(&directory, Some(&adopted), renamed, Action::Login).await;
    let owner = Caller::new(user_with_role("olga", Role::AccountOwner).user_id, Role::AccountOwner);
    let deleted = StatusChange::Delete.apply(&renamed, &owner).unwrap();
    let deleted = commit(&directory, Some(&renamed), deleted, Action::Deleted).await;
    let attempt = Attempt::new(owner.user_id, "k", &[b"POST"], Uuid::from_u128(1));
    directory.start_attempt(&attempt, NOW).await.unwrap();
    let response = StoredResponse(format!(r#"{{"user_id": "{}", "name": "Ada King"}}"#, deleted.user_id));
    directory.complete_attempt(&attempt, &response).await.unwrap();
    (directory, deleted)
}

/// The items that say who she was.
async fn telling(directory: &Directory) -> Vec<String> {
    let scan = directory.client().scan().table_name(directory.name()).send().await.unwrap();
    let items = scan.items().iter().map(|item| format!("{item:?}").to_lowercase());
    items.filter(|item| ["lovelace", "king", "ada@", "\"ada\""].iter().any(|name| item.contains(name))).collect()
}

async fn erase(directory: &Directory, user: &User) -> Result<(), ChangeError> {
    let time = FixedTime(NOW);
    erase_user(directory, &time, &find_traces(directory, &time, user.user_id).await?, "test").await
}

#[tokio::test]
async fn rule_31_an_erasure_leaves_who_did_what_and_nothing_that_tells_who_it_was() {
    let dynamo = Dynamo::memory().await.unwrap();
    let (directory, ada) = with_tombstone(&dynamo).await;
    let history = async || directory.history(Subject::User(ada.user_id), None, 100).await.unwrap().0;
    let before = history().await;
    assert!(telling(&directory).await.len() > 5);
    erase(&directory, &ada).await.unwrap();
    assert_eq!(telling(&directory).await, Vec::<String>::new());

    let after = history().await;
    assert_eq!((after[0].action, after.len()), (Action::Erased, before.len() + 1));
    let expected = before.iter().map(|record| erase_record(record).unwrap_or_else(|| record.clone()));
    assert_eq!(after[1..], expected.collect::<Vec<_>>(), "all else of the records is as it was");
    let user = directory.user(ada.user_id).await.unwrap().unwrap();
    assert_eq!((user.managed, user.version), (ada.managed.clone(), ada.version + 1));
    // Rule 13: a later login is recognised.
    assert_eq!(directory.user_id_of_identity(&stored("ADA")).await.unwrap(), Some(ada.user_id));

    erase(&directory, &ada).await.unwrap();
    assert_eq!(history().await, after, "again it changes nothing");
    let restored = restore_user(&directory, &FixedTime(NOW), ada.user_id, "test").await;
    assert!(matches!(restored, Err(ChangeError::Refused(refusal)) if refusal.code() == "erased-user"));
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_is_finished_by_the_next_one() {
    let dynamo = Dynamo::memory().await.unwrap();
    let (directory, ada) = with_tombstone(&dynamo).await;
    let (records, _) = directory.history(Subject::User(ada.user_id), None, 100).await.unwrap();
    directory.erase_record(ada.user_id, &erase_record(records.last().unwrap()).unwrap()).await.unwrap();
    assert!(!telling(&directory).await.is_empty());
    erase(&directory, &ada).await.unwrap();
    assert_eq!(telling(&directory).await, Vec::<String>::new());
}

#[tokio::test]
async fn only_deleted_users_are_erased() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
    let ada = commit(&directory, None, ada(), Action::Adopted).await;
    let refused = erase(&directory, &ada).await.unwrap_err();
    assert!(matches!(refused, ChangeError::Refused(refusal) if refusal.code() == "not-deleted"));
    assert_eq!(directory.user(ada.user_id).await.unwrap().unwrap().managed.status, Status::Active);
}
