//! The rows, a page at a time.

use std::collections::HashSet;

use domain::{
    User, UserId,
    effective::effective_skills,
    export::{Row, begin, write_row, writer},
};
use store::{Cursor, FindUsers, Order, Page, Question, teams::Teams};

use crate::ExportError;

/// How many people are read at a time.
const PAGE: usize = 250;

/// The rows of an export, in order of name. Somebody who is renamed meanwhile may be met twice, so it is
/// remembered who was written: 16 bytes a person.
pub(crate) struct Rows<'a, D> {
    directory: &'a D,
    question: Question,
    cursor: Option<Cursor>,
    over: bool,
    begun: bool,
    seen: HashSet<UserId>,
}

impl<'a, D: FindUsers> Rows<'a, D> {
    pub(crate) fn of(directory: &'a D, question: Question) -> Self {
        Self { directory, question, cursor: None, over: false, begun: false, seen: HashSet::new() }
    }

    /// How many people were written.
    pub(crate) fn written(&self) -> u64 {
        self.seen.len() as u64
    }

    /// The next piece of the file; none after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        if self.over {
            return Ok(None);
        }
        let page = self.directory.find(&self.question, Order::ByName, self.cursor.take(), PAGE).await?;
        let mut csv = if self.begun { writer(Vec::new()) } else { begin(Vec::new())? };
        self.begun = true;
        let Page { users, teams, next, .. } = page;
        for user in users.iter().filter(|user| self.seen.insert(user.user_id)) {
            write_row(&mut csv, &row(user, &teams))?;
        }
        self.over = next.is_none();
        self.cursor = next;
        let bytes = csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(Some(bytes))
    }
}

fn row(user: &User, teams: &Teams) -> Row {
    Row::new(user, teams, &effective_skills(user, teams.values()))
}
