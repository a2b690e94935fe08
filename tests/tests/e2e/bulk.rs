//! Changes of many users by a plan: planned, looked at, applied, undone, over the deployed functions.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    sync_filter::end_faults,
    test_stack::{ApiResponse, TestStack, id},
};

/// No user has this id.
const UNKNOWN_ID: &str = "3f2d7c1a-9b64-4e0e-8a55-0c6d1f7e2b90";

/// Starts a bulk job and waits until it has its plan.
pub async fn plan(stack: &TestStack, token: &str, path: &str, body: &Value) -> Value {
    let response = stack.request(Method::POST, path, token).json(body).send().await.unwrap();
    let status = response.status();
    let job = response.json::<Value>().await.unwrap();
    assert_eq!(status, 202, "{job}");
    settled(stack, token, &job, "planned").await
}

/// Applies the plan and waits until it is done.
pub async fn apply(stack: &TestStack, token: &str, job: &Value) -> Value {
    let path = format!("/jobs/{}/apply", job["job_id"].as_str().unwrap());
    let body = json!({"plan": job["plan"]["hash"]});
    let response = stack.send_as(token, Method::POST, &path, &body).await;
    assert_eq!(response.status, 202, "{}", response.body);
    settled(stack, token, job, "done").await
}

pub async fn settled(stack: &TestStack, token: &str, job: &Value, state: &str) -> Value {
    let path = format!("/jobs/{}", job["job_id"].as_str().unwrap());
    stack
        .wait_for(&format!("the job is {state}"), async || {
            let job = stack.request(Method::GET, &path, token).send().await.unwrap().json::<Value>().await.unwrap();
            assert_ne!(job["state"], "failed", "{job}");
            (job["state"] == state).then_some(job)
        })
        .await
}

/// The assigned level of English of each user.
async fn levels(stack: &TestStack, users: &[Value]) -> Vec<Value> {
    let mut levels = Vec::new();
    for user in users {
        let user = stack.get_json(&format!("/users/{}", id(user))).await;
        let skills = user["assigned_skills"].as_array().unwrap().clone();
        let english = skills.into_iter().find(|skill| skill["skill"] == "English");
        levels.push(english.map_or(Value::Null, |english| english["level"].clone()));
    }
    levels
}

/// A team with three members, of whom two have English, and a user outside.
async fn company(stack: &TestStack) -> (String, Vec<Value>) {
    stack.create_skill("Languages", "English", &json!({})).await;
    let team = stack.create_team("Sales").await;
    let mut users = Vec::new();
    for (identity, skills) in [
        ("ada@example.com", json!([{"skill": "English", "level": 5}])),
        ("bob@example.com", json!([{"skill": "English", "level": 80}])),
        ("cyd@example.com", json!([])),
    ] {
        users.push(stack.create_user(identity, &json!({"teams": [team], "assigned_skills": skills})).await);
    }
    let outside = json!({"assigned_skills": [{"skill": "English", "level": 5}]});
    users.push(stack.create_user("dan@example.com", &outside).await);
    stack.find_user("q=dan@example").await;
    let query = format!("/users?team={team}");
    stack
        .wait_for("the team is listed", async || {
            (stack.get_json(&query).await["items"].as_array()?.len() == 3).then_some(())
        })
        .await;
    (team, users)
}

fn raise(team: &str) -> Value {
    json!({"users": {"query": {"team": team}}, "change": {"skills": {"set_level": [{"skill": "English", "level": 80}]}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_a_level_of_a_team_is_raised_by_a_plan_and_taken_back() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let job = plan(&stack, &stack.owner, "/bulk", &raise(&team)).await;
    let counts = ["changed", "unchanged", "refused", "drastic"].map(|count| job["plan"][count].as_u64().unwrap());
    assert_eq!(counts, [1, 2, 0, 0]);
    assert_eq!(levels(&stack, &users).await, [json!(5), json!(80), Value::Null, json!(5)], "nothing has changed");

    let job_path = format!("/jobs/{}", job["job_id"].as_str().unwrap());
    let page = stack.get_json(&format!("{job_path}/plan?outcome=changed")).await;
    let english = json!({"part": "skill", "skill": "English", "before": {"level": 5}, "after": {"level": 80}});
    assert_eq!(page["items"][0]["changes"], json!([english]));
    let first = stack.get_json(&format!("{job_path}/plan?outcome=unchanged&limit=1")).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = stack.get_json(&format!("{job_path}/plan?outcome=unchanged&limit=1&cursor={cursor}")).await;
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));
    assert_ne!(first["items"][0]["user_id"], second["items"][0]["user_id"]);
    let foreign =
        stack.send(Method::GET, &format!("{job_path}/plan?outcome=changed&cursor={cursor}"), &json!({})).await;
    assert_eq!(foreign.status_and_code(), (400, "foreign-cursor"));
    let mut forged: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    forged["s"] = json!("3");
    let forged = BASE64_URL_SAFE_NO_PAD.encode(forged.to_string());
    let within_a_line =
        stack.send(Method::GET, &format!("{job_path}/plan?outcome=unchanged&cursor={forged}"), &json!({})).await;
    assert_eq!(within_a_line.status_and_code(), (400, "broken-cursor"));
    let csv = stack.client.get(job["download_url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert_eq!(csv.lines().count(), 4, "{csv}");

    let done = apply(&stack, &stack.owner, &job).await;
    assert_eq!(done["results"], json!({"changed": 1, "unchanged": 0, "refused": 0}));
    assert_eq!(levels(&stack, &users).await, [json!(80), json!(80), Value::Null, json!(5)]);
    let results = stack.get_json(&format!("{job_path}/results")).await;
    assert_eq!((&results["items"][0]["name"], &results["items"][0]["outcome"]), (&users[0]["name"], &json!("changed")));
    let record = &stack.history(&format!("/users/{}", id(&users[0])), 10).await[0];
    assert_eq!((&record["source"], &record["request_id"]), (&json!("bulk"), &job["job_id"]));

    let undo = plan(&stack, &stack.owner, &format!("{job_path}/undo"), &json!({})).await;
    assert_eq!((&undo["undoes"]["job_id"], &undo["plan"]["changed"]), (&job["job_id"], &json!(1)));
    apply(&stack, &stack.owner, &undo).await;
    assert_eq!(levels(&stack, &users).await, [json!(5), json!(80), Value::Null, json!(5)]);
    let record = &stack.history(&format!("/users/{}", id(&users[0])), 10).await[0];
    assert_eq!(record["action"], "undone");

    let record_path = format!("/users/{}/history/{}/undo", id(&users[0]), record["record_id"].as_str().unwrap());
    let again = plan(&stack, &stack.owner, &record_path, &json!({"changed_since": "revert"})).await;
    apply(&stack, &stack.owner, &again).await;
    assert_eq!(levels(&stack, &users[..1]).await, [json!(80)]);
    stack.stop().await;
}

/// Two agents with workers, and a skill that neither has.
async fn two_agents() -> TestStack {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    for name in ["Ada", "Bob"] {
        stack.log_in(&format!("{name}@example.com"), name, "agent").await;
    }
    stack.find_user("q=bob@").await;
    stack
}

/// Waits until both agents are listed with the skill, in this state of synchronisation.
async fn both_have_english(stack: &TestStack, sync: &str) {
    let list = format!("/users?skill=English&sync={sync}");
    stack
        .wait_for(&format!("both agents have the skill and are {sync}"), async || {
            (stack.get_json(&list).await["items"].as_array()?.len() == 2).then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_what_a_job_changes_is_carried_over_to_taskrouter() {
    let stack = two_agents().await;
    let change = json!({"teams": {"add": [stack.create_team("Sales").await]}, "skills": {"add": [{"skill": "English", "level": 9}]}});
    let body = json!({"users": {"query": {"role": "agent"}}, "change": change});
    let job = plan(&stack, &stack.owner, "/bulk", &body).await;
    assert_eq!(job["plan"]["changed"], 2);
    apply(&stack, &stack.owner, &job).await;
    both_have_english(&stack, "synced").await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_job_is_done_while_twilio_is_down_and_carried_over_when_it_is_back() {
    let stack = two_agents().await;
    let down = json!({"rest": {"status": 503, "times": 1_000}});
    assert!(stack.simulator(Method::POST, "/sim/faults").json(&down).send().await.unwrap().status().is_success());
    let change = json!({"skills": {"add": [{"skill": "English", "level": 9}]}});
    let body = json!({"users": {"query": {"role": "agent"}}, "change": change});
    let job = plan(&stack, &stack.owner, "/bulk", &body).await;
    let done = apply(&stack, &stack.owner, &job).await;
    assert_eq!(done["results"], json!({"changed": 2, "unchanged": 0, "refused": 0}));
    both_have_english(&stack, "pending").await;
    end_faults(&stack).await;
    // What the schedule finds due a while later, each is asked for here.
    for user in stack.get_json("/users?skill=English").await["items"].as_array().unwrap() {
        stack.send_ok(Method::POST, &format!("/users/{}/sync", id(user)), &Value::Null).await;
    }
    both_have_english(&stack, "synced").await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_2_and_3_a_supervisor_plans_what_they_may_and_applies_no_plan_of_others() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let (_, susan) = stack.log_in_with_role("susan@example.com", "supervisor").await;
    let all = json!({"ids": users.iter().map(id).collect::<Vec<_>>()});
    let body = json!({"users": all, "change": {"status": "deactivated"}});
    let job = plan(&stack, &susan, "/bulk", &body).await;
    assert_eq!((&job["plan"]["refused"], &job["plan"]["changed"]), (&json!(4), &json!(0)));
    assert_eq!(job["plan"]["groups"]["refusals"], json!([{"code": "supervisors-may-not", "users": 4}]));
    let path = format!("/jobs/{}/plan", job["job_id"].as_str().unwrap());
    let refused = stack.request(Method::GET, &path, &susan).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(refused["items"][0]["refusal"]["code"], "supervisors-may-not", "the refused come first");

    let job = plan(&stack, &susan, "/bulk", &raise(&team)).await;
    let apply_path = format!("/jobs/{}/apply", job["job_id"].as_str().unwrap());
    let hash = json!({"plan": job["plan"]["hash"]});
    let refused = stack.send(Method::POST, &apply_path, &hash).await;
    assert_eq!(refused.status_and_code(), (403, "foreign-plan"), "although the caller is an owner");
    let other = stack.send_as(&susan, Method::POST, &apply_path, &json!({"plan": "0000"})).await;
    assert_eq!(other.status_and_code(), (409, "other-plan"));
    apply(&stack, &susan, &job).await;
    let again = stack.send_as(&susan, Method::POST, &apply_path, &hash).await;
    assert_eq!(again.status_and_code(), (409, "not-planned"), "a plan is applied once");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_deactivate_a_share_of_the_active_is_applied_only_if_the_number_is_repeated() {
    let stack = TestStack::start().await;
    let (_, users) = company(&stack).await;
    let some = json!({"ids": [id(&users[0]), UNKNOWN_ID, id(&users[3])]});
    let job = plan(&stack, &stack.owner, "/bulk", &json!({"users": some, "change": {"status": "deactivated"}})).await;
    let told = ["changed", "refused", "drastic"].map(|count| job["plan"][count].as_u64().unwrap());
    assert_eq!((told, &job["plan"]["must_confirm"]), ([2, 1, 2], &json!(true)));
    let path = format!("/jobs/{}/apply", job["job_id"].as_str().unwrap());
    for confirm in [json!({}), json!({"confirm": 3})] {
        let mut body = confirm;
        body["plan"] = job["plan"]["hash"].clone();
        assert_eq!(stack.send(Method::POST, &path, &body).await.status_and_code(), (409, "confirm-drastic"));
    }
    stack.send_ok(Method::POST, &path, &json!({"plan": job["plan"]["hash"], "confirm": 2})).await;
    let done = settled(&stack, &stack.owner, &job, "done").await;
    let remarks = |job: &Value| {
        let remarks = job["plan"]["remarks"].as_array().unwrap();
        remarks.iter().map(|remark| remark["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((remarks(&job), remarks(&done)), (vec!["end-access-and-billing".to_owned()], remarks(&job)), "rule 12");
    assert_eq!(stack.get_json(&format!("/users/{}", id(&users[3]))).await["status"], "deactivated");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn how_many_are_deactivated_without_a_question_is_a_parameter() {
    let stack = TestStack::start_as(&[("BulkBrakeUsers", "2"), ("BulkBrakePercent", "100")]).await;
    let (_, users) = company(&stack).await;
    for (count, must_confirm) in [(2, false), (3, true)] {
        let some = json!({"ids": users[..count].iter().map(id).collect::<Vec<_>>()});
        let body = json!({"users": some, "change": {"status": "deactivated"}});
        let job = plan(&stack, &stack.owner, "/bulk", &body).await;
        assert_eq!(job["plan"]["must_confirm"], must_confirm, "{count} users");
    }
    stack.stop().await;
    // Five are active: two of them are forty of a hundred.
    for (percent, must_confirm) in [("40", false), ("39", true)] {
        let stack = TestStack::start_as(&[("BulkBrakeUsers", "2"), ("BulkBrakePercent", percent)]).await;
        let (_, users) = company(&stack).await;
        let some = json!({"ids": users[..2].iter().map(id).collect::<Vec<_>>()});
        let body = json!({"users": some, "change": {"status": "deactivated"}});
        let job = plan(&stack, &stack.owner, "/bulk", &body).await;
        assert_eq!(job["plan"]["must_confirm"], must_confirm, "{percent} percent");
        stack.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_cancelled_and_one_job_is_at_work_at_a_time() {
    let stack = TestStack::start().await;
    let (team, _) = company(&stack).await;
    let job = plan(&stack, &stack.owner, "/bulk", &raise(&team)).await;
    let path = format!("/jobs/{}", job["job_id"].as_str().unwrap());
    let cancelled = stack.send(Method::POST, &format!("{path}/cancel"), &json!({})).await;
    assert_eq!((cancelled.status, &cancelled.body["state"]), (200, &json!("cancelled")));
    let again =
        stack.request(Method::POST, "/bulk", &stack.owner).header("idempotency-key", "raise").json(&raise(&team));
    let first = ApiResponse::receive(again.try_clone().unwrap()).await;
    let second = ApiResponse::receive(again).await;
    assert_eq!((first.status, &first.body["job_id"]), (202, &second.body["job_id"]), "sent again, it is the same job");
    let running = settled(&stack, &stack.owner, &second.body, "planned").await;
    let other = plan(&stack, &stack.owner, "/bulk", &raise(&team)).await;
    let body = json!({"plan": running["plan"]["hash"]});
    let path_to_apply = format!("/jobs/{}/apply", running["job_id"].as_str().unwrap());
    let applied = || stack.send(Method::POST, &path_to_apply, &body);
    let (first, second, third) = tokio::join!(applied(), applied(), applied());
    let mut answers = [&first, &second, &third].map(ApiResponse::status_and_code);
    answers.sort_unstable();
    assert_eq!(answers, [(202, ""), (409, "not-planned"), (409, "not-planned")], "all at once");
    settled(&stack, &stack.owner, &running, "done").await;
    apply(&stack, &stack.owner, &other).await;
    let twice = stack.send(Method::POST, &format!("{path}/cancel"), &json!({})).await;
    assert_eq!(twice.status_and_code(), (409, "not-cancellable"));
    let applied = stack.send(Method::POST, &format!("{path}/apply"), &json!({"plan": job["plan"]["hash"]})).await;
    assert_eq!(applied.status_and_code(), (409, "not-planned"));
    let undo = stack.send(Method::POST, &format!("{path}/undo"), &json!({})).await;
    assert_eq!(undo.status_and_code(), (409, "nothing-to-undo"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_job_is_applied_no_other_one_begins_and_it_is_cancelled_between_two_users() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let mut users = Vec::new();
    // At 25 users a second they take some seconds.
    for n in 0..75 {
        users.push(stack.create_user(&format!("agent{n}@example.com"), &json!({})).await);
    }
    let change = |level: i64| {
        let add = json!({"skills": {"add": [{"skill": "English", "level": level}]}});
        json!({"users": {"ids": users.iter().map(id).collect::<Vec<_>>()}, "change": add})
    };
    let other = plan(&stack, &stack.owner, "/bulk", &change(1)).await;
    let job = plan(&stack, &stack.owner, "/bulk", &change(2)).await;
    let path = |job: &Value| format!("/jobs/{}", job["job_id"].as_str().unwrap());
    let apply = async |job: &Value| {
        stack.send(Method::POST, &format!("{}/apply", path(job)), &json!({"plan": job["plan"]["hash"]})).await
    };
    assert_eq!(apply(&job).await.status, 202);
    let begun = stack
        .wait_for("some users are changed", async || {
            let job = stack.get_json(&path(&job)).await;
            (job["done"].as_u64()? > 0).then_some(job)
        })
        .await;
    assert_eq!((&begun["state"], &begun["total"]), (&json!("running"), &json!(75)));
    assert_eq!(apply(&other).await.status_and_code(), (409, "bulk-running"));
    let another = stack.send(Method::POST, "/bulk", &change(3)).await;
    assert_eq!(another.status_and_code(), (409, "bulk-running"));
    stack.send_ok(Method::POST, &format!("{}/cancel", path(&job)), &json!({})).await;
    assert_eq!(apply(&other).await.status, 202, "the way is free");
    settled(&stack, &stack.owner, &other, "done").await;
    let cancelled = stack.get_json(&path(&job)).await;
    let changed = cancelled["results"]["changed"].as_u64().unwrap();
    assert_eq!((&cancelled["state"], 0 < changed && changed < 75), (&json!("cancelled"), true), "{cancelled}");
    let levels = levels(&stack, &users).await;
    let kept = levels.iter().filter(|level| **level == 2).count() as u64;
    assert_eq!((kept, levels.len()), (changed, 75), "who was changed since the other plan is not overwritten");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_3_a_plan_says_that_no_account_owner_would_be_left() {
    let stack = TestStack::start().await;
    let me = stack.get_json("/me").await;
    let change = json!({"users": {"ids": [me["user_id"]]}, "change": {"role": "agent"}});
    let job = plan(&stack, &stack.owner, "/bulk", &change).await;
    let lines = stack.get_json(&format!("/jobs/{}/plan?outcome=refused", job["job_id"].as_str().unwrap())).await;
    assert_eq!(lines["items"][0]["refusal"]["code"], "last-account-owner", "{lines}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_10_and_19_a_request_that_is_wrong_for_every_user_makes_no_plan() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let one = json!({"ids": [id(&users[0])]});
    let wrong = |change: Value| json!({"users": one, "change": change});
    for (body, status, code) in [
        (wrong(json!({})), 400, "empty-bulk-edit"),
        (wrong(json!({"skills": {}})), 400, "empty-bulk-edit"),
        (wrong(json!({"status": "deleted"})), 400, "deleted-in-bulk"),
        (wrong(json!({"status": "retired"})), 400, "unknown-status"),
        (wrong(json!({"role": "boss"})), 400, "unknown-role"),
        (wrong(json!({"skills": {"add": [{"skill": "Dutch"}]}})), 404, "unknown-skill"),
        (wrong(json!({"skills": {"add": [{"skill": "English", "level": 101}]}})), 400, "level-out-of-range"),
        (wrong(json!({"skills": {"set_level": [{"skill": "English"}]}})), 400, "level-missing"),
        (wrong(json!({"skills": {"add": [{"skill": "English"}], "remove": ["English"]}})), 400, "repeated-skill"),
        (wrong(json!({"skills": {"replace": [], "remove": ["English"]}})), 400, "replace-and-more"),
        (wrong(json!({"teams": {"add": [team], "remove": [team]}})), 400, "repeated-team"),
        (wrong(json!({"teams": {"add": ["sales"]}})), 404, "unknown-team"),
        (json!({"users": {}, "change": {"act_as_agent": true}}), 400, "invalid-users"),
        (json!({"users": {"ids": []}, "change": {"act_as_agent": true}}), 400, "invalid-users"),
        (json!({"users": {"ids": ["ada"]}, "change": {"act_as_agent": true}}), 404, "unknown-user"),
        (json!({"users": {"query": {"q": "a"}}, "change": {"act_as_agent": true}}), 400, "search-text-too-short"),
        (json!({"users": {"query": {"skill": "Dutch"}}, "change": {"act_as_agent": true}}), 404, "unknown-skill"),
        (json!({"users": {"query": {"limit": 5}}, "change": {"act_as_agent": true}}), 400, "invalid-body"),
    ] {
        let refused = stack.send(Method::POST, "/bulk", &body).await;
        assert_eq!(refused.status_and_code(), (status, code), "{body} {}", refused.body);
    }
    let export = crate::export::run_export(&stack, &stack.owner, &json!({})).await;
    let no_plan =
        stack.send(Method::GET, &format!("/jobs/{}/plan", export["job_id"].as_str().unwrap()), &json!({})).await;
    assert_eq!(no_plan.status_and_code(), (409, "no-plan"));
    let record = format!("/users/{}/history/latest/undo", id(&users[0]));
    assert_eq!(stack.send(Method::POST, &record, &json!({})).await.status_and_code(), (404, "unknown-record"));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_9_and_10_every_filter_selects_and_every_part_changes() {
    let stack = TestStack::start().await;
    let (team, users) = company(&stack).await;
    let other = stack.create_team("Support").await;
    stack.log_in("eve@example.com", "Eve", "agent").await;
    let eve = stack.find_user("q=eve@").await;
    for query in [
        json!({"team": team}),
        json!({"skill": "English", "min_level": 1}),
        json!({"role": "account_owner"}),
        json!({"q": "example", "status": "all"}),
        json!({"sync": "pending"}),
        json!({"sync": "failed"}),
        json!({"sync": "contested"}),
    ] {
        let body = json!({"users": {"query": query}, "change": {"teams": {"add": [other]}}});
        let job = plan(&stack, &stack.owner, "/bulk", &body).await;
        let path = format!("/jobs/{}/plan?outcome=changed&limit=2", job["job_id"].as_str().unwrap());
        let mut planned = stack.all_items(&path, 2).await.iter().map(|line| id(line).to_owned()).collect::<Vec<_>>();
        let list =
            query.as_object().unwrap().iter().map(|(name, value)| {
                format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            });
        let listed = stack.all_items(&format!("/users?{}", list.collect::<Vec<_>>().join("&")), 100).await;
        let mut listed = listed.iter().map(|user| id(user).to_owned()).collect::<Vec<_>>();
        planned.sort();
        listed.sort();
        assert_eq!(planned, listed, "{query}");
    }
    let ids = json!({"ids": [id(&users[0]), id(&eve)]});
    for (change, users) in [
        (json!({"teams": {"add": [other], "remove": [team]}}), &ids),
        (json!({"skills": {"add": [{"skill": "English"}]}, "role": "supervisor"}), &ids),
        (json!({"role": "account_owner"}), &ids),
        (json!({"role": "supervisor", "act_as_agent": false}), &ids),
        (json!({"skills": {"replace": []}}), &json!({"ids": [id(&eve)]})),
        (json!({"status": "deactivated"}), &json!({"ids": [id(&eve)]})),
        (json!({"status": "active"}), &json!({"ids": [id(&eve)]})),
    ] {
        let job = plan(&stack, &stack.owner, "/bulk", &json!({"users": users, "change": change})).await;
        let path = format!("/jobs/{}/apply", job["job_id"].as_str().unwrap());
        stack
            .send_ok(Method::POST, &path, &json!({"plan": job["plan"]["hash"], "confirm": job["plan"]["drastic"]}))
            .await;
        let done = settled(&stack, &stack.owner, &job, "done").await;
        assert_eq!(done["results"]["refused"], 0, "{change}");
        assert_ne!(done["results"]["changed"], 0, "{change}");
    }
    let ada = stack.get_json(&format!("/users/{}", id(&users[0]))).await;
    assert_eq!((&ada["role"], &ada["act_as_agent"]), (&json!("supervisor"), &json!(false)));
    let eve = stack.get_json(&format!("/users/{}", id(&eve))).await;
    assert_eq!((&eve["status"], &eve["assigned_skills"]), (&json!("active"), &json!([])));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_9_a_job_selects_users_by_whether_their_decisions_are_in_taskrouter() {
    let stack = TestStack::start().await;
    let team = stack.create_team("Sales").await;
    for (name, status) in [("Ada", 400), ("Bob", 503), ("Cyd", 0)] {
        let identity = format!("{}@example.com", name.to_lowercase());
        stack.log_in(&identity, name, "agent").await;
        let user = stack.find_user(&format!("q={identity}")).await;
        if status != 0 {
            let path = format!("*/Workers/{}", user["worker"]["sid"].as_str().unwrap());
            let fault = json!({"rest": {"method": "POST", "path": path, "status": status}});
            let set = stack.simulator(Method::POST, "/sim/faults").json(&fault).send().await.unwrap();
            assert!(set.status().is_success());
            stack.send_ok(Method::PATCH, &format!("/users/{}", id(&user)), &json!({"role": "supervisor"})).await;
        }
        let state = match status {
            400 => "failed",
            503 => "pending",
            _ => "synced",
        };
        stack.find_user(&format!("q={identity}&sync={state}")).await;
        for other in ["failed", "pending", "synced", "contested"] {
            let query = json!({"sync": other, "q": identity});
            let body = json!({"users": {"query": query}, "change": {"teams": {"add": [team]}}});
            let job = plan(&stack, &stack.owner, "/bulk", &body).await;
            assert_eq!(job["plan"]["changed"], u64::from(other == state), "{name} is {state}, not {other}");
        }
        end_faults(&stack).await;
    }
    stack.stop().await;
}
