//! Deciding a drift, where the rules leave a choice (rules 4 and 24): what TaskRouter shows is adopted, or reverted.

use std::{collections::BTreeSet, str::FromStr};
use thiserror::Error;

use crate::{
    EffectiveSkill, Provenance, Quoted, Refusal, RefusalKind, Role, SkillName, Status, User,
    edit::Edit,
    effective::effective_skills,
    permissions::{Caller, Operation, authorize},
    policy::Policy,
    routing::{OwnedAttributes, desired},
    team::Teams,
};

/// Why a drift is not decided, worded for the user who made the request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DriftRefusal {
    /// Rule 24: drift of another field is not decided.
    #[error("{0} is no field whose drift is decided; it is role or skills.")]
    UnknownDriftField(Quoted),
    /// Rules 12 and 13.
    #[error("This user is {0}: what others change of the worker is always reverted.")]
    DriftWithoutChoice(Status),
    /// Rule 24; the field.
    #[error("The worker's {0} in TaskRouter is as the directory says. There is nothing to decide.")]
    NoDrift(&'static str),
    /// Rule 24: the worker shows another role than the one that was read.
    #[error("The worker shows the role {0} now. Look at it again before you decide.")]
    DriftChanged(Role),
    /// Rule 24: the rest of the difference.
    #[error("The worker differs in what a team grants, which cannot be adopted. Change the team, or revert.")]
    DriftOfTeams,
    /// Rule 24: an edit made here is on its way.
    #[error("Something decided here is still to be carried over. Look again in a moment, when it is.")]
    DriftPending,
    /// The user has no worker now.
    #[error("The user has no worker in TaskRouter until the next login.")]
    NoWorker,
    /// Rule 23.
    #[error(
        "The worker has none of the roles admin, supervisor and agent in TaskRouter. Give the role there, or revert."
    )]
    UnmanagedWorker,
    /// Rule 34.
    #[error("The worker's attributes in TaskRouter are not a JSON object. Correct them in the Twilio Console.")]
    UnreadableWorker,
}

impl DriftRefusal {
    /// The stable name of this refusal, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownDriftField(_) => "unknown-drift-field",
            Self::DriftWithoutChoice(_) => "drift-without-choice",
            Self::NoDrift(_) => "no-drift",
            Self::DriftChanged(_) => "drift-changed",
            Self::DriftOfTeams => "drift-of-teams",
            Self::DriftPending => "drift-pending",
            Self::NoWorker => "no-worker",
            Self::UnmanagedWorker => "unmanaged-worker",
            Self::UnreadableWorker => "unreadable-worker",
        }
    }

    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::UnknownDriftField(_) => RefusalKind::Invalid,
            Self::DriftWithoutChoice(_)
            | Self::NoDrift(_)
            | Self::DriftChanged(_)
            | Self::DriftOfTeams
            | Self::DriftPending
            | Self::NoWorker
            | Self::UnmanagedWorker
            | Self::UnreadableWorker => RefusalKind::Conflict,
        }
    }
}

/// What can be decided. The rest is TaskRouter's own, or follows from the user's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftField {
    Role,
    Skills,
}

impl DriftField {
    const fn name(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Skills => "skills",
        }
    }
}

impl FromStr for DriftField {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let field = [Self::Role, Self::Skills].into_iter().find(|field| field.name() == text);
        field.ok_or_else(|| DriftRefusal::UnknownDriftField(text.into()).into())
    }
}

/// Whether the caller may decide about this user, and whether there is a choice: who is not active is always reverted
/// (rules 12 and 13).
pub fn check_choice(user: &User, by: &Caller) -> Result<(), Refusal> {
    authorize(by, Operation::DecideDrift(user))?;
    if user.is_active() { Ok(()) } else { Err(DriftRefusal::DriftWithoutChoice(user.managed.status).into()) }
}

/// What a worker shows, as an admin has read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// The role that is to be adopted; whatever it is if none.
    pub role: Option<Role>,
}

/// The user after the worker's field is adopted. `teams` holds at least the user's teams; `fetched` is without the levels of
/// skills that have none. Adopting a role needs the right to give it.
pub fn adopt(
    user: &User,
    by: &Caller,
    field: DriftField,
    (fetched, expected): (&OwnedAttributes, Expected),
    teams: &Teams,
    policy: &Policy,
) -> Result<User, Refusal> {
    check_choice(user, by)?;
    let target = desired(user, teams, fetched, policy);
    match field {
        DriftField::Role => {
            let stated = fetched.role().ok_or(DriftRefusal::UnmanagedWorker)?;
            if expected.role.is_some_and(|expected| expected != stated) {
                return Err(DriftRefusal::DriftChanged(stated).into());
            }
            // To TaskRouter an account owner is a system admin.
            if stated == user.managed.role.min(Role::SystemAdmin) {
                return Err(DriftRefusal::NoDrift(field.name()).into());
            }
            Edit { role: Some(stated), ..Edit::default() }.apply(user, by, [], policy.roles)
        }
        DriftField::Skills => {
            authorize(by, Operation::AssignSkills(user))?;
            if target.skills == fetched.skills {
                return Err(DriftRefusal::NoDrift(field.name()).into());
            }
            let after = with_skills_of(user, fetched, teams);
            if after == *user { Err(DriftRefusal::DriftOfTeams.into()) } else { Ok(after) }
        }
    }
}

/// The user with those assigned skills by which the effective ones are the worker's, as far as that can be: what a team
/// grants stays. A skill that Flex's own pages have disabled was not taken away.
fn with_skills_of(user: &User, fetched: &OwnedAttributes, teams: &Teams) -> User {
    let effective = effective_skills(user, teams.values());
    let is_shown = |skill: &EffectiveSkill| fetched.skills.get(&skill.skill) == Some(&skill.level);
    let is_disabled = |name: &SkillName| fetched.disabled.contains(name) && !fetched.skills.contains_key(name);
    let mut assigned = fetched.skills.clone();
    let kept = effective.iter().filter(|skill| is_shown(skill) || is_disabled(&skill.skill));
    let kept = kept.map(|skill| &skill.skill).collect::<BTreeSet<_>>();
    // A temporary skill that has started goes on only where the worker shows it (rule 36).
    let mut temporary = user.managed.temporary_skills.clone();
    temporary.retain(|name, temporary| !temporary.active || kept.contains(name));
    for skill in kept {
        match user.managed.assigned_skills.get(skill) {
            Some(level) => drop(assigned.insert(skill.clone(), *level)),
            None => drop(assigned.remove(skill)),
        }
    }
    user.with(|after| {
        // The skills of another user are adopted by the same rule (rule 23).
        after.managed.act_as_agent |= user.managed.role != Role::Agent && !fetched.skills.is_empty();
        after.taskrouter.disabled_skills.retain(|skill| !fetched.skills.contains_key(skill));
        if after.managed.assigned_skills != assigned || after.managed.temporary_skills != temporary {
            after.managed.assigned_skills = assigned;
            after.managed.temporary_skills = temporary;
            after.managed.provenance = Provenance::Managed;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Status, Team, TeamId, TemporarySkill, skill::Skills, test_support};
    use jiff::Timestamp;
    use uuid::Uuid;

    fn skills(of: &[(&str, i64)]) -> Skills {
        of.iter().map(|(name, level)| (SkillName::new(name).unwrap(), Some(Level(*level)))).collect()
    }

    fn worker(role: Role, of: &[(&str, i64)]) -> OwnedAttributes {
        OwnedAttributes { roles: [role].into(), skills: skills(of), ..OwnedAttributes::default() }
    }

    fn by(role: Role) -> Caller {
        Caller::new(test_support::agent("the caller").user_id, role)
    }

    /// An agent with English 80, in a team that grants French 50.
    fn ada() -> (User, Teams) {
        let team_id = TeamId::new(Uuid::from_u128(7));
        let team = Team::new(team_id, test_support::stored("Sales"), Timestamp::UNIX_EPOCH);
        let team = Team { skills: skills(&[("French", 50)]), ..team };
        let ada = test_support::agent("ada").with(|user| {
            user.managed.assigned_skills = skills(&[("English", 80)]);
            user.managed.teams = [team_id].into();
        });
        (ada, [(team_id, team)].into())
    }

    fn adopted(field: DriftField, fetched: &OwnedAttributes, caller: Role) -> Result<User, Refusal> {
        let (ada, teams) = ada();
        adopt(&ada, &by(caller), field, (fetched, Expected::default()), &teams, &Policy::default())
    }

    #[test]
    fn rule_24_adopted_skills_are_assigned_unless_a_team_grants_them_just_so() {
        let fetched = worker(Role::Agent, &[("English", 90), ("French", 50), ("German", 1)]);
        let after = adopted(DriftField::Skills, &fetched, Role::SystemAdmin).unwrap();
        assert_eq!(after.managed.assigned_skills, skills(&[("English", 90), ("German", 1)]));
        let fetched = worker(Role::Agent, &[("French", 70)]);
        let after = adopted(DriftField::Skills, &fetched, Role::SystemAdmin).unwrap();
        assert_eq!(after.managed.assigned_skills, skills(&[("French", 70)]), "another level overrides the team's");
    }

    #[test]
    fn rule_36_a_temporary_skill_ends_where_the_adopted_worker_shows_something_else() {
        let (ada, teams) = ada();
        let time = |second| Timestamp::from_second(second).unwrap().into();
        let of = |level, active| TemporarySkill { level: Some(Level(level)), from: time(10), until: time(20), active };
        let name = |name: &str| SkillName::new(name).unwrap();
        let temporary = [("English", of(10, true)), ("German", of(1, true)), ("Greek", of(2, false))];
        let temporary = temporary.map(|(of, temporary)| (name(of), temporary));
        let ada = ada.with(|user| user.managed.temporary_skills = temporary.into());
        let adopted = |shown: &[(&str, i64)]| {
            let shown = (&worker(Role::Agent, shown), Expected::default());
            adopt(&ada, &by(Role::SystemAdmin), DriftField::Skills, shown, &teams, &Policy::default()).unwrap().managed
        };
        let after = adopted(&[("English", 70), ("French", 50), ("German", 1)]);
        assert_eq!(after.temporary_skills.into_keys().collect::<Vec<_>>(), [name("German"), name("Greek")]);
        assert_eq!(after.assigned_skills, skills(&[("English", 70)]));
        let after = adopted(&[("English", 10), ("French", 50)]);
        assert_eq!(after.temporary_skills.into_keys().collect::<Vec<_>>(), [name("English"), name("Greek")]);
        assert_eq!(after.assigned_skills, skills(&[("English", 80)]), "what was before stays underneath");
    }

    #[test]
    fn rule_24_where_both_sides_agree_there_is_nothing_to_decide() {
        let fetched = worker(Role::Agent, &[("English", 80), ("French", 50)]);
        let refused = |field| adopted(field, &fetched, Role::AccountOwner).unwrap_err().code();
        assert_eq!((refused(DriftField::Skills), refused(DriftField::Role)), ("no-drift", "no-drift"));
    }

    #[test]
    fn rule_4_drift_is_for_admins_and_adopting_a_role_needs_the_right_to_give_it() {
        let fetched = worker(Role::SystemAdmin, &[]);
        assert_eq!(adopted(DriftField::Skills, &fetched, Role::Supervisor).unwrap_err().code(), "supervisors-may-not");
        let after = adopted(DriftField::Role, &fetched, Role::SystemAdmin).unwrap();
        assert_eq!((after.managed.role, after.managed.role_granted), (Role::SystemAdmin, true));
        let (ada, teams) = ada();
        let own = ada.with(|ada| ada.managed.role = Role::AccountOwner);
        let agent = worker(Role::Agent, &[]);
        let shown = (&agent, Expected::default());
        let refused = adopt(&own, &by(Role::SystemAdmin), DriftField::Role, shown, &teams, &Policy::default());
        assert_eq!(refused.unwrap_err().code(), "account-owners-only");
    }

    #[test]
    fn rule_24_a_worker_that_has_changed_since_it_was_read_is_not_adopted() {
        let (ada, teams) = ada();
        let (admin, read) = (worker(Role::SystemAdmin, &[]), Expected { role: Some(Role::Supervisor) });
        let refused =
            adopt(&ada, &by(Role::AccountOwner), DriftField::Role, (&admin, read), &teams, &Policy::default());
        assert_eq!(refused.unwrap_err().code(), "drift-changed");
    }

    #[test]
    fn rule_24_adopting_takes_no_skill_away_that_is_disabled_or_not_routed() {
        let disabled = [SkillName::new("English").unwrap()].into();
        let fetched = OwnedAttributes { disabled, ..worker(Role::Agent, &[("French", 60)]) };
        let after = adopted(DriftField::Skills, &fetched, Role::SystemAdmin).unwrap();
        assert_eq!(after.managed.assigned_skills, skills(&[("English", 80), ("French", 60)]));
        let (ada, teams) = ada();
        let supervisor = ada.with(|user| (user.managed.role, user.managed.role_granted) = (Role::Supervisor, true));
        let shown = (&worker(Role::Supervisor, &[]), Expected::default());
        let refused =
            adopt(&supervisor, &by(Role::AccountOwner), DriftField::Skills, shown, &teams, &Policy::default());
        assert_eq!(refused.unwrap_err().code(), "no-drift");
    }

    #[test]
    fn rule_23_a_supervisor_with_adopted_skills_acts_as_agent_and_one_without_goes_on_as_before() {
        let (ada, teams) = ada();
        let adopted = |acts: bool, shown: &[(&str, i64)]| {
            let user = ada.with(|user| {
                (user.managed.role, user.managed.role_granted) = (Role::Supervisor, true);
                (user.managed.act_as_agent, user.managed.teams) = (acts, [].into());
            });
            let shown = (&worker(Role::Supervisor, shown), Expected::default());
            adopt(&user, &by(Role::AccountOwner), DriftField::Skills, shown, &teams, &Policy::default()).unwrap()
        };
        assert!(adopted(false, &[("German", 1)]).managed.act_as_agent);
        assert!(adopted(true, &[]).managed.act_as_agent);
    }

    #[test]
    fn rule_24_an_adopted_skill_is_no_longer_disabled_and_the_other_disabled_ones_are() {
        let (ada, teams) = ada();
        let names = |names: &[&str]| names.iter().map(|name| SkillName::new(name).unwrap()).collect();
        let disabled = ada.with(|user| user.taskrouter.disabled_skills = names(&["German", "Greek"]));
        let shown = worker(Role::Agent, &[("English", 80), ("French", 50), ("German", 1)]);
        let shown = (&shown, Expected::default());
        let after = adopt(&disabled, &by(Role::SystemAdmin), DriftField::Skills, shown, &teams, &Policy::default());
        assert_eq!(after.unwrap().taskrouter.disabled_skills, names(&["Greek"]));
    }

    #[test]
    fn rule_24_what_a_team_grants_cannot_be_taken_away_by_adopting() {
        let fetched = worker(Role::Agent, &[("English", 80)]);
        let refused = adopted(DriftField::Skills, &fetched, Role::SystemAdmin).unwrap_err();
        assert_eq!(refused.code(), "drift-of-teams");
    }

    #[test]
    fn rules_12_and_13_leave_no_choice_about_who_is_not_active() {
        let (ada, _) = ada();
        for status in [Status::Deactivated, Status::Deleted] {
            let user = ada.with(|user| user.managed.status = status);
            let refused = check_choice(&user, &by(Role::AccountOwner)).unwrap_err();
            assert_eq!(refused.code(), "drift-without-choice");
        }
    }

    #[test]
    fn a_field_that_cannot_be_decided_is_refused_by_name() {
        assert_eq!("role".parse(), Ok(DriftField::Role));
        let refused = "activity".parse::<DriftField>().unwrap_err().to_string();
        assert!(refused.contains("activity") && refused.contains("skills"), "{refused}");
    }
}
