//! The comparison of all workers with the directory: what there is to apply. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    SkillName, Status, User, UserId, WorkerReport, WorkerSid,
    reconciliation::{Difference, Found, Tally},
    sync_state::SyncState,
};
use jiff::SignedDuration;
use store::{ContestedSkills, PendingUser, WorkerItem, team_ids};
use twilio::{NextPage, Worker};

use super::{
    ReconcileError, ReconcileStore, ReconcileTaskRouter, WorkerReconcile,
    compare::{Differing, Heard, Known, heard, is_older},
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
    NotListed(WorkerSid),
    /// A user whose worker `sync` is to compare.
    Wake(UserId, ContestedSkills),
}

/// A user whose worker differs, as the list shows it.
#[derive(Debug)]
struct DifferingUser {
    differing: Differing,
    /// Whether a report is found as well, which wakes the user itself.
    is_reported: bool,
}

/// What a comparison has found so far.
#[derive(Debug)]
pub struct Survey {
    known: Known,
    pending: BTreeMap<UserId, PendingUser>,
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
        let pending = store.pending_users().await?;
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
        let known = Known {
            without_levels: without_levels.collect(),
            skills: skills.into_iter().map(|skill| skill.name).collect(),
            users: users.into_iter().map(|user| (user.user_id, user)).collect(),
            teams,
            offline,
        };
        Ok(Self {
            known,
            pending: pending.into_iter().map(|pending| (pending.user_id, pending)).collect(),
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
        let Some(user) = user else {
            match heard {
                _ if is_unmanaged => self.found.unmanaged.add(listed.worker_sid()),
                Heard::Report(report) => self.findings.push(Finding::Report { report, is_new: true }),
                // A report that was recorded, and whose user was not written.
                Heard::TooLittle | Heard::Nothing if item.is_none_or(|item| !item.deleted) => {
                    self.findings.push(Finding::Unclear(listed.worker_sid()));
                }
                Heard::TooLittle | Heard::Nothing => {}
            }
            return;
        };
        if is_unmanaged && !user.managed.role_granted {
            self.found.unmanaged.add(listed.worker_sid());
        }
        if user.taskrouter.worker_sid.as_ref() == Some(&listed.worker_sid()) {
            self.tally.listed += 1;
        }
        self.unknown_skills.extend(report.iter().flat_map(|report| self.known.unknown_skills(report)));
        let is_reported = match heard {
            Heard::Nothing if item.is_some_and(|item| is_older(listed, item)) => return,
            Heard::Nothing => false,
            Heard::Report(report) => {
                self.findings.push(Finding::Report { report, is_new: false });
                true
            }
            Heard::TooLittle => {
                self.findings.push(Finding::Unclear(listed.worker_sid()));
                true
            }
        };
        if user.managed.status == Status::Deleted {
            self.found.extra.add(user.user_id);
            if !self.pending.contains_key(&user.user_id) {
                self.findings.push(Finding::Wake(user.user_id, ContestedSkills::Leave));
            }
            return;
        }
        let differing = self.known.differing(user, listed, policy);
        if differing.is_any() && !self.pending.contains_key(&user.user_id) {
            self.differing.insert(user.user_id, DifferingUser { differing, is_reported });
        }
    }

    /// What can be said once the whole list is known.
    pub(super) async fn complete<S: ReconcileStore, T: ReconcileTaskRouter, C: TimeAndIds>(
        &mut self,
        reconcile: &WorkerReconcile<S, T, C>,
    ) -> Result<(), ReconcileError> {
        let user_ids = self.differing.keys().copied().collect();
        let states = reconcile.ingest.store.sync_states(&user_ids).await?;
        for (user_id, user) in std::mem::take(&mut self.differing) {
            self.add_differing(reconcile, user_id, &user, states.get(&user_id));
        }
        for user in self.known.users.values() {
            if let Some(sid) = user.taskrouter.worker_sid.as_ref().filter(|sid| !self.seen.contains(*sid)) {
                self.findings.push(Finding::NotListed(sid.clone()));
            }
        }
        let long_ago = reconcile.ingest.time_and_ids.now() - STUCK_AFTER;
        for stuck in self.pending.values().filter(|pending| pending.was_due_at(long_ago)) {
            self.found.stuck.add(stuck.user_id);
            self.findings.push(Finding::Wake(stuck.user_id, ContestedSkills::Leave));
        }
        self.found.unknown_skills.extend(std::mem::take(&mut self.unknown_skills));
        Ok(())
    }

    fn add_differing<S, T, C>(
        &mut self,
        reconcile: &WorkerReconcile<S, T, C>,
        user_id: UserId,
        user: &DifferingUser,
        state: Option<&SyncState>,
    ) {
        let DifferingUser { differing, is_reported } = user;
        self.found.differing.add(Difference { user_id, fields: differing.fields() });
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
        if !is_contested && differing.is_rewritten(&reconcile.ingest.policy) {
            self.tally.rewrites += 1;
        }
        // The others are woken by the report that is applied.
        if is_contested || !is_reported {
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
