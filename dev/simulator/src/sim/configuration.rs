//! `/sim/configuration`

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::StatusCode;

use super::{Shared, read};
use crate::configuration::Configuration;
use crate::queue::Queue;
use crate::refusal::Refusal;
use crate::webhook_rules::WebhookRule;

const FORM: &str = "{taskrouter_offline_activity_sid?, taskrouter_skills?: [{name, multivalue, minimum?, maximum?}] \
                    or null, taskrouter_worker_attributes?, taskrouter_worker_channels?, taskrouter_workspace_sid?, \
                    deletion_with_reservations?: \"allowed\" or \"refused\", \
                    signed_url?: \"without_fragment\" or \"with_fragment\", \
                    task_queues?: [{friendly_name, target_workers}], \
                    webhook_rules?: [{id, matchType, value?, prefix?, settings: [{settingId, percentage}]}], \
                    webhook_settings?: [{id, signature?: {type, sharedKeyId?, algorithm?}, \
                    connection?: {retryPolicy: {retryCount, retryOn}}}]}";

pub(super) async fn show(Extract(state): Shared) -> Result<Json<Configuration>, Refusal> {
    let configuration = state.workspace().configuration().cloned();
    configuration.map(Json).ok_or_else(|| Refusal::not_found("/sim/configuration"))
}

/// Replaces the configuration. What is left out gets its default.
pub(super) async fn set(Extract(state): Shared, body: Bytes) -> Result<Json<Configuration>, Refusal> {
    let configuration: Configuration = read(&body, FORM)?;
    configuration.task_queues.iter().try_for_each(Queue::check)?;
    configuration.webhook_rules.iter().try_for_each(WebhookRule::check)?;
    state.workspace().configure(Some(configuration.clone()));
    Ok(Json(configuration))
}

/// From now on there is no Flex.
pub(super) async fn remove(Extract(state): Shared) -> StatusCode {
    state.workspace().configure(None);
    StatusCode::NO_CONTENT
}
