//! Users by the stage of their synchronisation with TaskRouter (rule 9).
//!
//! The stage follows from outbox and sync item, which are read with the users of a page where a query asks for it. Users
//! who are pending, failed or contested are few as a rule, and stand in the index `by_pending`, in order of time: they
//! are read at once and put in order of name. So the page costs the same in any directory, and goes on after the same
//! sort key as the list of all users does, which takes its place while there are more of them.

use aws_sdk_dynamodb::types::AttributeValue;
use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Time, User, UserId,
    search::{FoldedUser, UserQuery},
    sync_state::SyncState,
    sync_summary::{SyncStage, SyncSummary},
};

use super::{MAX_EXAMINED, candidate::Candidate, chunk::Chunk};
use crate::{
    Directory, StoreError,
    dynamo::item::text,
    schema::{
        items::{self, Item, OutboxItem},
        keys,
    },
};

/// What is known of a user's synchronisation.
#[derive(Default)]
struct Known {
    pending_since: Option<Time>,
    state: SyncState,
}

impl Directory {
    /// All users of the query after this sort key who may be in the stage, in order of name. None if the index does not
    /// list the stage, or lists more users than one request examines.
    pub(super) async fn candidates_in_stage(
        &self,
        stage: SyncStage,
        query: &UserQuery,
        after: Option<&str>,
    ) -> Result<Option<Chunk>, StoreError> {
        let Some(user_ids) = self.listed_in_stage(stage).await? else { return Ok(None) };
        let users =
            self.users(user_ids).await?.into_iter().filter(|user| query.may_match_profile(&FoldedUser::new(user)));
        let mut candidates = users.map(Candidate::from_profile).collect::<Vec<_>>();
        candidates.retain(|candidate| after.is_none_or(|after| candidate.sk.as_str() > after));
        candidates.sort_by(|a, b| a.sk.cmp(&b.sk));
        Ok(Some(Chunk { candidates, has_more: false }))
    }

    async fn listed_in_stage(&self, stage: SyncStage) -> Result<Option<Vec<UserId>>, StoreError> {
        let Some(partition) = keys::stage_pk(stage) else { return Ok(None) };
        let query = self.db.query().table_name(&self.table).index_name(keys::BY_PENDING);
        let query = query
            .key_condition_expression(format!("{} = :pk", keys::BY_PENDING_PK))
            .expression_attribute_values(":pk", text(partition))
            .limit(i32::try_from(MAX_EXAMINED + 1).unwrap_or(i32::MAX));
        let response = query.send().await.map_err(|error| StoreError::of(&error))?;
        if response.last_evaluated_key.is_some() || response.items().len() > MAX_EXAMINED {
            return Ok(None);
        }
        response.items().iter().map(user_of).collect::<Result<_, _>>().map(Some)
    }

    /// Those of the users who are in this stage, read with eventual consistency.
    pub(super) async fn users_in_stage(
        &self,
        stage: SyncStage,
        users: &[&User],
    ) -> Result<BTreeSet<UserId>, StoreError> {
        let keys = users.iter().flat_map(|user| [keys::outbox(user.user_id), keys::sync(user.user_id)]);
        let mut known = BTreeMap::<UserId, Known>::new();
        for item in self.get_many(&keys.collect::<Vec<_>>()).await? {
            let known = known.entry(user_of(&item)?).or_default();
            if item.get("entity").and_then(|entity| entity.as_s().ok()).is_some_and(|entity| entity == OutboxItem::NAME)
            {
                known.pending_since = Some(items::read::<OutboxItem>(item)?.since);
            } else {
                known.state = items::read(item)?;
            }
        }
        let is_in_stage = |user: &&&User| {
            let Known { pending_since, state } = known.remove(&user.user_id).unwrap_or_default();
            SyncSummary::of(user, pending_since, &state).stage == stage
        };
        Ok(users.iter().filter(is_in_stage).map(|user| user.user_id).collect())
    }
}

fn user_of(item: &Item) -> Result<UserId, StoreError> {
    let pk = item.get("pk").map(AttributeValue::as_s).and_then(Result::ok);
    let user_id = pk.and_then(|pk| keys::parse_user_pk(pk));
    user_id.ok_or_else(|| StoreError::Malformed("an item of the synchronisation without a user".to_owned()))
}
