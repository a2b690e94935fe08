//! Who may do what to whom (rules 1 to 4): the one place that decides it. Every function asks here; none decides alone.

mod table;

use crate::{Refusal, Role, User, UserId};

pub use table::{CALLERS, Row, Target, decision, document, names, rows};

/// Whoever asks, with the role that counts for this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub user_id: UserId,
    /// As what.
    pub role: Role,
}

/// What somebody asks to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation<'a> {
    /// Find, list and view people, and read their history.
    ViewUsers,
    /// Get the list as CSV (rule 29).
    ExportUsers,
    /// See how far a job is, and fetch what it made (rule 29).
    SeeJob {
        /// Who asked for it.
        of: UserId,
    },
    /// Put somebody with this role on the list before their first login.
    AddUser(Role),
    /// Edit this user's teams and Act as Agent.
    EditUser(&'a User),
    /// Assign skills to this user, and remove them.
    AssignSkills(&'a User),
    /// Give this user another role.
    ChangeRole(&'a User, Role),
    /// Deactivate this user.
    Deactivate(&'a User),
    /// Reactivate this user.
    Reactivate(&'a User),
    /// Delete this user.
    Delete(&'a User),
    /// List and view teams and skills, and read their history.
    ViewCatalog,
    /// Create and rename teams, and say which skills they give.
    ManageTeams,
    /// Archive and unarchive teams.
    ArchiveTeams,
    /// Delete teams.
    DeleteTeams,
    /// Create and change skills and skill sets.
    ManageSkills,
    /// Delete skills and skill sets.
    DeleteSkills,
}

/// Whether the caller may do it; if not, why not.
pub fn authorize(caller: Caller, operation: Operation<'_>) -> Result<(), Refusal> {
    use Operation::{
        AddUser, ArchiveTeams, AssignSkills, ChangeRole, Deactivate, Delete, DeleteSkills, DeleteTeams, EditUser,
        ExportUsers, ManageSkills, ManageTeams, Reactivate, SeeJob, ViewCatalog, ViewUsers,
    };
    if caller.role == Role::Agent {
        return Err(Refusal::AgentsMayNot);
    }
    match operation {
        ViewUsers | ExportUsers | EditUser(_) | AssignSkills(_) | ViewCatalog | ManageTeams => Ok(()),
        SeeJob { of } if of == caller.user_id || caller.role >= Role::SystemAdmin => Ok(()),
        SeeJob { .. } => Err(Refusal::SomebodyElsesJob),
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

/// Rules 2 and 4.
fn admins_only(caller: Caller, what: &'static str) -> Result<(), Refusal> {
    if caller.role < Role::SystemAdmin { Err(Refusal::SupervisorsMayNot(what)) } else { Ok(()) }
}

/// Rules 2 and 3.
fn may_change_role(caller: Caller, user: &User, role: Role) -> Result<(), Refusal> {
    admins_only(caller, "edit a role")?;
    if caller.role < Role::AccountOwner && user.role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("change the role of an account owner"));
    }
    if caller.user_id == user.user_id && role > user.role {
        return Err(Refusal::OwnRole);
    }
    may_give(caller, user.role, role)
}

/// Rules 2 and 3: who may make somebody with this role another one's equal.
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
    if caller.role < Role::AccountOwner && user.role == Role::AccountOwner {
        return Err(Refusal::AccountOwnersOnly("change the status of an account owner"));
    }
    Ok(())
}

/// The role that counts for somebody who signs in with a token: what was given here stands, else at most what
/// Twilio's answer to their token states (rule 25). A token that states none of the three roles
/// lets nobody in, whatever was given here: the identity provider has taken Flex away from them (rule 23).
#[must_use]
pub fn effective_role(user: &User, token_role: Option<Role>) -> Option<Role> {
    token_role.map(|stated| if user.role_granted { user.role } else { stated.min(user.role) })
}

#[cfg(test)]
mod tests;
