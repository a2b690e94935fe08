//! What people and other systems do. A step's dice follow from the seed and its number: leaving a step out changes what the
//! others meet, and only by that what they try.

mod bulk;
mod clashes;
mod requests;

use std::{sync::Arc, time::Duration};

use domain::User;
use serde_json::{Value, json};
use store::SurveyDirectory as _;
use tokio::time::sleep;

use crate::{
    chaos::Dice,
    gateway::ApiRequest,
    taskrouter::{AVAILABLE, BOT, OFFLINE},
    world::{OWNER, World},
};

/// Marks each name, so that logs can be searched for it.
pub const MARK: &str = "Quux";

/// The users who may ever log in, besides the owner. Some spell their identity in two ways.
const IDENTITIES: [&str; 9] = ["ada", "bob", "cyd", "Dan", "dan", "eve", "fay", "gus", OWNER];
const ROLES: [&str; 4] = ["agent", "agent", "supervisor", "admin"];
const SKILLS: [&str; 4] = ["English", "French", "Greek", "Klingon"];
const TEAMS: [&str; 3] = ["North", "South", "East"];
const API_ROLES: [&str; 4] = ["agent", "supervisor", "system_admin", "account_owner"];

/// A user's token, which may be revoked.
#[derive(Debug, Clone)]
struct Token {
    identity: &'static str,
    text: String,
}

/// What the actors know.
#[derive(Debug)]
pub struct Workload {
    seed: u64,
    dice: Dice,
    /// The first is the owner's latest.
    tokens: Vec<Token>,
    /// Of the idempotency keys, names, skills and teams that were made up.
    made: u64,
    /// The latest export.
    job_id: Option<String>,
}

impl Workload {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed, dice: Dice::new(seed), tokens: Vec::new(), made: 0, job_id: None }
    }

    /// The owner logs in, and defines skills and teams.
    pub async fn begin(&mut self, world: &Arc<World>) {
        world.taskrouter.add_bot();
        let text = world.taskrouter.log_in(OWNER, &format!("Olga {MARK}"), "admin");
        self.tokens.push(Token { identity: OWNER, text });
        let set = ApiRequest::new("POST /skill-sets").with(json!({"name": "Languages"}));
        let mut requests = vec![set];
        requests.extend(SKILLS[..3].iter().map(|skill| skill_with_levels(skill)));
        requests.extend(TEAMS.map(|name| ApiRequest::new("POST /teams").with(json!({ "name": name }))));
        for request in requests {
            self.insist(world, request).await;
        }
    }

    /// The owner asks until it is done.
    async fn insist(&self, world: &Arc<World>, request: ApiRequest) -> Option<Value> {
        let owner = self.tokens.first()?;
        for _ in 0..20 {
            let answer = world.request(&owner.text, request.clone()).await;
            match answer {
                Some(answer) if (200..300).contains(&answer.status) => return Some(answer.body),
                // Done before, or not to be done at all.
                Some(answer) if (400..500).contains(&answer.status) && answer.status != 403 => return None,
                _ => sleep(Duration::from_secs(2)).await,
            }
        }
        None
    }

    /// One thing that happens, and the time that passes then.
    pub async fn step(&mut self, world: &Arc<World>, number: u64) {
        self.dice = Dice::new(self.seed ^ number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        match self.dice.number(0..=21) {
            0..=3 => self.log_in(world),
            4 => self.revoke(world),
            5..=7 => self.meddle(world),
            8..=12 => self.clash(world).await,
            _ => self.ask(world).await,
        }
        let is_pause = self.dice.once_in(12);
        sleep(self.dice.millis(if is_pause { 20_000..=100_000 } else { 50..=4_000 })).await;
    }

    fn log_in(&mut self, world: &World) {
        if let (Some(identity), Some(role)) = (self.dice.one_of(&IDENTITIES), self.dice.one_of(&ROLES)) {
            self.log_in_as(world, identity, role);
        }
    }

    /// With another name each time.
    fn log_in_as(&mut self, world: &World, identity: &'static str, role: &str) {
        self.made += 1;
        let name = format!("{} {MARK}{}", identity.to_uppercase(), self.made);
        let token = Token { identity, text: world.taskrouter.log_in(identity, &name, role) };
        if identity == OWNER {
            self.tokens[0] = token;
        } else {
            self.tokens.push(token);
        }
    }

    /// Twilio accepts a token no longer; its user goes on using it.
    fn revoke(&self, world: &World) {
        let others = self.tokens.iter().skip(1).collect::<Vec<_>>();
        if let Some(token) = self.dice.one_of(&others) {
            world.taskrouter.revoke(&token.text);
        }
    }

    /// A user with a token asks for something.
    async fn ask(&mut self, world: &Arc<World>) {
        // Half of all requests are the owner's, who may do everything.
        let owner = self.tokens.first().filter(|_| self.dice.once_in(2));
        let Some(token) = owner.or_else(|| self.dice.one_of(&self.tokens)).cloned() else { return };
        let users = world.directory.all_users().await.unwrap_or_default();
        let Some(request) = self.request(world, &users).await else { return };
        let is_export = request.route == "POST /exports";
        // A caller without an answer asks again, under the same key.
        let has_key = request.headers.iter().any(|(name, _)| *name == "idempotency-key");
        if has_key && self.dice.once_in(2) {
            world.request_beside(self.dice.millis(20..=3_000), token.text.clone(), request.clone());
        }
        if matches!(request.route, "POST /bulk" | "POST /imports") {
            self.follow(world, token.text.clone());
        }
        world.request_beside(Duration::ZERO, token.text, request);
        if is_export {
            sleep(Duration::from_millis(500)).await;
            self.job_id = world.latest_export();
        }
    }

    /// Another tool, or the agent, changes a worker.
    fn meddle(&self, world: &World) {
        let workers = world.taskrouter.workers().into_iter().collect::<Vec<_>>();
        let Some((sid, worker)) = self.dice.one_of(&workers) else { return };
        match self.dice.number(0..=7) {
            0..=2 => world.taskrouter.change(sid, "agent", |worker| {
                let other = if worker.activity == AVAILABLE { OFFLINE } else { AVAILABLE };
                other.clone_into(&mut worker.activity);
            }),
            3 if worker.name != BOT => world.taskrouter.overwrite_skills(sid, &json!(["Greek"])),
            4 => world.taskrouter.see(sid),
            5 => {
                let status = if self.dice.once_in(2) { "accepted" } else { "pending" };
                world.taskrouter.change(sid, "queue", |worker| worker.reservations.push(status));
            }
            6 => world.taskrouter.change(sid, "queue", |worker| worker.reservations.clear()),
            _ if worker.name != OWNER && worker.name != BOT => world.taskrouter.delete(sid, "console"),
            _ => {}
        }
    }
}

fn skill_with_levels(name: &str) -> ApiRequest {
    let put = ApiRequest::new("PUT /skill-sets/{name}/skills/{skill}").at("name", &"Languages").at("skill", &name);
    put.with(json!({"min": 0, "max": 100}))
}

fn of_user(route: &'static str, user: &User) -> ApiRequest {
    ApiRequest::new(route).at("user_id", &user.user_id)
}

impl World {
    /// The ids of the skill presets that there are.
    pub async fn presets(&self) -> Vec<String> {
        let listed = self.look(ApiRequest::new("GET /skill-presets")).await;
        let presets = listed["items"].as_array().into_iter().flatten();
        presets.filter_map(|preset| Some(preset["preset_id"].as_str()?.to_owned())).collect()
    }

    /// The teams that there are, each with its skills.
    pub async fn teams(&self) -> Vec<(String, Vec<String>)> {
        let listed = self.look(ApiRequest::new("GET /teams").asking("limit", &100)).await;
        let team = |team: &Value| {
            let skills = team["skills"].as_array().into_iter().flatten();
            let skills = skills.filter_map(|skill| Some(skill["skill"].as_str()?.to_owned())).collect();
            Some((team["team_id"].as_str()?.to_owned(), skills))
        };
        listed["items"].as_array().into_iter().flatten().filter_map(team).collect()
    }
}
