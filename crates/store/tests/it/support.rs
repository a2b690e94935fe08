//! A fresh directory for each test; the table is the one of the template.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use embedded::Dynamo;
use jiff::Timestamp;
use store::{ChangeOrigin, CommitTeam, CommitUser, Directory, ImportSkills, IndexUser, TeamChange, UserChange};
use uuid::Uuid;

use domain::{Team, User, audit::Action};

pub struct Fixture {
    pub directory: Directory,
    dynamo: Dynamo,
}

impl Fixture {
    pub async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let fixture = Self { directory: Directory::new(dynamo.client(), ""), dynamo };
        fixture.with_fresh_table()
    }

    /// Another empty table on the same database.
    pub fn with_fresh_table(self) -> Self {
        let name = self.dynamo.fresh_table().unwrap();
        Self { directory: Directory::new(self.directory.client().clone(), name), dynamo: self.dynamo }
    }

    /// Creates a team.
    pub async fn put_team(&self, after: Team) -> Team {
        let team = TeamChange { before: None, after, origin: operator(), action: Action::Created, skills: None };
        self.directory.commit_team(team).await.unwrap()
    }

    /// Locks an item until this second, as a crashed deletion leaves it.
    pub async fn lock_until(&self, pk: &str, sk: &str, until: i64) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let update = self.directory.client().update_item().table_name(self.directory.name());
        let update = update.key("pk", text(pk)).key("sk", text(sk));
        let update = update.update_expression("SET locked_until = :until, locked_by = :by");
        let update = update.condition_expression("attribute_exists(pk)");
        let update = update.expression_attribute_values(":until", AttributeValue::N(until.to_string()));
        update.expression_attribute_values(":by", text("another deletion")).send().await.unwrap();
    }

    /// Adds the assigned skills of these users to the catalog.
    pub async fn put_skills(&self, users: &[User]) {
        let names = users.iter().flat_map(|user| user.managed.assigned_skills.keys().cloned()).collect::<BTreeSet<_>>();
        self.directory.import_skills(&names.into_iter().collect::<Vec<_>>(), operator()).await.unwrap();
    }

    /// Creates users, with their search entries.
    pub async fn with(self, users: &[User]) -> Self {
        self.put_skills(users).await;
        for user in users {
            let written = self.directory.commit_user(edit(None, user.clone())).await.unwrap();
            self.directory.index_user(&written, None).await.unwrap();
        }
        self
    }
}

/// A change by an operator, at the epoch.
pub fn operator() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", Timestamp::UNIX_EPOCH, Uuid::now_v7())
}

/// A change by an operator.
pub fn edit(before: Option<&User>, after: User) -> UserChange<'_> {
    UserChange::new(before, after, operator(), Action::Edited)
}

/// Runs both concurrently; in every other round the second is polled first.
pub async fn race<A, B>(round: usize, a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    if round.is_multiple_of(2) {
        tokio::join!(a, b)
    } else {
        let (b, a) = tokio::join!(b, a);
        (a, b)
    }
}
