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
        let is_braked = |last: &Reconciliation| last.state == ReconciliationState::Braked;
        let waiting = last.as_ref().filter(|last| is_braked(last)).map(|last| last.reconciliation_id);
        if let Some(confirmed) = confirm.filter(|confirm| waiting != Some(*confirm)) {
            return Err(Refusal::NothingToConfirm(quoted(confirmed)).into());
        }
        if let Some(unfinished) = last.clone().filter(Reconciliation::is_unfinished) {
            return Ok(unfinished);
        }
        let queued = Reconciliation::queued(id, Some(caller.caller.user_id), confirm.is_some(), now);
        let queued = queued.following(last.as_ref());
        Ok(store.put_reconciliation(last.map(|last| last.revision), queued).await?)
    })
    .await
}

fn quoted(id: Uuid) -> Quoted {
    id.to_string().as_str().into()
}
