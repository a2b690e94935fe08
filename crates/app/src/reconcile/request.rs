//! Asking for a reconciliation.

use domain::{
    Quoted, Refusal, UserId,
    permissions::{Operation, authorize},
    reconciliation::{Brake, Reconciliation, ReconciliationState},
};
use store::{ReadSet, ReadSnapshot, TrackReconciliation};
use uuid::Uuid;

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// Queues a reconciliation under this id, for any runner; one that no runner continues any more is asked for again
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
        authorize(&context.caller, Operation::StartReconciliation)?;
        queue(store, time_and_ids, Some(caller.caller.user_id), id, confirm).await
    })
    .await
}

/// Queues one in place of the braked one that an operator has confirmed, who has no user and needs none.
pub async fn confirm_reconciliation(
    store: &impl TrackReconciliation,
    time_and_ids: &impl TimeAndIds,
    confirmed: Uuid,
) -> Result<Reconciliation, ChangeError> {
    let id = time_and_ids.ordered_id();
    retry_on_conflict(|| queue(store, time_and_ids, None, id, Some(confirmed))).await
}

async fn queue(
    store: &impl TrackReconciliation,
    time_and_ids: &impl TimeAndIds,
    requested_by: Option<UserId>,
    id: Uuid,
    confirm: Option<Uuid>,
) -> Result<Reconciliation, ChangeError> {
    let (last, now) = (store.reconciliation().await?, time_and_ids.now());
    match &last {
        Some(last) if last.reconciliation_id == id => return Ok(last.clone()),
        Some(last) if last.is_busy(now) => {
            return Err(Refusal::ReconciliationRunning(quoted(last.reconciliation_id)).into());
        }
        _ => {}
    }
    let confirmed = confirm.map(|confirm| waiting_brake(last.as_ref(), confirm)).transpose()?;
    if let Some(unfinished) = last.clone().filter(Reconciliation::is_unfinished) {
        return Ok(unfinished);
    }
    let queued = Reconciliation::queued(id, requested_by, confirmed, now).following(last.as_ref());
    Ok(store.put_reconciliation(last.map(|last| last.revision), queued).await?)
}

/// The brake of this reconciliation, if it is the latest one and waits to be confirmed.
fn waiting_brake(last: Option<&Reconciliation>, id: Uuid) -> Result<Brake, Refusal> {
    let is_waiting = |last: &&Reconciliation| last.reconciliation_id == id && last.state == ReconciliationState::Braked;
    last.filter(is_waiting).and_then(|last| last.brake).ok_or_else(|| Refusal::NothingToConfirm(quoted(id)))
}

fn quoted(id: Uuid) -> Quoted {
    id.to_string().as_str().into()
}
