//! Changing many users at once: what a bulk job makes of each of them, the plan that shows it before anything changes, and
//! how it is taken back.
//!
//! ```text
//! edit ── applied to each user ──► parts that would change ──► plan ── applied later, user by user:
//!                                                               │        what would change now is among the planned parts → written
//!                                                               │        nothing would change → unchanged    anything else → refused
//!                                                               └─ undone: each part that is still so goes back
//! ```
//!
//! Each user is decided by the rules of a single edit, with the permissions of the caller at that moment (rules 2, 3, 5).

mod copy;
mod csv;
mod edit;
mod groups;
mod job;
mod part;
mod plan;
mod refusal;
mod temporary;
mod undo;

pub use copy::{CopyMode, CopySource, SkillsCopy};
pub use csv::{begin_csv, csv_rows};
pub use edit::{BulkEdit, MAX_SKILLS, SkillEdit, SkillsEdit, TeamsEdit, action};
pub use groups::{ChangeGroup, Grouping, Groups, RefusalGroup};
pub use job::{BulkClaim, BulkJob, BulkPhase, BulkTask, MAX_USER_IDS, PLAN_VALIDITY, Selection, Standing, UNDO_WINDOW};
pub use part::{Assigned, Part, parts};
pub use plan::{
    AppliedUser, BulkBrake, Decision, Outcome, Plan, PlannedUser, RefusedBecause, Tally, is_drastic, reconsider,
};
pub use refusal::BulkRefusal;
pub use temporary::{Temporary, TemporaryEdit};
pub use undo::{IfChanged, Undo, undo};

#[cfg(test)]
mod tests;
