//! The permissions as a table of role × target × operation. It generates `docs/permissions.md` and the permissions in
//! `GET /me`, and tests check it cell by cell.

use std::fmt::Write;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Caller, Operation, authorize};
use crate::{Identity, Refusal, Role, User, UserId};

/// The roles of a caller.
pub const CALLERS: [Role; 4] = [Role::Agent, Role::Supervisor, Role::SystemAdmin, Role::AccountOwner];

/// The target of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Another user, of this role.
    Other(Role),
    /// The caller themselves.
    Caller,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 5] = [
        Self::Other(Role::Agent),
        Self::Other(Role::Supervisor),
        Self::Other(Role::SystemAdmin),
        Self::Other(Role::AccountOwner),
        Self::Caller,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Other(Role::Agent) => "an agent",
            Self::Other(Role::Supervisor) => "a supervisor",
            Self::Other(Role::SystemAdmin) => "a system admin",
            Self::Other(Role::AccountOwner) => "an account owner",
            Self::Caller => "themselves",
        }
    }
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The operation's name, as `GET /me` returns it.
    pub name: &'static str,
    /// The operation's description, as `docs/permissions.md` shows it.
    pub description: &'static str,
    /// Whether its target is a user.
    pub has_target: bool,
    operation: for<'a> fn(&'a User) -> Operation<'a>,
}

const fn on_a_user(
    name: &'static str,
    description: &'static str,
    operation: for<'a> fn(&'a User) -> Operation<'a>,
) -> Row {
    Row { name, description, has_target: true, operation }
}

const fn on_the_directory(
    name: &'static str,
    description: &'static str,
    operation: for<'a> fn(&'a User) -> Operation<'a>,
) -> Row {
    Row { name, description, has_target: false, operation }
}

/// Every operation.
#[must_use]
pub const fn rows() -> &'static [Row] {
    const ROWS: &[Row] = &[
        on_the_directory("view_users", "find, list and view users, read their histories", |_| Operation::ViewUsers),
        on_the_directory("export_users", "export the list of users", |_| Operation::ExportUsers),
        on_the_directory("see_jobs", "view another user's job", |_| Operation::ViewJob {
            requested_by: other_user_id(),
        }),
        on_the_directory("add_agent", "add an agent before the first login", |_| Operation::AddUser(Role::Agent)),
        on_the_directory("add_supervisor", "add a supervisor", |_| Operation::AddUser(Role::Supervisor)),
        on_the_directory("add_system_admin", "add a system admin", |_| Operation::AddUser(Role::SystemAdmin)),
        on_the_directory("add_account_owner", "add an account owner", |_| Operation::AddUser(Role::AccountOwner)),
        on_the_directory("view_catalog", "list and view teams, skill sets and skills", |_| Operation::ViewCatalog),
        on_the_directory("manage_teams", "create and rename teams, set their skills", |_| Operation::ManageTeams),
        on_the_directory("archive_teams", "archive and unarchive teams", |_| Operation::ArchiveTeams),
        on_the_directory("delete_teams", "delete teams", |_| Operation::DeleteTeams),
        on_the_directory("manage_skills", "create and change skills and skill sets", |_| Operation::ManageSkills),
        on_the_directory("delete_skills", "delete skills and skill sets", |_| Operation::DeleteSkills),
        on_the_directory("view_reconciliations", "read the report of a reconciliation", |_| {
            Operation::ViewReconciliations
        }),
        on_the_directory("start_reconciliations", "start or confirm a reconciliation", |_| {
            Operation::StartReconciliation
        }),
        on_a_user("edit_user", "edit teams and Act as Agent", |user| Operation::EditUser(user)),
        on_a_user("assign_skills", "assign and remove skills", |user| Operation::AssignSkills(user)),
        on_a_user("request_sync", "try again to carry over to TaskRouter", |user| Operation::RequestSync(user)),
        on_a_user("decide_drift", "adopt or revert what others have changed in TaskRouter", |user| {
            Operation::DecideDrift(user)
        }),
        on_a_user("make_agent", "change the role to agent", |user| Operation::ChangeRole(user, Role::Agent)),
        on_a_user("make_supervisor", "change the role to supervisor", |user| {
            Operation::ChangeRole(user, Role::Supervisor)
        }),
        on_a_user("make_system_admin", "change the role to system admin", |user| {
            Operation::ChangeRole(user, Role::SystemAdmin)
        }),
        on_a_user("make_account_owner", "change the role to account owner", |user| {
            Operation::ChangeRole(user, Role::AccountOwner)
        }),
        on_a_user("deactivate", "deactivate", |user| Operation::Deactivate(user)),
        on_a_user("reactivate", "reactivate", |user| Operation::Reactivate(user)),
        on_a_user("delete", "delete", |user| Operation::Delete(user)),
    ];
    ROWS
}

fn other_user_id() -> UserId {
    UserId::new(Uuid::nil())
}

fn sample_user(number: u128, role: Role) -> User {
    let identity = Identity::reported("sample").expect("not empty");
    User::new(UserId::new(Uuid::from_u128(number)), identity, Timestamp::UNIX_EPOCH)
        .with(|user| user.managed.role = role)
}

/// One cell: the decision for a caller of this role.
pub fn decision(caller: Role, row: &Row, target: Target) -> Result<(), Refusal> {
    let calling_user = sample_user(1, caller);
    let user = match target {
        Target::Caller => calling_user.clone(),
        Target::Other(role) => sample_user(2, role),
    };
    authorize(Caller { user_id: calling_user.user_id, role: caller }, (row.operation)(&user))
}

/// The operations that this role may perform on at least one target.
#[must_use]
pub fn permitted_operations(caller: Role) -> Vec<&'static str> {
    let may = |row: &&Row| Target::ALL.iter().any(|&target| decision(caller, row, target).is_ok());
    rows().iter().filter(may).map(|row| row.name).collect()
}

/// The content of `docs/permissions.md`.
#[must_use]
pub fn document() -> String {
    let mut text = "# Permissions\n\n\
        Which role may perform which operation on which target. This page is generated from `authorize` in\n\
        `crates/domain/src/permissions.rs`, which decides every permission; a test compares the two. A cell is *yes*, or\n\
        the `code` of the rejection. The caller's role and status are checked at the moment of the change.\n\n\
        - An edit that states the role that the user already has requires only the permission to edit the user.\n\
        - The last active account owner cannot get another role, be deactivated or be deleted: `last-account-owner`.\n\
        - Users who are not active are rejected everywhere.\n\
        - Of a deleted user only admins can try again to carry them over: `supervisors-may-not`.\n"
        .to_owned();
    text += "\n## Operations on the directory\n\n| operation | agent | supervisor | system admin | account owner |\n|---|---|---|---|---|\n";
    for row in rows().iter().filter(|row| !row.has_target) {
        line(&mut text, row.description, &CALLERS.map(|caller| decision(caller, row, Target::Caller)));
    }
    for caller in CALLERS {
        let _ = write!(text, "\n## What {} may do to a user\n\n| operation", Target::Other(caller).name());
        let _ = writeln!(text, " | {} |\n|---|---|---|---|---|---|", Target::ALL.map(Target::name).join(" | "));
        for row in rows().iter().filter(|row| row.has_target) {
            line(&mut text, row.description, &Target::ALL.map(|target| decision(caller, row, target)));
        }
    }
    text
}

fn line(text: &mut String, description: &str, cells: &[Result<(), Refusal>]) {
    let cell = |cell: &Result<(), Refusal>| match cell {
        Ok(()) => "yes".to_owned(),
        Err(refusal) => format!("`{}`", refusal.code()),
    };
    let _ = writeln!(text, "| {description} | {} |", cells.iter().map(cell).collect::<Vec<_>>().join(" | "));
}
