//! A team with members, and what is marked for them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use app::{
    TimeAndIds,
    fan_out::{Pace, TeamFanOut},
};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Level, SkillName, Team, TeamId, User, UserId, WorkerSid,
    audit::Action,
    test_support::{self, stored},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    CarryToTaskRouter, ChangeOrigin, CommitTeam, CommitUser, Directory, FanOut, FanOutStep, FanOutTeams, ImportSkills,
    OutboxItem, OutboxStep, ReadSet, ReadSnapshot, StoreError, SyncStep, TeamChange, UserChange, ViewUser,
};
use uuid::Uuid;

use crate::sync::{steps::Steps, world::Clock};

/// The members of one step.
pub const CHUNK: usize = 25;

/// A directory in which each call is a step, and that remembers which members were marked for which change.
#[derive(Clone)]
pub struct Watched {
    directory: Directory,
    pub steps: Steps,
    marked: Arc<Mutex<Vec<(Uuid, UserId)>>>,
}

impl FanOutTeams for Watched {
    async fn fan_out(&self, team_id: TeamId) -> Result<Option<FanOut>, StoreError> {
        self.steps.step("fan_out").await;
        self.directory.fan_out(team_id).await
    }

    async fn next_members(&self, fan_out: &FanOut, limit: usize) -> Result<(Vec<UserId>, Option<UserId>), StoreError> {
        self.steps.step("next_members").await;
        self.directory.next_members(fan_out, limit).await
    }

    async fn fan_out_step(&self, step: FanOutStep<'_>) -> Result<(), StoreError> {
        self.steps.step("fan_out_step").await;
        self.directory.fan_out_step(step.clone()).await?;
        let marked = step.members.iter().map(|(member, _)| (step.fan_out.generation, *member));
        self.marked.lock().unwrap().extend(marked);
        Ok(())
    }

    async fn due_fan_outs(&self, now: Timestamp, limit: usize) -> Result<Vec<TeamId>, StoreError> {
        self.steps.step("due_fan_outs").await;
        self.directory.due_fan_outs(now, limit).await
    }
}

/// Cloned freely: all of it is shared.
#[derive(Clone)]
pub struct Company {
    _dynamo: Arc<Dynamo>,
    pub directory: Directory,
    pub store: Watched,
    pub clock: Clock,
    pub team_id: TeamId,
}

pub fn user_id(number: usize) -> UserId {
    UserId::new(Uuid::from_u128(number as u128))
}

pub fn sid(number: usize) -> String {
    format!("WK{number}")
}

pub fn english() -> SkillName {
    stored("English")
}

impl Company {
    /// A team without skills whose members are the users `1..=members`, of whom nothing is to be carried over.
    pub async fn new(members: usize) -> Self {
        Self::on(&Arc::new(Dynamo::memory().await.unwrap()), members).await
    }

    /// On a table of its own of this database.
    pub async fn on(dynamo: &Arc<Dynamo>, members: usize) -> Self {
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let (steps, marked) = (Steps::default(), Arc::default());
        let store = Watched { directory: directory.clone(), steps, marked };
        let (clock, team_id) = (Clock::default(), TeamId::new(Uuid::from_u128(7)));
        let company = Self { _dynamo: Arc::clone(dynamo), directory, store, clock, team_id };
        company.put_team(team_id).await;
        company.directory.import_skills(&[english()], company.origin()).await.unwrap();
        for number in 1..=members {
            company.add(number, &[team_id]).await;
        }
        company
    }

    pub fn origin(&self) -> ChangeOrigin<'static> {
        ChangeOrigin::operator("test", self.clock.now(), Uuid::now_v7())
    }

    pub async fn put_team(&self, team_id: TeamId) {
        let after = Team::new(team_id, stored(&team_id.to_string()), self.clock.now());
        let change = TeamChange { before: None, after, origin: self.origin(), action: Action::Created, skills: None };
        self.directory.commit_team(change).await.unwrap();
    }

    /// A new user of these teams.
    pub async fn add(&self, number: usize, teams: &[TeamId]) {
        let user = test_support::agent(&format!("user {number}")).with(|user| {
            user.user_id = user_id(number);
            user.managed.teams = teams.iter().copied().collect();
            user.taskrouter.worker_sid = Some(WorkerSid::new(sid(number)));
            (user.version, user.revision) = (0, 0);
        });
        let change = UserChange::new(None, user, self.origin(), Action::Created);
        self.directory.commit_user(change).await.unwrap();
    }

    pub async fn edit(&self, number: usize, change: impl FnOnce(&mut User)) {
        let before = self.directory.user(user_id(number)).await.unwrap().unwrap();
        let change = UserChange::new(Some(&before), before.with(change), self.origin(), Action::Edited);
        self.directory.commit_user(change).await.unwrap();
    }

    pub async fn team(&self, team_id: TeamId) -> Team {
        let read_set = ReadSet { teams: [team_id].into(), ..ReadSet::default() };
        self.directory.snapshot(&read_set).await.unwrap().teams.remove(&team_id).unwrap()
    }

    pub async fn change(&self, team_id: TeamId, change: impl FnOnce(&mut Team)) {
        let before = self.team(team_id).await;
        let mut after = before.clone();
        change(&mut after);
        let change =
            TeamChange { before: Some(&before), after, origin: self.origin(), action: Action::Edited, skills: None };
        self.directory.commit_team(change).await.unwrap();
    }

    /// Changes what the members inherit; returns the change's generation.
    pub async fn grant(&self, level: i64) -> Uuid {
        self.change(self.team_id, |team| team.skills = [(english(), Some(Level(level)))].into()).await;
        self.fan_out().await.unwrap().generation
    }

    /// What has not reached all members.
    pub async fn fan_out(&self) -> Option<FanOut> {
        self.directory.fan_out(self.team_id).await.unwrap()
    }

    /// An invocation with time for everything.
    pub fn unhurried(&self) -> TeamFanOut<Watched, Clock> {
        self.invocation(CHUNK, Duration::from_mins(10))
    }

    /// An invocation with time for one step.
    pub fn one_step(&self) -> TeamFanOut<Watched, Clock> {
        self.invocation(CHUNK, Duration::ZERO)
    }

    pub fn invocation(&self, members: usize, run_for: Duration) -> TeamFanOut<Watched, Clock> {
        let pace = Pace { members, pause: Duration::ZERO, run_for };
        TeamFanOut { store: self.store.clone(), time_and_ids: self.clock.clone(), pace }
    }

    /// The users who were marked for this change, each as often as it was.
    pub fn marked_for(&self, generation: Uuid) -> Vec<UserId> {
        let marked = self.store.marked.lock().unwrap().clone();
        marked.into_iter().filter(|(of, _)| *of == generation).map(|(_, user_id)| user_id).collect()
    }

    /// The changes for which a user was marked.
    pub fn generations(&self) -> BTreeSet<Uuid> {
        self.store.marked.lock().unwrap().iter().map(|(generation, _)| *generation).collect()
    }

    pub async fn is_member(&self, number: usize) -> bool {
        let user = self.directory.user(user_id(number)).await.unwrap().unwrap();
        user.managed.teams.contains(&self.team_id)
    }

    #[track_caller]
    pub fn assert_marked_once(&self, generation: Uuid, members: usize) {
        let mut marked = self.marked_for(generation);
        marked.sort();
        assert_eq!(marked, (1..=members).map(user_id).collect::<Vec<_>>());
    }

    /// The tokens of all outboxes.
    pub async fn outboxes(&self) -> BTreeMap<UserId, Uuid> {
        let scan = self.directory.client().scan().table_name(self.directory.name());
        let items = scan.consistent_read(true).send().await.unwrap();
        assert_eq!(items.last_evaluated_key, None);
        let is_outbox = |item: &HashMap<_, _>| item["entity"] == AttributeValue::S(OutboxItem::NAME.to_owned());
        let outboxes = items.items.unwrap().into_iter().filter(is_outbox);
        let outboxes = outboxes.map(|item| serde_dynamo::from_item::<_, OutboxItem>(item).unwrap());
        outboxes.map(|outbox| (outbox.user_id, outbox.pending)).collect()
    }

    /// What `sync` does, in its order: the token is read, then the team, and the token is a condition. Returns the level
    /// that is carried over, if anything is to be.
    pub async fn carry(&self, number: usize) -> Option<Option<Level>> {
        let user_id = user_id(number);
        let read_set = ReadSet { outbox: Some(user_id), ..ReadSet::default() };
        let token = self.directory.snapshot(&read_set).await.unwrap().outbox?.pending;
        let user = self.directory.user(user_id).await.unwrap().unwrap();
        let team = self.team(self.team_id).await;
        let is_member = user.managed.teams.contains(&self.team_id);
        let level = team.skills.get(&english()).copied().flatten().filter(|_| is_member && team.grants_skills());
        let (after, outbox) = (domain::sync_state::SyncState::default(), OutboxStep::Clear);
        let step = SyncStep { user_id, token, before: None, after, outbox, written: None };
        self.directory.sync_step(step).await.unwrap();
        Some(level)
    }
}
