//! What a row states, cell by cell.

use std::str::FromStr as _;

use super::{CLEARED, Column, Row, RowFault, RowRefusal};
use crate::{
    Identity, Level, Refusal, Role, Status, UserId,
    export::{skill_and_level, split, undefused},
};

/// What a row states. A part that is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    pub user_id: Option<UserId>,
    pub identity: Option<Identity>,
    pub role: Option<Role>,
    pub status: Option<Status>,
    pub act_as_agent: Option<bool>,
    /// The names, or ids, of all teams afterwards.
    pub teams: Option<Vec<String>>,
    /// The names of all assigned skills afterwards, with their levels.
    pub assigned_skills: Option<Vec<(String, Option<Level>)>>,
    /// Whether a user who is not there is added.
    pub adds: bool,
    /// What the row says of columns that are not decided here.
    pub(super) kept: Vec<(Column, String)>,
}

impl Values {
    /// What the cells of a row in these columns state.
    pub fn parse(row: &Row, columns: &[Column]) -> Result<Self, RowRefusal> {
        // Blank cells at its end a spreadsheet may leave out.
        let beyond = row.cells.get(columns.len()..).unwrap_or_default();
        if beyond.iter().any(|cell| !cell.trim().is_empty()) {
            return Err(RowFault::OtherCells { is: row.cells.len(), columns: columns.len() }.into());
        }
        let mut values = Self::default();
        for (&column, cell) in columns.iter().zip(&row.cells) {
            let text = undefused(cell);
            if !text.trim().is_empty() {
                values.set(column, &text).map_err(|refusal| RowRefusal { column: Some(column), ..refusal })?;
            }
        }
        if values.user_id.is_none() && values.identity.is_none() {
            return Err(RowFault::NamesNobody.into());
        }
        Ok(values)
    }

    /// Only the user whom a row names, also where other cells cannot be read.
    #[must_use]
    pub fn identify(row: &Row, columns: &[Column]) -> Self {
        let mut values = Self::default();
        let names = columns.iter().zip(&row.cells);
        for (&column, cell) in names.filter(|(column, _)| matches!(column, Column::UserId | Column::Identity)) {
            let text = undefused(cell);
            if !text.trim().is_empty() {
                // What is wrong with it is said by `parse`.
                drop(values.set(column, &text));
            }
        }
        Self { kept: Vec::new(), ..values }
    }

    fn set(&mut self, column: Column, text: &str) -> Result<(), RowRefusal> {
        let word = text.trim();
        let is_cleared = word == CLEARED;
        if is_cleared && matches!(column, Column::Role | Column::Status | Column::ActAsAgent) {
            return Err(RowFault::NotCleared.into());
        }
        match column {
            Column::UserId => {
                self.user_id = Some(word.parse().map_err(|_: Refusal| RowFault::UserId(word.into()))?);
            }
            Column::Identity => {
                // One that a login has brought may have what an entered one may not.
                self.identity = Identity::reported(text);
                self.kept.push((column, text.to_owned()));
            }
            Column::Role => self.role = Some(Role::from_str(&word.to_lowercase())?),
            Column::Status => {
                let known = Status::ALL.into_iter().find(|status| status.name() == word.to_lowercase());
                self.status = Some(known.ok_or_else(|| RowFault::Status(word.into()))?);
            }
            Column::ActAsAgent => {
                self.act_as_agent = Some(boolean(word).ok_or_else(|| RowFault::Boolean(word.into()))?);
            }
            Column::Teams if is_cleared => self.teams = Some(Vec::new()),
            Column::Teams => self.teams = Some(split(text)),
            Column::AssignedSkills if is_cleared => self.assigned_skills = Some(Vec::new()),
            Column::AssignedSkills => self.assigned_skills = Some(skills(text)?),
            Column::Action if word.eq_ignore_ascii_case("add") => self.adds = true,
            Column::Action => return Err(RowFault::Action(word.into()).into()),
            Column::Fault => {}
            Column::Name
            | Column::Email
            | Column::EffectiveSkills
            | Column::WorkerSid
            | Column::CreatedAt
            | Column::UpdatedAt
            | Column::TemporarySkills => self.kept.push((column, text.to_owned())),
        }
        Ok(())
    }

    /// What the row says of a column that is not decided here.
    pub(super) fn kept(&self, column: Column) -> Option<&str> {
        self.kept.iter().find(|(of, _)| *of == column).map(|(_, text)| text.as_str())
    }
}

/// Also as spreadsheets of other languages write them.
fn boolean(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "true" | "wahr" | "vrai" | "verdadero" | "vero" | "waar" | "verdadeiro" => Some(true),
        "false" | "falsch" | "faux" | "falso" | "onwaar" => Some(false),
        _ => None,
    }
}

fn skills(text: &str) -> Result<Vec<(String, Option<Level>)>, RowRefusal> {
    let skill = |(name, level): (String, Option<String>)| {
        let level = level.map(|level| match level.trim().parse() {
            Ok(number) => Ok(Level(number)),
            Err(_) => Err(RowFault::Level { skill: (&name).into(), level: (&level).into() }),
        });
        Ok((name, level.transpose()?))
    };
    skill_and_level(text).into_iter().map(skill).collect()
}
