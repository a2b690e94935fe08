//! What belongs to a user besides the profile.

use std::collections::BTreeSet;

use domain::{
    EmailAddress, Status, Time, User, UserId,
    search::{UserText, split_term},
    sync_state::SyncState,
    team::Teams,
};

use crate::{
    Directory, ReadSet, ReadSnapshot, Snapshot, StoreError, ViewDetails, WorkerItem,
    dynamo::item::text,
    schema::{
        items::{IndexEntry, OutboxItem, read_all},
        keys,
    },
};

/// More users with one folded e-mail address than this are not looked at.
const MAX_SAME_EMAIL: i32 = 25;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserDetails {
    pub teams: Teams,
    /// What TaskRouter last reported of the worker.
    pub worker: Option<WorkerItem>,
    /// What is still to be carried to TaskRouter.
    pub outbox: Option<OutboxItem>,
    /// Since when something is.
    pub pending_since: Option<Time>,
    /// How far the user's state has been carried over.
    pub sync: SyncState,
    /// Other users, not deleted, with the same e-mail address (rule 22).
    pub same_email: Vec<UserId>,
}

impl UserDetails {
    /// As they are after a change at this time that TaskRouter should see, if they were read beside its transaction: that
    /// transaction marks the outbox, unless it was marked before.
    #[must_use]
    pub fn marked(mut self, at: Time) -> Self {
        self.pending_since.get_or_insert(at);
        self
    }
}

impl ViewDetails for Directory {
    async fn details(&self, user: &User) -> Result<UserDetails, StoreError> {
        let read_set = ReadSet {
            teams: user.managed.teams.clone(),
            worker: user.taskrouter.worker_sid.clone(),
            outbox: Some(user.user_id),
            sync: Some(user.user_id),
            ..ReadSet::default()
        };
        let (snapshot, same_email) = tokio::try_join!(self.snapshot(&read_set), self.same_email(user))?;
        let Snapshot { teams, worker, outbox, sync, .. } = snapshot;
        let pending_since = outbox.as_ref().map(|outbox| outbox.since);
        Ok(UserDetails { teams, worker, outbox, pending_since, sync: sync.unwrap_or_default(), same_email })
    }
}

impl Directory {
    async fn same_email(&self, user: &User) -> Result<Vec<UserId>, StoreError> {
        let folded = UserText::new("", user.email());
        let Some(own) = user.idp.email.as_ref().filter(|_| folded.email().chars().count() >= 3) else {
            return Ok(Vec::new());
        };
        let (active, deactivated) = tokio::try_join!(
            self.with_email(Status::Active, folded.email()),
            self.with_email(Status::Deactivated, folded.email()),
        )?;
        let others = active.into_iter().chain(deactivated).filter(|&other| other != user.user_id).collect();
        self.with_equivalent_email(own, others).await
    }

    /// Those of the users who have this address. The search is coarser than that: it ignores accents.
    async fn with_equivalent_email(
        &self,
        email: &EmailAddress,
        candidates: BTreeSet<UserId>,
    ) -> Result<Vec<UserId>, StoreError> {
        let users = self.users(candidates).await?;
        let has_email = |user: &User| user.idp.email.as_ref().is_some_and(|other| other.is_equivalent(email));
        let same = users.iter().filter(|user| has_email(user) && user.managed.status != Status::Deleted);
        Ok(same.map(|user| user.user_id).collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// The users with this folded e-mail address, by the search entry that the whole address makes.
    async fn with_email(&self, status: Status, email: &str) -> Result<Vec<UserId>, StoreError> {
        let (head, rest) = split_term(email);
        let query = self
            .db
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :whole)")
            .expression_attribute_values(":pk", text(keys::search_pk(status, head)))
            .expression_attribute_values(":whole", text(keys::exact_text(rest)))
            .limit(MAX_SAME_EMAIL);
        let response = query.send().await.map_err(|error| StoreError::of(&error))?;
        let entries: Vec<IndexEntry> = read_all(response.items.unwrap_or_default())?;
        let same = entries.into_iter().filter(|entry| entry.user_text().email() == email);
        Ok(same.filter_map(|entry| keys::parse_user(&entry.sk)).collect())
    }
}
