//! Reading a stretch of the index, of one status or of several merged into one order.

use aws_sdk_dynamodb::types::AttributeValue;

use domain::{
    Status, User, UserId,
    search::{is_first_place, split_term},
};

use super::question::Question;
use crate::{
    Directory, TableError,
    items::{self, Item, SearchEntry},
    keys::{self, Key},
    profiles::text,
};

/// Where people are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Everybody, in order of name.
    ByName,
    /// The search entries of one word.
    Word(String),
}

impl Source {
    /// Whether a sort key can stand here.
    pub(super) fn has_place(&self, after: &str) -> bool {
        let is_within = match self {
            Self::ByName => true,
            Self::Word(word) => after.starts_with(split_term(word).1),
        };
        is_within && keys::user_of(after).is_some()
    }
}

/// Somebody who may be an answer.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub sk: String,
    pub user_id: UserId,
    pub profile: Option<User>,
    found: Option<Place>,
}

/// A place in the index.
#[derive(Debug, Clone)]
struct Place {
    word: String,
    status: Status,
    entry: SearchEntry,
}

impl Candidate {
    /// What can be told without the profile: a search entry carries the whole text, and only the first
    /// place of the word counts, so that nobody comes twice.
    pub(super) fn may_match(&self, question: &Question) -> bool {
        self.found.as_ref().is_none_or(|Place { word, entry, .. }| {
            let asked = question.text.as_ref();
            is_first_place(&entry.text, entry.position, word)
                && asked.is_none_or(|asked| entry.user_text().matches(asked))
        })
    }

    /// Whether it was made from the profile as it is; if not, another entry leads to the same person.
    pub(super) fn is_of(&self, user: &User) -> bool {
        let current = || domain::search::UserText::new(&user.name, user.email.as_deref()).joined();
        self.found.as_ref().is_none_or(|place| place.status == user.status && place.entry.text == current())
    }
}

/// A stretch of candidates, in order of sort key.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub candidates: Vec<Candidate>,
    pub more: bool,
}

impl Directory {
    /// At most `size` candidates of each status after this sort key, merged: all statuses share one sort key to go
    /// on after, so what lies beyond the end of one of them waits for the next chunk.
    pub(super) async fn chunk(
        &self,
        source: &Source,
        question: &Question,
        after: Option<&str>,
        size: usize,
    ) -> Result<Chunk, TableError> {
        let mut chunks = Vec::new();
        let statuses = question.status.statuses();
        let mut reads = statuses.into_iter().map(|status| Box::pin(self.chunk_of(source, status, after, size)));
        match (reads.next(), reads.next(), reads.next()) {
            (Some(one), Some(two), Some(three)) => {
                chunks.extend(<[Chunk; 3]>::from(tokio::try_join!(one, two, three)?));
            }
            (Some(one), ..) => chunks.push(one.await?),
            _ => {}
        }
        let horizon = chunks.iter().filter(|chunk| chunk.more).filter_map(|chunk| chunk.candidates.last());
        let horizon = horizon.map(|last| last.sk.clone()).min();
        let mut candidates = chunks.into_iter().flat_map(|chunk| chunk.candidates).collect::<Vec<_>>();
        candidates.sort_by(|a, b| a.sk.cmp(&b.sk));
        candidates.retain(|candidate| horizon.as_ref().is_none_or(|horizon| candidate.sk <= *horizon));
        Ok(Chunk { candidates, more: horizon.is_some() })
    }

    async fn chunk_of(
        &self,
        source: &Source,
        status: Status,
        after: Option<&str>,
        size: usize,
    ) -> Result<Chunk, TableError> {
        let query = self.db.query().table_name(&self.table).limit(i32::try_from(size).unwrap_or(i32::MAX));
        let query = match source {
            Source::ByName => query
                .index_name(keys::BY_STATUS)
                .key_condition_expression("by_status_pk = :pk")
                .expression_attribute_values(":pk", text(keys::by_status(status)))
                .set_exclusive_start_key(after.and_then(|after| start_by_name(status, after))),
            Source::Word(word) => {
                let (head, rest) = split_term(word);
                let query = query.expression_attribute_values(":pk", text(keys::find(status, head)));
                let query = if rest.is_empty() {
                    query.key_condition_expression("pk = :pk")
                } else {
                    let rest = query.expression_attribute_values(":rest", text(rest));
                    rest.key_condition_expression("pk = :pk AND begins_with(sk, :rest)")
                };
                let start = |after: &str| Key { pk: keys::find(status, head), sk: after.to_owned() }.attributes();
                query.set_exclusive_start_key(after.map(start))
            }
        };
        let answer = query.send().await.map_err(|error| TableError::of(&error))?;
        let more = answer.last_evaluated_key.is_some();
        let items = answer.items.unwrap_or_default().into_iter();
        let candidates = items.map(|item| candidate(source, status, item)).collect::<Result<_, _>>()?;
        Ok(Chunk { candidates, more })
    }
}

fn candidate(source: &Source, status: Status, item: Item) -> Result<Candidate, TableError> {
    let without_user = || TableError::Broken("a sort key without user id".to_owned());
    match source {
        Source::ByName => {
            let sk = item.get("by_status_sk").and_then(|sk| sk.as_s().ok()).cloned().ok_or_else(without_user)?;
            let user: User = items::read(item)?;
            Ok(Candidate { sk, user_id: user.user_id, profile: Some(user), found: None })
        }
        Source::Word(word) => {
            let entry: SearchEntry = items::read(item)?;
            let user_id = keys::user_of(&entry.sk).ok_or_else(without_user)?;
            let sk = entry.sk.clone();
            Ok(Candidate { sk, user_id, profile: None, found: Some(Place { word: word.clone(), status, entry }) })
        }
    }
}

/// An index is gone on with after a key of the index and of the table, which the sort key tells.
fn start_by_name(status: Status, after: &str) -> Option<std::collections::HashMap<String, AttributeValue>> {
    let mut key = keys::profile(keys::user_of(after)?).attributes();
    key.insert("by_status_pk".to_owned(), text(keys::by_status(status)));
    key.insert("by_status_sk".to_owned(), text(after));
    Some(key)
}
