//! Counting people, for a job's progress.

use aws_sdk_dynamodb::types::Select;

use super::{
    Order,
    source::{Partition, Source},
};
use crate::{Directory, Question, StoreError};

/// Counts people.
pub trait CountUsers {
    /// How many people stand where an answer in order of name is looked for: as many as it has at most.
    fn count(&self, question: &Question) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

impl CountUsers for Directory {
    async fn count(&self, question: &Question) -> Result<u64, StoreError> {
        let source = self.led(question, Order::ByName, None).await?.source;
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
            let answer = query.send().await.map_err(|error| StoreError::of(&error))?;
            total += u64::try_from(answer.count).unwrap_or_default();
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(total);
            }
        }
    }
}
