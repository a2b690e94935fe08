//! The comparison of all workers with the directory: what there is to apply. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Identity, SkillName, Status, User, UserId, WorkerReport, WorkerSid,
    reconciliation::{Difference, Differing, Found, Tally},
    sync_state::SyncState,
};
use jiff::{SignedDuration, Timestamp};
use store::{ContestedSkills, PendingUser, WorkerItem, team_ids};
use twilio::{NextPage, Worker};

use super::{
    ReconcileError, ReconcileStore, ReconcileTaskRouter, WorkerReconcile,
    compare::{Heard, Known, heard, is_applied},
};
use crate::TimeAndIds;

/// A user who was due for so long is stuck: the schedule comes every minute.
const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// Something to apply.
#[derive(Debug)]
pub(super) enum Finding {
    /// A report that is new to the directory; a new worker's if so.
    Report { report: Box<WorkerReport>, is_new: bool },
    /// A worker about which the list says too little.
    Unclear(WorkerSid),
    /// A user's worker that is not in the list: only a fetch tells whether it exists.
    NotListed(WorkerSid, UserId),
    /// A user whose worker `sync` is to compare.
    Wake(UserId, ContestedSkills),
}

/// A user whose worker differs, as the list shows it.
#[derive(Debug)]
struct DifferingUser {
    differing: Differing,
    /// Whether `sync` may revert it.
    is_rewritten: bool,
    /// Whether what is applied anyway wakes the user.
    wakes_itself: bool,
}

/// What a comparison has found so far.
#[derive(Debug)]
pub struct Survey {
    began_at: Timestamp,
    known: Known,
    outboxes: BTreeMap<UserId, PendingUser>,
    /// The identities of users who are not active.
    inactive: BTreeSet<Identity>,
    seen: BTreeSet<WorkerSid>,
    differing: BTreeMap<UserId, DifferingUser>,
    unknown_skills: BTreeSet<SkillName>,
    tally: Tally,
    found: Found,
    findings: Vec<Finding>,
}

impl Survey {
    /// Reads the directory.
    pub(super) async fn begin<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds>(
        reconcile: &WorkerReconcile<S, T, C>,
    ) -> Result<Self, ReconcileError> {
        let (store, now) = (&reconcile.ingest.store, reconcile.ingest.time_and_ids.now());
        // Who is pending is read first: who is carried over in between is then pending, and not taken for differing.
        let outboxes = store.pending_users().await?;
        let changing = store.changing_teams().await?;
        let users = store.all_users().await?;
        let teams = store.teams(team_ids(&users)).await?;
        let skills = store.skills().await?;
        let is_guarded = |user: &User| !user.is_active() && user.taskrouter.worker_sid.is_some();
        let offline = if users.iter().any(is_guarded) {
            reconcile.offline.sid(&reconcile.ingest.taskrouter, now).await?
        } else {
            None
        };
        let with_worker = users.iter().filter(|user| user.taskrouter.worker_sid.is_some()).count() as u64;
        let without_levels = skills.iter().filter(|skill| skill.levels.is_none()).map(|skill| skill.name.clone());
        let is_reached = |user: &User| user.managed.teams.is_disjoint(&changing);
        let about_to_be = users.iter().filter(|user| !is_reached(user)).map(|user| user.user_id);
        // What waits for a deployment that may write is still to be reported.
        let waiting = outboxes.iter().filter(|outbox| !outbox.waits_for_writing()).map(|outbox| outbox.user_id);
        let inactive = users.iter().filter(|user| !user.is_active()).map(|user| user.identity.clone()).collect();
        let known = Known {
            pending: waiting.chain(about_to_be).collect(),
            without_levels: without_levels.collect(),
            skills: skills.into_iter().map(|skill| skill.name).collect(),
            users: users.into_iter().map(|user| (user.user_id, user)).collect(),
            teams,
            offline,
        };
        Ok(Self {
            began_at: now,
            known,
            outboxes: outboxes.into_iter().map(|outbox| (outbox.user_id, outbox)).collect(),
            inactive,
            seen: BTreeSet::new(),
            differing: BTreeMap::new(),
            unknown_skills: BTreeSet::new(),
            tally: Tally { users: with_worker, ..Tally::default() },
            found: Found { users: with_worker, ..Found::default() },
            findings: Vec::new(),
        })
    }

    /// Compares a page of TaskRouter's list; the first one if none is named. Answers its workers, and the next one.
    pub(super) async fn add_page<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds>(
        &mut self,
        reconcile: &WorkerReconcile<S, T, C>,
        page: Option<&NextPage>,
    ) -> Result<(Vec<Worker>, Option<NextPage>), ReconcileError> {
        let page = reconcile.ingest.taskrouter.list_workers(page).await?;
        self.found.unreadable += page.unreadable as u64;
        // If the list has moved between two pages, a worker comes twice.
        let is_new = |worker: &Worker| self.seen.insert(worker.worker_sid());
        let workers = page.items.into_iter().filter(is_new).collect::<Vec<_>>();
        let sids = workers.iter().map(Worker::worker_sid).collect::<BTreeSet<_>>();
        let items = reconcile.ingest.store.workers(&sids).await?;
        for worker in &workers {
            self.add(reconcile, worker, items.get(&worker.worker_sid()));
        }
        Ok((workers, page.next))
    }

    fn add<S, T, C>(&mut self, reconcile: &WorkerReconcile<S, T, C>, listed: &Worker, item: Option<&WorkerItem>) {
        let policy = &reconcile.ingest.policy;
        self.found.workers += 1;
        let user = item.and_then(|item| item.user_id).and_then(|user_id| self.known.users.get(&user_id));
        let heard = heard(listed, item, policy);
        let report = listed.report();
        let is_unmanaged =
            report.as_ref().and_then(|report| report.attributes.as_ref()).is_some_and(|a| a.role.is_none());
        let Some(user) = user else { return self.add_unknown(listed, item, heard, is_unmanaged) };
        let is_current = user.taskrouter.worker_sid.as_ref() == Some(&listed.worker_sid());
        if is_unmanaged && !user.managed.role_granted {
            self.found.unmanaged.add(listed.worker_sid());
        }
        self.tally.listed += u64::from(is_current);
        self.unknown_skills.extend(report.iter().flat_map(|report| self.known.unknown_skills(report)));
        let (user_id, is_pending) = (user.user_id, self.known.pending.contains(&user.user_id));
        let differing = self.known.differing(user, listed, policy);
        let is_rewritten = differing.is_rewritten(user, policy);
        let is_extra = user.managed.status == Status::Deleted;
        let wakes_itself = !matches!(heard, Heard::Nothing) && !is_applied(report.as_ref(), item, policy);
        match heard {
            Heard::Nothing => {}
            Heard::Report(report) => self.findings.push(Finding::Report { report, is_new: false }),
            Heard::TooLittle => {
                // What it shows is not known: it may have to be rewritten.
                self.tally.rewrites += u64::from(listed.attributes.is_none() && !is_pending);
                self.findings.push(Finding::Unclear(listed.worker_sid()));
            }
        }
        if is_extra {
            self.found.extra.add(user_id);
            if !is_pending {
                self.tally.rewrites += 1;
                self.findings.push(Finding::Wake(user_id, ContestedSkills::Leave));
            }
        } else if differing.is_any() && !is_pending {
            self.differing.insert(user_id, DifferingUser { differing, is_rewritten, wakes_itself });
        }
    }

    /// A worker of whom the directory has no user.
    fn add_unknown(&mut self, listed: &Worker, item: Option<&WorkerItem>, heard: Heard, is_unmanaged: bool) {
        match heard {
            // Taken in by a callback since the users were read.
            _ if item.is_some_and(|item| item.user_id.is_some()) => {}
            _ if is_unmanaged => self.found.unmanaged.add(listed.worker_sid()),
            Heard::Report(report) => {
                self.tally.unknown += 1;
                // The worker of a user who is not active is taken offline, or removed.
                let is_inactive = report.identity.as_ref().is_some_and(|identity| self.inactive.contains(identity));
                self.tally.rewrites += u64::from(is_inactive);
                self.findings.push(Finding::Report { report, is_new: true });
            }
            // Also a report that was recorded, and whose user was not written.
            Heard::TooLittle | Heard::Nothing => {
                self.tally.unknown += 1;
                self.findings.push(Finding::Unclear(listed.worker_sid()));
            }
        }
    }

    /// What can be said once the whole list is known.
    pub(super) async fn complete<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds>(
        &mut self,
        reconcile: &WorkerReconcile<S, T, C>,
    ) -> Result<(), ReconcileError> {
        let differing = std::mem::take(&mut self.differing);
        let states = reconcile.ingest.store.sync_states(&differing.keys().copied().collect()).await?;
        let pending = if differing.is_empty() { Vec::new() } else { reconcile.ingest.store.pending_users().await? };
        let pending = pending.into_iter().filter(|outbox| !outbox.waits_for_writing());
        let pending = pending.map(|outbox| outbox.user_id).collect::<BTreeSet<_>>();
        for (user_id, user) in differing {
            let state = states.get(&user_id);
            // Who was changed while the list was read differs from a page of before, or from the users of before.
            let carried_at = state.and_then(|state| state.carried.as_ref()).map(|carried| carried.at);
            if carried_at.is_none_or(|at| at < self.began_at) && !pending.contains(&user_id) {
                self.add_differing(user_id, &user, state);
            }
        }
        for user in self.known.users.values() {
            if let Some(sid) = user.taskrouter.worker_sid.as_ref().filter(|sid| !self.seen.contains(*sid)) {
                self.findings.push(Finding::NotListed(sid.clone(), user.user_id));
            }
        }
        let long_ago = reconcile.ingest.time_and_ids.now() - STUCK_AFTER;
        for stuck in self.outboxes.values().filter(|outbox| outbox.was_due_at(long_ago)) {
            self.found.stuck.add(stuck.user_id);
            self.findings.push(Finding::Wake(stuck.user_id, ContestedSkills::Leave));
        }
        self.found.unknown_skills.extend(std::mem::take(&mut self.unknown_skills));
        self.wake_quiet_contests(reconcile).await
    }

    /// A contest without an overwrite for a day is over, which `sync` notes.
    async fn wake_quiet_contests<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds>(
        &mut self,
        reconcile: &WorkerReconcile<S, T, C>,
    ) -> Result<(), ReconcileError> {
        let contested = reconcile.ingest.store.contested_users().await?;
        if contested.is_empty() {
            return Ok(());
        }
        let states = reconcile.ingest.store.sync_states(&contested).await?;
        let is_over = |state: &SyncState| state.contest.is_quiet(self.began_at);
        let over = states.into_iter().filter(|(_, state)| is_over(state)).map(|(user_id, _)| user_id);
        self.findings.extend(over.map(|user_id| Finding::Wake(user_id, ContestedSkills::Leave)));
        Ok(())
    }

    fn add_differing(&mut self, user_id: UserId, user: &DifferingUser, state: Option<&SyncState>) {
        let DifferingUser { differing, is_rewritten, wakes_itself } = user;
        self.found.differing.add(Difference { user_id, fields: differing.fields() });
        // Nothing is written before this deployment may write.
        if self.outboxes.get(&user_id).is_some_and(PendingUser::waits_for_writing) {
            return;
        }
        let is_refused =
            state.and_then(|state| state.failure.as_ref()).is_some_and(|failure| failure.reason.is_final());
        let is_contested = state.is_some_and(|state| state.contest.is_on()) && differing.skills;
        if is_contested {
            self.found.contested.add(user_id);
        }
        if is_refused {
            self.found.failed.add(user_id);
            return;
        }
        self.tally.rewrites += u64::from(!is_contested && *is_rewritten);
        if is_contested || !wakes_itself {
            let contested = if is_contested { ContestedSkills::RevertOnce } else { ContestedSkills::Leave };
            self.findings.push(Finding::Wake(user_id, contested));
        }
    }

    /// What the brake is decided by.
    #[must_use]
    pub const fn tally(&self) -> Tally {
        self.tally
    }

    #[must_use]
    pub const fn found(&self) -> &Found {
        &self.found
    }

    pub(super) fn into_findings(self) -> (Found, Vec<Finding>) {
        (self.found, self.findings)
    }
}
