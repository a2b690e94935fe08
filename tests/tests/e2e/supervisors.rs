//! Supervisors of their own teams (rule 2): `SupervisorScope=teams` over HTTP, and who leads a team.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    bulk::{apply, plan},
    export::run_export,
    import::upload,
    test_stack::{ApiResponse, TestStack, id},
};

/// A supervisor who leads the team North, and users in North and in South.
struct LedTeams {
    stack: TestStack,
    /// The supervisor's id and token.
    sam: (String, String),
    north: String,
    south: String,
    in_north: String,
    in_south: String,
}

impl LedTeams {
    async fn start(scope: &str) -> Self {
        let stack = TestStack::start_as(&[("SupervisorScope", scope)]).await;
        let (north, south) = (stack.create_team("North").await, stack.create_team("South").await);
        let sam = stack.log_in_with_role("sam@example.com", "supervisor").await;
        let user = async |name, team: &str| {
            let user = stack.create_user(name, &json!({"teams": [team]})).await;
            format!("/users/{}", id(&user))
        };
        let (in_north, in_south) = (user("nora", &north).await, user("susan", &south).await);
        stack.create_skill("Languages", "English", &json!({})).await;
        let leads = json!({"teams": [north], "leads": [north]});
        stack.send_ok(Method::PATCH, &format!("/users/{}", sam.0), &leads).await;
        Self { stack, sam, north, south, in_north, in_south }
    }

    async fn ask(&self, method: Method, path: &str, body: &Value) -> ApiResponse {
        self.stack.send_as(&self.sam.1, method, path, body).await
    }

    /// The request is answered so; no code for a success.
    async fn expect(&self, code: Option<&str>, method: Method, path: &str, body: &Value) {
        let answer = self.ask(method.clone(), path, body).await;
        let actual = if answer.status < 300 { None } else { Some(answer.code()) };
        assert_eq!(actual, code, "{method} {path} {body}: {answer:?}");
        assert!(answer.status == 403 || code.is_none(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_a_supervisor_of_their_own_teams_sees_every_user_and_changes_members_of_those_teams_alone() {
    let test = LedTeams::start("teams").await;
    let LedTeams { north, south, in_north, in_south, .. } = &test;
    for path in ["/users", in_south, &format!("{in_south}/history"), &format!("/teams/{south}/members")] {
        test.expect(None, Method::GET, path, &Value::Null).await;
    }
    let identities = |users: &Value| {
        let users = users["items"].as_array().unwrap();
        users.iter().map(|user| user["identity"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let all = ["owner@example.com", "sam@example.com", "nora", "susan"].map(str::to_owned);
    test.stack.find_user("q=susan").await;
    assert_eq!(identities(&test.ask(Method::GET, "/users", &Value::Null).await.body), all.into());
    let found = test.ask(Method::GET, "/users?q=susan", &Value::Null).await.body;
    assert_eq!(identities(&found), ["susan".to_owned()].into());
    let export = run_export(&test.stack, &test.sam.1, &json!({})).await;
    assert_eq!(export["total"], 4, "an export has every user");
    for (user, code) in [(in_north, None), (in_south, Some("outside-led-teams"))] {
        let skill = format!("{user}/skills/English");
        test.expect(code, Method::PUT, &skill, &json!({"level": 7})).await;
        test.expect(code, Method::DELETE, &skill, &Value::Null).await;
        test.expect(code, Method::POST, &format!("{user}/sync"), &Value::Null).await;
        test.expect(code, Method::PATCH, user, &json!({"act_as_agent": false})).await;
    }
    test.expect(Some("team-not-led"), Method::PATCH, in_north, &json!({"teams": [north, south]})).await;
    test.expect(None, Method::PATCH, in_north, &json!({"teams": []})).await;
    let me = test.ask(Method::GET, "/me", &Value::Null).await.body;
    assert_eq!((&me["supervisor_scope"], &me["leads"]), (&json!("teams"), &json!([north])));
    let may = me["may"].as_array().unwrap();
    assert!(may.contains(&json!("edit_user")) && !may.contains(&json!("create_teams")), "{may:?}");
    test.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_a_supervisor_of_their_own_teams_changes_those_teams_and_adds_users_to_them_alone() {
    let test = LedTeams::start("teams").await;
    let LedTeams { north, south, .. } = &test;
    for (team, name, code) in [(north, "Far North", None), (south, "Far South", Some("team-not-led"))] {
        let team = format!("/teams/{team}");
        let skill = format!("{team}/skills/English");
        test.expect(code, Method::PATCH, &team, &json!({"name": name})).await;
        test.expect(code, Method::PUT, &skill, &json!({"level": 3})).await;
        test.expect(code, Method::DELETE, &skill, &Value::Null).await;
    }
    test.expect(Some("supervisors-may-not"), Method::POST, "/teams", &json!({"name": "West"})).await;
    let add = |identity: &str, teams: &[&String]| json!({"identity": identity, "name": "New", "teams": teams});
    test.expect(None, Method::POST, "/users", &add("new", &[north])).await;
    test.expect(Some("team-not-led"), Method::POST, "/users", &add("other", &[north, south])).await;
    test.expect(Some("no-led-team"), Method::POST, "/users", &add("other", &[])).await;
    test.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_5_a_supervisor_who_leads_a_team_no_more_changes_nothing_of_it_from_that_moment_on() {
    let test = LedTeams::start("teams").await;
    let sam = format!("/users/{}", test.sam.0);
    let edit = json!({"act_as_agent": false});
    test.expect(None, Method::PATCH, &test.in_north, &edit).await;
    test.stack.send_ok(Method::PATCH, &sam, &json!({"leads": []})).await;
    test.expect(Some("outside-led-teams"), Method::PATCH, &test.in_north, &edit).await;
    test.expect(Some("outside-led-teams"), Method::PATCH, &sam, &edit).await;
    let changes = test.stack.get_json(&format!("{sam}/history")).await["items"][0]["changes"].clone();
    assert_eq!(changes, json!([{"field": "leads", "before": [test.north], "after": []}]), "rule 31");
    test.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_with_the_default_scope_leads_are_shown_and_a_supervisor_changes_every_user() {
    let test = LedTeams::start("all").await;
    let LedTeams { north, in_south, .. } = &test;
    let sam = format!("/users/{}", test.sam.0);
    test.expect(None, Method::PATCH, in_south, &json!({"teams": [north]})).await;
    for shown in [
        test.stack.get_json(&sam).await,
        test.stack.find_user("q=sam@example").await,
        test.stack.get_json(&format!("/teams/{north}/members")).await["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|member| member["identity"] == "sam@example.com")
            .cloned()
            .unwrap(),
    ] {
        assert_eq!(shown["leads"], json!([north]), "{shown}");
    }
    for (body, code) in [
        (json!({"leads": [test.south]}), "leads-without-membership"),
        (json!({"role": "agent", "leads": [north]}), "leads-of-agent"),
    ] {
        let refused = test.stack.send(Method::PATCH, &sam, &body).await;
        assert_eq!(refused.status_and_code(), (400, code), "{body}");
    }
    test.expect(Some("supervisors-may-not"), Method::PATCH, &sam, &json!({"teams": []})).await;
    let left = test.stack.send_ok(Method::PATCH, &sam, &json!({"teams": []})).await;
    assert_eq!(left["leads"], json!([]));
    test.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_2_a_job_and_an_import_of_a_supervisor_change_members_of_their_own_teams_alone() {
    let test = LedTeams::start("teams").await;
    let LedTeams { stack, sam: (_, token), north, in_north, in_south, .. } = &test;
    let users = [in_north, in_south].map(|path| path.trim_start_matches("/users/"));
    let refusals = async |job: &Value| {
        let path = format!("/jobs/{}/plan?outcome=refused", job["job_id"].as_str().unwrap());
        let lines = test.ask(Method::GET, &path, &Value::Null).await.body;
        let lines = lines["items"].as_array().unwrap().iter();
        let of = lines.map(|line| (line["user_id"].as_str().unwrap().to_owned(), line["refusal"]["code"].clone()));
        of.collect::<BTreeMap<_, _>>()
    };
    let only_south = BTreeMap::from([(users[1].to_owned(), json!("outside-led-teams"))]);
    let change = json!({"skills": {"add": [{"skill": "English", "level": 7}]}});
    let job = plan(stack, token, "/bulk", &json!({"users": {"ids": users}, "change": change})).await;
    assert_eq!((&job["plan"]["changed"], refusals(&job).await), (&json!(1), only_south.clone()));
    apply(stack, token, &job).await;
    let joins = json!({"users": {"ids": users}, "change": {"teams": {"add": [test.south]}}});
    let job = plan(stack, token, "/bulk", &joins).await;
    let both = BTreeMap::from([(users[0].to_owned(), json!("team-not-led"))]).into_iter().chain(only_south.clone());
    assert_eq!(refusals(&job).await, both.collect());

    let file = format!("user_id,act_as_agent,assigned_skills\n{},,English:8\n{},,English:9\n", users[0], users[1]);
    let body = upload(stack, token, &file).await;
    let job = plan(stack, token, "/imports", &body).await;
    assert_eq!((&job["plan"]["changed"], refusals(&job).await), (&json!(1), only_south));
    apply(stack, token, &job).await;
    let [nora, susan] = [stack.get_json(in_north).await, stack.get_json(in_south).await];
    assert_eq!((&nora["assigned_skills"][0]["level"], &susan["assigned_skills"]), (&json!(8), &json!([])));
    let raise = json!({"skills": {"set_level": [{"skill": "English", "level": 9}]}});
    let job = plan(stack, token, "/bulk", &json!({"users": {"query": {"team": north}}, "change": raise})).await;
    assert_eq!((&job["plan"]["changed"], &job["plan"]["refused"]), (&json!(1), &json!(0)), "{job}");
    stack.send_ok(Method::PATCH, &format!("/users/{}", test.sam.0), &json!({"leads": []})).await;
    let done = apply(stack, token, &job).await;
    assert_eq!(done["results"], json!({"changed": 0, "unchanged": 0, "refused": 1}), "as they may when it is applied");
    test.stack.stop().await;
}
