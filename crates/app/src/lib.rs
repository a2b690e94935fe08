//! The use cases of the directory.
//!
//! What it is for: joining rules and table. A *change* reads what the decision needs in one call, authorizes, decides,
//! writes on condition that nothing has changed, and retries. *Ingest* takes one report from TaskRouter to the committed
//! transaction. Handlers, commands and jobs call these; they contain no loop of their own.
//!
//! What it must not know: HTTP (statuses, headers, entity tags), Lambda, SDK types, keys and items of the table, Twilio's
//! formats. It decides nothing that a rule of the domain can decide. Time and ids come from [`TimeAndIds`].

pub mod budget;
pub mod bulk;
pub mod change;
pub mod connect;
pub mod counts;
pub mod drift;
pub mod erase;
pub mod fan_out;
pub mod flex_skills;
mod history;
pub mod ingest;
pub mod presets;
pub mod query;
pub mod reconcile;
pub mod reindex;
mod required_levels;
pub mod restore;
pub mod skill_activity;
pub mod skills;
pub mod sync;
pub mod teams;
pub mod temporary_skills;
mod time_and_ids;
pub mod users;

pub use change::{AuthenticatedCaller, ChangeContext, ChangeError};
#[cfg(feature = "test-support")]
pub use time_and_ids::FixedTime;
pub use time_and_ids::{SystemTimeAndIds, TimeAndIds};
