//! Finding people: by text through the suffix index, or everybody in order of name (rules 6 to 9).
//!
//! The index proposes and the profile disposes: whoever is shown has been read and matches. A request examines
//! at most [`MOST_EXAMINED`] entries; a page may then be short and still have a cursor.

mod chunk;
mod leader;
mod question;

use std::collections::BTreeSet;

use domain::{User, UserId};

use crate::{
    Cursor, Directory, TableError,
    teams::{Teams, ViewTeams, team_ids},
};
use chunk::{Candidate, Chunk, Source};
pub use question::Question;

/// The most entries that one request examines.
pub const MOST_EXAMINED: usize = 500;

/// The most people that are read at a time to be checked against filters.
const CHECKED_AT_ONCE: usize = 100;

/// In which order people come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In that which costs least: the index's for a text, by name without one.
    Cheapest,
    /// By name, also for a text, which is then compared with everybody: for exports, where a row's place counts
    /// and its cost does not.
    ByName,
}

/// A page of people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// The people, each once.
    pub users: Vec<User>,
    /// Their teams.
    pub teams: Teams,
    /// Where the next page goes on; none after the last.
    pub next: Option<Cursor>,
    /// How many entries were looked at.
    pub examined: usize,
}

/// Finds people.
pub trait FindUsers {
    /// At most `limit` people who match, from the cursor on. Over the pages of an unchanging directory
    /// nobody is missing and nobody comes twice (rule 8).
    fn find(
        &self,
        question: &Question,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<Page, TableError>> + Send;
}

impl FindUsers for Directory {
    async fn find(
        &self,
        question: &Question,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, TableError> {
        let (mut after, leader) = cursor.map_or((None, None), |cursor| (Some(cursor.after), cursor.leader));
        let (source, leader, mut first) = self.source(question, order, leader).await?;
        if after.as_ref().is_some_and(|after| !source.has_place(after)) {
            return Err(TableError::Cursor);
        }
        let mut page = Page::default();
        let mut size = first_size(question, order, limit);
        loop {
            let chunk = match first.take() {
                Some(chunk) => chunk,
                None => self.chunk(&source, question, after.as_deref(), size).await?,
            };
            let more = self.take(chunk, question, limit, &mut page, &mut after).await?;
            if !more {
                return Ok(page);
            }
            if page.users.len() == limit || page.examined >= MOST_EXAMINED {
                page.next = after.map(|after| Cursor::new(&question.fingerprint(), leader, after));
                return Ok(page);
            }
            size = (size * 2).min(MOST_EXAMINED - page.examined);
        }
    }
}

/// How many entries the first query asks for. Without anything to check, a list is exact; a word often stands in
/// both name and e-mail, so that half of its entries are second places.
fn first_size(question: &Question, order: Order, limit: usize) -> usize {
    match (&question.text, question.has_filters()) {
        (None, false) => limit,
        (Some(_), false) if order == Order::Cheapest => limit * 2,
        _ => CHECKED_AT_ONCE.max(limit),
    }
}

impl Directory {
    /// Takes from a chunk who matches, until the page is full. Whether there may be more.
    async fn take(
        &self,
        chunk: Chunk,
        question: &Question,
        limit: usize,
        page: &mut Page,
        after: &mut Option<String>,
    ) -> Result<bool, TableError> {
        let Chunk { candidates, more } = chunk;
        let mut candidates = candidates.into_iter().peekable();
        while candidates.peek().is_some() && page.users.len() < limit {
            let missing = limit - page.users.len();
            let at_once = if question.has_filters() { CHECKED_AT_ONCE } else { missing };
            let mut proposed = Vec::new();
            while proposed.len() < at_once
                && let Some(candidate) = candidates.next()
            {
                page.examined += 1;
                *after = Some(candidate.sk.clone());
                if candidate.may_match(question) {
                    proposed.push(candidate);
                }
            }
            let left_out = self.dispose(proposed, question, limit, page).await?;
            if let Some(first_left_out) = left_out {
                *after = Some(first_left_out);
                return Ok(true);
            }
        }
        Ok(more || candidates.peek().is_some())
    }

    /// Reads those who are proposed and adds who matches. When the page is full before all were looked at, the
    /// sort key after which the next page goes on.
    async fn dispose(
        &self,
        proposed: Vec<Candidate>,
        question: &Question,
        limit: usize,
        page: &mut Page,
    ) -> Result<Option<String>, TableError> {
        let users = self.profiles_of(&proposed).await?;
        let matching = |candidate: &Candidate| {
            let user = users.get(&candidate.user_id)?;
            (candidate.is_of(user) && question.matches_profile(user)).then_some(user)
        };
        let wanted = proposed.iter().filter_map(matching);
        let known = page.teams.keys().copied().collect::<BTreeSet<_>>();
        let unknown = team_ids(wanted).difference(&known).copied().collect();
        page.teams.extend(self.teams(unknown).await?);
        for (i, candidate) in proposed.iter().enumerate() {
            let Some(user) = matching(candidate).filter(|user| question.matches_skills(user, &page.teams)) else {
                continue;
            };
            if page.users.len() == limit {
                return Ok(proposed.get(i - 1).map(|before| before.sk.clone()));
            }
            page.users.push(user.clone());
        }
        Ok(None)
    }

    async fn profiles_of(
        &self,
        proposed: &[Candidate],
    ) -> Result<std::collections::BTreeMap<UserId, User>, TableError> {
        let carried = proposed.iter().filter_map(|candidate| candidate.profile.clone());
        let to_read = proposed.iter().filter(|candidate| candidate.profile.is_none());
        let to_read = to_read.map(|candidate| candidate.user_id).collect::<BTreeSet<_>>();
        let read = self.users(&to_read.into_iter().collect::<Vec<_>>()).await?;
        Ok(carried.chain(read).map(|user| (user.user_id, user)).collect())
    }

    async fn source(
        &self,
        question: &Question,
        order: Order,
        leader: Option<usize>,
    ) -> Result<(Source, Option<usize>, Option<Chunk>), TableError> {
        match &question.text {
            Some(text) if order == Order::Cheapest => self.leader(text, question, leader).await,
            _ => Ok((Source::ByName, None, None)),
        }
    }
}
