//! The single DynamoDB table.
//!
//! What it is for: carrying out the verbs of [`verbs`], each in one call, one batch or one transaction, with the audit
//! record in it. [`schema`] holds keys and items, `dynamo` the ways in which they are read and written; the other modules
//! implement the verbs for users, search, teams, skills, jobs, histories and idempotency keys.
//!
//! What it must not know: HTTP, Lambda, Twilio, who may do what. It checks what only the table can check (that nothing has
//! changed concurrently, that an account owner is left, that nothing uses what is deleted) and decides nothing else. Time
//! and ids are arguments.

mod bulk_jobs;
mod counts;
mod cursor;
mod dynamo;
mod error;
mod fan_out;
mod find_by_names;
mod history;
mod idempotency;
mod jobs;
mod presets;
mod reconciliation;
pub mod schema;
pub mod search;
mod skills;
mod snapshot;
mod teams;
mod temporary_skills;
mod users;
pub mod verbs;

pub use bulk_jobs::{BulkResult, results_fingerprint};
pub use counts::CountsOf;
pub use cursor::{AccessPath, Cursor, CursorError};
pub use dynamo::transaction::ChangeOrigin;
pub use error::StoreError;
pub use fan_out::FanOutStep;
pub use history::history_fingerprint;
pub use idempotency::{Attempt, KeyState, StoredResponse};
pub use jobs::{Claim, JobClaim};
pub use presets::PRESETS_FINGERPRINT;
pub use reconciliation::PendingUser;
pub use schema::items::{ContestedSkills, FanOut, OutboxItem, TwilioHealth, WorkerItem};
pub use search::{
    Order, UserPage, UserReading,
    index::EntryDifference,
    query_fingerprint,
    reindex::{EntryCursor, EntryKeys, EntryOwner, SuspectEntries},
};
pub use skills::SKILL_SETS_FINGERPRINT;
pub use snapshot::{ReadSet, Snapshot};
pub use teams::{TeamChange, members_fingerprint, team_ids, teams_fingerprint};
pub use temporary_skills::DueUser;
pub use users::{AppliedReport, Drift, OutboxStep, RecordedReport, SyncStep, UserChange, UserDetails};
pub use verbs::{
    CarryToTaskRouter, CommitPreset, CommitSkill, CommitTeam, CommitUser, EraseUser, FanOutTeams, FindByNames,
    FindTeam, FindUsers, IdempotencyStore, ImportSkills, IndexUser, KeepBulkJobs, KeepCounts, ListPresets, ListTeams,
    ReadBulkResults, ReadSnapshot, ReadUsers, ReadWorkers, RecordReport, ReindexUsers, RequestSync, RunBulkJobs,
    RunJobs, ScanEntries, StoreJobs, SurveyDirectory, TrackReconciliation, TurnSkills, ViewCatalog, ViewDetails,
    ViewHistory, ViewSkill, ViewTeams, ViewUser, WakeUsers, WatchTwilio,
};

use std::sync::Arc;

use aws_client::client_config;
use dynamo::own_guard::OwnGuard;
use runtime::config::{ConfigError, required};
use search::known_teams::TeamMemory;

/// The table, through one client that is built once.
#[derive(Debug, Clone)]
pub struct Directory {
    db: aws_sdk_dynamodb::Client,
    table: String,
    guard: OwnGuard,
    team_memory: Arc<TeamMemory>,
}

impl Directory {
    #[must_use]
    pub fn new(db: aws_sdk_dynamodb::Client, table: impl Into<String>) -> Self {
        Self { db, table: table.into(), guard: OwnGuard::default(), team_memory: Arc::default() }
    }

    /// The table that the environment names, in `TABLE_NAME`.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self::new(aws_sdk_dynamodb::Client::new(&client_config("DYNAMODB")?), required("TABLE_NAME")?))
    }

    /// For what the verbs do not cover: measuring, and tests that look into the table.
    #[must_use]
    pub const fn client(&self) -> &aws_sdk_dynamodb::Client {
        &self.db
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.table
    }
}
