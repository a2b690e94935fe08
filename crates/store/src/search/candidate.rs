//! Users who may match, and what index entries say of them.

use domain::{
    Status, User, UserId,
    search::{EntryFacts, FoldedUser, UserQuery, is_first_place},
};

use super::source::Kind;
use crate::{
    StoreError,
    schema::{
        items::{self, IndexEntry, Item},
        keys,
    },
};

#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub sk: String,
    pub user_id: UserId,
    /// The profile, if the source carries it.
    pub profile: Option<User>,
    /// The entries with this sort key that lead to the user, if the source consists of entries.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    status: Status,
    text: String,
    kind: EntryKind,
}

#[derive(Debug, Clone)]
enum EntryKind {
    /// The word occurs at this position of the text.
    Word { word: String, position: usize },
    /// The filter holds.
    Filter(EntryFacts),
}

impl Candidate {
    /// A candidate of a source in order of name.
    pub(super) fn from_profile(user: User) -> Self {
        Self { sk: keys::by_name(&user), user_id: user.user_id, profile: Some(user), entries: Vec::new() }
    }

    /// From an item of a partition of this kind and status.
    pub(super) fn from_item(kind: &Kind, status: Status, item: Item) -> Result<Self, StoreError> {
        let kind = match kind {
            Kind::Everyone => {
                let sk = item.get(keys::BY_STATUS_SK).and_then(|sk| sk.as_s().ok()).cloned();
                let sk = sk.ok_or_else(without_user)?;
                let user: User = items::read(item)?;
                return Ok(Self { sk, user_id: user.user_id, profile: Some(user), entries: Vec::new() });
            }
            Kind::Word(word) => Some(word.clone()),
            Kind::Filter => None,
        };
        let IndexEntry { sk, text, position, level, role, teams } = items::read(item)?;
        let kind = match kind {
            Some(word) => EntryKind::Word { word, position },
            None => EntryKind::Filter(EntryFacts { level, role, teams }),
        };
        let user_id = keys::parse_user(&sk).ok_or_else(without_user)?;
        Ok(Self { sk, user_id, profile: None, entries: vec![Entry { status, text, kind }] })
    }

    /// Adds the entries of another partition that lead to the same user at the same sort key. Returns whether they do.
    pub(super) fn absorb(&mut self, other: &mut Self) -> bool {
        let is_same = self.sk == other.sk;
        if is_same {
            self.entries.append(&mut other.entries);
        }
        is_same
    }

    /// Whether the user may match, as far as can be said without the profile.
    pub(super) fn may_match(&self, query: &UserQuery) -> bool {
        self.profile.is_some() || self.entries.iter().any(|entry| entry.may_match(query))
    }

    /// Whether it was made from the current profile. If not, another entry leads to the same user.
    pub(super) fn is_current(&self, folded: &FoldedUser<'_>) -> bool {
        let status = folded.user.managed.status;
        let is_current = |entry: &Entry| entry.status == status && folded.text().is_joined(&entry.text);
        self.profile.is_some() || self.entries.iter().any(is_current)
    }
}

impl Entry {
    /// Of several occurrences of a word in a text only the first counts, so that each user is found once.
    fn may_match(&self, query: &UserQuery) -> bool {
        let nothing = EntryFacts::default();
        let (counts, facts) = match &self.kind {
            EntryKind::Word { word, position } => (is_first_place(&self.text, *position, word), &nothing),
            EntryKind::Filter(facts) => (true, facts),
        };
        counts && query.may_match_entry(&self.text, facts)
    }
}

fn without_user() -> StoreError {
    StoreError::Malformed("a sort key without a user id".to_owned())
}
