//! Marks the members of a changed team, so that `sync` carries over to TaskRouter what they inherit: invoked by `teams` after
//! the change, and by the schedule, which continues what is due.

use lambda_runtime::Error;
use serde::Deserialize;

use app::{
    SystemTimeAndIds, TimeAndIds,
    fan_out::{Pace, TeamFanOut},
};
use domain::TeamId;
use runtime::{
    config::ConfigError,
    invocation::{self, Ending, Outcome},
};
use store::{Directory, FanOutTeams};

/// What the function is invoked with.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Invocation {
    /// None in the schedule's event, of which nothing is read.
    #[serde(default)]
    pub team_id: Option<TeamId>,
}

/// Everything from the environment.
pub fn from_env() -> Result<TeamFanOut<Directory, SystemTimeAndIds>, ConfigError> {
    Ok(TeamFanOut { store: Directory::from_env()?, time_and_ids: SystemTimeAndIds, pace: Pace::default() })
}

/// Marks as many members as there is time for. What is left is due at the schedule, also after an error.
pub async fn handle<S: FanOutTeams + Sync, C: TimeAndIds>(
    fan_out: &TeamFanOut<S, C>,
    event: Invocation,
) -> Result<(), Error> {
    if let Some(team_id) = event.team_id {
        invocation::identify("team_id", &team_id);
        fan_out.of_team(team_id).await?;
    } else if !fan_out.due().await? {
        // Why, each team has a line of its own.
        invocation::end(Ending { outcome: Outcome::Failed, ..Ending::default() });
    }
    Ok(())
}
