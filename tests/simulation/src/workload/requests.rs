//! Single requests, of every kind that the API has.

use app::TimeAndIds as _;
use domain::{Status, User};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

use super::{API_ROLES, MARK, SKILLS, Workload, of_user, skill_with_levels};
use crate::{gateway::ApiRequest, world::World};

impl Workload {
    /// None where there is nothing that it could be about.
    pub(super) async fn request(&mut self, world: &World, users: &[User]) -> Option<ApiRequest> {
        let user = self.dice.one_of(users)?;
        let (of_one, skill) = (|route| of_user(route, user), self.dice.one_of(&SKILLS).copied()?);
        let request = match self.dice.number(0..=39) {
            0..=4 => of_one("PUT /users/{user_id}/skills/{skill}")
                .at("skill", &skill)
                .with(json!({"level": self.dice.number(0..=100)})),
            5 | 6 => of_one("DELETE /users/{user_id}/skills/{skill}").at("skill", &skill),
            7 | 8 => of_one("PATCH /users/{user_id}").with(json!({"role": self.dice.one_of(&API_ROLES)?})),
            9 => of_one("PATCH /users/{user_id}").with(json!({"act_as_agent": self.dice.once_in(2)})),
            10 | 11 => of_one("POST /users/{user_id}/deactivate"),
            12 | 13 => {
                let asleep = users.iter().find(|user| user.managed.status == Status::Deactivated).unwrap_or(user);
                of_user("POST /users/{user_id}/reactivate", asleep)
            }
            14 => of_one("DELETE /users/{user_id}"),
            15 => of_one("POST /users/{user_id}/sync"),
            16 => of_one("POST /users/{user_id}/drift/{field}/{decision}")
                .at("field", self.dice.one_of(&["role", "skills"])?)
                .at("decision", self.dice.one_of(&["adopt", "revert"])?),
            17 => {
                let name = self.dice.one_of(&["hal", "ida", "ada", "eve"])?;
                let teams = world.teams().await;
                let some = self.some_of(teams.iter().map(|(id, _)| id));
                let body = json!({"identity": name, "name": format!("{name} {MARK}"), "teams": some});
                ApiRequest::new("POST /users").with(body)
            }
            18 | 19 => self.read(user)?,
            20 | 21 => ApiRequest::new("POST /exports").with(json!({})),
            22 => ApiRequest::new("POST /reconciliations").with(json!({})),
            23 => {
                ApiRequest::new("DELETE /skill-sets/{name}/skills/{skill}").at("name", &"Languages").at("skill", &skill)
            }
            24 => skill_with_levels(skill),
            29 => self.of_preset(world, skill).await?,
            35..=38 => of_one("PUT /users/{user_id}/skills/{skill}")
                .at("skill", &skill)
                .with(self.for_a_time(world.clock.now())),
            39 => of_one("DELETE /users/{user_id}/skills/{skill}/temporary").at("skill", &skill),
            30..=34 => self.of_many(world, users).await?,
            _ => self.of_team(world, user, skill).await?,
        };
        Some(self.with_preconditions(user, request))
    }

    /// Mostly for minutes, now and then for hours, from now on or from another time.
    pub(super) fn for_a_time(&self, now: Timestamp) -> Value {
        let until = if self.dice.once_in(6) {
            self.dice.millis(36_000_000..=72_000_000)
        } else {
            self.dice.millis(1..=600_000)
        };
        let mut body = json!({"level": self.dice.number(0..=100), "until": (now + until).to_string()});
        if self.dice.once_in(2) {
            let from = now + self.dice.millis(0..=300_000) - Duration::from_mins(1);
            body["from"] = json!(from.to_string());
        }
        body
    }

    /// Some requests name the version that was read, and some the key of a request before.
    fn with_preconditions(&mut self, user: &User, mut request: ApiRequest) -> ApiRequest {
        if request.route.contains("{user_id}") && self.dice.once_in(3) {
            let version = user.version - self.dice.number(0..=1).min(user.version);
            request = request.saying("if-match", &format!("\"{version}\""));
        }
        if request.route.starts_with("POST") && self.dice.once_in(2) {
            self.made += self.dice.number(0..=1);
            request = request.saying("idempotency-key", &format!("key-{}", self.made));
        }
        request
    }

    fn read(&self, user: &User) -> Option<ApiRequest> {
        let of_job = |job_id: &String| ApiRequest::new("GET /jobs/{job_id}").at("job_id", job_id);
        let of_skill = |route| ApiRequest::new(route).at("name", &"Languages").at("skill", &"English");
        Some(match self.dice.number(0..=17) {
            13..=15 => ApiRequest::new("GET /users").asking("status", &"all"),
            7 => of_skill("GET /skill-sets/{name}"),
            8 => of_skill("GET /skill-sets/{name}/skills/{skill}"),
            9 => of_skill("GET /skill-sets/{name}/history"),
            10 => of_skill("GET /skill-sets/{name}/skills/{skill}/history"),
            11 => ApiRequest::new("GET /flex/skills"),
            0 | 16 | 17 => of_user("GET /users/{user_id}", user),
            1 => of_user("GET /users/{user_id}/history", user),
            2 => ApiRequest::new("GET /me"),
            3 => ApiRequest::new("GET /users").asking("q", &"quux"),
            4 => ApiRequest::new("GET /reconciliations/latest"),
            5 => ApiRequest::new("GET /skill-sets"),
            _ => of_job(self.job_id.as_ref()?),
        })
    }

    async fn of_preset(&self, world: &World, skill: &str) -> Option<ApiRequest> {
        let presets = world.presets().await;
        let body = json!({
            "name": format!("Preset {}", self.dice.number(1..=4)),
            "skills": [{"skill": skill, "level": self.dice.number(0..=100)}],
        });
        let Some(preset) = self.dice.one_of(&presets).filter(|_| !self.dice.once_in(3)) else {
            return Some(ApiRequest::new("POST /skill-presets").with(body));
        };
        let of_preset = |route| ApiRequest::new(route).at("preset_id", preset);
        Some(match self.dice.number(0..=5) {
            0 => of_preset("DELETE /skill-presets/{preset_id}"),
            1 => of_preset("GET /skill-presets/{preset_id}"),
            2 => of_preset("GET /skill-presets/{preset_id}/history"),
            3 => ApiRequest::new("GET /skill-presets"),
            _ => of_preset("PATCH /skill-presets/{preset_id}").with(body),
        })
    }

    pub(super) fn some_of<T>(&self, all: impl IntoIterator<Item = T>) -> Vec<T> {
        all.into_iter().filter(|_| self.dice.once_in(2)).collect()
    }

    async fn of_team(&self, world: &World, user: &User, skill: &str) -> Option<ApiRequest> {
        let teams = world.teams().await;
        let (team, skills) = self.dice.one_of(&teams)?;
        let of_team = |route| ApiRequest::new(route).at("team_id", team);
        Some(match self.dice.number(0..=12) {
            9 => of_user("PATCH /users/{user_id}", user).with(json!({"leads": self.some_of(&user.managed.teams)})),
            10..=12 => {
                let some = self.some_of(teams.iter().map(|(id, _)| id));
                let body = json!({"teams": some, "leads": self.some_of(some.iter().copied())});
                of_user("PATCH /users/{user_id}", user).with(body)
            }
            6 => of_team("GET /teams/{team_id}"),
            7 => of_team("GET /teams/{team_id}/history"),
            8 => of_team("PATCH /teams/{team_id}").with(json!({"name": format!("Team {}", self.dice.number(1..=9))})),
            0 | 1 => {
                let some = self.some_of(teams.iter().map(|(id, _)| id));
                of_user("PATCH /users/{user_id}", user).with(json!({ "teams": some }))
            }
            2 => of_team("PUT /teams/{team_id}/skills/{skill}")
                .at("skill", &skill)
                .with(json!({"level": self.dice.number(0..=100)})),
            3 => of_team("DELETE /teams/{team_id}/skills/{skill}").at("skill", self.dice.one_of(skills)?),
            4 => of_team("GET /teams/{team_id}/members"),
            _ => of_team("PATCH /teams/{team_id}").with(json!({"archived": self.dice.once_in(2)})),
        })
    }
}
