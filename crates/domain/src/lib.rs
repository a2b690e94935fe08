//! The rules of the directory, as pure functions: no AWS, no HTTP, no async, no clock.
//!
//! Everything that decides stands here; the other crates carry data to it and away from it.
//! "Rule n" in a comment is a rule of the product, listed in ARCHITECTURE.md.

pub mod attributes;
pub mod audit;
pub mod catalog;
pub mod edit;
pub mod effective;
pub mod export;
pub mod ids;
pub mod login;
pub mod people;
pub mod permissions;
pub mod provisioning;
pub mod refusal;
pub mod role;
pub mod search;
pub mod skill;
pub mod status;
pub mod team;
pub mod user;

pub use attributes::{Attributes, Fault};
pub use audit::{Actor, Change, Record, Source};
pub use effective::{EffectiveSkill, Origin};
pub use ids::{TeamId, UserId};
pub use refusal::{Refusal, RefusalKind};
pub use role::{Role, Status};
pub use search::SearchText;
pub use skill::{Level, LevelRange, Skill, SkillName};
pub use team::Team;
pub use user::{Provenance, ReportVersion, User};
