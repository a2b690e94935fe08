//! Starts and ends temporary skills (rule 36): invoked by the schedule, each minute.

use lambda_runtime::Error;

use app::{
    SystemTimeAndIds, TimeAndIds,
    temporary_skills::{Pace, SkillTurns},
};
use runtime::{
    config::ConfigError,
    invocation::{self, Ending, Outcome},
};
use store::{Directory, ReadSnapshot, TurnSkills};

/// Everything from the environment.
pub fn from_env() -> Result<SkillTurns<Directory, SystemTimeAndIds>, ConfigError> {
    Ok(SkillTurns { store: Directory::from_env()?, time_and_ids: SystemTimeAndIds, pace: Pace::default() })
}

/// Starts and ends what is due. What is left is due at the next minute, also after an error. `request_id` is Lambda's.
pub async fn handle<S: ReadSnapshot + TurnSkills + Sync, C: TimeAndIds>(
    turns: &SkillTurns<S, C>,
    request_id: &str,
) -> Result<(), Error> {
    if !turns.due(request_id).await? {
        // Why, each user has a line of their own.
        invocation::end(Ending { outcome: Outcome::Failed, ..Ending::default() });
    }
    Ok(())
}
