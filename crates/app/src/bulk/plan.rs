//! Making a plan: what would become of each user is decided on what is read by the page, and written down.

use domain::{
    Refusal, Skill, SkillName, User, UserId,
    audit::Subject,
    bulk::{
        BulkEdit, BulkTask, Decision, IfChanged, Outcome, Part, Plan, PlannedUser, Selection, Standing, Tally,
        UNDO_WINDOW, Undo, begin_csv, csv_rows, is_drastic, undo,
    },
    job::Job,
    permissions::{Caller, reauthorize},
    required_levels,
    search::{UserQuery, sort_name},
    team::Teams,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashSet},
    fmt::Write as _,
};
use store::{Cursor, ReadSet, UserReading, history_fingerprint};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    files::{LineReader, LineWriter, PlanFiles, StorageError, plan_csv, plan_lines},
    runner::{BulkError, BulkRunner, BulkStore},
};
use crate::{TimeAndIds, budget};

/// A user, and what is to become of them.
struct Candidate<'a> {
    user_id: UserId,
    /// None if there is no such user.
    user: Option<User>,
    edit: Cow<'a, BulkEdit>,
    changed_since: Vec<Part>,
}

/// What all decisions of a job are made with.
struct Basis {
    caller: Caller,
    /// Those that the edit names, and others that were read since.
    skills: BTreeMap<SkillName, Skill>,
    teams: Teams,
}

impl<S, F, T> BulkRunner<S, F, T>
where
    S: BulkStore,
    F: PlanFiles + Sync,
    T: TimeAndIds + Sync,
{
    /// Decides every user of the job and writes the plan. Nothing changes.
    pub(super) async fn plan(&self, job: &mut Job) -> Result<Plan, BulkError> {
        let Some(bulk) = job.bulk().cloned() else { return Err(BulkError::Job("it is no bulk job")) };
        let edit = if let BulkTask::Edit { edit, .. } = &bulk.task { edit.clone() } else { BulkEdit::default() };
        let mut basis = self.basis(job, bulk.standing, &edit).await?;
        let files = format!("bulk/{}/{}", job.job_id, self.time_and_ids.random_id());
        let mut plan = PlanWriter::begin(&self.files, &files, &bulk.task)?;
        let mut reported = Instant::now();
        match &bulk.task {
            BulkTask::Edit { users: Selection::Query(query), .. } => {
                let mut reading = UserReading::new(query.clone(), None, self.pace.page);
                loop {
                    let page = self.store.next_users(&mut reading).await?;
                    let teams = page.teams.iter().filter(|(id, _)| !basis.teams.contains_key(id));
                    let teams = teams.map(|(id, team)| (*id, team.clone())).collect::<Vec<_>>();
                    basis.teams.extend(teams);
                    // Who moves in the list meanwhile may be read twice.
                    let users = page.users.into_iter().filter(|user| plan.seen.insert(user.user_id));
                    let users = users.map(|user| (user.user_id, Some(user))).collect::<Vec<_>>();
                    self.decide(users.into_iter().map(|user| same(user, &edit)).collect(), &mut basis, &mut plan)
                        .await?;
                    self.report(job, &mut reported, plan.tally.users(), Tally::default()).await?;
                    if page.next.is_none() {
                        break;
                    }
                }
            }
            BulkTask::Edit { users: Selection::Users(ids), .. } => {
                let mut users = Vec::with_capacity(ids.len());
                for ids in ids.iter().copied().collect::<Vec<_>>().chunks(PAGE) {
                    users.extend(self.users(ids).await?);
                }
                users
                    .sort_by_cached_key(|(user_id, user)| (user.as_ref().map(|user| sort_name(user.name())), *user_id));
                while !users.is_empty() {
                    let users = users.drain(..PAGE.min(users.len())).collect::<Vec<_>>();
                    self.decide(users.into_iter().map(|user| same(user, &edit)).collect(), &mut basis, &mut plan)
                        .await?;
                    self.report(job, &mut reported, plan.tally.users(), Tally::default()).await?;
                }
            }
            BulkTask::UndoJob { job_id, if_changed } => {
                let mut cursor = None;
                loop {
                    let (results, next) = self.store.bulk_results(*job_id, cursor, PAGE).await?;
                    let changed = results.into_iter().filter(|result| result.outcome == Outcome::Changed);
                    let changed = changed.map(|result| (result.user_id, result.changes)).collect::<Vec<_>>();
                    self.decide_undo(&changed, *if_changed, &mut basis, &mut plan).await?;
                    self.report(job, &mut reported, plan.tally.users(), Tally::default()).await?;
                    cursor = next;
                    if cursor.is_none() {
                        break;
                    }
                }
                let unsaid = self.unsaid(*job_id).await?;
                self.decide_undo(&unsaid, *if_changed, &mut basis, &mut plan).await?;
            }
            BulkTask::UndoRecord { user_id, record_id, if_changed } => {
                let parts = self.recorded(*user_id, *record_id).await?;
                self.decide_undo(&[(*user_id, parts)], *if_changed, &mut basis, &mut plan).await?;
            }
        }
        let must_confirm = self.must_confirm(plan.drastic).await?;
        plan.finish(files, must_confirm, self.now().into()).await
    }

    /// The caller with the permissions of now, and what the edit names.
    async fn basis(&self, job: &Job, standing: Standing, edit: &BulkEdit) -> Result<Basis, BulkError> {
        let read_set = ReadSet {
            users: [job.requested_by].into(),
            teams: edit.joined_teams(),
            skills: edit.skills(),
            ..ReadSet::default()
        };
        let read = self.store.snapshot(&read_set).await?;
        let profile = read.users.get(&job.requested_by);
        let asked = standing.caller(job.requested_by);
        let caller = reauthorize(&asked, profile, standing.token_role).map_err(BulkError::Refused)?;
        edit.check(&read.teams, &read.skills).map_err(BulkError::Refused)?;
        Ok(Basis { caller, skills: read.skills, teams: read.teams })
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<(UserId, Option<User>)>, BulkError> {
        let read_set = ReadSet { users: ids.iter().copied().collect(), ..ReadSet::default() };
        let mut read = self.store.snapshot(&read_set).await?.users;
        Ok(ids.iter().map(|id| (*id, read.remove(id))).collect())
    }

    async fn decide_undo(
        &self,
        changed: &[(UserId, Vec<Part>)],
        if_changed: IfChanged,
        basis: &mut Basis,
        plan: &mut PlanWriter<F::Writer>,
    ) -> Result<(), BulkError> {
        let ids = changed.iter().map(|(user_id, _)| *user_id).collect::<Vec<_>>();
        let users = self.users(&ids).await?.into_iter().zip(changed.iter().map(|(_, parts)| parts));
        let candidates = users.map(|((user_id, user), parts)| {
            let undo = user.as_ref().map(|user| undo(parts, user, if_changed));
            let Undo { edit, changed_since } =
                undo.unwrap_or(Undo { edit: BulkEdit::default(), changed_since: vec![] });
            Candidate { user_id, user, edit: Cow::Owned(edit), changed_since }
        });
        let candidates = candidates.collect::<Vec<_>>();
        let edits = candidates.iter().map(|candidate| &candidate.edit);
        let skills = edits.clone().flat_map(|edit| edit.skills()).filter(|name| !basis.skills.contains_key(name));
        let teams = edits.flat_map(|edit| edit.joined_teams()).filter(|id| !basis.teams.contains_key(id));
        let (skills, teams) = (skills.collect(), teams.collect());
        self.read_missing(skills, teams, basis).await?;
        self.decide(candidates, basis, plan).await
    }

    /// The user whom a job has changed without a result: its runner died before it could store one, and none has followed.
    async fn unsaid(&self, job_id: Uuid) -> Result<Vec<(UserId, Vec<Part>)>, BulkError> {
        let job = self.store.bulk_job(job_id).await?;
        let plan = job.as_ref().and_then(|job| job.bulk()?.plan.as_ref());
        let Some(plan) = plan else { return Ok(Vec::new()) };
        let from = self.store.last_bulk_result(job_id).await?.map_or(0, |last| last.next);
        let mut lines = LineReader::new(&self.files, plan_lines(&plan.files, Outcome::Changed), from);
        let Some(line) = lines.next().await? else { return Ok(Vec::new()) };
        let planned: PlannedUser = line.parse()?;
        let user_id = planned.user_id;
        let user = self.users(&[user_id]).await?.into_iter().find_map(|(_, user)| user);
        if user.is_none_or(|user| user.bulk_mark != Some(job_id)) {
            return Ok(Vec::new());
        }
        Ok(vec![(user_id, self.recorded_by(job_id, &planned).await?)])
    }

    /// What a record of the user's history says was changed.
    async fn recorded(&self, user_id: UserId, record_id: Uuid) -> Result<Vec<Part>, BulkError> {
        let subject = Subject::User(user_id);
        // Sort keys are ids: the page after the next id begins with this one.
        let after = Uuid::from_u128(record_id.as_u128().saturating_add(1)).to_string();
        let cursor = Cursor::new(&history_fingerprint(subject), None, after);
        let (records, _) = self.store.history(subject, Some(cursor), 1).await?;
        let record = records.into_iter().find(|record| record.record_id == record_id);
        let record = record.ok_or(BulkError::Refused(Refusal::UnknownRecord((&record_id).into())))?;
        if self.now() > *record.at + UNDO_WINDOW {
            return Err(BulkError::Refused(Refusal::TooLateToUndo));
        }
        Part::of_record(&record).map_err(BulkError::Refused)
    }

    async fn read_missing(
        &self,
        skills: BTreeSet<SkillName>,
        teams: BTreeSet<domain::TeamId>,
        basis: &mut Basis,
    ) -> Result<(), BulkError> {
        let (skills, teams) = (skills.into_iter().collect::<Vec<_>>(), teams.into_iter().collect::<Vec<_>>());
        for skills in skills.chunks(PAGE) {
            let read_set = ReadSet { skills: skills.iter().cloned().collect(), ..ReadSet::default() };
            basis.skills.extend(self.store.snapshot(&read_set).await?.skills);
        }
        for teams in teams.chunks(PAGE) {
            let read_set = ReadSet { teams: teams.iter().copied().collect(), ..ReadSet::default() };
            basis.teams.extend(self.store.snapshot(&read_set).await?.teams);
        }
        Ok(())
    }

    /// Decides these users and writes a line for each.
    async fn decide(
        &self,
        candidates: Vec<Candidate<'_>>,
        basis: &mut Basis,
        plan: &mut PlanWriter<F::Writer>,
    ) -> Result<(), BulkError> {
        let of_users = candidates.iter().filter_map(|candidate| candidate.user.as_ref());
        let teams = of_users.flat_map(|user| &user.managed.teams).filter(|id| !basis.teams.contains_key(id));
        self.read_missing(BTreeSet::new(), teams.copied().collect(), basis).await?;
        let after = candidates.iter().map(|candidate| {
            let user = candidate.user.as_ref().ok_or_else(|| Refusal::UnknownUser((&candidate.user_id).into()))?;
            candidate.edit.apply(user, &basis.caller, &basis.teams, &basis.skills, self.roles)
        });
        let after = after.collect::<Vec<Result<User, Refusal>>>();
        let changed =
            || candidates.iter().zip(&after).filter_map(|(c, after)| Some((c.user.as_ref()?, after.as_ref().ok()?)));
        let at_risk = changed().flat_map(|(before, after)| required_levels::at_risk(Some(before), after));
        let at_risk = at_risk.filter(|name| !basis.skills.contains_key(name)).collect::<BTreeSet<_>>();
        self.read_missing(at_risk, BTreeSet::new(), basis).await?;
        let longer = changed().filter(|(before, after)| budget::may_add_skills(Some(before), after));
        let sids = longer.filter_map(|(before, _)| before.taskrouter.worker_sid.clone()).collect::<BTreeSet<_>>();
        let workers = if sids.is_empty() { BTreeMap::new() } else { self.store.workers(&sids).await? };
        let mut lines = Vec::with_capacity(candidates.len());
        for (candidate, after) in candidates.into_iter().zip(after) {
            let Candidate { user_id, user, edit, changed_since } = candidate;
            let Some(user) = user else {
                let refusal = after.err().unwrap_or_else(|| Refusal::UnknownUser((&user_id).into()));
                lines.push(PlannedUser::new(user_id, None, Decision::Refused(refusal)));
                continue;
            };
            let after = after.and_then(|after| {
                required_levels::check(Some(&user), &after, &basis.teams, &basis.skills)?;
                if budget::may_add_skills(Some(&user), &after) {
                    let worker = user.taskrouter.worker_sid.as_ref().and_then(|sid| workers.get(sid));
                    budget::decide(Some(&user), &after, &basis.teams, worker)?;
                }
                Ok(after)
            });
            let decision = Decision::of(&user, after.as_ref().map_err(Clone::clone));
            if let Ok(after) = &after {
                plan.drastic += u64::from(is_drastic(&user, after, &basis.teams));
            }
            let own = matches!(edit, Cow::Owned(_)) && decision.outcome() == Outcome::Changed;
            let line = PlannedUser::new(user_id, Some(user.name()), decision);
            lines.push(PlannedUser { changed_since, edit: own.then(|| edit.into_owned()), ..line });
        }
        plan.write(&lines, &basis.teams).await
    }

    /// Whether so many drastic changes are to be confirmed.
    async fn must_confirm(&self, drastic: u64) -> Result<bool, BulkError> {
        let Some(needed) = self.brake.active_needed(drastic) else { return Ok(true) };
        // At most a few hundred: more drastic changes than a parameter are confirmed in any case.
        let mut reading = UserReading::new(UserQuery::default(), None, self.pace.page);
        let mut active = 0;
        while active < needed {
            let page = self.store.next_users(&mut reading).await?;
            active += page.users.len() as u64;
            if page.next.is_none() {
                break;
            }
        }
        Ok(active < needed)
    }
}

fn json(line: &impl Serialize) -> Result<Vec<u8>, StorageError> {
    serde_json::to_vec(line).map_err(|error| StorageError::Failed(error.to_string()))
}

/// How many users, teams or skills are read in one call.
const PAGE: usize = 100;

fn same((user_id, user): (UserId, Option<User>), edit: &BulkEdit) -> Candidate<'_> {
    Candidate { user_id, user, edit: Cow::Borrowed(edit), changed_since: Vec::new() }
}

/// The files of a plan that is being made.
struct PlanWriter<W> {
    refused: W,
    changed: W,
    unchanged: W,
    csv: W,
    hash: Sha256,
    tally: Tally,
    drastic: u64,
    seen: HashSet<UserId>,
    /// Whether the CSV has its header.
    has_begun: bool,
}

impl<W: LineWriter> PlanWriter<W> {
    fn begin<F: PlanFiles<Writer = W>>(store: &F, files: &str, task: &BulkTask) -> Result<Self, BulkError> {
        let line = json(task)?;
        let create = |outcome| store.create(&plan_lines(files, outcome));
        Ok(Self {
            refused: create(Outcome::Refused),
            changed: create(Outcome::Changed),
            unchanged: create(Outcome::Unchanged),
            csv: store.create(&plan_csv(files)),
            hash: Sha256::new().chain_update(line),
            tally: Tally::default(),
            drastic: 0,
            seen: HashSet::new(),
            has_begun: false,
        })
    }

    async fn write(&mut self, lines: &[PlannedUser], teams: &Teams) -> Result<(), BulkError> {
        let mut by_outcome: BTreeMap<Outcome, Vec<u8>> = BTreeMap::new();
        for line in lines {
            let text = json(line)?;
            self.hash.update(&text);
            self.tally.add(line.outcome);
            let bytes = by_outcome.entry(line.outcome).or_default();
            bytes.extend(text);
            bytes.push(b'\n');
        }
        for (outcome, bytes) in by_outcome {
            let file = match outcome {
                Outcome::Refused => &mut self.refused,
                Outcome::Changed => &mut self.changed,
                Outcome::Unchanged => &mut self.unchanged,
            };
            file.push(bytes).await?;
        }
        let mut rows = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            rows = begin_csv().map_err(|error| StorageError::Failed(error.to_string()))?;
        }
        rows.extend(csv_rows(lines, teams).map_err(|error| StorageError::Failed(error.to_string()))?);
        Ok(self.csv.push(rows).await?)
    }

    async fn finish(self, files: String, must_confirm: bool, planned_at: domain::Time) -> Result<Plan, BulkError> {
        let Self { refused, changed, unchanged, csv, hash, tally, drastic, .. } = self;
        for file in [refused, changed, unchanged, csv] {
            file.finish().await?;
        }
        let mut text = String::with_capacity(64);
        for byte in hash.finalize() {
            write!(text, "{byte:02x}").ok();
        }
        Ok(Plan { hash: text, planned_at, tally, drastic, must_confirm, files })
    }
}
