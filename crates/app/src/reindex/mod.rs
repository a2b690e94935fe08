//! Reindexing: search and filter entries that have come apart from their profiles are found and repaired.
//!
//! `index` derives entries from the stream. A lost event, or a table that was restored from a backup, leaves some missing
//! and others stale: a stale one costs a read in each search that meets it, a missing one hides the user. Both are found
//! here, in either direction:
//!
//! - *From profiles to entries*: what a profile derives and does not exist, or has another content, is put.
//! - *From entries to profiles*: what exists and no profile derives is deleted. No query leads from a user to all of their
//!   entries. [`slice`](Reindex::slice) and [`user`](Reindex::user) look for the entries of those earlier states that the
//!   user's history tells; they need no more than queries, so that a scheduled function can call them. Only an operator's
//!   [`everything`](Reindex::everything), which scans the table, also finds entries of users who do not exist, of changes
//!   further back than [`RECORDS`] or erased from the history, and of a version that derived entries in another way.
//!
//! A user who is edited meanwhile needs no care: entries are written on condition that the profile is the one that they
//! were derived from, and from then on the edit's own event corrects them. A user whose name or status changes may be left
//! out of a listing, but then `index` writes all of their entries. A check may count entries of an edit that `index` is
//! about to write.

mod everything;

use std::time::Duration;

use domain::{
    User, UserId,
    audit::Subject,
    search::{StatusFilter, UserQuery, earlier_states},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use store::{
    Cursor, EntryDifference, EntryKeys, EntryOwner, FindUsers, Order, ReindexUsers, StoreError, ViewHistory, ViewUser,
};

/// How many of a user's newest records are read for earlier states.
pub const RECORDS: usize = 100;

/// How many users are compared at a time.
const SIDE_BY_SIDE: usize = 8;

/// How often a user who is changed meanwhile is compared again, and how long is waited before the first time.
const MAX_RETRIES: u32 = 8;
const FIRST_WAIT: Duration = Duration::from_millis(5);

/// The verbs of the store that a slice uses.
pub trait ReindexStore: FindUsers + ViewUser + ViewHistory + ReindexUsers + Sync {}
impl<T: FindUsers + ViewUser + ViewHistory + ReindexUsers + Sync> ReindexStore for T {}

/// What becomes of entries that differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Repair,
    /// Nothing is written.
    Check,
}

/// What was looked at, and what differed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Users whose entries were looked for.
    pub users: usize,
    /// Entries that were read to see whether a profile derives them.
    pub entries: usize,
    /// Entries that did not exist or had another content; put, unless it was a check.
    pub missing: usize,
    /// Entries that no profile derives; deleted, unless it was a check.
    pub stale: usize,
}

impl Report {
    #[must_use]
    pub const fn differences(&self) -> usize {
        self.missing + self.stale
    }

    const fn add(&mut self, other: &Self) {
        self.users += other.users;
        self.entries += other.entries;
        self.missing += other.missing;
        self.stale += other.stale;
    }

    fn count(&mut self, difference: &EntryDifference) {
        self.missing += difference.missing();
        self.stale += difference.stale();
    }
}

/// Some users, and where the next slice begins; none after the last user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    pub report: Report,
    pub next: Option<Cursor>,
}

#[derive(Debug, Clone, Copy)]
pub struct Reindex<'a, S> {
    pub store: &'a S,
    pub mode: Mode,
}

/// Which entries of a user are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Those that the profile derives, and the suspects.
    All,
    /// The suspects.
    Stale,
}

impl<S: ReindexStore> Reindex<'_, S> {
    /// One user; none if there is no such user.
    pub async fn user(&self, user_id: UserId) -> Result<Option<Report>, StoreError> {
        match self.store.user(user_id).await? {
            Some(user) => Ok(Some(self.with_history(user).await?)),
            None => Ok(None),
        }
    }

    /// At most `limit` users of any status after the cursor, in order of name; possibly fewer although there are more.
    pub async fn slice(&self, cursor: Option<Cursor>, limit: usize) -> Result<Slice, StoreError> {
        let (users, next) = self.list(cursor, limit).await?;
        let reports = stream::iter(users).map(|user| self.with_history(user)).buffer_unordered(SIDE_BY_SIDE);
        Ok(Slice { report: total(reports).await?, next })
    }

    async fn list(&self, cursor: Option<Cursor>, limit: usize) -> Result<(Vec<User>, Option<Cursor>), StoreError> {
        let everyone = UserQuery::new(None, StatusFilter::All, Vec::new());
        let page = self.store.find_users(&everyone, Order::ByName, cursor, limit).await?;
        Ok((page.users, page.next))
    }

    async fn with_history(&self, user: User) -> Result<Report, StoreError> {
        let (records, _) = self.store.history(Subject::User(user.user_id), None, RECORDS).await?;
        let mut states = earlier_states(&user, &records);
        let user_id = user.user_id;
        // It may have been read from an index that is behind.
        states.push(user);
        self.converge(Some(user_id), &EntryKeys::of(&states), Scope::All).await
    }
}

impl<S: ViewUser + ReindexUsers + Sync> Reindex<'_, S> {
    /// Compares until nothing differs that is not written, or counted by a check.
    async fn converge(
        &self,
        user_id: Option<UserId>,
        suspects: &EntryKeys,
        scope: Scope,
    ) -> Result<Report, StoreError> {
        let mut report = Report { users: usize::from(scope == Scope::All), ..Report::default() };
        let mut retries = 0;
        loop {
            match self.attempt(user_id, suspects, scope, &mut report).await {
                Err(error) if error.can_redecide() && retries < MAX_RETRIES => {
                    tokio::time::sleep(FIRST_WAIT * 2_u32.pow(retries)).await;
                    retries += 1;
                }
                attempt => return attempt.map(|()| report),
            }
        }
    }

    /// [`StoreError::Conflict`] if the user was changed meanwhile.
    async fn attempt(
        &self,
        user_id: Option<UserId>,
        suspects: &EntryKeys,
        scope: Scope,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        let user = self.current(user_id).await?;
        let difference = self.store.compare_entries(user.as_ref(), suspects).await?;
        let difference = if scope == Scope::Stale { difference.stale_only() } else { difference };
        match self.mode {
            _ if difference.is_empty() => {}
            Mode::Check if self.current(user_id).await? != user => return Err(StoreError::Conflict),
            Mode::Check => report.count(&difference),
            Mode::Repair => {
                for batch in difference.batches() {
                    self.store.repair_entries(owner(user_id, user.as_ref()), &batch).await?;
                    report.count(&batch);
                }
            }
        }
        Ok(())
    }

    async fn current(&self, user_id: Option<UserId>) -> Result<Option<User>, StoreError> {
        match user_id {
            Some(user_id) => self.store.user(user_id).await,
            None => Ok(None),
        }
    }
}

fn owner(user_id: Option<UserId>, user: Option<&User>) -> EntryOwner<'_> {
    match (user, user_id) {
        (Some(user), _) => EntryOwner::User(user),
        (None, Some(user_id)) => EntryOwner::NoUser(user_id),
        (None, None) => EntryOwner::Unnamed,
    }
}

async fn total(reports: impl stream::Stream<Item = Result<Report, StoreError>>) -> Result<Report, StoreError> {
    let add = |mut total: Report, report: Report| async move {
        total.add(&report);
        Ok(total)
    };
    reports.try_fold(Report::default(), add).await
}
