//! Several at once at one thing: what a rule has to decide.

use std::{sync::Arc, time::Duration};

use domain::{Role, User};
use serde_json::json;
use store::SurveyDirectory as _;
use tokio::time::sleep;

use super::{MARK, Token, Workload, of_user, skill_with_levels};
use crate::{
    gateway::ApiRequest,
    world::{OWNER, World},
};

/// Within so many milliseconds: as long as a few calls take.
const AT_ONCE: u64 = 60;

impl Workload {
    pub(super) async fn clash(&mut self, world: &Arc<World>) {
        let users = world.directory.all_users().await.unwrap_or_default();
        let active = users.iter().filter(|user| user.is_active()).cloned().collect::<Vec<_>>();
        let (Some(owner), Some(user)) = (self.tokens.first().cloned(), self.dice.one_of(&active)) else { return };
        match self.dice.number(0..=8) {
            8 => self.skill_set_goes(world, &owner).await,
            0 => self.skill_goes(world, &owner, &active).await,
            1 => self.team_goes(world, &owner, &active).await,
            2 => self.owners_meet(world, &owner, &active).await,
            3 => self.caller_goes(world, &owner, &active),
            4 => self.edits_of_one_version(world, &owner, user),
            5 => self.identity_is_wanted(world, &owner),
            6 => self.edits_in_a_row(world, &owner, user),
            _ => self.logins_in_a_row(world).await,
        }
    }

    fn at_once(&self, world: &Arc<World>, token: &Token, request: ApiRequest) {
        world.request_beside(self.dice.millis(0..=AT_ONCE), token.text.clone(), request);
    }

    /// A skill is deleted while it is assigned and given to a team (rule 21).
    async fn skill_goes(&mut self, world: &Arc<World>, owner: &Token, users: &[User]) {
        self.made += 1;
        let skill = format!("Skill_{}", self.made);
        if self.insist(world, skill_with_levels(&skill)).await.is_none() {
            return;
        }
        let delete = ApiRequest::new("DELETE /skill-sets/{name}/skills/{skill}").at("name", &"Languages");
        self.at_once(world, owner, delete.at("skill", &skill));
        for user in users.iter().take(2) {
            let assign = of_user("PUT /users/{user_id}/skills/{skill}", user).at("skill", &skill);
            self.at_once(world, owner, assign.with(json!({"level": 1})));
        }
        if let Some((team, _)) = self.dice.one_of(&world.teams().await) {
            let give = ApiRequest::new("PUT /teams/{team_id}/skills/{skill}").at("team_id", team).at("skill", &skill);
            self.at_once(world, owner, give.with(json!({"level": 2})));
        }
    }

    /// A skill set is deleted while a skill joins it (rule 21).
    async fn skill_set_goes(&mut self, world: &Arc<World>, owner: &Token) {
        self.made += 1;
        let set = format!("Set {}", self.made);
        let create = ApiRequest::new("POST /skill-sets").with(json!({ "name": set }));
        if self.insist(world, create).await.is_none() {
            return;
        }
        self.at_once(world, owner, ApiRequest::new("DELETE /skill-sets/{name}").at("name", &set));
        let put = ApiRequest::new("PUT /skill-sets/{name}/skills/{skill}").at("name", &set);
        self.at_once(world, owner, put.at("skill", &format!("Skill_{}", self.made)).with(json!({"min": 0, "max": 9})));
    }

    /// A team is deleted and archived while members join it (rule 21).
    async fn team_goes(&mut self, world: &Arc<World>, owner: &Token, users: &[User]) {
        self.made += 1;
        let create = ApiRequest::new("POST /teams").with(json!({"name": format!("Team {}", self.made)}));
        let created = self.insist(world, create).await;
        let Some(team) = created.and_then(|team| team["team_id"].as_str().map(str::to_owned)) else { return };
        self.at_once(world, owner, ApiRequest::new("DELETE /teams/{team_id}").at("team_id", &team));
        for user in users.iter().take(2) {
            let join = of_user("PATCH /users/{user_id}", user).with(json!({"teams": [team]}));
            self.at_once(world, owner, join);
        }
        let archive = ApiRequest::new("PATCH /teams/{team_id}").at("team_id", &team).with(json!({"archived": true}));
        self.at_once(world, owner, archive);
    }

    /// Two account owners take each other's role or access (rule 3).
    async fn owners_meet(&mut self, world: &Arc<World>, owner: &Token, users: &[User]) {
        let of = |identity: &str| users.iter().find(|user| user.identity.as_str().eq_ignore_ascii_case(identity));
        let others = self.tokens.iter().skip(1).filter(|token| of(token.identity).is_some()).collect::<Vec<_>>();
        let Some(other) = self.dice.one_of(&others).map(|token| (*token).clone()) else { return };
        let (Some(first), Some(second)) = (of(OWNER), of(other.identity)) else { return };
        let promote = of_user("PATCH /users/{user_id}", second).with(json!({"role": "account_owner"}));
        self.insist(world, promote).await;
        // Each the other's, or each their own.
        let (first, second) = if self.dice.once_in(2) { (first, second) } else { (second, first) };
        for (token, target) in [(owner, second), (&other, first)] {
            let request = match self.dice.number(0..=2) {
                0 => of_user("PATCH /users/{user_id}", target).with(json!({"role": "supervisor"})),
                1 => of_user("POST /users/{user_id}/deactivate", target),
                _ => of_user("DELETE /users/{user_id}", target),
            };
            self.at_once(world, token, request);
        }
    }

    /// A caller is deactivated or demoted while they edit (rule 5).
    fn caller_goes(&self, world: &Arc<World>, owner: &Token, users: &[User]) {
        let caller_of = |token: &&Token| {
            users.iter().find(|user| {
                user.identity.as_str().eq_ignore_ascii_case(token.identity) && user.managed.role != Role::Agent
            })
        };
        let callers = self.tokens.iter().skip(1).filter(|token| caller_of(token).is_some()).collect::<Vec<_>>();
        let Some(token) = self.dice.one_of(&callers) else { return };
        let Some(caller) = caller_of(token) else { return };
        for user in users.iter().filter(|user| user.user_id != caller.user_id).take(3) {
            let edit = of_user("PUT /users/{user_id}/skills/{skill}", user).at("skill", &"English");
            self.at_once(world, token, edit.with(json!({"level": self.dice.number(0..=100)})));
        }
        let goes = if self.dice.once_in(2) {
            of_user("POST /users/{user_id}/deactivate", caller)
        } else {
            of_user("PATCH /users/{user_id}", caller).with(json!({"role": "agent"}))
        };
        self.at_once(world, owner, goes);
    }

    /// Several have read the same version (rule 14).
    fn edits_of_one_version(&self, world: &Arc<World>, owner: &Token, user: &User) {
        for level in 1..=3 {
            let edit = of_user("PUT /users/{user_id}/skills/{skill}", user).at("skill", &"English");
            let edit = edit.with(json!({ "level": level })).saying("if-match", &format!("\"{}\"", user.version));
            self.at_once(world, owner, edit);
        }
        let token = self.dice.one_of(&self.tokens).unwrap_or(owner);
        let edit = of_user("PATCH /users/{user_id}", user).with(json!({"act_as_agent": self.dice.once_in(2)}));
        self.at_once(world, token, edit.saying("if-match", &format!("\"{}\"", user.version)));
    }

    /// A user is added twice and logs in meanwhile (rule 22).
    fn identity_is_wanted(&mut self, world: &Arc<World>, owner: &Token) {
        let Some(identity) = self.dice.one_of(&["joy", "kim", "lea", "mia", "noa"]).copied() else { return };
        for _ in 0..2 {
            let add = json!({"identity": identity, "name": format!("{identity} {MARK}")});
            self.at_once(world, owner, ApiRequest::new("POST /users").with(add));
        }
        self.log_in_as(world, identity, "agent");
    }

    /// Each edit comes while the one before is carried over (rule 26).
    fn edits_in_a_row(&self, world: &Arc<World>, owner: &Token, user: &User) {
        let mut wait = Duration::ZERO;
        for level in 1..=6 {
            wait += self.dice.millis(30..=300);
            let edit = of_user("PUT /users/{user_id}/skills/{skill}", user).at("skill", &"English");
            world.request_beside(wait, owner.text.clone(), edit.with(json!({ "level": level })));
        }
    }

    /// Reports overtake each other (rule 28).
    async fn logins_in_a_row(&mut self, world: &Arc<World>) {
        let Some(identity) = self.dice.one_of(&["ada", "bob", "dan", "eve"]).copied() else { return };
        for _ in 0..4 {
            self.log_in_as(world, identity, "agent");
            sleep(self.dice.millis(1..=300)).await;
        }
    }
}
