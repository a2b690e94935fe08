//! Users by their identities, teams by their names: the items that claim them, many in a call.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Identity, TeamId, TeamName, UserId};
use serde::de::DeserializeOwned;

use crate::{
    Directory, FindByNames, StoreError,
    schema::{
        items::{self, TeamRef, UserRef},
        keys::{self, Key},
    },
};

impl FindByNames for Directory {
    async fn users_of_identities(
        &self,
        identities: &BTreeSet<Identity>,
    ) -> Result<BTreeMap<String, UserId>, StoreError> {
        let names = identities.iter().map(|identity| (keys::identity(identity), identity.lookup_key()));
        let claims = self.claims::<UserRef>(names.collect()).await?;
        Ok(claims.into_iter().map(|(name, claim)| (name, claim.user_id)).collect())
    }

    async fn teams_of_names(&self, names: &BTreeSet<TeamName>) -> Result<BTreeMap<String, TeamId>, StoreError> {
        let names = names.iter().map(|name| (keys::team_name(name), name.order_key()));
        let claims = self.claims::<TeamRef>(names.collect()).await?;
        Ok(claims.into_iter().map(|(name, claim)| (name, claim.team_id)).collect())
    }
}

impl Directory {
    /// The items that claim these names, by name.
    async fn claims<T: DeserializeOwned>(
        &self,
        mut names: BTreeMap<Key, String>,
    ) -> Result<Vec<(String, T)>, StoreError> {
        let keys = names.keys().cloned().collect::<Vec<_>>();
        let mut claims = Vec::with_capacity(keys.len());
        for item in self.get_many_consistent(&keys).await? {
            if let Some(name) = Key::of(&item).and_then(|key| names.remove(&key)) {
                claims.push((name, items::read(item)?));
            }
        }
        Ok(claims)
    }
}
