//! A contact center whose agents are all in one team; TaskRouter shows what is decided, and nothing is pending.

use app::{
    TimeAndIds,
    sync::{OfflineActivity, SyncMode, WorkerSync},
};
use domain::{
    Role, Skill, SkillName, Team, User, WorkerSid,
    policy::Policy,
    routing::{OwnedAttributes, desired},
    sync_state::{Carried, SyncState},
    team::Teams,
};
use store::{
    CarryToTaskRouter as _, Directory,
    schema::items::{Entity as _, Item, SyncItem},
};

use crate::{
    Fallible,
    callbacks::attributes,
    fixture::{Fixture, import},
    sample_users::SampleUsers,
    taskrouter::InMemoryTaskRouter,
};

/// A skill without holders.
pub const NEW_SKILL: &str = "New_skill";

pub type Sync<C> = WorkerSync<Directory, InMemoryTaskRouter, C>;

pub struct ContactCenter {
    pub fixture: Fixture,
    pub taskrouter: InMemoryTaskRouter,
    /// An account owner, who is in no team.
    pub owner: User,
    pub agents: Vec<Agent>,
    pub team: Team,
}

pub struct Agent {
    pub user: User,
    pub worker_sid: WorkerSid,
}

impl ContactCenter {
    pub async fn of(agents: usize) -> Fallible<Self> {
        // Four of five sample users are active agents.
        let mut sample = SampleUsers::new(2 * agents)?;
        let (owner, team) = (sample.users[0].clone(), sample.teams[0].clone());
        sample.users.retain(|user| user.is_active() && user.managed.role == Role::Agent);
        sample.users.truncate(agents);
        for user in &mut sample.users {
            user.managed.teams = [team.team_id].into();
        }
        let (name, skill_set) = (SkillName::new(NEW_SKILL)?, sample.skills[0].skill_set.clone());
        sample.skills.push(Skill { skill_set, ..Skill::imported(name) });
        let agents = sample.users.iter().map(Agent::of).collect::<Fallible<Vec<_>>>()?;
        sample.users.insert(0, owner.clone());
        let fixture = Fixture::of(sample).await?;
        let center = Self { fixture, taskrouter: InMemoryTaskRouter::default(), owner, agents, team };
        let carried = center.agents.iter().map(|agent| center.carried_over(agent)).collect::<Fallible<Vec<_>>>()?;
        import(center.fixture.dynamo.database(), carried)?;
        Ok(center)
    }

    /// Puts the agent's worker, and returns the bookkeeping of that.
    fn carried_over(&self, agent: &Agent) -> Fallible<Item> {
        let Agent { user, worker_sid } = agent;
        let teams = Teams::from([(self.team.team_id, self.team.clone())]);
        let fetched = OwnedAttributes { roles: [Role::Agent].into(), ..OwnedAttributes::default() };
        let desired = desired(user, &teams, &fetched, &Policy::default());
        self.taskrouter.put(worker_sid, attributes(user.name(), user.identity.as_str()).to_string());
        let worker = self.taskrouter.worker(worker_sid).ok_or("a worker cannot be read")?;
        let attributes = worker.with_owned_attributes(&desired).ok_or("a worker has no attributes")?;
        self.taskrouter.put(worker_sid, attributes);
        let at = *user.created_at;
        let carried = Carried { worker_sid: worker_sid.clone(), attributes: desired, offline: false, at };
        let state = SyncState { revision: 1, carried: Some(carried), ..SyncState::default() };
        Ok(SyncItem { user_id: user.user_id, state: &state }.to_item()?)
    }
}

impl Agent {
    fn of(user: &User) -> Fallible<Self> {
        let worker_sid = user.taskrouter.worker_sid.clone().ok_or("an active user without a worker")?;
        Ok(Self { user: user.clone(), worker_sid })
    }

    /// Whether TaskRouter shows the new skill.
    pub fn has_new_skill(&self, taskrouter: &InMemoryTaskRouter) -> bool {
        let worker = taskrouter.worker(&self.worker_sid).and_then(|worker| worker.owned_attributes());
        worker.is_some_and(|owned| owned.skills.keys().any(|name| name.as_str() == NEW_SKILL))
    }
}

pub fn worker_sync<C: TimeAndIds>(store: Directory, taskrouter: InMemoryTaskRouter, time_and_ids: C) -> Sync<C> {
    let (policy, offline) = (Policy::default(), OfflineActivity::default());
    WorkerSync { store, taskrouter, time_and_ids, policy, mode: SyncMode::Write, offline }
}

/// Whether nothing is to be carried over, now or later.
pub async fn is_nothing_pending(directory: &Directory) -> Fallible<bool> {
    Ok(directory.due(jiff::Timestamp::MAX, true, 1).await?.is_empty())
}
