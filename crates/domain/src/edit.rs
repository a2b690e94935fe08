//! What an administrator does to a person: edit, assign a skill, remove one (rules 10, 11, 15 to 19).

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Level, Provenance, Refusal, Role, Skill, SkillName, Status, Team, TeamId, User,
    permissions::{Caller, Operation, authorize},
};

/// The most teams that one person may be in (rule 10).
pub const MAX_TEAMS: usize = 25;

/// One edit: what is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// The new role.
    pub role: Option<Role>,
    /// The new teams, all of them.
    pub teams: Option<BTreeSet<TeamId>>,
    /// Whether the person receives tasks though no agent.
    pub act_as_agent: Option<bool>,
}

/// Who decides about roles in this deployment (rule 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoleAuthority {
    /// The directory.
    #[default]
    Directory,
    /// The identity provider: a role follows the login and cannot be edited.
    IdentityProvider,
}

impl Edit {
    /// The person after this edit: all of it, or a refusal and nothing (rule 10). `teams` are those
    /// teams of the edit that exist.
    pub fn apply<'a>(
        &self,
        user: &User,
        by: Caller,
        teams: impl IntoIterator<Item = &'a Team>,
        roles: RoleAuthority,
    ) -> Result<User, Refusal> {
        authorize(by, Operation::EditUser(user))?;
        editable(user)?;
        let mut after = user.clone();
        if let Some(role) = self.role.filter(|role| *role != user.role) {
            authorize(by, Operation::ChangeRole(user, role))?;
            if roles == RoleAuthority::IdentityProvider {
                return Err(Refusal::RoleFollowsIdentityProvider(user.role));
            }
            after.role = role;
            after.role_granted = true;
            after.role_decided_after = user.reported_at;
            // What TaskRouter is told of this decision comes back as a callback, which lowers nothing.
            after.login_role = user.login_role.map(|said| said.min(role));
        }
        if let Some(wanted) = &self.teams {
            check_teams(&user.teams, wanted, teams)?;
            after.teams.clone_from(wanted);
        }
        after.act_as_agent = self.act_as_agent(user, after.role)?;
        Ok(settled(user, after))
    }

    /// Rule 11. Whoever stops being an agent goes on receiving tasks unless the edit says otherwise.
    fn act_as_agent(&self, user: &User, role: Role) -> Result<bool, Refusal> {
        match (role, self.act_as_agent) {
            (Role::Agent, Some(true)) => Err(Refusal::ActAsAgentOfAgent),
            (Role::Agent, _) => Ok(false),
            (_, Some(wanted)) => Ok(wanted),
            (_, None) => Ok(user.act_as_agent || user.role == Role::Agent),
        }
    }
}

/// Whether somebody in these teams may be in those (rules 10 and 21). `known` are those of them that exist.
pub(crate) fn check_teams<'a>(
    had: &BTreeSet<TeamId>,
    wanted: &BTreeSet<TeamId>,
    known: impl IntoIterator<Item = &'a Team>,
) -> Result<(), Refusal> {
    if wanted.len() > MAX_TEAMS {
        return Err(Refusal::TooManyTeams(wanted.len()));
    }
    let known = known.into_iter().map(|team| (team.team_id, team)).collect::<BTreeMap<_, _>>();
    for joined in wanted.difference(had) {
        match known.get(joined) {
            None => return Err(Refusal::UnknownTeam(joined.to_string())),
            Some(team) if team.archived => return Err(Refusal::ArchivedTeam(team.name.clone())),
            Some(_) => {}
        }
    }
    Ok(())
}

/// The person with this skill assigned, or with another level for it (rules 15, 16 and 19).
pub fn assign_skill(
    user: &User,
    by: Caller,
    skill: &Skill,
    level: Option<Level>,
    skill_set: Option<&str>,
) -> Result<User, Refusal> {
    authorize(by, Operation::AssignSkills(user))?;
    editable(user)?;
    let mut after = user.clone();
    let kept_as_it_is = user.assigned_skills.get(&skill.name) == Some(&level) && level.is_some();
    skill.check(if kept_as_it_is { None } else { level }, skill_set)?;
    after.assigned_skills.insert(skill.name.clone(), level);
    Ok(settled(user, after))
}

/// The person without this assigned skill; an inherited one stays (rule 18).
pub fn remove_skill(user: &User, by: Caller, skill: &SkillName) -> Result<User, Refusal> {
    authorize(by, Operation::AssignSkills(user))?;
    editable(user)?;
    let mut after = user.clone();
    after.assigned_skills.remove(skill);
    Ok(settled(user, after))
}

fn editable(user: &User) -> Result<(), Refusal> {
    if user.status == Status::Deleted { Err(Refusal::DeletedUser) } else { Ok(()) }
}

/// Whoever has decided something here has decided: logins adopt nothing any more (rule 24).
fn settled(before: &User, after: User) -> User {
    if after == *before { after } else { User { provenance: Provenance::Managed, ..after } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::{agent, somebody};

    fn owner() -> Caller {
        Caller { user_id: somebody("olga", Role::AccountOwner).user_id, role: Role::AccountOwner }
    }

    fn edit(user: &User, edit: &Edit) -> Result<User, Refusal> {
        edit.apply(user, owner(), &[team(1)], RoleAuthority::Directory)
    }

    fn team_id(number: u128) -> TeamId {
        TeamId::new(uuid::Uuid::from_u128(number))
    }

    fn team(number: u128) -> Team {
        Team::new(team_id(number), "Sales", jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn rule_10_one_edit_changes_role_teams_and_act_as_agent_together() {
        let wanted = Edit { role: Some(Role::Supervisor), teams: Some([team_id(1)].into()), act_as_agent: Some(false) };
        let after = edit(&agent("ada"), &wanted).unwrap();
        assert_eq!((after.role, after.act_as_agent, after.teams), (Role::Supervisor, false, [team_id(1)].into()));
        assert!(after.role_granted);
    }

    #[test]
    fn rule_10_an_edit_that_is_wrong_in_one_part_changes_nothing() {
        let wanted = Edit { role: Some(Role::Supervisor), teams: Some([team_id(2)].into()), act_as_agent: None };
        assert_eq!(edit(&agent("ada"), &wanted).unwrap_err(), Refusal::UnknownTeam(team_id(2).to_string()));
    }

    #[test]
    fn rule_10_a_user_has_at_most_25_teams() {
        let of = |count| Edit { teams: Some((0..count).map(team_id).collect()), ..Edit::default() };
        let teams = (0..26).map(team).collect::<Vec<_>>();
        let apply = |count| of(count).apply(&agent("ada"), owner(), &teams, RoleAuthority::Directory);
        assert_eq!(apply(25).unwrap().teams.len(), 25);
        assert_eq!(apply(26), Err(Refusal::TooManyTeams(26)));
    }

    #[test]
    fn rule_11_act_as_agent_is_refused_for_agents_and_may_be_set_for_all_others() {
        let set = Edit { act_as_agent: Some(true), ..Edit::default() };
        assert_eq!(edit(&agent("ada"), &set), Err(Refusal::ActAsAgentOfAgent));
        for role in [Role::Supervisor, Role::SystemAdmin, Role::AccountOwner] {
            assert!(edit(&somebody("ada", role), &set).unwrap().receives_tasks());
        }
    }

    #[test]
    fn rule_11_a_change_to_agent_clears_act_as_agent_and_one_from_agent_sets_it() {
        let to = |role| Edit { role: Some(role), ..Edit::default() };
        let acting = User { act_as_agent: true, ..somebody("ada", Role::Supervisor) };
        assert!(!edit(&acting, &to(Role::Agent)).unwrap().act_as_agent);
        assert!(edit(&agent("ada"), &to(Role::Supervisor)).unwrap().act_as_agent);
        let says_otherwise = Edit { act_as_agent: Some(false), ..to(Role::Supervisor) };
        assert!(!edit(&agent("ada"), &says_otherwise).unwrap().act_as_agent);
        assert!(!edit(&somebody("ada", Role::Supervisor), &to(Role::SystemAdmin)).unwrap().act_as_agent);
    }

    #[test]
    fn rule_19_an_adopted_level_out_of_range_stays_until_it_is_edited() {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let adopted = User { assigned_skills: [(english.name.clone(), Some(Level(500)))].into(), ..agent("ada") };
        assert!(assign_skill(&adopted, owner(), &english, Some(Level(500)), None).is_ok());
        assert_eq!(
            assign_skill(&adopted, owner(), &english, Some(Level(501)), None).unwrap_err().code(),
            "level-out-of-range"
        );
        assert!(assign_skill(&adopted, owner(), &english, Some(Level(100)), None).is_ok());
    }

    #[test]
    fn rule_21_nobody_joins_an_archived_team() {
        let join = Edit { teams: Some([team_id(1)].into()), ..Edit::default() };
        let archived = Team { archived: true, ..team(1) };
        let refused = join.apply(&agent("ada"), owner(), [&archived], RoleAuthority::Directory);
        assert_eq!(refused, Err(Refusal::ArchivedTeam("Sales".into())));
    }

    #[test]
    fn rule_24_a_role_that_follows_the_identity_provider_is_not_edited_here() {
        let raise = Edit { role: Some(Role::Supervisor), ..Edit::default() };
        let refused = raise.apply(&agent("ada"), owner(), &[], RoleAuthority::IdentityProvider);
        assert_eq!(refused, Err(Refusal::RoleFollowsIdentityProvider(Role::Agent)));
    }

    #[test]
    fn an_edit_that_changes_nothing_leaves_everything_as_it_was() {
        let adopted = User { provenance: Provenance::Pending, ..agent("ada") };
        let same = Edit { role: Some(Role::Agent), teams: Some([].into()), act_as_agent: Some(false) };
        assert_eq!(edit(&adopted, &same).unwrap(), adopted);
        assert_eq!(remove_skill(&adopted, owner(), &SkillName::new("x").unwrap()).unwrap(), adopted);
    }

    #[test]
    fn a_tombstone_is_not_edited() {
        let deleted = User { status: Status::Deleted, ..agent("ada") };
        assert_eq!(edit(&deleted, &Edit::default()), Err(Refusal::DeletedUser));
    }
}
