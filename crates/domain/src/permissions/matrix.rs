//! The permissions as a table of role × target × operation. It generates `docs/permissions.md` and the permissions in
//! `GET /me`, and tests check it cell by cell.

use std::{collections::BTreeSet, fmt::Write};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Caller, Operation, authorize};
use crate::{Identity, Refusal, Role, TeamId, User, UserId, policy::SupervisorScope};

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
    operation: for<'a> fn(&'a Sample) -> Operation<'a>,
}

/// What an operation is performed on.
struct Sample {
    user: User,
    /// The user's, and those that a user is added to.
    teams: BTreeSet<TeamId>,
    team_id: TeamId,
}

const fn on_a_user(
    name: &'static str,
    description: &'static str,
    operation: for<'a> fn(&'a Sample) -> Operation<'a>,
) -> Row {
    Row { name, description, has_target: true, operation }
}

const fn on_the_directory(
    name: &'static str,
    description: &'static str,
    operation: for<'a> fn(&'a Sample) -> Operation<'a>,
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
        on_the_directory("add_agent", "add an agent before the first login", |on| {
            Operation::AddUser(Role::Agent, &on.teams)
        }),
        on_the_directory("add_supervisor", "add a supervisor", |on| Operation::AddUser(Role::Supervisor, &on.teams)),
        on_the_directory("add_system_admin", "add a system admin", |on| {
            Operation::AddUser(Role::SystemAdmin, &on.teams)
        }),
        on_the_directory("add_account_owner", "add an account owner", |on| {
            Operation::AddUser(Role::AccountOwner, &on.teams)
        }),
        on_the_directory("view_catalog", "list and view teams, skill sets, skills and presets", |_| {
            Operation::ViewCatalog
        }),
        on_the_directory("create_teams", "create teams", |_| Operation::CreateTeams),
        on_the_directory("manage_teams", "rename teams, set their skills", |on| Operation::ManageTeam(on.team_id)),
        on_the_directory("archive_teams", "archive and unarchive teams", |_| Operation::ArchiveTeams),
        on_the_directory("delete_teams", "delete teams", |_| Operation::DeleteTeams),
        on_the_directory("manage_skills", "create and change skills and skill sets", |_| Operation::ManageSkills),
        on_the_directory("delete_skills", "delete skills and skill sets", |_| Operation::DeleteSkills),
        on_the_directory("manage_presets", "create, change and delete skill presets", |_| Operation::ManagePresets),
        on_the_directory("view_reconciliations", "read the report of a reconciliation", |_| {
            Operation::ViewReconciliations
        }),
        on_the_directory("start_reconciliations", "start or confirm a reconciliation", |_| {
            Operation::StartReconciliation
        }),
        on_a_user("edit_user", "edit teams and Act as Agent", |on| Operation::EditUser(&on.user)),
        on_a_user("change_leads", "say which of their teams they lead", |on| Operation::ChangeLeads(&on.user)),
        on_a_user("assign_skills", "assign and remove skills", |on| Operation::AssignSkills(&on.user)),
        on_a_user("request_sync", "try again to carry over to TaskRouter", |on| Operation::RequestSync(&on.user)),
        on_a_user("decide_drift", "adopt or revert what others have changed in TaskRouter", |on| {
            Operation::DecideDrift(&on.user)
        }),
        on_a_user("make_agent", "change the role to agent", |on| Operation::ChangeRole(&on.user, Role::Agent)),
        on_a_user("make_supervisor", "change the role to supervisor", |on| {
            Operation::ChangeRole(&on.user, Role::Supervisor)
        }),
        on_a_user("make_system_admin", "change the role to system admin", |on| {
            Operation::ChangeRole(&on.user, Role::SystemAdmin)
        }),
        on_a_user("make_account_owner", "change the role to account owner", |on| {
            Operation::ChangeRole(&on.user, Role::AccountOwner)
        }),
        on_a_user("deactivate", "deactivate", |on| Operation::Deactivate(&on.user)),
        on_a_user("reactivate", "reactivate", |on| Operation::Reactivate(&on.user)),
        on_a_user("delete", "delete", |on| Operation::Delete(&on.user)),
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

/// One cell: the decision for a caller of this role, where supervisors change every user.
pub fn decision(caller: Role, row: &Row, target: Target) -> Result<(), Refusal> {
    decision_for(&Caller::new(sample_user(1, caller).user_id, caller), row, target)
}

/// The decision for this caller; the target is in the teams that they lead.
pub(super) fn decision_for(caller: &Caller, row: &Row, target: Target) -> Result<(), Refusal> {
    let user = match target {
        Target::Caller => sample_user(1, caller.role).with(|user| user.user_id = caller.user_id),
        Target::Other(role) => sample_user(2, role),
    };
    let teams = caller.leads.clone();
    let user = user.with(|user| user.managed.teams.clone_from(&teams));
    let team_id = teams.first().copied().unwrap_or(TeamId::new(Uuid::nil()));
    authorize(caller, (row.operation)(&Sample { user, teams, team_id }))
}

/// The operations that the caller may perform on at least one target.
#[must_use]
pub fn permitted_operations(caller: &Caller) -> Vec<&'static str> {
    let may = |row: &&Row| Target::ALL.iter().any(|&target| decision_for(caller, row, target).is_ok());
    rows().iter().filter(may).map(|row| row.name).collect()
}

/// A supervisor who leads this team, where they change only what belongs to it.
fn sample_lead(leads: impl IntoIterator<Item = TeamId>) -> Caller {
    let caller = Caller::new(sample_user(1, Role::Supervisor).user_id, Role::Supervisor);
    Caller { scope: SupervisorScope::Teams, leads: leads.into_iter().collect(), ..caller }
}

/// The content of `docs/permissions.md`.
#[must_use]
pub fn document() -> String {
    let mut text = "# Permissions\n\n\
        Which role may perform which operation on which target. This page is generated from `authorize` in\n\
        `crates/domain/src/permissions.rs`, which decides every permission; a test compares the two. A cell is *yes*, or\n\
        the `code` of the rejection. The caller's role, status and led teams are checked at the moment of the change.\n\n\
        - An edit that states the role that the user already has requires only the permission to edit the user.\n\
        - The last active account owner cannot get another role, be deactivated or be deleted: `last-account-owner`.\n\
        - Users who are not active are rejected everywhere.\n\
        - Of a deleted user only admins can try again to carry them over: `supervisors-may-not`.\n\
        - What is said here of supervisors holds with `SupervisorScope` `all`, the default; the [last table](#supervisors-of-their-own-teams)\n  \
          says what changes with `teams`.\n"
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
    text += "\n## Supervisors of their own teams\n\n\
        With `SupervisorScope` `teams` a supervisor sees every user, and changes only members of the teams that they lead, and\n\
        only those teams. Who leads a team is set by admins. The caller is no exception: without a team that they lead they do\n\
        not change themselves. A member gets and loses led teams alone: any other is `team-not-led`, and to remove another lead\n\
        takes an admin, since it ends their leading.\n\n\
        | operation of a supervisor | on a team that they lead, or a member of it | on another |\n|---|---|---|\n";
    for row in rows() {
        let cells = [sample_lead([TeamId::new(Uuid::nil())]), sample_lead([])];
        let cells = cells.map(|caller| decision_for(&caller, row, Target::Other(Role::Agent)));
        line(&mut text, row.description, &cells);
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
