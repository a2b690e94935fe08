//! A fresh directory for each test; the table is the one of the template.

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponents,
};
use embedded::Dynamo;
use jiff::Timestamp;
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use store::{ChangeOrigin, CommitTeam, CommitUser, Directory, ImportSkills, IndexUser, TeamChange, UserChange};
use tokio::sync::{Notify, Semaphore};
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

/// How two that ran at once ended.
pub struct Raced<A, B> {
    pub first: A,
    pub second: B,
    /// The first had ended before the second began: there are no more requests to hold it at.
    pub is_over: bool,
}

impl Fixture {
    /// Runs the whole of `second` when `first` has sent this many requests, and then the rest of `first`.
    pub async fn race<A, B>(
        &self,
        requests: usize,
        first: impl AsyncFnOnce(Directory) -> A,
        second: impl Future<Output = B>,
    ) -> Raced<A, B> {
        let client = self.directory.client();
        let gate = Gate::new(requests, client.config().http_client().unwrap());
        let gated = Client::from_conf(client.config().to_builder().http_client(gate.clone()).build());
        let first = async {
            let first = first(Directory::new(gated, self.directory.name())).await;
            gate.0.reached.notify_one();
            first
        };
        let second = async {
            gate.0.reached.notified().await;
            let second = second.await;
            gate.0.passes.add_permits(Semaphore::MAX_PERMITS / 2);
            second
        };
        let (first, second) = tokio::join!(first, second);
        Raced { first, second, is_over: !gate.0.holds.load(Ordering::Relaxed) }
    }
}

/// Lets so many requests of a client pass, and holds the next until there are more permits.
#[derive(Debug, Clone)]
struct Gate(Arc<GateState>);

#[derive(Debug)]
struct GateState {
    inner: SharedHttpClient,
    passes: Semaphore,
    /// A request is held, or was.
    holds: AtomicBool,
    /// One is held, or no more will come.
    reached: Notify,
}

impl Gate {
    fn new(requests: usize, inner: SharedHttpClient) -> Self {
        let passes = Semaphore::new(requests);
        Self(Arc::new(GateState { inner, passes, holds: AtomicBool::default(), reached: Notify::new() }))
    }

    async fn pass(&self) {
        if self.0.passes.available_permits() == 0 {
            self.0.holds.store(true, Ordering::Relaxed);
            self.0.reached.notify_one();
        }
        self.0.passes.acquire().await.unwrap().forget();
    }
}

impl HttpClient for Gate {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let connector = self.0.inner.http_connector(settings, components);
        SharedHttpConnector::new(GatedConnector { gate: self.clone(), connector })
    }
}

#[derive(Debug)]
struct GatedConnector {
    gate: Gate,
    connector: SharedHttpConnector,
}

impl HttpConnector for GatedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (gate, connector) = (self.gate.clone(), self.connector.clone());
        HttpConnectorFuture::new(async move {
            gate.pass().await;
            connector.call(request).await
        })
    }
}
