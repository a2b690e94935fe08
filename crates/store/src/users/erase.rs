//! Erasing a deleted user's personal data: the only code that changes audit records. No function's IAM role may run it.

use domain::{
    Change, Record, User, UserId,
    audit::{Action, Subject},
};

use crate::{
    ChangeOrigin, Directory, EraseUser, StoreError,
    dynamo::{
        item::text,
        transaction::{Condition, Transaction},
    },
    schema::keys::{self, Key},
};

impl EraseUser for Directory {
    async fn erase_user(
        &self,
        before: &User,
        after: User,
        fields: Vec<Change>,
        origin: ChangeOrigin<'_>,
    ) -> Result<User, StoreError> {
        let (revision, version) = (before.revision + 1, before.version + 1);
        let origin = origin.recorded_after(Some(before.updated_at));
        let after = User { revision, version, updated_at: origin.now.into(), ..after };
        let mut writes = Transaction::new(self);
        writes.put(&after, Some(Condition::revision_is(Some(before.revision))))?;
        // The identity's claim stays: it holds a hash, and the user's id.
        writes.record(Subject::User(after.user_id), &origin, Action::Erased, fields)?;
        writes.send(self).await?;
        Ok(after)
    }

    async fn erase_record(&self, user_id: UserId, erased: &Record) -> Result<(), StoreError> {
        let key = keys::audit(Subject::User(user_id), erased.record_id);
        let update = self.db.update_item().table_name(&self.table).set_key(Some(key.attributes()));
        let update = update
            .update_expression("SET changes = :changes")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":changes", serde_dynamo::to_attribute_value(&erased.changes)?);
        update.send().await.map(drop).map_err(|error| StoreError::of(&error))
    }

    async fn responses_naming(&self, user_id: UserId) -> Result<Vec<Key>, StoreError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let scan = self.db.scan().table_name(&self.table).set_exclusive_start_key(start);
            let scan = scan
                .filter_expression("entity = :entity AND contains(#response, :user_id)")
                .projection_expression("pk, sk")
                .expression_attribute_names("#response", "response")
                .expression_attribute_values(":entity", text("idempotency"))
                .expression_attribute_values(":user_id", text(user_id.to_string()));
            let page = scan.send().await.map_err(|error| StoreError::of(&error))?;
            found.extend(page.items().iter().filter_map(Key::of));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }

    async fn delete_response(&self, key: &Key) -> Result<(), StoreError> {
        let delete = self.db.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
        delete.send().await.map(drop).map_err(|error| StoreError::of(&error))
    }
}
