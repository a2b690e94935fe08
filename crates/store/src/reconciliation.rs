//! Reconciliations: the whole directory, read as cheaply as it can be, and where the latest one stands.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use domain::{
    Status, TeamId, User, UserId, WorkerSid, reconciliation::Reconciliation, sync_state::SyncState,
    sync_summary::SyncStage,
};

use crate::{
    Directory, ReadWorkers, StoreError, SurveyDirectory, TrackReconciliation, WakeUsers, WorkerItem,
    dynamo::{item::text, transaction::Transaction},
    schema::{
        items::{self, ContestedSkills, Entity, Item, TeamRef},
        keys,
    },
    users::outbox,
};

/// When an outbox is due, as a text that is later than every time if it waits for a deployment that may write.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PendingUser {
    pub user_id: UserId,
    due_at: String,
}

impl PendingUser {
    /// Whether it waits for a deployment that may write.
    #[must_use]
    pub fn waits_for_writing(&self) -> bool {
        self.due_at == outbox::WHEN_WRITING
    }

    /// Whether it should have been looked at before this moment.
    #[must_use]
    pub fn was_due_at(&self, at: Timestamp) -> bool {
        self.due_at <= outbox::instant(at)
    }
}

impl SurveyDirectory for Directory {
    async fn all_users(&self) -> Result<Vec<User>, StoreError> {
        let mut users = Vec::new();
        for status in Status::ALL {
            let items = self.whole_partition(keys::BY_STATUS, keys::BY_STATUS_PK, keys::by_status_pk(status)).await?;
            users.extend(items::read_all::<User, Vec<_>>(items)?);
        }
        Ok(users)
    }

    async fn pending_users(&self) -> Result<Vec<PendingUser>, StoreError> {
        let items = self.whole_partition(keys::BY_PENDING, keys::BY_PENDING_PK, keys::PENDING.to_owned()).await?;
        items::read_all(items)
    }

    async fn changing_teams(&self) -> Result<BTreeSet<TeamId>, StoreError> {
        let items = self.whole_partition(keys::BY_PENDING, keys::BY_PENDING_PK, keys::FAN_OUTS.to_owned()).await?;
        Ok(items::read_all::<TeamRef, Vec<_>>(items)?.into_iter().map(|team| team.team_id).collect())
    }

    async fn contested_users(&self) -> Result<BTreeSet<UserId>, StoreError> {
        let Some(contested) = keys::stage_pk(SyncStage::Contested) else { return Ok(BTreeSet::new()) };
        let items = self.whole_partition(keys::BY_PENDING, keys::BY_PENDING_PK, contested.to_owned()).await?;
        let user_of = |item: Item| keys::parse_user_pk(item.get("pk")?.as_s().ok()?);
        Ok(items.into_iter().filter_map(user_of).collect())
    }

    async fn sync_states(&self, user_ids: &BTreeSet<UserId>) -> Result<BTreeMap<UserId, SyncState>, StoreError> {
        let keys = user_ids.iter().map(|&user_id| keys::sync(user_id)).collect::<Vec<_>>();
        by_partition(self.get_many(&keys).await?, keys::parse_user_pk)
    }
}

impl ReadWorkers for Directory {
    async fn workers(&self, sids: &BTreeSet<WorkerSid>) -> Result<BTreeMap<WorkerSid, WorkerItem>, StoreError> {
        let keys = sids.iter().map(keys::worker).collect::<Vec<_>>();
        by_partition(self.get_many(&keys).await?, keys::parse_worker_pk)
    }
}

impl WakeUsers for Directory {
    async fn wake(
        &self,
        user_id: UserId,
        token: Uuid,
        now: Timestamp,
        contested: ContestedSkills,
    ) -> Result<(), StoreError> {
        let mut writes = Transaction::new(self);
        outbox::mark_with(&mut writes, user_id, token, now, contested)?;
        writes.send(self).await
    }
}

impl TrackReconciliation for Directory {
    async fn reconciliation(&self) -> Result<Option<Reconciliation>, StoreError> {
        self.get(&keys::reconciliation()).await
    }

    async fn put_reconciliation(
        &self,
        read: Option<u64>,
        reconciliation: Reconciliation,
    ) -> Result<Reconciliation, StoreError> {
        let written = Reconciliation { revision: read.map_or(0, |read| read + 1), ..reconciliation };
        let put = self.db.put_item().table_name(&self.table).set_item(Some(written.to_item()?));
        let put = match read {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(read) => put
                .condition_expression("revision = :read")
                .expression_attribute_values(":read", crate::dynamo::item::number(read)),
        };
        put.send().await.map_err(|error| StoreError::of(&error))?;
        Ok(written)
    }
}

impl Directory {
    /// All items of one partition of an index, read with eventual consistency.
    async fn whole_partition(&self, index: &str, attribute: &str, pk: String) -> Result<Vec<Item>, StoreError> {
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let query = self.db.query().table_name(&self.table).index_name(index).set_exclusive_start_key(start);
            let query = query
                .key_condition_expression("#pk = :pk")
                .expression_attribute_names("#pk", attribute)
                .expression_attribute_values(":pk", text(&pk));
            let response = query.send().await.map_err(|error| StoreError::of(&error))?;
            found.extend(response.items.unwrap_or_default());
            start = response.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}

/// Items by what their partition key says.
fn by_partition<K: Ord, T: serde::de::DeserializeOwned>(
    items: Vec<Item>,
    parse: impl Fn(&str) -> Option<K>,
) -> Result<BTreeMap<K, T>, StoreError> {
    let keyed = items.into_iter().filter_map(|item| Some((parse(item.get("pk")?.as_s().ok()?)?, item)));
    keyed.map(|(key, item)| Ok((key, items::read(item)?))).collect()
}
