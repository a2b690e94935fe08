//! The embedded stack: everything that the template deploys to AWS, in one process on one machine,
//! with Twilio simulated. `make run` starts it, and so do the end-to-end tests. Never deployed.
//!
//! | module | stands for |
//! |---|---|
//! | [`template`] | `CloudFormation` and SAM: reads what is to be run |
//! | `gateway` | API Gateway's HTTP API with its authorizer |
//! | `runtime` | Lambda: runs the function binaries over the Runtime API |
//! | `services` | Lambda's Invoke API, Parameter Store |
//! | `queue` | Lambda's queue for asynchronous invocations |
//! | `stream` | event source mappings of a `DynamoDB` stream |
//! | `schedule` | `EventBridge` schedules |
//! | `background` | what goes on without anybody asking |
//! | `seed` | the people who log in first |
//! | [`sample`] | the events in `events/`, filled in |

mod background;
pub mod cli;
mod data;
mod error;
mod failures;
mod gateway;
pub mod names;
pub mod options;
mod queue;
mod runtime;
pub mod sample;
mod schedule;
mod seed;
mod services;
mod stack;
mod storage;
mod stream;
pub mod template;

pub use error::StartError;
pub use options::Options;
pub use runtime::Endpoints;
pub use seed::Person;
pub use stack::Stack;
