//! Twilio, as the directory meets it. Nothing else in the project knows Twilio's wire formats.
//!
//! - [`signature`] tells whether a webhook request comes from Twilio, and signs as Twilio does.
//! - [`callback`] turns the form that `TaskRouter` posts into a [`Callback`].
//! - [`client`] asks `TaskRouter` for workers and Flex's identity service about tokens.
//!
//! What `TaskRouter` says arrives twice, late and in any order (rule 28). Nothing here decides what a
//! message changes: a [`WorkerSaid`] and a [`Worker`] carry the version and the time that the reader
//! needs to decide it.
//!
//! Types that hold a name, an e-mail or attributes print without them (rule 32), and errors name a
//! field or a status, never a value.

pub mod callback;
pub mod client;
mod error;
pub mod signature;

pub use callback::{Callback, CallbackError, EventKind, WorkerSaid};
pub use client::{Client, Config, FetchWorker, ListWorkers, NextPage, TokenAnswer, ValidateToken, Worker, WorkerPage};
pub use error::TwilioError;
pub use signature::Verifier;
