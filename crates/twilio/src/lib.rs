//! Twilio, as the directory meets it.
//!
//! What it is for: turning what Twilio sends into the directory's types, and the directory's requests into what Twilio
//! takes.
//! - [`signature`] tells whether a webhook request comes from Twilio, and signs as Twilio does.
//! - [`callback`] reads the form that `TaskRouter` posts, and the events that Event Streams posts: a [`Callback`] with a
//!   [`WorkerReport`](domain::WorkerReport).
//! - [`raw_json`] takes JSON apart without judging what is in it.
//! - [`client`] (feature `client`) reads and writes workers, reads what decides about them, and validates Flex tokens.
//! - [`account`] (feature `account`) reads the account's credentials.
//!
//! What it must not know: the table, HTTP handlers, and what a report changes (the domain decides that). Nothing else in
//! the project knows Twilio's formats. Types that hold a name, an e-mail address or attributes print without them (rule
//! 32), and errors name a field or a status, never a value.

#[cfg(feature = "account")]
pub mod account;
mod attributes;
pub mod callback;
#[cfg(feature = "client")]
pub mod client;
mod error;
mod event_streams;
mod events;
mod facts;
mod keys;
pub mod raw_json;
mod report;
mod resources;
mod roles;
pub mod signature;
mod token_form;
mod types;
mod verbs;
mod webhook_rules;

pub use attributes::{
    MAX_CHARS as MAX_ATTRIBUTE_CHARS,
    length::{other_chars, owned_chars},
};
pub use callback::{Callback, CallbackError, EventKind, WORKER_EVENTS};
#[cfg(feature = "client")]
pub use client::{ApiKey, Client, Config};
pub use error::TwilioError;
pub use event_streams::{Sink, Subscription};
pub use events::{EventQuery, WorkerEvent};
pub use facts::UNSKILLED_AGENT;
pub use keys::{Algorithm, Keys, KeysError, SigningKey};
pub use resources::{
    Activity, EventCallback, FlexConfiguration, NextPage, Page, RateLimit, Reservation, ReservationStatus, TaskQueue,
    WorkerUpdate, Workspace,
};
pub use roles::highest_role;
pub use signature::Verifier;
pub use token_form::may_be_flex_token;
pub use types::{TokenAnswer, Worker};
pub use verbs::{
    ChangeEventStreams, DeleteWorker, FetchActivity, FetchFlexConfiguration, FetchWorker, FetchWorkspace,
    ListActivities, ListMatchingQueues, ListReservations, ListWorkerEvents, ListWorkers, ReadEventStreams,
    ReadWebhookRules, StateRateLimits, UpdateWorker, UpdateWorkspace, ValidateToken,
};
pub use webhook_rules::{Retries, SharedKey, UrlMatch, WebhookRule, WebhookSetting};
