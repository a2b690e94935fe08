//! The rules of the directory, as pure functions over plain data.
//!
//! What it is for: deciding. Every rule of the product ("rule n" in a comment, listed in `docs/rules.md`) is carried out
//! here, with a refusal worded for the user who made the request.
//!
//! What it must not know: DynamoDB, HTTP, Lambda, Twilio's formats, async, the clock, randomness. Time and ids are
//! arguments; data comes in through the layers above and goes out through them.

pub mod account_owners;
pub mod adoption;
pub mod audit;
pub mod bulk;
pub mod catalog;
pub mod counted;
pub mod drift;
pub mod edit;
pub mod effective;
pub mod erasure;
pub mod export;
pub mod flex_skills;
mod fold;
pub mod ids;
pub mod import;
pub mod job;
pub mod login;
pub mod names;
pub mod next_step;
pub mod permissions;
pub mod policy;
pub mod preset;
pub mod provisioning;
pub mod quote;
pub mod reconciliation;
pub mod refusal;
pub mod required_levels;
pub mod role;
pub mod routing;
pub mod search;
pub mod skill;
pub mod skill_activity;
pub mod status;
pub mod sync_state;
pub mod sync_summary;
pub mod team;
pub mod temporary_skill;
#[cfg(any(test, feature = "test-support"))]
pub mod test_support;
pub mod text;
pub mod time;
pub mod user;
pub mod version;
pub mod worker_report;

pub use audit::{Actor, Change, Record, Source};
pub use counted::{Counted, MemberCount};
pub use effective::{EffectiveSkill, Origin};
pub use ids::{PresetId, TeamId, UserId};
pub use names::{EmailAddress, Identity, PresetName, SkillSetName, TeamName, WorkerSid};
pub use quote::Quoted;
pub use refusal::{Refusal, RefusalKind};
pub use role::Role;
pub use search::SearchText;
pub use skill::{Level, LevelRange, Skill, SkillName};
pub use status::Status;
pub use team::Team;
pub use temporary_skill::{TemporarySkill, TemporarySkills};
pub use time::Time;
pub use user::{Provenance, User};
pub use version::{ExpectedVersion, PutMode};
pub use worker_report::{AttributeFault, Attributes, Recency, ReportRef, ReportVersion, WorkerReport};
