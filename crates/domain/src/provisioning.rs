//! Putting somebody on the list before their first login.

use jiff::Timestamp;
use std::collections::BTreeSet;

use crate::{
    Level, Provenance, Refusal, Role, Skill, SkillName, Status, Team, TeamId, User, UserId,
    edit::{RoleAuthority, check_teams},
    permissions::{Caller, Operation, authorize},
    skill::Skills,
    team::plain_name,
};

/// The most skills with which somebody is added: with 25 teams they still are one transaction.
pub const MOST_SKILLS: usize = 20;

/// Somebody who has not logged in yet. Whoever logs in with this identity is recognised (rule 22); their name and e-mail
/// then are what the login says, their role, teams and skills what was said here (rule 24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionedUser {
    identity: String,
    name: String,
    email: Option<String>,
    /// The role.
    pub role: Role,
    /// Whether they receive tasks though no agent.
    pub act_as_agent: bool,
    /// Their teams.
    pub teams: BTreeSet<TeamId>,
    /// Their skills.
    pub assigned_skills: Vec<(SkillName, Option<Level>)>,
}

impl ProvisionedUser {
    /// An agent with this identity and name.
    pub fn new(identity: &str, name: &str, email: Option<&str>) -> Result<Self, Refusal> {
        let is_identity = plain_name(identity, 64).is_some_and(|plain| plain == identity);
        let identity =
            is_identity.then(|| identity.to_owned()).ok_or_else(|| Refusal::Identity(identity.to_owned()))?;
        Ok(Self {
            identity,
            name: plain_name(name, 128).ok_or_else(|| Refusal::UserName(name.to_owned()))?,
            email: email.map(email_address).transpose()?,
            role: Role::Agent,
            act_as_agent: false,
            teams: BTreeSet::new(),
            assigned_skills: Vec::new(),
        })
    }

    /// The identity.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The person. `teams` and `skills` are those of theirs that exist.
    pub fn make<'a>(
        &self,
        by: Caller,
        teams: impl IntoIterator<Item = &'a Team>,
        skills: impl Fn(&SkillName) -> Option<Skill>,
        roles: RoleAuthority,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<User, Refusal> {
        authorize(by, Operation::AddUser(self.role))?;
        if self.role != Role::Agent && roles == RoleAuthority::IdentityProvider {
            return Err(Refusal::RoleFollowsIdentityProvider(Role::Agent));
        }
        if self.role == Role::Agent && self.act_as_agent {
            return Err(Refusal::ActAsAgentOfAgent);
        }
        check_teams(&BTreeSet::new(), &self.teams, teams)?;
        Ok(User {
            user_id,
            identity: self.identity.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            picture: None,
            reported_at: None,
            role: self.role,
            role_granted: roles == RoleAuthority::Directory,
            login_role: None,
            role_decided_after: None,
            status: Status::Active,
            act_as_agent: self.act_as_agent,
            teams: self.teams.clone(),
            assigned_skills: self.skills(skills)?,
            disabled_skills: BTreeSet::new(),
            reported_skills: Skills::new(),
            worker_sid: None,
            provenance: Provenance::Managed,
            version: 0,
            created_at: now,
            updated_at: now,
        })
    }

    fn skills(&self, known: impl Fn(&SkillName) -> Option<Skill>) -> Result<Skills, Refusal> {
        check_count(self.assigned_skills.len())?;
        for (name, level) in &self.assigned_skills {
            let skill = known(name).ok_or_else(|| Refusal::UnknownSkill(name.to_string()))?;
            skill.check(*level, None)?;
        }
        let skills = self.assigned_skills.iter().cloned().collect::<Skills>();
        let repeated = || self.assigned_skills.iter().find(|(name, level)| skills.get(name) != Some(level));
        match repeated() {
            Some((name, _)) => Err(Refusal::RepeatedSkill(name.to_string())),
            None => Ok(skills),
        }
    }
}

/// Whether a newcomer may have so many skills; more are assigned one by one.
pub fn check_count(skills: usize) -> Result<(), Refusal> {
    if skills > MOST_SKILLS { Err(Refusal::TooManySkills { count: skills, most: MOST_SKILLS }) } else { Ok(()) }
}

/// Something that looks like an address; whether it is one only mail could tell.
fn email_address(text: &str) -> Result<String, Refusal> {
    let looks_right = |text: &str| {
        let (local, domain) = text.split_once('@')?;
        let is_whole = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
        (is_whole && text.chars().all(|c| !c.is_whitespace() && !c.is_control())).then_some(())
    };
    let fits = text.chars().count() <= 254 && looks_right(text).is_some();
    if fits { Ok(text.to_owned()) } else { Err(Refusal::Email(text.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::somebody;

    fn caller(role: Role) -> Caller {
        Caller { user_id: somebody("caller", role).user_id, role }
    }

    fn ada() -> ProvisionedUser {
        ProvisionedUser::new("ada@example.com", "Ada Lovelace", Some("ada@example.com")).unwrap()
    }

    fn make(newcomer: &ProvisionedUser, by: Role, roles: RoleAuthority) -> Result<User, Refusal> {
        let english = Skill::imported(SkillName::new("English").unwrap());
        let known = |name: &SkillName| (*name == english.name).then(|| english.clone());
        newcomer.make(caller(by), &[], known, roles, somebody("ada", Role::Agent).user_id, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn rule_24_what_is_said_before_the_first_login_is_said_by_the_directory() {
        let english = SkillName::new("English").unwrap();
        let with_skill = ProvisionedUser { assigned_skills: vec![(english.clone(), Some(Level(7)))], ..ada() };
        let made = make(&with_skill, Role::Supervisor, RoleAuthority::Directory).unwrap();
        assert_eq!((made.role, made.role_granted, made.provenance), (Role::Agent, true, Provenance::Managed));
        assert_eq!(made.assigned_skills, [(english, Some(Level(7)))].into());
    }

    #[test]
    fn rules_2_and_3_nobody_adds_somebody_whom_they_could_not_make() {
        let as_role = |role| ProvisionedUser { role, ..ada() };
        let refused = |by, role| make(&as_role(role), by, RoleAuthority::Directory).unwrap_err().code();
        assert_eq!(refused(Role::Supervisor, Role::Supervisor), "supervisors-may-not");
        assert_eq!(refused(Role::SystemAdmin, Role::AccountOwner), "account-owners-only");
        assert!(make(&as_role(Role::AccountOwner), Role::AccountOwner, RoleAuthority::Directory).is_ok());
    }

    #[test]
    fn rule_24_where_roles_follow_the_login_none_is_given_before_it() {
        let refused = make(
            &ProvisionedUser { role: Role::Supervisor, ..ada() },
            Role::AccountOwner,
            RoleAuthority::IdentityProvider,
        );
        assert_eq!(refused.unwrap_err().code(), "role-follows-identity-provider");
    }

    #[test]
    fn rule_19_a_newcomers_skills_are_checked_like_everybodys() {
        let with = |name: &str, level| ProvisionedUser {
            assigned_skills: vec![(SkillName::new(name).unwrap(), level)],
            ..ada()
        };
        let refused = |newcomer| make(&newcomer, Role::AccountOwner, RoleAuthority::Directory).unwrap_err().code();
        assert_eq!(refused(with("French", None)), "unknown-skill");
        assert_eq!(refused(with("English", Some(Level(101)))), "level-out-of-range");
        let english = |level| (SkillName::new("English").unwrap(), Some(Level(level)));
        assert_eq!(
            refused(ProvisionedUser { assigned_skills: vec![english(1), english(9)], ..ada() }),
            "repeated-skill"
        );
        let many = (0..21).map(english).collect();
        assert_eq!(refused(ProvisionedUser { assigned_skills: many, ..ada() }), "too-many-skills");
    }

    #[test]
    fn what_is_no_identity_name_or_email_is_refused() {
        let code = |identity, name, email| ProvisionedUser::new(identity, name, email).unwrap_err().code();
        assert_eq!(code(" ada", "Ada", None), "invalid-identity");
        assert_eq!(code("ada", " ", None), "invalid-name");
        for wrong in ["ada", "@x", "a@", "a@b@c", "a b@c"] {
            assert_eq!(code("ada", "Ada", Some(wrong)), "invalid-email", "{wrong}");
        }
    }
}
