//! Effective skills: what routing sees of a user, and where each skill comes from (rules 15 to 20).

use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};

use crate::{Level, SkillName, Team, TeamId, TemporarySkill, Time, User};

/// Where a skill or a level comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "source", rename_all = "snake_case")]
pub enum Origin {
    /// Given to the user directly.
    Assigned,
    /// Granted by a team.
    Team {
        team_id: TeamId,
        /// The team's name.
        team: String,
    },
}

/// A source of a skill that is overridden by another one, with its level (rule 20).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overridden {
    #[serde(flatten)]
    pub origin: Origin,
    pub level: Option<Level>,
    /// Of a temporary skill, when it ends (rule 36).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// One skill that routing sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EffectiveSkill {
    pub skill: SkillName,
    pub level: Option<Level>,
    #[serde(flatten)]
    pub origin: Origin,
    /// Of a temporary skill, when it ends (rule 36).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    pub overrides: Vec<Overridden>,
    /// Disabled on Flex's own pages: shown, but not routed (rule 24).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// The effective skills, in order of name. `teams` holds at least the user's teams; others are ignored. Users who receive
/// no tasks have no effective skills (rules 11 and 12).
#[must_use]
pub fn effective_skills<'a>(user: &User, teams: impl IntoIterator<Item = &'a Team>) -> Vec<EffectiveSkill> {
    if user.receives_tasks() { held_skills(user, teams) } else { Vec::new() }
}

/// The skills that the user holds, whether or not tasks are routed to them now; the filter goes by these (rule 9).
#[must_use]
pub fn held_skills<'a>(user: &User, teams: impl IntoIterator<Item = &'a Team>) -> Vec<EffectiveSkill> {
    let mut sources = BTreeMap::<SkillName, Vec<Overridden>>::new();
    for (skill, level) in user.managed.assigned_now() {
        let until = running(user, &skill).map(|running| running.until);
        sources.entry(skill).or_default().push(Overridden { origin: Origin::Assigned, level, until });
    }
    for team in teams.into_iter().filter(|team| user.managed.teams.contains(&team.team_id) && team.grants_skills()) {
        for (skill, &level) in &team.skills {
            let origin = Origin::Team { team_id: team.team_id, team: team.name.to_string() };
            sources.entry(skill.clone()).or_default().push(Overridden { origin, level, until: None });
        }
    }
    let disabled = |skill: &SkillName| user.taskrouter.disabled_skills.contains(skill);
    let effective = sources.into_iter().map(|(skill, of)| {
        let underneath = underneath(user, &skill);
        let mut effective = decide(disabled(&skill), skill, of);
        effective.overrides.splice(0..0, underneath);
        effective
    });
    effective.collect()
}

/// The temporary skill that has started.
fn running<'a>(user: &'a User, skill: &SkillName) -> Option<&'a TemporarySkill> {
    user.managed.temporary_skills.get(skill).filter(|temporary| temporary.active)
}

/// The assignment that a temporary skill takes the place of, whatever its level (rule 36).
fn underneath(user: &User, skill: &SkillName) -> Option<Overridden> {
    let level = *user.managed.assigned_skills.get(skill)?;
    running(user, skill).map(|_| Overridden { origin: Origin::Assigned, level, until: None })
}

/// The first in this order wins: an assigned level, the highest inherited level, an assigned skill without a level, an
/// inherited skill without one.
fn decide(disabled: bool, skill: SkillName, mut sources: Vec<Overridden>) -> EffectiveSkill {
    sources.sort_by_key(|source| {
        let assigned = source.origin == Origin::Assigned;
        (Reverse(source.level.is_some()), Reverse(assigned), Reverse(source.level), source.origin.clone())
    });
    let mut sources = sources.into_iter();
    let won = sources.next().expect("a skill is here because something gives it");
    EffectiveSkill {
        skill,
        level: won.level,
        origin: won.origin,
        until: won.until,
        overrides: sources.collect(),
        disabled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, Status, TeamName, skill::Skills, test_support};

    fn skills(of: &[(&str, Option<i64>)]) -> Skills {
        of.iter().map(|(name, level)| (SkillName::new(name).unwrap(), level.map(Level))).collect()
    }

    fn team(number: u128, of: &[(&str, Option<i64>)]) -> Team {
        let team_id = TeamId::new(uuid::Uuid::from_u128(number));
        Team {
            skills: skills(of),
            ..Team::new(team_id, TeamName::parse(&format!("team {number}")).unwrap(), jiff::Timestamp::UNIX_EPOCH)
        }
    }

    /// An agent in all of these teams.
    fn agent(assigned: &[(&str, Option<i64>)], teams: &[Team]) -> User {
        let teams = teams.iter().map(|team| team.team_id).collect();
        test_support::agent("ada").with(|user| {
            user.managed.teams = teams;
            user.managed.assigned_skills = skills(assigned);
        })
    }

    fn english(user: &User, teams: &[Team]) -> EffectiveSkill {
        effective_skills(user, teams).into_iter().find(|effective| effective.skill.as_str() == "English").unwrap()
    }

    #[test]
    fn rule_15_an_assigned_level_overrides_the_inherited_one_also_when_it_is_lower() {
        let teams = [team(1, &[("English", Some(90))]), team(2, &[("English", Some(40))])];
        for level in [10, 60, 100] {
            let effective = english(&agent(&[("English", Some(level))], &teams), &teams);
            assert_eq!((effective.level, &effective.origin), (Some(Level(level)), &Origin::Assigned));
            assert_eq!(effective.overrides.iter().map(|o| o.level.unwrap().0).collect::<Vec<_>>(), [90, 40]);
        }
        assert_eq!(english(&agent(&[], &teams), &teams).level, Some(Level(90)), "other members keep the team's level");
    }

    #[test]
    fn rule_16_an_assigned_skill_without_a_level_keeps_the_inherited_level_or_has_none() {
        let teams = [team(1, &[("English", Some(90))])];
        let effective = english(&agent(&[("English", None)], &teams), &teams);
        assert_eq!(effective.level, Some(Level(90)));
        assert_eq!(effective.overrides, [Overridden { origin: Origin::Assigned, level: None, until: None }]);

        let alone = english(&agent(&[("English", None)], &[]), &[]);
        assert_eq!((alone.level, alone.origin), (None, Origin::Assigned));
    }

    #[test]
    fn rule_17_of_two_teams_the_higher_level_counts_and_any_level_beats_none() {
        let teams =
            [team(1, &[("English", None)]), team(2, &[("English", Some(1))]), team(3, &[("English", Some(70))])];
        let effective = english(&agent(&[], &teams), &teams);
        assert_eq!(effective.level, Some(Level(70)));
        assert_eq!(effective.overrides.iter().map(|o| o.level).collect::<Vec<_>>(), [Some(Level(1)), None]);
    }

    #[test]
    fn rule_18_removing_the_assigned_skill_leaves_the_inherited_one() {
        let teams = [team(1, &[("English", Some(90))])];
        let mut user = agent(&[("English", Some(5))], &teams);
        user.managed.assigned_skills.clear();
        assert_eq!(english(&user, &teams).origin, Origin::Team { team_id: teams[0].team_id, team: "team 1".into() });
    }

    #[test]
    fn rule_20_every_effective_skill_says_where_it_comes_from_and_what_lost() {
        let teams = [team(1, &[("English", Some(90))])];
        let said = serde_json::to_value(english(&agent(&[("English", Some(100))], &teams), &teams)).unwrap();
        let team_id = teams[0].team_id.to_string();
        let lost = serde_json::json!([{"source": "team", "team_id": team_id, "team": "team 1", "level": 90}]);
        assert_eq!(
            said,
            serde_json::json!({"skill": "English", "level": 100, "source": "assigned", "overrides": lost})
        );
    }

    #[test]
    fn rule_21_an_archived_team_gives_no_skills() {
        let archived = Team { archived: true, ..team(1, &[("English", Some(90))]) };
        assert_eq!(effective_skills(&agent(&[], std::slice::from_ref(&archived)), [&archived]), []);
    }

    #[test]
    fn a_team_that_somebody_is_not_in_gives_them_nothing() {
        let teams = [team(1, &[("English", Some(90))])];
        assert_eq!(effective_skills(&agent(&[], &[]), &teams), []);
    }

    #[test]
    fn rules_11_and_12_who_receives_no_tasks_has_no_effective_skills() {
        let user = agent(&[("English", Some(5))], &[]);
        let supervisor = user.with(|user| user.managed.role = Role::Supervisor);
        assert_eq!(effective_skills(&supervisor, []), []);
        assert_eq!(effective_skills(&supervisor.with(|user| user.managed.act_as_agent = true), []).len(), 1);
        assert_eq!(effective_skills(&user.with(|user| user.managed.status = Status::Deactivated), []), []);
    }

    #[test]
    fn rule_24_a_skill_that_flexs_own_pages_switched_off_is_shown_as_disabled() {
        let mut user = agent(&[("English", Some(5))], &[]);
        user.taskrouter.disabled_skills.insert(SkillName::new("English").unwrap());
        assert!(english(&user, &[]).disabled);
    }
}
