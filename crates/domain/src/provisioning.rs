//! Pre-provisioning: adding a user before their first login.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::{
    EmailAddress, Identity, Level, Provenance, Refusal, Role, Skill, SkillName, Team, TeamId, User, UserId,
    edit::check_teams,
    names::plain_name,
    permissions::{Caller, Operation, authorize},
    policy::RoleAuthority,
    skill::Skills,
};

/// The most skills with which a user is added: together with 25 teams they are still one transaction.
pub const MAX_SKILLS: usize = 20;

const MAX_NAME_CHARS: usize = 128;

/// A user who has not logged in yet. The first login with this identity is recognised (rule 22); name and e-mail address
/// are then those of the login, while role, teams and skills stay those stated here (rule 24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionedUser {
    pub identity: Identity,
    name: String,
    email: Option<EmailAddress>,
    pub role: Role,
    pub act_as_agent: bool,
    pub teams: BTreeSet<TeamId>,
    pub assigned_skills: Vec<(SkillName, Option<Level>)>,
}

impl ProvisionedUser {
    /// An agent without teams and skills.
    pub fn new(identity: &str, name: &str, email: Option<&str>) -> Result<Self, Refusal> {
        Ok(Self {
            identity: Identity::parse(identity)?,
            name: plain_name(name, MAX_NAME_CHARS).ok_or_else(|| Refusal::UserName(name.into()))?,
            email: email.map(EmailAddress::parse).transpose()?,
            role: Role::Agent,
            act_as_agent: false,
            teams: BTreeSet::new(),
            assigned_skills: Vec::new(),
        })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `teams` are those of the user's teams that exist; `find_skill` looks up the catalog.
    pub fn to_user<'a>(
        &self,
        by: &Caller,
        teams: impl IntoIterator<Item = &'a Team>,
        find_skill: impl Fn(&SkillName) -> Option<Skill>,
        roles: RoleAuthority,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<User, Refusal> {
        authorize(by, Operation::AddUser(self.role, &self.teams))?;
        if self.role != Role::Agent && roles == RoleAuthority::IdentityProvider {
            return Err(Refusal::RoleFollowsIdentityProvider(Role::Agent));
        }
        if self.role == Role::Agent && self.act_as_agent {
            return Err(Refusal::ActAsAgentOfAgent);
        }
        check_teams(&BTreeSet::new(), &self.teams, teams)?;
        let mut user = User::new(user_id, self.identity.clone(), now);
        user.idp.full_name = Some(self.name.clone());
        user.idp.email.clone_from(&self.email);
        user.managed.role = self.role;
        // Only who may give roles decides one by adding: whom a supervisor adds has the role of their login.
        let may_decide = authorize(by, Operation::ChangeRole(&user, self.role)).is_ok();
        user.managed.role_granted = may_decide && roles == RoleAuthority::Directory;
        user.managed.act_as_agent = self.act_as_agent;
        user.managed.teams.clone_from(&self.teams);
        user.managed.assigned_skills = self.checked_skills(find_skill)?;
        user.managed.provenance = Provenance::Managed;
        Ok(user)
    }

    fn checked_skills(&self, find_skill: impl Fn(&SkillName) -> Option<Skill>) -> Result<Skills, Refusal> {
        check_skill_count(self.assigned_skills.len())?;
        let mut skills = Skills::new();
        for (name, level) in &self.assigned_skills {
            let skill = find_skill(name).ok_or_else(|| Refusal::UnknownSkill(name.into()))?;
            skill.check(*level, None)?;
            skills.insert(name.clone(), *level);
        }
        match self.assigned_skills.iter().find(|(name, level)| skills.get(name) != Some(level)) {
            Some((name, _)) => Err(Refusal::RepeatedSkill(name.into())),
            None => Ok(skills),
        }
    }
}

/// More skills than [`MAX_SKILLS`] are assigned one by one after the user was added.
pub fn check_skill_count(count: usize) -> Result<(), Refusal> {
    if count > MAX_SKILLS { Err(Refusal::TooManySkills { count, most: MAX_SKILLS }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::SupervisorScope,
        test_support::{self, user_with_role},
    };

    fn caller(role: Role) -> Caller {
        Caller::new(user_with_role("caller", role).user_id, role)
    }

    fn ada() -> ProvisionedUser {
        ProvisionedUser::new("ada@example.com", "Ada Lovelace", Some("ada@example.com")).unwrap()
    }

    fn provision(provisioned: &ProvisionedUser, by: Role, roles: RoleAuthority) -> Result<User, Refusal> {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let find = |name: &SkillName| (*name == english.name).then(|| english.clone());
        let user_id = user_with_role("ada", Role::Agent).user_id;
        provisioned.to_user(&caller(by), &[], find, roles, user_id, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn rule_24_what_is_said_before_the_first_login_is_said_by_the_directory() {
        let english = SkillName::new("English").unwrap();
        let with_skill = ProvisionedUser { assigned_skills: vec![(english.clone(), Some(Level(7)))], ..ada() };
        assert_eq!(with_skill.name(), "Ada Lovelace");
        let managed = provision(&with_skill, Role::SystemAdmin, RoleAuthority::Directory).unwrap().managed;
        assert_eq!((managed.role, managed.role_granted, managed.provenance), (Role::Agent, true, Provenance::Managed));
        assert_eq!(managed.assigned_skills, [(english, Some(Level(7)))].into());
    }

    #[test]
    fn rule_24_only_who_may_give_roles_decides_one_by_adding() {
        let granted = |by| provision(&ada(), by, RoleAuthority::Directory).unwrap().managed.role_granted;
        assert_eq!([Role::Supervisor, Role::SystemAdmin, Role::AccountOwner].map(granted), [false, true, true]);
    }

    #[test]
    fn rule_2_where_supervisors_change_their_own_teams_they_add_users_to_those() {
        let team = Team::new(TeamId::new(uuid::Uuid::nil()), test_support::stored("Sales"), Timestamp::UNIX_EPOCH);
        let in_team = ProvisionedUser { teams: [team.team_id].into(), ..ada() };
        let add = |user: &ProvisionedUser, leads: BTreeSet<TeamId>| {
            let by = Caller { scope: SupervisorScope::Teams, leads, ..caller(Role::Supervisor) };
            let user_id = user_with_role("ada", Role::Agent).user_id;
            let added = user.to_user(&by, [&team], |_| None, RoleAuthority::Directory, user_id, Timestamp::UNIX_EPOCH);
            added.map(|user| user.managed.teams.len()).map_err(|refusal| refusal.code())
        };
        assert_eq!(add(&in_team, [team.team_id].into()), Ok(1));
        assert_eq!(add(&in_team, [].into()), Err("team-not-led"));
        assert_eq!(add(&ada(), [team.team_id].into()), Err("no-led-team"));
    }

    #[test]
    fn rules_2_and_3_nobody_adds_somebody_whom_they_could_not_make() {
        let as_role = |role| ProvisionedUser { role, ..ada() };
        let refused = |by, role| provision(&as_role(role), by, RoleAuthority::Directory).unwrap_err().code();
        assert_eq!(refused(Role::Supervisor, Role::Supervisor), "supervisors-may-not");
        assert_eq!(refused(Role::SystemAdmin, Role::AccountOwner), "account-owners-only");
        assert!(provision(&as_role(Role::AccountOwner), Role::AccountOwner, RoleAuthority::Directory).is_ok());
    }

    #[test]
    fn rule_24_where_roles_follow_the_login_none_is_given_before_it() {
        let supervisor = ProvisionedUser { role: Role::Supervisor, ..ada() };
        let refused = provision(&supervisor, Role::AccountOwner, RoleAuthority::IdentityProvider);
        assert_eq!(refused.unwrap_err().code(), "role-follows-identity-provider");
    }

    #[test]
    fn rule_11_act_as_agent_is_refused_for_an_agent_who_is_added_and_taken_for_all_others() {
        let acting = |role| {
            let acting = ProvisionedUser { role, act_as_agent: true, ..ada() };
            provision(&acting, Role::AccountOwner, RoleAuthority::Directory).map(|user| user.managed.act_as_agent)
        };
        assert_eq!(acting(Role::Agent), Err(Refusal::ActAsAgentOfAgent));
        for role in [Role::Supervisor, Role::SystemAdmin, Role::AccountOwner] {
            assert_eq!(acting(role), Ok(true), "{role}");
        }
    }

    #[test]
    fn a_user_is_added_with_at_most_20_skills() {
        assert_eq!(check_skill_count(20), Ok(()));
        assert_eq!(check_skill_count(21), Err(Refusal::TooManySkills { count: 21, most: 20 }));
    }

    #[test]
    fn rule_19_a_newcomers_skills_are_checked_like_everybodys() {
        let with = |name: &str, level| ProvisionedUser {
            assigned_skills: vec![(SkillName::new(name).unwrap(), level)],
            ..ada()
        };
        let refused = |user| provision(&user, Role::AccountOwner, RoleAuthority::Directory).unwrap_err().code();
        assert_eq!(refused(with("French", None)), "unknown-skill");
        assert_eq!(refused(with("English", Some(Level(101)))), "level-out-of-range");
        let english = |level| (SkillName::new("English").unwrap(), Some(Level(level)));
        let twice = vec![english(1), english(9)];
        assert_eq!(refused(ProvisionedUser { assigned_skills: twice, ..ada() }), "repeated-skill");
        let many = (0..21).map(english).collect();
        assert_eq!(refused(ProvisionedUser { assigned_skills: many, ..ada() }), "too-many-skills");
    }

    #[test]
    fn what_is_no_identity_name_or_email_is_refused() {
        let code = |identity, name, email| ProvisionedUser::new(identity, name, email).unwrap_err().code();
        assert_eq!(code(" ada", "Ada", None), "invalid-identity");
        assert_eq!(code("ada", " ", None), "invalid-name");
        assert_eq!(code("ada", "Ada", Some("a@b@c")), "invalid-email");
    }
}
