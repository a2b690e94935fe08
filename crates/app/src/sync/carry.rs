//! Carrying over a user who is not deleted: comparing, accepting, reverting, writing.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Change, SkillName, Status, User,
    audit::{Action, Author},
    routing::{OwnedAttributes, Verdict, desired, judge, with_unexpected_level},
    skill::Skills,
    sync_state::{Carried, Contest, FailureReason, FoundWorker, INTENT_LEASE, Intent, SyncState},
};
use runtime::metrics::{self, Metric};
use store::{ContestedSkills, Drift, OutboxStep, ReadSet, UserChange};
use twilio::{EventQuery, Worker, WorkerUpdate};
use uuid::Uuid;

use super::{Attempt, Outcome, Reading, SyncError, SyncMode, SyncStore, SyncTaskRouter, WorkerSync};
use crate::TimeAndIds;

/// The most characters that TaskRouter takes as attributes (rule 27).
pub const MAX_ATTRIBUTES: usize = twilio::MAX_ATTRIBUTE_CHARS;

/// What is written to the worker.
struct Target {
    attributes: OwnedAttributes,
    /// The activity to move it to, rejecting its pending reservations (rule 12).
    offline: Option<String>,
}

impl<S: SyncStore, T: SyncTaskRouter, C: TimeAndIds> WorkerSync<S, T, C> {
    pub(super) async fn carry_over(
        &self,
        reading: &Reading,
        worker: &Worker,
        invocation: Uuid,
    ) -> Result<Attempt, SyncError> {
        let offline = self.offline_for(&reading.user).await?;
        let is_active = reading.user.is_active();
        let Some(fetched) = worker.owned_attributes() else {
            return self.out_of_routing_only(reading, worker, offline, FailureReason::UnreadableAttributes).await;
        };
        if fetched.roles.is_empty() && !reading.user.managed.role_granted {
            // Nothing is written to a worker that has become unmanaged (rule 23).
            return self.nothing_to_carry(reading).await;
        }
        if !is_active && offline.is_none() {
            return self.out_of_routing_only(reading, worker, None, FailureReason::NoOfflineActivity).await;
        }
        let mut base = base(reading, worker, &fetched);
        let fetched = self.without_needless_levels(reading, &mut base, fetched).await?;
        let verdict = self.judge(reading, base.as_ref(), &fetched);
        let is_elsewhere = offline.as_deref().is_some_and(|offline| offline != worker.activity_sid);
        let mut target = Target {
            attributes: desired(&verdict.user, &reading.teams, &fetched, &self.policy),
            offline: offline.filter(|_| is_elsewhere),
        };
        // What an intent that has arrived was about is agreed on, whatever becomes of the next one.
        let mut state = SyncState { carried: base.clone().or(reading.state().carried), ..reading.state() };
        let contested = reading.outbox.contested;
        if contested == ContestedSkills::Decided {
            state.contest = Contest::default();
        }
        let verdict = Self::with_drift(verdict, &mut state, base.as_ref(), &target, (worker, &fetched), reading);
        if state.contest.is_on() && is_active && contested == ContestedSkills::Leave {
            target.attributes.skills.clone_from(&fetched.skills);
            target.attributes.disabled.clone_from(&fetched.disabled);
        }
        if target.attributes == fetched && target.offline.is_none() {
            return self.settle(reading, verdict, state, worker, fetched).await;
        }
        if self.mode == SyncMode::Observe {
            return self.observe(reading, verdict).await;
        }
        let at = state.may_move_offline_at(reading.now);
        if target.offline.is_some() && at > reading.now {
            let author = self.author(&verdict, reading, worker).await;
            self.write_step(reading, verdict, state, OutboxStep::RetryAt(at), author).await?;
            return Ok(Attempt::End(Outcome::Later));
        }
        self.write(reading, verdict, state, worker, target, invocation).await
    }

    /// Steps 4 to 6.
    async fn write(
        &self,
        reading: &Reading,
        verdict: Verdict,
        state: SyncState,
        worker: &Worker,
        target: Target,
        invocation: Uuid,
    ) -> Result<Attempt, SyncError> {
        let Target { attributes, offline } = target;
        let json = worker.with_owned_attributes(&attributes);
        let Some(json) = json.filter(|json| json.chars().count() <= MAX_ATTRIBUTES) else {
            return self.out_of_routing_only(reading, worker, offline, FailureReason::AttributesTooLong).await;
        };
        let is_offline = reading.user.managed.status != Status::Active;
        let intent = Intent {
            id: invocation,
            worker_sid: worker.worker_sid(),
            attributes: attributes.clone(),
            offline: is_offline,
            lease_until: reading.now + INTENT_LEASE,
        };
        let mut intended = SyncState { intent: Some(intent), ..state };
        let was_offline = intended.base(&worker.worker_sid()).is_some_and(|carried| carried.offline);
        if offline.is_some() && was_offline {
            intended.moved_offline_at.insert(0, reading.now);
            intended.moved_offline_at.truncate(2);
        }
        let author = self.author(&verdict, reading, worker).await;
        self.write_step(reading, verdict, intended.clone(), OutboxStep::Keep, author).await?;
        let update = WorkerUpdate {
            attributes: worker.has_other_attributes(&json).then_some(json),
            reject_pending_reservations: offline.is_some(),
            activity_sid: offline,
        };
        if self.taskrouter.update_worker(&worker.worker_sid(), &update, worker.version).await?.is_none() {
            return Ok(Attempt::Again);
        }
        let now = self.time_and_ids.now();
        let carried = Carried { worker_sid: worker.worker_sid(), attributes, offline: is_offline, at: now };
        let written = SyncState { revision: intended.revision + 1, ..intended };
        let mut step = reading.step(written.agreed(carried), OutboxStep::Clear);
        let sid = worker.worker_sid();
        (step.before, step.written) = (Some(&written), Some(&sid));
        self.store.sync_step(step).await?;
        Ok(Attempt::End(Outcome::Done))
    }

    /// Nothing is to be written.
    async fn settle(
        &self,
        reading: &Reading,
        verdict: Verdict,
        state: SyncState,
        worker: &Worker,
        fetched: OwnedAttributes,
    ) -> Result<Attempt, SyncError> {
        let is_offline = reading.user.managed.status != Status::Active;
        let is_known = |carried: &Carried| carried.attributes == fetched && carried.offline == is_offline;
        let known = state.base(&worker.worker_sid()).filter(|carried| is_known(carried)).cloned();
        let carried = known.unwrap_or_else(|| Carried {
            worker_sid: worker.worker_sid(),
            attributes: fetched,
            offline: is_offline,
            // Nothing was carried over now: what others have written is accepted, or was there already.
            at: state.base(&worker.worker_sid()).map_or(reading.now, |base| base.at),
        });
        // Contested skills are not agreed on.
        let after = if state.contest.is_on() {
            SyncState { intent: None, failure: None, ..state }
        } else {
            state.agreed(carried)
        };
        let author = self.author(&verdict, reading, worker).await;
        self.write_step(reading, verdict, after, OutboxStep::Clear, author).await?;
        Ok(Attempt::End(Outcome::Done))
    }

    /// What is accepted is accepted; the rest waits until this deployment may write.
    async fn observe(&self, reading: &Reading, verdict: Verdict) -> Result<Attempt, SyncError> {
        let verdict = Verdict { drift: Vec::new(), ..verdict };
        self.write_step(reading, verdict, reading.state(), OutboxStep::WhenWriting, None).await?;
        Ok(Attempt::End(Outcome::Later))
    }

    fn judge(&self, reading: &Reading, base: Option<&Carried>, fetched: &OwnedAttributes) -> Verdict {
        let base = base.map(|carried| (&carried.attributes, carried.at));
        judge(&reading.user, &reading.teams, base, fetched, &self.policy, reading.now)
    }

    /// Adds a move that is reverted, and counts overwrites of skills. A user who is not active is never contested.
    fn with_drift(
        mut verdict: Verdict,
        state: &mut SyncState,
        base: Option<&Carried>,
        target: &Target,
        (worker, fetched): (&Worker, &OwnedAttributes),
        reading: &Reading,
    ) -> Verdict {
        let skills = &target.attributes.skills;
        state.contest = state.contest.as_of(reading.now, skills);
        let found = FoundWorker { attributes: fetched.clone(), activity_sid: worker.activity_sid.clone() };
        if state.recorded.as_ref() == Some(&found) {
            return Verdict { drift: Vec::new(), ..verdict };
        }
        let is_active = reading.user.managed.status == Status::Active;
        if target.offline.is_some() && base.is_some_and(|carried| carried.offline) {
            verdict.drift.push(Change {
                field: "activity".to_owned(),
                before: "Offline".into(),
                after: worker.activity_name.clone().into(),
            });
        }
        if is_active
            && let Some(carried) = base
            && verdict.drift.iter().any(|change| change.field == "skills")
        {
            state.contest = state.contest.overwritten(carried.at, reading.now, skills);
        }
        if !verdict.drift.is_empty() {
            state.recorded = Some(found);
        }
        verdict
    }

    /// A step with what is accepted and what has drifted, in one transaction.
    async fn write_step(
        &self,
        reading: &Reading,
        verdict: Verdict,
        after: SyncState,
        outbox: OutboxStep,
        author: Option<Author>,
    ) -> Result<(), SyncError> {
        let Verdict { user, drift } = verdict;
        let step = reading.step(after, outbox);
        if user == reading.user && drift.is_empty() {
            return Ok(self.store.sync_step(step).await?);
        }
        let origin = self.origin(reading.now);
        let new = new_skills(&reading.user, &user);
        let skills = if new.is_empty() { BTreeMap::new() } else { self.store.import_skills(&new, origin).await? };
        let (drifted, contested) = (drift.len() as u64, reading.begins_contest(&step.after));
        let drift = (!drift.is_empty()).then_some(Drift { changes: drift, author });
        let change = UserChange::new(Some(&reading.user), user, origin, Action::Login);
        self.store.commit_user(UserChange { sync: Some(step), drift, skills: Some(&skills), ..change }).await?;
        metrics::add(Metric::Drift, drifted);
        if contested {
            metrics::add(Metric::ContestedUsers, 1);
        }
        Ok(())
    }

    /// Who wrote what is reverted, where TaskRouter's events say so (rule 24).
    async fn author(&self, verdict: &Verdict, reading: &Reading, worker: &Worker) -> Option<Author> {
        let carried = reading.state.as_ref()?.base(&worker.worker_sid())?;
        if verdict.drift.is_empty() {
            return None;
        }
        let is_move = verdict.drift.iter().all(|change| change.field == "activity");
        let event_type = if is_move { "worker.activity.update" } else { "worker.attributes.update" };
        let sid = worker.worker_sid();
        let query = EventQuery { worker_sid: Some(&sid), event_type, since: carried.at };
        // A revert does not wait for who is to be named.
        let events = self.taskrouter.list_worker_events(query, None).await.ok()?.items;
        let since = carried.at.as_millisecond();
        let latest = events.into_iter().filter(|event| event.at_ms > Some(since)).max_by_key(|event| event.at_ms);
        latest.map(|event| Author { actor_sid: event.actor_sid, source: event.source })
    }

    /// Flex writes or leaves out the level of a skill that has none: that is no drift (rule 24).
    async fn without_needless_levels(
        &self,
        reading: &Reading,
        base: &mut Option<Carried>,
        fetched: OwnedAttributes,
    ) -> Result<OwnedAttributes, SyncError> {
        let desired = desired(&reading.user, &reading.teams, &fetched, &self.policy);
        let mut names = with_unexpected_level(&desired, &fetched);
        names.extend(base.iter().flat_map(|base| with_unexpected_level(&base.attributes, &fetched)));
        if names.is_empty() {
            return Ok(fetched);
        }
        let skills = self.store.snapshot(&ReadSet { skills: names, ..ReadSet::default() }).await?.skills;
        let without: BTreeSet<SkillName> =
            skills.into_iter().filter(|(_, skill)| skill.levels.is_none()).map(|(name, _)| name).collect();
        if let Some(base) = base {
            base.attributes = base.attributes.without_levels_of(&without);
        }
        Ok(fetched.without_levels_of(&without))
    }

    /// Where the worker of a user who is not active belongs (rule 12).
    async fn offline_for(&self, user: &User) -> Result<Option<String>, SyncError> {
        if user.managed.status == Status::Active {
            return Ok(None);
        }
        Ok(self.offline.sid(&self.taskrouter, self.time_and_ids.now()).await?)
    }

    /// What can be done for a user who is not active although something is in the way: the worker goes offline as it is, or
    /// loses its skills where it is. An active user's worker is left alone. Ends with the reason.
    async fn out_of_routing_only(
        &self,
        reading: &Reading,
        worker: &Worker,
        offline: Option<String>,
        reason: FailureReason,
    ) -> Result<Attempt, SyncError> {
        let without_skills = worker.owned_attributes().filter(|owned| !owned.skills.is_empty());
        let without_skills = without_skills.map(|owned| OwnedAttributes { skills: Skills::new(), ..owned });
        let json = without_skills.and_then(|owned| worker.with_owned_attributes(&owned));
        let offline = offline.filter(|offline| *offline != worker.activity_sid);
        let update = WorkerUpdate {
            attributes: json.filter(|json| json.chars().count() <= MAX_ATTRIBUTES),
            reject_pending_reservations: offline.is_some(),
            activity_sid: offline,
        };
        let is_something = update.attributes.is_some() || update.activity_sid.is_some();
        if is_something && !reading.user.is_active() && self.mode == SyncMode::Write {
            self.taskrouter.update_worker(&worker.worker_sid(), &update, worker.version).await?;
        }
        Err(SyncError::Impossible(reason))
    }
}

/// What both sides agreed on last. An intent that TaskRouter has is agreed on, even if the answer to it was lost.
fn base(reading: &Reading, worker: &Worker, fetched: &OwnedAttributes) -> Option<Carried> {
    let state = reading.state.as_ref()?;
    let arrived = state
        .intent
        .as_ref()
        .filter(|intent| intent.worker_sid == worker.worker_sid() && intent.attributes == *fetched);
    let of_intent = |intent: &Intent| Carried {
        worker_sid: intent.worker_sid.clone(),
        attributes: intent.attributes.clone(),
        offline: intent.offline,
        at: reading.now,
    };
    arrived.map(of_intent).or_else(|| state.base(&worker.worker_sid()).cloned())
}

fn new_skills(before: &User, after: &User) -> Vec<SkillName> {
    let is_new = |name: &&SkillName| !before.managed.assigned_skills.contains_key(*name);
    after.managed.assigned_skills.keys().filter(is_new).cloned().collect()
}
