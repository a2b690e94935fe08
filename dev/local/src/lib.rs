//! The local stack: everything that the template deploys to AWS, on one machine, with Twilio simulated. `make run` and
//! the end-to-end tests start it. Never deployed.
//!
//! | module | in place of |
//! |---|---|
//! | [`template`] | `CloudFormation` and SAM: reads the template |
//! | `gateway` | API Gateway's HTTP API with its authorizer |
//! | [`runtime`] | Lambda: runs the function binaries over the Runtime API |
//! | [`authority`] | IAM: lets each function do what its policy allows, and records what it uses |
//! | `services` | Lambda's Invoke API, Parameter Store |
//! | `queue` | Lambda's queue for asynchronous invocations |
//! | `stream` | event source mappings of a `DynamoDB` stream |
//! | `schedule` | `EventBridge` schedules |
//! | `background` | starts streams, schedules, and the removal of expired items |
//! | `seed` | creates the demo users |
//! | [`sample`] | the events in `events/`, filled in |

pub mod authority;
mod background;
pub mod cli;
mod data;
mod error;
mod failures;
mod gateway;
pub mod names;
pub mod options;
mod queue;
pub mod runtime;
pub mod sample;
mod schedule;
mod seed;
mod services;
mod stack;
mod storage;
mod stream;
pub mod template;

pub use error::StartError;
pub use gateway::content_security_policy;
pub use options::Options;
pub use runtime::Endpoints;
pub use seed::DemoUser;
pub use stack::Stack;
