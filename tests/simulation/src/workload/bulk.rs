//! Changes of many users by a plan.

use std::sync::Arc;

use app::{TimeAndIds as _, bulk::uploaded_file};
use domain::{
    User,
    bulk::BulkPhase,
    job::{Job, JobState},
};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::{API_ROLES, SKILLS, TEAMS, Workload, of_user};
use crate::{gateway::ApiRequest, world::World};

impl Workload {
    /// What is at hand: a plan that waits is applied, cancelled or looked at, what was applied is undone.
    pub(super) async fn of_many(&mut self, world: &World, users: &[User]) -> Option<ApiRequest> {
        let Some(job) = world.bulk_jobs().await.pop() else { return self.plan(world, users).await };
        let of_job = |route| ApiRequest::new(route).at("job_id", &job.job_id);
        let bulk = job.bulk()?;
        Some(match (job.state, self.dice.number(0..=9)) {
            (JobState::Planned, 0..=6) => application(&job)?,
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

    /// In three of four cases the caller waits for the plan and applies it.
    pub(super) fn follow(&self, world: &Arc<World>, token: String) {
        if self.dice.once_in(4) {
            return;
        }
        let (after, follower) = (self.dice.millis(500..=20_000), world.clone());
        world.beside(async move {
            sleep(after).await;
            let latest = follower.bulk_jobs().await.pop().filter(|job| job.state == JobState::Planned);
            if let Some(request) = latest.as_ref().and_then(application) {
                follower.request(&token, request).await;
            }
        });
    }

    fn mode(&self) -> &'static str {
        if self.dice.once_in(2) { "add" } else { "replace" }
    }

    /// A file with rows of some users, one of which may be wrong, and perhaps of one who is not there yet.
    fn import(&self, world: &World, users: &[User]) -> ApiRequest {
        let mut rows = vec!["user_id;identity;role;teams;assigned_skills;action".to_owned()];
        for user in self.some_of(users) {
            let role = if self.dice.once_in(4) { self.dice.one_of(&API_ROLES).copied() } else { None };
            let teams = self.some_of(TEAMS).join(";");
            let level = self.dice.number(0..=120);
            let skills = self.some_of(SKILLS).into_iter().map(|skill| format!("{skill}:{level}")).collect::<Vec<_>>();
            let (role, skills) = (role.unwrap_or_default(), skills.join(";"));
            rows.push(format!("{};;{role};\"{teams}\";\"{skills}\";", user.user_id));
        }
        if self.dice.once_in(2) {
            rows.push(format!(";{};;;;add", self.dice.one_of(&["joe", "kim", "ada"]).unwrap_or(&"joe")));
        }
        let upload_id = Uuid::from_bytes(self.dice.bytes());
        // The caller is chosen later: each user might be the one who has sent it.
        for user in users {
            world.put_object(uploaded_file(user.user_id, upload_id), rows.join("\n").into_bytes());
        }
        ApiRequest::new("POST /imports").with(json!({"upload_id": upload_id}))
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
        let change = match self.dice.number(0..=15) {
            14 | 15 => return Some(self.import(world, users)),
            12 => json!({"skills": {"copy_from": {"user_id": self.dice.one_of(users)?.user_id, "mode": self.mode()}}}),
            13 => {
                let presets = world.presets().await;
                let preset_id = self.dice.one_of(&presets)?;
                json!({"skills": {"copy_from": {"preset_id": preset_id, "mode": self.mode()}}})
            }
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

/// Applies a plan, confirmed.
fn application(job: &Job) -> Option<ApiRequest> {
    let plan = job.bulk()?.plan.as_ref()?;
    let apply = ApiRequest::new("POST /jobs/{job_id}/apply").at("job_id", &job.job_id);
    Some(apply.with(json!({"plan": plan.hash, "confirm": plan.drastic})))
}
