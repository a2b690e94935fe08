//! The functions in one process, without sockets and on a paused clock: one seed decides who does what when, which faults
//! there are, and where a function dies.
//!
//! - [`chaos`] decides about faults, and counts them.
//! - [`dynamo`] is `DynamoDB` as the SDK sees it, with the faults that DynamoDB documents.
//! - [`bucket`] is S3 as the SDK sees it.
//! - [`taskrouter`] is TaskRouter with Flex: the verbs that the directory asks for, and the callbacks.
//! - [`world`] wires the functions to both, delivers stream and callbacks, and runs the schedules.
//! - [`workload`] is what people and other systems do.
//! - [`oracles`] say what has to hold once the world is quiet.
//! - [`mutants`] are bugs that the oracles have to find.
//! - [`run`] plays one seed from its beginning to the verdict, [`campaign`] many; [`reduce`] makes one that fails shorter.
// What cannot be in a simulation ends it, with a word that says what it is.
#![allow(clippy::missing_panics_doc)]

pub mod bucket;
pub mod campaign;
pub mod chaos;
pub mod clock;
pub mod dynamo;
pub mod gateway;
pub mod kept;
pub mod logs;
pub mod mutants;
pub mod oracles;
pub mod place;
pub mod reduce;
pub mod run;
pub mod taskrouter;
pub mod trace;
pub mod workload;
pub mod world;
