//! Who may do what to whom (rules 1 to 5 and 25). Nothing else decides it.

mod matrix;

use crate::{Refusal, Role, Status, User, UserId, WorkerSid};

pub use matrix::{CALLERS, Row, Target, decision, document, permitted_operations, rows};

/// The user who makes a request, with the role that counts for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    pub user_id: UserId,
    pub role: Role,
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
    /// Add a user with this role before their first login.
    AddUser(Role),
    /// Edit teams and Act as Agent.
    EditUser(&'a User),
    AssignSkills(&'a User),
    /// Try again to carry the user over to TaskRouter.
    RequestSync(&'a User),
    /// Give the user this role.
    ChangeRole(&'a User, Role),
    Deactivate(&'a User),
    Reactivate(&'a User),
    Delete(&'a User),
    /// List and view teams and skills, and read their history.
    ViewCatalog,
    /// Create and rename teams, and set the skills that they grant.
    ManageTeams,
    /// Archive and unarchive.
    ArchiveTeams,
    DeleteTeams,
    /// Create and change skills and skill sets.
    ManageSkills,
    /// Skills and skill sets.
    DeleteSkills,
    /// Read the report of the latest reconciliation (rule 4).
    ViewReconciliations,
    /// Start one, or confirm one that was braked.
    StartReconciliation,
    /// Adopt or revert what others have changed of the user's worker.
    DecideDrift(&'a User),
}

/// Whether the caller may perform the operation; if not, why not.
pub fn authorize(caller: Caller, operation: Operation<'_>) -> Result<(), Refusal> {
    use Operation::{
        AddUser, ArchiveTeams, AssignSkills, ChangeRole, Deactivate, DecideDrift, Delete, DeleteSkills, DeleteTeams,
        EditUser, ExportUsers, ManageSkills, ManageTeams, Reactivate, RequestSync, StartReconciliation, ViewCatalog,
        ViewJob, ViewReconciliations, ViewUsers,
    };
    managers_only(caller)?;
    match operation {
        RequestSync(user) if user.managed.status == Status::Deleted => {
            admins_only(caller, "try again to remove a deleted person from TaskRouter")
        }
        ViewUsers | ExportUsers | EditUser(_) | AssignSkills(_) | RequestSync(_) | ViewCatalog | ManageTeams
        | ViewReconciliations => Ok(()),
        StartReconciliation => admins_only(caller, "start a reconciliation"),
        DecideDrift(_) => admins_only(caller, "decide about drift"),
        ViewJob { requested_by } if requested_by == caller.user_id || caller.role >= Role::SystemAdmin => Ok(()),
        ViewJob { .. } => Err(Refusal::ForeignJob),
        AddUser(role) => may_give(caller, Role::Agent, role),
        ChangeRole(user, role) => may_change_role(caller, user, role),
        Deactivate(user) => may_change_status(caller, user, "deactivate people"),
        Reactivate(user) => may_change_status(caller, user, "reactivate people"),
        Delete(user) => may_change_status(caller, user, "delete people"),
        ArchiveTeams => admins_only(caller, "archive or unarchive teams"),
        DeleteTeams => admins_only(caller, "delete teams"),
        ManageSkills => admins_only(caller, "create or change skills and skill sets"),
        DeleteSkills => admins_only(caller, "delete skills and skill sets"),
    }
}

/// Agents cannot use the directory (rule 1). Every operation requires this; it is all that can be decided about a change
/// before its target has been read.
pub fn managers_only(caller: Caller) -> Result<(), Refusal> {
    if caller.role == Role::Agent { Err(Refusal::AgentsMayNot) } else { Ok(()) }
}

/// Rules 2 and 4.
fn admins_only(caller: Caller, what: &'static str) -> Result<(), Refusal> {
    if caller.role < Role::SystemAdmin { Err(Refusal::SupervisorsMayNot(what)) } else { Ok(()) }
}

/// Rules 2 and 3.
fn may_change_role(caller: Caller, user: &User, role: Role) -> Result<(), Refusal> {
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
fn may_give(caller: Caller, has: Role, role: Role) -> Result<(), Refusal> {
    if role != has {
        admins_only(caller, "edit a role")?;
    }
    if caller.role < Role::AccountOwner && role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("make an account owner"));
    }
    Ok(())
}

/// Rules 2 and 3.
fn may_change_status(caller: Caller, user: &User, what: &'static str) -> Result<(), Refusal> {
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
/// moment ago completes nothing (rule 5).
pub fn reauthorize(caller: Caller, profile: Option<&User>, token_role: Role) -> Result<Caller, Refusal> {
    let active = profile.filter(|profile| profile.is_active());
    let role = active.and_then(|profile| effective_role(profile, Some(token_role)));
    Ok(Caller { role: role.ok_or(Refusal::CallerMayNoLonger)?, ..caller })
}

#[cfg(test)]
mod tests;
