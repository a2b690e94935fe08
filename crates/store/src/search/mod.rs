//! Finding users: by text through the suffix index, by team, skill or role through filter entries, by the stage of the
//! synchronisation through the index of what is pending, or everyone; without a text in order of name (rules 6 to 9).
//!
//! One condition of the query is the access path ([`AccessPath`]): its entries are read, and the other conditions are
//! checked. Index entries are candidates; profiles are read and verified before users are returned. A request examines at
//! most [`MAX_EXAMINED`] entries; a page may then be short and still have a cursor.

mod candidate;
mod chunk;
pub mod index;
pub(crate) mod known_teams;
mod page_builder;
mod plan;
mod reading;
pub mod reindex;
mod source;
mod sync_stage;
mod teams_granting;

use std::sync::Arc;

use domain::{User, search::UserQuery, team::Teams};

use crate::{AccessPath, Cursor, Directory, FindUsers, StoreError, cursor::fingerprint};
use chunk::Chunk;
use known_teams::KnownTeams;
pub use reading::UserReading;

use page_builder::PageBuilder;
use plan::Plan;
use source::{Kind, Source};

/// The most entries that one request examines.
pub const MAX_EXAMINED: usize = 500;

/// The most candidates that are verified at once.
const MAX_VERIFIED_AT_ONCE: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By name without a text; with a text in the order of its entries, which means nothing to a reader.
    Cheapest,
    /// By name, with a text as well, which is then compared with every user that the filters leave. For exports, where the
    /// order of rows counts and not the cost of one.
    ByName,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserPage {
    /// Each user once.
    pub users: Vec<User>,
    /// Their teams, and possibly others.
    pub teams: Arc<Teams>,
    /// None after the last page.
    pub next: Option<Cursor>,
    /// How many entries were examined.
    pub examined: usize,
}

/// For the cursors of a query.
#[must_use]
pub fn query_fingerprint(query: &UserQuery) -> String {
    fingerprint(serde_json::json!(query).to_string().as_bytes())
}

impl FindUsers for Directory {
    async fn find_users(
        &self,
        query: &UserQuery,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<UserPage, StoreError> {
        let known = KnownTeams::new(self);
        let users = self.first_users(query, order, cursor, limit, &known);
        let (FirstUsers { path, source, after, chunk, mut size }, teams) = match order {
            // The teams of a list are read beside its first users.
            Order::Cheapest => tokio::try_join!(users, known.all())?,
            Order::ByName => (users.await?, Arc::default()),
        };
        let mut page = PageBuilder::new(self, query, limit, after, teams);
        let mut first = Some(chunk);
        loop {
            let chunk = match first.take() {
                Some(chunk) => chunk,
                None => self.chunk(&source, page.after(), size).await?,
            };
            let has_more = page.add(chunk).await?;
            if !has_more || page.is_complete() {
                return Ok(page.build(path, has_more));
            }
            size = (size * 2).min(page.may_examine());
        }
    }
}

/// Where the users of a list are read, and the first of them.
struct FirstUsers {
    path: Option<AccessPath>,
    source: Source,
    after: Option<String>,
    chunk: Chunk,
    /// How many were to be read at once.
    size: usize,
}

impl Directory {
    async fn first_users(
        &self,
        query: &UserQuery,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
        known: &KnownTeams<'_>,
    ) -> Result<FirstUsers, StoreError> {
        let Plan { path, source, first } = self.plan(query, order, cursor.as_ref(), known).await?;
        let after = cursor.map(|cursor| cursor.after);
        if after.as_ref().is_some_and(|after| !source.may_contain(after)) {
            return Err(StoreError::InvalidCursor);
        }
        let size = first_chunk_size(query, order, &source.kind, limit);
        let chunk = match first {
            Some(chunk) => chunk,
            None => self.chunk(&source, after.as_deref(), size).await?,
        };
        Ok(FirstUsers { path, source, after, chunk, size })
    }
}

/// How many entries the first query reads. If nothing remains to be checked, exactly a page. A word often occurs in both
/// name and e-mail address, so half of its entries are second occurrences; profiles are large and mostly wanted where all
/// users are read.
fn first_chunk_size(query: &UserQuery, order: Order, kind: &Kind, limit: usize) -> usize {
    let to_check = match kind {
        Kind::Everyone => query.conditions(),
        Kind::Filter | Kind::Word(_) => query.conditions() - 1,
    };
    match (kind, to_check) {
        (Kind::Everyone | Kind::Filter, 0) => limit,
        (Kind::Word(_), 0) => limit * 2,
        (Kind::Everyone, _) if order == Order::Cheapest => limit * 2,
        _ => MAX_VERIFIED_AT_ONCE.max(limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        Level, Role, SearchText, SkillName,
        search::{Criterion, StatusFilter},
        sync_summary::SyncStage,
    };

    #[test]
    fn rule_8_queries_that_differ_in_anything_have_different_cursors() {
        let text = |text| Some(SearchText::parse(text).unwrap());
        let skill = |min_level| Criterion::Skill { skill: SkillName::new("English").unwrap(), min_level };
        let active = StatusFilter::default();
        let queries = [
            UserQuery::default(),
            UserQuery::new(text("ada"), active, vec![]),
            UserQuery::new(text("adaa"), active, vec![]),
            UserQuery::new(text("ada"), StatusFilter::All, vec![]),
            UserQuery::new(text("ada"), active, vec![Criterion::Role(Role::Agent)]),
            UserQuery::new(None, active, vec![skill(None)]),
            UserQuery::new(None, active, vec![skill(Some(Level(1)))]),
            UserQuery::new(None, active, vec![skill(Some(Level(2)))]),
            UserQuery::default().with_sync(SyncStage::Failed),
            UserQuery::default().with_sync(SyncStage::Pending),
        ];
        let fingerprints = queries.iter().map(query_fingerprint).collect::<std::collections::BTreeSet<_>>();
        assert_eq!(fingerprints.len(), queries.len());
    }
}
