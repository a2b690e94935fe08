//! Making a plan: what would become of each user is decided on what is read by the page, and written down.

use domain::{
    Quoted, Refusal, Skill, SkillName, User, UserId,
    account_owners::{changes_owners, keep_an_owner},
    audit::Subject,
    bulk::{
        BulkEdit, BulkRefusal, BulkTask, Decision, IfChanged, Outcome, Part, Plan, PlannedUser, Selection, Standing,
        Tally, UNDO_WINDOW, Undo, is_drastic, undo,
    },
    import::{Column, Row, RowRefusal},
    job::{Job, JobState},
    next_step::after_change,
    permissions::{Caller, reauthorize},
    provisioning::ProvisionedUser,
    required_levels,
    search::{UserQuery, sort_name},
    team::Teams,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};
use store::{Cursor, ReadSet, UserReading, history_fingerprint};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    files::{LineReader, PlanFiles, StorageError, plan_lines},
    plan_writer::PlanWriter,
    runner::{BulkError, BulkRunner, BulkStore},
};
use crate::{TimeAndIds, budget};

/// A user, and what is to become of them.
pub(super) struct Candidate<'a> {
    /// None of a row of a file that names nobody.
    pub(super) user_id: Option<UserId>,
    /// None if there is no such user.
    pub(super) user: Option<User>,
    pub(super) change: PlannedChange<'a>,
    pub(super) changed_since: Vec<Part>,
    /// Of an import, its row.
    pub(super) row: Option<Row>,
}

pub(super) enum PlannedChange<'a> {
    Edit(Cow<'a, BulkEdit>),
    /// There is no such user yet.
    Add(ProvisionedUser),
    /// Nothing is made of a row for this reason.
    Refused(RowRefusal),
}

/// What all decisions of a job are made with.
pub(super) struct Basis {
    pub(super) caller: Caller,
    /// Those that the edit names, and others that were read since.
    pub(super) skills: BTreeMap<SkillName, Skill>,
    pub(super) teams: Teams,
    /// Who is an active account owner after the lines so far; none before a line asks (rule 3).
    account_owners: Option<BTreeSet<UserId>>,
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
            BulkTask::Edit { users: Selection::Forgotten, .. } => return Err(BulkError::Job("it is planned again")),
            BulkTask::Import { upload_id } => self.plan_import(job, *upload_id, &mut basis, &mut plan).await?,
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
                let unsaid = match self.unsaid(*job_id).await {
                    // An erasure has removed the plan: then the results alone say what was changed.
                    Err(BulkError::Storage(StorageError::Gone)) => Vec::new(),
                    unsaid => unsaid?,
                };
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
        Ok(Basis { caller, skills: read.skills, teams: read.teams, account_owners: None })
    }

    pub(super) async fn users(&self, ids: &[UserId]) -> Result<Vec<(UserId, Option<User>)>, BulkError> {
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
            let is_added = parts.iter().any(|part| matches!(part, Part::Added { .. }));
            let change = if is_added {
                PlannedChange::Refused(Refusal::from(BulkRefusal::AddedByJob).into())
            } else {
                PlannedChange::Edit(Cow::Owned(edit))
            };
            Candidate { user_id: Some(user_id), user, change, changed_since, row: None }
        });
        let candidates = candidates.collect::<Vec<_>>();
        self.read_named(&candidates, basis).await?;
        self.decide(candidates, basis, plan).await.map(drop)
    }

    /// Reads what the edits name and was not read before.
    async fn read_named(&self, candidates: &[Candidate<'_>], basis: &mut Basis) -> Result<(), BulkError> {
        let edits = candidates.iter().filter_map(|candidate| match &candidate.change {
            PlannedChange::Edit(edit) => Some(edit),
            PlannedChange::Add(_) | PlannedChange::Refused(_) => None,
        });
        let skills = edits.clone().flat_map(|edit| edit.skills()).filter(|name| !basis.skills.contains_key(name));
        let teams = edits.flat_map(|edit| edit.joined_teams()).filter(|id| !basis.teams.contains_key(id));
        let (skills, teams) = (skills.collect(), teams.collect());
        self.read_missing(skills, teams, basis).await
    }

    /// The user whom a job has changed without a result: its runner died before it could store one, and none has followed.
    async fn unsaid(&self, job_id: Uuid) -> Result<Vec<(UserId, Vec<Part>)>, BulkError> {
        let job = self.store.bulk_job(job_id).await?;
        // Of a job that came to its end there is a result of each user.
        let job = job.as_ref().filter(|job| job.state != JobState::Done);
        let plan = job.and_then(|job| job.bulk()?.plan.as_ref());
        let Some(plan) = plan else { return Ok(Vec::new()) };
        let from = self.store.last_bulk_result(job_id).await?.map_or(0, |last| last.next);
        let mut lines = LineReader::new(&self.files, plan_lines(&plan.files, Outcome::Changed), from);
        let Some(line) = lines.next().await? else { return Ok(Vec::new()) };
        let planned: PlannedUser = line.parse()?;
        let Some(user_id) = planned.user_id else { return Ok(Vec::new()) };
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
        let record = record.ok_or(BulkError::Refused(BulkRefusal::UnknownRecord((&record_id).into()).into()))?;
        if self.now() > *record.at + UNDO_WINDOW {
            return Err(BulkError::Refused(BulkRefusal::TooLateToUndo.into()));
        }
        Part::of_record(&record).map_err(BulkError::Refused)
    }

    pub(super) async fn read_missing(
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

    /// Reads the teams of these users that were not read before.
    pub(super) async fn read_teams_of(
        &self,
        users: impl Iterator<Item = &User>,
        basis: &mut Basis,
    ) -> Result<(), BulkError> {
        let teams = users.flat_map(|user| &user.managed.teams).filter(|id| !basis.teams.contains_key(id));
        let teams = teams.copied().collect();
        self.read_missing(BTreeSet::new(), teams, basis).await
    }

    /// Decides these users and writes a line for each. The rows of a file that are refused, with column and reason.
    pub(super) async fn decide(
        &self,
        candidates: Vec<Candidate<'_>>,
        basis: &mut Basis,
        plan: &mut PlanWriter<F::Writer>,
    ) -> Result<Vec<(Row, Option<Column>, String)>, BulkError> {
        self.read_teams_of(candidates.iter().filter_map(|candidate| candidate.user.as_ref()), basis).await?;
        let after = candidates.iter().map(|candidate| self.after(candidate, basis)).collect::<Vec<_>>();
        let changed =
            || candidates.iter().zip(&after).filter_map(|(c, after)| Some((c.user.as_ref(), after.as_ref().ok()?)));
        let at_risk = changed().flat_map(|(before, after)| required_levels::at_risk(before, after));
        let at_risk = at_risk.filter(|name| !basis.skills.contains_key(name)).collect::<BTreeSet<_>>();
        self.read_missing(at_risk, BTreeSet::new(), basis).await?;
        let longer = changed().filter(|(before, after)| budget::may_add_skills(*before, after));
        let sids = longer.filter_map(|(before, _)| before?.taskrouter.worker_sid.clone()).collect::<BTreeSet<_>>();
        let workers = if sids.is_empty() { BTreeMap::new() } else { self.store.workers(&sids).await? };
        if basis.account_owners.is_none() && changed().any(|(before, after)| changes_owners(before, after)) {
            let read_set = ReadSet { account_owners: true, ..ReadSet::default() };
            basis.account_owners = Some(self.store.snapshot(&read_set).await?.account_owners);
        }
        let mut lines = Vec::with_capacity(candidates.len());
        let mut failed = Vec::new();
        for (candidate, after) in candidates.into_iter().zip(after) {
            let before = candidate.user.as_ref();
            let after = after.and_then(|after| {
                required_levels::check(before, &after, &basis.teams, &basis.skills)?;
                if budget::may_add_skills(before, &after) {
                    let sid = before.and_then(|before| before.taskrouter.worker_sid.as_ref());
                    budget::decide(before, &after, &basis.teams, sid.and_then(|sid| workers.get(sid)))?;
                }
                if changes_owners(before, &after) {
                    keep_an_owner(basis.account_owners.get_or_insert_default(), &after)?;
                }
                Ok(after)
            });
            if let (Some(before), Ok(after)) = (before, &after) {
                plan.drastic += u64::from(is_drastic(before, after, &basis.teams));
                plan.remarks.extend(after_change(before, after).map(|remark| remark.code.to_owned()));
            }
            let refused = after.as_ref().err().cloned();
            let line = line(&candidate, after);
            if let Some((row, RowRefusal { column, refusal })) = candidate.row.zip(refused) {
                failed.push((row, column, refusal.to_string()));
            }
            lines.push(line);
        }
        plan.write(&lines, &basis.teams).await?;
        Ok(failed)
    }

    /// The user after what is to become of them.
    fn after(&self, candidate: &Candidate<'_>, basis: &Basis) -> Result<User, RowRefusal> {
        let unknown = || Refusal::UnknownUser(candidate.user_id.as_ref().map_or_else(|| "".into(), Quoted::from));
        match &candidate.change {
            PlannedChange::Refused(refused) => Err(refused.clone()),
            PlannedChange::Edit(edit) => {
                let user = candidate.user.as_ref().ok_or_else(unknown)?;
                Ok(edit.apply(user, &basis.caller, &basis.teams, &basis.skills, self.roles)?)
            }
            PlannedChange::Add(added) => {
                let find = |name: &SkillName| basis.skills.get(name).cloned();
                let user_id = candidate.user_id.ok_or_else(unknown)?;
                let teams = basis.teams.values();
                Ok(added.to_user(&basis.caller, teams, find, self.roles, user_id, self.now())?)
            }
        }
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

/// A line of the plan.
fn line(candidate: &Candidate<'_>, after: Result<User, RowRefusal>) -> PlannedUser {
    let Candidate { user_id, user, change, changed_since, row } = candidate;
    let column = after.as_ref().err().and_then(|refused| refused.column).filter(|_| row.is_some());
    let after = after.map_err(|refused| refused.refusal);
    let (decision, adds) = match (user, change, after) {
        (_, _, Err(refusal)) => (Decision::Refused(refusal), None),
        (Some(user), _, Ok(after)) => (Decision::of(user, Ok(&after)), None),
        (None, PlannedChange::Add(added), Ok(after)) => (Decision::of_added(&after), Some(added.clone())),
        (None, PlannedChange::Edit(_) | PlannedChange::Refused(_), Ok(_)) => (Decision::Unchanged, None),
    };
    let own = match change {
        PlannedChange::Edit(Cow::Owned(edit)) if decision.outcome() == Outcome::Changed => Some(edit.clone()),
        _ => None,
    };
    let name = user.as_ref().map(User::name).or(adds.as_ref().map(ProvisionedUser::name));
    let mut line = PlannedUser::new(*user_id, name, decision);
    if let Some(refusal) = &mut line.refusal {
        refusal.column = column.map(|column| column.name().to_owned());
    }
    let row = row.as_ref().map(|row| row.number);
    PlannedUser { changed_since: changed_since.clone(), edit: own, adds, row, ..line }
}

/// How many users, teams or skills are read in one call.
pub(super) const PAGE: usize = 100;

fn same((user_id, user): (UserId, Option<User>), edit: &BulkEdit) -> Candidate<'_> {
    let change = PlannedChange::Edit(Cow::Borrowed(edit));
    Candidate { user_id: Some(user_id), user, change, changed_since: Vec::new(), row: None }
}
