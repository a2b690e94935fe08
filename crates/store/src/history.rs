//! Histories, newest first (rule 31).

use domain::{Record, audit::Subject};

use crate::{
    Cursor, Directory, StoreError, ViewHistory,
    cursor::fingerprint,
    dynamo::query_page::Direction,
    schema::{items::read_all, keys},
};

/// For the cursors of a history.
#[must_use]
pub fn history_fingerprint(subject: Subject<'_>) -> String {
    fingerprint(keys::audit_pk(subject).as_bytes())
}

impl ViewHistory for Directory {
    async fn history(
        &self,
        subject: Subject<'_>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<(Vec<Record>, Option<Cursor>), StoreError> {
        let page = self.query_page(&keys::audit_pk(subject), "", Direction::Descending, cursor, limit).await?;
        let next = page.after.map(|after| Cursor::new(&history_fingerprint(subject), None, after));
        Ok((read_all(page.items)?, next))
    }
}
