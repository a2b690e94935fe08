//! What the directory may rely on when it talks with Twilio.
#![allow(clippy::unwrap_used)]

mod callback;
mod client;
mod client_faults;
mod signature;
mod signature_property;
mod token;
mod twilio;
