//! Users: read, written, and what TaskRouter reports of their workers.

mod commit;
mod details;
mod read;
mod worker_link;
mod workers;

pub use commit::UserChange;
pub use details::UserDetails;
pub use worker_link::AppliedReport;
pub use workers::RecordedReport;
