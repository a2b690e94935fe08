//! Runners that die between any two of their calls, and several at once.

use domain::{
    audit::Action,
    bulk::{BulkTask, IfChanged, Outcome, Tally},
    job::JobState,
};

use super::world::{World, for_all, raise, skills, user};

#[tokio::test]
async fn a_planning_that_dies_between_any_two_of_its_calls_begins_anew() {
    let expected = World::new(5).await;
    let job_id = expected.plan(for_all(raise())).await;
    let expected = expected.plan_of(job_id).await;
    let mut died = 0;
    for calls in 0.. {
        let world = World::new(5).await;
        let job_id = world.queue(for_all(raise())).await;
        world.steps.die_after(calls);
        let ended = world.steps.run(world.runner.job(job_id)).await;
        world.steps.live();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        let plan = world.plan_of(job_id).await;
        assert_eq!((&plan.hash, plan.tally), (&expected.hash, expected.tally), "after {calls} calls");
        assert_eq!(world.levels(3).await, [Some(1), None, Some(3)]);
        if ended.is_some() {
            break;
        }
        died += 1;
    }
    assert!(died > 10, "{died}");
}

/// A plan of which one user has become as planned since, and one is refused.
async fn mixed() -> (World, uuid::Uuid) {
    let world = World::new(9).await;
    let job_id = world.plan(for_all(raise())).await;
    world.edit(user(2).user_id, |user| user.managed.assigned_skills = skills(&[("French", Some(50))])).await;
    world.edit(user(4).user_id, |user| user.managed.assigned_skills = skills(&[("French", Some(9))])).await;
    world.start_applying(job_id).await;
    (world, job_id)
}

const EXPECTED: [Option<i64>; 9] = [Some(50), None, Some(50), None, Some(9), None, Some(50), None, Some(50)];

async fn assert_done(world: &World, job_id: uuid::Uuid, when: &str) {
    let job = world.job(job_id).await;
    assert_eq!((job.state, job.done), (JobState::Done, 5), "{when}");
    assert_eq!(job.bulk().unwrap().results, Tally { changed: 3, unchanged: 1, refused: 1 }, "{when}");
    assert_eq!(world.levels(9).await, EXPECTED, "{when}");
    let outcomes = world.results(job_id).await.into_iter().map(|result| result.outcome).collect::<Vec<_>>();
    assert_eq!(
        outcomes,
        [Outcome::Changed, Outcome::Unchanged, Outcome::Refused, Outcome::Changed, Outcome::Changed],
        "{when}"
    );
    for number in [0, 6, 8] {
        assert_eq!(world.records(job_id, user(number).user_id).await.len(), 1, "user {number}, {when}");
    }
}

#[tokio::test]
async fn rule_31_an_applying_that_dies_between_any_two_of_its_calls_goes_on_and_changes_nobody_twice() {
    let mut died = 0;
    for calls in 0.. {
        let (world, job_id) = mixed().await;
        world.steps.die_after(calls);
        let ended = world.steps.run(world.runner.job(job_id)).await;
        world.steps.live();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        assert_done(&world, job_id, &format!("after {calls} calls")).await;
        if ended.is_some() {
            break;
        }
        died += 1;
    }
    assert!(died > 20, "{died}");
}

#[tokio::test]
async fn a_runner_that_was_taken_for_dead_and_its_successor_change_nobody_twice() {
    for step in ["snapshot", "commit_user", "replace_bulk_job", "last_bulk_result", "put_bulk_result"] {
        let (world, job_id) = mixed().await;
        let there = world.clone();
        world.steps.at(step, move || async move {
            there.clock.advance(61);
            there.runner.job(job_id).await.unwrap();
        });
        world.runner.job(job_id).await.unwrap();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        assert_done(&world, job_id, step).await;
    }
}

/// A job that is applied, of whose users one has been changed again; what takes it back waits for its plan.
async fn to_take_back() -> (World, uuid::Uuid) {
    let world = World::new(5).await;
    let job_id = world.plan(for_all(raise())).await;
    world.apply(job_id).await;
    world.edit(user(2).user_id, |user| user.managed.assigned_skills = skills(&[("French", Some(9))])).await;
    let undo = world.queue(BulkTask::UndoJob { job_id, if_changed: IfChanged::Keep }).await;
    (world, undo)
}

#[tokio::test]
async fn rule_31_an_undo_that_dies_between_any_two_of_its_calls_takes_nothing_back_twice() {
    let (mut died_planning, mut died_applying) = (0, 0);
    for calls in 0.. {
        let (world, undo) = to_take_back().await;
        world.steps.die_after(calls);
        let has_planned = world.steps.run(world.runner.job(undo)).await.is_some();
        world.steps.live();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        let when = format!("after {calls} calls");
        assert_eq!(world.plan_of(undo).await.tally, Tally { changed: 2, unchanged: 1, refused: 0 }, "{when}");

        world.start_applying(undo).await;
        world.steps.die_after(calls);
        let has_applied = world.steps.run(world.runner.job(undo)).await.is_some();
        world.steps.live();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        assert_eq!(world.bulk(undo).await.results, Tally { changed: 2, unchanged: 0, refused: 0 }, "{when}");
        assert_eq!(world.levels(5).await, [Some(1), None, Some(9), None, Some(5)], "{when}");
        for number in [0, 4] {
            let records = world.records(undo, user(number).user_id).await;
            let actions = records.iter().map(|record| record.action).collect::<Vec<_>>();
            assert_eq!(actions, [Action::Undone], "user {number}, {when}");
        }
        died_planning += u32::from(!has_planned);
        died_applying += u32::from(!has_applied);
        if has_planned && has_applied {
            break;
        }
    }
    assert!(died_planning > 10 && died_applying > 10, "{died_planning} {died_applying}");
}
