//! Imports: the rows of a file are planned, applied and taken back as any other changes of many users.

use domain::{
    Identity, Role, Source, Status, User,
    audit::Action,
    bulk::{BulkTask, Outcome, PlannedUser, Tally},
    export::{Row, begin, write_row},
    job::JobState,
    team::Teams,
    test_support::stored,
};
use store::{EraseUser, FindByNames, ViewUser};
use uuid::Uuid;

use super::world::{World, admin, skills, team_id, user};

/// The users of these numbers as an export has them, each row changed.
async fn export(world: &World, numbers: std::ops::Range<usize>, change: impl Fn(&str) -> String) -> String {
    let mut csv = begin(Vec::new(), true).unwrap();
    for number in numbers {
        let user = world.user(number).await;
        let effective = domain::effective::effective_skills(&user, &[]);
        write_row(&mut csv, &Row::new(&user, &Teams::new(), &effective), true).unwrap();
    }
    let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    text.split_inclusive("\r\n").map(change).collect()
}

fn codes(lines: &[PlannedUser]) -> Vec<(u64, Option<&str>, &str)> {
    let of = |line: &PlannedUser| line.refusal.clone().map(|refusal| (refusal.column, refusal.code));
    let named = lines.iter().map(|line| (line.row.unwrap(), of(line).unwrap())).collect::<Vec<_>>();
    let leak = |text: String| -> &'static str { text.leak() };
    named.into_iter().map(|(row, (column, code))| (row, column.map(leak), leak(code))).collect()
}

#[tokio::test]
async fn rule_29_an_export_that_is_imported_as_it_is_changes_nobody() {
    let world = World::new(7).await;
    let job_id = world.plan(world.upload(export(&world, 0..7, str::to_owned).await)).await;
    let plan = world.plan_of(job_id).await;
    assert_eq!(plan.tally, Tally { changed: 0, unchanged: 7, refused: 0 });
    let facts = plan.imported.unwrap();
    assert_eq!((facts.rows, facts.has_version, facts.separator), (7, true, ','));
    world.apply(job_id).await;
    assert_eq!(world.records(job_id, user(0).user_id).await, []);
}

#[tokio::test]
async fn rule_31_what_was_changed_in_a_spreadsheet_is_planned_applied_and_taken_back() {
    let world = World::new(5).await;
    let text = export(&world, 0..5, |line| line.replace("French:3", "French:50;English")).await;
    let job_id = world.plan(world.upload(text)).await;
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(codes(&refused), [(5, Some("effective_skills"), "row-kept")], "it was changed there too");
    let text = export(&world, 0..5, |line| line.replacen("French:3", "French:50;English", 1)).await;
    let job_id = world.plan(world.upload(text)).await;
    let changed = world.lines(job_id, Outcome::Changed).await;
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].user_id, changed[0].row, changed[0].changes.len()), (Some(user(2).user_id), Some(5), 2));
    world.apply(job_id).await;
    let now = world.user(2).await;
    assert_eq!(now.managed.assigned_skills, skills(&[("French", Some(50)), ("English", None)]));
    assert_eq!(world.records(job_id, now.user_id).await[0].source, Source::Bulk);
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: domain::bulk::IfChanged::Keep }).await;
    world.apply(undo).await;
    assert_eq!(world.user(2).await.managed.assigned_skills, skills(&[("French", Some(3))]));
}

#[tokio::test]
async fn a_row_that_is_wrong_is_refused_with_row_column_and_reason_and_can_be_corrected_and_sent_again() {
    let world = World::new(4).await;
    world.add_team(team_id(1)).await;
    let id = |number| user(number).user_id;
    let text = format!(
        "user_id;identity;role;teams;assigned_skills\n\
         {};;boss;;\n;nobody;;;\n;user 001;;Sales;\n{};;;Support;\n;USER 001;;;\n;;agent;;\n{};;;;French:101\n\
         {};;supervisor;sales;Dutch\n{};;agent;;\n;1;agent;;;x\n",
        id(0),
        id(2),
        id(3),
        admin().user_id,
        Uuid::nil(),
    );
    let job_id = world.plan(world.upload(text)).await;
    assert_eq!(world.plan_of(job_id).await.tally, Tally { changed: 1, unchanged: 0, refused: 9 });
    let refused = world.lines(job_id, Outcome::Refused).await;
    let expected = [
        (2, Some("role"), "unknown-role"),
        (3, None, "row-unknown-identity"),
        (5, Some("teams"), "row-unknown-team"),
        (6, None, "row-repeated"),
        (7, None, "row-names-nobody"),
        (8, Some("assigned_skills"), "level-out-of-range"),
        (9, Some("assigned_skills"), "row-unknown-skill"),
        (10, Some("user_id"), "unknown-user"),
        (11, None, "row-other-cells"),
    ];
    assert_eq!(codes(&refused), expected);
    let failed = world.failed_rows(job_id).await;
    let lines = failed.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], "\u{feff}user_id;identity;role;teams;assigned_skills;error_row;error_column;error");
    assert!(lines[1].starts_with(&format!("{};;boss;;;2;role;\"There is no role", id(0))), "{failed}");
    assert_eq!(lines.len(), 10);
    let csv = world.csv(job_id).await;
    assert!(csv.contains("row 2, role: There is no role"), "{csv}");
    let corrected = failed.replace("boss", "supervisor").replace("French:101", "French:10");
    let corrected = corrected.split_inclusive("\r\n").filter(|line| !line.contains("row-") && !line.contains(";11;"));
    let again = world.plan(world.upload(corrected.collect::<String>())).await;
    let changed = world.lines(again, Outcome::Changed).await;
    assert_eq!(changed.iter().filter_map(|line| line.user_id).collect::<Vec<_>>(), [id(0), id(3)]);
}

#[tokio::test]
async fn a_user_who_is_twice_in_a_file_is_refused_the_second_time_also_where_the_first_row_cannot_be_read() {
    let world = World::new(2).await;
    let text = format!("user_id,identity,role\n,user 000,boss\n{},,supervisor\n", user(0).user_id);
    let job_id = world.plan(world.upload(text)).await;
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(codes(&refused), [(2, Some("role"), "unknown-role"), (3, None, "row-repeated")]);
    assert!(refused.iter().all(|line| line.user_id == Some(user(0).user_id)), "both lines name the user");
}

#[tokio::test]
async fn rule_22_who_is_not_there_yet_is_added_if_the_file_says_so_and_is_kept_by_an_undo() {
    let world = World::new(1).await;
    world.add_team(team_id(1)).await;
    let text = "identity,action,name,role,teams,assigned_skills\nada@example.com,add,Ada,supervisor,Sales,French:7\n\
                bob,add,,,,\nBOB,add,,,,\nuser 000,add,,supervisor,,\neve,add,,account_owner,,\n";
    let job_id = world.plan(world.upload(text)).await;
    assert_eq!(world.plan_of(job_id).await.tally, Tally { changed: 3, unchanged: 0, refused: 2 });
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(codes(&refused), [(4, None, "row-repeated"), (6, None, "account-owners-only")]);
    assert_eq!(claimed(&world, "ada@example.com").await, None, "nothing changes by planning");
    world.apply(job_id).await;
    let ada = world.by_id(claimed(&world, "ada@example.com").await.unwrap()).await;
    assert_eq!((ada.name(), ada.managed.role, ada.managed.teams.len()), ("Ada", Role::Supervisor, 1));
    assert_eq!(ada.managed.assigned_skills, skills(&[("French", Some(7))]));
    let records = world.records(job_id, ada.user_id).await;
    assert_eq!((records[0].action, records[0].source), (Action::Created, Source::Bulk));
    assert_eq!(world.user(0).await.managed.role, Role::Supervisor);
    let undo = world.plan(BulkTask::UndoJob { job_id, if_changed: domain::bulk::IfChanged::Keep }).await;
    assert_eq!(world.plan_of(undo).await.tally, Tally { changed: 1, unchanged: 0, refused: 2 });
    let kept = world.lines(undo, Outcome::Refused).await;
    assert!(kept.iter().all(|line| line.refusal.as_ref().unwrap().code == "added-by-job"), "{kept:?}");
    world.apply(undo).await;
    assert_eq!(world.user(0).await.managed.role, Role::Agent);
    assert!(world.by_id(ada.user_id).await.is_active());
}

#[tokio::test]
async fn rule_22_a_row_that_adds_a_user_states_nothing_that_would_be_lost() {
    let world = World::new(1).await;
    let text = "identity,action,name,effective_skills,temporary_skills,worker_sid\n\
                ada,add,Ada,,French:5 from 2026-01-01T00:00:00Z until 2026-02-01T00:00:00Z,\n\
                bob,add,Bob,French:5,,\ncyd,add,Cyd,,,WK1\ndan,add,(none),,,\neve,add,Eve,,,\n";
    let job_id = world.plan(world.upload(text)).await;
    let refused = world.lines(job_id, Outcome::Refused).await;
    assert_eq!(
        codes(&refused),
        [
            (2, Some("temporary_skills"), "row-kept"),
            (3, Some("effective_skills"), "row-kept"),
            (4, Some("worker_sid"), "row-kept"),
            (5, Some("name"), "row-not-cleared"),
        ]
    );
    assert_eq!(world.plan_of(job_id).await.tally, Tally { changed: 1, unchanged: 0, refused: 4 });
}

#[tokio::test]
async fn rule_2_a_supervisor_of_teams_imports_changes_of_the_members_of_those_that_they_lead() {
    let world = World::new(3).await;
    world.add_team(team_id(1)).await;
    let sue = domain::test_support::user_with_role("sue", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id(1)].into();
        user.managed.leads = [team_id(1)].into();
    });
    world.add(sue.clone()).await;
    world.edit(user(0).user_id, |user| user.managed.teams = [team_id(1)].into()).await;
    let text = "identity;assigned_skills;teams\nuser 000;English:7;\nuser 002;English:7;\nuser 001;;Sales\n";
    let BulkTask::Import { upload_id } = world.upload_of(sue.user_id, text) else { panic!("it is an import") };
    let standing =
        domain::bulk::Standing { token_role: Role::Supervisor, scope: domain::policy::SupervisorScope::Teams };
    let job_id = world.queue_by(sue.user_id, standing, BulkTask::Import { upload_id }).await;
    world.runner.job(job_id).await.unwrap();
    let refused = world.lines(job_id, Outcome::Refused).await;
    let outside = "outside-led-teams";
    assert_eq!(
        codes(&refused).into_iter().map(|(row, _, code)| (row, code)).collect::<Vec<_>>(),
        [(3, outside), (4, outside)]
    );
    world.apply(job_id).await;
    assert_eq!(world.user(0).await.managed.assigned_skills, skills(&[("English", Some(7))]));
    assert_eq!(world.user(2).await.managed.assigned_skills, skills(&[("French", Some(3))]));
}

async fn claimed(world: &World, identity: &str) -> Option<domain::UserId> {
    let identity = Identity::parse(identity).unwrap();
    let claimed = world.directory.users_of_identities(&[identity].into()).await.unwrap();
    claimed.into_values().next()
}

#[tokio::test]
async fn rule_22_an_identity_that_somebody_has_taken_since_the_plan_is_refused() {
    let world = World::new(1).await;
    let job_id = world.plan(world.upload("identity,action\nada,add\nbob,add\n")).await;
    let other = domain::test_support::agent("Ada").with(|user| user.identity = stored("ADA"));
    world.add(other.clone()).await;
    world.apply(job_id).await;
    let results = world.results(job_id).await;
    let refusal = results[0].refusal.as_ref().unwrap();
    assert_eq!((results[0].row, refusal.code.as_str()), (Some(2), "identity-taken"));
    assert_eq!(refusal.column.as_deref(), Some("identity"));
    assert_eq!(results[1].outcome, Outcome::Changed);
    assert_eq!(claimed(&world, "ada").await, Some(other.user_id));
}

#[tokio::test]
async fn rule_13_nobody_learns_from_an_import_who_was_erased_and_who_was_deleted_is_not_added() {
    let world = World::new(2).await;
    world.edit(user(0).user_id, |user| user.managed.status = Status::Deleted).await;
    let delete = |user: &mut User| {
        user.managed.status = Status::Deleted;
        user.taskrouter.worker_sid = None;
    };
    world.edit(user(1).user_id, delete).await;
    let erased = world.user(1).await;
    let after = domain::erasure::erase(&erased, world.origin().now).unwrap();
    world.directory.erase_user(&erased, after, Vec::new(), world.origin()).await.unwrap();
    let text = "identity,action\nuser 000,add\nuser 001,\nUSER 001,add\n";
    let job_id = world.plan(world.upload(text)).await;
    let refused = world.lines(job_id, Outcome::Refused).await;
    let expected = [(2, Some("status"), "deleted-user"), (3, None, "row-unknown-identity"), (4, None, "row-repeated")];
    assert_eq!(codes(&refused), expected);
    assert!(refused[1..].iter().all(|line| line.user_id.is_none()), "{refused:?}");
    let added = world.plan(world.upload("identity,action\nuser 001,add\n")).await;
    assert_eq!(codes(&world.lines(added, Outcome::Refused).await), [(2, Some("identity"), "identity-taken")]);
}

#[tokio::test]
async fn what_is_no_file_of_users_ends_the_job_with_that_reason() {
    let world = World::new(1).await;
    for (file, reason) in [
        (b"PK\x03\x04..".to_vec(), "a zip"),
        (b"\xff\xfeu\0s\0".to_vec(), "UTF-16"),
        (b"SKU,price\n1,2\n".to_vec(), "no file of users"),
        (format!("user_id{}\n", ",x".repeat(300_000)).into_bytes(), "more than 64 cells"),
        (format!("user_id,name\n,\"{}", "x,y\n".repeat(100_000)).into_bytes(), "never closed"),
        (b"user_id,name\n,\"x\n".to_vec(), "never closed"),
        (b"".to_vec(), "is empty"),
    ] {
        let job_id = world.plan(world.upload(file)).await;
        let job = world.job(job_id).await;
        assert_eq!(job.state, JobState::Failed);
        assert!(job.error.as_ref().unwrap().contains(reason), "{:?}", job.error);
        assert_eq!(job.bulk().unwrap().due_at, None);
    }
    let never_came = world.plan(BulkTask::Import { upload_id: Uuid::new_v4() }).await;
    assert!(world.job(never_came).await.error.unwrap().contains("There is no file"));
}

/// A file of which one user has changed, one is added, and one is as they are.
async fn planned() -> (World, Uuid) {
    let world = World::new(4).await;
    let text =
        export(&world, 0..4, |line| line.replacen("French:3", "French:50", 1).replacen("French:1,", "(none),", 1))
            .await;
    let text = text.replace("user_id,", "action,user_id,").replace("\r\n00", "\r\n,00");
    let added = format!("add,,ada{}\r\n", ",".repeat(12));
    let job_id = world.queue(world.upload(text + &added)).await;
    (world, job_id)
}

async fn outcome(world: &World) -> (Vec<User>, Option<Role>) {
    let mut users = Vec::new();
    for number in 0..4 {
        users.push(world.user(number).await.with(|user| {
            user.bulk_mark = None;
            user.updated_at = user.created_at;
        }));
    }
    let ada = claimed(world, "ada").await;
    let ada = match ada {
        Some(user_id) => world.directory.user(user_id).await.unwrap().map(|user| user.managed.role),
        None => None,
    };
    (users, ada)
}

#[tokio::test]
async fn rule_31_an_import_that_dies_between_any_two_of_its_calls_goes_on_and_does_nobody_twice() {
    let (world, job_id) = planned().await;
    world.runner.job(job_id).await.unwrap();
    world.apply(job_id).await;
    let expected = outcome(&world).await;
    assert_eq!(expected.1, Some(Role::Agent));
    assert_eq!(world.levels(3).await, [None, None, Some(50)]);
    let mut died = 0;
    for calls in 0.. {
        let (world, job_id) = planned().await;
        world.steps.die_after(calls);
        let planned = world.steps.run(world.runner.job(job_id)).await;
        world.steps.live();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        assert_eq!(world.plan_of(job_id).await.tally, Tally { changed: 3, unchanged: 2, refused: 0 }, "{calls}");
        world.start_applying(job_id).await;
        world.steps.die_after(calls);
        let applied = world.steps.run(world.runner.job(job_id)).await;
        world.steps.live();
        world.clock.advance(61);
        assert!(world.runner.due().await.unwrap());
        let tally = world.bulk(job_id).await.results;
        assert_eq!(tally, Tally { changed: 3, unchanged: 0, refused: 0 }, "after {calls} calls");
        assert_eq!(outcome(&world).await, expected, "after {calls} calls");
        let ada = claimed(&world, "ada").await.unwrap();
        for user_id in [user(0).user_id, user(2).user_id, ada] {
            assert_eq!(world.records(job_id, user_id).await.len(), 1, "after {calls} calls");
        }
        if planned.is_some() && applied.is_some() {
            break;
        }
        died += 1;
    }
    assert!(died > 15, "{died}");
}
