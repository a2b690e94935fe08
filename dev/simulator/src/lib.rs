//! Twilio on a developer's machine: `TaskRouter`'s REST API with its signed callbacks, the identity
//! service's token check, and what Flex does when somebody logs in. Never deployed.
//!
//! It answers in the shapes of Twilio's own document, so that Twilio's helper libraries work against
//! it, and misbehaves on request. What people and tests drive it with stands under `/sim`:
//!
//! | request | what it does |
//! |---|---|
//! | `POST /sim/logins` | an SSO login: claims overwrite, callbacks fire; `{worker_sid, token, callbacks?}` |
//! | `POST /sim/faults` | replaces the faults; see [`Faults`] for what each does |
//! | `DELETE /sim/faults` | ends them, and lets out what was held back |
//! | `GET /sim/calls` | the REST calls received, oldest first |
//!
//! # Where Twilio is not known and the simulator decides
//! - An update that changes nothing raises no version and fires nothing. One update is one version,
//!   however many callbacks it fires.
//! - A new friendly name alone fires nothing: Twilio lists no event for it.
//! - Callbacks of one worker come in order, each once; there is no second try.
//! - A worker can be removed only in the activity Offline.

mod activity;
mod attributes;
mod callbacks;
mod event;
mod faults;
mod journal;
mod lock;
mod login;
mod place;
mod refusal;
mod rest;
mod server;
mod sim;
mod state;
mod token;
mod worker;
mod workspace;

pub use activity::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
pub use faults::{CallbackFaults, Faults, HowMany, RestFault};
pub use server::{Options, Simulator, SimulatorError};
