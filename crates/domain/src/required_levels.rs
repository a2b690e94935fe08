//! Skills that need a level, because Flex's own panel cannot save a worker without it (rule 16).

use std::collections::{BTreeMap, BTreeSet};

use crate::{Refusal, Skill, SkillName, User, effective::held_skills, team::Teams};

/// The skills assigned without a level for which the change matters: they are newly assigned so, or enabled, or the user
/// leaves a team, which may have granted the level.
/// Temporary skills are looked at as if all had started, and as if all had ended (rule 36).
#[must_use]
pub fn at_risk(before: Option<&User>, after: &User) -> BTreeSet<SkillName> {
    let views = views(before, after);
    views.iter().flat_map(|(before, after)| at_risk_in(before.as_ref(), after)).collect()
}

/// Both states of the user as their skills may come to be: when the temporary ones have ended, and, of these alone, when they
/// have started. Ending one early is refused by neither.
fn views(before: Option<&User>, after: &User) -> [(Option<User>, User); 2] {
    let view = |of: fn(&User) -> User| (before.map(of), of(after));
    let (ended, mut started) = (view(User::as_if_all_ended), view(User::as_if_all_started));
    started.1.managed.assigned_skills.retain(|name, _| after.managed.temporary_skills.contains_key(name));
    [ended, started]
}

fn at_risk_in(before: Option<&User>, after: &User) -> BTreeSet<SkillName> {
    let leaves_team = before.is_some_and(|before| !before.managed.teams.is_subset(&after.managed.teams));
    let without_level = after.managed.assigned_skills.iter().filter(|(_, level)| level.is_none());
    let names = without_level.map(|(name, _)| name);
    names.filter(|name| leaves_team || !is_untouched(before, after, name)).cloned().collect()
}

/// Refuses a change after which one of the skills [at risk](at_risk) needs a level and has none, given or inherited. What was
/// so before the change and is not touched by it stays. `teams` holds at least the user's teams of before and after,
/// `skills` those at risk.
pub fn check(
    before: Option<&User>,
    after: &User,
    teams: &Teams,
    skills: &BTreeMap<SkillName, Skill>,
) -> Result<(), Refusal> {
    let views = views(before, after);
    views.iter().try_for_each(|(before, after)| check_in(before.as_ref(), after, teams, skills))
}

fn check_in(
    before: Option<&User>,
    after: &User,
    teams: &Teams,
    skills: &BTreeMap<SkillName, Skill>,
) -> Result<(), Refusal> {
    let stays_without = |name: &SkillName| {
        is_untouched(before, after, name) && before.is_some_and(|before| !has_level(before, teams, name))
    };
    for name in at_risk_in(before, after) {
        let range = skills.get(&name).and_then(Skill::required_levels);
        if let Some(range) = range.filter(|_| !has_level(after, teams, &name) && !stays_without(&name)) {
            return Err(Refusal::LevelRequired { skill: (&name).into(), range });
        }
    }
    Ok(())
}

/// Whether the skill was assigned without a level before, and is not enabled by the change.
fn is_untouched(before: Option<&User>, after: &User, name: &SkillName) -> bool {
    let is_disabled = |user: &User| user.taskrouter.disabled_skills.contains(name);
    before.is_some_and(|before| {
        before.managed.assigned_skills.get(name) == Some(&None) && is_disabled(before) == is_disabled(after)
    })
}

fn has_level(user: &User, teams: &Teams, name: &SkillName) -> bool {
    held_skills(user, teams.values()).iter().any(|held| held.skill == *name && held.level.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Team, TeamId, TemporarySkill, Time, test_support::agent, test_support::stored};

    fn english() -> SkillName {
        SkillName::new("English").unwrap()
    }

    /// The catalog, in which English needs a level.
    fn catalog() -> BTreeMap<SkillName, Skill> {
        [(english(), Skill { level_required: true, ..Skill::imported(english()) })].into()
    }

    /// Team 1 grants English with level 7, team 2 without, team 3 is archived and would grant it with one.
    fn teams() -> Teams {
        let team = |number: u128, level: Option<i64>, archived| {
            let team_id = TeamId::new(uuid::Uuid::from_u128(number));
            let skills = [(english(), level.map(Level))].into();
            let team = Team::new(team_id, stored("Sales"), jiff::Timestamp::UNIX_EPOCH);
            (team_id, Team { skills, archived, ..team })
        };
        [team(1, Some(7), false), team(2, None, false), team(3, Some(7), true)].into()
    }

    /// English is assigned with this level, or not at all.
    fn user(assigned: &[Option<i64>], teams: &[u128]) -> User {
        agent("ada").with(|user| {
            user.managed.assigned_skills = assigned.iter().map(|level| (english(), level.map(Level))).collect();
            user.managed.teams = teams.iter().map(|&number| TeamId::new(uuid::Uuid::from_u128(number))).collect();
        })
    }

    fn is_refused(before: Option<&User>, after: &User) -> bool {
        check(before, after, &teams(), &catalog()).is_err()
    }

    #[test]
    fn rule_16_what_is_newly_assigned_without_a_level_is_at_risk_and_what_has_one_is_not() {
        let with = |level| agent("ada").with(|user| user.managed.assigned_skills = [(english(), level)].into());
        assert_eq!(at_risk(Some(&agent("ada")), &with(None)), [english()].into());
        assert_eq!(at_risk(None, &with(Some(Level(5)))), [].into());
        assert_eq!(at_risk(Some(&with(None)), &with(None)), [].into());
    }

    #[test]
    fn rule_16_a_skill_that_needs_a_level_is_assigned_with_one_or_to_a_user_who_inherits_one() {
        for (assigned, of, refused) in [
            (None, &[] as &[u128], true),
            (Some(5), &[], false),
            (None, &[1], false),
            (None, &[1, 2], false),
            (None, &[2], true),
            (None, &[3], true),
        ] {
            let before = user(&[], of);
            let after = user(&[assigned], of);
            assert_eq!(is_refused(Some(&before), &after), refused, "assigned with {assigned:?} in {of:?}");
            assert_eq!(is_refused(None, &after), refused, "added with {assigned:?} in {of:?}");
        }
    }

    #[test]
    fn rule_16_the_refusal_says_which_levels_there_are() {
        let refusal = check(None, &user(&[None], &[]), &teams(), &catalog()).unwrap_err();
        let text = refusal.to_string();
        assert!(text.contains("\"English\" needs a level, a whole number from 1 to 100"), "{text}");
    }

    #[test]
    fn rule_16_an_assigned_level_is_taken_away_only_where_one_is_inherited() {
        assert!(is_refused(Some(&user(&[Some(5)], &[])), &user(&[None], &[])));
        assert!(!is_refused(Some(&user(&[Some(5)], &[1])), &user(&[None], &[1])));
    }

    #[test]
    fn rule_16_the_team_that_grants_the_only_level_is_not_left_while_the_skill_is_assigned_without_one() {
        assert!(is_refused(Some(&user(&[None], &[1, 2])), &user(&[None], &[2])));
        assert!(!is_refused(Some(&user(&[None], &[1, 2])), &user(&[None], &[1])));
        assert!(!is_refused(Some(&user(&[Some(5)], &[1])), &user(&[Some(5)], &[])));
        assert!(!is_refused(Some(&user(&[], &[1])), &user(&[], &[])), "the skill goes with the team");
    }

    #[test]
    fn rule_16_what_has_no_level_from_before_stays_until_it_is_edited() {
        let adopted = user(&[None], &[2]);
        assert!(!is_refused(Some(&adopted), &adopted));
        assert!(!is_refused(Some(&adopted), &user(&[None], &[])), "another team is left");
        let disabled = adopted.with(|user| user.taskrouter.disabled_skills = [english()].into());
        assert!(is_refused(Some(&disabled), &adopted), "enabling it is an edit");
    }

    #[test]
    fn rule_36_a_skill_that_needs_a_level_has_one_while_a_temporary_one_lasts_and_when_it_has_ended() {
        let with = |user: &User, level: Option<i64>, active| {
            let (from, until) = (Time::default(), jiff::Timestamp::from_second(60).unwrap().into());
            let temporary = TemporarySkill { level: level.map(Level), from, until, active };
            user.with(|user| user.managed.temporary_skills = [(english(), temporary)].into())
        };
        for active in [true, false] {
            let nothing = user(&[], &[]);
            assert!(is_refused(Some(&nothing), &with(&nothing, None, active)));
            assert!(is_refused(None, &with(&nothing, None, active)));
            assert!(!is_refused(Some(&nothing), &with(&nothing, Some(5), active)));
            let assigned = user(&[Some(5)], &[]);
            assert!(is_refused(Some(&assigned), &with(&assigned, None, active)), "the assigned level is not inherited");
            let member = user(&[], &[1]);
            assert!(!is_refused(Some(&member), &with(&member, None, active)));
            assert!(is_refused(Some(&with(&member, None, active)), &with(&nothing, None, active)), "the team is left");
            let granted = with(&user(&[None], &[1]), Some(5), active);
            let left = with(&user(&[None], &[]), Some(5), active);
            assert!(is_refused(Some(&granted), &left), "the level would be missing when it ends");
            let ended = user(&[None], &[]);
            assert!(!is_refused(Some(&with(&ended, Some(5), active)), &ended), "it was so before");
        }
    }

    #[test]
    fn rule_16_other_skills_have_a_level_or_none() {
        let catalog = [(english(), Skill::imported(english()))].into();
        assert_eq!(check(None, &user(&[None], &[]), &teams(), &catalog), Ok(()));
    }
}
