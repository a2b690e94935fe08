//! Which setting Twilio applies to a webhook, by the rules of its Webhooks configuration API, a public beta.
//! Shapes: <https://www.twilio.com/docs/usage/webhooks/webhook-rules>,
//! <https://www.twilio.com/docs/usage/webhooks/webhook-settings>.

use crate::{
    raw_json::Raw,
    resources::{object, text},
};

/// Which settings apply to webhooks to a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRule {
    /// `webhooks_rule_…`
    pub id: String,
    pub matches: UrlMatch,
    /// One, or two that share the webhooks.
    pub setting_ids: Vec<String>,
}

/// The URLs that a rule is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlMatch {
    Exact(String),
    Prefix(String),
    /// Those that no other rule is for.
    Default,
}

/// How webhooks are signed and delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSetting {
    /// `webhooks_setting_…`
    pub id: String,
    /// None: the auth token signs.
    pub shared_key: Option<SharedKey>,
    /// None: Twilio's defaults.
    pub retries: Option<Retries>,
}

/// A key that signs webhooks in place of the auth token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedKey {
    pub id: String,
    /// `HMAC_SHA256`, …; empty if unknown.
    pub algorithm: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retries {
    pub count: u64,
    /// What is tried again; empty if unknown.
    pub on: Vec<String>,
}

impl WebhookRule {
    /// Reads it in the shape of the API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let matches = match text(&fields, "matchType")?.to_ascii_uppercase().as_str() {
            "EXACT_MATCH" => UrlMatch::Exact(text(&fields, "value")?),
            "PREFIX_MATCH" => UrlMatch::Prefix(text(&fields, "prefix")?),
            "DEFAULT" => UrlMatch::Default,
            _ => return None,
        };
        let settings = fields.get("settings").and_then(Raw::array).unwrap_or_default();
        let setting_ids = settings.into_iter().filter_map(|share| text(&share.object()?, "settingId")).collect();
        Some(Self { id: text(&fields, "id")?, matches, setting_ids })
    }

    /// The one of the account's rules that Twilio applies to webhooks to this URL: an exact one before one for a prefix, a
    /// longer prefix before a shorter one, and the default last
    /// (<https://www.twilio.com/docs/usage/webhooks/webhook-configuration-faq>).
    #[must_use]
    pub fn applied<'a>(rules: &'a [Self], url: &str) -> Option<&'a Self> {
        let rank = |rule: &&Self| match &rule.matches {
            UrlMatch::Exact(value) if value == url => Some((2, value.len())),
            UrlMatch::Prefix(prefix) if url.starts_with(prefix.as_str()) => Some((1, prefix.len())),
            UrlMatch::Default => Some((0, 0)),
            _ => None,
        };
        rules.iter().filter(|rule| rank(rule).is_some()).max_by_key(rank)
    }
}

impl WebhookSetting {
    /// Reads it in the shape of the API; none if it cannot be one.
    #[must_use]
    pub fn read(json: &str) -> Option<Self> {
        let fields = object(json)?;
        let part = |name| fields.get(name).and_then(Raw::object);
        let shared_key = part("signature").and_then(|signature| {
            let algorithm = text(&signature, "algorithm").unwrap_or_default();
            Some(SharedKey { id: text(&signature, "sharedKeyId")?, algorithm })
        });
        let policy = part("connection").and_then(|connection| connection.get("retryPolicy")?.object());
        let retries = policy.and_then(|policy| {
            let on = policy.get("retryOn").and_then(Raw::array).unwrap_or_default();
            let on = on.into_iter().filter_map(|what| what.text()?.exact().map(str::to_owned)).collect();
            Some(Retries { count: policy.get("retryCount")?.get().parse().ok()?, on })
        });
        Some(Self { id: text(&fields, "id")?, shared_key, retries })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rule(id: &str, matches: UrlMatch) -> WebhookRule {
        WebhookRule { id: id.to_owned(), matches, setting_ids: Vec::new() }
    }

    #[test]
    fn an_exact_rule_counts_before_a_prefix_a_longer_prefix_before_a_shorter_one_and_the_default_last() {
        let prefix = |id, prefix: &str| rule(id, UrlMatch::Prefix(prefix.to_owned()));
        let rules = [
            prefix("short", "https://a.example/"),
            rule("exact", UrlMatch::Exact("https://a.example/hooks/1".to_owned())),
            prefix("long", "https://a.example/hooks/"),
            prefix("other", "https://b.example/hooks/and/more/"),
        ];
        let applied = |url| WebhookRule::applied(&rules, url).map(|rule| rule.id.as_str());
        assert_eq!(applied("https://a.example/hooks/1"), Some("exact"));
        assert_eq!(applied("https://a.example/hooks/12"), Some("long"));
        assert_eq!(applied("https://a.example/"), Some("short"));
        assert_eq!(applied("https://c.example/"), None);
        let with_default = [rule("default", UrlMatch::Default), prefix("short", "https://a.example/")];
        let applied = |url| WebhookRule::applied(&with_default, url).unwrap().id.as_str();
        assert_eq!((applied("https://a.example/1"), applied("https://c.example/")), ("short", "default"));
    }

    #[test]
    fn a_rule_that_cannot_be_read_is_none() {
        for wrong in [
            r#"{"id": "webhooks_rule_1", "matchType": "EXACT_MATCH"}"#,
            r#"{"id": "webhooks_rule_1", "matchType": "REGEX", "value": "."}"#,
            r#"{"matchType": "DEFAULT"}"#,
            "[]",
        ] {
            assert_eq!(WebhookRule::read(wrong), None, "{wrong}");
        }
        let default = WebhookRule::read(r#"{"id": "webhooks_rule_1", "matchType": "default"}"#).unwrap();
        assert_eq!(default.matches, UrlMatch::Default);
    }
}
