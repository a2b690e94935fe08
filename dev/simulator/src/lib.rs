//! A simulator of Twilio for a developer's machine: `TaskRouter`'s REST API with signed callbacks, the identity
//! service's token check, and Flex's logins. Never deployed.
//!
//! Its responses have the shapes of Twilio's `OpenAPI` document, so that Twilio's helper libraries work against it.
//! What it does not simulate it refuses: parameters with 400, resources with 501. It injects faults on request.
//! Developers and tests control it under `/sim` (README.md has the bodies):
//!
//! | request | what it does |
//! |---|---|
//! | `POST /sim/logins` | an SSO login, with its callbacks; `{worker_sid, token, callbacks?}` |
//! | `GET /sim/logins` | who is logged in, with the latest token of each |
//! | `POST /sim/skills-panel` | *Save* on Flex's skills panel, from a copy of the attributes that may be stale |
//! | `POST /sim/reservations` | gives a worker a reservation; `/{sid}` moves it to its next status |
//! | `POST /sim/configuration` | sets Flex's configuration and the queues; `DELETE`: there is no Flex |
//! | `POST /sim/faults` | replaces the faults; see [`Faults`] and [`RestFault`] for what each does |
//! | `DELETE /sim/faults` | ends them, and sends the callbacks that were held back |
//! | `GET /sim/calls` | the REST calls received, in the order in which they ended |
//!
//! # Assumptions where Twilio's behaviour is not documented
//!
//! To be verified against Twilio:
//! - Attributes are kept as they were posted, character for character. Another spelling of the same value is kept too,
//!   but is no change.
//! - An update without changes does not increment the version and sends no callback. One update is one version, however
//!   many callbacks it sends.
//! - A new friendly name alone sends no callback: Twilio lists no event for it.
//! - Callbacks of one worker are sent in order. The retries that a callback's URL asks for in its fragment follow at once.
//! - Whether the fragment is a part of the URL that is signed Twilio does not say: tests choose it.
//! - An empty `EventCallbackUrl` or `EventsFilter` clears it.
//! - A sink is active at once, and cannot be deleted while a subscription uses it. Event Streams sends one event at a time,
//!   and gives up after some seconds instead of four hours.
//! - A worker can be deleted only in the activity Offline; with open reservations too, unless configured otherwise.
//! - A worker with pending reservations keeps its activity, also in a login, unless the update rejects them; the
//!   callbacks `reservation.rejected` precede those of the worker.
//! - Flex's logins are events of the workspace (`twilio`), REST those of the account or the API key (`api`), and saves
//!   on the skills panel those of a user (`web`).
//! - `If-Match` is compared as RFC 9110 defines it. The `ETag` of a list, which Twilio documents without saying of
//!   what, changes with the page.
//! - Rate limit headers accompany 429 only, and their numbers are made up.
//! - Twilio ignores parameters that it does not know; the simulator refuses them.

mod activity;
mod actor;
mod attributes;
mod callbacks;
mod cloud_event;
mod configuration;
mod event;
mod event_streams;
mod faults;
mod journal;
mod lock;
mod login;
mod outgoing;
mod overrides;
mod panel;
mod place;
mod queue;
mod refusal;
mod reservation;
mod rest;
mod rest_fault;
mod server;
mod settings;
mod sim;
mod state;
mod token;
mod webhook_rules;
mod worker;
mod workspace;

pub use activity::{AVAILABLE_ACTIVITY_SID, OFFLINE_ACTIVITY_SID};
pub use actor::{API_KEY_SECRET, API_KEY_SID, FLEX_USER_SID};
pub use faults::{CallbackFaults, Faults, HowMany};
pub use rest_fault::RestFault;
pub use server::{Options, Simulator, SimulatorError};
