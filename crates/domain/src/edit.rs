//! Editing a user: role, teams and Act as Agent; assigning and removing skills (rules 10, 11, 15 to 19).

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Level, Provenance, Refusal, Role, Skill, SkillName, Status, Team, TeamId, User,
    permissions::{Caller, Operation, authorize},
    policy::RoleAuthority,
};

/// The most teams that one user may be in (rule 10).
pub const MAX_TEAMS: usize = 25;

/// One edit. A field that is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    pub role: Option<Role>,
    /// All of the user's teams after the edit.
    pub teams: Option<BTreeSet<TeamId>>,
    pub act_as_agent: Option<bool>,
    /// All teams that the user leads after the edit. Those that they are in no more they lead no more, if none.
    pub leads: Option<BTreeSet<TeamId>>,
}

impl Edit {
    /// The user after the whole edit, or a refusal (rule 10). `teams` are those teams of the edit that exist.
    pub fn apply<'a>(
        &self,
        user: &User,
        by: &Caller,
        teams: impl IntoIterator<Item = &'a Team>,
        roles: RoleAuthority,
    ) -> Result<User, Refusal> {
        authorize(by, Operation::EditUser(user))?;
        refuse_deleted(user)?;
        let mut after = user.clone();
        if let Some(role) = self.role.filter(|role| *role != user.managed.role) {
            authorize(by, Operation::ChangeRole(user, role))?;
            if roles == RoleAuthority::IdentityProvider {
                return Err(Refusal::RoleFollowsIdentityProvider(user.managed.role));
            }
            decide_role(&mut after, role);
        }
        if let Some(wanted) = &self.teams {
            authorize(by, Operation::ChangeTeams(user, wanted))?;
            check_teams(&user.managed.teams, wanted, teams)?;
            after.managed.teams.clone_from(wanted);
        }
        after.managed.act_as_agent = self.act_as_agent(user, after.managed.role)?;
        self.decide_leads(&mut after)?;
        if after.managed.leads != user.managed.leads {
            authorize(by, Operation::ChangeLeads(user))?;
        }
        Ok(mark_managed(user, after))
    }

    /// Rule 2: members who are not agents lead teams.
    fn decide_leads(&self, user: &mut User) -> Result<(), Refusal> {
        let managed = &mut user.managed;
        let Some(wanted) = &self.leads else {
            managed.end_leads();
            return Ok(());
        };
        if managed.role == Role::Agent && !wanted.is_empty() {
            return Err(Refusal::LeadsOfAgent);
        }
        if let Some(team) = wanted.difference(&managed.teams).next() {
            return Err(Refusal::LeadsWithoutMembership(team.into()));
        }
        managed.leads.clone_from(wanted);
        Ok(())
    }

    /// Rule 11: a user who stops being an agent still receives tasks unless the edit says otherwise.
    fn act_as_agent(&self, user: &User, role: Role) -> Result<bool, Refusal> {
        match (role, self.act_as_agent) {
            (Role::Agent, Some(true)) => Err(Refusal::ActAsAgentOfAgent),
            (Role::Agent, _) => Ok(false),
            (_, Some(wanted)) => Ok(wanted),
            (_, None) => Ok(user.managed.act_as_agent || user.managed.role == Role::Agent),
        }
    }
}

fn decide_role(user: &mut User, role: Role) {
    let managed = &mut user.managed;
    managed.role = role;
    managed.role_granted = true;
}

/// Whether a user who is in the teams `before` may be in the teams `wanted` (rules 10 and 21). `existing` are those of
/// the wanted teams that exist.
pub(crate) fn check_teams<'a>(
    before: &BTreeSet<TeamId>,
    wanted: &BTreeSet<TeamId>,
    existing: impl IntoIterator<Item = &'a Team>,
) -> Result<(), Refusal> {
    if wanted.len() > MAX_TEAMS {
        return Err(Refusal::TooManyTeams(wanted.len()));
    }
    let existing = existing.into_iter().map(|team| (team.team_id, team)).collect::<BTreeMap<_, _>>();
    for joined in wanted.difference(before) {
        match existing.get(joined) {
            None => return Err(Refusal::UnknownTeam(joined.into())),
            Some(team) if team.archived => return Err(Refusal::ArchivedTeam((&team.name).into())),
            Some(_) => {}
        }
    }
    Ok(())
}

/// The user with this skill assigned, or with another level for it (rules 15, 16 and 19). A skill that Flex's own pages have
/// disabled is enabled by it (rule 24), and a temporary one ends: what is said last counts (rule 36).
pub fn assign_skill(
    user: &User,
    by: &Caller,
    skill: &Skill,
    level: Option<Level>,
    skill_set: Option<&str>,
) -> Result<User, Refusal> {
    may_assign_skills(user, by)?;
    let is_unchanged = user.managed.assigned_skills.get(&skill.name) == Some(&level) && level.is_some();
    skill.check(if is_unchanged { None } else { level }, skill_set)?;
    let after = user.with(|after| {
        after.managed.assigned_skills.insert(skill.name.clone(), level);
        after.managed.temporary_skills.remove(&skill.name);
        after.taskrouter.disabled_skills.remove(&skill.name);
    });
    Ok(mark_managed(user, after))
}

/// The user without this assigned skill, and without a temporary one; an inherited one stays (rules 18 and 36).
pub fn remove_skill(user: &User, by: &Caller, skill: &SkillName) -> Result<User, Refusal> {
    may_assign_skills(user, by)?;
    let after = user.with(|after| {
        after.managed.assigned_skills.remove(skill);
        after.managed.temporary_skills.remove(skill);
    });
    Ok(mark_managed(user, after))
}

/// Whether the caller may assign skills to the user and remove them (rules 2 and 13).
pub(crate) fn may_assign_skills(user: &User, by: &Caller) -> Result<(), Refusal> {
    authorize(by, Operation::AssignSkills(user))?;
    refuse_deleted(user)
}

fn refuse_deleted(user: &User) -> Result<(), Refusal> {
    if user.managed.status == Status::Deleted { Err(Refusal::DeletedUser) } else { Ok(()) }
}

/// From the first decision made here on, logins adopt nothing (rule 24).
pub(crate) fn mark_managed(before: &User, after: User) -> User {
    if after == *before { after } else { after.with(|after| after.managed.provenance = Provenance::Managed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{agent, stored, user_with_role};
    use crate::{policy::SupervisorScope, skill::Skills};

    fn owner() -> Caller {
        Caller::new(user_with_role("olga", Role::AccountOwner).user_id, Role::AccountOwner)
    }

    fn edit(user: &User, edit: &Edit) -> Result<User, Refusal> {
        edit.apply(user, &owner(), &[team(1)], RoleAuthority::Directory)
    }

    fn team_id(number: u128) -> TeamId {
        TeamId::new(uuid::Uuid::from_u128(number))
    }

    fn team(number: u128) -> Team {
        Team::new(team_id(number), stored("Sales"), jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn rule_10_one_edit_changes_role_teams_and_act_as_agent_together() {
        let wanted = Edit {
            role: Some(Role::Supervisor),
            teams: Some([team_id(1)].into()),
            act_as_agent: Some(false),
            leads: None,
        };
        let after = edit(&agent("ada"), &wanted).unwrap();
        assert_eq!(
            (after.managed.role, after.managed.act_as_agent, after.managed.teams),
            (Role::Supervisor, false, [team_id(1)].into())
        );
        assert!(after.managed.role_granted);
    }

    #[test]
    fn rule_10_an_edit_that_is_wrong_in_one_part_changes_nothing() {
        let wanted = Edit { role: Some(Role::Supervisor), teams: Some([team_id(2)].into()), ..Edit::default() };
        assert_eq!(edit(&agent("ada"), &wanted).unwrap_err(), Refusal::UnknownTeam((&team_id(2)).into()));
    }

    fn lead_of_team_1() -> User {
        user_with_role("ada", Role::Supervisor).with(|user| {
            user.managed.teams = [team_id(1)].into();
            user.managed.leads = [team_id(1)].into();
        })
    }

    #[test]
    fn rule_2_an_admin_says_who_leads_a_team_among_its_members_who_are_no_agents() {
        let leads =
            |teams: &[u128]| Edit { leads: Some(teams.iter().copied().map(team_id).collect()), ..Edit::default() };
        let joining = Edit { teams: Some([team_id(1)].into()), ..leads(&[1]) };
        let supervisor = user_with_role("ada", Role::Supervisor);
        assert_eq!(edit(&supervisor, &joining).unwrap().managed, lead_of_team_1().managed);
        assert_eq!(edit(&supervisor, &leads(&[1])), Err(Refusal::LeadsWithoutMembership((&team_id(1)).into())));
        assert_eq!(edit(&agent("ada"), &joining), Err(Refusal::LeadsOfAgent));
        assert_eq!(edit(&agent("ada"), &leads(&[])), Ok(agent("ada")));
        let raised = Edit { role: Some(Role::Supervisor), ..joining };
        assert_eq!(edit(&agent("ada"), &raised).unwrap().managed.leads, [team_id(1)].into());
        assert_eq!(edit(&lead_of_team_1(), &leads(&[])).unwrap().managed.leads, [].into());
    }

    #[test]
    fn rule_2_leaving_a_team_and_becoming_an_agent_end_leading() {
        for end in
            [Edit { teams: Some([].into()), ..Edit::default() }, Edit { role: Some(Role::Agent), ..Edit::default() }]
        {
            assert_eq!(edit(&lead_of_team_1(), &end).unwrap().managed.leads, [].into(), "{end:?}");
        }
        let other = Edit { act_as_agent: Some(true), ..Edit::default() };
        assert_eq!(edit(&lead_of_team_1(), &other).unwrap().managed.leads, [team_id(1)].into());
    }

    #[test]
    fn rule_2_a_supervisor_neither_sets_nor_ends_who_leads_a_team() {
        let supervisor = user_with_role("sam", Role::Supervisor);
        let all = Caller::new(supervisor.user_id, Role::Supervisor);
        let lead = Caller { scope: SupervisorScope::Teams, leads: [team_id(1)].into(), ..all.clone() };
        let code = |by: &Caller, user: &User, edit: Edit| {
            edit.apply(user, by, &[team(1)], RoleAuthority::Directory).err().map(|refusal| refusal.code())
        };
        let leave = Edit { teams: Some([].into()), ..Edit::default() };
        let end = Edit { leads: Some([].into()), ..Edit::default() };
        let same = Edit { leads: Some([team_id(1)].into()), ..Edit::default() };
        let member = lead_of_team_1().with(|user| user.managed.leads.clear());
        for by in [&all, &lead] {
            assert_eq!(code(by, &lead_of_team_1(), end.clone()), Some("supervisors-may-not"));
            assert_eq!(code(by, &lead_of_team_1(), leave.clone()), Some("supervisors-may-not"));
            assert_eq!(code(by, &lead_of_team_1(), same.clone()), None);
            assert_eq!(code(by, &member, same.clone()), Some("supervisors-may-not"));
            assert_eq!(code(by, &member, leave.clone()), None);
        }
    }

    #[test]
    fn rule_2_where_supervisors_change_their_own_teams_each_part_of_an_edit_is_decided_by_them() {
        let user_id = user_with_role("sam", Role::Supervisor).user_id;
        let lead = Caller {
            scope: SupervisorScope::Teams,
            leads: [team_id(1)].into(),
            ..Caller::new(user_id, Role::Supervisor)
        };
        let member = agent("ada").with(|user| user.managed.teams = [team_id(1)].into());
        let to = |teams: &[u128]| Edit { teams: Some(teams.iter().copied().map(team_id).collect()), ..Edit::default() };
        let code = |user: &User, edit: &Edit| {
            edit.apply(user, &lead, &[team(1), team(2)], RoleAuthority::Directory).err().map(|refusal| refusal.code())
        };
        assert_eq!(code(&member, &to(&[])), None);
        assert_eq!(code(&member, &to(&[1, 2])), Some("team-not-led"));
        assert_eq!(
            code(&agent("ada"), &to(&[1])),
            Some("outside-led-teams"),
            "who is in none of them is added by admins"
        );
        let english = Skill::imported(SkillName::new("English").unwrap());
        let assigned =
            |user: &User| assign_skill(user, &lead, &english, None, None).err().map(|refusal| refusal.code());
        let removed = |user: &User| remove_skill(user, &lead, &english.name).err().map(|refusal| refusal.code());
        assert_eq!((assigned(&member), removed(&member)), (None, None));
        let outside = Some("outside-led-teams");
        assert_eq!((assigned(&agent("ada")), removed(&agent("ada"))), (outside, outside));
    }

    #[test]
    fn rule_10_a_user_has_at_most_25_teams() {
        let of = |count| Edit { teams: Some((0..count).map(team_id).collect()), ..Edit::default() };
        let teams = (0..26).map(team).collect::<Vec<_>>();
        let apply = |count| of(count).apply(&agent("ada"), &owner(), &teams, RoleAuthority::Directory);
        assert_eq!(apply(25).unwrap().managed.teams.len(), 25);
        assert_eq!(apply(26), Err(Refusal::TooManyTeams(26)));
    }

    #[test]
    fn rule_11_act_as_agent_is_refused_for_agents_and_may_be_set_for_all_others() {
        let set = Edit { act_as_agent: Some(true), ..Edit::default() };
        assert_eq!(edit(&agent("ada"), &set), Err(Refusal::ActAsAgentOfAgent));
        for role in [Role::Supervisor, Role::SystemAdmin, Role::AccountOwner] {
            assert!(edit(&user_with_role("ada", role), &set).unwrap().receives_tasks());
        }
    }

    #[test]
    fn rule_11_a_change_to_agent_clears_act_as_agent_and_one_from_agent_sets_it() {
        let to = |role| Edit { role: Some(role), ..Edit::default() };
        let acting = user_with_role("ada", Role::Supervisor).with(|user| user.managed.act_as_agent = true);
        assert!(!edit(&acting, &to(Role::Agent)).unwrap().managed.act_as_agent);
        assert!(edit(&agent("ada"), &to(Role::Supervisor)).unwrap().managed.act_as_agent);
        let says_otherwise = Edit { act_as_agent: Some(false), ..to(Role::Supervisor) };
        assert!(!edit(&agent("ada"), &says_otherwise).unwrap().managed.act_as_agent);
        assert!(!edit(&user_with_role("ada", Role::Supervisor), &to(Role::SystemAdmin)).unwrap().managed.act_as_agent);
    }

    #[test]
    fn rule_19_an_adopted_level_out_of_range_stays_until_it_is_edited() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let adopted =
            agent("ada").with(|user| user.managed.assigned_skills = [(english.name.clone(), Some(Level(500)))].into());
        assert!(assign_skill(&adopted, &owner(), &english, Some(Level(500)), None).is_ok());
        assert_eq!(
            assign_skill(&adopted, &owner(), &english, Some(Level(501)), None).unwrap_err().code(),
            "level-out-of-range"
        );
        assert!(assign_skill(&adopted, &owner(), &english, Some(Level(100)), None).is_ok());
    }

    #[test]
    fn rule_21_nobody_joins_an_archived_team() {
        let join = Edit { teams: Some([team_id(1)].into()), ..Edit::default() };
        let archived = Team { archived: true, ..team(1) };
        let refused = join.apply(&agent("ada"), &owner(), [&archived], RoleAuthority::Directory);
        assert_eq!(refused, Err(Refusal::ArchivedTeam("Sales".into())));
    }

    #[test]
    fn rule_24_assigning_a_disabled_skill_enables_it_and_is_a_change_for_taskrouter() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let assigned: Skills = [(english.name.clone(), Some(Level(5)))].into();
        let disabled = agent("ada").with(|user| {
            user.managed.assigned_skills.clone_from(&assigned);
            user.taskrouter.disabled_skills = [english.name.clone(), SkillName::new("French").unwrap()].into();
        });
        let after = assign_skill(&disabled, &owner(), &english, Some(Level(5)), None).unwrap();
        assert_eq!(after.taskrouter.disabled_skills, [SkillName::new("French").unwrap()].into());
        assert_eq!(after.managed.assigned_skills, assigned);
        assert!(after.routing_differs(&disabled));
    }

    #[test]
    fn rule_24_a_role_that_follows_the_identity_provider_is_not_edited_here() {
        let raise = Edit { role: Some(Role::Supervisor), ..Edit::default() };
        let refused = raise.apply(&agent("ada"), &owner(), &[], RoleAuthority::IdentityProvider);
        assert_eq!(refused, Err(Refusal::RoleFollowsIdentityProvider(Role::Agent)));
    }

    #[test]
    fn an_edit_that_changes_nothing_leaves_everything_as_it_was() {
        let adopted = agent("ada").with(|user| user.managed.provenance = Provenance::Pending);
        let same =
            Edit { role: Some(Role::Agent), teams: Some([].into()), act_as_agent: Some(false), leads: Some([].into()) };
        assert_eq!(edit(&adopted, &same).unwrap(), adopted);
        assert_eq!(remove_skill(&adopted, &owner(), &SkillName::new("x").unwrap()).unwrap(), adopted);
    }

    #[test]
    fn a_tombstone_is_not_edited() {
        let deleted = agent("ada").with(|user| user.managed.status = Status::Deleted);
        assert_eq!(edit(&deleted, &Edit::default()), Err(Refusal::DeletedUser));
    }
}
