//! Somebody who may be an answer, and what an entry tells of them.

use domain::{
    Level, Status, User, UserId,
    search::{UserText, is_first_place},
};

use super::{question::Question, source::Kind};
use crate::{
    StoreError,
    items::{self, FilterEntry, Item, SearchEntry},
    keys,
};

/// Somebody who may be an answer.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub sk: String,
    pub user_id: UserId,
    /// The profile, where the source carries it.
    pub profile: Option<User>,
    /// The entries with this sort key that lead here, where the source is one of entries.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    status: Status,
    text: String,
    found: Found,
}

/// Why an entry is one.
#[derive(Debug, Clone)]
enum Found {
    /// The word stands at this position of the text.
    Word { word: String, position: usize },
    /// The filter holds; with this level, where it is an assigned skill.
    Filter { level: Option<Level> },
}

impl Candidate {
    /// What a partition of this kind and status has.
    pub(super) fn of(kind: &Kind, status: Status, item: Item) -> Result<Self, StoreError> {
        match kind {
            Kind::Everybody => {
                let sk = item.get("by_status_sk").and_then(|sk| sk.as_s().ok()).cloned().ok_or_else(without_user)?;
                let user: User = items::read(item)?;
                Ok(Self { sk, user_id: user.user_id, profile: Some(user), entries: Vec::new() })
            }
            Kind::Word(word) => {
                let SearchEntry { sk, text, position } = items::read(item)?;
                Self::found(sk, Entry { status, text, found: Found::Word { word: word.clone(), position } })
            }
            Kind::Filter => {
                let FilterEntry { sk, text, level } = items::read(item)?;
                Self::found(sk, Entry { status, text, found: Found::Filter { level } })
            }
        }
    }

    fn found(sk: String, entry: Entry) -> Result<Self, StoreError> {
        let user_id = keys::user_of(&sk).ok_or_else(without_user)?;
        Ok(Self { sk, user_id, profile: None, entries: vec![entry] })
    }

    /// Takes in what leads to the same person from the same place of another partition; whether it did.
    pub(super) fn absorb(&mut self, other: &mut Self) -> bool {
        let same = self.sk == other.sk;
        if same {
            self.entries.append(&mut other.entries);
        }
        same
    }

    /// What can be told without the profile: an entry carries the whole text, and the level where a skill is
    /// assigned with one, which counts whatever the teams say (rule 15).
    pub(super) fn may_match(&self, question: &Question) -> bool {
        self.profile.is_some() || self.entries.iter().any(|entry| entry.may_match(question))
    }

    /// Whether it was made from the profile as it is; if not, another entry leads to the same person.
    pub(super) fn is_of(&self, user: &User) -> bool {
        let current = || UserText::new(&user.name, user.email.as_deref()).joined();
        let is_current = |entry: &Entry| entry.status == user.status && entry.text == current();
        self.profile.is_some() || self.entries.iter().any(is_current)
    }
}

impl Entry {
    /// Of several places of a word in a text only the first counts, so that nobody comes twice.
    fn may_match(&self, question: &Question) -> bool {
        let counts = match &self.found {
            Found::Word { word, position } => is_first_place(&self.text, *position, word),
            Found::Filter { level } => level.is_none_or(|level| question.min_level.is_none_or(|least| level >= least)),
        };
        let has = |asked| UserText::from_joined(&self.text).matches(asked);
        counts && question.text.as_ref().is_none_or(has)
    }
}

fn without_user() -> StoreError {
    StoreError::Broken("a sort key without user id".to_owned())
}
