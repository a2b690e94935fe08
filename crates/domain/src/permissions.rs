//! Who may do what to whom (rules 1 to 5 and 25). Nothing else decides it.

mod matrix;

use std::collections::BTreeSet;

use crate::{Refusal, Role, Status, TeamId, User, UserId, WorkerSid, policy::SupervisorScope};

pub use matrix::{CALLERS, Row, Target, decision, document, permitted_operations, rows};

/// The user who makes a request, with what counts for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub user_id: UserId,
    pub role: Role,
    /// What this deployment lets a supervisor change.
    pub scope: SupervisorScope,
    /// The teams that they lead; none before their profile is read ([`reauthorize`]).
    pub leads: BTreeSet<TeamId>,
}

impl Caller {
    /// A caller who leads no team, where supervisors change every user.
    #[must_use]
    pub const fn new(user_id: UserId, role: Role) -> Self {
        Self { user_id, role, scope: SupervisorScope::All, leads: BTreeSet::new() }
    }

    /// Whether they change only what belongs to the teams that they lead (rule 2).
    fn is_limited_to_led_teams(&self) -> bool {
        self.role == Role::Supervisor && self.scope == SupervisorScope::Teams
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Find, list and view users, and read their history.
    ViewUsers,
    /// Rule 29.
    ExportUsers,
    /// View a job and fetch its result (rule 29).
    ViewJob {
        requested_by: UserId,
    },
    /// Add a user with this role, and in these teams, before their first login.
    AddUser(Role, &'a BTreeSet<TeamId>),
    /// Edit teams and Act as Agent.
    EditUser(&'a User),
    /// Give the user these teams instead of those that they have.
    ChangeTeams(&'a User, &'a BTreeSet<TeamId>),
    /// Say which of their teams the user leads.
    ChangeLeads(&'a User),
    AssignSkills(&'a User),
    /// Try again to carry the user over to TaskRouter.
    RequestSync(&'a User),
    /// Give the user this role.
    ChangeRole(&'a User, Role),
    Deactivate(&'a User),
    Reactivate(&'a User),
    Delete(&'a User),
    /// List and view teams, skills and presets, and read their history.
    ViewCatalog,
    CreateTeams,
    /// Rename the team, and set the skills that it grants.
    ManageTeam(TeamId),
    /// Archive and unarchive.
    ArchiveTeams,
    DeleteTeams,
    /// Create and change skills and skill sets.
    ManageSkills,
    /// Skills and skill sets.
    DeleteSkills,
    /// Create, change and delete skill presets.
    ManagePresets,
    /// Read the report of the latest reconciliation (rule 4).
    ViewReconciliations,
    /// Start one, or confirm one that was braked.
    StartReconciliation,
    /// Adopt or revert what others have changed of the user's worker.
    DecideDrift(&'a User),
}

/// Whether the caller may perform the operation; if not, why not.
pub fn authorize(caller: &Caller, operation: Operation<'_>) -> Result<(), Refusal> {
    use Operation::{
        AddUser, ArchiveTeams, AssignSkills, ChangeLeads, ChangeRole, ChangeTeams, CreateTeams, Deactivate,
        DecideDrift, Delete, DeleteSkills, DeleteTeams, EditUser, ExportUsers, ManagePresets, ManageSkills, ManageTeam,
        Reactivate, RequestSync, StartReconciliation, ViewCatalog, ViewJob, ViewReconciliations, ViewUsers,
    };
    managers_only(caller)?;
    match operation {
        RequestSync(user) if user.managed.status == Status::Deleted => {
            admins_only(caller, "try again to remove a deleted person from TaskRouter")
        }
        EditUser(user) | AssignSkills(user) | RequestSync(user) => members_of_led_teams_only(caller, user),
        ChangeTeams(user, wanted) => led_teams_only(caller, user.managed.teams.symmetric_difference(wanted)),
        ChangeLeads(_) => admins_only(caller, "change who leads a team"),
        CreateTeams if caller.is_limited_to_led_teams() => admins_only(caller, "create teams in this deployment"),
        ViewUsers | ExportUsers | ViewCatalog | ViewReconciliations | CreateTeams => Ok(()),
        ManageTeam(team_id) => led_teams_only(caller, [&team_id]),
        StartReconciliation => admins_only(caller, "start a reconciliation"),
        DecideDrift(_) => admins_only(caller, "decide about drift"),
        ViewJob { requested_by } if requested_by == caller.user_id || caller.role >= Role::SystemAdmin => Ok(()),
        ViewJob { .. } => Err(Refusal::ForeignJob),
        AddUser(role, teams) => {
            may_give(caller, Role::Agent, role)?;
            adds_to_led_teams_only(caller, teams)
        }
        ChangeRole(user, role) => may_change_role(caller, user, role),
        Deactivate(user) => may_change_status(caller, user, "deactivate people"),
        Reactivate(user) => may_change_status(caller, user, "reactivate people"),
        Delete(user) => may_change_status(caller, user, "delete people"),
        ArchiveTeams => admins_only(caller, "archive or unarchive teams"),
        DeleteTeams => admins_only(caller, "delete teams"),
        ManageSkills => admins_only(caller, "create or change skills and skill sets"),
        DeleteSkills => admins_only(caller, "delete skills and skill sets"),
        ManagePresets => admins_only(caller, "create, change or delete skill presets"),
    }
}

/// Agents cannot use the directory (rule 1). Every operation requires this; it is all that can be decided about a change
/// before its target has been read.
pub fn managers_only(caller: &Caller) -> Result<(), Refusal> {
    if caller.role == Role::Agent { Err(Refusal::AgentsMayNot) } else { Ok(()) }
}

/// Rules 2 and 4.
fn admins_only(caller: &Caller, what: &'static str) -> Result<(), Refusal> {
    if caller.role < Role::SystemAdmin { Err(Refusal::SupervisorsMayNot(what)) } else { Ok(()) }
}

/// Rule 2. The caller themselves are no exception.
fn members_of_led_teams_only(caller: &Caller, user: &User) -> Result<(), Refusal> {
    let is_led = !user.managed.teams.is_disjoint(&caller.leads);
    if is_led || !caller.is_limited_to_led_teams() { Ok(()) } else { Err(Refusal::OutsideLedTeams) }
}

/// Rule 2.
fn led_teams_only<'a>(caller: &Caller, changed: impl IntoIterator<Item = &'a TeamId>) -> Result<(), Refusal> {
    match changed.into_iter().find(|team| !caller.leads.contains(team)) {
        Some(team) if caller.is_limited_to_led_teams() => Err(Refusal::TeamNotLed(team.into())),
        _ => Ok(()),
    }
}

/// Rule 2.
fn adds_to_led_teams_only(caller: &Caller, teams: &BTreeSet<TeamId>) -> Result<(), Refusal> {
    if teams.is_empty() && caller.is_limited_to_led_teams() {
        return Err(Refusal::NoLedTeam);
    }
    led_teams_only(caller, teams)
}

/// Rules 2 and 3.
fn may_change_role(caller: &Caller, user: &User, role: Role) -> Result<(), Refusal> {
    admins_only(caller, "edit a role")?;
    if caller.role < Role::AccountOwner && user.managed.role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("change the role of an account owner"));
    }
    if caller.user_id == user.user_id && role > user.managed.role {
        return Err(Refusal::OwnRole);
    }
    may_give(caller, user.managed.role, role)
}

/// Rules 2 and 3: whether the caller may give `role` to a user who has the role `has`.
fn may_give(caller: &Caller, has: Role, role: Role) -> Result<(), Refusal> {
    if role != has {
        admins_only(caller, "edit a role")?;
    }
    if caller.role < Role::AccountOwner && role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("make an account owner"));
    }
    Ok(())
}

/// Rules 2 and 3.
fn may_change_status(caller: &Caller, user: &User, what: &'static str) -> Result<(), Refusal> {
    admins_only(caller, what)?;
    if caller.user_id == user.user_id {
        return Err(Refusal::OwnStatus);
    }
    if caller.role < Role::AccountOwner && user.managed.role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("change the status of an account owner"));
    }
    Ok(())
}

/// The role that counts for a user who presents a token: the one given here, else at most what Twilio's answer to the
/// token states (rule 25). A token that states none of the three roles gives no access, whatever was given here: the
/// identity provider has withdrawn Flex (rule 23).
#[must_use]
pub fn effective_role(user: &User, token_role: Option<Role>) -> Option<Role> {
    let User { managed, .. } = user;
    token_role.map(|stated| if managed.role_granted { managed.role } else { stated.min(managed.role) })
}

/// The role of the user who presents a token that was issued to this worker; none if the user is not active, has another
/// worker now, or has no role (rule 5).
#[must_use]
pub fn authenticate(user: &User, worker_sid: &WorkerSid, token_role: Option<Role>) -> Option<Role> {
    let has_worker = user.taskrouter.worker_sid.as_ref() == Some(worker_sid);
    if has_worker && user.is_active() { effective_role(user, token_role) } else { None }
}

/// The caller as of now, by their profile and the role that their token states: a caller who was demoted or deactivated a
/// moment ago, or leads a team no more, completes nothing (rule 5).
pub fn reauthorize(caller: &Caller, profile: Option<&User>, token_role: Role) -> Result<Caller, Refusal> {
    let profile = profile.filter(|profile| profile.is_active()).ok_or(Refusal::CallerMayNoLonger)?;
    let role = effective_role(profile, Some(token_role)).ok_or(Refusal::CallerMayNoLonger)?;
    Ok(Caller { role, leads: profile.managed.leads.clone(), ..*caller })
}

#[cfg(test)]
mod tests;
