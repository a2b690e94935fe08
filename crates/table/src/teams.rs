//! Teams.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Team, TeamId, User};

use crate::{Directory, TableError, items, keys};

/// Teams by id.
pub type Teams = BTreeMap<TeamId, Team>;

/// Reads teams.
pub trait ViewTeams {
    /// These teams, as far as they exist.
    fn teams(&self, team_ids: BTreeSet<TeamId>) -> impl Future<Output = Result<Teams, TableError>> + Send;
}

impl ViewTeams for Directory {
    async fn teams(&self, team_ids: BTreeSet<TeamId>) -> Result<Teams, TableError> {
        let keys = team_ids.into_iter().map(keys::team).collect::<Vec<_>>();
        let teams = self.get_many(&keys).await?.into_iter().map(items::read::<Team>);
        teams.map(|team| team.map(|team| (team.team_id, team))).collect()
    }
}

impl Directory {
    /// Puts a team if its id is new; whether it was.
    pub async fn create_team(&self, team: &Team) -> Result<bool, TableError> {
        self.put_new(items::team(team)?).await
    }
}

/// The ids of all the teams of these people.
#[must_use]
pub fn team_ids<'a>(users: impl IntoIterator<Item = &'a User>) -> BTreeSet<TeamId> {
    users.into_iter().flat_map(|user| user.teams.iter().copied()).collect()
}
