//! Reading all users that a query finds, in order of name, each item once: what is read of one partition beyond the end of
//! another one's part waits for the next page.

use std::{collections::VecDeque, sync::Arc};

use domain::{search::UserQuery, team::Teams};

use super::{
    Order, UserPage,
    candidate::Candidate,
    chunk::{Chunk, in_order, share},
    known_teams::KnownTeams,
    page_builder::PageBuilder,
    plan::Plan,
    source::{Partition, Source},
};
use crate::{AccessPath, Cursor, Directory, ReadUsers, StoreError};

/// How far a query has been read, with what was read ahead and the teams that are known by now.
#[derive(Debug)]
pub struct UserReading {
    query: UserQuery,
    cursor: Option<Cursor>,
    at_once: usize,
    teams: Arc<Teams>,
    /// None before the first page.
    lists: Option<Lists>,
}

#[derive(Debug)]
struct Lists {
    path: Option<AccessPath>,
    source: Source,
    parts: Vec<Part>,
}

/// One partition.
#[derive(Debug)]
struct Part {
    partition: Partition,
    ahead: VecDeque<Candidate>,
    /// The last sort key that was read.
    after: Option<String>,
    has_more: bool,
}

impl UserReading {
    /// From the beginning, or after the page that had this cursor. About so many items of a status are read at once.
    #[must_use]
    pub fn new(query: UserQuery, cursor: Option<Cursor>, at_once: usize) -> Self {
        Self { query, cursor, at_once, teams: Arc::default(), lists: None }
    }
}

impl ReadUsers for Directory {
    async fn next_users(&self, reading: &mut UserReading) -> Result<UserPage, StoreError> {
        let lists = match &mut reading.lists {
            Some(lists) => lists,
            none => {
                let known = KnownTeams::new(self);
                let lists = self.lists(&reading.query, reading.cursor.as_ref(), &known);
                let (lists, teams) = tokio::try_join!(lists, known.all())?;
                reading.teams = teams;
                none.insert(lists)
            }
        };
        let chunk = self.next_chunk(lists, reading.at_once).await?;
        let (after, teams) = (reading.cursor.take().map(|cursor| cursor.after), Arc::clone(&reading.teams));
        let count = chunk.candidates.len();
        let mut page = PageBuilder::new(self, &reading.query, count, after, teams).examining(count);
        let has_more = page.add(chunk).await?;
        let page = page.build(lists.path, has_more);
        reading.teams = Arc::clone(&page.teams);
        reading.cursor.clone_from(&page.next);
        Ok(page)
    }
}

impl Directory {
    async fn lists(
        &self,
        query: &UserQuery,
        cursor: Option<&Cursor>,
        known: &KnownTeams<'_>,
    ) -> Result<Lists, StoreError> {
        let Plan { path, source, first } = self.plan(query, Order::ByName, cursor, known).await?;
        let after = cursor.map(|cursor| cursor.after.clone());
        let part = |partition: &Partition| Part {
            partition: partition.clone(),
            ahead: VecDeque::new(),
            after: after.clone(),
            has_more: true,
        };
        let mut parts = source.partitions.iter().map(part).collect::<Vec<_>>();
        // What choosing the path has read to its end need not be read again.
        if let (Some(whole), Some(part)) = (first.filter(|first| !first.has_more), parts.first_mut()) {
            part.ahead = whole.candidates.into();
            for part in &mut parts {
                part.has_more = false;
            }
        }
        Ok(Lists { path, source, parts })
    }

    /// The next candidates of all partitions, up to where each of them has been read.
    async fn next_chunk(&self, lists: &mut Lists, at_once: usize) -> Result<Chunk, StoreError> {
        let wanted = lists.parts.iter().filter(|part| part.must_read());
        let wanted = wanted.map(|part| (&part.partition, part.after.as_deref())).collect::<Vec<_>>();
        let read = self.chunks(&lists.source, &wanted, share(&lists.source, at_once)).await?;
        for (part, chunk) in lists.parts.iter_mut().filter(|part| part.must_read()).zip(read) {
            part.after = chunk.candidates.last().map(|last| last.sk.clone()).or(part.after.take());
            part.has_more = chunk.has_more;
            part.ahead = chunk.candidates.into();
        }
        let horizon = lists.parts.iter().filter(|part| part.has_more).filter_map(|part| part.after.clone()).min();
        let candidates = in_order(lists.parts.iter_mut().flat_map(|part| part.up_to(horizon.as_deref())));
        let has_more = lists.parts.iter().any(|part| part.has_more || !part.ahead.is_empty());
        Ok(Chunk { candidates, has_more })
    }
}

impl Part {
    fn must_read(&self) -> bool {
        self.has_more && self.ahead.is_empty()
    }

    /// Takes what was read up to this sort key.
    fn up_to(&mut self, horizon: Option<&str>) -> Vec<Candidate> {
        let end = horizon.map_or(self.ahead.len(), |horizon| {
            self.ahead.partition_point(|candidate| candidate.sk.as_str() <= horizon)
        });
        self.ahead.drain(..end).collect()
    }
}
