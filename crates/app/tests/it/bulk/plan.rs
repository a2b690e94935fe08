use std::time::Duration;

use domain::{
    Level, Status, WorkerSid,
    bulk::{Assigned, BulkBrake, BulkPhase, BulkTask, ChangeGroup, Groups, Outcome, Part, Selection, SkillEdit, Tally},
    job::JobState,
    test_support::agent,
};

use super::world::{World, admin, deactivate, for_all, ids, of_skills, raise, skill, user};

#[tokio::test]
async fn a_plan_shows_what_would_become_of_each_user_and_changes_nothing() {
    let world = World::new(7).await;
    let before = world.levels(7).await;
    let job_id = world.plan(for_all(raise())).await;
    let job = world.job(job_id).await;
    assert_eq!((job.state, job.done, job.total), (JobState::Planned, 8, Some(8)));
    let plan = world.plan_of(job_id).await;
    assert_eq!(plan.tally, Tally { changed: 4, unchanged: 4, refused: 0 });
    let changed = world.lines(job_id, Outcome::Changed).await;
    let names = changed.iter().map(|line| line.name.clone().unwrap()).collect::<Vec<_>>();
    assert_eq!(names, ["user 000", "user 002", "user 004", "user 006"], "in order of name, over all pages");
    let Part::Skill { before: Some(was), after: Some(is), .. } = &changed[1].changes[0] else { panic!("{changed:?}") };
    assert_eq!((was.level, is.level), (Some(Level(3)), Some(Level(50))));
    assert_eq!(world.lines(job_id, Outcome::Unchanged).await.len(), 4);
    assert_eq!(world.lines(job_id, Outcome::Refused).await, []);
    let csv = world.csv(job_id).await;
    assert_eq!(csv.lines().count(), 9);
    assert!(csv.contains("user 002,changed,,skill French 3 → 50"), "{csv}");
    assert_eq!(world.levels(7).await, before);
    assert_eq!(world.results(job_id).await, []);
}

#[tokio::test]
async fn alike_changes_are_counted_over_all_pages() {
    let world = World::new(7).await;
    let added = Some(Assigned { level: Some(Level(7)), disabled: false });
    let edit = of_skills(&[("English", SkillEdit::Add(Some(Level(7))))]);
    let job_id = world.plan(for_all(edit)).await;
    let change = Part::Skill { skill: skill("English"), before: None, after: added };
    let groups = Groups { changes: vec![ChangeGroup { change, users: 8 }], ..Groups::default() };
    assert_eq!(world.plan_of(job_id).await.groups, groups);
    let raised = world.plan(for_all(raise())).await;
    let groups = world.plan_of(raised).await.groups;
    assert_eq!(groups, Groups { other_changes: 4, ..Groups::default() }, "each from another level");
}

#[tokio::test]
async fn the_hash_of_a_plan_is_that_of_all_that_it_shows() {
    let world = World::new(3).await;
    let first = world.plan(for_all(raise())).await;
    let again = world.plan(for_all(raise())).await;
    assert_eq!(world.plan_of(first).await.hash, world.plan_of(again).await.hash);
    world.edit(user(1).user_id, |user| user.idp.full_name = Some("User One".to_owned())).await;
    let other = world.plan(for_all(raise())).await;
    assert_ne!(world.plan_of(first).await.hash, world.plan_of(other).await.hash);
}

#[tokio::test]
async fn users_are_named_by_their_ids_and_an_id_that_no_user_has_is_refused() {
    let world = World::new(4).await;
    let mut users = ids([0, 3]);
    users.insert(agent("unknown").user_id);
    let edit = of_skills(&[("English", SkillEdit::Add(Some(Level(7))))]);
    let job_id = world.plan(BulkTask::Edit { users: Selection::Users(users), edit }).await;
    assert_eq!(world.plan_of(job_id).await.tally, Tally { changed: 2, unchanged: 0, refused: 1 });
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(refused[0].refusal.as_ref().unwrap().code, "unknown-user");
}

#[tokio::test]
async fn rules_3_and_13_each_refusal_says_why() {
    let world = World::new(3).await;
    world.edit(user(1).user_id, |user| user.managed.status = Status::Deleted).await;
    let mut users = ids([0, 1]);
    users.insert(admin().user_id);
    let job_id = world.plan(BulkTask::Edit { users: Selection::Users(users), edit: deactivate() }).await;
    let mut codes = world
        .lines(job_id, Outcome::Refused)
        .await
        .into_iter()
        .map(|line| line.refusal.unwrap().code)
        .collect::<Vec<_>>();
    codes.sort();
    assert_eq!(codes, ["deleted-user", "own-status"]);
    assert_eq!(world.plan_of(job_id).await.tally.changed, 1);
}

#[tokio::test]
async fn rule_27_who_would_have_more_than_taskrouter_takes_is_refused_in_the_plan() {
    let world = World::new(2).await;
    let long = serde_json::json!({"notes": "x".repeat(4_060)}).to_string();
    let other_chars = twilio::other_chars(&long).unwrap();
    put_worker(&world, "WK0", other_chars).await;
    let edit = of_skills(&[("English", SkillEdit::Add(Some(Level(7))))]);
    let job_id = world.plan(BulkTask::Edit { users: Selection::Users(ids([0, 1])), edit }).await;
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(refused.len(), 1);
    assert_eq!(
        (refused[0].user_id, refused[0].refusal.as_ref().unwrap().code.as_str()),
        (Some(user(0).user_id), "attributes-too-long")
    );
}

pub async fn put_worker(world: &World, sid: &str, other_chars: usize) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let mut item = store::schema::keys::worker(&WorkerSid::new(sid)).attributes();
    item.insert("entity".into(), AttributeValue::S("worker".into()));
    item.insert("at_ms".into(), AttributeValue::N("1".into()));
    item.insert("other_chars".into(), AttributeValue::N(other_chars.to_string()));
    let put = world.directory.client().put_item().table_name(world.directory.name()).set_item(Some(item));
    put.send().await.unwrap();
}

#[tokio::test]
async fn rule_19_a_skill_that_was_deleted_since_the_request_ends_the_job_with_that_reason() {
    let world = World::new(1).await;
    let job_id = world.plan(for_all(of_skills(&[("Dutch", SkillEdit::Add(None))]))).await;
    let job = world.job(job_id).await;
    assert_eq!(job.state, JobState::Failed);
    assert!(job.error.unwrap().contains("Dutch"));
}

#[tokio::test]
async fn a_plan_that_deactivates_more_than_a_share_of_the_active_asks() {
    // 20 active users: one is 5 %.
    let world = World::new(19).await;
    let of = async |numbers: std::ops::Range<usize>| {
        let task = BulkTask::Edit { users: Selection::Users(ids(numbers)), edit: deactivate() };
        let plan = world.plan(task).await;
        let plan = world.plan_of(plan).await;
        (plan.drastic, plan.must_confirm)
    };
    assert_eq!(of(0..1).await, (1, false));
    assert_eq!(of(0..2).await, (2, true));
    let job_id = world.plan(for_all(raise())).await;
    assert_eq!((world.plan_of(job_id).await.drastic, world.plan_of(job_id).await.must_confirm), (0, false));
    let strips = for_all(of_skills(&[("French", SkillEdit::Remove)]));
    let job_id = world.plan(strips).await;
    assert_eq!((world.plan_of(job_id).await.drastic, world.plan_of(job_id).await.must_confirm), (10, true));
    assert_eq!(world.bulk(job_id).await.phase, BulkPhase::Plan);
}

#[tokio::test]
async fn a_plan_that_deactivates_more_than_a_number_of_users_asks_whatever_their_share() {
    let world = World::with(9, BulkBrake { users: 2, percent: 100 }, Duration::ZERO).await;
    for (users, asks) in [(2, false), (3, true)] {
        let task = BulkTask::Edit { users: Selection::Users(ids(0..users)), edit: deactivate() };
        let job_id = world.plan(task).await;
        let plan = world.plan_of(job_id).await;
        assert_eq!((plan.drastic, plan.must_confirm), (users as u64, asks));
    }
}
