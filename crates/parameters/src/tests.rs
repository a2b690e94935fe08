#![allow(clippy::unwrap_used)]

use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicU64, Ordering};

use secrecy::ExposeSecret as _;

use super::*;

/// A store with one value, which counts how often it is read.
struct Store {
    value: StdMutex<Result<&'static str, &'static str>>,
    reads: AtomicU64,
    hangs: bool,
}

impl Store {
    fn with(value: &'static str) -> Arc<Self> {
        Arc::new(Self { value: StdMutex::new(Ok(value)), reads: AtomicU64::default(), hangs: false })
    }

    fn set(&self, value: Result<&'static str, &'static str>) {
        *self.value.lock().unwrap() = value;
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}

impl ReadParameter for Store {
    fn read<'a>(&'a self, name: &'a str) -> Reading<'a> {
        let is_first = self.reads.fetch_add(1, Ordering::Relaxed) == 0;
        Box::pin(async move {
            if self.hangs && !is_first {
                std::future::pending::<()>().await;
            }
            let value = *self.value.lock().unwrap();
            let unreadable = |why: &str| ParameterError::Unreadable { name: name.to_owned(), why: why.to_owned() };
            value.map(SecretString::from).map_err(unreadable)
        })
    }
}

std::thread_local! {
    /// Seconds since 1970 for the test of this thread.
    static NOW: std::cell::Cell<u64> = const { std::cell::Cell::new(1_000_000) };
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.get())
}

fn pass(seconds: u64) {
    NOW.set(NOW.get() + seconds);
}

async fn parameter(store: &Arc<Store>) -> Parameter {
    Parameter::read_by_clock(store.clone(), "/a/secret".to_owned(), now).await.unwrap()
}

async fn value(parameter: &Parameter) -> String {
    parameter.value().await.expose_secret().to_owned()
}

#[tokio::test]
async fn a_changed_value_takes_effect_within_five_minutes_and_is_not_read_before() {
    let store = Store::with("old");
    let secret = parameter(&store).await;
    store.set(Ok("new"));
    pass(299);
    assert_eq!((value(&secret).await.as_str(), store.reads()), ("old", 1));
    pass(1);
    assert_eq!((value(&secret).await.as_str(), store.reads()), ("new", 2));
    assert_eq!((value(&secret.clone()).await.as_str(), store.reads()), ("new", 2));
}

#[tokio::test]
async fn failed_checks_read_the_value_again_once_a_minute_however_many_they_are() {
    let store = Store::with("old");
    let secret = parameter(&store).await;
    for (minute, text) in ["new", "newer", "newest"].into_iter().enumerate() {
        store.set(Ok(text));
        assert_eq!(secret.reread().await.unwrap().expose_secret(), text);
        for _ in 0..1_000 {
            assert!(secret.reread().await.is_none());
        }
        assert_eq!((value(&secret).await.as_str(), store.reads()), (text, 2 + minute as u64));
        pass(60);
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_read_again_stays_and_is_tried_once_a_minute() {
    let store = Store::with("old");
    let secret = parameter(&store).await;
    store.set(Err("AccessDeniedException"));
    pass(300);
    for _ in 0..3 {
        assert_eq!((value(&secret).await.as_str(), store.reads()), ("old", 2));
    }
    pass(60);
    store.set(Ok("new"));
    assert_eq!((value(&secret).await.as_str(), store.reads()), ("new", 3));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_holds_nobody_up_for_long() {
    let store = Arc::new(Store { value: StdMutex::new(Ok("old")), reads: AtomicU64::default(), hangs: true });
    let secret = parameter(&store).await;
    pass(300);
    let began = tokio::time::Instant::now();
    assert_eq!(value(&secret).await, "old");
    assert_eq!(began.elapsed(), MAX_READ_TIME);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_at_first_is_an_error_that_names_the_parameter() {
    let store = Store::with("");
    store.set(Err("ParameterNotFound"));
    let error = Parameter::read(store, "/a/secret").await.unwrap_err();
    // As a function that does not start prints it.
    assert_eq!(format!("{error:?}"), "the parameter \"/a/secret\" cannot be read: ParameterNotFound");
}

#[tokio::test]
async fn a_fixed_value_is_never_read_and_none_is_printed() {
    let fixed = Parameter::from("secret value");
    assert_eq!(value(&fixed).await, "secret value");
    assert!(fixed.reread().await.is_none());
    assert!(!format!("{fixed:?}").contains("secret value"));
}

#[tokio::test]
async fn rule_3_an_account_owner_who_is_added_counts_within_five_minutes() {
    let store = Store::with("olga@example.com");
    let policy = PolicyParameter::of(parameter(&store).await);
    assert_eq!(policy.current().await.account_owners.len(), 1);
    store.set(Ok("olga@example.com, omar@example.com"));
    assert_eq!(policy.current().await.account_owners.len(), 1);
    pass(300);
    let owners = policy.current().await.account_owners;
    assert_eq!(
        owners.iter().map(domain::Identity::as_str).collect::<Vec<_>>(),
        ["olga@example.com", "omar@example.com"]
    );
}
