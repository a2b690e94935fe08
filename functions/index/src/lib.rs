//! Keeps the search and filter entries what the profiles say, from the table's stream. An event only says *look at
//! this user*, so that twice, late or out of order is harmless (rule 28).

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};

use domain::User;
use store::{StoreError, index::IndexUser};

/// Brings the entries of everybody in the batch up to date. The first record that fails is named, so that the
/// batch is tried again from there.
pub async fn handle(directory: &impl IndexUser, batch: Event) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in batch.records {
        let sequence_number = record.change.sequence_number.clone();
        if let Err(error) = look_at(directory, record).await {
            tracing::error!(error = %error, sequence_number, "cannot index a user");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = sequence_number;
            response.batch_item_failures.push(failure);
            break;
        }
    }
    response
}

/// Most events are logins and edits that leave the entries as they are: those cost nothing, as `index` sees to.
async fn look_at(directory: &impl IndexUser, record: EventRecord) -> Result<(), StoreError> {
    let image = |item: serde_dynamo::Item| {
        if item.is_empty() { Ok(None) } else { serde_dynamo::from_item::<_, User>(item).map(Some) }
    };
    let (old, new) = (image(record.change.old_image)?, image(record.change.new_image)?);
    match new {
        Some(new) => directory.index(&new, old.as_ref()).await,
        None => Ok(()),
    }
}
