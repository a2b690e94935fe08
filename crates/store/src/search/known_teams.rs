//! The teams that lists show and look through: of one query, beside the reading of the users, and remembered for some seconds.
//!
//! For lists and exports alone, which are eventually consistent as they are. What permits, refuses or changes something reads
//! its teams itself, with strong consistency.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use domain::{TeamId, team::Teams};
use tokio::{sync::OnceCell, time::Instant};

use crate::{Directory, StoreError, ViewTeams, dynamo::item::text, schema::keys};

/// How long teams are remembered; a list is late by as much.
const REMEMBERED: Duration = Duration::from_secs(5);

/// With more teams than this, those of a page are read one by one.
const MOST: usize = 100;

/// What an instance remembers of teams.
#[derive(Debug, Default)]
pub(crate) struct TeamMemory(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// When the first of them were read, by both clocks: of a function that Lambda freezes between two events the monotonic
    /// one may have stood still, and the time of day may be set back.
    since: Option<(Instant, SystemTime)>,
    teams: Arc<Teams>,
    are_too_many: bool,
}

impl TeamMemory {
    fn get(&self) -> Option<Arc<Teams>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |(since, at): &(Instant, SystemTime)| {
            since.elapsed() < REMEMBERED && at.elapsed().is_ok_and(|elapsed| elapsed < REMEMBERED)
        };
        memory.since.filter(is_fresh).map(|_| Arc::clone(&memory.teams))
    }

    fn are_too_many(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).are_too_many
    }

    fn replace(&self, teams: Arc<Teams>, are_too_many: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Memory { since: Some((Instant::now(), SystemTime::now())), teams, are_too_many };
    }

    /// Adds teams that were read later; they are forgotten with the others.
    fn add(&self, teams: &Teams) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut memory.teams).extend(teams.iter().map(|(id, team)| (*id, team.clone())));
    }
}

/// The teams of one list, read when they are first needed.
#[derive(Debug)]
pub(super) struct KnownTeams<'a> {
    directory: &'a Directory,
    teams: OnceCell<Arc<Teams>>,
}

impl<'a> KnownTeams<'a> {
    pub(super) fn new(directory: &'a Directory) -> Self {
        Self { directory, teams: OnceCell::new() }
    }

    /// As many teams as one query gives; none if there are too many.
    pub(super) async fn all(&self) -> Result<Arc<Teams>, StoreError> {
        self.teams.get_or_try_init(|| self.directory.listed_teams()).await.map(Arc::clone)
    }
}

impl Directory {
    /// Those of the teams that are not among `known`, one by one.
    pub(super) async fn other_teams(&self, ids: BTreeSet<TeamId>, known: &Teams) -> Result<Teams, StoreError> {
        let unknown = ids.into_iter().filter(|id| !known.contains_key(id)).collect::<BTreeSet<_>>();
        if unknown.is_empty() {
            return Ok(Teams::new());
        }
        let teams = self.teams(unknown).await?;
        self.team_memory.add(&teams);
        Ok(teams)
    }

    /// The name's item of a team carries what lists need of it. One that was written before it did is left out.
    async fn listed_teams(&self) -> Result<Arc<Teams>, StoreError> {
        if let Some(teams) = self.team_memory.get() {
            return Ok(teams);
        }
        if self.team_memory.are_too_many() {
            self.team_memory.replace(Arc::default(), true);
            return Ok(Arc::default());
        }
        let query = self.db.query().table_name(&self.table).limit(i32::try_from(MOST).unwrap_or(i32::MAX));
        let query = query
            .key_condition_expression("pk = :pk AND begins_with(sk, :name)")
            .expression_attribute_values(":pk", text(keys::TEAM_NAMES_PK))
            .expression_attribute_values(":name", text(keys::TEAM_NAME_PREFIX));
        let response = query.send().await.map_err(|error| StoreError::of(&error))?;
        let are_too_many = response.last_evaluated_key.is_some();
        let teams = response.items.unwrap_or_default().into_iter().filter(|item| item.contains_key("skills"));
        let teams = crate::schema::items::read_all::<domain::Team, Vec<_>>(teams.collect())?;
        let teams = Arc::new(teams.into_iter().map(|team| (team.team_id, team)).collect::<Teams>());
        self.team_memory.replace(Arc::clone(&teams), are_too_many);
        Ok(teams)
    }
}
