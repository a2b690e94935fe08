//! What belongs to a person besides their profile.

use domain::{
    Status, User, UserId,
    search::{UserText, split_term},
};

use crate::{
    Directory, StoreError,
    items::{self, SearchEntry, Worker},
    keys,
    profiles::text,
    snapshot::{ReadSet, ReadSnapshot, Snapshot},
    teams::Teams,
};

/// What belongs to a person besides their profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Their teams.
    pub teams: Teams,
    /// What TaskRouter last said of their worker.
    pub worker: Option<Worker>,
    /// Whether something is still to be carried over to TaskRouter.
    pub pending: bool,
    /// Others who are not deleted and have the same e-mail (rule 22).
    pub same_email: Vec<UserId>,
}

/// Reads what belongs to a person.
pub trait ViewDetails {
    /// All of it, in one round of calls.
    fn details(&self, user: &User) -> impl Future<Output = Result<Details, StoreError>> + Send;
}

impl ViewDetails for Directory {
    async fn details(&self, user: &User) -> Result<Details, StoreError> {
        let wanted = ReadSet {
            teams: user.teams.clone(),
            worker: user.worker_sid.clone(),
            outbox: Some(user.user_id),
            ..ReadSet::default()
        };
        let (together, same_email) = tokio::try_join!(self.snapshot(&wanted), self.same_email(user))?;
        let Snapshot { teams, worker, pending, .. } = together;
        Ok(Details { teams, worker, pending, same_email })
    }
}

impl Directory {
    async fn same_email(&self, user: &User) -> Result<Vec<UserId>, StoreError> {
        let mine = UserText::new("", user.email.as_deref());
        if mine.email().chars().count() < 3 {
            return Ok(Vec::new());
        }
        let (active, deactivated) = tokio::try_join!(
            self.with_email(Status::Active, mine.email()),
            self.with_email(Status::Deactivated, mine.email()),
        )?;
        Ok(active.into_iter().chain(deactivated).filter(|&other| other != user.user_id).collect())
    }

    /// Who has exactly this e-mail: the entry that the whole of it makes.
    async fn with_email(&self, status: Status, email: &str) -> Result<Vec<UserId>, StoreError> {
        let (head, rest) = split_term(email);
        let query =
            self.db.query().table_name(&self.table).key_condition_expression("pk = :pk AND begins_with(sk, :whole)");
        let query = query.expression_attribute_values(":pk", text(keys::find(status, head)));
        let query = query.expression_attribute_values(":whole", text(keys::whole_text(rest))).limit(25);
        let answer = query.send().await.map_err(|error| StoreError::of(&error))?;
        let entries = answer.items.unwrap_or_default().into_iter().map(items::read::<SearchEntry>);
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let same = entries.into_iter().filter(|entry| entry.user_text().email() == email);
        Ok(same.filter_map(|entry| keys::user_of(&entry.sk)).collect())
    }
}
