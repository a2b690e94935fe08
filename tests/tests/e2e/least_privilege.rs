//! What functions do so rarely that no other test comes to it: with these tests, every permission that the template grants
//! is used (`local authority --check`).

use std::fs;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Provenance, Status, UserId, audit::Action};
use jiff::Timestamp;
use local::authority::usage::log_of_tests;
use reqwest::Method;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitUser, Directory, FanOutTeams, UserChange, ViewUser, search::index};
use uuid::Uuid;

use crate::{
    export::run_export,
    test_stack::{TestStack, id},
};

fn claims(name: &str, role: &str, skills: &Value) -> Value {
    let identity = format!("{name}@example.com");
    json!({"identity": identity, "full_name": name, "email": identity, "roles": [role],
        "attributes": {"routing": {"skills": skills, "levels": {}}}})
}

/// A user with a worker.
struct LoggedIn<'a> {
    stack: &'a TestStack,
    name: &'static str,
    sid: String,
    path: String,
}

impl<'a> LoggedIn<'a> {
    async fn new(stack: &'a TestStack, name: &'static str, role: &str, skills: &Value) -> Self {
        stack.log_in_with_claims(&claims(name, role, skills)).await;
        let found = stack.find_user(&format!("q={name}")).await;
        let sid = found["worker"]["sid"].as_str().unwrap().to_owned();
        Self { stack, name, sid, path: format!("/users/{}", id(&found)) }
    }

    async fn user(&self) -> Value {
        self.stack.get_json(&self.path).await
    }

    async fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Value) -> bool) {
        self.stack.wait_for(what, async || is_so(&self.user().await).then_some(())).await;
    }

    /// Another tool writes the worker's attributes.
    async fn overwrite(&self, role: &str, skills: &Value) {
        let attributes = json!({"full_name": self.name, "email": format!("{}@example.com", self.name), "roles": [role],
            "routing": {"skills": skills, "levels": {}}});
        self.stack.rest(Method::POST, &format!("/{}", self.sid), &[("Attributes", &attributes.to_string())]).await;
    }

    async fn overwrite_unheard(&self, role: &str, skills: &Value) {
        self.stack.drop_callbacks(true).await;
        self.overwrite(role, skills).await;
        self.stack.drop_callbacks(false).await;
    }

    async fn attributes(&self) -> Value {
        let worker = self.stack.rest(Method::GET, &format!("/{}", self.sid), &[]).await;
        serde_json::from_str(worker["attributes"].as_str().unwrap_or_default()).unwrap_or_default()
    }

    async fn wait_for_worker(&self, what: &str, mut is_so: impl FnMut(&Value) -> bool) {
        self.stack.wait_for(what, async || is_so(&self.attributes().await).then_some(())).await;
    }
}

fn skills_of(user: &Value) -> Vec<&str> {
    user["assigned_skills"].as_array().unwrap().iter().map(|skill| skill["skill"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_an_api_key_taskrouter_is_asked_in_its_name() {
    let stack = TestStack::start_as(&[("TwilioApiKeySid", simulator::API_KEY_SID)]).await;
    let zelda = LoggedIn::new(&stack, "zelda", "agent", &json!([])).await;
    stack.send_ok(Method::PATCH, &zelda.path, &json!({"role": "supervisor"})).await;
    zelda.wait_for_worker("the role is in TaskRouter", |worker| worker["roles"] == json!(["supervisor"])).await;
    let events =
        stack.simulator(Method::GET, &format!("/v1/Workspaces/WS{}/Events?WorkerSid={}", "0".repeat(32), zelda.sid));
    let events = events.basic_auth(format!("AC{}", "0".repeat(32)), Some("local-auth-token"));
    let events: Value = events.send().await.unwrap().json().await.unwrap();
    let actors =
        events["events"].as_array().unwrap().iter().filter(|event| event["actor_sid"] == simulator::API_KEY_SID);
    assert!(actors.count() > 0, "{events}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_with_skill_authority_shared_what_another_tool_gives_and_takes_is_accepted_and_joins_the_catalog() {
    let stack = TestStack::start_as(&[("SkillAuthority", "shared")]).await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let zelda = LoggedIn::new(&stack, "zelda", "agent", &json!(["English"])).await;
    zelda.overwrite("agent", &json!(["Klingon"])).await;
    zelda.wait_until("what the other tool wrote is accepted", |user| skills_of(user) == ["Klingon"]).await;
    let imported = stack.get_json("/skill-sets/Imported").await;
    assert_eq!(imported["skills"][0]["skill"], "Klingon", "{imported}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_reconciliation_makes_up_for_lost_logins_a_rename_and_what_was_overwritten_unheard() {
    let stack = TestStack::start().await;
    stack.drop_callbacks(true).await;
    let token = stack.log_in_with_claims(&claims("second", "admin", &json!(["Klingon"]))).await;
    stack.drop_callbacks(false).await;
    stack.reconcile().await;
    let second = stack.find_user("q=second").await;
    assert_eq!((&second["role"], skills_of(&second)), (&json!("system_admin"), vec!["Klingon"]));

    let owner = stack.find_user("q=olga").await;
    stack.send_ok(Method::PATCH, &format!("/users/{}", id(&second)), &json!({"role": "account_owner"})).await;
    let path = format!("/users/{}", id(&owner));
    let demoted = stack.send_as(&token, Method::PATCH, &path, &json!({"role": "system_admin"})).await;
    assert_eq!((demoted.status, &demoted.body["role"]), (200, &json!("system_admin")), "{demoted:?}");
    stack.drop_callbacks(true).await;
    stack.log_in("owner@example.com", "Olga Newname", "admin").await;
    stack.drop_callbacks(false).await;
    stack.reconcile().await;
    assert_eq!(stack.get_json(&path).await["role"], "account_owner", "a login of one whom the configuration names");

    let zelda = LoggedIn::new(&stack, "zelda", "agent", &json!([])).await;
    stack.send_ok(Method::PATCH, &zelda.path, &json!({"role": "supervisor"})).await;
    let is_supervisor = |worker: &Value| worker["roles"] == json!(["supervisor"]);
    zelda.wait_for_worker("the role is in TaskRouter", is_supervisor).await;
    zelda.wait_until("it is carried over", |user| user["sync"]["state"] == "synced").await;
    zelda.overwrite_unheard("admin", &json!([])).await;
    // A new name alone fires no callback.
    let path = format!("/{}", zelda.sid);
    stack.rest(Method::POST, &path, &[("FriendlyName", "zoe@example.com")]).await;
    stack.reconcile().await;
    assert_eq!(zelda.user().await["identity"], "zoe@example.com");
    zelda.wait_for_worker("what was overwritten is reverted", is_supervisor).await;

    stack.rest(Method::POST, &path, &[("FriendlyName", "zara@example.com")]).await;
    zelda.overwrite("admin", &json!([])).await;
    zelda.wait_until("the next callback tells the name", |user| user["identity"] == "zara@example.com").await;
    stack.stop().await;
}

fn user_id(path: &str) -> UserId {
    path.trim_start_matches("/users/").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_23_an_adoption_that_died_half_way_is_finished_by_a_reconciliation() {
    let stack = TestStack::start().await;
    let zelda = LoggedIn::new(&stack, "zelda", "agent", &json!(["Chess"])).await;
    let directory = tests::directory(&stack.running);
    let before = directory.user(user_id(&zelda.path)).await.unwrap().unwrap();
    let half_way = before.with(|user| user.managed.provenance = Provenance::Pending);
    let origin = ChangeOrigin::operator("test", Timestamp::now(), Uuid::now_v7());
    directory.commit_user(UserChange::new(Some(&before), half_way, origin, Action::Edited)).await.unwrap();
    zelda.overwrite_unheard("agent", &json!(["Go"])).await;
    stack.reconcile().await;
    assert_eq!(skills_of(&zelda.user().await), ["Go"]);
    stack.stop().await;
}

/// Makes the search entries those of an earlier status.
async fn break_entries(directory: &Directory, user: UserId) {
    let (db, table) = (directory.client(), directory.name());
    let user = directory.user(user).await.unwrap().unwrap();
    for key in index::entries(&user).unwrap().into_keys() {
        let [pk, sk] = [key.pk, key.sk].map(AttributeValue::S);
        db.delete_item().table_name(table).key("pk", pk).key("sk", sk).send().await.unwrap();
    }
    let earlier = user.with(|user| user.managed.status = Status::Deactivated);
    for item in index::entries(&earlier).unwrap().into_values() {
        db.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_reconciliation_repairs_search_entries_that_an_event_has_left_behind() {
    let stack = TestStack::start().await;
    let aaron = LoggedIn::new(&stack, "aaron", "supervisor", &json!([])).await;
    for (change, status) in [("deactivate", "deactivated"), ("reactivate", "active")] {
        stack.send_ok(Method::POST, &format!("{}/{change}", aaron.path), &Value::Null).await;
        stack.find_user(&format!("q=aaron&role=supervisor&status={status}")).await;
    }
    let directory = tests::directory(&stack.running);
    // `index` writes what it still has to before the entries are broken.
    aaron.wait_until("the change is carried over", |user| user["sync"]["state"] == "synced").await;
    break_entries(&directory, user_id(&aaron.path)).await;
    assert_eq!(stack.get_json("/users?q=aaron").await["items"], json!([]));
    // A run looks at one user, and the next run at the next one.
    stack.reconcile().await;
    stack.reconcile().await;
    stack.find_user("q=aaron&role=supervisor").await;
    let deactivated = AttributeValue::S("LIST#deactivated#ROLE#supervisor".to_owned());
    let stale = directory.client().query().table_name(directory.name()).key_condition_expression("pk = :pk");
    let stale = stale.expression_attribute_values(":pk", deactivated).send().await.unwrap();
    assert_eq!(stale.items(), []);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_an_owner_whom_another_tool_demoted_is_demoted_here_if_an_owner_adopts_it() {
    let stack = TestStack::start().await;
    let susan = LoggedIn::new(&stack, "susan", "admin", &json!([])).await;
    stack.send_ok(Method::PATCH, &susan.path, &json!({"role": "account_owner"})).await;
    susan.wait_until("the role is carried over", |user| user["sync"]["state"] == "synced").await;
    susan.overwrite_unheard("agent", &json!([])).await;
    let adopted = stack.send_ok(Method::POST, &format!("{}/drift/role/adopt", susan.path), &Value::Null).await;
    assert_eq!(adopted["role"], "agent");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_a_supervisor_whom_the_identity_provider_made_an_agent_is_one_by_callback_or_by_reconciliation() {
    let stack = TestStack::start().await;
    for (name, is_lost) in [("zelda", false), ("wanda", true)] {
        let user = LoggedIn::new(&stack, name, "supervisor", &json!([])).await;
        stack.drop_callbacks(is_lost).await;
        stack.log_in_with_claims(&claims(name, "agent", &json!([]))).await;
        stack.drop_callbacks(false).await;
        if is_lost {
            stack.reconcile().await;
        }
        user.wait_until("the role is lowered", |user| user["role"] == "agent").await;
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_adopted_skills_replace_those_that_were_assigned_here() {
    let stack = TestStack::start().await;
    let zelda = LoggedIn::new(&stack, "zelda", "agent", &json!(["Chess"])).await;
    stack.send_ok(Method::PUT, &format!("{}/skills/Chess", zelda.path), &json!({"level": 9})).await;
    zelda.wait_for_worker("the level is in TaskRouter", |worker| worker["routing"]["levels"]["Chess"] == 9).await;
    zelda.wait_until("it is carried over", |user| user["sync"]["state"] == "synced").await;
    zelda.overwrite_unheard("agent", &json!(["Go"])).await;
    let request = stack.request(Method::POST, &format!("{}/drift/skills/adopt", zelda.path), &stack.owner);
    let adopted = request.header("idempotency-key", "adopt-zelda").send().await.unwrap();
    assert_eq!(adopted.status(), 200);
    assert_eq!(skills_of(&adopted.json().await.unwrap()), ["Go"]);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_15_a_team_of_many_members_reaches_all_of_them_in_steps_and_they_are_found_by_its_skill() {
    let stack = TestStack::start().await;
    stack.create_skill("Topics", "Sales", &json!({})).await;
    let team = stack.create_team("Sellers").await;
    for number in 0..26 {
        stack.create_user(&format!("user{number}@example.com"), &json!({"teams": [team]})).await;
    }
    stack.send_ok(Method::PUT, &format!("/teams/{team}/skills/Sales"), &json!({})).await;
    let directory = tests::directory(&stack.running);
    let team_id = team.parse().unwrap();
    let is_over = async || directory.fan_out(team_id).await.unwrap().is_none().then_some(());
    stack.wait_for("the change has reached all members", is_over).await;
    let all = async || (stack.all_items("/users?skill=Sales&limit=50", 50).await.len() == 26).then_some(());
    stack.wait_for("all are found", all).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_an_export_takes_every_state_of_synchronisation_as_a_filter() {
    let stack = TestStack::start().await;
    for state in ["pending", "failed", "contested", "synced"] {
        let job = run_export(&stack, &stack.owner, &json!({"sync": state})).await;
        assert_eq!(job["done"], i32::from(state == "synced"), "{state}");
    }
    stack.stop().await;
}

/// Another template, in which `export` names a function that its policy does not.
async fn start_with_wrong_function() -> TestStack {
    let (right, wrong) = ("WRITE_EXPORT_FUNCTION: !Ref WriteExport", "WRITE_EXPORT_FUNCTION: !Ref FanOut");
    TestStack::start_with_template(|template| template.replace(right, wrong)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_that_its_policy_does_not_name_is_not_started_and_the_job_says_that_it_failed() {
    let stack = start_with_wrong_function().await;
    let started = stack.send(Method::POST, "/exports", &json!({})).await;
    assert_eq!(started.status, 503, "{started:?}");
    let log = fs::read_to_string(stack.data.path().join("authority.jsonl")).unwrap();
    let (denied, used): (Vec<_>, Vec<_>) = log.lines().partition(|line| line.contains("\"denied\""));
    assert_eq!(denied.len(), 1, "{denied:?}");
    assert!(denied[0].contains("lambda:InvokeFunction") && denied[0].contains("flex-roster-FanOut"), "{denied:?}");
    // What was used counts, but for what was denied on purpose.
    let mut counted = fs::OpenOptions::new().create(true).append(true).open(log_of_tests()).unwrap();
    std::io::Write::write_all(&mut counted, format!("{}\n", used.join("\n")).as_bytes()).unwrap();
    stack.stop().await;
}
