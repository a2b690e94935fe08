//! Asking for a reconciliation.

use domain::{
    Quoted, Refusal,
    permissions::{Operation, authorize},
    reconciliation::{Reconciliation, ReconciliationState},
};
use store::{ReadSet, ReadSnapshot, TrackReconciliation};
use uuid::Uuid;

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// Queues a reconciliation under this id, for any runner; one that no runner goes on with any more is asked for again
/// instead. `confirm` names the latest one, which was braked: the new one is not. If an earlier attempt has queued it,
/// returns that one.
pub async fn request_reconciliation(
    store: &(impl ReadSnapshot + TrackReconciliation),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    id: Uuid,
    confirm: Option<Uuid>,
) -> Result<Reconciliation, ChangeError> {
    retry_on_conflict(|| async {
        let context = ChangeContext::read(store, time_and_ids, caller, ReadSet::default()).await?;
        authorize(context.caller, Operation::StartReconciliation)?;
        let (last, now) = (store.reconciliation().await?, time_and_ids.now());
        match &last {
            Some(last) if last.reconciliation_id == id => return Ok(last.clone()),
            Some(last) if last.is_busy(now) => {
                return Err(Refusal::ReconciliationRunning(quoted(last.reconciliation_id)).into());
            }
            _ => {}
        }
        let waiting = last.as_ref().filter(|last| last.state == ReconciliationState::Braked);
        let confirmed = match confirm {
            Some(id) => {
                match waiting.filter(|waiting| waiting.reconciliation_id == id).and_then(|waiting| waiting.brake) {
                    None => return Err(Refusal::NothingToConfirm(quoted(id)).into()),
                    brake => brake,
                }
            }
            None => None,
        };
        if let Some(unfinished) = last.clone().filter(Reconciliation::is_unfinished) {
            return Ok(unfinished);
        }
        let queued = Reconciliation::queued(id, Some(caller.caller.user_id), confirmed, now);
        let queued = queued.following(last.as_ref());
        Ok(store.put_reconciliation(last.map(|last| last.revision), queued).await?)
    })
    .await
}

fn quoted(id: Uuid) -> Quoted {
    id.to_string().as_str().into()
}
