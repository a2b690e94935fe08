//! Users: read, written, and what TaskRouter reports of their workers.

mod commit;
mod details;
mod erase;
pub(crate) mod outbox;
mod read;
mod worker_link;
mod workers;

pub use commit::{Drift, UserChange};
pub use details::UserDetails;
pub use outbox::{OutboxStep, SyncStep};
pub use worker_link::AppliedReport;
pub use workers::RecordedReport;
