//! Every cell of the permissions' table, tried over HTTP (rules 1 to 4).

use std::{cell::Cell, collections::BTreeMap};

use domain::{
    Role,
    permissions::{CALLERS, Row, Target, decision, permitted_operations, rows},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{World, id};

type Request = (Method, String, Value);

/// Somebody of each role who logs in, and whatever is done to.
struct Trial {
    world: World,
    callers: BTreeMap<Role, (String, String)>,
    /// People to whom nothing is done, since it is refused.
    left_alone: BTreeMap<Role, String>,
    team: String,
    count: Cell<usize>,
}

impl Trial {
    async fn start() -> Self {
        let world = World::start().await;
        let (mut callers, mut left_alone) = (BTreeMap::new(), BTreeMap::new());
        for role in CALLERS {
            callers.insert(role, world.user_with_role(&format!("caller.{role}@example.com"), role.name()).await);
            let target = world.adds(&format!("target.{role}"), &json!({"role": role})).await;
            left_alone.insert(role, id(&target).to_owned());
        }
        world.makes_skill("Languages", "English", &json!({})).await;
        let team = world.makes_team("Team").await;
        Self { world, callers, left_alone, team, count: Cell::new(0) }
    }

    /// A name that nothing has yet.
    fn fresh(&self, what: &str) -> String {
        self.count.set(self.count.get() + 1);
        format!("{what}_{}", self.count.get())
    }

    /// What is done to the directory: what was refused to one caller is there for the next one.
    async fn to_the_directory_by_all(&self, row: &Row) {
        let mut requests = None;
        for caller in CALLERS {
            let decided = decision(caller, row, Target::Caller).map_err(|refusal| refusal.code());
            let of_this_row = match requests.take() {
                Some(requests) => requests,
                None => self.to_the_directory(row).await,
            };
            for request in &of_this_row {
                self.tries(caller, row, request, decided).await;
            }
            requests = decided.is_err().then_some(of_this_row);
        }
    }

    async fn to_people_by_all(&self, row: &Row) {
        for caller in CALLERS {
            for target in Target::ALL {
                let decided = decision(caller, row, target).map_err(|refusal| refusal.code());
                let decided = if no_change(caller, row, target) { Ok(()) } else { decided };
                let request = self.to_a_person(caller, row, target, decided.is_ok()).await;
                self.tries(caller, row, &request, decided).await;
            }
            let path = format!("/users/{}", self.callers[&caller].0);
            self.world.does(Method::PATCH, &path, &json!({"role": caller})).await;
        }
    }

    async fn tries(&self, caller: Role, row: &Row, request: &Request, decided: Result<(), &str>) {
        let (method, path, body) = request;
        let answer = self.world.asks(&self.callers[&caller].1, method.clone(), path, body).await;
        let told = if (200..300).contains(&answer.status) { Ok(()) } else { Err(answer.code()) };
        assert_eq!(told, decided, "{}, {caller}: {method} {path} {body}: {answer:?}", row.name);
        assert!(told.is_ok() || answer.status == 403, "{answer:?}");
    }

    async fn to_a_person(&self, caller: Role, row: &Row, target: Target, allowed: bool) -> Request {
        let user_id = match target {
            Target::Caller => self.callers[&caller].0.clone(),
            Target::Other(role) if allowed => {
                id(&self.world.adds(&self.fresh("target"), &json!({"role": role})).await).to_owned()
            }
            Target::Other(role) => self.left_alone[&role].clone(),
        };
        let user = format!("/users/{user_id}");
        match row.name {
            "edit_user" => (Method::PATCH, user, json!({"teams": [self.team]})),
            "assign_skills" => (Method::PUT, format!("{user}/skills/English"), json!({"level": 7})),
            "deactivate" => (Method::POST, format!("{user}/deactivate"), Value::Null),
            "reactivate" => {
                if allowed {
                    self.world.does(Method::POST, &format!("{user}/deactivate"), &Value::Null).await;
                }
                (Method::POST, format!("{user}/reactivate"), Value::Null)
            }
            "delete" => (Method::DELETE, user, Value::Null),
            makes => {
                let role = makes.strip_prefix("make_").unwrap_or_else(|| panic!("no request for {makes}"));
                (Method::PATCH, user, json!({"role": role}))
            }
        }
    }

    async fn to_the_directory(&self, row: &Row) -> Vec<Request> {
        let get = |path: &str| (Method::GET, path.to_owned(), Value::Null);
        let user = format!("/users/{}", self.left_alone[&Role::Agent]);
        match row.name {
            "view_users" => vec![get("/users"), get(&user), get(&format!("{user}/history")), get("/me")],
            "export_users" => vec![(Method::POST, "/exports".to_owned(), json!({}))],
            "see_jobs" => {
                let job = self.world.does(Method::POST, "/exports", &json!({})).await;
                vec![get(&format!("/jobs/{}", job["job_id"].as_str().unwrap()))]
            }
            "view_catalog" => self.views_of_the_catalog().await,
            "manage_teams" => self.changes_of_a_team().await,
            "archive_teams" => {
                let (active, archived) = (self.team().await, self.team().await);
                self.world.does(Method::PATCH, &archived, &json!({"archived": true})).await;
                let patch = |path, is| (Method::PATCH, path, json!({"archived": is}));
                vec![patch(active, true), patch(archived, false)]
            }
            "delete_teams" => vec![(Method::DELETE, self.team().await, Value::Null)],
            "manage_skills" => {
                let skill = format!("/skill-sets/Languages/skills/{}", self.fresh("New"));
                let set = (Method::POST, "/skill-sets".to_owned(), json!({"name": self.fresh("Set")}));
                vec![set, (Method::PUT, skill.clone(), json!({})), (Method::PUT, self.skill().await, json!({"max": 9}))]
            }
            "delete_skills" => {
                let set = self.fresh("Set");
                self.world.makes_skill(&set, &self.fresh("Old"), &json!({})).await;
                let delete = |path| (Method::DELETE, path, Value::Null);
                vec![delete(self.skill().await), delete(format!("/skill-sets/{set}"))]
            }
            adds => {
                let role = adds.strip_prefix("add_").unwrap_or_else(|| panic!("no request for {adds}"));
                let body = json!({"identity": self.fresh("added"), "name": "Somebody", "role": role});
                vec![(Method::POST, "/users".to_owned(), body)]
            }
        }
    }

    async fn views_of_the_catalog(&self) -> Vec<Request> {
        let (team, skill) = (self.team().await, self.skill().await);
        let paths = ["/teams", "/skill-sets", "/skill-sets/Languages", &team, &skill].map(str::to_owned);
        let parts = [format!("{team}/members"), format!("{team}/history"), format!("{skill}/history")];
        paths.into_iter().chain(parts).map(|path| (Method::GET, path, Value::Null)).collect()
    }

    async fn changes_of_a_team(&self) -> Vec<Request> {
        let team = self.team().await;
        let skill = format!("{team}/skills/English");
        vec![
            (Method::POST, "/teams".to_owned(), json!({"name": self.fresh("Team")})),
            (Method::PATCH, team, json!({"name": self.fresh("Team")})),
            (Method::PUT, skill.clone(), json!({"level": 3})),
            (Method::DELETE, skill, Value::Null),
        ]
    }

    async fn team(&self) -> String {
        format!("/teams/{}", self.world.makes_team(&self.fresh("Team")).await)
    }

    async fn skill(&self) -> String {
        self.world.makes_skill("Languages", &self.fresh("Skill"), &json!({})).await
    }
}

/// To give somebody the role that they have is no change of role, and needs no more than to edit them.
fn no_change(caller: Role, row: &Row, target: Target) -> bool {
    let has = match target {
        Target::Caller => caller,
        Target::Other(role) => role,
    };
    caller != Role::Agent && row.name.strip_prefix("make_") == Some(has.name())
}

// rule 1, rule 2, rule 3, rule 4
#[tokio::test(flavor = "multi_thread")]
async fn rules_1_to_4_every_function_asks_the_powers_and_none_decides_alone() {
    let trial = Trial::start().await;
    for row in rows() {
        if row.has_target {
            trial.to_people_by_all(row).await;
        } else {
            trial.to_the_directory_by_all(row).await;
        }
    }
    for caller in CALLERS.into_iter().filter(|caller| *caller != Role::Agent) {
        let me = trial.world.asks(&trial.callers[&caller].1, Method::GET, "/me", &Value::Null).await;
        assert_eq!(me.body["may"], json!(permitted_operations(caller)), "{me:?}");
    }
    trial.world.stack.stop().await;
}

// rule 5
#[tokio::test(flavor = "multi_thread")]
async fn rule_5_somebody_demoted_or_deactivated_a_moment_ago_finishes_nothing() {
    let world = World::start().await;
    let (adam, token) = world.user_with_role("adam@example.com", "system_admin").await;
    let adam = format!("/users/{adam}");
    let ada = format!("/users/{}", id(&world.adds("ada", &json!({})).await));
    let promotes = async |role: &str| world.asks(&token, Method::PATCH, &ada, &json!({"role": role})).await;
    assert_eq!(promotes("supervisor").await.status, 200);
    for (role, code) in [("supervisor", "supervisors-may-not"), ("agent", "agents-may-not")] {
        world.does(Method::PATCH, &adam, &json!({"role": role})).await;
        assert_eq!(promotes("system_admin").await.told(), (403, code));
    }
    world.does(Method::PATCH, &adam, &json!({"role": "system_admin"})).await;
    assert_eq!(promotes("agent").await.status, 200);
    for (method, path) in [(Method::POST, format!("{adam}/deactivate")), (Method::DELETE, adam)] {
        world.does(method, &path, &Value::Null).await;
        let refused = promotes("system_admin").await;
        assert_eq!((refused.status, refused.body), (403, json!({"message": "Forbidden"})));
    }
    assert_eq!(world.read(&ada).await["role"], "agent");
    world.stack.stop().await;
}

/// Two account owners, and nobody else who is one.
struct Rivals<'a> {
    world: &'a World,
    witness: String,
}

impl Rivals<'_> {
    /// What each does to the other at the same moment; whoever is an active account owner afterwards.
    async fn meet(&self, one: &(String, String), two: &(String, String), deed: &str) -> (String, String) {
        let (done, done_back) = tokio::join!(self.deed(&one.1, &two.0, deed), self.deed(&two.1, &one.0, deed));
        assert!(done < 500 && done_back < 500, "{deed}: {done}, {done_back}");
        let left = [self.is_owner(one).await, self.is_owner(two).await];
        assert_eq!(left.iter().filter(|left| **left).count(), 1, "{deed}: {done}, {done_back}");
        if left[0] { one.clone() } else { two.clone() }
    }

    async fn deed(&self, token: &str, user_id: &str, deed: &str) -> u16 {
        let path = format!("/users/{user_id}");
        let answer = match deed {
            "demote" => self.world.asks(token, Method::PATCH, &path, &json!({"role": "system_admin"})).await,
            "deactivate" => self.world.asks(token, Method::POST, &format!("{path}/deactivate"), &Value::Null).await,
            _ => self.world.asks(token, Method::DELETE, &path, &Value::Null).await,
        };
        answer.status
    }

    async fn is_owner(&self, (user_id, _): &(String, String)) -> bool {
        let user = self.world.asks(&self.witness, Method::GET, &format!("/users/{user_id}"), &Value::Null).await.body;
        user["role"] == "account_owner" && user["status"] == "active"
    }

    /// Somebody whom this owner makes an account owner.
    async fn another(&self, by: &(String, String), name: &str) -> (String, String) {
        let new = self.world.somebody_by(&self.witness, name).await;
        let path = format!("/users/{}", new.0);
        let made = self.world.asks(&by.1, Method::PATCH, &path, &json!({"role": "account_owner"})).await;
        assert_eq!(made.status, 200, "{made:?}");
        new
    }
}

// rule 3
#[tokio::test(flavor = "multi_thread")]
async fn rule_3_of_two_account_owners_who_oust_each_other_at_the_same_moment_one_stays() {
    let world = World::start().await;
    let (_, witness) = world.user_with_role("witness@example.com", "system_admin").await;
    let olga = world.finds("q=olga").await;
    let rivals = Rivals { world: &world, witness };
    let mut last = (id(&olga).to_owned(), world.owner.clone());
    for round in 0..8 {
        for deed in ["demote", "deactivate", "delete"] {
            let other = rivals.another(&last, &format!("{deed}{round}@example.com")).await;
            last = rivals.meet(&last, &other, deed).await;
        }
    }
    let me = format!("/users/{}", last.0);
    let refused = world.asks(&last.1, Method::PATCH, &me, &json!({"role": "agent"})).await;
    assert_eq!(refused.told(), (409, "last-account-owner"));
    for (method, path) in [(Method::POST, format!("{me}/deactivate")), (Method::DELETE, me.clone())] {
        assert_eq!(world.asks(&last.1, method.clone(), &path, &Value::Null).await.told(), (403, "own-status"));
        let by_an_admin = world.asks(&rivals.witness, method, &path, &Value::Null).await;
        assert_eq!(by_an_admin.told(), (403, "account-owners-only"));
    }
    world.stack.stop().await;
}
