//! Users: read, written, and what TaskRouter reports of their workers.

mod commit;
mod details;
mod read;
mod workers;

pub use commit::{AppliedReport, UserChange};
pub use details::UserDetails;
pub use workers::RecordedReport;
