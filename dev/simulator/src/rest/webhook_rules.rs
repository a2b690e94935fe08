//! The Webhooks configuration API: lists of rules and settings, whose pages are named by tokens.

use axum::Json;
use axum::extract::{RawQuery, State};
use serde::Serialize;
use serde_json::{Value, json};

use super::Shared;
use super::parameters::Takes;
use crate::configuration::Configuration;
use crate::refusal::Refusal;

const LIST: Takes = Takes { names: &["pageSize", "pageToken"], not_simulated: &["settingId"], paged: false };
const DEFAULT_SIZE: usize = 50;
const LARGEST_SIZE: usize = 100;

pub(super) async fn rules(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    let rules = workspace.configuration().map_or(&[][..], |Configuration { webhook_rules, .. }| webhook_rules);
    page(query.as_deref(), "rules", rules)
}

pub(super) async fn settings(State(state): Shared, RawQuery(query): RawQuery) -> Result<Json<Value>, Refusal> {
    let workspace = state.workspace();
    let settings = workspace.configuration().map_or(&[][..], |Configuration { webhook_settings, .. }| webhook_settings);
    page(query.as_deref(), "settings", settings)
}

/// The token of a page is the place of its first item.
fn page<T: Serialize>(query: Option<&str>, key: &str, items: &[T]) -> Result<Json<Value>, Refusal> {
    let parameters = LIST.query(query)?;
    let number = |name: &str, default: usize, range: std::ops::RangeInclusive<usize>| {
        let Some(text) = parameters.get(name) else { return Ok(default) };
        let wrong = || Refusal::bad(format!("{name} must be from {} to {}", range.start(), range.end()));
        text.parse().ok().filter(|number| range.contains(number)).ok_or_else(wrong)
    };
    let size = number("pageSize", DEFAULT_SIZE, 1..=LARGEST_SIZE)?;
    let from = number("pageToken", 0, 0..=items.len())?;
    let to = items.len().min(from + size);
    let next = (to < items.len()).then(|| to.to_string());
    let meta = json!({"key": key, "pageSize": size, "nextToken": next, "previousToken": null});
    Ok(Json(json!({ key: items[from..to], "meta": meta })))
}
