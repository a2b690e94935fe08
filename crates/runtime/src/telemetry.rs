//! Logs: one JSON object a line.

use std::{error::Error, future::Future, panic, process::ExitCode};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt::layer,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::config::{optional, required};

const LEVELS: [(&str, LevelFilter); 4] = [
    ("error", LevelFilter::ERROR),
    ("warn", LevelFilter::WARN),
    ("info", LevelFilter::INFO),
    ("debug", LevelFilter::DEBUG),
];

/// The crates whose logs follow `LOG_LEVEL`, besides the function's own.
const CRATES: [&str; 5] = ["app", "http_api", "runtime", "store", "twilio"];

/// What Lambda's runtime logs of a failure that [`crate::invocation`] has logged already, and of a panic, whose message may
/// quote a value.
const SILENT: &str = "lambda_runtime::layers::panic";

/// What Lambda sets and its runtime cannot do without.
const OF_LAMBDA: [&str; 4] = [
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_RUNTIME_API",
];

/// Starts logging for the function of this crate (`env!("CARGO_CRATE_NAME")`) and runs it. If it cannot start, a line says
/// why, and the process ends.
pub async fn run(function: &str, run: impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>>) -> ExitCode {
    start(function);
    let result = match OF_LAMBDA.into_iter().try_for_each(|name| required(name).map(drop)) {
        Ok(()) => run.await,
        Err(missing) => Err(missing.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(outcome = "failed", %error, "the function {function} does not start");
            ExitCode::FAILURE
        }
    }
}

/// At the level in `LOG_LEVEL` (default `info`). Libraries log warnings and errors only: at finer levels the Lambda runtime
/// prints bodies (rule 32).
///
/// `Targets`, not `EnvFilter`: nothing here filters by span or field, and the latter links a regular expression engine.
fn start(function: &str) {
    let lines = layer().json().flatten_event(true).with_current_span(true).with_span_list(false).without_time();
    let wanted = optional("LOG_LEVEL");
    tracing_subscriber::registry().with(lines).with(targets(function, wanted.as_deref())).init();
    panic::set_hook(Box::new(|info| {
        // The place and never the message, which may quote a value (rule 32).
        let place = info.location().map(tracing::field::display);
        tracing::error!(outcome = "failed", place, "panicked");
    }));
}

fn targets(function: &str, wanted: Option<&str>) -> Targets {
    let level =
        LEVELS.into_iter().find(|(word, _)| Some(*word) == wanted).map_or(LevelFilter::INFO, |(_, level)| level);
    let crates = CRATES.into_iter().chain([function]).map(|name| (name, level));
    Targets::new().with_default(LevelFilter::WARN).with_target(SILENT, LevelFilter::OFF).with_targets(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enabled(targets: &Targets, target: &str, level: LevelFilter) -> bool {
        targets.would_enable(target, &level.into_level().unwrap())
    }

    #[test]
    fn rule_32_only_our_own_crates_follow_the_log_level() {
        let targets = targets("search", Some("debug"));
        for target in ["search", "app::change", "store"] {
            assert!(enabled(&targets, target, LevelFilter::DEBUG));
        }
        for target in ["lambda_runtime", "hyper_util::client", "aws_smithy_runtime"] {
            assert!(enabled(&targets, target, LevelFilter::WARN));
            assert!(!enabled(&targets, target, LevelFilter::INFO));
        }
    }

    #[test]
    fn without_a_level_that_exists_it_is_info() {
        for wanted in [None, Some("loud"), Some("DEBUG")] {
            assert_eq!(targets("view", wanted), targets("view", Some("info")));
        }
    }
}
