//! Why a rule says no: the one error of the rules, in words for the person who asked.

use thiserror::Error;

use crate::{Level, LevelRange, Role};

/// A refusal, with the value that caused it and what would be right. The text is shown to the caller.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Rule 1.
    #[error("Agents may not use the directory. Ask a supervisor or an admin.")]
    AgentsMayNot,
    /// Rule 2: what is refused to supervisors.
    #[error("A supervisor may not {0}. Ask a system admin or an account owner.")]
    SupervisorsMayNot(&'static str),
    /// Rule 3.
    #[error("Only an account owner may {0}.")]
    AccountOwnersOnly(&'static str),
    /// Rule 3.
    #[error("You cannot raise your own role. Ask somebody who may.")]
    OwnRole,
    /// Rule 3.
    #[error("This is the last active account owner. Make somebody else an account owner first.")]
    LastAccountOwner,
    /// Rule 29.
    #[error("This job was started by somebody else. Only they and admins may see it.")]
    SomebodyElsesJob,
    /// Rule 6; the length of the text after folding.
    #[error("The search text has {0} characters; it needs at least three. Without `q` everybody is listed.")]
    SearchTextTooShort(usize),
    /// Rule 6: nobody's name is that long.
    #[error("The search text has {0} characters; it may have at most {max}.", max = crate::search::MAX_TEXT)]
    SearchTextTooLong(usize),
    /// Rule 7.
    #[error("There is no status {0:?}. It is one of active, deactivated, deleted, all.")]
    UnknownStatus(String),
    /// A role that does not exist.
    #[error("There is no role {0:?}. It is one of account_owner, system_admin, supervisor, agent.")]
    UnknownRole(String),
    /// Nobody has this id.
    #[error("There is no user {0:?}.")]
    UnknownUser(String),
    /// No team has this id.
    #[error("There is no team {0:?}.")]
    UnknownTeam(String),
    /// Rule 19.
    #[error("There is no skill {0:?}. A skill must be in the catalog before it is assigned.")]
    UnknownSkill(String),
    /// Rule 19.
    #[error("The skill {skill:?} belongs to the skill set {is:?}, not to {asked:?}.")]
    WrongSkillSet {
        /// The skill.
        skill: String,
        /// Where it is.
        is: String,
        /// Where the request looked for it.
        asked: String,
    },
    /// New names only; adopted ones are kept as they are.
    #[error("{0:?} cannot be a skill's name. TaskRouter routes on letters, digits and _ (at most 64 of them).")]
    SkillName(String),
    /// Rule 19.
    #[error("Level {level} is out of range for {skill:?}: it is a whole number from {} to {}.", range.min, range.max)]
    LevelOutOfRange {
        /// The skill.
        skill: String,
        /// What was asked for.
        level: Level,
        /// What would be right.
        range: LevelRange,
    },
    /// Rule 19.
    #[error("The skill {0:?} has no levels. Assign it without one.")]
    SkillWithoutLevels(String),
    /// Rule 10.
    #[error("{0} teams are too many: a user has at most 25.")]
    TooManyTeams(usize),
    /// Rule 21.
    #[error("The team {0:?} is archived. Unarchive it before adding people.")]
    ArchivedTeam(String),
    /// Rule 11.
    #[error("Agents always receive tasks: act_as_agent cannot be set for the role agent.")]
    ActAsAgentOfAgent,
    /// Rule 24, `ROLE_AUTHORITY=idp`.
    #[error("Roles follow the identity provider in this deployment (ROLE_AUTHORITY=idp). Change the role {0} there.")]
    RoleFollowsIdentityProvider(Role),
    /// Rule 13: a tombstone is not edited.
    #[error("This user is deleted and cannot be changed. An operator with AWS access can restore them.")]
    DeletedUser,
    /// `If-Match` names an older version.
    #[error("The user has changed since you read it: it is version {is} now. Read it again and repeat the edit.")]
    Stale {
        /// The version that is current.
        is: u64,
    },
}

/// What sort of refusal it is; the edge turns each into one HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request is wrong in itself.
    Invalid,
    /// The caller may not.
    NotAllowed,
    /// What the request names does not exist.
    NotFound,
    /// Right in itself, but not with things as they stand.
    Conflict,
    /// The caller's precondition no longer holds.
    Stale,
}

impl Refusal {
    /// The stable name of this refusal, for programs: the `code` of a problem document.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AgentsMayNot => "agents-may-not",
            Self::SupervisorsMayNot(_) => "supervisors-may-not",
            Self::AccountOwnersOnly(_) => "account-owners-only",
            Self::OwnRole => "own-role",
            Self::LastAccountOwner => "last-account-owner",
            Self::SomebodyElsesJob => "somebody-elses-job",
            Self::SearchTextTooShort(_) => "search-text-too-short",
            Self::SearchTextTooLong(_) => "search-text-too-long",
            Self::UnknownStatus(_) => "unknown-status",
            Self::UnknownRole(_) => "unknown-role",
            Self::UnknownUser(_) => "unknown-user",
            Self::UnknownTeam(_) => "unknown-team",
            Self::UnknownSkill(_) => "unknown-skill",
            Self::WrongSkillSet { .. } => "wrong-skill-set",
            Self::SkillName(_) => "invalid-skill-name",
            Self::LevelOutOfRange { .. } => "level-out-of-range",
            Self::SkillWithoutLevels(_) => "skill-without-levels",
            Self::TooManyTeams(_) => "too-many-teams",
            Self::ArchivedTeam(_) => "archived-team",
            Self::ActAsAgentOfAgent => "act-as-agent-of-agent",
            Self::RoleFollowsIdentityProvider(_) => "role-follows-identity-provider",
            Self::DeletedUser => "deleted-user",
            Self::Stale { .. } => "stale",
        }
    }

    /// What sort of refusal it is.
    #[must_use]
    pub const fn kind(&self) -> RefusalKind {
        match self {
            Self::AgentsMayNot
            | Self::SupervisorsMayNot(_)
            | Self::AccountOwnersOnly(_)
            | Self::OwnRole
            | Self::SomebodyElsesJob => RefusalKind::NotAllowed,
            Self::SearchTextTooShort(_)
            | Self::SearchTextTooLong(_)
            | Self::UnknownStatus(_)
            | Self::UnknownRole(_)
            | Self::SkillName(_)
            | Self::LevelOutOfRange { .. }
            | Self::SkillWithoutLevels(_)
            | Self::WrongSkillSet { .. }
            | Self::TooManyTeams(_)
            | Self::ActAsAgentOfAgent => RefusalKind::Invalid,
            Self::UnknownUser(_) | Self::UnknownTeam(_) | Self::UnknownSkill(_) => RefusalKind::NotFound,
            Self::LastAccountOwner
            | Self::ArchivedTeam(_)
            | Self::RoleFollowsIdentityProvider(_)
            | Self::DeletedUser => RefusalKind::Conflict,
            Self::Stale { .. } => RefusalKind::Stale,
        }
    }
}
