//! The rows of an export, a page at a time.

use std::collections::HashSet;

use domain::{
    User, UserId,
    effective::effective_skills,
    export::{Row, begin, write_row, writer},
    search::UserQuery,
    team::Teams,
};
use store::{Cursor, FindUsers, Order, UserPage};

use crate::ExportError;

/// How many users are read at once.
const PAGE: usize = 250;

/// The rows in order of name. A user who is renamed during the export may be found twice, so written ids are remembered: 16
/// bytes each.
pub(crate) struct Rows<'a, S> {
    store: &'a S,
    query: UserQuery,
    cursor: Option<Cursor>,
    is_finished: bool,
    has_begun: bool,
    written: HashSet<UserId>,
}

impl<'a, S: FindUsers> Rows<'a, S> {
    pub(crate) fn new(store: &'a S, query: UserQuery) -> Self {
        Self { store, query, cursor: None, is_finished: false, has_begun: false, written: HashSet::new() }
    }

    /// How many rows were written.
    pub(crate) fn written(&self) -> u64 {
        self.written.len() as u64
    }

    /// The next part of the file; none after the last one.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, ExportError> {
        if self.is_finished {
            return Ok(None);
        }
        let page = self.store.find_users(&self.query, Order::ByName, self.cursor.take(), PAGE).await?;
        let mut csv = if self.has_begun { writer(Vec::new()) } else { begin(Vec::new())? };
        self.has_begun = true;
        let UserPage { users, teams, next, .. } = page;
        for user in users.iter().filter(|user| self.written.insert(user.user_id)) {
            write_row(&mut csv, &row(user, &teams))?;
        }
        self.is_finished = next.is_none();
        self.cursor = next;
        let bytes = csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(Some(bytes))
    }
}

fn row(user: &User, teams: &Teams) -> Row {
    Row::new(user, teams, &effective_skills(user, teams.values()))
}
