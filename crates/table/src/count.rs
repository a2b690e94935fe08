//! Counting people, for a job's progress.

use aws_sdk_dynamodb::types::Select;

use domain::Status;

use crate::{Directory, Question, TableError, keys, profiles::text};

/// Counts people.
pub trait CountUsers {
    /// How many people have a status that the question asks for: as many as an answer has at most.
    fn count(&self, question: &Question) -> impl Future<Output = Result<u64, TableError>> + Send;
}

impl CountUsers for Directory {
    async fn count(&self, question: &Question) -> Result<u64, TableError> {
        let mut total = 0;
        for status in question.status.statuses() {
            total += self.count_status(status).await?;
        }
        Ok(total)
    }
}

impl Directory {
    async fn count_status(&self, status: Status) -> Result<u64, TableError> {
        let (mut total, mut start) = (0, None);
        loop {
            let query = self.db.query().table_name(&self.table).index_name(keys::BY_STATUS).select(Select::Count);
            let query = query.key_condition_expression("by_status_pk = :pk").set_exclusive_start_key(start);
            let query = query.expression_attribute_values(":pk", text(keys::by_status(status)));
            let answer = query.send().await.map_err(|error| TableError::of(&error))?;
            total += u64::try_from(answer.count).unwrap_or_default();
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(total);
            }
        }
    }
}
