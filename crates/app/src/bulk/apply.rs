//! Applying a plan: each of its changes is decided anew and written in one transaction; then its result is stored.

use domain::{
    Refusal, SkillName, Source, User, UserId,
    audit::{Action, Subject},
    bulk::{
        AppliedUser, BulkEdit, BulkJob, BulkRefusal, BulkTask, Decision, Outcome, Part, PlannedUser, action, reconsider,
    },
    job::Job,
    provisioning::ProvisionedUser,
};
use store::{BulkResult, ChangeOrigin, ReadSet, StoreError, UserChange};
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use super::{
    files::{LineReader, PlanFiles, plan_lines},
    runner::{Applied, BulkError, BulkRunner, BulkStore},
};
use crate::{
    AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, budget, change::retry_on_conflict, required_levels,
};

/// A change of no more parts is written in one transaction (`CommitUser`).
const ONE_TRANSACTION: usize = 45;

/// The records of a user among which a job's own are.
const RECORDS: usize = 100;

impl<S, F, T> BulkRunner<S, F, T>
where
    S: BulkStore,
    F: PlanFiles + Sync,
    T: TimeAndIds + Sync,
{
    /// Goes on with the first user of whom there is no result.
    pub(super) async fn apply(&self, job: &mut Job, until: Instant) -> Result<Applied, BulkError> {
        let planned = job.bulk().cloned().and_then(|bulk| Some((bulk.plan.clone()?, bulk)));
        let Some((plan, bulk)) = planned else { return Err(BulkError::Job("it is applied without a plan")) };
        let BulkJob { task, standing, .. } = bulk;
        let caller = AuthenticatedCaller {
            caller: standing.caller(job.requested_by),
            token_role: standing.token_role,
            request_id: job.job_id.to_string(),
        };
        let last = self.store.last_bulk_result(job.job_id).await?;
        let (mut place, from, mut results) =
            last.map_or((0, 0, bulk.results), |last| (last.place + 1, last.next, last.results));
        let mut lines = LineReader::new(&self.files, plan_lines(&plan.files, Outcome::Changed), from);
        let mut next_user = interval(self.pace.between.max(std::time::Duration::from_micros(1)));
        next_user.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut reported = Instant::now();
        while let Some(line) = lines.next().await? {
            if Instant::now() > until {
                return Ok(Applied::OutOfTime(results));
            }
            let planned: PlannedUser = line.parse()?;
            next_user.tick().await;
            self.check_claim(job).await?;
            let decision = self.apply_user(&caller, &task, job.job_id, &planned).await?;
            results.add(decision.outcome());
            let result = BulkResult {
                job_id: job.job_id,
                place,
                applied: AppliedUser::new(planned_id(&planned)?, planned.row, decision),
                results,
                next: line.next,
                expires_at: job.expires_at,
            };
            match self.store.put_bulk_result(&result).await {
                // Another runner has come to the user before.
                Ok(()) | Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
            place += 1;
            self.report(job, &mut reported, place, results).await?;
        }
        Ok(Applied::Whole(results))
    }

    /// Changes one user as planned, or says why not.
    async fn apply_user(
        &self,
        caller: &AuthenticatedCaller,
        task: &BulkTask,
        job_id: Uuid,
        planned: &PlannedUser,
    ) -> Result<Decision, BulkError> {
        let whole = if let BulkTask::Edit { edit, .. } = task { Some(edit) } else { None };
        let none = BulkEdit::default();
        let edit = planned.edit.as_ref().or(whole).unwrap_or(&none);
        let user_id = planned_id(planned)?;
        let applied = match &planned.adds {
            Some(added) => retry_on_conflict(|| self.try_add(caller, added, job_id, user_id)).await,
            None => retry_on_conflict(|| self.try_apply(caller, task, edit, job_id, planned, user_id)).await,
        };
        match applied {
            Ok(decision) => Ok(decision),
            // Of the other users nothing else would be decided.
            Err(ChangeError::Refused(refusal @ (Refusal::CallerMayNoLonger | Refusal::AgentsMayNot))) => {
                Err(BulkError::Refused(refusal))
            }
            Err(ChangeError::Refused(refusal)) => Ok(Decision::Refused(refusal)),
            Err(ChangeError::Store(error)) => Err(error.into()),
        }
    }

    /// The planned parts of the user that the job has changed, as the history tells.
    pub(super) async fn recorded_by(&self, job_id: Uuid, planned: &PlannedUser) -> Result<Vec<Part>, StoreError> {
        let Some(user_id) = planned.user_id else { return Ok(Vec::new()) };
        let (records, _) = self.store.history(Subject::User(user_id), None, RECORDS).await?;
        let request_id = job_id.to_string();
        let own = records.iter().filter(|record| record.request_id == request_id);
        let own = own.collect::<Vec<_>>();
        let is_recorded = |part: &&Part| own.iter().any(|record| part.is_told_by(record));
        Ok(planned.changes.iter().filter(is_recorded).cloned().collect())
    }

    async fn try_apply(
        &self,
        caller: &AuthenticatedCaller,
        task: &BulkTask,
        edit: &BulkEdit,
        job_id: Uuid,
        planned: &PlannedUser,
        user_id: UserId,
    ) -> Result<Decision, ChangeError> {
        let read_set = ReadSet {
            users: [user_id].into(),
            teams: edit.joined_teams(),
            skills: edit.skills(),
            ..ReadSet::default()
        };
        let context = ChangeContext::read(&self.store, &self.time_and_ids, caller, read_set).await?;
        let user = context.user(user_id)?;
        let is_done = user.bulk_mark == Some(job_id);
        // What a runner has changed that died: before it could store the result, or between two transactions of this user.
        let is_one_of_several = planned.changes.len() > ONE_TRANSACTION;
        let begun = if is_done || is_one_of_several { self.recorded_by(job_id, planned).await? } else { Vec::new() };
        if is_done {
            return Ok(Decision::Change(if begun.is_empty() { planned.changes.clone() } else { begun }));
        }
        let decided = self.try_rest(task, edit, job_id, planned, &context, user).await;
        if begun.is_empty() {
            return decided;
        }
        // What has been changed can be taken back, whatever has become of the rest.
        let rest = match decided {
            Ok(Decision::Change(rest)) => rest,
            Ok(Decision::Unchanged | Decision::Refused(_)) | Err(ChangeError::Refused(_)) => Vec::new(),
            Err(error) => return Err(error),
        };
        let is_no_rest = |part: &&Part| !rest.iter().any(|other| other.is_of_same(part));
        Ok(Decision::Change(begun.iter().filter(is_no_rest).chain(&rest).cloned().collect()))
    }

    /// Changes what is not as planned yet.
    async fn try_rest(
        &self,
        task: &BulkTask,
        edit: &BulkEdit,
        job_id: Uuid,
        planned: &PlannedUser,
        context: &ChangeContext,
        user: &User,
    ) -> Result<Decision, ChangeError> {
        let snapshot = &context.snapshot;
        let after = edit.apply(user, &context.caller, &snapshot.teams, &snapshot.skills, self.roles)?;
        let decision = reconsider(&planned.changes, Decision::of(user, Ok(&after)));
        if decision.outcome() != Outcome::Changed {
            return Ok(decision);
        }
        let now = context.origin().now;
        if !task.is_undo() {
            edit.check_periods(now)?;
        }
        let after = edit.at_time(&after, now);
        if after == *user {
            return Ok(Decision::Unchanged);
        }
        required_levels::check(&self.store, Some(user), &after, snapshot).await?;
        budget::check(&self.store, Some(user), &after, snapshot).await?;
        let action = if task.is_undo() { Action::Undone } else { action(user, &after) };
        let origin = ChangeOrigin { source: Source::Bulk, ..context.origin() };
        let marked = after.with(|user| user.bulk_mark = Some(job_id));
        let change = UserChange::new(Some(user), marked, origin, action);
        let (skills, teams) = (Some(&snapshot.skills), Some(&snapshot.teams));
        // What has started or ended at this moment is part of what was done.
        let done = Decision::of(user, Ok(&change.after));
        self.store.commit_user(UserChange { skills, teams, ..change }).await?;
        Ok(done)
    }

    /// Adds a user under the id of the plan, unless a runner that has died has.
    async fn try_add(
        &self,
        caller: &AuthenticatedCaller,
        added: &ProvisionedUser,
        job_id: Uuid,
        user_id: UserId,
    ) -> Result<Decision, ChangeError> {
        let skills = added.assigned_skills.iter().map(|(name, _)| name.clone()).collect();
        let read_set = ReadSet { users: [user_id].into(), teams: added.teams.clone(), skills, ..ReadSet::default() };
        let context = ChangeContext::read(&self.store, &self.time_and_ids, caller, read_set).await?;
        let snapshot = &context.snapshot;
        if let Some(user) = snapshot.users.get(&user_id) {
            return Ok(Decision::of_added(user));
        }
        let origin = ChangeOrigin { source: Source::Bulk, ..context.origin() };
        let find_skill = |name: &SkillName| snapshot.skills.get(name).cloned();
        let (by, teams) = (&context.caller, snapshot.teams.values());
        let after = added.to_user(by, teams, find_skill, self.roles, user_id, origin.now)?;
        required_levels::check(&self.store, None, &after, snapshot).await?;
        budget::check(&self.store, None, &after, snapshot).await?;
        let decision = Decision::of_added(&after);
        let marked = after.with(|user| user.bulk_mark = Some(job_id));
        let change = UserChange::new(None, marked, origin, Action::Created);
        let (skills, teams) = (Some(&snapshot.skills), Some(&snapshot.teams));
        match self.store.commit_user(UserChange { skills, teams, ..change }).await {
            Err(StoreError::Conflict) => {
                let claimed = self.store.users_of_identities(&[added.identity.clone()].into()).await?;
                let other = claimed.into_values().any(|claimed| claimed != user_id);
                Err(if other {
                    Refusal::from(BulkRefusal::IdentityTakenSince).into()
                } else {
                    StoreError::Conflict.into()
                })
            }
            written => Ok(written.map(|_| decision)?),
        }
    }
}

/// A line of a user who is changed names them.
fn planned_id(planned: &PlannedUser) -> Result<UserId, BulkError> {
    planned.user_id.ok_or(BulkError::Job("a planned change names no user"))
}
