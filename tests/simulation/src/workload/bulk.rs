//! Changes of many users by a plan.

use app::TimeAndIds as _;
use domain::{User, bulk::BulkPhase, job::JobState};
use serde_json::{Value, json};

use super::{API_ROLES, SKILLS, Workload, of_user};
use crate::{gateway::ApiRequest, world::World};

impl Workload {
    /// What is at hand: a plan that waits is applied, cancelled or looked at, what was applied is undone.
    pub(super) async fn of_many(&mut self, world: &World, users: &[User]) -> Option<ApiRequest> {
        let Some(job) = world.bulk_jobs().await.pop() else { return self.plan(world, users).await };
        let of_job = |route| ApiRequest::new(route).at("job_id", &job.job_id);
        let bulk = job.bulk()?;
        Some(match (job.state, self.dice.number(0..=9)) {
            (JobState::Planned, 0..=6) => {
                let plan = bulk.plan.as_ref()?;
                of_job("POST /jobs/{job_id}/apply").with(json!({"plan": plan.hash, "confirm": plan.drastic}))
            }
            (JobState::Planned, 7) => {
                let outcome = self.dice.one_of(&["changed", "unchanged", "refused"])?;
                of_job("GET /jobs/{job_id}/plan").asking("outcome", outcome).asking("limit", &2)
            }
            (JobState::Queued | JobState::Running, 0 | 1) => of_job("POST /jobs/{job_id}/cancel"),
            (_, 2) => of_job("GET /jobs/{job_id}/results"),
            (JobState::Done | JobState::Cancelled | JobState::Failed, 3..=6) if bulk.phase == BulkPhase::Apply => {
                of_job("POST /jobs/{job_id}/undo").with(self.choice())
            }
            (_, 7) => self.undo_one(world, users).await?,
            _ => self.plan(world, users).await?,
        })
    }

    fn choice(&self) -> Value {
        json!({"changed_since": if self.dice.once_in(2) { "keep" } else { "revert" }})
    }

    async fn undo_one(&self, world: &World, users: &[User]) -> Option<ApiRequest> {
        let user = self.dice.one_of(users)?;
        let records = world.records(user).await;
        let record = self.dice.one_of(&records)?;
        let undo = of_user("POST /users/{user_id}/history/{record_id}/undo", user).at("record_id", &record.record_id);
        Some(undo.with(self.choice()))
    }

    async fn plan(&self, world: &World, users: &[User]) -> Option<ApiRequest> {
        let teams = world.teams().await.into_iter().map(|(team_id, _)| team_id).collect::<Vec<_>>();
        let team = self.dice.one_of(&teams)?;
        let skill = self.dice.one_of(&SKILLS)?;
        let leveled = json!([{"skill": skill, "level": self.dice.number(0..=100)}]);
        let change = match self.dice.number(0..=11) {
            0 | 1 => json!({"skills": {"add": leveled}}),
            2 => json!({"skills": {"set_level": leveled}}),
            3 => json!({"skills": {"remove": [skill]}}),
            4 => json!({"skills": {"replace": leveled}}),
            5 => json!({"teams": {"add": [team]}, "skills": {"remove": [skill]}}),
            6 => json!({"teams": {"remove": [team]}}),
            7 => json!({"role": self.dice.one_of(&API_ROLES)?}),
            8 => json!({"status": "deactivated"}),
            10 | 11 => {
                let mut temporary = self.for_a_time(world.clock.now());
                temporary["skill"] = json!(skill);
                json!({"skills": {"temporary": [temporary]}})
            }
            _ => json!({"status": "active", "skills": {"add": leveled}}),
        };
        let users = match self.dice.number(0..=3) {
            0 => json!({"query": {"status": "all"}}),
            1 => json!({"query": {"team": team}}),
            _ => json!({"ids": self.some_of(users.iter().map(|user| user.user_id)).iter().take(6).collect::<Vec<_>>()}),
        };
        Some(ApiRequest::new("POST /bulk").with(json!({"users": users, "change": change})))
    }
}
