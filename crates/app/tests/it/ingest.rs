use domain::{
    Role, Status, WorkerSid,
    audit::{Action, Subject},
    test_support::stored,
};
use serde_json::{Value, json};
use store::{CommitUser, IndexUser, UserChange, ViewDetails, ViewHistory, ViewSkill, ViewUser};
use uuid::Uuid;

use crate::support::{Fixture, Report, TaskRouter, report, user_of_identity, worker};

fn attributes(name: &str, role: &str) -> Value {
    json!({"full_name": name, "email": "ada@example.com", "roles": [role]})
}

#[tokio::test]
async fn rule_23_whoever_logs_in_for_the_first_time_is_adopted_and_recorded_and_their_skills_join_the_catalog() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    let mut skilled = attributes("Ada Lovelace", "supervisor");
    skilled["routing"] = json!({"skills": ["en-GB"], "levels": {"en-GB": 80}});
    report(1, "WK1", "ada", &skilled).deliver(&ingest).await;

    let directory = &ingest.store.directory;
    let ada = user_of_identity(directory, "ADA").await;
    assert_eq!((ada.name(), ada.managed.role, ada.managed.act_as_agent), ("Ada Lovelace", Role::Supervisor, true));
    let skill = ada.managed.assigned_skills.keys().next().unwrap();
    assert_eq!(directory.skill(skill).await.unwrap().unwrap().skill_set.as_str(), "Imported");
    let (history, _) = directory.history(Subject::User(ada.user_id), None, 10).await.unwrap();
    assert_eq!((history.len(), history[0].action), (1, Action::Adopted));
}

#[tokio::test]
async fn rule_23_an_unmanaged_worker_is_on_no_list_until_it_is_given_a_role() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    report(1, "WK1", "bot", &attributes("Bot", "bot")).deliver(&ingest).await;
    assert_eq!(ingest.store.directory.user_id_of_identity(&stored("bot")).await.unwrap(), None);
    report(2, "WK1", "bot", &attributes("Bot", "agent")).deliver(&ingest).await;
    assert_eq!(user_of_identity(&ingest.store.directory, "bot").await.managed.role, Role::Agent);
}

#[tokio::test]
async fn rule_22_a_worker_renamed_stays_the_same_user_and_its_old_name_is_free() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    report(1, "WK1", "ada", &attributes("Ada", "agent")).deliver(&ingest).await;
    let ada = user_of_identity(&ingest.store.directory, "ada").await;
    report(2, "WK1", "ada.king", &attributes("Ada", "agent")).deliver(&ingest).await;
    assert_eq!(user_of_identity(&ingest.store.directory, "ada.king").await.user_id, ada.user_id);
    assert_eq!(ingest.store.directory.user_id_of_identity(&stored("ada")).await.unwrap(), None);
}

#[tokio::test]
async fn rule_22_a_worker_that_was_removed_and_comes_back_with_a_new_sid_is_the_same_user() {
    let fixture = Fixture::new().await;
    // The callback of its removal was lost: TaskRouter has WK2 and answers 404 for WK1.
    let current = worker("WK2", "ada", &attributes("Ada", "agent"));
    let ingest = fixture.ingest(TaskRouter([("WK2".to_owned(), current)].into()));
    report(1, "WK1", "ada", &attributes("Ada", "agent")).deliver(&ingest).await;
    let ada = user_of_identity(&ingest.store.directory, "ada").await;
    report(2, "WK2", "Ada", &attributes("Ada", "agent")).deliver(&ingest).await;
    let returned = user_of_identity(&ingest.store.directory, "ada").await;
    assert_eq!(
        (returned.user_id, returned.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str)),
        (ada.user_id, Some("WK2"))
    );
    assert!(ingest.store.directory.worker(&WorkerSid::new("WK1")).await.unwrap().unwrap().deleted);
}

#[tokio::test]
async fn rule_22_a_namesake_is_told_from_a_worker_whose_new_name_was_never_heard() {
    let fixture = Fixture::new().await;
    let renamed = worker("WK1", "ada.king", &attributes("Ada King", "agent"));
    let namesake = worker("WK2", "ada", &attributes("Ada Lovelace", "agent"));
    let ingest = fixture.ingest(TaskRouter([("WK1".to_owned(), renamed), ("WK2".to_owned(), namesake)].into()));
    report(1, "WK1", "ada", &attributes("Ada King", "agent")).deliver(&ingest).await;
    let first = user_of_identity(&ingest.store.directory, "ada").await;
    report(2, "WK2", "ada", &attributes("Ada Lovelace", "agent")).deliver(&ingest).await;
    let (king, lovelace) = (
        user_of_identity(&ingest.store.directory, "ada.king").await,
        user_of_identity(&ingest.store.directory, "ada").await,
    );
    assert_eq!(king.user_id, first.user_id);
    assert_ne!(lovelace.user_id, first.user_id);
    assert_eq!(
        (
            king.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str),
            lovelace.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str)
        ),
        (Some("WK1"), Some("WK2"))
    );
}

#[tokio::test]
async fn rule_22_two_who_swapped_names_while_nobody_listened_are_each_known_by_their_worker() {
    let fixture = Fixture::new().await;
    let (ada, bob) = (attributes("Ada", "agent"), attributes("Bob", "agent"));
    let current = [("WK1", worker("WK1", "bob", &ada)), ("WK2", worker("WK2", "ada", &bob))];
    let ingest = fixture.ingest(TaskRouter(current.map(|(sid, worker)| (sid.to_owned(), worker)).into()));
    report(1, "WK1", "ada", &ada).deliver(&ingest).await;
    report(1, "WK2", "bob", &bob).deliver(&ingest).await;
    let directory = &ingest.store.directory;
    let (first, second) =
        (user_of_identity(directory, "ada").await.user_id, user_of_identity(directory, "bob").await.user_id);
    report(5, "WK2", "ada", &bob).deliver(&ingest).await;
    report(5, "WK1", "bob", &ada).deliver(&ingest).await;
    assert_eq!(
        (user_of_identity(directory, "bob").await.user_id, user_of_identity(directory, "ada").await.user_id),
        (first, second)
    );
}

#[tokio::test]
async fn rule_22_a_name_that_somebody_else_has_taken_over_is_not_taken_from_them() {
    let fixture = Fixture::new().await;
    let (ada, bob) = (attributes("Ada", "agent"), attributes("Bob", "agent"));
    let ingest = fixture.ingest(TaskRouter([("WK1".to_owned(), worker("WK1", "ada2", &ada))].into()));
    report(1, "WK1", "ada", &ada).deliver(&ingest).await;
    report(1, "WK2", "bob", &bob).deliver(&ingest).await;
    // WK1 was renamed to ada2; this callback arrives last.
    report(3, "WK2", "ada", &bob).deliver(&ingest).await;
    report(2, "WK1", "ada2", &ada).deliver(&ingest).await;
    let directory = &ingest.store.directory;
    let (ada, ada2) = (user_of_identity(directory, "ada").await, user_of_identity(directory, "ada2").await);
    assert_eq!([ada.name(), ada2.name()], ["Bob", "Ada"]);
}

#[tokio::test]
async fn rule_23_the_removal_of_an_unmanaged_worker_makes_nobody_of_it() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    report(1, "WK1", "bot", &attributes("Bot", "bot")).deliver(&ingest).await;
    let removed = Report { deleted: true, attributes: String::new(), ..report(2, "WK1", "bot", &Value::Null) };
    removed.deliver(&ingest).await;
    assert_eq!(ingest.store.directory.user_id_of_identity(&stored("bot")).await.unwrap(), None);
}

#[tokio::test]
async fn rule_23_more_skills_than_one_transaction_takes_are_all_adopted_and_as_many_replaced() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    let with = |prefix: &str| {
        let skills = (0..120).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>();
        json!({"full_name": "Ada", "email": "ada@example.com", "roles": ["agent"], "routing": {"skills": skills}})
    };
    report(2, "WK1", "ada", &with("late")).deliver(&ingest).await;
    let directory = &ingest.store.directory;
    assert_eq!(user_of_identity(directory, "ada").await.managed.assigned_skills.len(), 120);
    // The earliest callback decides what is adopted: when it arrives late, it replaces all 120 skills.
    report(1, "WK1", "ada", &with("early")).deliver(&ingest).await;
    let skills = user_of_identity(directory, "ada").await.managed.assigned_skills;
    assert!(skills.len() == 120 && skills.keys().all(|name| name.as_str().starts_with("early")), "{skills:?}");
}

#[tokio::test]
async fn rule_22_the_same_email_on_two_workers_is_never_merged_but_shown() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    let directory = &ingest.store.directory;
    report(1, "WK1", "ada@example.com", &attributes("Ada", "agent")).deliver(&ingest).await;
    report(1, "WK2", "ada", &attributes("Ada", "admin")).deliver(&ingest).await;
    let (sso, console) =
        (user_of_identity(directory, "ada@example.com").await, user_of_identity(directory, "ada").await);
    for user in [&sso, &console] {
        directory.index_user(user, None).await.unwrap();
    }
    assert_eq!(directory.details(&sso).await.unwrap().same_email, [console.user_id]);
}

#[tokio::test]
async fn rule_28_a_worker_removed_in_taskrouter_leaves_its_user_active_without_worker_until_the_next_login() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    let ada = attributes("Ada", "agent");
    report(1, "WK1", "ada", &ada).deliver(&ingest).await;
    Report { deleted: true, ..report(2, "WK1", "ada", &ada) }.deliver(&ingest).await;
    let without_worker = user_of_identity(&ingest.store.directory, "ada").await;
    assert_eq!(
        (without_worker.managed.status, without_worker.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str)),
        (Status::Active, None)
    );
    report(3, "WK2", "ada", &ada).deliver(&ingest).await;
    let returned = user_of_identity(&ingest.store.directory, "ada").await;
    assert_eq!(
        (returned.user_id, returned.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str)),
        (without_worker.user_id, Some("WK2"))
    );
}

#[tokio::test]
async fn rule_13_a_login_of_a_deleted_person_is_recorded_and_brings_nobody_back() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    let directory = &ingest.store.directory;
    report(1, "WK1", "ada", &attributes("Ada", "agent")).deliver(&ingest).await;
    let ada = user_of_identity(directory, "ada").await;
    let deleted = ada.with(|user| {
        user.managed.status = Status::Deleted;
        user.taskrouter.worker_sid = None;
    });
    let origin = store::ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
    directory.commit_user(UserChange::new(Some(&ada), deleted, origin, Action::Deleted)).await.unwrap();
    report(2, "WK2", "ada", &attributes("Ada Again", "admin")).deliver(&ingest).await;
    let after = user_of_identity(directory, "ada").await;
    assert_eq!((after.managed.status, after.name(), after.managed.role), (Status::Deleted, "Ada", Role::Agent));
    let (history, _) = directory.history(Subject::User(ada.user_id), None, 1).await.unwrap();
    assert_eq!(history[0].action, Action::LoginRefused);
    assert!(directory.details(&after).await.unwrap().outbox.is_some(), "the worker is to be removed again");
}

#[tokio::test]
async fn rule_34_a_user_with_attributes_that_are_not_json_is_still_upserted() {
    let fixture = Fixture::new().await;
    let broken = Report { attributes: "{\"full_name\": ".into(), ..report(1, "WK1", "ada", &Value::Null) };
    let ingest = fixture.ingest(TaskRouter([("WK1".to_owned(), broken.worker())].into()));
    broken.deliver(&ingest).await;
    let ada = user_of_identity(&ingest.store.directory, "ada").await;
    assert_eq!((ada.name(), ada.managed.role), ("ada", Role::Agent));
}

#[tokio::test]
async fn rule_34_what_an_unknown_worker_is_when_its_callback_does_not_say_so_is_asked_of_taskrouter() {
    let fixture = Fixture::new().await;
    let known = |sid: &str, name: &str, role: &str| (sid.to_owned(), worker(sid, name, &attributes(name, role)));
    let ingest = fixture.ingest(TaskRouter([known("WK1", "ada", "supervisor"), known("WK2", "bot", "bot")].into()));
    let directory = &ingest.store.directory;
    for (sid, name) in [("WK1", "ada"), ("WK2", "bot"), ("WK3", "gone")] {
        Report { attributes: String::new(), ..report(1, sid, name, &Value::Null) }.deliver(&ingest).await;
    }
    assert_eq!(user_of_identity(directory, "ada").await.managed.role, Role::Supervisor);
    for unmanaged in ["bot", "gone"] {
        assert_eq!(directory.user_id_of_identity(&stored(unmanaged)).await.unwrap(), None, "{unmanaged}");
    }
}

#[tokio::test]
async fn rule_34_the_name_of_an_unknown_worker_whose_callback_has_none_is_asked_of_taskrouter() {
    let fixture = Fixture::new().await;
    let known = |sid: &str, name: &str, role: &str| (sid.to_owned(), worker(sid, name, &attributes(name, role)));
    let workers = [known("WK1", "ada", "supervisor"), known("WK2", "bot", "bot"), known("WK4", "ida", "agent")];
    let ingest = fixture.ingest(TaskRouter(workers.into()));
    let directory = &ingest.store.directory;
    report(1, "WK0", "ida", &attributes("Ida", "agent")).deliver(&ingest).await;
    for sid in ["WK1", "WK2", "WK3", "WK4"] {
        report(2, sid, "", &attributes("Ada", "agent")).deliver(&ingest).await;
    }
    let ada = user_of_identity(directory, "ada").await;
    assert_eq!(ada.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str), Some("WK1"));
    assert_eq!(ada.name(), "ada", "the later report, TaskRouter's answer, counts");
    // WK2 is no user's by what TaskRouter says, and TaskRouter has no WK3.
    assert_eq!(directory.user_id_of_identity(&stored("bot")).await.unwrap(), None);
    for sid in ["WK2", "WK3"] {
        assert_eq!(directory.worker(&WorkerSid::new(sid)).await.unwrap().unwrap().user_id, None, "{sid}");
    }
    let ida = user_of_identity(directory, "ida").await;
    assert_eq!(ida.taskrouter.worker_sid.as_ref().map(WorkerSid::as_str), Some("WK4"), "recognised by its name");
}

#[tokio::test]
async fn rule_3_whom_the_deployment_names_is_an_account_owner() {
    let fixture = Fixture::new().await;
    let ingest = fixture.ingest(TaskRouter::default());
    report(1, "WK1", "owner", &attributes("Olga", "admin")).deliver(&ingest).await;
    assert_eq!(user_of_identity(&ingest.store.directory, "owner").await.managed.role, Role::AccountOwner);
}
