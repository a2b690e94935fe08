//! Rules and settings of the Webhooks configuration API, as lists to be read. Callbacks are delivered and signed without
//! regard to them. Shapes: <https://www.twilio.com/docs/usage/webhooks/webhook-rules>.

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// What `POST /sim/configuration` sets of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct WebhookRule {
    pub(crate) id: String,
    match_type: MatchType,
    /// Of an exact match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Of a prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    settings: Vec<Share>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum MatchType {
    ExactMatch,
    PrefixMatch,
    Default,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Share {
    setting_id: String,
    percentage: u8,
}

/// What `POST /sim/configuration` sets of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct WebhookSetting {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signature: Option<Signature>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    connection: Option<Connection>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Signature {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shared_key_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Connection {
    retry_policy: RetryPolicy,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RetryPolicy {
    retry_count: u8,
    retry_on: Vec<String>,
}

impl WebhookRule {
    /// Refuses a rule without the URL that its type asks for, and shares that are not the whole.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        let has_url = match self.match_type {
            MatchType::ExactMatch => self.value.is_some() && self.prefix.is_none(),
            MatchType::PrefixMatch => self.prefix.is_some() && self.value.is_none(),
            MatchType::Default => self.prefix.is_none() && self.value.is_none(),
        };
        let whole = self.settings.iter().map(|share| u32::from(share.percentage)).sum::<u32>() == 100;
        if has_url && whole {
            return Ok(());
        }
        Err(Refusal::bad(format!(
            "the webhook rule {} must have value (EXACT_MATCH) or prefix (PREFIX_MATCH), and percentages that sum to 100",
            self.id
        )))
    }
}
