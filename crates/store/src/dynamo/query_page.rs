//! Pages of one partition, read with strong consistency.

use crate::{
    Cursor, Directory, StoreError,
    dynamo::item::text,
    schema::{items::Item, keys::Key},
};

#[derive(Debug, Default)]
pub(crate) struct ItemPage {
    pub items: Vec<Item>,
    /// The sort key after which the next page begins.
    pub after: Option<String>,
}

/// In which direction the sort keys are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

impl Directory {
    /// A page of the items whose sort key has this prefix; of all items of the partition if it is empty.
    pub(crate) async fn query_page(
        &self,
        pk: &str,
        prefix: &str,
        direction: Direction,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> Result<ItemPage, StoreError> {
        if cursor.as_ref().is_some_and(|cursor| !cursor.after.starts_with(prefix)) {
            return Err(StoreError::InvalidCursor);
        }
        let start = cursor.map(|cursor| Key::new(pk, cursor.after).attributes());
        let query = self.db.query().table_name(&self.table).consistent_read(true).set_exclusive_start_key(start);
        let query = query
            .set_key_condition_expression(Some(condition(prefix)))
            .set_expression_attribute_values(Some(values(pk, prefix)))
            .scan_index_forward(direction == Direction::Ascending)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let response = query.send().await.map_err(|error| StoreError::of(&error))?;
        let after = response.last_evaluated_key.and_then(|mut key| key.remove("sk")?.as_s().ok().cloned());
        Ok(ItemPage { items: response.items.unwrap_or_default(), after })
    }

    /// All sort keys with this prefix; all of the partition if it is empty.
    pub(crate) async fn sort_keys(&self, pk: &str, prefix: &str) -> Result<Vec<String>, StoreError> {
        let (mut keys, mut start) = (Vec::new(), None);
        loop {
            let query = self.db.query().table_name(&self.table).consistent_read(true).set_exclusive_start_key(start);
            let query = query
                .projection_expression("sk")
                .set_key_condition_expression(Some(condition(prefix)))
                .set_expression_attribute_values(Some(values(pk, prefix)));
            let response = query.send().await.map_err(|error| StoreError::of(&error))?;
            let items = response.items.unwrap_or_default().into_iter();
            keys.extend(items.filter_map(|mut item| item.remove("sk")?.as_s().ok().cloned()));
            start = response.last_evaluated_key;
            if start.is_none() {
                return Ok(keys);
            }
        }
    }
}

/// DynamoDB accepts no empty prefix.
fn condition(prefix: &str) -> String {
    let condition = if prefix.is_empty() { "pk = :pk" } else { "pk = :pk AND begins_with(sk, :prefix)" };
    condition.to_owned()
}

fn values(pk: &str, prefix: &str) -> Item {
    let prefix = (!prefix.is_empty()).then(|| (":prefix".to_owned(), text(prefix)));
    prefix.into_iter().chain([(":pk".to_owned(), text(pk))]).collect()
}
