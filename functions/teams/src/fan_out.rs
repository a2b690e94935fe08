//! Starting `fan-out`, which marks the members of a changed team.

use std::time::Duration;

use domain::TeamId;
use invoke::{Function, InvokeError};
use runtime::config::ConfigError;
use serde_json::json;

/// The team is changed and the caller waits: the schedule starts what cannot be started in this time.
const MAX_START_TIME: Duration = Duration::from_secs(2);

pub trait StartFanOut {
    /// Invokes `fan-out` asynchronously.
    fn start(&self, team_id: TeamId) -> impl Future<Output = Result<(), InvokeError>> + Send;
}

#[derive(Debug)]
pub struct FanOutFunction(Function);

impl FanOutFunction {
    pub fn from_env() -> Result<Self, ConfigError> {
        Function::from_env("FAN_OUT_FUNCTION", MAX_START_TIME).map(Self)
    }
}

impl StartFanOut for FanOutFunction {
    async fn start(&self, team_id: TeamId) -> Result<(), InvokeError> {
        self.0.start(&json!({"team_id": team_id})).await
    }
}
