//! A user's whole history, for an operator's commands; the API shows it by pages.

use domain::{Record, UserId, audit::Subject};
use store::{StoreError, ViewHistory};

/// The records that one query reads.
const PAGE: usize = 100;

/// Newest first.
pub(crate) async fn whole_history(store: &impl ViewHistory, user_id: UserId) -> Result<Vec<Record>, StoreError> {
    let (mut records, mut cursor) = (Vec::new(), None);
    loop {
        let (page, next) = store.history(Subject::User(user_id), cursor, PAGE).await?;
        records.extend(page);
        cursor = next;
        if cursor.is_none() {
            return Ok(records);
        }
    }
}
