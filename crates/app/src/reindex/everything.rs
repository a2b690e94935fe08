//! All users and all entries, for an operator: the table is scanned.

use futures_util::{StreamExt as _, stream};
use store::{EntryKeys, ScanEntries, StoreError};

use super::{Reindex, ReindexStore, Report, SIDE_BY_SIDE, Scope, total};

/// The users of one listing.
const USERS: usize = 100;

/// The items of one scan: DynamoDB returns at most one megabyte, which is some 4,000 entries.
const ITEMS: usize = 4_000;

impl<S: ReindexStore + ScanEntries> Reindex<'_, S> {
    /// Every user, and then every entry. `progress` gets the report so far. What was repaired stays repaired if it ends early;
    /// the next run begins again.
    pub async fn everything(&self, mut progress: impl FnMut(&Report)) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let mut cursor = None;
        loop {
            let (users, next) = self.list(cursor, USERS).await?;
            let no_suspects = &EntryKeys::default();
            let users = stream::iter(users).map(|user| self.converge(Some(user.user_id), no_suspects, Scope::All));
            report.add(&total(users.buffer_unordered(SIDE_BY_SIDE)).await?);
            progress(&report);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        self.stale_entries(report, progress).await
    }

    async fn stale_entries(&self, mut report: Report, mut progress: impl FnMut(&Report)) -> Result<Report, StoreError> {
        let mut cursor = None;
        loop {
            let found = self.store.suspect_entries(cursor, ITEMS).await?;
            let suspects = stream::iter(found.by_user);
            let reports = suspects
                .map(|(user_id, suspects)| async move { self.converge(user_id, &suspects, Scope::Stale).await });
            report.add(&total(reports.buffer_unordered(SIDE_BY_SIDE)).await?);
            report.entries += found.examined;
            progress(&report);
            cursor = found.next;
            if cursor.is_none() {
                return Ok(report);
            }
        }
    }
}
