//! Every verb of the store on one page: what can be done to the table, one trait for each authority.
//!
//! A function's signature names the verbs it uses, and its IAM policy in `infra/template.yaml` allows what they need: the
//! line `DynamoDB` under each trait. A test compares the three. [`Directory`](crate::Directory) implements all of them.
//!
//! Unless a verb says otherwise, it reads with strong consistency, and its errors are those of [`StoreError`].
#![warn(missing_docs)]

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use domain::{
    Change, Counted, Identity, MemberCount, Record, Skill, SkillName, Team, TeamId, TeamName, User, UserId,
    WorkerReport, WorkerSid,
    audit::{Action, Subject},
    bulk::AppliedUser,
    catalog::{SkillCounts, SkillSet, SkillUsage},
    job::{ExportCheckpoint, Job, JobKind},
    preset::SkillPreset,
    reconciliation::Reconciliation,
    search::UserQuery,
    sync_state::SyncState,
    team::Teams,
};

use crate::{
    Attempt, BulkResult, ChangeOrigin, Claim, ContestedSkills, CountsOf, Cursor, DueUser, EntryCursor, EntryDifference,
    EntryKeys, EntryOwner, FanOut, FanOutStep, JobClaim, KeyState, Order, OutboxItem, PendingUser, ReadSet,
    RecordedReport, Snapshot, StoreError, StoredResponse, SuspectEntries, SyncStep, TeamChange, TwilioHealth,
    UserChange, UserDetails, UserPage, UserReading, WorkerItem, schema::keys::Key,
};

type Result<T> = std::result::Result<T, StoreError>;

/// Reads what a decision needs, in one call.
///
/// `DynamoDB`: `BatchGetItem`
pub trait ReadSnapshot {
    /// Those of up to 100 items that exist.
    fn snapshot(&self, read_set: &ReadSet) -> impl Future<Output = Result<Snapshot>> + Send;
}

/// Reads one user.
///
/// `DynamoDB`: `GetItem`
pub trait ViewUser {
    /// The user, or none.
    fn user(&self, user_id: UserId) -> impl Future<Output = Result<Option<User>>> + Send;
    /// What TaskRouter last reported of a worker, or none.
    fn worker(&self, worker_sid: &WorkerSid) -> impl Future<Output = Result<Option<WorkerItem>>> + Send;
    /// The user who has this identity (rule 22).
    fn user_id_of_identity(&self, identity: &Identity) -> impl Future<Output = Result<Option<UserId>>> + Send;
}

/// Reads what belongs to a user besides the profile.
///
/// `DynamoDB`: `BatchGetItem`, `Query`
pub trait ViewDetails {
    /// Everything, in one round of calls.
    fn details(&self, user: &User) -> impl Future<Output = Result<UserDetails>> + Send;
}

/// Finds and lists users (rules 6 to 9).
///
/// `DynamoDB`: `Query`, `Query` on `by_status`, `Query` on `by_pending`, `BatchGetItem`
pub trait FindUsers {
    /// At most `limit` matching users after the cursor, read with eventual consistency. Paging through an unchanging
    /// directory returns every match exactly once (rule 8).
    fn find_users(
        &self,
        query: &UserQuery,
        order: Order,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<UserPage>> + Send;
}

/// Reads all users that a query finds, for an export.
///
/// `DynamoDB`: `Query`, `Query` on `by_status`, `Query` on `by_pending`, `BatchGetItem`
pub trait ReadUsers {
    /// The next of them in order of name, read with eventual consistency; the page without a next one is the last. A page may
    /// be empty and still have a next one. Each item is read once, however many partitions are merged.
    fn next_users(&self, reading: &mut UserReading) -> impl Future<Output = Result<UserPage>> + Send;
}

/// Writes users.
///
/// `DynamoDB`: `PutItem`, `UpdateItem`, `DeleteItem`, `ConditionCheckItem`
pub trait CommitUser {
    /// Writes the whole change or nothing, and returns the user as written. [`StoreError::Conflict`] if the user, the
    /// worker, the identity, a team, a skill or the caller is no longer what the change was based on;
    /// [`StoreError::Refused`] if no active account owner would be left.
    fn commit_user(&self, change: UserChange<'_>) -> impl Future<Output = Result<User>> + Send;
}

/// Records what TaskRouter reports.
///
/// `DynamoDB`: `UpdateItem`
pub trait RecordReport {
    /// Stores the report with its worker: one call, one write unit. A report that is older than the stored one changes
    /// nothing, except that a deletion is final (rule 28).
    fn record_report(&self, report: &WorkerReport) -> impl Future<Output = Result<RecordedReport>> + Send;
    /// Takes back that a worker was deleted: TaskRouter has answered with it since.
    fn revive_worker(&self, worker_sid: &WorkerSid) -> impl Future<Output = Result<()>> + Send;
}

/// Carries users over to TaskRouter.
///
/// `DynamoDB`: `PutItem`, `UpdateItem`, `DeleteItem`, `ConditionCheckItem`, `Query` on `by_pending`
pub trait CarryToTaskRouter {
    /// Writes a step that changes nothing of the user. [`StoreError::Conflict`] if something was changed since the token was
    /// read, or another invocation has written.
    fn sync_step(&self, step: SyncStep<'_>) -> impl Future<Output = Result<()>> + Send;
    /// At most `limit` outboxes that are due, longest due first, read with eventual consistency; also those that wait
    /// for a deployment that may write, if this is one.
    fn due(
        &self,
        now: Timestamp,
        is_writing: bool,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<OutboxItem>>> + Send;
}

/// Asks for a user to be carried over to TaskRouter again.
///
/// `DynamoDB`: `UpdateItem`, `ConditionCheckItem`
pub trait RequestSync {
    /// Marks the user's outbox; changes nothing of the user and leaves no record. [`StoreError::Conflict`] if the caller is
    /// no longer what the request was authorized by.
    fn request_sync(
        &self,
        user_id: UserId,
        contested: ContestedSkills,
        origin: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Reads the whole directory for a comparison with TaskRouter, as cheaply as it can be: with eventual consistency.
///
/// `DynamoDB`: `Query` on `by_status`, `Query` on `by_pending`, `BatchGetItem`
pub trait SurveyDirectory {
    /// All users, of every status.
    fn all_users(&self) -> impl Future<Output = Result<Vec<User>>> + Send;
    /// All users of whom something is to be carried to TaskRouter.
    fn pending_users(&self) -> impl Future<Output = Result<Vec<PendingUser>>> + Send;
    /// The teams of which a change has not reached all members.
    fn changing_teams(&self) -> impl Future<Output = Result<BTreeSet<TeamId>>> + Send;
    /// The users whose skills another writer contests.
    fn contested_users(&self) -> impl Future<Output = Result<BTreeSet<UserId>>> + Send;
    /// How far those of the users have been carried over that ever were.
    fn sync_states(
        &self,
        user_ids: &BTreeSet<UserId>,
    ) -> impl Future<Output = Result<BTreeMap<UserId, SyncState>>> + Send;
}

/// Reads what is known of many workers, with eventual consistency.
///
/// `DynamoDB`: `BatchGetItem`
pub trait ReadWorkers {
    /// What TaskRouter last reported of those of the workers that are known.
    fn workers(
        &self,
        sids: &BTreeSet<WorkerSid>,
    ) -> impl Future<Output = Result<BTreeMap<WorkerSid, WorkerItem>>> + Send;
}

/// Has users compared with their workers.
///
/// `DynamoDB`: `UpdateItem`
pub trait WakeUsers {
    /// Marks the user's outbox with this token, a new one; changes nothing of the user and leaves no record.
    fn wake(
        &self,
        user_id: UserId,
        token: Uuid,
        now: Timestamp,
        contested: ContestedSkills,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Keeps the latest reconciliation.
///
/// `DynamoDB`: `GetItem`, `PutItem`
pub trait TrackReconciliation {
    /// The latest one, or none.
    fn reconciliation(&self) -> impl Future<Output = Result<Option<Reconciliation>>> + Send;
    /// Replaces the one with the revision that was read, or writes the first one, and returns it as written.
    /// [`StoreError::Conflict`] if it has another revision: another runner has claimed it.
    fn put_reconciliation(
        &self,
        read: Option<u64>,
        reconciliation: Reconciliation,
    ) -> impl Future<Output = Result<Reconciliation>> + Send;
}

/// Remembers whether Twilio answers, for all invocations.
///
/// `DynamoDB`: `GetItem`, `UpdateItem`
pub trait WatchTwilio {
    /// The failures in a row.
    fn twilio_health(&self) -> impl Future<Output = Result<TwilioHealth>> + Send;
    /// Counts a failure and answers how many there are now.
    fn twilio_failed(&self) -> impl Future<Output = Result<TwilioHealth>> + Send;
    /// Ends the row of failures; writes nothing if there is none.
    fn twilio_answered(&self) -> impl Future<Output = Result<()>> + Send;
}

/// Maintains the search and filter entries of a user.
///
/// `DynamoDB`: `GetItem`, `BatchWriteItem`
pub trait IndexUser {
    /// Brings the entries in line with the current profile. `old` is the old image of the event. Reads and writes nothing
    /// if both images have the same entries; without an old image it writes every entry.
    fn index_user(&self, user: &User, old: Option<&User>) -> impl Future<Output = Result<()>> + Send;
}

/// Finds and repairs search and filter entries that differ from what their profile derives.
///
/// `DynamoDB`: `BatchGetItem`, `PutItem`, `DeleteItem`, `ConditionCheckItem`
pub trait ReindexUsers {
    /// How the entries differ from those that the profile derives; without a profile none should exist. Stale ones are
    /// looked for among the suspects.
    fn compare_entries(
        &self,
        user: Option<&User>,
        suspects: &EntryKeys,
    ) -> impl Future<Output = Result<EntryDifference>> + Send;
    /// Puts what is missing and deletes what is stale, in one transaction; for one batch of a difference.
    /// [`StoreError::Conflict`] if the profile has changed since: the entries may be right by now.
    fn repair_entries(&self, owner: EntryOwner<'_>, batch: &EntryDifference)
    -> impl Future<Output = Result<()>> + Send;
}

/// Reads all search and filter entries. For an operator: no function may scan the table.
///
/// `DynamoDB`: `Scan`, `BatchGetItem`
pub trait ScanEntries {
    /// The next entries, and those among them that their profile does not derive, read with eventual consistency. At most
    /// `limit` items of the table are read.
    fn suspect_entries(
        &self,
        cursor: Option<EntryCursor>,
        limit: usize,
    ) -> impl Future<Output = Result<SuspectEntries>> + Send;
}

/// Erases personal data of deleted users. For an operator: no function may change an audit record, or scan the table.
///
/// `DynamoDB`: `Scan`, `PutItem`, `UpdateItem`, `DeleteItem`
pub trait EraseUser {
    /// Writes the erased user with the record of the erasure, which lists these fields. [`StoreError::Conflict`] if the user
    /// has changed since.
    fn erase_user(
        &self,
        before: &User,
        after: User,
        fields: Vec<Change>,
        origin: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<User>> + Send;
    /// Replaces what a record of the user's history says was changed.
    fn erase_record(&self, user_id: UserId, erased: &Record) -> impl Future<Output = Result<()>> + Send;
    /// All responses stored by `Idempotency-Key` that name the user, read with eventual consistency.
    fn responses_naming(&self, user_id: UserId) -> impl Future<Output = Result<Vec<Key>>> + Send;
    /// Forgets a stored response; its key is free again.
    fn delete_response(&self, key: &Key) -> impl Future<Output = Result<()>> + Send;
}

/// Reads teams.
///
/// `DynamoDB`: `BatchGetItem`
pub trait ViewTeams {
    /// Those of the teams that exist, read with eventual consistency.
    fn teams(&self, team_ids: BTreeSet<TeamId>) -> impl Future<Output = Result<Teams>> + Send;
}

/// Finds a team by its name.
///
/// `DynamoDB`: `GetItem`
pub trait FindTeam {
    /// The team that has this name, compared without case, width and invisible characters.
    fn team_id_of_name(&self, name: &TeamName) -> impl Future<Output = Result<Option<TeamId>>> + Send;
}

/// Finds many users and teams by their names.
///
/// `DynamoDB`: `BatchGetItem`
pub trait FindByNames {
    /// The users who have one of these identities (rule 22), by [key](Identity::lookup_key).
    fn users_of_identities(
        &self,
        identities: &BTreeSet<Identity>,
    ) -> impl Future<Output = Result<BTreeMap<String, UserId>>> + Send;
    /// The teams that have one of these names (rule 33), by [key](TeamName::order_key).
    fn teams_of_names(
        &self,
        names: &BTreeSet<TeamName>,
    ) -> impl Future<Output = Result<BTreeMap<String, TeamId>>> + Send;
}

/// Lists teams and their members.
///
/// `DynamoDB`: `Query`, `BatchGetItem`
pub trait ListTeams {
    /// A page of teams in order of name, and the cursor of the next one. With `archived` a page may be short and still have
    /// a next one.
    fn list_teams(
        &self,
        archived: Option<bool>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<Team>, Option<Cursor>)>> + Send;
    /// The number of members, of any status.
    fn count_members(&self, team_id: TeamId) -> impl Future<Output = Result<usize>> + Send;
    /// A page of members in no order, of any status.
    fn members(
        &self,
        team_id: TeamId,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<User>, Option<Cursor>)>> + Send;
}

/// Writes teams.
///
/// `DynamoDB`: `PutItem`, `UpdateItem`, `DeleteItem`, `ConditionCheckItem`, `Query`
pub trait CommitTeam {
    /// Writes the change and returns the team as written. If its members inherit something else from then on, it also
    /// begins a fan-out. [`StoreError::Conflict`] if the team, its name, one of its skills
    /// or the caller is no longer what the change was based on.
    fn commit_team(&self, change: TeamChange<'_>) -> impl Future<Output = Result<Team>> + Send;
    /// Deletes a team without members; [`StoreError::Refused`] if it has some (rule 21).
    fn delete_team(&self, team: &Team, origin: ChangeOrigin<'_>) -> impl Future<Output = Result<()>> + Send;
}

/// Lets a changed team reach its members.
///
/// `DynamoDB`: `GetItem`, `Query`, `Query` on `by_pending`, `UpdateItem`, `DeleteItem`
pub trait FanOutTeams {
    /// The latest change that has not reached all members, or none.
    fn fan_out(&self, team_id: TeamId) -> impl Future<Output = Result<Option<FanOut>>> + Send;
    /// At most `limit` members after the last one that was marked, in order of id, and the one after whom there may be more.
    fn next_members(
        &self,
        fan_out: &FanOut,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<UserId>, Option<UserId>)>> + Send;
    /// Marks members and moves the fan-out on, or ends it. [`StoreError::Conflict`] if the team has changed again, or
    /// another invocation has moved it on.
    fn fan_out_step(&self, step: FanOutStep<'_>) -> impl Future<Output = Result<()>> + Send;
    /// At most `limit` teams whose fan-out is due, longest due first, read with eventual consistency.
    fn due_fan_outs(&self, now: Timestamp, limit: usize) -> impl Future<Output = Result<Vec<TeamId>>> + Send;
}

/// Starts and ends temporary skills.
///
/// `DynamoDB`: `Query` on `by_pending`, `PutItem`, `UpdateItem`, `DeleteItem`
pub trait TurnSkills {
    /// At most `limit` users of whom a temporary skill is to start or to end by this time, soonest first, read with
    /// eventual consistency.
    fn due_temporary_skills(&self, by: Timestamp, limit: usize) -> impl Future<Output = Result<Vec<DueUser>>> + Send;
    /// Writes the user after a turn, who has no skill that they did not have, and returns them as written.
    /// [`StoreError::Conflict`] if the user is no longer as before.
    fn commit_turn(
        &self,
        before: &User,
        after: User,
        origin: ChangeOrigin<'_>,
        action: Action,
    ) -> impl Future<Output = Result<User>> + Send;
}

/// Reads one skill.
///
/// `DynamoDB`: `GetItem`
pub trait ViewSkill {
    /// The skill, or none.
    fn skill(&self, name: &SkillName) -> impl Future<Output = Result<Option<Skill>>> + Send;
}

/// Reads the catalog and what uses it.
///
/// `DynamoDB`: `Query`
pub trait ViewCatalog {
    /// A page of skill sets in order of name, and the cursor of the next one.
    fn skill_sets(
        &self,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<SkillSet>, Option<Cursor>)>> + Send;
    /// All skills, in order of name.
    fn skills(&self) -> impl Future<Output = Result<Vec<Skill>>> + Send;
    /// The users and teams that use a skill.
    fn skill_usage(&self, skill: &SkillName) -> impl Future<Output = Result<SkillUsage>> + Send;
    /// The members of a team.
    fn team_members(&self, team_id: TeamId) -> impl Future<Output = Result<BTreeSet<UserId>>> + Send;
}

/// Keeps what pages show of how many use skills and are in teams (docs/decisions/0052).
///
/// `DynamoDB`: `Query`, `UpdateItem`, `BatchWriteItem`
pub trait KeepCounts {
    /// Those of the skills' counts that are kept, read with eventual consistency.
    fn skill_counts(
        &self,
        skills: &BTreeSet<&SkillName>,
    ) -> impl Future<Output = Result<BTreeMap<SkillName, Counted<SkillCounts>>>> + Send;
    /// Those of the teams' counts that are kept, read with eventual consistency; perhaps those of other teams too.
    fn member_counts(
        &self,
        teams: &[Team],
    ) -> impl Future<Output = Result<BTreeMap<TeamId, Counted<MemberCount>>>> + Send;
    /// Keeps these counts instead of earlier ones.
    fn keep_skill_counts(
        &self,
        counts: &BTreeMap<SkillName, Counted<SkillCounts>>,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Keeps these counts instead of earlier ones.
    fn keep_member_counts(&self, counts: &[(&Team, Counted<MemberCount>)]) -> impl Future<Output = Result<()>> + Send;
    /// Takes the right to count, for 30 seconds; false while another holder has it.
    fn lease_counting(&self, of: CountsOf, holder: Uuid, now: Timestamp) -> impl Future<Output = Result<bool>> + Send;
    /// Gives it up, if it is still this holder's.
    fn release_counting(&self, of: CountsOf, holder: Uuid) -> impl Future<Output = Result<()>> + Send;
}

/// Writes the catalog.
///
/// `DynamoDB`: `PutItem`, `UpdateItem`, `DeleteItem`, `ConditionCheckItem`, `Query`
pub trait CommitSkill {
    /// Creates a skill set; [`StoreError::Conflict`] if one has this name but for case, width and invisible characters.
    fn create_skill_set(&self, set: &SkillSet, origin: ChangeOrigin<'_>) -> impl Future<Output = Result<()>> + Send;
    /// Creates or changes a skill and returns it as written. [`StoreError::Conflict`] if the skill, its skill set or the
    /// caller is no longer what the change was based on.
    fn commit_skill(
        &self,
        before: Option<&Skill>,
        after: Skill,
        origin: ChangeOrigin<'_>,
        action: Action,
    ) -> impl Future<Output = Result<Skill>> + Send;
    /// Deletes an unused skill; [`StoreError::Refused`] if it is in use (rule 21).
    fn delete_skill(&self, skill: &Skill, origin: ChangeOrigin<'_>) -> impl Future<Output = Result<()>> + Send;
    /// Deletes a skill set with its skills; [`StoreError::Refused`] if one of them is in use (rule 21).
    fn delete_skill_set(&self, set: &SkillSet, origin: ChangeOrigin<'_>) -> impl Future<Output = Result<()>> + Send;
}

/// Lists skill presets.
///
/// `DynamoDB`: `Query`
pub trait ListPresets {
    /// A page of presets in order of name, and the cursor of the next one.
    fn list_presets(
        &self,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<SkillPreset>, Option<Cursor>)>> + Send;
}

/// Writes skill presets.
///
/// `DynamoDB`: `PutItem`, `DeleteItem`, `ConditionCheckItem`
pub trait CommitPreset {
    /// Creates or changes a preset and returns it as written. [`StoreError::Conflict`] if the preset, its name or the
    /// caller is no longer what the change was based on.
    fn commit_preset(
        &self,
        before: Option<&SkillPreset>,
        after: SkillPreset,
        origin: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<SkillPreset>> + Send;
    /// Deletes a preset; [`StoreError::Conflict`] if it has changed since it was read.
    fn delete_preset(&self, preset: &SkillPreset, origin: ChangeOrigin<'_>) -> impl Future<Output = Result<()>> + Send;
}

/// Adds adopted skills to the catalog.
///
/// `DynamoDB`: `BatchGetItem`, `GetItem`, `PutItem`, `UpdateItem`, `ConditionCheckItem`
pub trait ImportSkills {
    /// Adds those of the skills that the catalog lacks to the skill set "Imported" (rule 23).
    /// All of them, as they are in the catalog then.
    fn import_skills(
        &self,
        names: &[SkillName],
        origin: ChangeOrigin<'_>,
    ) -> impl Future<Output = Result<BTreeMap<SkillName, Skill>>> + Send;
}

/// Reads histories.
///
/// `DynamoDB`: `Query`
pub trait ViewHistory {
    /// A page of records, newest first, and the cursor of the next one (rule 31).
    fn history(
        &self,
        subject: Subject<'_>,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<Record>, Option<Cursor>)>> + Send;
}

/// Creates and shows jobs.
///
/// `DynamoDB`: `PutItem`, `GetItem`, `UpdateItem`
pub trait StoreJobs {
    /// Stores a new job; [`StoreError::Conflict`] if a job has its id, [refused](JobKind::running) if another one of the same
    /// user and kind is [active](Job::is_active) when it is created (rule 29).
    fn create_job(&self, job: &Job) -> impl Future<Output = Result<()>> + Send;
    /// The job, or none.
    fn job(&self, job_id: Uuid) -> impl Future<Output = Result<Option<Job>>> + Send;
    /// Marks a job that no job runner has claimed as failed; [`StoreError::Conflict`] if one has.
    fn abandon_job(&self, job_id: Uuid, reason: &str) -> impl Future<Output = Result<()>> + Send;
}

/// Runs jobs. Each verb but [`claim_job`](Self::claim_job) is [`StoreError::Conflict`] for a job runner that has lost its
/// claim.
///
/// `DynamoDB`: `UpdateItem`, `GetItem`
pub trait RunJobs {
    /// Claims a job that is queued, or whose job runner is dead.
    fn claim_job(&self, claim: Claim, now: Timestamp) -> impl Future<Output = Result<JobClaim>> + Send;
    /// Stores the progress and extends the lease.
    fn report_progress(&self, claim: Claim, done: u64, now: Timestamp) -> impl Future<Output = Result<()>> + Send;
    /// Stores where the next job runner goes on if this one dies, and extends the lease.
    fn save_checkpoint(
        &self,
        claim: Claim,
        checkpoint: &ExportCheckpoint,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
    /// Gives up the claim, so that the next attempt can take the job at once.
    fn release_job(&self, claim: Claim, now: Timestamp) -> impl Future<Output = Result<()>> + Send;
    /// Marks the job as done; `kind` carries its result.
    fn finish_job(&self, claim: Claim, done: u64, kind: &JobKind) -> impl Future<Output = Result<()>> + Send;
    /// Marks the job as failed; the reason is shown to the requester.
    fn fail_job(&self, claim: Claim, reason: &str) -> impl Future<Output = Result<()>> + Send;
}

/// Keeps bulk jobs.
///
/// `DynamoDB`: `GetItem`, `PutItem`
pub trait KeepBulkJobs {
    /// The bulk job of this id, or none.
    fn bulk_job(&self, job_id: Uuid) -> impl Future<Output = Result<Option<Job>>> + Send;
    /// Replaces the job as it was read by one that is to be applied, which is its requester's latest from then on. Otherwise as
    /// [`replace_bulk_job`](Self::replace_bulk_job), and [refused](JobKind::running) if another one of theirs is
    /// [active](Job::is_active).
    fn start_bulk_job(&self, read: &Job, next: &Job) -> impl Future<Output = Result<Job>> + Send;
    /// Replaces the job as it was read, and returns it as written. [`StoreError::Conflict`] if it has changed since.
    fn replace_bulk_job(&self, read: &Job, next: &Job) -> impl Future<Output = Result<Job>> + Send;
}

/// Works on bulk jobs.
///
/// `DynamoDB`: `Query`, `Query` on `by_pending`, `PutItem`
pub trait RunBulkJobs {
    /// At most `limit` jobs that are to be worked on, longest due first, read with eventual consistency.
    fn due_bulk_jobs(&self, now: Timestamp, limit: usize) -> impl Future<Output = Result<Vec<Uuid>>> + Send;
    /// What was made of the last user whom the job has come to, or none.
    fn last_bulk_result(&self, job_id: Uuid) -> impl Future<Output = Result<Option<BulkResult>>> + Send;
    /// Stores what was made of a user; [`StoreError::Conflict`] if a runner has already.
    fn put_bulk_result(&self, result: &BulkResult) -> impl Future<Output = Result<()>> + Send;
}

/// Reads what bulk jobs have made of their users.
///
/// `DynamoDB`: `Query`
pub trait ReadBulkResults {
    /// A page of them in the order of the plan, and the cursor of the next one.
    fn bulk_results(
        &self,
        job_id: Uuid,
        cursor: Option<Cursor>,
        limit: usize,
    ) -> impl Future<Output = Result<(Vec<AppliedUser>, Option<Cursor>)>> + Send;
}

/// Stores responses by `Idempotency-Key`. An attempt whose lease has run out may have been replaced by another one:
/// completing and releasing it is then [`StoreError::Conflict`].
///
/// `DynamoDB`: `PutItem`, `UpdateItem`
pub trait IdempotencyStore {
    /// Claims the key for this attempt, if it is free.
    fn start_attempt(&self, attempt: &Attempt, now: Timestamp) -> impl Future<Output = Result<KeyState>> + Send;
    /// Stores the response, which later attempts receive.
    fn complete_attempt(&self, attempt: &Attempt, response: &StoredResponse)
    -> impl Future<Output = Result<()>> + Send;
    /// Ends the attempt without a response. The key stays with its request, and the next attempt may start at once.
    fn release_attempt(&self, attempt: &Attempt) -> impl Future<Output = Result<()>> + Send;
}
