//! Erasing a deleted user's personal data (Art. 17 GDPR), which only an operator with access to AWS can do.
//!
//! Interrupted, it is run again: what is erased is found erased. The user is written last, so that a user who counts as erased
//! has no personal values left in the history.

use domain::{
    Record, Refusal, User, UserId,
    erasure::{erase, erase_record, erased_fields},
    search::earlier_states,
};
use store::{
    ChangeOrigin, EntryKeys, EntryOwner, EraseUser, ReindexUsers, StoreError, ViewHistory, ViewUser, schema::keys::Key,
};

use crate::{ChangeError, TimeAndIds, history::whole_history};

/// Where the table holds a user's personal data.
#[derive(Debug, Clone)]
pub struct Traces {
    pub user: User,
    /// The whole history, newest first.
    history: Vec<Record>,
    /// Stored responses that name the user.
    responses: Vec<Key>,
}

impl Traces {
    /// Whether the user was erased before.
    #[must_use]
    pub const fn is_erased(&self) -> bool {
        self.user.erased_at.is_some()
    }

    /// The records that hold personal values.
    #[must_use]
    pub fn records(&self) -> usize {
        self.history.iter().filter_map(erase_record).count()
    }

    #[must_use]
    pub const fn responses(&self) -> usize {
        self.responses.len()
    }
}

/// Reads what there is to erase, and changes nothing. A user who is not deleted, or still has a worker, is refused.
pub async fn find_traces(
    store: &(impl ViewUser + ViewHistory + EraseUser),
    time_and_ids: &impl TimeAndIds,
    user_id: UserId,
) -> Result<Traces, ChangeError> {
    let user = store.user(user_id).await?.ok_or_else(|| Refusal::UnknownUser((&user_id).into()))?;
    erase(&user, time_and_ids.now())?;
    let (history, responses) = (whole_history(store, user_id).await?, store.responses_naming(user_id).await?);
    Ok(Traces { user, history, responses })
}

/// Erases what was found. `command` stands in the audit record of the erasure as the request's id.
pub async fn erase_user(
    store: &(impl EraseUser + ReindexUsers),
    time_and_ids: &impl TimeAndIds,
    traces: &Traces,
    command: &str,
) -> Result<(), ChangeError> {
    let Traces { user, history, responses } = traces;
    // While the history still tells earlier names: entries that an event that was given up has left.
    remove_stale_entries(store, user, &earlier_states(user, history)).await?;
    for key in responses {
        store.delete_response(key).await?;
    }
    for erased in history.iter().filter_map(erase_record) {
        store.erase_record(user.user_id, &erased).await?;
    }
    if traces.is_erased() {
        return Ok(());
    }
    let now = time_and_ids.now();
    let origin = ChangeOrigin::operator(command, now, time_and_ids.ordered_id());
    let after = store.erase_user(user, erase(user, now)?, erased_fields(user), origin).await?;
    // `index` does the same from the stream; the operator need not wait for it.
    remove_stale_entries(store, &after, std::slice::from_ref(user)).await?;
    Ok(())
}

/// Those entries of these states that the user does not derive.
async fn remove_stale_entries(store: &impl ReindexUsers, user: &User, states: &[User]) -> Result<(), StoreError> {
    let difference = store.compare_entries(Some(user), &EntryKeys::of(states)).await?;
    for batch in difference.batches() {
        store.repair_entries(EntryOwner::User(user), &batch).await?;
    }
    Ok(())
}
