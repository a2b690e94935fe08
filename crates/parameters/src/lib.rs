//! What a deployment keeps in Parameter Store: secrets, and who its account owners are.
//!
//! What it is for: values that change without a deployment. A value is read before the first event, again once it is
//! five minutes old, and again when a check with it has failed, but not more than once a minute, so that made-up requests
//! cannot cause a read each. Where a value cannot be read again, the one from before stays.
//!
//! What it must not know: what secrets are for, Twilio, the table.

mod policy;
mod store;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::Mutex;

use runtime::config::ConfigError;

pub use policy::PolicyParameter;
pub use store::ParameterStore;

/// The age at which a value is read again before it is used.
const MAX_AGE: Duration = Duration::from_mins(5);

/// The least time between two attempts to read a value again.
const MIN_PAUSE: Duration = Duration::from_mins(1);

/// How long reading again may take: a caller waits, and there is the value from before.
const MAX_READ_TIME: Duration = Duration::from_millis(1_500);

#[derive(Error)]
pub enum ParameterError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("the parameter {name:?} cannot be read: {why}")]
    Unreadable { name: String, why: String },
}

/// As for [`ConfigError`].
impl fmt::Debug for ParameterError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The future of a read.
pub type Reading<'a> = Pin<Box<dyn Future<Output = Result<SecretString, ParameterError>> + Send + 'a>>;

/// Where values come from.
pub trait ReadParameter: Send + Sync {
    /// The value of the parameter with this name, decrypted; an empty one is an error.
    fn read<'a>(&'a self, name: &'a str) -> Reading<'a>;
}

/// One value. Clones share what was read.
#[derive(Clone)]
pub struct Parameter(Arc<Shared>);

struct Shared {
    name: String,
    /// None for a value that never changes.
    source: Option<Arc<dyn ReadParameter>>,
    /// The time of day: a function that Lambda freezes between two events may have a monotonic clock that stood still.
    now: fn() -> SystemTime,
    known: Mutex<Known>,
}

struct Known {
    value: SecretString,
    read_at: SystemTime,
    /// The last attempt after the first read; it may have failed.
    tried_at: Option<SystemTime>,
}

impl Parameter {
    /// Reads the value for the first time.
    pub async fn read(source: Arc<dyn ReadParameter>, name: impl Into<String>) -> Result<Self, ParameterError> {
        Self::read_by_clock(source, name.into(), SystemTime::now).await
    }

    async fn read_by_clock(
        source: Arc<dyn ReadParameter>,
        name: String,
        now: fn() -> SystemTime,
    ) -> Result<Self, ParameterError> {
        let value = source.read(&name).await?;
        let known = Mutex::new(Known { value, read_at: now(), tried_at: None });
        Ok(Self(Arc::new(Shared { name, source: Some(source), now, known })))
    }

    /// The value, at most five minutes old.
    pub async fn value(&self) -> SecretString {
        let mut known = self.0.known.lock().await;
        if self.is_older(known.read_at, MAX_AGE) {
            self.try_again(&mut known).await;
        }
        known.value.clone()
    }

    /// For a check that has failed: the value of now, or none if that was tried within the last minute.
    pub async fn reread(&self) -> Option<SecretString> {
        let mut known = self.0.known.lock().await;
        self.try_again(&mut known).await.then(|| known.value.clone())
    }

    /// Whether the value was read.
    async fn try_again(&self, known: &mut Known) -> bool {
        let may_try = known.tried_at.is_none_or(|tried_at| self.is_older(tried_at, MIN_PAUSE));
        let Some(source) = self.0.source.as_ref().filter(|_| may_try) else { return false };
        let now = (self.0.now)();
        known.tried_at = Some(now);
        let why = match tokio::time::timeout(MAX_READ_TIME, source.read(&self.0.name)).await {
            Ok(Ok(value)) => {
                (known.value, known.read_at) = (value, now);
                return true;
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it takes too long".to_owned(),
        };
        tracing::warn!(name = self.0.name, why, "failed to read a parameter again; the value from before stays");
        false
    }

    /// A clock that was set back counts as old.
    fn is_older(&self, time: SystemTime, age: Duration) -> bool {
        (self.0.now)().duration_since(time).map_or(true, |since| since >= age)
    }
}

impl<T: Into<SecretString>> From<T> for Parameter {
    /// A value that never changes.
    fn from(value: T) -> Self {
        let known = Mutex::new(Known { value: value.into(), read_at: SystemTime::now(), tried_at: None });
        Self(Arc::new(Shared { name: String::new(), source: None, now: SystemTime::now, known }))
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Parameter({:?})", self.0.name)
    }
}

#[cfg(test)]
mod tests;
