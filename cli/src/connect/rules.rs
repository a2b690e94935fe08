//! The rule of Twilio's Webhooks configuration API that applies to the deployment's webhook: which key signs, and whose
//! retries count.

use app::connect::{Webhook, WebhookRules};
use serde_json::{Value, json};
use twilio::{UrlMatch, WebhookRule, WebhookSetting};

/// The rule that applies to the webhook, with its settings.
pub struct AppliedRule<'a> {
    rule: &'a WebhookRule,
    settings: Vec<&'a WebhookSetting>,
}

impl<'a> AppliedRule<'a> {
    /// None if no rule applies: the auth token signs, and the callback URL's retries count.
    pub fn of(rules: &'a WebhookRules, webhook: &Webhook) -> Option<Self> {
        let (rule, settings) = rules.applied(webhook.url())?;
        Some(Self { rule, settings })
    }

    pub fn text(&self) -> String {
        let settings = self.settings.iter().map(|setting| format!("{}, {}", signed(setting), repeated(setting)));
        let settings = settings.collect::<Vec<_>>().join("; or ");
        let settings = if settings.is_empty() { "its settings are not there" } else { &settings };
        format!("{} for {}: {settings}", self.rule.id, matched(&self.rule.matches))
    }

    pub fn json(&self) -> Value {
        let settings = self.settings.iter().map(|setting| {
            let key = setting.shared_key.as_ref().map(|key| json!({"id": key.id, "algorithm": key.algorithm}));
            let retries = setting.retries.as_ref().map(|retries| json!({"count": retries.count, "on": retries.on}));
            json!({"id": setting.id, "shared_key": key, "retries": retries})
        });
        json!({"id": self.rule.id, "url": matched(&self.rule.matches), "settings": settings.collect::<Vec<_>>()})
    }

    /// What the rule asks of the deployment, or takes from it.
    pub fn left(&self) -> Vec<String> {
        let keys = self.settings.iter().filter_map(|setting| setting.shared_key.as_ref()).map(|key| {
            format!(
                "Twilio signs callbacks with the shared key {}: the parameter with the auth token must hold it as well, as \
                 {}:KEY, or they are refused.",
                key.id,
                if key.algorithm.is_empty() { "ALGORITHM" } else { &key.algorithm }
            )
        });
        let forgetful =
            self.settings.iter().filter(|setting| setting.retries.as_ref().is_none_or(|known| known.count == 0));
        let forgetful = forgetful.map(|setting| {
            format!(
                "The webhook setting {} counts in place of the callback URL's retries, and asks for none: give it some, or a \
                 callback that gets no answer waits for the next reconciliation.",
                setting.id
            )
        });
        keys.chain(forgetful).collect()
    }
}

fn matched(matches: &UrlMatch) -> String {
    match matches {
        UrlMatch::Exact(url) => url.clone(),
        UrlMatch::Prefix(prefix) => format!("{prefix}*"),
        UrlMatch::Default => "*".to_owned(),
    }
}

fn signed(setting: &WebhookSetting) -> String {
    setting.shared_key.as_ref().map_or_else(
        || "the auth token signs".to_owned(),
        |key| format!("the shared key {} signs ({})", key.id, key.algorithm),
    )
}

fn repeated(setting: &WebhookSetting) -> String {
    match &setting.retries {
        Some(retries) if retries.count > 0 => format!("{} retries ({})", retries.count, retries.on.join(", ")),
        _ => "no retries".to_owned(),
    }
}
