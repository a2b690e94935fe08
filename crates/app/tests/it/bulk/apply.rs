use app::bulk::{BulkRunner, Pace};
use domain::{
    Actor, Level, Refusal, Role, Source, Status,
    audit::Action,
    bulk::{BulkBrake, BulkEdit, BulkRefusal, BulkTask, Outcome, Selection, SkillEdit, Standing, Tally},
    job::JobState,
    policy::SupervisorScope,
    test_support::user_with_role,
};
use std::time::Duration;
use store::{ReadSet, ReadSnapshot};

use super::{
    plan::put_worker,
    world::{STANDING, World, admin, deactivate, for_all, ids, of_skills, raise, skill, skills, team_id, user},
};

#[tokio::test]
async fn rule_31_each_user_is_an_ordinary_change_with_the_jobs_id() {
    let world = World::new(5).await;
    let job_id = world.plan(for_all(raise())).await;
    world.apply(job_id).await;
    let job = world.job(job_id).await;
    assert_eq!((job.state, job.done, job.total), (JobState::Done, 3, Some(3)));
    assert_eq!(job.bulk().unwrap().results, Tally { changed: 3, unchanged: 0, refused: 0 });
    assert_eq!(world.levels(5).await, [Some(50), None, Some(50), None, Some(50)]);
    for number in [0, 2, 4] {
        let records = world.records(job_id, user(number).user_id).await;
        assert_eq!(records.len(), 1);
        let by = Actor::User { user_id: admin().user_id, role: Role::SystemAdmin };
        assert_eq!((records[0].actor, records[0].source, records[0].action), (by, Source::Bulk, Action::Edited));
        let read_set = ReadSet { outbox: Some(user(number).user_id), ..ReadSet::default() };
        assert!(world.directory.snapshot(&read_set).await.unwrap().outbox.is_some(), "sync carries it over");
    }
    let results = world.results(job_id).await;
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result.outcome == Outcome::Changed && result.changes.len() == 1));
    assert_eq!(world.records(job_id, user(1).user_id).await, []);
}

#[tokio::test]
async fn who_was_changed_since_the_plan_is_decided_anew_and_never_overwritten() {
    let world = World::new(7).await;
    let job_id = world.plan(for_all(raise())).await;
    world.edit(user(0).user_id, |user| user.managed.assigned_skills = skills(&[("French", Some(9))])).await;
    world.edit(user(2).user_id, |user| user.managed.assigned_skills = skills(&[("French", Some(50))])).await;
    let more = skills(&[("French", Some(5)), ("English", Some(1))]);
    world.edit(user(4).user_id, |user| user.managed.assigned_skills = more).await;
    world.edit(user(6).user_id, |user| user.managed.status = Status::Deleted).await;
    world.apply(job_id).await;
    let results = world.results(job_id).await;
    let outcomes = results.iter().map(|result| result.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes, [Outcome::Refused, Outcome::Unchanged, Outcome::Changed, Outcome::Refused]);
    let codes = results.iter().filter_map(|result| Some(result.refusal.as_ref()?.code.as_str())).collect::<Vec<_>>();
    assert_eq!(codes, ["changed-since-plan", "deleted-user"]);
    assert_eq!(world.user(0).await.managed.assigned_skills, skills(&[("French", Some(9))]));
    assert_eq!(world.user(4).await.managed.assigned_skills, skills(&[("French", Some(50)), ("English", Some(1))]));
    assert_eq!(world.bulk(job_id).await.results, Tally { changed: 1, unchanged: 1, refused: 2 });
}

#[tokio::test]
async fn rule_5_a_caller_who_was_demoted_since_the_plan_changes_only_what_they_still_may() {
    let world = World::new(2).await;
    let edit = BulkEdit { role: Some(Role::Supervisor), ..BulkEdit::default() };
    let job_id = world.plan(for_all(edit)).await;
    assert_eq!(world.plan_of(job_id).await.tally.changed, 3, "the admin is one of them");
    world.edit(admin().user_id, |user| user.managed.role = Role::Supervisor).await;
    world.apply(job_id).await;
    let results = world.results(job_id).await;
    let codes = results.iter().filter_map(|result| Some(result.refusal.as_ref()?.code.as_str())).collect::<Vec<_>>();
    assert_eq!(codes, ["supervisors-may-not", "supervisors-may-not"], "{results:?}");
    assert_eq!(world.bulk(job_id).await.results, Tally { changed: 0, unchanged: 1, refused: 2 });
}

#[tokio::test]
async fn rule_5_a_caller_who_is_deactivated_in_the_middle_changes_nothing_more() {
    let world = World::new(6).await;
    let job_id = world.plan(for_all(raise())).await;
    let there = world.clone();
    world.start_applying(job_id).await;
    // Between the reading and the writing of the first user: the caller's guard is closed, and the change is decided again.
    world.steps.at("commit_user", move || async move {
        there.edit(admin().user_id, |user| user.managed.status = Status::Deactivated).await;
    });
    world.runner.job(job_id).await.unwrap();
    let job = world.job(job_id).await;
    assert_eq!((job.state, job.error), (JobState::Failed, Some(Refusal::CallerMayNoLonger.to_string())));
    assert_eq!(world.levels(6).await, [Some(1), None, Some(3), None, Some(5), None]);
    world.edit(admin().user_id, |user| user.managed.status = Status::Active).await;
    world.apply(job_id).await;
    assert_eq!(world.job(job_id).await.state, JobState::Done, "and it goes on once they may again");
    assert_eq!(world.levels(6).await, [Some(50), None, Some(50), None, Some(50), None]);
}

#[tokio::test]
async fn rule_5_a_caller_who_is_demoted_in_the_middle_does_only_what_they_still_may() {
    let world = World::new(4).await;
    let job_id = world.plan(for_all(deactivate())).await;
    let there = world.clone();
    world.start_applying(job_id).await;
    // The first user is changed by an admin, the others would be by a supervisor.
    world.steps.at("put_bulk_result", move || async move {
        there.edit(admin().user_id, |user| user.managed.role = Role::Supervisor).await;
    });
    world.runner.job(job_id).await.unwrap();
    let results = world.results(job_id).await;
    let codes = results.iter().map(|result| result.refusal.as_ref().map(|refusal| refusal.code.as_str()));
    let refused = Some("supervisors-may-not");
    assert_eq!(codes.collect::<Vec<_>>(), [None, refused, refused, refused], "{results:?}");
    assert_eq!((world.user(0).await.is_active(), world.user(1).await.is_active()), (false, true));
}

#[tokio::test]
async fn rule_3_the_last_account_owner_is_refused_and_the_others_are_not() {
    let world = World::new(2).await;
    let owner = user_with_role("olga", Role::AccountOwner);
    let second = user_with_role("otto", Role::AccountOwner);
    world.add(owner.clone()).await;
    world.add(second.clone()).await;
    let edit = BulkEdit { role: Some(Role::Agent), ..BulkEdit::default() };
    let users = Selection::Users([user(0).user_id, owner.user_id].into());
    let standing = Standing { token_role: Role::AccountOwner, ..STANDING };
    let task = BulkTask::Edit { users, edit };
    let job_id = world.queue_by(owner.user_id, standing, task.clone()).await;
    world.runner.job(job_id).await.unwrap();
    assert_eq!(world.plan_of(job_id).await.tally.changed, 1, "user 0 is an agent; another owner would be left");
    world.edit(second.user_id, |user| user.managed.role = Role::SystemAdmin).await;
    world.apply(job_id).await;
    let results = world.results(job_id).await;
    let refusals = results.iter().filter_map(|result| result.refusal.as_ref().map(|refusal| refusal.code.as_str()));
    assert_eq!(refusals.collect::<Vec<_>>(), ["last-account-owner"], "{results:?}");
    assert_eq!(world.job(job_id).await.state, JobState::Done);
    let job_id = world.queue_by(owner.user_id, standing, task).await;
    world.runner.job(job_id).await.unwrap();
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(refused[0].refusal.as_ref().unwrap().code, "last-account-owner", "the next plan says so");
}

#[tokio::test]
async fn a_job_that_is_cancelled_between_two_users_changes_no_more() {
    let world = World::new(8).await;
    let job_id = world.plan(for_all(raise())).await;
    world.start_applying(job_id).await;
    let there = world.clone();
    world.steps.at("commit_user", move || async move { there.cancel(job_id).await });
    world.runner.job(job_id).await.unwrap();
    assert_eq!(world.job(job_id).await.state, JobState::Cancelled);
    assert_eq!(world.levels(8).await.into_iter().flatten().filter(|level| *level == 50).count(), 1);
    assert_eq!(world.results(job_id).await.len(), 1, "what was changed is known");
    let job = world.job(job_id).await;
    assert_eq!((job.done, job.bulk().unwrap().results.changed), (1, 1), "and counted");
    world.runner.job(job_id).await.unwrap();
    assert_eq!(world.results(job_id).await.len(), 1);
}

#[tokio::test]
async fn a_job_that_is_cancelled_at_its_last_user_says_what_it_has_done() {
    let world = World::new(1).await;
    let job_id = world.plan(for_all(raise())).await;
    world.start_applying(job_id).await;
    let Pace { between, page, .. } = world.runner.pace;
    // So fast that it never reports on the way.
    let pace = Pace { between, page, ..Pace::new(Duration::from_mins(1)) };
    let (store, files) = (world.runner.store.clone(), world.runner.files.clone());
    let (time_and_ids, brake, roles) = (world.clock.clone(), world.runner.brake, world.runner.roles);
    let runner = BulkRunner { store, files, time_and_ids, pace, brake, roles };
    let there = world.clone();
    world.steps.at("put_bulk_result", move || async move { there.cancel(job_id).await });
    runner.job(job_id).await.unwrap();
    let job = world.job(job_id).await;
    assert_eq!((job.state, job.done), (JobState::Cancelled, 1));
    assert_eq!(job.bulk().unwrap().results, Tally { changed: 1, unchanged: 0, refused: 0 });
}

#[tokio::test]
async fn a_job_that_is_out_of_time_is_due_at_the_schedule() {
    let world = World::new(4).await;
    let job_id = world.plan(for_all(raise())).await;
    world.start_applying(job_id).await;
    let BulkRunner { store, files, time_and_ids, pace, brake, roles } = &*world.runner;
    let hurried = BulkRunner {
        store: store.clone(),
        files: files.clone(),
        time_and_ids: time_and_ids.clone(),
        pace: Pace { run_for: Duration::ZERO, ..*pace },
        brake: *brake,
        roles: *roles,
    };
    hurried.job(job_id).await.unwrap();
    assert_eq!(world.job(job_id).await.state, JobState::Running);
    assert!(world.runner.due().await.unwrap());
    assert_eq!(world.job(job_id).await.state, JobState::Done);
    assert_eq!(world.levels(4).await, [Some(50), None, Some(50), None]);
}

#[tokio::test]
async fn rule_2_a_supervisor_of_teams_changes_the_members_of_those_that_they_lead_when_it_is_applied() {
    let world = World::new(6).await;
    let sue = user_with_role("sue", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id(1)].into();
        user.managed.leads = [team_id(1)].into();
    });
    world.add_team(team_id(1)).await;
    world.add(sue.clone()).await;
    for number in [0, 2] {
        world.edit(user(number).user_id, |user| user.managed.teams = [team_id(1)].into()).await;
    }
    let standing = Standing { token_role: Role::Supervisor, scope: SupervisorScope::Teams };
    let job_id = world.queue_by(sue.user_id, standing, for_all(raise())).await;
    world.runner.job(job_id).await.unwrap();
    let tally = world.plan_of(job_id).await.tally;
    assert_eq!(tally.changed, 2, "{tally:?}");
    // One of them leaves the team before the plan is applied.
    world.edit(user(2).user_id, |user| user.managed.teams.clear()).await;
    world.apply(job_id).await;
    assert_eq!(world.levels(6).await, [Some(50), None, Some(3), None, Some(5), None]);
    assert_eq!(world.results(job_id).await[1].outcome, Outcome::Refused);
}

#[tokio::test]
async fn a_plan_whose_files_an_erasure_has_deleted_is_not_applied_and_the_requester_reads_why() {
    let world = World::new(3).await;
    let job_id = world.plan(for_all(raise())).await;
    let before = world.levels(3).await;
    world.delete_files();
    world.apply(job_id).await;
    let job = world.job(job_id).await;
    assert_eq!((job.state, job.error), (JobState::Failed, Some(BulkRefusal::PlanGone.to_string())));
    assert_eq!(world.levels(3).await, before);
}

#[tokio::test]
async fn rules_19_and_27_what_the_catalog_and_taskrouter_no_longer_allow_is_refused_for_each_user() {
    let world = World::new(2).await;
    let edit = of_skills(&[("English", SkillEdit::Add(Some(Level(7))))]);
    let one = |number: usize| BulkTask::Edit { users: Selection::Users(ids([number])), edit: edit.clone() };
    let both = world.plan(BulkTask::Edit { users: Selection::Users(ids([0, 1])), edit: edit.clone() }).await;
    let later = world.plan(one(0)).await;
    let long = serde_json::json!({"notes": "x".repeat(4_060)}).to_string();
    put_worker(&world, "WK0", twilio::other_chars(&long).unwrap()).await;
    world.apply(both).await;
    let codes = async |job_id| {
        let results = world.results(job_id).await.into_iter();
        results.map(|result| result.refusal.map(|refusal| refusal.code)).collect::<Vec<_>>()
    };
    assert_eq!(codes(both).await, [Some("attributes-too-long".to_owned()), None]);
    let key = store::schema::keys::skill(&skill("English")).attributes();
    let client = world.directory.client();
    client.delete_item().table_name(world.directory.name()).set_key(Some(key)).send().await.unwrap();
    world.apply(later).await;
    assert_eq!(codes(later).await, [Some("unknown-skill".to_owned())]);
    assert_eq!(world.job(later).await.state, JobState::Done, "the job itself has not failed");
}

#[tokio::test]
async fn users_are_changed_at_a_pace_that_leaves_room_for_others() {
    let between = Duration::from_millis(50);
    let world = World::with(8, BulkBrake { users: 25, percent: 5 }, between).await;
    let job_id = world.plan(for_all(raise())).await;
    let began = std::time::Instant::now();
    world.apply(job_id).await;
    let changed = world.bulk(job_id).await.results.changed;
    assert_eq!(changed, 4);
    assert!(began.elapsed() >= between * 3, "{:?}", began.elapsed());
    assert_eq!(Pace::new(between).between, Duration::from_millis(40), "25 users a second");
}
