//! How often Twilio is asked about a token, and how long a request waits for it.

use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use app::SystemTimeAndIds;
use jiff::SignedDuration;
use uuid::Uuid;

use super::*;

/// A clock that stands at this second after the start.
#[derive(Default)]
struct Clock(AtomicI64);

impl Clock {
    fn set(&self, second: i64) {
        self.0.store(second, Relaxed);
    }
}

impl TimeAndIds for Clock {
    fn now(&self) -> Timestamp {
        "2026-11-22T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(self.0.load(Relaxed))
    }

    fn random_id(&self) -> Uuid {
        SystemTimeAndIds.random_id()
    }

    fn ordered_id(&self) -> Uuid {
        SystemTimeAndIds.ordered_id()
    }
}

/// An instance of the authorizer, and Twilio.
struct Instance {
    stub: Stub,
    tokens: TokenCache,
    clock: Clock,
}

impl Instance {
    fn start() -> Self {
        let stub = stub(&test_support::user_with_role("ada", Role::SystemAdmin), &["admin"]);
        Self { stub, tokens: TokenCache::default(), clock: Clock::default() }
    }

    async fn validate(&self, token: &str) -> Result<Option<TokenHolder>, AuthorizeError> {
        self.tokens.validate(&self.stub, &self.clock, &token.into()).await
    }

    fn twilio_answers(&self, fault: Option<fn() -> TwilioError>) {
        *self.stub.twilio_fault.lock().unwrap() = fault;
    }

    fn calls(&self) -> usize {
        *self.stub.validations.lock().unwrap()
    }
}

/// A token that Twilio does not know, and that might be one.
pub(super) fn made_up(number: usize) -> String {
    let (begin, tag) = TOKEN.rsplit_once('.').unwrap();
    format!("{begin}{number:08}.{tag}")
}

#[tokio::test]
async fn what_cannot_be_a_flex_token_costs_no_call() {
    let instance = Instance::start();
    for token in
        ["made-up", "5b0f6e0c2d2f4f0d8e6b6b0a7a1c9f3e", &TOKEN[1..40], &TOKEN.replace("..", "."), &"A".repeat(900)]
    {
        assert_eq!(instance.validate(token).await.unwrap(), None, "{token}");
    }
    assert_eq!(instance.calls(), 0);
}

#[tokio::test]
async fn a_token_that_twilio_refuses_costs_one_call_and_none_again_for_thirty_seconds() {
    let instance = Instance::start();
    for (second, calls) in [(0, 1), (1, 1), (29, 1), (30, 2), (31, 2)] {
        instance.clock.set(second);
        assert_eq!(instance.validate(&made_up(1)).await.unwrap(), None);
        assert_eq!(instance.calls(), calls, "after {second} s");
    }
}

#[tokio::test]
async fn made_up_tokens_displace_no_valid_one_and_are_remembered_within_bounds() {
    let instance = Instance::start();
    assert!(instance.validate(TOKEN).await.unwrap().is_some());
    for number in 0..=10_000 {
        instance.validate(&made_up(number)).await.unwrap();
    }
    assert_eq!(instance.calls(), 10_002);
    assert!(instance.validate(TOKEN).await.unwrap().is_some());
    instance.validate(&made_up(1)).await.unwrap();
    assert_eq!(instance.calls(), 10_002, "these are remembered");
    instance.validate(&made_up(0)).await.unwrap();
    assert_eq!(instance.calls(), 10_003, "the oldest has given way");
}

#[tokio::test]
async fn twilio_is_asked_once_a_minute_for_a_token_and_never_believed_past_its_end() {
    let mut instance = Instance::start();
    for (second, calls) in [(0, 1), (59, 1), (60, 2)] {
        instance.clock.set(second);
        instance.validate(TOKEN).await.unwrap();
        assert_eq!(instance.calls(), calls, "after {second} s");
    }
    instance.stub.tokens.get_mut(TOKEN).unwrap()["expiration"] = json!("2026-11-22T10:02:10Z");
    instance.clock.set(120);
    instance.validate(TOKEN).await.unwrap();
    instance.stub.tokens.clear();
    instance.clock.set(129);
    assert!(instance.validate(TOKEN).await.unwrap().is_some());
    instance.clock.set(130);
    assert_eq!(instance.validate(TOKEN).await.unwrap(), None);
}

#[tokio::test]
async fn after_a_failure_requests_fail_at_once_then_one_tries_and_an_answer_lets_all_in() {
    for fault in [
        (|| TwilioError::Timeout) as fn() -> TwilioError,
        || TwilioError::Throttled { retry_after: None },
        || TwilioError::Unavailable { status: 503, retry_after: None },
    ] {
        let instance = Instance::start();
        instance.twilio_answers(Some(fault));
        // Second 0 fails and pauses until 5, when one tries and pauses until 10.
        for (second, calls) in [(0, 1), (0, 1), (4, 1), (5, 2), (5, 2), (9, 2)] {
            instance.clock.set(second);
            assert!(instance.validate(TOKEN).await.is_err());
            assert_eq!(instance.calls(), calls, "after {second} s: {}", fault());
        }
        instance.twilio_answers(None);
        assert!(matches!(instance.validate(TOKEN).await, Err(AuthorizeError::Paused)));
        instance.clock.set(10);
        assert_eq!(instance.validate(&made_up(1)).await.unwrap(), None);
        assert!(instance.validate(TOKEN).await.unwrap().is_some(), "no second pause");
    }
}

#[tokio::test]
async fn while_twilio_does_not_answer_who_is_remembered_is_let_in_and_what_is_no_token_refused() {
    let instance = Instance::start();
    assert!(instance.validate(TOKEN).await.unwrap().is_some());
    assert_eq!(instance.validate(&made_up(1)).await.unwrap(), None);
    instance.twilio_answers(Some(|| TwilioError::Timeout));
    assert!(instance.validate(&made_up(2)).await.is_err());
    assert!(instance.validate(TOKEN).await.unwrap().is_some());
    assert_eq!(instance.validate(&made_up(1)).await.unwrap(), None);
    assert_eq!(instance.validate("made-up").await.unwrap(), None);
    assert_eq!(instance.calls(), 3);
}

#[tokio::test]
async fn wrong_credentials_pause_nothing() {
    let instance = Instance::start();
    instance.twilio_answers(Some(|| TwilioError::Unauthorized { status: 401, code: None }));
    for calls in [1, 2] {
        assert!(matches!(instance.validate(TOKEN).await, Err(AuthorizeError::Twilio(_))));
        assert_eq!(instance.calls(), calls);
    }
}

/// A Twilio that never answers.
struct Hanging;

impl ValidateToken for Hanging {
    async fn validate_token(&self, _: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn of_those_who_come_after_a_pause_only_one_waits() {
    let instance = Instance::start();
    instance.twilio_answers(Some(|| TwilioError::Timeout));
    assert!(instance.validate(TOKEN).await.is_err());
    instance.clock.set(5);
    let token = TOKEN.into();
    let first = instance.tokens.validate(&Hanging, &instance.clock, &token);
    let second = async { instance.tokens.validate(&Hanging, &instance.clock, &token).await };
    tokio::select! {
        biased;
        _ = first => panic!("the first waits"),
        second = second => assert!(matches!(second, Err(AuthorizeError::Paused))),
    }
}
