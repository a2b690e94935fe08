use super::*;
use crate::{
    Origin, Provenance, Role, Status, Team, TeamId,
    edit::{assign_skill, remove_skill},
    effective::{EffectiveSkill, Overridden, effective_skills},
    team::Teams,
    test_support::{agent, stored, user_with_role},
};
use serde_json::json;

/// The time at this minute of a day.
fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + (1_000_000 + minute).minutes()
}

fn named(name: &str) -> SkillName {
    SkillName::new(name).unwrap()
}

fn english() -> Skill {
    Skill::imported(named("English"))
}

fn admin() -> Caller {
    Caller::new(user_with_role("olga", Role::SystemAdmin).user_id, Role::SystemAdmin)
}

fn period(from: Option<i64>, until: i64) -> Period {
    Period { from: from.map(|minute| at(minute).into()), until: at(until).into() }
}

/// English with this level for this period, assigned at this minute.
fn temporarily(user: &User, level: Option<i64>, period: Period, now: i64) -> Result<User, Refusal> {
    assign_temporarily(user, &admin(), &english(), level.map(Level), None, (period, at(now)))
}

fn of(level: Option<i64>, from: i64, until: i64, active: bool) -> TemporarySkill {
    TemporarySkill { level: level.map(Level), from: at(from).into(), until: at(until).into(), active }
}

fn with(user: &User, skills: &[(&str, TemporarySkill)]) -> User {
    let skills = skills.iter().map(|(name, temporary)| (named(name), *temporary)).collect();
    user.with(|user| user.managed.temporary_skills = skills)
}

/// An agent to whom English is assigned with this level.
fn assigned(level: Option<i64>) -> User {
    agent("ada").with(|user| user.managed.assigned_skills = [(named("English"), level.map(Level))].into())
}

/// A team that grants English with this level, and the user as its member.
fn in_team(user: &User, level: Option<i64>) -> (User, Teams) {
    let team_id = TeamId::new(uuid::Uuid::from_u128(1));
    let skills = [(named("English"), level.map(Level))].into();
    let team = Team { skills, ..Team::new(team_id, stored("Sales"), Timestamp::UNIX_EPOCH) };
    (user.with(|user| user.managed.teams = [team_id].into()), [(team_id, team)].into())
}

fn effective(user: &User, teams: &Teams) -> Option<EffectiveSkill> {
    effective_skills(user, teams.values()).into_iter().next()
}

fn code(result: Result<User, Refusal>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn rule_36_a_period_is_from_and_until_or_neither() {
    let (from, until) = ("2026-11-27T08:00:00+01:00", "2026-11-27T08:30:00.5Z");
    let parsed = Period::parse(Some(from), Some(until)).unwrap().unwrap();
    assert_eq!(parsed.from.unwrap().to_string(), "2026-11-27T07:00:00.000Z");
    assert_eq!(parsed.until.to_string(), "2026-11-27T08:30:00.500Z");
    assert_eq!(Period::parse(None, Some(until)).unwrap().unwrap(), Period { from: None, ..parsed });
    assert_eq!(Period::parse(None, None), Ok(None));
    assert_eq!(Period::parse(Some(from), None), Err(TemporaryRefusal::FromWithoutUntil.into()));
    for (from, until) in [(Some("eight"), Some(until)), (Some("eight"), None), (None, Some("2026-11-27T08:00"))] {
        assert_eq!(Period::parse(from, until).unwrap_err().code(), "invalid-time", "{from:?} {until:?}");
    }
}

#[test]
fn rule_36_until_is_later_than_from_and_than_now_and_within_366_days() {
    let checked = |from, until| period(from, until).check(at(10)).err().map(|refusal| refusal.to_string());
    let days = 366 * 24 * 60;
    for (from, until) in [(None, 11), (Some(0), 11), (Some(20), 21), (None, 10 + days)] {
        assert_eq!(checked(from, until), None, "{from:?} {until}");
    }
    for (from, until, why) in [
        (Some(20), 20, "is not later than from"),
        (Some(20), 19, "is not later than from"),
        (None, 10, "is past"),
        (Some(0), 9, "is past"),
        (None, 11 + days, "is too far ahead"),
    ] {
        let said = checked(from, until).unwrap();
        assert!(said.contains(why), "{from:?} {until}: {said}");
    }
}

#[test]
fn rule_36_a_temporary_skill_starts_at_once_unless_from_is_later() {
    let ada = agent("ada");
    let started = |from| temporarily(&ada, Some(50), period(from, 60), 10).unwrap().managed.temporary_skills;
    assert_eq!(started(None), [(named("English"), of(Some(50), 10, 60, true))].into());
    assert_eq!(started(Some(5)), [(named("English"), of(Some(50), 5, 60, true))].into());
    assert_eq!(started(Some(10)), [(named("English"), of(Some(50), 10, 60, true))].into());
    assert_eq!(started(Some(11)), [(named("English"), of(Some(50), 11, 60, false))].into());
}

#[test]
fn rule_36_a_skill_that_is_extended_keeps_the_time_when_it_started_or_will_unless_another_one_is_stated() {
    let running = with(&agent("ada"), &[("English", of(Some(50), 0, 20, true))]);
    let after = |user: &User, from| temporarily(user, Some(50), period(from, 60), 10).unwrap();
    let skill = |user: User| user.managed.temporary_skills[&named("English")];
    assert_eq!(skill(after(&running, None)), of(Some(50), 0, 60, true));
    assert_eq!(skill(after(&running, Some(3))), of(Some(50), 3, 60, true));
    assert_eq!(skill(after(&running, Some(30))), of(Some(50), 30, 60, false), "it stops, and starts again");
    let scheduled = with(&agent("ada"), &[("English", of(Some(50), 15, 20, false))]);
    assert_eq!(skill(after(&scheduled, None)), of(Some(50), 15, 60, false));
    assert_eq!(skill(after(&scheduled, Some(10))), of(Some(50), 10, 60, true), "from now on");
    assert_eq!(code(temporarily(&scheduled, Some(50), period(None, 15), 10)), "invalid-period");
    let again = after(&running, None);
    assert_eq!(after(&again, None), again);
}

#[test]
fn rule_36_a_temporary_skill_is_checked_as_an_assigned_one_is() {
    let ada = agent("ada");
    assert_eq!(code(temporarily(&ada, Some(500), period(None, 60), 10)), "level-out-of-range");
    assert_eq!(code(temporarily(&ada, Some(50), period(None, 5), 10)), "invalid-period");
    let elsewhere = assign_temporarily(&ada, &admin(), &english(), None, Some("Topics"), (period(None, 60), at(10)));
    assert_eq!(code(elsewhere), "wrong-skill-set");
    let deleted = ada.with(|user| user.managed.status = Status::Deleted);
    assert_eq!(code(temporarily(&deleted, Some(50), period(None, 60), 10)), "deleted-user");
    let by = Caller::new(ada.user_id, Role::Agent);
    let by_agent = assign_temporarily(&ada, &by, &english(), None, None, (period(None, 60), at(10)));
    assert_eq!(code(by_agent), "agents-may-not");
    assert_eq!(
        code(end_temporary_skill(&with(&ada, &[("English", of(None, 0, 9, true))]), &by, &named("English"))),
        "agents-may-not"
    );
}

#[test]
fn rule_36_a_user_has_at_most_20_temporary_skills_and_each_of_them_can_be_changed() {
    let skills = (0..20).map(|n| (named(&format!("skill_{n}")), of(None, 0, 60, true)));
    let full = agent("ada").with(|user| user.managed.temporary_skills = skills.collect());
    assert_eq!(temporarily(&full, None, period(None, 60), 10), Err(TemporaryRefusal::TooManyTemporarySkills.into()));
    let skill = Skill::imported(named("skill_7"));
    let extended = assign_temporarily(&full, &admin(), &skill, None, None, (period(None, 90), at(10))).unwrap();
    assert_eq!(extended.managed.temporary_skills.len(), 20);
    let room = full.with(|user| drop(user.managed.temporary_skills.pop_first()));
    assert_eq!(temporarily(&room, None, period(None, 60), 10).unwrap().managed.temporary_skills.len(), 20);
}

#[test]
fn rule_24_a_temporary_skill_enables_a_disabled_one_when_it_starts_and_is_a_decision_made_here() {
    let adopted = agent("ada").with(|user| {
        user.managed.provenance = Provenance::Pending;
        user.taskrouter.disabled_skills = [named("English"), named("French")].into();
    });
    let started = temporarily(&adopted, None, period(None, 60), 10).unwrap();
    assert_eq!(started.taskrouter.disabled_skills, [named("French")].into());
    assert_eq!(started.managed.provenance, Provenance::Managed);
    let scheduled = temporarily(&adopted, None, period(Some(20), 60), 10).unwrap();
    assert_eq!(scheduled.taskrouter.disabled_skills, adopted.taskrouter.disabled_skills);
    let (turned, _) = turn(&scheduled, at(20)).unwrap();
    assert_eq!(turned.taskrouter.disabled_skills, [named("French")].into());
}

#[test]
fn rule_15_a_temporary_level_overrides_the_assigned_one_and_that_of_every_team() {
    let (user, teams) = in_team(&assigned(Some(40)), Some(90));
    for level in [10, 60, 100] {
        let user = with(&user, &[("English", of(Some(level), 0, 60, true))]);
        let effective = effective(&user, &teams).unwrap();
        assert_eq!((effective.level, effective.origin), (Some(Level(level)), Origin::Assigned));
        assert_eq!(effective.until, Some(at(60).into()));
        assert_eq!(
            effective.overrides.iter().map(|lost| lost.level).collect::<Vec<_>>(),
            [40, 90].map(|level| Some(Level(level)))
        );
    }
}

#[test]
fn rule_16_a_temporary_skill_without_a_level_has_the_inherited_one_or_none_whatever_is_assigned() {
    let temporary = [("English", of(None, 0, 60, true))];
    let (user, teams) = in_team(&with(&assigned(Some(40)), &temporary), Some(90));
    let inherited = effective(&user, &teams).unwrap();
    assert_eq!((inherited.level, inherited.until), (Some(Level(90)), None), "the team's level is not temporary");
    let lost = |level: Option<i64>, until: Option<i64>| Overridden {
        origin: Origin::Assigned,
        level: level.map(Level),
        until: until.map(|minute| at(minute).into()),
    };
    assert_eq!(inherited.overrides, [lost(Some(40), None), lost(None, Some(60))]);
    let alone = effective(&with(&assigned(Some(40)), &temporary), &Teams::new()).unwrap();
    assert_eq!((alone.level, alone.until, alone.overrides), (None, Some(at(60).into()), vec![lost(Some(40), None)]));
}

#[test]
fn rule_36_one_that_has_not_started_is_in_effect_nowhere() {
    let (user, teams) = in_team(&assigned(Some(40)), Some(90));
    let scheduled = with(&user, &[("English", of(Some(10), 20, 60, false)), ("French", of(Some(10), 20, 60, false))]);
    assert_eq!(effective_skills(&scheduled, teams.values()), effective_skills(&user, teams.values()));
    assert_eq!(scheduled.managed.assigned_now(), user.managed.assigned_skills);
    assert!(!scheduled.routing_differs(&user));
    let started = with(&user, &[("English", of(Some(10), 20, 60, true))]);
    assert!(started.routing_differs(&user));
    let extended = with(&user, &[("English", of(Some(10), 20, 90, true))]);
    assert!(!extended.routing_differs(&started), "when it ends is nothing to TaskRouter");
}

#[test]
fn rule_20_a_temporary_skill_is_shown_with_its_end() {
    let user = with(&agent("ada"), &[("English", of(Some(10), 0, 60, true))]);
    let shown = serde_json::to_value(effective(&user, &Teams::new())).unwrap();
    let until = Time::from(at(60));
    assert_eq!(shown, json!({"skill": "English", "level": 10, "source": "assigned", "until": until, "overrides": []}));
}

#[test]
fn rule_36_what_is_said_last_counts() {
    let running =
        with(&assigned(Some(40)), &[("English", of(Some(10), 0, 60, true)), ("French", of(None, 0, 9, true))]);
    let others = with(&running, &[("French", of(None, 0, 9, true))]).managed.temporary_skills;
    let permanent = assign_skill(&running, &admin(), &english(), Some(Level(70)), None).unwrap();
    assert_eq!(permanent.managed.temporary_skills, others);
    assert_eq!(permanent.managed.assigned_skills, [(named("English"), Some(Level(70)))].into());
    let removed = remove_skill(&running, &admin(), &named("English")).unwrap();
    assert_eq!((removed.managed.temporary_skills, removed.managed.assigned_skills), (others.clone(), [].into()));
    let ended = end_temporary_skill(&running, &admin(), &named("English")).unwrap();
    assert_eq!(ended.managed.temporary_skills, others);
    assert_eq!(ended.managed.assigned_skills, running.managed.assigned_skills, "what was before is in effect again");
}

#[test]
fn rule_36_only_a_temporary_skill_that_there_is_can_be_ended() {
    let ended = |user: &User| end_temporary_skill(user, &admin(), &named("English"));
    assert_eq!(ended(&assigned(None)), Err(TemporaryRefusal::NoTemporarySkill("English".into()).into()));
    assert!(ended(&with(&agent("ada"), &[("English", of(None, 20, 60, false))])).is_ok(), "it is cancelled");
    let deleted = assigned(None).with(|user| user.managed.status = Status::Deleted);
    assert_eq!(ended(&deleted), Err(Refusal::DeletedUser));
}

#[test]
fn rule_36_nothing_turns_before_its_time_and_everything_at_it() {
    let user = with(
        &assigned(Some(40)),
        &[
            ("English", of(Some(1), 0, 60, true)),
            ("French", of(Some(2), 30, 60, false)),
            ("German", of(Some(3), 30, 90, false)),
        ],
    );
    assert_eq!(turn(&user, at(29)), None);
    let (started, action) = turn(&user, at(30)).unwrap();
    assert_eq!(action, Action::TemporarySkillsStarted);
    let active = |user: &User| user.managed.temporary_skills.values().map(|one| one.active).collect::<Vec<_>>();
    assert_eq!(active(&started), [true, true, true]);
    assert_eq!(turn(&started, at(59)), None);
    let (ended, action) = turn(&started, at(60)).unwrap();
    assert_eq!(action, Action::TemporarySkillsEnded);
    assert_eq!(ended.managed.temporary_skills, [(named("German"), of(Some(3), 30, 90, true))].into());
    assert_eq!(ended.managed.assigned_skills, user.managed.assigned_skills);
    assert_eq!(turn(&ended, at(60)), None);
}

#[test]
fn rule_36_after_an_outage_what_has_passed_ends_without_having_started_and_then_the_rest_starts() {
    let user = with(&agent("ada"), &[("English", of(Some(1), 10, 20, false)), ("French", of(Some(2), 10, 60, false))]);
    let (ended, action) = turn(&user, at(30)).unwrap();
    assert_eq!(action, Action::TemporarySkillsEnded);
    assert_eq!(ended.managed.temporary_skills, [(named("French"), of(Some(2), 10, 60, false))].into());
    assert!(!ended.routing_differs(&user), "it was in effect at no time");
    let (started, action) = turn(&ended, at(30)).unwrap();
    assert_eq!(action, Action::TemporarySkillsStarted);
    assert_eq!(started.managed.temporary_skills, [(named("French"), of(Some(2), 10, 60, true))].into());
    assert_eq!(turn(&started, at(30)), None);
}

#[test]
fn rule_36_the_next_turn_is_the_first_start_or_end() {
    let next = |skills: &[(&str, TemporarySkill)]| with(&agent("ada"), skills).managed.next_turn();
    assert_eq!(next(&[]), None);
    assert_eq!(next(&[("English", of(None, 10, 20, false))]), Some(at(10).into()));
    assert_eq!(next(&[("English", of(None, 10, 20, true))]), Some(at(20).into()));
    let both = [("English", of(None, 10, 20, true)), ("French", of(None, 15, 30, false))];
    assert_eq!(next(&both), Some(at(15).into()));
}

#[test]
fn rule_21_a_temporary_skill_is_in_use_also_before_it_starts() {
    let user =
        with(&assigned(Some(40)), &[("English", of(Some(1), 0, 60, true)), ("French", of(Some(2), 30, 60, false))]);
    assert_eq!(user.managed.skills_in_use(), [(named("English"), Some(Level(40))), (named("French"), None)].into());
}

#[test]
fn rule_36_a_user_is_looked_at_as_if_all_had_started_or_ended() {
    let user =
        with(&assigned(Some(40)), &[("English", of(Some(1), 0, 60, true)), ("French", of(Some(2), 30, 60, false))]);
    let (started, ended) = (user.as_if_all_started().managed, user.as_if_all_ended().managed);
    assert_eq!(started.assigned_skills, [(named("English"), Some(Level(1))), (named("French"), Some(Level(2)))].into());
    assert_eq!(ended.assigned_skills, user.managed.assigned_skills);
    assert!(started.temporary_skills.is_empty() && ended.temporary_skills.is_empty());
}

#[test]
fn rule_31_the_history_shows_temporary_skills_before_and_after() {
    let ada = agent("ada");
    let after = with(&ada, &[("English", of(Some(1), 0, 60, true))]);
    let skill = json!({"level": 1, "from": Time::from(at(0)), "until": Time::from(at(60)), "active": true});
    let changes = User::changes(Some(&ada), &after);
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].field.as_str(), &changes[0].after), ("temporary_skills", &json!({"English": skill})));
    assert_eq!(changes[0].before, json!({}));
}

#[test]
fn a_user_without_temporary_skills_is_written_as_before_there_were_any() {
    let ada = agent("ada");
    let item = serde_json::to_value(&ada).unwrap();
    assert_eq!(item.get("temporary_skills"), None);
    assert_eq!(serde_json::from_value::<User>(item).unwrap(), ada);
    let with_some = with(&ada, &[("English", of(None, 0, 60, true))]);
    assert_eq!(serde_json::from_value::<User>(serde_json::to_value(&with_some).unwrap()).unwrap(), with_some);
}
