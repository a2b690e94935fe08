//! Marks the members of a changed team, so that `sync` carries over to TaskRouter what they inherit: invoked by `teams` after
//! the change, and by the schedule, which continues what is due.

use lambda_runtime::Error;
use serde::Deserialize;

use app::{
    SystemTimeAndIds, TimeAndIds,
    fan_out::{Pace, TeamFanOut},
};
use domain::TeamId;
use runtime::config::ConfigError;
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
    invocation: Invocation,
) -> Result<(), Error> {
    match invocation.team_id {
        Some(team_id) => Ok(fan_out.of_team(team_id).await?),
        None => Ok(fan_out.due().await?),
    }
}
