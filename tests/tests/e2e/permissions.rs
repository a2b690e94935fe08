//! Every cell of the permissions' table, tried over HTTP (rules 1 to 4).

use std::{cell::Cell, collections::BTreeMap};

use domain::{
    Role,
    permissions::{CALLERS, Caller, Row, Target, decision, permitted_operations, rows},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::{TestStack, id};

type Request = (Method, String, Value);

/// A logged-in caller of each role, and the targets of their requests.
struct PermissionTest {
    stack: TestStack,
    callers: BTreeMap<Role, (String, String)>,
    /// Targets of requests that must be refused, by role; they never change.
    refused_targets: BTreeMap<Role, String>,
    team_id: String,
    name_count: Cell<usize>,
}

impl PermissionTest {
    async fn start() -> Self {
        let stack = TestStack::start().await;
        let (mut callers, mut refused_targets) = (BTreeMap::new(), BTreeMap::new());
        for role in CALLERS {
            callers.insert(role, stack.log_in_with_role(&format!("caller.{role}@example.com"), role.name()).await);
            let target = stack.create_user(&format!("target.{role}"), &json!({"role": role})).await;
            refused_targets.insert(role, id(&target).to_owned());
        }
        stack.create_skill("Languages", "English", &json!({})).await;
        let team_id = stack.create_team("Team").await;
        Self { stack, callers, refused_targets, team_id, name_count: Cell::new(0) }
    }

    fn unique_name(&self, what: &str) -> String {
        self.name_count.set(self.name_count.get() + 1);
        format!("{what}_{}", self.name_count.get())
    }

    /// Sends the row's requests as each caller. Targets of refused requests are unchanged and used for the next caller.
    async fn check_directory_row(&self, row: &Row) {
        let mut requests = None;
        for caller in CALLERS {
            let expected = decision(caller, row, Target::Caller).map_err(|refusal| refusal.code());
            let row_requests = match requests.take() {
                Some(requests) => requests,
                None => self.directory_requests(row).await,
            };
            for request in &row_requests {
                self.check_request(caller, row, request, expected).await;
            }
            requests = expected.is_err().then_some(row_requests);
        }
    }

    async fn check_user_row(&self, row: &Row) {
        for caller in CALLERS {
            for target in Target::ALL {
                let expected = decision(caller, row, target).map_err(|refusal| refusal.code());
                let expected = if no_change(caller, row, target) { Ok(()) } else { expected };
                let request = self.user_request(caller, row, target, expected.is_ok()).await;
                self.check_request(caller, row, &request, expected).await;
            }
            let path = format!("/users/{}", self.callers[&caller].0);
            self.stack.send_ok(Method::PATCH, &path, &json!({"role": caller})).await;
        }
    }

    async fn check_request(&self, caller: Role, row: &Row, request: &Request, expected: Result<(), &str>) {
        let (method, path, body) = request;
        let response = self.stack.send_as(&self.callers[&caller].1, method.clone(), path, body).await;
        let actual = if (200..300).contains(&response.status) { Ok(()) } else { Err(response.code()) };
        assert_eq!(actual, expected, "{}, {caller}: {method} {path} {body}: {response:?}", row.name);
        assert!(actual.is_ok() || response.status == 403, "{response:?}");
    }

    async fn user_request(&self, caller: Role, row: &Row, target: Target, allowed: bool) -> Request {
        let user_id = match target {
            Target::Caller => self.callers[&caller].0.clone(),
            Target::Other(role) if allowed => {
                id(&self.stack.create_user(&self.unique_name("target"), &json!({"role": role})).await).to_owned()
            }
            Target::Other(role) => self.refused_targets[&role].clone(),
        };
        let user = format!("/users/{user_id}");
        match row.name {
            "edit_user" => (Method::PATCH, user, json!({"teams": [self.team_id]})),
            "change_leads" => {
                // Agents lead no team.
                let role = if matches!(target, Target::Other(Role::Agent)) {
                    json!({"role": "supervisor"})
                } else {
                    json!({})
                };
                let mut body = json!({"teams": [self.team_id], "leads": [self.team_id]});
                body.as_object_mut().unwrap().extend(role.as_object().cloned().unwrap());
                (Method::PATCH, user, body)
            }
            "assign_skills" => (Method::PUT, format!("{user}/skills/English"), json!({"level": 7})),
            "deactivate" => (Method::POST, format!("{user}/deactivate"), Value::Null),
            "reactivate" => {
                if allowed {
                    self.stack.send_ok(Method::POST, &format!("{user}/deactivate"), &Value::Null).await;
                }
                (Method::POST, format!("{user}/reactivate"), Value::Null)
            }
            "delete" => (Method::DELETE, user, Value::Null),
            "request_sync" => (Method::POST, format!("{user}/sync"), Value::Null),
            "decide_drift" => (Method::POST, format!("{user}/drift/skills/revert"), Value::Null),
            permission => {
                let role = permission.strip_prefix("make_").unwrap_or_else(|| panic!("no request for {permission}"));
                (Method::PATCH, user, json!({"role": role}))
            }
        }
    }

    async fn directory_requests(&self, row: &Row) -> Vec<Request> {
        let get = |path: &str| (Method::GET, path.to_owned(), Value::Null);
        let user = format!("/users/{}", self.refused_targets[&Role::Agent]);
        match row.name {
            "view_users" => vec![get("/users"), get(&user), get(&format!("{user}/history")), get("/me")],
            "export_users" => vec![(Method::POST, "/exports".to_owned(), json!({}))],
            "see_jobs" => {
                // One at a time: that of the row before may be running.
                let start = async || {
                    let started = self.stack.send(Method::POST, "/exports", &json!({})).await;
                    (started.status == 202).then_some(started.body)
                };
                let job = self.stack.wait_for("an export starts", start).await;
                vec![get(&format!("/jobs/{}", job["job_id"].as_str().unwrap()))]
            }
            "view_reconciliations" => {
                self.stack.reconcile().await;
                vec![get("/reconciliations/latest")]
            }
            "start_reconciliations" => {
                self.stack.reconcile().await;
                vec![(Method::POST, "/reconciliations".to_owned(), json!({}))]
            }
            "view_catalog" => self.catalog_reads().await,
            "create_teams" => vec![(Method::POST, "/teams".to_owned(), json!({"name": self.unique_name("Team")}))],
            "manage_teams" => self.team_changes().await,
            "archive_teams" => {
                let (active, archived) = (self.create_team().await, self.create_team().await);
                self.stack.send_ok(Method::PATCH, &archived, &json!({"archived": true})).await;
                let patch = |path, is| (Method::PATCH, path, json!({"archived": is}));
                vec![patch(active, true), patch(archived, false)]
            }
            "delete_teams" => vec![(Method::DELETE, self.create_team().await, Value::Null)],
            "manage_skills" => {
                let skill = format!("/skill-sets/Languages/skills/{}", self.unique_name("New"));
                let set = (Method::POST, "/skill-sets".to_owned(), json!({"name": self.unique_name("Set")}));
                vec![
                    set,
                    (Method::PUT, skill.clone(), json!({})),
                    (Method::PUT, self.create_skill().await, json!({"max": 9})),
                ]
            }
            "delete_skills" => {
                let set = self.unique_name("Set");
                self.stack.create_skill(&set, &self.unique_name("Old"), &json!({})).await;
                let delete = |path| (Method::DELETE, path, Value::Null);
                vec![delete(self.create_skill().await), delete(format!("/skill-sets/{set}"))]
            }
            "manage_presets" => {
                let (one, other) = (self.create_preset().await, self.create_preset().await);
                let new = json!({"name": self.unique_name("Preset"), "skills": [{"skill": "English"}]});
                vec![
                    (Method::POST, "/skill-presets".to_owned(), new),
                    (Method::PATCH, one, json!({"name": self.unique_name("Preset")})),
                    (Method::DELETE, other, Value::Null),
                ]
            }
            create_user => {
                let role = create_user.strip_prefix("add_").unwrap_or_else(|| panic!("no request for {create_user}"));
                let body = json!({"identity": self.unique_name("added"), "name": "New User", "role": role});
                vec![(Method::POST, "/users".to_owned(), body)]
            }
        }
    }

    async fn catalog_reads(&self) -> Vec<Request> {
        let (team, skill, preset) = (self.create_team().await, self.create_skill().await, self.create_preset().await);
        let paths = ["/teams", "/skill-sets", "/skill-sets/Languages", &team, &skill].map(str::to_owned);
        let presets = ["/skill-presets".to_owned(), format!("{preset}/history"), preset];
        let parts = [format!("{team}/members"), format!("{team}/history"), format!("{skill}/history")];
        paths.into_iter().chain(presets).chain(parts).map(|path| (Method::GET, path, Value::Null)).collect()
    }

    async fn team_changes(&self) -> Vec<Request> {
        let team = self.create_team().await;
        let skill = format!("{team}/skills/English");
        vec![
            (Method::PATCH, team, json!({"name": self.unique_name("Team")})),
            (Method::PUT, skill.clone(), json!({"level": 3})),
            (Method::DELETE, skill, Value::Null),
        ]
    }

    async fn create_team(&self) -> String {
        format!("/teams/{}", self.stack.create_team(&self.unique_name("Team")).await)
    }

    async fn create_preset(&self) -> String {
        let new = json!({"name": self.unique_name("Preset"), "skills": [{"skill": "English"}]});
        let preset = self.stack.send_ok(Method::POST, "/skill-presets", &new).await;
        format!("/skill-presets/{}", preset["preset_id"].as_str().unwrap())
    }

    async fn create_skill(&self) -> String {
        self.stack.create_skill("Languages", &self.unique_name("Skill"), &json!({})).await
    }
}

/// Setting the role that a user has changes nothing and needs only the permission to edit users.
fn no_change(caller: Role, row: &Row, target: Target) -> bool {
    let current_role = match target {
        Target::Caller => caller,
        Target::Other(role) => role,
    };
    caller != Role::Agent && row.name.strip_prefix("make_") == Some(current_role.name())
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_1_to_4_every_function_asks_the_powers_and_none_decides_alone() {
    let test = PermissionTest::start().await;
    for row in rows() {
        if row.has_target {
            test.check_user_row(row).await;
        } else {
            test.check_directory_row(row).await;
        }
    }
    for caller in CALLERS.into_iter().filter(|caller| *caller != Role::Agent) {
        let (user_id, token) = &test.callers[&caller];
        let me = test.stack.send_as(token, Method::GET, "/me", &Value::Null).await;
        assert_eq!(
            me.body["may"],
            json!(permitted_operations(&Caller::new(user_id.parse().unwrap(), caller))),
            "{me:?}"
        );
    }
    test.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_5_somebody_demoted_or_deactivated_a_moment_ago_finishes_nothing() {
    let stack = TestStack::start().await;
    let (adam, token) = stack.log_in_with_role("adam@example.com", "system_admin").await;
    let adam = format!("/users/{adam}");
    let ada = format!("/users/{}", id(&stack.create_user("ada", &json!({})).await));
    let set_role = async |role: &str| stack.send_as(&token, Method::PATCH, &ada, &json!({"role": role})).await;
    assert_eq!(set_role("supervisor").await.status, 200);
    for (role, code) in [("supervisor", "supervisors-may-not"), ("agent", "agents-may-not")] {
        stack.send_ok(Method::PATCH, &adam, &json!({"role": role})).await;
        assert_eq!(set_role("system_admin").await.status_and_code(), (403, code));
    }
    stack.send_ok(Method::PATCH, &adam, &json!({"role": "system_admin"})).await;
    assert_eq!(set_role("agent").await.status, 200);
    for (method, path) in [(Method::POST, format!("{adam}/deactivate")), (Method::DELETE, adam)] {
        stack.send_ok(method, &path, &Value::Null).await;
        let refused = set_role("system_admin").await;
        assert_eq!((refused.status, refused.body), (403, json!({"message": "Forbidden"})));
    }
    assert_eq!(stack.get_json(&ada).await["role"], "agent");
    stack.stop().await;
}

/// A directory with two active account owners.
struct OwnerRace<'a> {
    stack: &'a TestStack,
    admin_token: String,
}

impl OwnerRace<'_> {
    /// Both perform the action on each other concurrently; returns the one who is still an active account owner.
    async fn run(&self, first: &(String, String), second: &(String, String), action: &str) -> (String, String) {
        let (first_status, second_status) =
            tokio::join!(self.perform(&first.1, &second.0, action), self.perform(&second.1, &first.0, action));
        assert!(first_status < 500 && second_status < 500, "{action}: {first_status}, {second_status}");
        let remaining = [self.is_active_owner(first).await, self.is_active_owner(second).await];
        assert_eq!(
            remaining.iter().filter(|remaining| **remaining).count(),
            1,
            "{action}: {first_status}, {second_status}"
        );
        if remaining[0] { first.clone() } else { second.clone() }
    }

    async fn perform(&self, token: &str, user_id: &str, action: &str) -> u16 {
        let path = format!("/users/{user_id}");
        let response = match action {
            "demote" => self.stack.send_as(token, Method::PATCH, &path, &json!({"role": "system_admin"})).await,
            "deactivate" => self.stack.send_as(token, Method::POST, &format!("{path}/deactivate"), &Value::Null).await,
            _ => self.stack.send_as(token, Method::DELETE, &path, &Value::Null).await,
        };
        response.status
    }

    async fn is_active_owner(&self, (user_id, _): &(String, String)) -> bool {
        let user =
            self.stack.send_as(&self.admin_token, Method::GET, &format!("/users/{user_id}"), &Value::Null).await.body;
        user["role"] == "account_owner" && user["status"] == "active"
    }

    /// Creates another account owner, by this account owner.
    async fn create_owner(&self, by: &(String, String), name: &str) -> (String, String) {
        let user = self.stack.log_in_agent(&self.admin_token, name).await;
        let path = format!("/users/{}", user.0);
        let response = self.stack.send_as(&by.1, Method::PATCH, &path, &json!({"role": "account_owner"})).await;
        assert_eq!(response.status, 200, "{response:?}");
        user
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_3_of_two_account_owners_who_oust_each_other_at_the_same_moment_one_stays() {
    let stack = TestStack::start().await;
    let (_, admin_token) = stack.log_in_with_role("witness@example.com", "system_admin").await;
    let olga = stack.find_user("q=olga").await;
    let race = OwnerRace { stack: &stack, admin_token };
    let mut last = (id(&olga).to_owned(), stack.owner.clone());
    for round in 0..8 {
        for action in ["demote", "deactivate", "delete"] {
            let other = race.create_owner(&last, &format!("{action}{round}@example.com")).await;
            last = race.run(&last, &other, action).await;
        }
    }
    let me = format!("/users/{}", last.0);
    let refused = stack.send_as(&last.1, Method::PATCH, &me, &json!({"role": "agent"})).await;
    assert_eq!(refused.status_and_code(), (409, "last-account-owner"));
    for (method, path) in [(Method::POST, format!("{me}/deactivate")), (Method::DELETE, me.clone())] {
        assert_eq!(
            stack.send_as(&last.1, method.clone(), &path, &Value::Null).await.status_and_code(),
            (403, "own-status")
        );
        let admin_response = stack.send_as(&race.admin_token, method, &path, &Value::Null).await;
        assert_eq!(admin_response.status_and_code(), (403, "account-owners-only"));
    }
    stack.stop().await;
}
