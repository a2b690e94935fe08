//! Reading users: one by id, by worker, by identity; many at once.

use domain::{Identity, User, UserId, WorkerSid};

use crate::{
    Directory, StoreError, ViewUser, WorkerItem,
    schema::{
        items::{UserRef, read_all},
        keys,
    },
};

impl ViewUser for Directory {
    async fn user(&self, user_id: UserId) -> Result<Option<User>, StoreError> {
        self.get(&keys::profile(user_id)).await
    }

    async fn worker(&self, worker_sid: &WorkerSid) -> Result<Option<WorkerItem>, StoreError> {
        self.get(&keys::worker(worker_sid)).await
    }

    async fn user_id_of_identity(&self, identity: &Identity) -> Result<Option<UserId>, StoreError> {
        let claim = self.get::<UserRef>(&keys::identity(identity)).await?;
        Ok(claim.map(|claim| claim.user_id))
    }
}

impl Directory {
    /// Those of the users that exist, in no order, read with eventual consistency.
    pub(crate) async fn users(&self, user_ids: impl IntoIterator<Item = UserId>) -> Result<Vec<User>, StoreError> {
        let keys = user_ids.into_iter().map(keys::profile).collect::<Vec<_>>();
        read_all(self.get_many(&keys).await?)
    }
}
