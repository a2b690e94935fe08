//! Logs: one JSON object a line.

use tracing_subscriber::EnvFilter;

use crate::config::optional;

const LEVELS: [&str; 4] = ["error", "warn", "info", "debug"];

/// The crates whose logs follow `LOG_LEVEL`, besides the function's own.
const CRATES: [&str; 4] = ["app", "http_api", "store", "twilio"];

/// Starts logging for the function of this crate (`env!("CARGO_CRATE_NAME")`), at the level in `LOG_LEVEL` (default
/// `info`). Libraries log warnings and errors only: at finer levels the Lambda runtime prints bodies (rule 32).
pub fn start(function: &str) {
    let level = optional("LOG_LEVEL").filter(|level| LEVELS.contains(&level.as_str()));
    let level = level.as_deref().unwrap_or("info");
    let crates = CRATES.into_iter().chain([function]);
    let filter = crates.fold("warn".to_owned(), |filter, name| format!("{filter},{name}={level}"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time()
        .with_env_filter(EnvFilter::new(filter))
        .init();
}
