//! Flex's configuration, and what tests choose where Twilio's behaviour is not known.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::activity::OFFLINE_ACTIVITY_SID;
use crate::place::Place;
use crate::queue::Queue;
use crate::webhook_rules::{WebhookRule, WebhookSetting};

/// Fields of Flex's resource that are not simulated and null here.
const NOT_SIMULATED: [&str; 39] = [
    "agent_conv_end_methods",
    "attributes",
    "call_recording_enabled",
    "call_recording_webhook_url",
    "channel_configs",
    "chat_service_instance_sid",
    "citrix_voice_vdi",
    "crm_attributes",
    "crm_callback_url",
    "crm_enabled",
    "crm_fallback_url",
    "crm_type",
    "debugger_integration",
    "flex_insights_drilldown",
    "flex_insights_hr",
    "flex_instance_sid",
    "flex_service_instance_sid",
    "flex_ui_status_report",
    "flex_url",
    "integrations",
    "markdown",
    "messaging_service_instance_sid",
    "notifications",
    "offline_config",
    "outbound_call_flows",
    "plugin_service_attributes",
    "plugin_service_enabled",
    "public_attributes",
    "queue_stats_configuration",
    "runtime_domain",
    "serverless_service_sids",
    "service_version",
    "taskrouter_target_taskqueue_sid",
    "taskrouter_target_workflow_sid",
    "taskrouter_taskqueues",
    "ui_attributes",
    "ui_dependencies",
    "ui_language",
    "ui_version",
];

/// What `POST /sim/configuration` sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Configuration {
    /// The activity of a user who logs out of Flex; null: none is configured.
    pub(crate) taskrouter_offline_activity_sid: Option<String>,
    /// The skills that Flex's panel offers; null: none are configured.
    pub(crate) taskrouter_skills: Option<Vec<Skill>>,
    /// The attributes that Flex gives new workers, by role; null: none.
    pub(crate) taskrouter_worker_attributes: Option<Value>,
    /// The channels that Flex gives new workers, by role; null: none.
    pub(crate) taskrouter_worker_channels: Option<Value>,
    /// The workspace that Flex uses; null: the simulator's.
    pub(crate) taskrouter_workspace_sid: Option<String>,
    /// Whether a worker with open reservations can be deleted.
    pub(crate) deletion_with_reservations: Deletion,
    /// Which URL the signature of a callback covers.
    pub(crate) signed_url: SignedUrl,
    /// TaskRouter's, not Flex's.
    pub(crate) task_queues: Vec<Queue>,
    /// The account's, as the next.
    pub(crate) webhook_rules: Vec<WebhookRule>,
    pub(crate) webhook_settings: Vec<WebhookSetting>,
}

/// A skill of Flex's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Skill {
    pub(crate) name: String,
    /// Whether workers have the skill with a level.
    pub(crate) multivalue: bool,
    #[serde(default)]
    pub(crate) minimum: Option<i64>,
    #[serde(default)]
    pub(crate) maximum: Option<i64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deletion {
    #[default]
    Allowed,
    Refused,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignedUrl {
    #[default]
    WithoutFragment,
    WithFragment,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            taskrouter_offline_activity_sid: Some(OFFLINE_ACTIVITY_SID.to_owned()),
            taskrouter_skills: Some(Vec::new()),
            taskrouter_worker_attributes: None,
            taskrouter_worker_channels: None,
            taskrouter_workspace_sid: None,
            deletion_with_reservations: Deletion::default(),
            signed_url: SignedUrl::default(),
            task_queues: Queue::defaults(),
            webhook_rules: Vec::new(),
            webhook_settings: Vec::new(),
        }
    }
}

impl Configuration {
    /// The skill of this name, if it has levels.
    pub(crate) fn multivalue(&self, name: &str) -> Option<&Skill> {
        self.taskrouter_skills.iter().flatten().find(|skill| skill.multivalue && skill.name == name)
    }

    /// The resource of Flex's REST API.
    pub(crate) fn resource(&self, place: &Place) -> Value {
        let mut resource = json!({
            "account_sid": place.account_sid,
            "date_created": Timestamp::UNIX_EPOCH.to_string(),
            "date_updated": Timestamp::UNIX_EPOCH.to_string(),
            "status": "ok",
            "taskrouter_offline_activity_sid": self.taskrouter_offline_activity_sid,
            "taskrouter_skills": self.taskrouter_skills,
            "taskrouter_worker_attributes": self.taskrouter_worker_attributes,
            "taskrouter_worker_channels": self.taskrouter_worker_channels,
            "taskrouter_workspace_sid": self.taskrouter_workspace_sid.as_ref().unwrap_or(&place.workspace_sid),
            "url": format!("{}/v1/Configuration", place.base_url),
        });
        for field in NOT_SIMULATED {
            resource[field] = Value::Null;
        }
        resource
    }
}
