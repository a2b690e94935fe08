//! Maintains the search and filter entries from the table's stream. An event only says *look at this user*, so duplicate,
//! late and reordered events are harmless (rule 28).

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};

use domain::User;
use runtime::invocation::{self, Ending};
use store::{IndexUser, StoreError};

/// Brings the entries of every user in the batch in line. Names the first record that fails, so that Lambda retries the
/// batch from there.
pub async fn handle(store: &impl IndexUser, batch: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in batch.records {
        let sequence_number = record.change.sequence_number.clone();
        if let Err(error) = index(store, record).await {
            let retried = format_args!("failed to index a user; the batch is retried from this record: {error}");
            invocation::end(Ending::failed(&retried));
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = sequence_number;
            response.batch_item_failures.push(failure);
            break;
        }
    }
    response
}

/// Most events are logins and edits that leave the entries as they are; these cost nothing.
async fn index(store: &impl IndexUser, record: EventRecord) -> Result<(), StoreError> {
    let image = |item: serde_dynamo::Item| {
        if item.is_empty() { Ok(None) } else { serde_dynamo::from_item::<_, User>(item).map(Some) }
    };
    let (old, new) = (image(record.change.old_image)?, image(record.change.new_image)?);
    if let Some(user) = &new {
        invocation::identify("user_id", &user.user_id);
    }
    match new {
        Some(new) => store.index_user(&new, old.as_ref()).await,
        None => Ok(()),
    }
}
