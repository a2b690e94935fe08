//! A simulator of Twilio for a developer's machine: `TaskRouter`'s REST API with signed callbacks, the identity
//! service's token check, and Flex's logins. Never deployed.
//!
//! Its responses have the shapes of Twilio's `OpenAPI` document, so that Twilio's helper libraries work against it. It
//! injects faults on request. Developers and tests control it under `/sim`:
//!
//! | request | what it does |
//! |---|---|
//! | `POST /sim/logins` | an SSO login, with its callbacks; `{worker_sid, token, callbacks?}` |
//! | `POST /sim/faults` | replaces the faults; see [`Faults`] for what each does |
//! | `DELETE /sim/faults` | ends them, and sends the callbacks that were held back |
//! | `GET /sim/calls` | the REST calls received, oldest first |
//!
//! # Assumptions where Twilio's behaviour is not documented
//! - An update without changes does not increment the version and sends no callback. One update is one version, however
//!   many callbacks it sends.
//! - A new friendly name alone sends no callback: Twilio lists no event for it.
//! - Callbacks of one worker are sent in order, each once, without retries.
//! - A worker can be deleted only in the activity Offline.

mod activity;
mod actor;
mod attributes;
mod callbacks;
mod configuration;
mod event;
mod faults;
mod journal;
mod lock;
mod login;
mod panel;
mod place;
mod refusal;
mod reservation;
mod rest;
mod rest_fault;
mod server;
mod sim;
mod state;
mod token;
mod worker;
mod workspace;

pub use activity::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
pub use actor::{API_KEY_SECRET, API_KEY_SID, FLEX_USER_SID};
pub use faults::{CallbackFaults, Faults, HowMany};
pub use rest_fault::RestFault;
pub use server::{Options, Simulator, SimulatorError};
