use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    Level, Refusal, Role, Skill, SkillName, Status, Team, TeamId, TemporarySkill, User, UserId,
    audit::Action,
    job::{Job, JobKind, JobState, RETRY_WINDOW},
    permissions::Caller,
    policy::{RoleAuthority, SupervisorScope},
    search::UserQuery,
    skill::Skills,
    team::Teams,
    temporary_skill::{Period, TemporaryRefusal},
    test_support::{agent, record, stored, user_with_role},
};

const NAMES: [&str; 4] = ["English", "French", "German", "Sales"];

fn skill(name: &str) -> SkillName {
    SkillName::new(name).unwrap()
}

fn catalog() -> BTreeMap<SkillName, Skill> {
    NAMES.map(|name| (skill(name), Skill::imported(skill(name)))).into()
}

fn team_id(number: u128) -> TeamId {
    TeamId::new(Uuid::from_u128(number))
}

fn teams() -> Teams {
    (1..=3)
        .map(|number| (team_id(number), Team::new(team_id(number), stored("Sales"), Timestamp::UNIX_EPOCH)))
        .collect()
}

fn caller(role: Role) -> Caller {
    Caller::new(user_with_role("caller", role).user_id, role)
}

fn apply_as(role: Role, edit: &BulkEdit, user: &User) -> Result<User, Refusal> {
    edit.apply(user, &caller(role), &teams(), &catalog(), RoleAuthority::Directory)
}

fn apply(edit: &BulkEdit, user: &User) -> Result<User, Refusal> {
    apply_as(Role::AccountOwner, edit, user)
}

fn of_skills(skills: &[(&str, SkillEdit)]) -> BulkEdit {
    let each = skills.iter().map(|(name, edit)| (skill(name), *edit)).collect();
    BulkEdit { skills: Some(SkillsEdit::Each(each)), ..BulkEdit::default() }
}

fn with_skills(skills: &[(&str, Option<i64>)]) -> User {
    agent("ada").with(|user| user.managed.assigned_skills = levels(skills))
}

fn levels(skills: &[(&str, Option<i64>)]) -> Skills {
    skills.iter().map(|(name, level)| (skill(name), level.map(Level))).collect()
}

fn skills_after(edit: &BulkEdit, before: &[(&str, Option<i64>)]) -> Skills {
    apply(edit, &with_skills(before)).unwrap().managed.assigned_skills
}

#[test]
fn rule_2_where_supervisors_change_their_own_teams_a_job_changes_members_of_those_and_refuses_the_others() {
    let by = Caller { scope: SupervisorScope::Teams, leads: [team_id(1)].into(), ..caller(Role::Supervisor) };
    let code = |edit: &BulkEdit, of: &[u128]| {
        let user = agent("ada").with(|user| user.managed.teams = of.iter().copied().map(team_id).collect());
        let after = edit.apply(&user, &by, &teams(), &catalog(), RoleAuthority::Directory);
        after.err().map(|refusal| refusal.code())
    };
    let assign = of_skills(&[("French", SkillEdit::Assign(None))]);
    let outside = Some("outside-led-teams");
    assert_eq!([&[1][..], &[1, 2], &[2], &[]].map(|of| code(&assign, of)), [None, None, outside, outside]);
    let join = |team| BulkEdit {
        teams: Some(TeamsEdit { add: [team_id(team)].into(), remove: [].into() }),
        ..BulkEdit::default()
    };
    assert_eq!((code(&join(1), &[1]), code(&join(2), &[1])), (None, Some("team-not-led")));
}

#[test]
fn a_skill_is_added_to_those_who_do_not_have_it_and_others_keep_their_level() {
    let add = of_skills(&[("French", SkillEdit::Add(Some(Level(5))))]);
    assert_eq!(skills_after(&add, &[("English", Some(1))]), levels(&[("English", Some(1)), ("French", Some(5))]));
    assert_eq!(skills_after(&add, &[("French", Some(80))]), levels(&[("French", Some(80))]));
    assert_eq!(skills_after(&add, &[("French", None)]), levels(&[("French", None)]));
}

#[test]
fn a_level_is_set_for_those_who_have_the_skill_and_others_do_not_get_it() {
    let set = of_skills(&[("French", SkillEdit::SetLevel(Level(5)))]);
    assert_eq!(skills_after(&set, &[("French", Some(80))]), levels(&[("French", Some(5))]));
    assert_eq!(skills_after(&set, &[("English", None)]), levels(&[("English", None)]));
}

#[test]
fn removing_takes_the_named_skills_and_replacing_all_others() {
    let before = [("English", Some(1)), ("French", Some(2))];
    assert_eq!(skills_after(&of_skills(&[("French", SkillEdit::Remove)]), &before), levels(&[("English", Some(1))]));
    let all = levels(&[("French", Some(9)), ("German", None)]);
    let replace = BulkEdit { skills: Some(SkillsEdit::All(all.clone())), ..BulkEdit::default() };
    assert_eq!(skills_after(&replace, &before), all);
}

#[test]
fn rule_24_a_skill_that_flexs_own_pages_have_disabled_is_enabled_by_adding_it() {
    let disabled = with_skills(&[("French", Some(2))]).with(|user| {
        user.taskrouter.disabled_skills = [skill("French")].into();
    });
    let after = apply(&of_skills(&[("French", SkillEdit::Add(None))]), &disabled).unwrap();
    assert!(after.taskrouter.disabled_skills.is_empty());
    let assigned = |disabled| Some(Assigned { level: Some(Level(2)), disabled });
    let part = Part::Skill { skill: skill("French"), before: assigned(true), after: assigned(false) };
    assert_eq!(parts(&disabled, &after), [part]);
}

#[test]
fn rule_10_teams_are_added_and_removed_and_the_others_stay() {
    let each = TeamsEdit { add: [team_id(2)].into(), remove: [team_id(1)].into() };
    let edit = BulkEdit { teams: Some(each), ..BulkEdit::default() };
    let user = agent("ada").with(|user| user.managed.teams = [team_id(1), team_id(9)].into());
    let after = apply(&edit, &user).unwrap();
    assert_eq!(after.managed.teams, [team_id(2), team_id(9)].into());
    let unknown = TeamsEdit { add: [team_id(7)].into(), remove: BTreeSet::new() };
    let refused = apply(&BulkEdit { teams: Some(unknown), ..BulkEdit::default() }, &user);
    assert_eq!(refused.unwrap_err().code(), "unknown-team");
}

#[test]
fn rules_2_3_and_13_each_user_is_decided_as_a_single_edit_would_be() {
    let deactivate = BulkEdit { status: Some(Status::Deactivated), ..BulkEdit::default() };
    let promote = BulkEdit { role: Some(Role::SystemAdmin), ..BulkEdit::default() };
    let refused = |role, edit, user: &User| apply_as(role, edit, user).unwrap_err().code();
    let owner = user_with_role("olga", Role::AccountOwner);
    assert_eq!(refused(Role::Supervisor, &deactivate, &agent("ada")), "supervisors-may-not");
    assert_eq!(refused(Role::Supervisor, &promote, &agent("ada")), "supervisors-may-not");
    assert_eq!(refused(Role::SystemAdmin, &deactivate, &owner), "account-owners-only");
    let oneself = user_with_role("caller", Role::SystemAdmin);
    assert_eq!(refused(Role::SystemAdmin, &deactivate, &oneself), "own-status");
    let deleted = agent("ada").with(|user| user.managed.status = Status::Deleted);
    let remove = of_skills(&[("French", SkillEdit::Remove)]);
    for edit in [&deactivate, &promote, &remove] {
        assert_eq!(refused(Role::AccountOwner, edit, &deleted), "deleted-user");
    }
    assert_eq!(refused(Role::Agent, &remove, &agent("ada")), "agents-may-not");
    let delete = BulkEdit { status: Some(Status::Deleted), ..BulkEdit::default() };
    assert_eq!(refused(Role::AccountOwner, &delete, &agent("ada")), "deleted-in-bulk");
}

#[test]
fn rule_12_one_edit_changes_status_teams_and_skills_together() {
    let edit = BulkEdit {
        status: Some(Status::Active),
        teams: Some(TeamsEdit { add: [team_id(1)].into(), ..TeamsEdit::default() }),
        act_as_agent: Some(true),
        role: Some(Role::Supervisor),
        ..of_skills(&[("French", SkillEdit::Assign(None))])
    };
    let away = agent("ada").with(|user| user.managed.status = Status::Deactivated);
    let after = apply(&edit, &away).unwrap();
    assert_eq!(parts(&away, &after).len(), 5);
    assert_eq!(action(&away, &after), Action::Reactivated);
    assert_eq!(action(&after, &away), Action::Deactivated);
    assert_eq!(action(&after, &after), Action::Edited);
}

#[test]
fn rule_19_what_is_wrong_for_every_user_is_refused_before_there_is_a_plan() {
    let code = |edit: &BulkEdit| edit.check(&teams(), &catalog()).unwrap_err().code();
    assert_eq!(code(&of_skills(&[("Dutch", SkillEdit::Add(None))])), "unknown-skill");
    assert_eq!(code(&of_skills(&[("French", SkillEdit::SetLevel(Level(101)))])), "level-out-of-range");
    assert_eq!(code(&BulkEdit { status: Some(Status::Deleted), ..BulkEdit::default() }), "deleted-in-bulk");
    let joins = TeamsEdit { add: [team_id(7)].into(), ..TeamsEdit::default() };
    assert_eq!(code(&BulkEdit { teams: Some(joins), ..BulkEdit::default() }), "unknown-team");
    let many = (0..41).map(|i| (skill(&format!("s{i}")), None)).collect();
    assert_eq!(code(&BulkEdit { skills: Some(SkillsEdit::All(many)), ..BulkEdit::default() }), "too-many-skills");
    assert_eq!(of_skills(&[("French", SkillEdit::Remove)]).check(&teams(), &catalog()), Ok(()));
}

#[test]
fn nothing_is_applied_that_the_plan_did_not_show() {
    let raise = of_skills(&[("French", SkillEdit::SetLevel(Level(50)))]);
    let decide = |user: &User| Decision::of(user, apply(&raise, user).as_ref().map_err(Clone::clone));
    let planned = match decide(&with_skills(&[("French", Some(5))])) {
        Decision::Change(parts) => parts,
        other => panic!("{other:?}"),
    };
    let now = |skills: &[(&str, Option<i64>)]| reconsider(&planned, decide(&with_skills(skills)));
    let elsewhere = now(&[("French", Some(5)), ("English", Some(3))]);
    assert_eq!(elsewhere, Decision::Change(planned.clone()), "what the plan does not touch may change");
    assert_eq!(now(&[("French", Some(50))]), Decision::Unchanged, "it is as planned already");
    assert_eq!(now(&[("French", Some(6))]), Decision::Refused(BulkRefusal::ChangedSincePlan.into()));
    assert_eq!(now(&[]), Decision::Unchanged, "who lost the skill does not get it back");
}

#[test]
fn a_change_is_drastic_if_it_deactivates_demotes_or_leaves_no_skill() {
    let drastic = |before: &User, change: fn(&mut User)| is_drastic(before, &before.with(change), &Teams::new());
    let ada = with_skills(&[("French", Some(5)), ("English", None)]);
    assert!(drastic(&ada, |user| user.managed.status = Status::Deactivated));
    assert!(drastic(&ada, |user| user.managed.assigned_skills.clear()));
    assert!(!drastic(&ada, |user| drop(user.managed.assigned_skills.pop_first())));
    assert!(!drastic(&agent("ada"), |user| user.managed.assigned_skills.clear()), "there was none");
    // Disabled on Flex's own pages, a skill routes nothing (rule 24).
    let of_one = ada.with(|user| user.taskrouter.disabled_skills = [SkillName::new("English").unwrap()].into());
    assert!(drastic(&of_one, |user| _ = user.managed.assigned_skills.remove("French")));
    assert!(!drastic(&of_one, |user| _ = user.managed.assigned_skills.remove("English")));
    let promote = |user: &mut User| (user.managed.role, user.managed.act_as_agent) = (Role::Supervisor, true);
    assert!(!is_drastic(&ada, &ada.with(promote), &Teams::new()));
    assert!(drastic(&user_with_role("sue", Role::Supervisor), |user| user.managed.role = Role::Agent));
    let acting = user_with_role("sue", Role::Supervisor).with(|user| {
        user.managed.act_as_agent = true;
        user.managed.assigned_skills = levels(&[("French", None)]);
    });
    assert!(drastic(&acting, |user| user.managed.act_as_agent = false), "her skills are not routed by any more");
    let granting = Team { skills: levels(&[("German", None)]), ..teams()[&team_id(1)].clone() };
    let inherits = ada.with(|user| user.managed.teams = [team_id(1)].into());
    let stripped = inherits.with(|user| user.managed.assigned_skills.clear());
    assert!(!is_drastic(&inherits, &stripped, &[(team_id(1), granting)].into()), "the team's skill is left");
}

#[test]
fn the_brake_asks_above_so_many_users_or_so_many_of_a_hundred_active_ones() {
    let brake = BulkBrake { users: 25, percent: 5 };
    assert_eq!(brake.active_needed(0), Some(0));
    assert_eq!(brake.active_needed(1), Some(20));
    assert_eq!(brake.active_needed(25), Some(500));
    assert_eq!(brake.active_needed(26), None);
    assert_eq!(BulkBrake { users: 25, percent: 0 }.active_needed(1), None);
    assert_eq!(BulkBrake { users: 25, percent: 3 }.active_needed(1), Some(34), "33 would be more than 3 %");
}

#[test]
fn an_undo_leaves_what_has_changed_since_or_takes_it_along() {
    let before = with_skills(&[("French", Some(5)), ("English", Some(1))]);
    let after = before.with(|user| {
        user.managed.assigned_skills = levels(&[("French", Some(50)), ("German", None)]);
        user.managed.teams = [team_id(1)].into();
    });
    let made = parts(&before, &after);
    let since = after.with(|user| {
        user.managed.assigned_skills.insert(skill("French"), Some(Level(70)));
    });

    let kept = undo(&made, &since, IfChanged::Keep);
    let level = |level| Some(Assigned { level: Some(Level(level)), disabled: false });
    let again = Part::Skill { skill: skill("French"), before: level(50), after: level(70) };
    assert_eq!(kept.changed_since, std::slice::from_ref(&again));
    let back = apply(&kept.edit, &since).unwrap();
    assert_eq!(back.managed.assigned_skills, levels(&[("French", Some(70)), ("English", Some(1))]));
    assert!(back.managed.teams.is_empty());

    let reverted = undo(&made, &since, IfChanged::Revert);
    assert_eq!(reverted.changed_since, [again]);
    assert_eq!(apply(&reverted.edit, &since).unwrap().managed, before.managed);
    assert_eq!(undo(&made, &before, IfChanged::Keep), Undo { edit: BulkEdit::default(), changed_since: Vec::new() });
}

#[test]
fn rule_25_a_role_that_was_not_given_here_is_not_given_by_an_undo() {
    let adopted = agent("ada").with(|user| user.managed.role = Role::SystemAdmin);
    let demote = BulkEdit { role: Some(Role::Agent), ..BulkEdit::default() };
    let after = apply(&demote, &adopted).unwrap();
    assert!(after.managed.role_granted);
    let back = apply(&undo(&parts(&adopted, &after), &after, IfChanged::Keep).edit, &after).unwrap();
    assert_eq!((back.managed.role, back.managed.role_granted), (Role::SystemAdmin, false));
    let given = adopted.with(|user| user.managed.role_granted = true);
    let back = apply(&undo(&parts(&given, &after), &after, IfChanged::Keep).edit, &after).unwrap();
    assert!(back.managed.role_granted);
    let told = Part::of_record(&record(Action::Edited, Some(&given), &after)).unwrap();
    assert!(!apply(&undo(&told, &after, IfChanged::Keep).edit, &after).unwrap().managed.role_granted);
}

#[test]
fn parts_are_of_the_same_if_they_are_of_one_field_team_or_skill() {
    let skill_part = |name| Part::Skill { skill: skill(name), before: None, after: None };
    let team = |number| Part::Team { team_id: team_id(number), before: false, after: true };
    let lead = |number| Part::Lead { team_id: team_id(number), before: false, after: true };
    let role = |granted| Part::Role { before: Role::Agent, after: Role::Supervisor, granted };
    for (one, other) in [(role(true), role(false)), (team(1), team(1)), (skill_part("Sales"), skill_part("Sales"))] {
        assert!(one.is_of_same(&other), "{one:?}");
    }
    for (one, other) in [
        (skill_part("Sales"), skill_part("French")),
        (team(1), team(2)),
        (team(1), lead(1)),
        (lead(1), lead(2)),
        (role(true), team(1)),
    ] {
        assert!(!one.is_of_same(&other), "{one:?} {other:?}");
    }
}

#[test]
fn rule_31_a_record_of_a_history_tells_what_can_go_back() {
    let before = with_skills(&[("French", Some(5))]);
    let after = before.with(|user| {
        user.managed.assigned_skills = levels(&[("English", None)]);
        user.managed.teams = [team_id(1)].into();
        user.managed.role = Role::Supervisor;
        user.managed.act_as_agent = true;
        user.managed.status = Status::Deactivated;
    });
    let told = Part::of_record(&record(Action::Edited, Some(&before), &after)).unwrap();
    let (of_users, of_record) = (parts(&before, &after), told);
    assert_eq!(of_users.len(), 6);
    assert!(of_users.iter().all(|part| of_record.contains(part)) && of_record.len() == 6, "{of_record:?}");
}

#[test]
fn rule_13_neither_a_creation_nor_a_deletion_nor_a_login_can_be_undone() {
    let (ada, away) = (agent("ada"), agent("ada").with(|user| user.managed.status = Status::Deleted));
    let renamed = ada.with(|user| user.idp.full_name = Some("Ada L.".to_owned()));
    for record in [
        record(Action::Created, None, &ada),
        record(Action::Deleted, Some(&ada), &away),
        record(Action::Restored, Some(&away), &ada),
        record(Action::Login, Some(&ada), &renamed),
    ] {
        assert_eq!(Part::of_record(&record), Err(BulkRefusal::NothingToUndo.into()), "{:?}", record.action);
    }
}

#[test]
fn what_a_job_is_to_do_keeps_its_meaning_when_it_is_stored() {
    let edit = BulkEdit {
        role: Some(Role::Agent),
        teams: Some(TeamsEdit { add: [team_id(1)].into(), remove: [team_id(2)].into() }),
        ..of_skills(&[
            ("French", SkillEdit::Add(None)),
            ("English", SkillEdit::SetLevel(Level(3))),
            ("German", SkillEdit::Assign(Some(Level(4)))),
            ("Sales", SkillEdit::Remove),
        ])
    };
    let stored = json!(edit);
    assert_eq!(serde_json::from_value::<BulkEdit>(stored).unwrap(), edit);
}

const STANDING: Standing = Standing { token_role: Role::SystemAdmin, scope: SupervisorScope::All };
const LEASE: Duration = Duration::from_mins(1);

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn queued() -> Job {
    let task = BulkTask::Edit { users: Selection::Users([].into()), edit: BulkEdit::default() };
    Job::bulk_queued(Uuid::nil(), task, STANDING, UserId::new(Uuid::nil()), at(0))
}

fn claimed(job: &Job, second: i64) -> Job {
    match job.claim(LEASE, at(second)) {
        BulkClaim::Claimed(job) => job,
        other => panic!("{other:?}"),
    }
}

fn planned(drastic: u64, must_confirm: bool) -> Job {
    let tally = Tally { changed: 3, unchanged: 1, refused: 1 };
    let plan = Plan {
        hash: "abc".into(),
        planned_at: at(10).into(),
        tally,
        drastic,
        must_confirm,
        remarks: [].into(),
        groups: Groups::default(),
        files: "bulk/1".into(),
        imported: None,
    };
    claimed(&queued(), 5).planned(plan)
}

#[test]
fn a_job_forgets_whom_its_request_named_once_it_has_a_plan_or_has_ended() {
    let ids = BulkTask::Edit { users: Selection::Users([UserId::new(Uuid::nil())].into()), edit: BulkEdit::default() };
    let job = Job::bulk_queued(Uuid::nil(), ids.clone(), STANDING, UserId::new(Uuid::nil()), at(0));
    let running = claimed(&job, 5);
    assert_eq!(running.bulk().unwrap().task, ids, "another runner may have to begin it anew");
    let plan = planned(0, false).bulk().unwrap().plan.clone().unwrap();
    for job in [running.planned(plan), running.cancelled(), running.failed("no table")] {
        let forgotten = BulkTask::Edit { users: Selection::Forgotten, edit: BulkEdit::default() };
        assert_eq!(job.bulk().unwrap().task, forgotten, "{:?}", job.state);
    }
}

#[test]
fn a_plan_is_applied_as_it_was_shown_within_an_hour_and_once() {
    let job = planned(0, false);
    assert_eq!((job.state, job.done, job.total), (JobState::Planned, 5, Some(5)));
    assert_eq!(job.may_apply("abc", None, at(3_610)), Ok(()));
    assert_eq!(job.may_apply("abc", None, at(3_611)), Err(BulkRefusal::PlanExpired.into()));
    assert_eq!(job.may_apply("abd", None, at(20)), Err(BulkRefusal::OtherPlan("abc".into()).into()));
    assert_eq!(queued().may_apply("abc", None, at(20)), Err(BulkRefusal::NotPlanned("queued").into()));
    let applying = job.applying(STANDING, at(20));
    assert_eq!((applying.state, applying.done, applying.total), (JobState::Queued, 0, Some(3)));
    assert_eq!(applying.may_apply("abc", None, at(21)), Err(BulkRefusal::NotPlanned("queued").into()));
    let done = claimed(&applying, 22).finished(Tally { changed: 2, unchanged: 0, refused: 1 });
    assert_eq!((done.state, done.done), (JobState::Done, 3));
    assert_eq!(done.may_apply("abc", None, at(30)), Err(BulkRefusal::NotPlanned("done").into()));
}

#[test]
fn what_asks_is_applied_only_if_its_number_is_repeated() {
    let job = planned(26, true);
    assert_eq!(job.may_apply("abc", None, at(20)), Err(BulkRefusal::ConfirmDrastic(26).into()));
    assert_eq!(job.may_apply("abc", Some(25), at(20)), Err(BulkRefusal::ConfirmDrastic(26).into()));
    let said = [1, 26].map(|drastic| BulkRefusal::ConfirmDrastic(drastic).to_string());
    assert!(said[0].contains(" 1 user. ") && said[1].contains(" 26 users. "), "{said:?}");
    assert_eq!(job.may_apply("abc", Some(26), at(20)), Ok(()));
}

#[test]
fn a_runner_that_is_silent_for_longer_than_its_lease_is_replaced() {
    let job = claimed(&queued(), 5);
    assert_eq!(job.claim(LEASE, at(65)), BulkClaim::Busy);
    let kept = job.kept(1, Tally::default(), LEASE, at(60));
    assert_eq!(kept.claim(LEASE, at(120)), BulkClaim::Busy);
    assert!(matches!(kept.claim(LEASE, at(121)), BulkClaim::Claimed(_)));
    let released = kept.released(Tally::default(), at(70));
    assert!(matches!(released.claim(LEASE, at(70)), BulkClaim::Claimed(_)));
    assert!(released.bulk().unwrap().due_at.is_some());
}

#[test]
fn a_job_that_gets_no_further_is_given_up_and_can_be_gone_on_with_by_its_requester() {
    let mut job = planned(0, false).applying(STANDING, at(20));
    for second in [20, 100, 180, 260, 340] {
        job = claimed(&job, second).released(Tally::default(), at(second + 1));
    }
    let BulkClaim::GivenUp(failed) = job.claim(LEASE, at(420)) else { panic!("{job:?}") };
    assert_eq!((failed.state, failed.bulk().unwrap().due_at), (JobState::Failed, None));
    assert_eq!(failed.claim(LEASE, at(500)), BulkClaim::Idle);
    assert_eq!(failed.may_apply("abc", None, at(9_000)), Ok(()), "also when the plan is older than an hour");
    assert_eq!(failed.may_apply("abc", None, at(11 + 24 * 3_600)), Err(BulkRefusal::PlanExpired.into()));
    assert_eq!(failed.applying(STANDING, at(9_000)).error, None);
    let further = claimed(&planned(0, false).applying(STANDING, at(20)), 20);
    let further = further.kept(1, Tally { changed: 1, ..Tally::default() }, LEASE, at(21));
    assert_eq!(further.bulk().unwrap().attempts, 1);
    let silent = 20 + 60 + RETRY_WINDOW.as_secs() + 2;
    assert!(matches!(further.claim(LEASE, at(silent)), BulkClaim::GivenUp(_)), "as it is shown");
}

#[test]
fn what_runs_or_waits_is_cancelled_and_what_was_applied_is_undone_for_30_days() {
    let (job, month) = (planned(0, false), 30 * 24 * 3_600);
    assert_eq!(job.may_undo(at(20)), Err(BulkRefusal::NothingToUndo.into()));
    let applying = claimed(&job.applying(STANDING, at(20)), 21);
    assert_eq!(applying.may_undo(at(22)), Err(BulkRefusal::BulkRunning(Uuid::nil()).into()));
    for job in [&queued(), &job, &applying] {
        assert_eq!(job.may_cancel(at(22)), Ok(()));
    }
    let cancelled = applying.cancelled();
    assert_eq!((cancelled.state, cancelled.bulk().unwrap().due_at), (JobState::Cancelled, None));
    assert_eq!(cancelled.may_cancel(at(23)), Err(BulkRefusal::NotCancellable("cancelled").into()));
    let export = Job::queued(Uuid::nil(), JobKind::export(UserQuery::default()), agent("ada").user_id, at(20));
    assert_eq!(
        export.may_cancel(at(23)),
        Err(BulkRefusal::NotCancellable("queued").into()),
        "an export is no bulk job"
    );
    assert_eq!(cancelled.claim(LEASE, at(9_000)), BulkClaim::Idle);
    assert_eq!(cancelled.may_undo(at(20 + month)), Ok(()));
    assert_eq!(cancelled.may_undo(at(21 + month)), Err(BulkRefusal::TooLateToUndo.into()));
}

#[test]
fn what_a_report_and_a_failure_leave_is_what_the_next_runner_finds() {
    let attempts = |job: &Job| job.bulk().unwrap().attempts;
    let due_at = |job: &Job| job.bulk().unwrap().due_at;
    let job = claimed(&claimed(&queued(), 5).released(Tally::default(), at(6)), 7);
    assert_eq!(attempts(&job), 2);
    let further = job.kept(4, Tally::default(), LEASE, at(8));
    assert_eq!((further.done, attempts(&further), due_at(&further)), (4, 1, Some(at(68).into())));
    let again = claimed(&further.released(Tally::default(), at(9)), 10);
    for done in [4, 3] {
        let kept = again.kept(done, Tally::default(), LEASE, at(11));
        assert_eq!((attempts(&kept), kept.done), (2, 4), "no further than before");
    }
    let waiting = again.backed_off(at(20));
    assert_eq!(due_at(&waiting), Some(at(20 + 2 * 20).into()));
    assert_eq!(waiting.lease_until_ms, 20_000 - 1, "another runner may take it up");
    let counted = again.cancelled().counted(Tally { changed: 2, unchanged: 1, refused: 0 });
    assert_eq!((counted.state, counted.done, counted.bulk().unwrap().results.changed), (JobState::Cancelled, 3, 2));
}

#[test]
fn what_was_applied_is_kept_as_long_as_it_can_be_undone() {
    let day = 24 * 3_600;
    let applying = planned(0, false).applying(STANDING, at(20));
    assert_eq!(applying.expires_at, 20 + 32 * day);
    assert_eq!((applying.queued_at, applying.bulk().unwrap().due_at), (Some(at(20).into()), Some(at(20).into())));
}

#[test]
fn a_job_that_stopped_says_whether_to_apply_it_again_or_to_start_anew() {
    let (planning, applying) = (queued(), planned(0, false).applying(STANDING, at(20)));
    assert!(planning.kind.stopped().ends_with("Start it again."));
    assert!(applying.kind.stopped().ends_with("Apply its plan again: it goes on where it was."));
}

#[test]
fn rule_2_the_requester_keeps_the_scope_and_the_role_of_their_token() {
    let standing = Standing { token_role: Role::Supervisor, scope: SupervisorScope::Teams };
    let caller = standing.caller(UserId::new(Uuid::nil()));
    assert_eq!((caller.role, caller.scope), (Role::Supervisor, SupervisorScope::Teams));
}

#[test]
fn an_undo_is_one_and_an_edit_and_an_import_are_none() {
    let (id, if_changed) = (Uuid::nil(), IfChanged::Keep);
    let edit = BulkTask::Edit { users: Selection::Users([].into()), edit: BulkEdit::default() };
    let user_id = UserId::new(id);
    let tasks = [
        edit,
        BulkTask::Import { upload_id: id },
        BulkTask::UndoJob { job_id: id, if_changed },
        BulkTask::UndoRecord { user_id, record_id: id, if_changed },
    ];
    assert_eq!(tasks.clone().map(|task| task.name()), ["edit", "import", "undo", "undo"]);
    assert_eq!(tasks.map(|task| task.is_undo()), [false, false, true, true]);
}

#[test]
fn an_edit_that_states_nothing_is_empty() {
    assert!(BulkEdit::default().is_empty());
    let acts = BulkEdit { act_as_agent: Some(true), ..BulkEdit::default() };
    assert!(!acts.is_empty());
    let after = apply(&acts, &user_with_role("ada", Role::Supervisor)).unwrap();
    assert!(after.managed.act_as_agent);
    let leads =
        BulkEdit { leads: Some(TeamsEdit { add: [team_id(1)].into(), remove: [].into() }), ..BulkEdit::default() };
    let member = user_with_role("ada", Role::Supervisor).with(|user| user.managed.teams = [team_id(1)].into());
    assert_eq!(apply(&leads, &member).unwrap().managed.leads, [team_id(1)].into());
}

#[test]
fn one_edit_names_at_most_40_skills() {
    let whole = |count: usize| {
        let names = (0..count).map(|i| skill(&format!("skill_{i}"))).collect::<Vec<_>>();
        let catalog = names.iter().map(|name| (name.clone(), Skill::imported(name.clone()))).collect();
        let each = names.into_iter().map(|name| (name, SkillEdit::Add(None))).collect();
        let edit = BulkEdit { skills: Some(SkillsEdit::Each(each)), ..BulkEdit::default() };
        edit.check(&teams(), &catalog).map_err(|refusal| refusal.code())
    };
    assert_eq!((whole(40), whole(41)), (Ok(()), Err("too-many-skills")));
}

#[test]
fn a_plan_shows_all_that_a_user_is_added_with() {
    let ada = user_with_role("ada", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id(1)].into();
        user.managed.assigned_skills = levels(&[("French", Some(5))]);
    });
    let Decision::Change(parts) = Decision::of_added(&ada) else { panic!("nothing changes") };
    assert_eq!(parts[0], Part::Added { identity: Some(ada.identity.clone()) });
    assert!(matches!(parts[1], Part::Role { before: Role::Agent, after: Role::Supervisor, .. }), "{parts:?}");
    assert!(
        matches!((&parts[2], &parts[3]), (Part::Team { after: true, .. }, Part::Skill { before: None, .. })),
        "{parts:?}"
    );
    assert_eq!(
        Decision::of_added(&agent("bob")),
        Decision::Change(vec![Part::Added { identity: Some(agent("bob").identity) }])
    );
}

#[test]
fn what_was_applied_names_the_row_and_the_column_of_a_file() {
    let user_id = agent("ada").user_id;
    let refused = |row| AppliedUser::new(user_id, row, Decision::Refused(Refusal::TooManyTeams(26)));
    let column = |applied: AppliedUser| applied.refusal.unwrap().column;
    assert_eq!((refused(Some(7)).row, column(refused(Some(7)))), (Some(7), Some("teams".to_owned())));
    assert_eq!((refused(None).row, column(refused(None))), (None, None));
}

#[test]
fn rule_31_a_record_tells_of_a_skill_that_was_enabled() {
    let of = |name: &str| SkillName::new(name).unwrap();
    let assigned = |disabled| Some(Assigned { level: None, disabled });
    let enabled = |name: &str| Part::Skill { skill: of(name), before: assigned(true), after: assigned(false) };
    let before = with_skills(&[("French", None)]).with(|user| user.taskrouter.disabled_skills = [of("French")].into());
    let record = record(Action::Edited, Some(&before), &before.with(|user| user.taskrouter.disabled_skills.clear()));
    assert_eq!(Part::of_record(&record), Err(BulkRefusal::NothingToUndo.into()));
    assert_eq!(["French", "English"].map(|name| enabled(name).is_told_by(&record)), [true, false]);
    let role = Part::Role { before: Role::Agent, after: Role::Supervisor, granted: true };
    assert!(!role.is_told_by(&record));
}

#[test]
fn rule_31_what_was_applied_names_no_identity() {
    let ada = agent("ada");
    let applied = AppliedUser::new(ada.user_id, Some(2), Decision::of_added(&ada));
    assert_eq!(applied.changes, [Part::Added { identity: None }]);
}

#[test]
fn who_was_added_by_an_import_does_not_go_back() {
    let ada = agent("ada");
    let added = Part::Added { identity: Some(ada.identity.clone()) };
    assert!(added.is_of_same(&added.clone()));
    assert_eq!(undo(&[added], &ada, IfChanged::Revert), Undo { edit: BulkEdit::default(), changed_since: vec![] });
}

#[test]
fn a_bulk_job_keeps_its_meaning_when_it_is_stored() {
    let job = planned(26, true).applying(STANDING, at(20));
    assert_eq!(serde_json::from_value::<Job>(json!(job)).unwrap(), job);
    let mut plan = json!(job.bulk().unwrap().plan);
    plan.as_object_mut().unwrap().remove("groups").unwrap();
    let earlier = serde_json::from_value::<Plan>(plan).unwrap();
    assert_eq!(earlier.groups, Groups::default(), "of an earlier version");
}

fn any_user() -> impl Strategy<Value = User> {
    let skills = proptest::collection::btree_map(0..NAMES.len(), proptest::option::of(1..5_i64), 0..4);
    let teams = proptest::collection::btree_set(1..=3_u128, 0..3);
    let role = prop_oneof![Just(Role::Agent), Just(Role::Supervisor), Just(Role::SystemAdmin)];
    let temporary = (proptest::option::of(1..5_i64), 0..3_i64, 5..8_i64, any::<bool>());
    let temporary = proptest::collection::btree_map(0..NAMES.len(), temporary, 0..3);
    let of_user = (skills, teams, role, any::<bool>(), any::<bool>(), temporary);
    of_user.prop_map(|(skills, teams, role, active, acts, temporary)| {
        agent("ada").with(|user| {
            let temporary = temporary.into_iter().map(|(i, (level, from, until, active))| {
                let time = |second| Timestamp::from_second(second).unwrap().into();
                let (level, from, until) = (level.map(Level), time(from), time(until));
                (skill(NAMES[i]), TemporarySkill { level, from, until, active })
            });
            user.managed.temporary_skills = temporary.collect();
            let skill = |(i, level): (usize, Option<i64>)| (skill(NAMES[i]), level.map(Level));
            user.managed.assigned_skills = skills.into_iter().map(skill).collect();
            user.managed.teams = teams.into_iter().map(team_id).collect();
            user.managed.role = role;
            user.managed.status = if active { Status::Active } else { Status::Deactivated };
            user.managed.act_as_agent = acts && role != Role::Agent;
            if acts && role != Role::Agent {
                user.managed.leads = user.managed.teams.iter().take(1).copied().collect();
            }
        })
    })
}

proptest! {
    #[test]
    fn an_undo_of_anything_leads_back_where_nothing_has_changed_since(before in any_user(), after in any_user()) {
        let Undo { edit, changed_since } = undo(&parts(&before, &after), &after, IfChanged::Keep);
        prop_assert!(changed_since.is_empty());
        let back = apply(&edit, &after).unwrap();
        prop_assert_eq!(parts(&back, &before), []);
    }

    #[test]
    fn applying_an_edit_twice_changes_nothing_more(
        user in any_user(), set in 0..NAMES.len(), add in 0..NAMES.len(), level in 1..5_i64, all in any_user()
    ) {
        let each = of_skills(&[(NAMES[add], SkillEdit::Add(None)), (NAMES[set], SkillEdit::SetLevel(Level(level)))]);
        let whole = BulkEdit {
            skills: Some(SkillsEdit::All(all.managed.assigned_skills)),
            teams: Some(TeamsEdit { add: all.managed.teams, ..TeamsEdit::default() }),
            role: Some(all.managed.role),
            status: Some(all.managed.status),
            act_as_agent: None,
            role_granted: None,
            leads: None,
            temporary_skills: BTreeMap::new(),
        };
        for edit in [each, whole] {
            let once = apply(&edit, &user).unwrap();
            prop_assert_eq!(parts(&once, &apply(&edit, &once).unwrap()), []);
        }
    }
}

/// The time at this minute.
fn minute(number: i64) -> Timestamp {
    Timestamp::from_second(number * 60).unwrap()
}

fn of(level: Option<i64>, from: i64, until: i64) -> Temporary {
    Temporary { level: level.map(Level), from: minute(from).into(), until: minute(until).into() }
}

/// French with the level 9 for a time, beside these assigned skills.
fn for_a_time(skills: &[(&str, Option<i64>)], temporary: Temporary, active: bool) -> User {
    let Temporary { level, from, until } = temporary;
    let temporary = TemporarySkill { level, from, until, active };
    with_skills(skills).with(|user| user.managed.temporary_skills = [(skill("French"), temporary)].into())
}

fn of_temporary(edit: TemporaryEdit) -> BulkEdit {
    BulkEdit { temporary_skills: [(skill("French"), edit)].into(), ..BulkEdit::default() }
}

fn requested(level: Option<i64>, from: Option<i64>, until: i64, now: i64) -> TemporaryEdit {
    let period = Period { from: from.map(|from| minute(from).into()), until: minute(until).into() };
    TemporaryEdit::of_request(level.map(Level), period, minute(now))
}

fn french(user: &User) -> Option<(Temporary, bool)> {
    user.managed.temporary_skills.get(&skill("French")).map(|one| ((*one).into(), one.active))
}

#[test]
fn rule_36_a_job_assigns_a_skill_for_a_time_which_starts_when_it_is_applied_or_later() {
    let assign = of_temporary(requested(Some(5), None, 60, 10));
    let before = with_skills(&[("French", Some(80))]);
    let after = apply(&assign, &before).unwrap();
    assert_eq!(after.managed.assigned_skills, before.managed.assigned_skills);
    assert_eq!(french(&after), Some((of(Some(5), 10, 60), false)), "the time is not known here");
    assert_eq!(french(&assign.at_time(&after, minute(10))), Some((of(Some(5), 10, 60), true)));
    assert_eq!(french(&assign.at_time(&after, minute(9))), Some((of(Some(5), 10, 60), false)));
    assert_eq!(french(&assign.at_time(&after, minute(60))), None);
    let part = Part::TemporarySkill { skill: skill("French"), before: None, after: Some(of(Some(5), 10, 60)) };
    assert_eq!(parts(&before, &after), [part]);
    assert_eq!(assign.skills(), [skill("French")].into());
}

#[test]
fn rule_36_only_the_temporary_skills_that_a_job_names_turn_when_it_is_applied() {
    let user = for_a_time(&[], of(Some(5), 10, 60), false).with(|user| {
        user.taskrouter.disabled_skills = [skill("French")].into();
    });
    let other = BulkEdit { act_as_agent: Some(true), ..BulkEdit::default() };
    assert_eq!([20, 90].map(|at| other.at_time(&user, minute(at))), [user.clone(), user.clone()]);
    let named = of_temporary(TemporaryEdit::End);
    let started = named.at_time(&user, minute(20));
    assert_eq!((french(&started).unwrap().1, started.taskrouter.disabled_skills.len()), (true, 0));
    let over = named.at_time(&user, minute(60));
    assert_eq!((french(&over), over.taskrouter.disabled_skills.len()), (None, 1), "it never started");
}

#[test]
fn rule_36_a_job_that_states_no_from_extends_what_has_started_and_one_that_does_begins_then() {
    let running = for_a_time(&[], of(Some(5), 10, 60), true);
    let after = |edit| french(&apply(&of_temporary(edit), &running).unwrap()).unwrap();
    assert_eq!(after(requested(Some(7), None, 90, 20)), (of(Some(7), 10, 90), true));
    assert_eq!(after(requested(Some(5), Some(5), 90, 20)), (of(Some(5), 5, 90), true));
    assert_eq!(after(requested(Some(5), Some(10), 90, 20)), (of(Some(5), 10, 90), true));
    assert_eq!(after(requested(Some(5), Some(30), 90, 20)), (of(Some(5), 30, 90), false));
    let scheduled = for_a_time(&[], of(Some(5), 30, 60), false);
    let after = apply(&of_temporary(requested(Some(5), None, 90, 20)), &scheduled).unwrap();
    assert_eq!(french(&after), Some((of(Some(5), 20, 90), false)));
}

#[test]
fn rule_36_what_is_wrong_with_a_time_or_a_level_is_refused_before_there_is_a_plan() {
    let periods = |edit, now| of_temporary(edit).check_periods(minute(now)).err().map(|refusal| refusal.code());
    assert_eq!(periods(requested(None, None, 60, 10), 10), None);
    assert_eq!(periods(requested(None, None, 60, 10), 60), Some("invalid-period"));
    assert_eq!(periods(requested(None, Some(60), 60, 10), 10), Some("invalid-period"));
    assert_eq!(periods(TemporaryEdit::End, 10), None);
    let check = |edit| of_temporary(edit).check(&teams(), &catalog()).err().map(|refusal| refusal.code());
    assert_eq!(check(requested(Some(500), None, 60, 10)), Some("level-out-of-range"));
    assert_eq!((check(requested(Some(50), None, 60, 10)), check(TemporaryEdit::End)), (None, None));
    let by_agent = apply_as(Role::Agent, &of_temporary(TemporaryEdit::End), &agent("ada"));
    assert_eq!(by_agent.unwrap_err().code(), "agents-may-not");
}

#[test]
fn rule_36_a_job_gives_nobody_more_than_20_temporary_skills_nor_a_level_that_there_is_not() {
    let (level, from, until) = (None, minute(0).into(), minute(60).into());
    let others = (0..20).map(|i| (skill(&format!("s{i}")), TemporarySkill { level, from, until, active: true }));
    let full = agent("ada").with(|user| user.managed.temporary_skills = others.collect());
    let assign = of_temporary(requested(Some(5), None, 60, 10));
    assert_eq!(apply(&assign, &full), Err(TemporaryRefusal::TooManyTemporarySkills.into()));
    let room = full.with(|user| drop(user.managed.temporary_skills.pop_first()));
    assert_eq!(apply(&assign, &room).unwrap().managed.temporary_skills.len(), 20);
    let named = room.with(|user| {
        user.managed.temporary_skills.insert(skill("French"), TemporarySkill { level, from, until, active: true });
    });
    assert!(apply(&assign, &named).is_ok(), "an existing one is replaced");
    let code = |level: i64, user: &User| {
        apply(&of_temporary(requested(Some(level), None, 60, 10)), user).err().map(|refusal| refusal.code())
    };
    let high = for_a_time(&[], of(Some(500), 0, 30), true);
    assert_eq!((code(500, &high), code(501, &high)), (None, Some("level-out-of-range")), "it is kept as it was");
}

#[test]
fn rule_36_a_job_that_assigns_or_removes_a_skill_ends_the_temporary_one_and_one_that_adds_it_does_not() {
    let user = |skills| for_a_time(skills, of(Some(9), 0, 60), true);
    let after = |edit: SkillEdit, skills| {
        let after = apply(&of_skills(&[("French", edit)]), &user(skills)).unwrap();
        (after.managed.assigned_skills.get(&skill("French")).copied(), french(&after).is_some())
    };
    let (five, eighty) = (Some(Some(Level(5))), Some(Some(Level(80))));
    let has: &[(&str, Option<i64>)] = &[("French", Some(80))];
    assert_eq!(after(SkillEdit::Add(Some(Level(5))), has), (eighty, true));
    assert_eq!(after(SkillEdit::Add(Some(Level(5))), &[]), (five, true), "and has it when the temporary one ends");
    assert_eq!(after(SkillEdit::Assign(Some(Level(5))), has), (five, false));
    assert_eq!(after(SkillEdit::SetLevel(Level(5)), has), (five, false));
    assert_eq!(after(SkillEdit::SetLevel(Level(5)), &[]), (None, true), "it is not assigned");
    assert_eq!(after(SkillEdit::Remove, has), (None, false));
    assert_eq!(after(SkillEdit::Remove, &[]), (None, false));
    let replace = |skills| BulkEdit { skills: Some(SkillsEdit::All(levels(skills))), ..BulkEdit::default() };
    for all in [&[("French", Some(5))][..], &[("German", None)]] {
        assert_eq!(french(&apply(&replace(all), &user(has)).unwrap()), None);
    }
}

#[test]
fn rule_36_an_undo_brings_temporary_skills_back_and_leaves_those_that_it_is_not_about() {
    let before = for_a_time(&[("French", Some(80))], of(Some(9), 0, 60), true);
    let after = apply(&of_skills(&[("French", SkillEdit::Assign(Some(Level(5))))]), &before).unwrap();
    let done = parts(&before, &after);
    assert_eq!(done.len(), 2);
    let back = undo(&done, &after, IfChanged::Keep);
    let restored = apply(&back.edit, &after).unwrap();
    assert_eq!(parts(&before, &restored), [], "{back:?}");
    assert_eq!(back.changed_since, []);

    let assigned = apply(&of_temporary(requested(Some(7), Some(0), 90, 10)), &with_skills(&[])).unwrap();
    let done = parts(&with_skills(&[]), &assigned);
    let ended = apply(&undo(&done, &assigned, IfChanged::Keep).edit, &assigned).unwrap();
    assert_eq!(french(&ended), None);
    let extended = for_a_time(&[], of(Some(7), 0, 120), true);
    let kept = undo(&done, &extended, IfChanged::Keep);
    let since = Part::TemporarySkill {
        skill: skill("French"),
        before: Some(of(Some(7), 0, 90)),
        after: Some(of(Some(7), 0, 120)),
    };
    assert_eq!((kept.edit.is_empty(), kept.changed_since), (true, vec![since]));
    let reverted = apply(&undo(&done, &extended, IfChanged::Revert).edit, &extended).unwrap();
    assert_eq!(french(&reverted), None);
    assert!(undo(&done, &with_skills(&[]), IfChanged::Keep).edit.is_empty(), "it has ended by itself");

    let raised = with_skills(&[("French", Some(50))]);
    let done = parts(&with_skills(&[("French", Some(5))]), &raised);
    let since = for_a_time(&[("French", Some(50))], of(Some(9), 0, 60), true);
    let back = apply(&undo(&done, &since, IfChanged::Keep).edit, &since).unwrap();
    assert_eq!(back.managed.assigned_skills, levels(&[("French", Some(5))]));
    assert_eq!(french(&back), Some((of(Some(9), 0, 60), true)), "which came later, and stays");
}

#[test]
fn rule_36_a_record_of_temporary_skills_can_be_undone_unless_the_schedule_has_written_it() {
    let before = for_a_time(&[], of(Some(9), 10, 60), false);
    let started = for_a_time(&[], of(Some(9), 10, 60), true);
    let after = with_skills(&[]);
    let part = Part::TemporarySkill { skill: skill("French"), before: Some(of(Some(9), 10, 60)), after: None };
    let of_record = |action, after: &User| Part::of_record(&record(action, Some(&before), after));
    assert_eq!(of_record(Action::Edited, &after), Ok(vec![part]));
    assert_eq!(of_record(Action::TemporarySkillsEnded, &after), Err(BulkRefusal::NothingToUndo.into()));
    assert_eq!(of_record(Action::TemporarySkillsStarted, &started), Err(BulkRefusal::NothingToUndo.into()));
}

#[test]
fn a_part_of_a_temporary_skill_is_that_of_one_skill() {
    let part = |name| Part::TemporarySkill { skill: skill(name), before: None, after: Some(of(None, 0, 60)) };
    assert!(part("French").is_of_same(&part("French")) && !part("French").is_of_same(&part("German")));
    assert!(!part("French").is_of_same(&Part::Skill { skill: skill("French"), before: None, after: None }));
    let stored = json!({"part": "temporary_skill", "skill": "French", "before": null,
        "after": {"level": null, "from": "1970-01-01T00:00:00.000Z", "until": "1970-01-01T01:00:00.000Z"}});
    assert_eq!(serde_json::to_value(part("French")).unwrap(), stored);
    let edit = of_temporary(requested(Some(5), None, 60, 10));
    assert_eq!(serde_json::from_value::<BulkEdit>(serde_json::to_value(&edit).unwrap()).unwrap(), edit);
}
