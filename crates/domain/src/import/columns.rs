//! The columns that a file may have.

use crate::{
    Refusal,
    bulk::BulkRefusal,
    export::{HEADER, TEMPORARY_SKILLS},
};

/// In addition to the columns of an export: what is to become of a row that names nobody.
const ACTION: &str = "action";

/// The columns that a file of failed rows has at its end. They are not read.
pub const FAULT_COLUMNS: [&str; 3] = ["error_row", "error_column", "error"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    UserId,
    Identity,
    Name,
    Email,
    Role,
    Status,
    ActAsAgent,
    Teams,
    AssignedSkills,
    EffectiveSkills,
    WorkerSid,
    CreatedAt,
    UpdatedAt,
    TemporarySkills,
    Action,
    /// One of [`FAULT_COLUMNS`].
    Fault,
}

impl Column {
    /// Those of every export, in its order.
    pub(super) const EXPORTED: [Self; HEADER.len()] = [
        Self::UserId,
        Self::Identity,
        Self::Name,
        Self::Email,
        Self::Role,
        Self::Status,
        Self::ActAsAgent,
        Self::Teams,
        Self::AssignedSkills,
        Self::EffectiveSkills,
        Self::WorkerSid,
        Self::CreatedAt,
        Self::UpdatedAt,
    ];

    /// The column with this heading, in any case and with blanks around it.
    #[must_use]
    pub fn of_heading(text: &str) -> Option<Self> {
        let name = text.trim().to_lowercase();
        if name == ACTION {
            return Some(Self::Action);
        }
        if name == TEMPORARY_SKILLS {
            return Some(Self::TemporarySkills);
        }
        if FAULT_COLUMNS.contains(&name.as_str()) {
            return Some(Self::Fault);
        }
        Self::EXPORTED.into_iter().find(|column| column.name() == name)
    }

    /// Its heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Action => ACTION,
            Self::TemporarySkills => TEMPORARY_SKILLS,
            Self::Fault => FAULT_COLUMNS[2],
            exported => {
                let place = Self::EXPORTED.iter().position(|column| *column == exported);
                place.map_or("", |place| HEADER[place])
            }
        }
    }

    /// The column that this refusal is about, if it is about one.
    #[must_use]
    pub const fn of_refusal(refusal: &Refusal) -> Option<Self> {
        match refusal {
            Refusal::UnknownUser(_) => Some(Self::UserId),
            Refusal::Identity(_) | Refusal::IdentityTaken(_) | Refusal::Bulk(BulkRefusal::IdentityTakenSince) => {
                Some(Self::Identity)
            }
            Refusal::UserName(_) => Some(Self::Name),
            Refusal::Email(_) => Some(Self::Email),
            Refusal::UnknownRole(_)
            | Refusal::OwnRole
            | Refusal::LastAccountOwner
            | Refusal::RoleFollowsIdentityProvider(_) => Some(Self::Role),
            Refusal::UnknownStatus(_)
            | Refusal::OwnStatus
            | Refusal::Bulk(BulkRefusal::DeletedInBulk)
            | Refusal::DeletedUser => Some(Self::Status),
            Refusal::ActAsAgentOfAgent => Some(Self::ActAsAgent),
            Refusal::UnknownTeam(_)
            | Refusal::TeamNotLed(_)
            | Refusal::NoLedTeam
            | Refusal::ArchivedTeam(_)
            | Refusal::TooManyTeams(_) => Some(Self::Teams),
            Refusal::UnknownSkill(_)
            | Refusal::TooManySkills { .. }
            | Refusal::RepeatedSkill(_)
            | Refusal::LevelOutOfRange { .. }
            | Refusal::SkillWithoutLevels(_)
            | Refusal::LevelRequired { .. }
            | Refusal::AttributesTooLong { .. } => Some(Self::AssignedSkills),
            _ => None,
        }
    }
}
