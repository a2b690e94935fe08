//! A stretch of one partition, as of now.

use crate::{Cursor, Directory, StoreError, items::Item, keys::Key, profiles::text};

/// A page of items and the sort key after which the next one goes on.
#[derive(Debug, Default)]
pub(crate) struct ItemPage {
    pub items: Vec<Item>,
    pub after: Option<String>,
}

impl Directory {
    /// A page of the items whose sort key starts so, in its order.
    pub(crate) async fn query_page(
        &self,
        pk: &str,
        starts: &str,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<ItemPage, StoreError> {
        if cursor.as_ref().is_some_and(|cursor| !cursor.after.starts_with(starts)) {
            return Err(StoreError::Cursor);
        }
        let start = cursor.map(|cursor| Key { pk: pk.to_owned(), sk: cursor.after }.attributes());
        let query = self.db.query().table_name(&self.table).consistent_read(true).set_exclusive_start_key(start);
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :starts)")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":starts", text(starts))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = query.send().await.map_err(|error| StoreError::of(&error))?;
        let after = answer.last_evaluated_key.and_then(|mut key| key.remove("sk")?.as_s().ok().cloned());
        Ok(ItemPage { items: answer.items.unwrap_or_default(), after })
    }

    /// All sort keys of a partition; those that start so, if it is said how. DynamoDB takes no empty start.
    pub(crate) async fn sort_keys(&self, pk: &str, starts: Option<&str>) -> Result<Vec<String>, StoreError> {
        let (mut keys, mut start) = (Vec::new(), None);
        loop {
            let query = self.db.query().table_name(&self.table).consistent_read(true).set_exclusive_start_key(start);
            let query = query.projection_expression("sk").expression_attribute_values(":pk", text(pk));
            let query = match starts {
                None => query.key_condition_expression("pk = :pk"),
                Some(starts) => query
                    .key_condition_expression("pk = :pk AND begins_with(sk, :starts)")
                    .expression_attribute_values(":starts", text(starts)),
            };
            let answer = query.send().await.map_err(|error| StoreError::of(&error))?;
            let found = answer.items.unwrap_or_default().into_iter();
            keys.extend(found.filter_map(|mut item| item.remove("sk")?.as_s().ok().cloned()));
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(keys);
            }
        }
    }
}
