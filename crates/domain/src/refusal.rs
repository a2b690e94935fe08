//! The error of the rules, worded for the user who made the request.

use thiserror::Error;
use uuid::Uuid;

use crate::{
    Level, LevelRange, Quoted, Role, Status,
    bulk::BulkRefusal,
    drift::DriftRefusal,
    import::{FileFault, RowFault},
    temporary_skill::TemporaryRefusal,
};

/// A refusal, with the value that caused it and what would be right. The text is shown to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Rule 1.
    #[error("Agents may not use the directory. Ask a supervisor or an admin.")]
    AgentsMayNot,
    /// Rule 2: an operation that supervisors must not perform.
    #[error("A supervisor may not {0}. Ask a system admin or an account owner.")]
    SupervisorsMayNot(&'static str),
    /// Rule 3.
    #[error("Only an account owner may {0}.")]
    AccountOwnersOnly(&'static str),
    /// Rule 3.
    #[error("You cannot raise your own role. Ask a user with a higher role.")]
    OwnRole,
    /// Rule 3.
    #[error("You cannot deactivate or delete yourself. Ask another admin.")]
    OwnStatus,
    /// Rule 2, `SUPERVISOR_SCOPE=teams`.
    #[error(
        "This user is in no team that you lead, and here a supervisor changes only members of those. Ask a lead of one \
         of the user's teams, or an admin."
    )]
    OutsideLedTeams,
    /// Rule 2, `SUPERVISOR_SCOPE=teams`; the team.
    #[error("You do not lead the team {0}, and here a supervisor changes only teams that they lead. Ask an admin.")]
    TeamNotLed(Quoted),
    /// Rule 2, `SUPERVISOR_SCOPE=teams`.
    #[error("Here a supervisor adds users only to teams that they lead. Name at least one of yours in teams.")]
    NoLedTeam,
    /// Only members lead a team; the team.
    #[error(
        "The user is not in the team {0} after this edit and cannot lead it. Add it to teams, or take it out of leads."
    )]
    LeadsWithoutMembership(Quoted),
    /// Agents change nothing (rule 1), so they lead nothing.
    #[error("Agents lead no team. Give the user another role in the same edit, or take the teams out of leads.")]
    LeadsOfAgent,
    /// Rule 5: the caller was demoted, deactivated or deleted a moment ago.
    #[error("You may not do this any more: your role, status or teams have just been changed.")]
    CallerMayNoLonger,
    /// Rule 3.
    #[error("This is the last active account owner. Make another user an account owner first.")]
    LastAccountOwner,
    /// Rule 29.
    #[error("This job was started by another user. Only that user and admins may see it.")]
    ForeignJob,
    /// Rule 29; the job.
    #[error("Your export {0} is still being written. Wait until it is done.")]
    ExportRunning(Uuid),
    #[error(transparent)]
    Drift(#[from] DriftRefusal),
    #[error(transparent)]
    Temporary(#[from] TemporaryRefusal),
    #[error(transparent)]
    Bulk(#[from] BulkRefusal),
    /// A file that is no file of users.
    #[error(transparent)]
    File(#[from] FileFault),
    /// A row of a file.
    #[error(transparent)]
    Row(#[from] RowFault),
    /// An import of an upload that has not come, or is forgotten.
    #[error(
        "There is no file of the upload {0}. Send it by PUT to the link of the upload, which is valid for 15 minutes; it is kept for a day."
    )]
    UploadMissing(Quoted),
    /// The size of a file that is to be uploaded, in bytes.
    #[error("A file of {0} bytes cannot be imported: it has 1 to {max}.", max = crate::import::MAX_FILE_BYTES)]
    FileSize(u64),
    /// Rule 6; the length of the text after folding.
    #[error("The search text has {0} characters; it needs at least three, or two that are both Han, kana or Hangul.")]
    SearchTextTooShort(usize),
    /// Rule 6: longer than any name.
    #[error("The search text has {0} characters; it may have at most {max}.", max = crate::search::MAX_TEXT)]
    SearchTextTooLong(usize),
    /// Rule 7.
    #[error("There is no status {0}. It is one of active, deactivated, deleted, all.")]
    UnknownStatus(Quoted),
    /// Rule 9.
    #[error("There is no state of synchronisation {0}. It is one of synced, pending, failed, contested.")]
    UnknownSyncStage(Quoted),
    /// A role that does not exist.
    #[error("There is no role {0}. It is one of account_owner, system_admin, supervisor, agent.")]
    UnknownRole(Quoted),
    /// One reconciliation at a time; its id.
    #[error("The reconciliation {0} is running. Its progress is at GET /reconciliations/latest.")]
    ReconciliationRunning(Quoted),
    /// Only the latest reconciliation can be confirmed, and only if it was braked.
    #[error(
        "{0} is not the latest reconciliation, or it does not wait to be confirmed. Read GET /reconciliations/latest."
    )]
    NothingToConfirm(Quoted),
    /// No reconciliation has begun yet.
    #[error("No reconciliation has begun yet. The schedule starts one every 15 minutes.")]
    NoReconciliation,
    /// No user has this id.
    #[error("There is no user {0}.")]
    UnknownUser(Quoted),
    /// No team has this id.
    #[error("There is no team {0}.")]
    UnknownTeam(Quoted),
    /// No skill set has this name.
    #[error("There is no skill set {0}.")]
    UnknownSkillSet(Quoted),
    /// No skill preset has this id.
    #[error("There is no skill preset {0}.")]
    UnknownPreset(Quoted),
    /// Rule 19.
    #[error("There is no skill {0}. A skill must be in the catalog before it is assigned.")]
    UnknownSkill(Quoted),
    /// Rule 19.
    #[error("The skill {skill} belongs to the skill set {is}, not to {asked}.")]
    WrongSkillSet {
        skill: Quoted,
        /// Where it is.
        is: Quoted,
        /// Where the request looked for it.
        asked: Quoted,
    },
    /// New names only; adopted ones are kept as they are.
    #[error(
        "{0} cannot be a skill's name. {why}TaskRouter routes on letters, digits and _ (at most 64 of them).",
        why = .0.why_invisible()
    )]
    SkillName(Quoted),
    /// What TaskRouter's expressions read as something else.
    #[error("{0} cannot be a skill's name: it is a word of TaskRouter's expressions. Add to it, such as _1.")]
    ReservedSkillName(Quoted),
    /// A skill's name is unique over all skill sets.
    #[error("The skill {skill} is in the skill set {is} already. A skill's name is unique over all skill sets.")]
    SkillElsewhere {
        skill: Quoted,
        /// Where it is.
        is: Quoted,
    },
    /// Rule 33: another skill has this name but for case, width and invisible characters.
    #[error(
        "There is a skill {existing} already; {skill} is the same name but for case, width and invisible characters."
    )]
    SkillExists {
        skill: Quoted,
        /// As the other skill spells it.
        existing: Quoted,
    },
    /// A range that no level can be in.
    #[error(
        "The levels from {min} to {max} are no range: both are whole numbers from 0 to {most}, and min is not above max.",
        most = LevelRange::MAX
    )]
    LevelRange {
        /// The lowest level in the request.
        min: i64,
        /// The highest level in the request.
        max: i64,
    },
    /// A range for a skill that is to have no levels.
    #[error(
        "A skill without levels has no range and needs no level. Leave out min, max and level_required, or levels."
    )]
    RangeWithoutLevels,
    /// A skill set's name.
    #[error(
        "{0} cannot be a skill set's name. {why}It has 1 to 64 characters, no / and no invisible characters.",
        why = .0.why_invisible()
    )]
    SkillSetName(Quoted),
    /// There is one of this name, as it is spelled there.
    #[error("There is a skill set {0} already. Case, width and invisible characters make no other name.")]
    SkillSetExists(Quoted),
    /// Rule 21.
    #[error("The skill {skill} is in use (users: {users}, teams: {teams}). Remove it there first.")]
    SkillInUse {
        skill: Quoted,
        /// Number of users to whom it is assigned.
        users: usize,
        /// Number of teams that grant it.
        teams: usize,
    },
    /// Rule 21.
    #[error("The skill set {skill_set} is in use (users: {users}, teams: {teams}). Remove its skills there first.")]
    SkillSetInUse {
        skill_set: Quoted,
        /// Number of users to whom one of its skills is assigned.
        users: usize,
        /// Number of teams that grant one of its skills.
        teams: usize,
    },
    /// A team's name.
    #[error(
        "{0} cannot be a team's name. {why}It has 1 to 64 characters, not all of them spaces, and no invisible ones.",
        why = .0.why_invisible()
    )]
    TeamName(Quoted),
    /// There is one of this name.
    #[error("There is a team {0} already. Case, width and invisible characters make no other name.")]
    TeamNameTaken(Quoted),
    /// Rule 21.
    #[error("The team {team} is not empty (members: {members}). Archive it, or delete it once it has no members.")]
    TeamHasMembers {
        team: Quoted,
        /// Number of members, deactivated ones included.
        members: usize,
    },
    /// A preset's name.
    #[error(
        "{0} cannot be a preset's name. {why}It has 1 to 64 characters, not all of them spaces, and no invisible ones.",
        why = .0.why_invisible()
    )]
    PresetName(Quoted),
    /// Rule 33: another preset has this name, as it is spelled there.
    #[error("There is a skill preset {0} already. Case, width and invisible characters make no other name.")]
    PresetNameTaken(Quoted),
    /// A preset without any skill.
    #[error("A skill preset has at least one skill. Name it in skills; delete a preset that is not needed any more.")]
    EmptyPreset,
    /// A preset is copied whole, and a skill was deleted since it was saved.
    #[error(
        "The preset {preset} has the skill {skill}, which is not in the catalog any more. Take it out of the preset, \
         or create it again."
    )]
    PresetSkillGone {
        preset: Quoted,
        /// The first one that is gone.
        skill: Quoted,
    },
    /// Skills are copied from a user who has none.
    #[error("The user to copy from has no assigned skills, so that there is nothing to add. Choose another source.")]
    NothingToAdd,
    /// Skills are copied from a user who has none, instead of all others.
    #[error(
        "The user to copy from has no assigned skills: to replace by them would remove every assigned skill. If that \
         is what you want, state an empty list in replace."
    )]
    NothingToReplaceWith,
    /// The limit of skills of a team, of a preset, and of a user who is added.
    #[error("{count} skills are too many: at most {most}.")]
    TooManySkills {
        /// How many.
        count: usize,
        most: usize,
    },
    /// Two levels for one skill are ambiguous.
    #[error("The skill {0} is named twice with different levels. Name it once.")]
    RepeatedSkill(Quoted),
    /// Not a valid friendly name of a worker.
    #[error(
        "{0} cannot be an identity. {why}It is the worker's friendly name in TaskRouter: 1 to 64 characters, none of \
         them invisible, no spaces at its ends.",
        why = .0.why_invisible()
    )]
    Identity(Quoted),
    /// Not a valid name of a user.
    #[error(
        "{0} cannot be the name of a user. {why}It has 1 to 128 characters, not all of them spaces, and no invisible ones.",
        why = .0.why_invisible()
    )]
    UserName(Quoted),
    /// Not a valid e-mail address.
    #[error(
        "{0} is no e-mail address. {why}It looks like ada@example.com and has at most 254 characters.",
        why = .0.why_invisible()
    )]
    Email(Quoted),
    /// Rule 22: an identity belongs to one user.
    #[error("The identity {0} belongs to a user already. If that user is deleted, an operator can restore them.")]
    IdentityTaken(Quoted),
    /// Rule 19.
    #[error("Level {level} is out of range for {skill}: it is a whole number from {} to {}.", range.min, range.max)]
    LevelOutOfRange {
        skill: Quoted,
        /// The level in the request.
        level: Level,
        range: LevelRange,
    },
    /// Rule 19.
    #[error("The skill {0} has no levels. Assign it without one.")]
    SkillWithoutLevels(Quoted),
    /// Rule 16.
    #[error(
        "The skill {skill} needs a level, a whole number from {} to {}: Flex's own panel cannot save a worker without \
         one. Give a level; a user also has the level that one of their teams grants.",
        range.min,
        range.max
    )]
    LevelRequired { skill: Quoted, range: LevelRange },
    /// Rule 35: not a point in time.
    #[error("{0} is no time. It is written as RFC 3339 does, with its offset from UTC, such as 2026-11-27T08:00:00Z.")]
    InvalidTime(Quoted),
    /// An account without Flex.
    #[error("This account has no configuration of Flex, so that there are no definitions of skills.")]
    NoFlexConfiguration,
    /// Rule 10.
    #[error("{0} teams are too many: a user has at most 25.")]
    TooManyTeams(usize),
    /// Rule 21.
    #[error("The team {0} is archived. Unarchive it before adding people.")]
    ArchivedTeam(Quoted),
    /// Rule 11.
    #[error("Agents always receive tasks: act_as_agent cannot be set for the role agent.")]
    ActAsAgentOfAgent,
    /// Rule 27.
    #[error(
        "The worker's attributes would have {chars} characters, {} more than TaskRouter takes ({most}). Remove skills or \
         teams here, or other attributes in the Twilio Console.",
        chars - most
    )]
    AttributesTooLong {
        /// Of the attributes after the change; more than `most`.
        chars: usize,
        most: usize,
    },
    /// Rule 24, `ROLE_AUTHORITY=idp`.
    #[error("Roles follow the identity provider in this deployment. Change the role {0} there.")]
    RoleFollowsIdentityProvider(Role),
    /// Only deleted users can be restored.
    #[error("This user is {0} and not deleted; there is nothing to restore.")]
    NotDeleted(Status),
    /// Of other users the personal data is needed.
    #[error("This user is {0}: only deleted users are erased. Delete them first.")]
    NotErasable(Status),
    /// The worker holds the same data, and would bring it back.
    #[error(
        "The worker {0} of this user is still in TaskRouter. It is removed once it holds no accepted reservation, if this \
        deployment writes to TaskRouter; else remove it in Twilio's Console first."
    )]
    WorkerNotRemoved(Quoted),
    /// What would be restored is gone.
    #[error("This user's personal data was erased; they cannot be restored.")]
    ErasedUser,
    /// Rule 13: a tombstone is not edited.
    #[error("This user is deleted and cannot be changed. An operator with AWS access can restore them.")]
    DeletedUser,
    /// The change expects a version of something that does not exist.
    #[error("The change expects an existing {0}, and there is none.")]
    MissingForVersion(&'static str),
    /// The change is to create something that exists.
    #[error("There is a {0} already.")]
    AlreadyExists(&'static str),
    /// The change is based on another version than the current one.
    #[error(
        "The {what} has changed since you read it: it is version {current} now. Read it again and repeat the edit."
    )]
    VersionConflict {
        /// A user, a team, a skill.
        what: &'static str,
        current: u64,
    },
}

/// The kind of a refusal; the HTTP layer gives each its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request is wrong in itself.
    Invalid,
    /// The caller must not do it.
    NotAllowed,
    /// Something in the request does not exist.
    NotFound,
    /// Valid in itself, but in conflict with the current state.
    Conflict,
    /// The change is based on another version than the current one, or on there being none.
    VersionConflict,
}

impl Refusal {
    /// The stable name of this refusal, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AgentsMayNot => "agents-may-not",
            Self::SupervisorsMayNot(_) => "supervisors-may-not",
            Self::AccountOwnersOnly(_) => "account-owners-only",
            Self::OwnRole => "own-role",
            Self::OwnStatus => "own-status",
            Self::OutsideLedTeams => "outside-led-teams",
            Self::TeamNotLed(_) => "team-not-led",
            Self::NoLedTeam => "no-led-team",
            Self::LeadsWithoutMembership(_) => "leads-without-membership",
            Self::LeadsOfAgent => "leads-of-agent",
            Self::CallerMayNoLonger => "caller-may-no-longer",
            Self::LastAccountOwner => "last-account-owner",
            Self::ForeignJob => "somebody-elses-job",
            Self::ExportRunning(_) => "export-running",
            Self::Drift(refusal) => refusal.code(),
            Self::Temporary(refusal) => refusal.code(),
            Self::Bulk(refusal) => refusal.code(),
            Self::File(fault) => fault.code(),
            Self::Row(fault) => fault.code(),
            Self::UploadMissing(_) => "upload-missing",
            Self::FileSize(_) => "file-size",
            Self::SearchTextTooShort(_) => "search-text-too-short",
            Self::SearchTextTooLong(_) => "search-text-too-long",
            Self::UnknownStatus(_) => "unknown-status",
            Self::UnknownSyncStage(_) => "unknown-sync-state",
            Self::UnknownRole(_) => "unknown-role",
            Self::ReconciliationRunning(_) => "reconciliation-running",
            Self::NothingToConfirm(_) => "nothing-to-confirm",
            Self::NoReconciliation => "no-reconciliation",
            Self::UnknownUser(_) => "unknown-user",
            Self::UnknownTeam(_) => "unknown-team",
            Self::UnknownSkill(_) | Self::PresetSkillGone { .. } => "unknown-skill",
            Self::UnknownPreset(_) => "unknown-preset",
            Self::UnknownSkillSet(_) => "unknown-skill-set",
            Self::WrongSkillSet { .. } => "wrong-skill-set",
            Self::SkillName(_) | Self::ReservedSkillName(_) => "invalid-skill-name",
            Self::SkillElsewhere { .. } => "skill-elsewhere",
            Self::SkillExists { .. } => "skill-exists",
            Self::LevelRange { .. } | Self::RangeWithoutLevels => "invalid-level-range",
            Self::SkillSetName(_) => "invalid-skill-set-name",
            Self::SkillSetExists(_) => "skill-set-exists",
            Self::SkillInUse { .. } => "skill-in-use",
            Self::SkillSetInUse { .. } => "skill-set-in-use",
            Self::TeamName(_) => "invalid-team-name",
            Self::TeamNameTaken(_) => "team-name-taken",
            Self::TeamHasMembers { .. } => "team-has-members",
            Self::PresetName(_) => "invalid-preset-name",
            Self::PresetNameTaken(_) => "preset-name-taken",
            Self::EmptyPreset => "empty-preset",
            Self::NothingToAdd | Self::NothingToReplaceWith => "nothing-to-copy",
            Self::TooManySkills { .. } => "too-many-skills",
            Self::RepeatedSkill(_) => "repeated-skill",
            Self::Identity(_) => "invalid-identity",
            Self::UserName(_) => "invalid-name",
            Self::Email(_) => "invalid-email",
            Self::IdentityTaken(_) => "identity-taken",
            Self::LevelOutOfRange { .. } => "level-out-of-range",
            Self::SkillWithoutLevels(_) => "skill-without-levels",
            Self::LevelRequired { .. } => "level-required",
            Self::InvalidTime(_) => "invalid-time",
            Self::NoFlexConfiguration => "no-flex-configuration",
            Self::TooManyTeams(_) => "too-many-teams",
            Self::ArchivedTeam(_) => "archived-team",
            Self::ActAsAgentOfAgent => "act-as-agent-of-agent",
            Self::AttributesTooLong { .. } => "attributes-too-long",
            Self::RoleFollowsIdentityProvider(_) => "role-follows-identity-provider",
            Self::NotDeleted(_) | Self::NotErasable(_) => "not-deleted",
            Self::WorkerNotRemoved(_) => "worker-not-removed",
            Self::ErasedUser => "erased-user",
            Self::DeletedUser => "deleted-user",
            Self::AlreadyExists(_) => "already-exists",
            Self::MissingForVersion(_) | Self::VersionConflict { .. } => "stale",
        }
    }

    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::Drift(refusal) => refusal.kind(),
            Self::Temporary(refusal) => refusal.kind(),
            Self::Bulk(refusal) => refusal.kind(),
            Self::AgentsMayNot
            | Self::SupervisorsMayNot(_)
            | Self::AccountOwnersOnly(_)
            | Self::OwnRole
            | Self::OwnStatus
            | Self::OutsideLedTeams
            | Self::TeamNotLed(_)
            | Self::NoLedTeam
            | Self::CallerMayNoLonger
            | Self::ForeignJob => RefusalKind::NotAllowed,
            Self::File(_)
            | Self::Row(_)
            | Self::FileSize(_)
            | Self::SearchTextTooShort(_)
            | Self::SearchTextTooLong(_)
            | Self::UnknownStatus(_)
            | Self::UnknownSyncStage(_)
            | Self::UnknownRole(_)
            | Self::SkillName(_)
            | Self::ReservedSkillName(_)
            | Self::LevelRange { .. }
            | Self::RangeWithoutLevels
            | Self::SkillSetName(_)
            | Self::TeamName(_)
            | Self::PresetName(_)
            | Self::EmptyPreset
            | Self::NothingToAdd
            | Self::NothingToReplaceWith
            | Self::TooManySkills { .. }
            | Self::RepeatedSkill(_)
            | Self::Identity(_)
            | Self::UserName(_)
            | Self::Email(_)
            | Self::LevelOutOfRange { .. }
            | Self::SkillWithoutLevels(_)
            | Self::LevelRequired { .. }
            | Self::InvalidTime(_)
            | Self::WrongSkillSet { .. }
            | Self::TooManyTeams(_)
            | Self::LeadsWithoutMembership(_)
            | Self::LeadsOfAgent
            | Self::ActAsAgentOfAgent => RefusalKind::Invalid,
            Self::UnknownUser(_)
            | Self::UnknownTeam(_)
            | Self::UnknownSkill(_)
            | Self::UnknownSkillSet(_)
            | Self::UnknownPreset(_)
            | Self::PresetSkillGone { .. }
            | Self::NoFlexConfiguration
            | Self::NoReconciliation => RefusalKind::NotFound,
            Self::LastAccountOwner
            | Self::ReconciliationRunning(_)
            | Self::NothingToConfirm(_)
            | Self::ArchivedTeam(_)
            | Self::SkillElsewhere { .. }
            | Self::SkillExists { .. }
            | Self::SkillSetExists(_)
            | Self::SkillInUse { .. }
            | Self::SkillSetInUse { .. }
            | Self::TeamNameTaken(_)
            | Self::PresetNameTaken(_)
            | Self::TeamHasMembers { .. }
            | Self::IdentityTaken(_)
            | Self::NotDeleted(_)
            | Self::NotErasable(_)
            | Self::WorkerNotRemoved(_)
            | Self::ErasedUser
            | Self::AttributesTooLong { .. }
            | Self::RoleFollowsIdentityProvider(_)
            | Self::ExportRunning(_)
            | Self::UploadMissing(_)
            | Self::DeletedUser => RefusalKind::Conflict,
            Self::AlreadyExists(_) | Self::MissingForVersion(_) | Self::VersionConflict { .. } => {
                RefusalKind::VersionConflict
            }
        }
    }
}
