//! What is wrong with a file, or with a row of it, and what would be right.

use thiserror::Error;

use super::{CLEARED, file};
use crate::{Quoted, Status, Time};

/// Why nothing of a file is read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FileFault {
    #[error("The file is empty. It begins with a row of column names, such as user_id, identity, role, teams.")]
    Empty,
    /// What it is instead: the first bytes of a file of Excel are those of a zip.
    #[error("This is a zip, such as a workbook of Excel, and no CSV. Save it as \"CSV UTF-8\" and send that.")]
    Zip,
    #[error("The file is in UTF-16. Save it as CSV in UTF-8 (in Excel: \"CSV UTF-8\").")]
    Utf16,
    /// The row of the first byte that is none.
    #[error("Row {0} is not UTF-8. Save the file as CSV in UTF-8 (in Excel: \"CSV UTF-8\").")]
    NotUtf8(u64),
    /// The version that the file states.
    #[error(
        "The first line says {0}, and this deployment reads {known}. Export the users again, and change that file.",
        known = crate::export::VERSION_LINE
    )]
    OtherVersion(Quoted),
    /// The first row of a file of something else.
    #[error(
        "The first row names no column user_id or identity, but {0}. This is no file of users: export some, and change \
         that file."
    )]
    OtherFile(Quoted),
    /// Headings that no column has.
    #[error("There is no column {0}. The columns are {columns}. Correct its name, or take it out.", columns = columns())]
    UnknownColumn(Quoted),
    #[error("The column {0} is there twice. Take one of them out.")]
    RepeatedColumn(&'static str),
    /// The row.
    #[error("Row {0} has more than {most} cells.", most = file::MAX_CELLS)]
    TooManyCells(u64),
    /// The row.
    #[error("Row {0} has more than {most} bytes: perhaps a quotation mark in it, or before it, is never closed.", most = file::MAX_ROW_BYTES)]
    RowTooLong(u64),
    /// More than fit into memory beside each other.
    #[error("The file has more than {most} rows. Divide it.", most = file::MAX_ROWS)]
    TooManyRows,
    /// The row.
    #[error("A quotation mark in row {0} is never closed. Close it, or write it twice where it is meant as text.")]
    OpenQuote(u64),
}

fn columns() -> String {
    let exported = super::Column::EXPORTED.into_iter().chain([super::Column::TemporarySkills, super::Column::Action]);
    exported.map(super::Column::name).collect::<Vec<_>>().join(", ")
}

impl FileFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "file-empty",
            Self::Zip => "file-zip",
            Self::Utf16 => "file-utf-16",
            Self::NotUtf8(_) => "file-not-utf-8",
            Self::OtherVersion(_) => "file-other-version",
            Self::OtherFile(_) => "file-other",
            Self::UnknownColumn(_) => "file-unknown-column",
            Self::RepeatedColumn(_) => "file-repeated-column",
            Self::TooManyCells(_) => "file-too-many-cells",
            Self::RowTooLong(_) => "file-row-too-long",
            Self::OpenQuote(_) => "file-open-quote",
            Self::TooManyRows => "file-too-many-rows",
        }
    }
}

/// Why nothing is made of a row, besides the rules.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RowFault {
    #[error("The row has {is} cells, more than the head, which has {columns}. Quote a cell that holds the separator.")]
    OtherCells { is: usize, columns: usize },
    #[error("The row names nobody. Fill in user_id, or identity.")]
    NamesNobody,
    #[error("{0} is no user id. Copy it from an export, or leave it blank and name the identity.")]
    UserId(Quoted),
    #[error(
        "Nobody has the identity {0}. Correct it; or, to add the user before their first login, write add in a column action."
    )]
    UnknownIdentity(Quoted),
    /// The row that named the user before.
    #[error("Row {0} names the same user. Leave one of them.")]
    Repeated(u64),
    #[error("{0} is no action. Write add to add a user who is not there yet, or leave it blank.")]
    Action(Quoted),
    /// Of a user who is added.
    #[error("A user is added active, and the row says {0}. Leave this cell blank, and deactivate them afterwards.")]
    AddedStatus(Status),
    /// Of a user who is added, a column that is not decided here.
    #[error("A user who is added has nothing of this yet, and the row says {0}. Leave the cell blank.")]
    OfAdded(Quoted),
    /// When the user was last changed.
    #[error(
        "The user was changed after this row was exported, at {0}: the row may take that back. Export the users again and change \
         that file; or blank updated_at, if the row is what you want."
    )]
    Stale(Time),
    #[error("{0} is neither true nor false. Write one of them, or leave the cell blank.")]
    Boolean(Quoted),
    #[error("{0} is no status that can be set: it is active or deactivated.")]
    Status(Quoted),
    #[error("There is no team {0}. Create it first, or correct its name. Teams are separated by ;.")]
    UnknownTeam(Quoted),
    #[error(
        "There is no skill {0}. Create it first, or correct its name. Skills are separated by ;, a level follows a :."
    )]
    UnknownSkill(Quoted),
    #[error("{level} is no level of {skill}: it is a whole number, as in English:80.")]
    Level { skill: Quoted, level: Quoted },
    #[error("The skill {0} is named twice. Name it once.")]
    RepeatedSkill(Quoted),
    #[error("{CLEARED} clears teams and assigned_skills only. Leave this cell blank to leave it as it is.")]
    NotCleared,
    /// A column that is not decided here; what it is, and what the row says.
    #[error("An import does not change this: it is {is}, and the row says {says}. Leave the cell as it is, or blank.")]
    Kept { is: Quoted, says: Quoted },
    /// Effective skills follow from others.
    #[error(
        "Effective skills follow from assigned skills and teams: they are {is}, and the row says {says}. Change \
         assigned_skills, and leave this cell as it is, or blank."
    )]
    Effective { is: Quoted, says: Quoted },
    #[error("{says} is not when the user was last changed: that is {is}. Leave the cell as it is, or blank.")]
    UpdatedAt { is: Time, says: Quoted },
}

impl RowFault {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherCells { .. } => "row-other-cells",
            Self::NamesNobody => "row-names-nobody",
            Self::UserId(_) => "row-user-id",
            Self::UnknownIdentity(_) => "row-unknown-identity",
            Self::Repeated(_) => "row-repeated",
            Self::Action(_) => "row-action",
            Self::Boolean(_) => "row-boolean",
            Self::Status(_) | Self::AddedStatus(_) => "row-status",
            Self::Stale(_) => "row-stale",
            Self::UnknownTeam(_) => "row-unknown-team",
            Self::UnknownSkill(_) => "row-unknown-skill",
            Self::Level { .. } => "row-level",
            Self::RepeatedSkill(_) => "row-repeated-skill",
            Self::NotCleared => "row-not-cleared",
            Self::Kept { .. } | Self::OfAdded(_) | Self::Effective { .. } | Self::UpdatedAt { .. } => "row-kept",
        }
    }
}
