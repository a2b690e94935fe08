//! Counting users, for a job's progress.

use aws_sdk_dynamodb::types::Select;

use domain::search::UserQuery;

use super::{
    Order,
    plan::Plan,
    source::{Partition, Source},
};
use crate::{CountUsers, Directory, StoreError};

impl CountUsers for Directory {
    async fn count_users(&self, query: &UserQuery) -> Result<u64, StoreError> {
        let Plan { source, first, .. } = self.plan(query, Order::ByName, None).await?;
        if let Some(first) = first.filter(|first| !first.has_more) {
            return Ok(first.candidates.len() as u64);
        }
        let mut total = 0;
        for partition in &source.partitions {
            total += self.count_in(&source, partition).await?;
        }
        Ok(total)
    }
}

impl Directory {
    async fn count_in(&self, source: &Source, partition: &Partition) -> Result<u64, StoreError> {
        let (mut total, mut start) = (0, None);
        loop {
            let query = source.query(self.db.query().table_name(&self.table), partition, None);
            let query = query.select(Select::Count).set_exclusive_start_key(start);
            let response = query.send().await.map_err(|error| StoreError::of(&error))?;
            total += u64::try_from(response.count).unwrap_or_default();
            start = response.last_evaluated_key;
            if start.is_none() {
                return Ok(total);
            }
        }
    }
}
