use domain::{
    Level, Role, Source, Status,
    audit::{Action, Subject},
    bulk::{BulkBrake, BulkEdit, BulkTask, IfChanged, Outcome, Selection, SkillEdit, SkillsEdit, Tally, TeamsEdit},
    job::JobState,
    skill::Skills,
    test_support::user_with_role,
};
use std::{sync::Arc, time::Duration};
use store::{ChangeOrigin, CommitUser, ImportSkills, UserChange, ViewHistory};
use tokio::sync::Notify;

use super::world::{World, deactivate, for_all, ids, of_skills, raise, skill, skills, team_id, user};

async fn applied(world: &World, edit: BulkEdit) -> uuid::Uuid {
    let job_id = world.plan(for_all(edit)).await;
    world.apply(job_id).await;
    job_id
}

#[tokio::test]
async fn what_a_job_has_changed_goes_back_by_a_plan_of_its_own() {
    let world = World::new(5).await;
    let job_id = applied(&world, raise()).await;
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    assert_eq!(world.plan_of(undo).await.tally, Tally { changed: 3, unchanged: 0, refused: 0 });
    world.apply(undo).await;
    assert_eq!(world.levels(5).await, [Some(1), None, Some(3), None, Some(5)]);
    let records = world.records(undo, user(2).user_id).await;
    assert_eq!((records[0].action, records[0].source), (Action::Undone, Source::Bulk));
    let again = world.plan(BulkTask::UndoJob { job_id: undo, if_changed: IfChanged::Keep }).await;
    world.apply(again).await;
    assert_eq!(world.levels(5).await, [Some(50), None, Some(50), None, Some(50)], "an undo can be undone");
}

#[tokio::test]
async fn an_undo_that_would_deactivate_many_asks_for_their_number_too() {
    let world = World::with(3, BulkBrake { users: 1, percent: 100 }, Duration::ZERO).await;
    for number in [0, 1] {
        world.edit(user(number).user_id, |user| user.managed.status = Status::Deactivated).await;
    }
    let edit = BulkEdit { status: Some(Status::Active), ..BulkEdit::default() };
    let job_id = world.plan(BulkTask::Edit { users: Selection::Users(ids([0, 1])), edit }).await;
    assert!(!world.plan_of(job_id).await.must_confirm);
    world.apply(job_id).await;
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    let plan = world.plan_of(undo).await;
    assert_eq!((plan.drastic, plan.must_confirm), (2, true));
}

#[tokio::test]
async fn what_has_changed_since_is_shown_and_stays_unless_the_undo_says_otherwise() {
    let world = World::new(3).await;
    let job_id = applied(&world, of_skills(&[("English", SkillEdit::Add(Some(Level(4))))])).await;
    world.edit(user(1).user_id, |user| user.managed.assigned_skills = skills(&[("English", Some(8))])).await;
    let keeps = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    assert_eq!(world.plan_of(keeps).await.tally, Tally { changed: 3, unchanged: 1, refused: 0 });
    let unchanged = world.lines(keeps, Outcome::Unchanged).await;
    assert_eq!((unchanged[0].user_id, unchanged[0].changed_since.len()), (Some(user(1).user_id), 1));
    let reverts = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Revert }).await;
    let line =
        world.lines(reverts, Outcome::Changed).await.into_iter().find(|line| line.user_id == Some(user(1).user_id));
    assert_eq!(line.unwrap().changed_since.len(), 1);
    world.apply(reverts).await;
    assert!(world.user(1).await.managed.assigned_skills.is_empty());
}

#[tokio::test]
async fn rule_31_what_a_job_has_changed_goes_back_also_when_an_erasure_has_deleted_its_plan() {
    let world = World::new(3).await;
    let job_id = applied(&world, raise()).await;
    world.delete_files();
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    assert_eq!(world.levels(3).await, [Some(1), None, Some(3)]);

    // Of one that was cancelled, too: a user without a result is looked for in the plan.
    let job_id = world.plan(for_all(raise())).await;
    world.start_applying(job_id).await;
    let there = world.clone();
    world.steps.at("put_bulk_result", move || async move { there.cancel(job_id).await });
    world.runner.job(job_id).await.unwrap();
    assert_eq!(world.levels(3).await, [Some(50), None, Some(3)]);
    world.delete_files();
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    assert_eq!(world.levels(3).await, [Some(1), None, Some(3)]);
}

#[tokio::test]
async fn rule_31_a_change_in_several_transactions_whose_runner_died_between_them_goes_back_whole() {
    let world = World::new(1).await;
    let held = (0..60).map(|number| skill(&format!("s{number}"))).collect::<Vec<_>>();
    world.directory.import_skills(&held, world.origin()).await.unwrap();
    let all = held.iter().map(|name| (name.clone(), None)).collect::<Skills>();
    world.edit(user(0).user_id, |user| user.managed.assigned_skills = all.clone()).await;
    let replace = SkillsEdit::All(skills(&[("English", Some(5))]));
    let edit = BulkEdit { skills: Some(replace), ..BulkEdit::default() };
    let users = Selection::Users([user(0).user_id].into());
    let job_id = world.plan(BulkTask::Edit { users, edit }).await;
    world.start_applying(job_id).await;
    // The first of the transactions, after which the runner has died.
    let request_id = job_id.to_string();
    let before = world.user(0).await;
    let half = before.with(|user| user.managed.assigned_skills.retain(|name, _| name.as_str() > "s30"));
    let origin = ChangeOrigin { request_id: &request_id, source: Source::Bulk, ..world.origin() };
    world.directory.commit_user(UserChange::new(Some(&before), half, origin, Action::Edited)).await.unwrap();
    world.runner.job(job_id).await.unwrap();
    assert_eq!(world.user(0).await.managed.assigned_skills, skills(&[("English", Some(5))]));
    assert_eq!(world.results(job_id).await[0].changes.len(), 61, "60 that were taken away, and one that was added");
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    assert_eq!(world.user(0).await.managed.assigned_skills, all);
}

#[tokio::test]
async fn who_was_changed_by_a_runner_that_died_before_it_said_so_goes_back_too() {
    let world = World::new(4).await;
    let job_id = world.plan(for_all(raise())).await;
    world.start_applying(job_id).await;
    let reached = Arc::new(Notify::new());
    let signal = reached.clone();
    world.steps.at("put_bulk_result", move || async move {
        signal.notify_one();
        std::future::pending::<()>().await;
    });
    tokio::select! {
        _ = world.runner.job(job_id) => panic!("it should have died"),
        () = reached.notified() => {}
    }
    world.cancel(job_id).await;
    assert_eq!((world.levels(4).await[0], world.results(job_id).await.len()), (Some(50), 0));
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    assert_eq!(world.levels(4).await, [Some(1), None, Some(3), None]);
}

#[tokio::test]
async fn rule_12_a_deactivation_of_many_is_taken_back_for_those_who_were_active() {
    let world = World::new(3).await;
    world.edit(user(0).user_id, |user| user.managed.status = Status::Deactivated).await;
    let job_id = world.plan(BulkTask::Edit { users: Selection::Users(ids(0..3)), edit: deactivate() }).await;
    world.apply(job_id).await;
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    let mut statuses = Vec::new();
    for number in 0..3 {
        statuses.push(world.user(number).await.managed.status);
    }
    assert_eq!(statuses, [Status::Deactivated, Status::Active, Status::Active]);
}

#[tokio::test]
async fn rule_31_one_change_of_a_history_is_taken_back() {
    let world = World::new(3).await;
    let user_id = user(2).user_id;
    world.edit(user_id, |user| user.managed.assigned_skills = skills(&[("English", None)])).await;
    world.edit(user_id, |user| user.managed.status = Status::Deactivated).await;
    let (records, _) = world.directory.history(Subject::User(user_id), None, 10).await.unwrap();
    let record_id = records[1].record_id;
    let undo = world.plan(BulkTask::UndoRecord { user_id, record_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    let user = world.user(2).await;
    assert_eq!(user.managed.assigned_skills, skills(&[("French", Some(3))]));
    assert_eq!(user.managed.status, Status::Deactivated, "what came later stays");

    for (record_id, code) in [(records[2].record_id, "nothing to undo"), (uuid::Uuid::now_v7(), "no record")] {
        let undo = world.plan(BulkTask::UndoRecord { user_id, record_id, if_changed: IfChanged::Keep }).await;
        let job = world.job(undo).await;
        assert_eq!(job.state, JobState::Failed);
        assert!(job.error.as_ref().unwrap().to_lowercase().contains(code), "{job:?}");
    }
    world.clock.advance(31 * 24 * 3_600);
    let late = world.plan(BulkTask::UndoRecord { user_id, record_id, if_changed: IfChanged::Keep }).await;
    assert!(world.job(late).await.error.unwrap().contains("30 days"));
}

#[tokio::test]
async fn rule_2_who_led_a_team_leads_it_again_when_their_leaving_is_undone() {
    let world = World::new(1).await;
    world.add_team(team_id(1)).await;
    let sue = user_with_role("sue", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id(1)].into();
        user.managed.leads = [team_id(1)].into();
    });
    world.add(sue.clone()).await;
    let leaves = TeamsEdit { add: [].into(), remove: [team_id(1)].into() };
    let edit = BulkEdit { teams: Some(leaves), ..BulkEdit::default() };
    let job_id = world.plan(BulkTask::Edit { users: Selection::Users([sue.user_id].into()), edit }).await;
    world.apply(job_id).await;
    assert!(world.by_id(sue.user_id).await.managed.leads.is_empty());
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    world.apply(undo).await;
    assert_eq!(world.by_id(sue.user_id).await.managed.leads, [team_id(1)].into());
}
