//! One invocation of a function: the identifiers that each of its log lines bears, and the one line that says how it ended.

use std::{
    cell::RefCell,
    fmt::Display,
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};
use tracing::{Instrument, Span, field::Empty};

use crate::metrics::Counted;

/// How an invocation ended. A failure is logged with its outcome and nowhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    pub outcome: Outcome,
    /// The HTTP status of the response, if it is one.
    pub status: Option<u16>,
    /// The problem document's.
    pub code: Option<&'static str>,
    /// For an operator: why it failed, or what is to be looked at although the caller was refused.
    pub error: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    #[default]
    Done,
    /// The caller was told what is wrong.
    Refused,
    /// Something failed on this side. Events are handed over again by Lambda, or taken up by the schedule.
    Failed,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl Ending {
    #[must_use]
    pub fn refused() -> Self {
        Self { outcome: Outcome::Refused, ..Self::default() }
    }

    #[must_use]
    pub fn failed(error: &impl Display) -> Self {
        Self { outcome: Outcome::Failed, error: Some(error.to_string()), ..Self::default() }
    }
}

#[derive(Debug, Default)]
struct Current {
    ending: Option<Ending>,
    counted: Counted,
}

tokio::task_local! {
    static CURRENT: RefCell<Current>;
}

/// The span of an invocation. `request_id` is the gateway's, which its answer names, where there is a gateway.
#[must_use]
pub fn span(operation: &str, request_id: &str, lambda_request_id: &str) -> Span {
    tracing::info_span!(
        "invocation",
        operation,
        request_id,
        lambda_request_id,
        caller_id = Empty,
        user_id = Empty,
        worker_sid = Empty,
        team_id = Empty,
        job_id = Empty,
    )
}

/// Adds an identifier to all later lines of the invocation: `caller_id`, `user_id`, `worker_sid`, `team_id`, `job_id`.
pub fn identify(name: &'static str, id: &impl Display) {
    Span::current().record(name, tracing::field::display(id));
}

/// Says how the invocation ends, in the place of what its result says. Only the first one counts.
pub fn end(ending: Ending) {
    // Outside of an invocation, in the operator's commands, nothing is to be said.
    let _ = CURRENT.try_with(|current| current.borrow_mut().ending.get_or_insert(ending).outcome);
}

/// Adds to the metrics of the invocation.
pub(crate) fn count(add: impl FnOnce(&mut Counted)) {
    let _ = CURRENT.try_with(|current| add(&mut current.borrow_mut().counted));
}

/// Handles an event, in a span with the function's name and Lambda's request id, and logs how it ended.
pub fn observe_event<T, E: Display>(
    function: &str,
    request_id: &str,
    handle: impl Future<Output = Result<T, E>>,
) -> Pin<Box<impl Future<Output = Result<T, E>>>> {
    observe(span(function, request_id, request_id), handle, ending_of)
}

/// How an event ended, by its result.
pub fn ending_of<T, E: Display>(result: &Result<T, E>) -> Ending {
    result.as_ref().err().map_or_else(Ending::default, |error| Ending::failed(error))
}

/// Runs what handles an invocation within its span, and logs how it ended: one line. What was counted is one
/// more.
///
/// The future is on the heap, because the layout of all that a function does is too deep a question for the compiler.
pub fn observe<T>(
    span: Span,
    handle: impl Future<Output = T>,
    ending: impl FnOnce(&T) -> Ending,
) -> Pin<Box<impl Future<Output = T>>> {
    let observed = async {
        let started = Instant::now();
        let result = handle.await;
        let Current { ending: said, counted } = CURRENT.with(RefCell::take);
        log(&said.unwrap_or_else(|| ending(&result)), started.elapsed());
        counted.write();
        result
    };
    Box::pin(CURRENT.scope(RefCell::default(), observed).instrument(span))
}

fn log(ending: &Ending, duration: Duration) {
    let Ending { outcome, status, code, error } = ending;
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (outcome, name) = (*outcome, outcome.name());
    match (outcome, error) {
        (Outcome::Failed, Some(_)) => tracing::error!(outcome = name, status, code, error, duration_ms, "failed"),
        // Without an error: what has failed has lines of its own.
        (Outcome::Failed, None) | (_, Some(_)) => {
            tracing::warn!(outcome = name, status, code, error, duration_ms, "{name}");
        }
        (_, None) => tracing::info!(outcome = name, status, code, duration_ms, "{name}"),
    }
}
