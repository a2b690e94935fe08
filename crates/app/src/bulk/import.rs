//! Planning an import: each row of a file is decided as an edit of its own.

use domain::{
    Identity, Refusal, SkillName, Status, TeamId, TeamName, User, UserId,
    bulk::Tally,
    import::{File, ResolvedNames, Row, RowFault, RowRefusal, Values},
    job::Job,
    user::Managed,
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry},
};
use store::ReadSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    files::{PlanFiles, StorageError, uploaded_file},
    plan::{Basis, Candidate, PAGE, PlannedChange},
    plan_writer::PlanWriter,
    runner::{BulkError, BulkRunner, BulkStore},
};
use crate::TimeAndIds;

/// How much of the file is read at once.
const CHUNK: u64 = 128 * 1024;

/// What was found by name, and who was named.
#[derive(Default)]
struct KnownNames {
    team_ids: BTreeMap<String, TeamId>,
    /// Those that were looked for.
    teams: BTreeSet<String>,
    skills: BTreeSet<SkillName>,
    /// The row of each user, by id; of one who is added, by the key of the identity.
    rows: HashMap<String, u64>,
}

impl<S, F, T> BulkRunner<S, F, T>
where
    S: BulkStore,
    F: PlanFiles + Sync,
    T: TimeAndIds + Sync,
{
    pub(super) async fn plan_import(
        &self,
        job: &mut Job,
        upload_id: Uuid,
        basis: &mut Basis,
        plan: &mut PlanWriter<F::Writer>,
    ) -> Result<(), BulkError> {
        let key = uploaded_file(job.requested_by, upload_id);
        let (mut file, mut names, mut at) = (File::default(), KnownNames::default(), 0);
        let mut reported = Instant::now();
        loop {
            let bytes = self.files.read(&key, at, CHUNK).await;
            let bytes = bytes.map_err(|error| match error {
                StorageError::Gone => BulkError::Refused(Refusal::UploadMissing((&upload_id).into())),
                error => error.into(),
            })?;
            at += bytes.len() as u64;
            let is_last = bytes.is_empty();
            let rows = if is_last { file.finish() } else { file.push(&bytes) };
            let mut rows = rows.map_err(|fault| BulkError::Refused(fault.into()))?;
            while !rows.is_empty() {
                let page = rows.drain(..PAGE.min(rows.len())).collect();
                let candidates = self.candidates(page, &file, &mut names, basis).await?;
                let failed = self.decide(candidates, basis, plan).await?;
                plan.write_failed(&file, &failed).await?;
                self.report(job, &mut reported, plan.tally.users(), Tally::default()).await?;
            }
            if is_last {
                return plan.write_failed(&file, &[]).await;
            }
        }
    }

    /// What is to become of the users of these rows.
    async fn candidates(
        &self,
        rows: Vec<Row>,
        file: &File,
        known: &mut KnownNames,
        basis: &mut Basis,
    ) -> Result<Vec<Candidate<'static>>, BulkError> {
        let columns = file.columns();
        let rows = rows.into_iter().map(|row| (Values::identify(&row, columns), Values::parse(&row, columns), row));
        let rows = rows.collect::<Vec<_>>();
        let stated = || rows.iter().filter_map(|(_, values, _)| values.as_ref().ok());
        let who = || rows.iter().map(|(who, ..)| who);
        let unnamed = who().filter(|who| who.user_id.is_none()).filter_map(|who| who.identity.clone());
        let unnamed = unnamed.collect::<BTreeSet<_>>();
        let of_identities =
            if unnamed.is_empty() { BTreeMap::new() } else { self.store.users_of_identities(&unnamed).await? };
        let user_id = |who: &Values| {
            let of_identity = |identity: &Identity| of_identities.get(&identity.lookup_key()).copied();
            who.user_id.or_else(|| who.identity.as_ref().and_then(of_identity))
        };
        let users = who().filter_map(user_id).collect::<BTreeSet<_>>();
        let users = self.store.snapshot(&ReadSet { users, ..ReadSet::default() }).await?.users;
        self.read_teams_of(users.values(), basis).await?;
        self.read_names(stated(), known, basis).await?;
        let mut candidates = Vec::with_capacity(rows.len());
        for (who, values, row) in rows {
            let found = user_id(&who);
            let user = found.and_then(|user_id| users.get(&user_id).cloned());
            // An import must not tell which user an erased identity belonged to (rule 13).
            let is_erased = who.user_id.is_none() && user.as_ref().is_some_and(|user| user.erased_at.is_some());
            let (found, user) = if is_erased { (None, None) } else { (found, user) };
            let key = found.map(|user_id| user_id.to_string());
            let key = key.or_else(|| who.identity.as_ref().map(Identity::lookup_key));
            let earlier = key.and_then(|key| known.earlier(key, row.number));
            let change = values.and_then(|values| {
                let named = ResolvedNames { team_ids: &known.team_ids, teams: &basis.teams, skills: &basis.skills };
                let change = match &values.identity {
                    Some(identity) if is_erased && values.adds => Err(Refusal::IdentityTaken(identity.into()).into()),
                    _ => planned_change(&values, found, user.as_ref(), named),
                };
                earlier.map_or(change, |earlier| Err(RowFault::Repeated(earlier).into()))
            });
            let change = change.unwrap_or_else(PlannedChange::Refused);
            let is_added = matches!(change, PlannedChange::Add(_));
            let user_id = found.or_else(|| is_added.then(|| UserId::new(self.time_and_ids.random_id())));
            candidates.push(Candidate { user_id, user, change, changed_since: Vec::new(), row: Some(row) });
        }
        Ok(candidates)
    }

    /// Reads the teams and skills that these rows name, and no row before.
    async fn read_names<'a>(
        &self,
        stated: impl Iterator<Item = &'a Values> + Clone,
        names: &mut KnownNames,
        basis: &mut Basis,
    ) -> Result<(), BulkError> {
        let teams = stated.clone().flat_map(|values| values.teams.iter().flatten());
        let of_name = teams.clone().filter_map(|text| TeamName::parse(text).ok());
        let of_name = of_name.filter(|name| names.teams.insert(name.order_key())).collect::<BTreeSet<_>>();
        if !of_name.is_empty() {
            names.team_ids.extend(self.store.teams_of_names(&of_name).await?);
        }
        let of_id = teams.filter_map(|text| text.trim().parse::<TeamId>().ok());
        let teams = names.team_ids.values().copied().chain(of_id).filter(|id| !basis.teams.contains_key(id));
        let teams = teams.collect();
        let skills = stated.flat_map(|values| values.assigned_skills.iter().flatten());
        let spelled = skills.flat_map(|(text, _)| [text.as_str(), text.trim()]).filter_map(SkillName::adopted);
        let skills = spelled.filter(|name| names.skills.insert(name.clone())).collect();
        self.read_missing(skills, teams, basis).await
    }
}

/// What is to become of the user whom a row names, of one who is added if there is none.
fn planned_change(
    values: &Values,
    user_id: Option<UserId>,
    user: Option<&User>,
    named: ResolvedNames<'_>,
) -> Result<PlannedChange<'static>, RowRefusal> {
    match (user, user_id, &values.identity) {
        (Some(User { managed: Managed { status: Status::Deleted, .. }, .. }), ..) if values.adds => {
            Err(Refusal::DeletedUser.into())
        }
        (Some(user), ..) => values.edit(user, named).map(Cow::Owned).map(PlannedChange::Edit),
        (None, Some(unknown), _) => Err(Refusal::UnknownUser((&unknown).into()).into()),
        (None, None, Some(identity)) if values.adds => values.added(identity, named).map(PlannedChange::Add),
        (None, None, identity) => {
            Err(RowFault::UnknownIdentity(identity.as_ref().map_or("", Identity::as_str).into()).into())
        }
    }
}

impl KnownNames {
    /// The earlier row of the same user, if there is one.
    fn earlier(&mut self, user: String, row: u64) -> Option<u64> {
        match self.rows.entry(user) {
            Entry::Occupied(earlier) => Some(*earlier.get()),
            Entry::Vacant(first) => {
                first.insert(row);
                None
            }
        }
    }
}
