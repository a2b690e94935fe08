use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::{Identity, TeamName, User, UserId, job::JobState};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use store::{
    Directory, StoreJobs,
    schema::{items::Entity, keys},
};
use uuid::Uuid;

use crate::test_stack::{TestStack, id};

/// Starts an export and waits for it; returns the job.
pub async fn run_export(stack: &TestStack, token: &str, export_request: &Value) -> Value {
    let response = stack.request(Method::POST, "/exports", token).json(export_request).send().await.unwrap();
    assert_eq!(response.status(), 202);
    let path = response.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(response.json::<Value>().await.unwrap()["state"], "queued");
    stack
        .wait_for("the export is done", async || {
            let job = stack.request(Method::GET, &path, token).send().await.unwrap().json::<Value>().await.unwrap();
            assert_ne!(job["state"], "failed", "{job}");
            (job["state"] == "done").then_some(job)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_the_list_is_downloaded_as_csv_through_a_link_that_nobody_can_make_up() {
    let stack = TestStack::start().await;
    for name in ["Zoë Zander", "Ådne Åsen", "=cmd()", "李小龙"] {
        stack.log_in(&format!("{}@example.com", name.chars().next().unwrap() as u32), name, "agent").await;
    }
    stack.find_user("q=zander").await;
    let job = run_export(&stack, &stack.owner, &json!({})).await;
    assert_eq!((&job["done"], &job["total"]), (&json!(5), &json!(5)));
    let link = job["download_url"].as_str().unwrap();
    assert!(link.contains("X-Amz-Expires=900"), "15 minutes");
    let file = stack.client.get(link).send().await.unwrap();
    assert_eq!(file.status(), 200);
    let text = file.text().await.unwrap();
    let lines = text.trim_start_matches('\u{feff}').split("\r\n").collect::<Vec<_>>();
    assert_eq!(
        lines[0],
        "user_id,identity,name,email,role,status,act_as_agent,teams,assigned_skills,effective_skills,worker_sid,created_at,updated_at"
    );
    let names = lines[1..].iter().filter_map(|line| line.split(',').nth(2)).collect::<Vec<_>>();
    assert_eq!(names, ["'=cmd()", "Ådne Åsen", "Olga Owner", "Zoë Zander", "李小龙"], "rules 29 and 30");
    let forged = stack.client.get(link.replace("users.csv", "others.csv")).send().await.unwrap();
    assert_eq!(forged.status(), 403);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_an_export_has_the_same_search_and_filters_and_is_for_the_one_who_asked_and_for_admins() {
    let stack = TestStack::start().await;
    let susan = stack.log_in("susan@example.com", "Susan Super", "supervisor").await;
    let simon = stack.log_in("simon@example.com", "Simon Super", "supervisor").await;
    stack.find_user("q=simon").await;
    let job = run_export(&stack, &susan, &json!({"q": "sup", "role": "supervisor"})).await;
    assert_eq!(job["total"], 2);
    let path = format!("/jobs/{}", job["job_id"].as_str().unwrap());
    let refused = stack.request(Method::GET, &path, &simon).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.json::<Value>().await.unwrap()["code"]),
        (403, &json!("somebody-elses-job"))
    );
    assert_eq!(stack.get_json(&path).await["state"], "done");
    stack.stop().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn rule_29_an_export_whose_runner_is_killed_goes_on_and_has_each_user_once() {
    let stack = TestStack::start().await;
    let identities = (0..60).map(|n| format!("user{n}@example.com")).collect::<Vec<_>>();
    for identity in &identities {
        stack.create_user(identity, &json!({})).await;
    }
    stack.find_user("q=user59").await;
    let path = killed_export(&stack).await;
    let job = stack
        .wait_for("another runner takes the export over", async || {
            let job = stack.get_json(&path).await;
            assert_ne!(job["state"], "failed", "{job}");
            (job["state"] == "done").then_some(job)
        })
        .await;
    let file = stack.client.get(job["download_url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    let mut exported = file.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect::<Vec<_>>();
    exported.retain(|identity| identity.starts_with("user"));
    exported.sort_unstable();
    let mut expected = identities.iter().map(String::as_str).collect::<Vec<_>>();
    expected.sort_unstable();
    assert_eq!(exported, expected);
    assert!(!stack.data.path().join("failures.jsonl").exists());
    stack.stop().await;
}

/// Starts exports until the runner of one is killed while it holds the job; returns that job's path.
#[cfg(target_os = "linux")]
async fn killed_export(stack: &TestStack) -> String {
    stack
        .wait_for("a runner is killed during its export", async || {
            let started = stack.send_ok(Method::POST, "/exports", &json!({})).await;
            let path = format!("/jobs/{}", started["job_id"].as_str().unwrap());
            let has_begun = async || (stack.get_json(&path).await["state"] != "queued").then_some(());
            stack.wait_for("the export begins", has_begun).await;
            kill_processes(stack, "write-export");
            (stack.get_json(&path).await["state"] == "running").then_some(path)
        })
        .await
}

/// `kill -9` for the processes of this function that belong to the stack.
#[cfg(target_os = "linux")]
fn kill_processes(stack: &TestStack, function: &str) {
    let database = format!("AWS_ENDPOINT_URL_DYNAMODB={}", stack.running.endpoints().dynamodb);
    for process in std::fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
        let read = |file: &str| std::fs::read_to_string(process.path().join(file)).unwrap_or_default();
        if read("comm").trim() == function && read("environ").split('\0').any(|variable| variable == database) {
            let killed = std::process::Command::new("kill").arg("-9").arg(process.file_name()).status().unwrap();
            assert!(killed.success());
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn rule_29_the_next_runner_goes_on_from_the_last_checkpoint() {
    let stack = TestStack::start().await;
    let directory = tests::directory(&stack.running);
    put_users(&directory, 3_000).await;
    let job_id = stack
        .wait_for("a runner is killed after a checkpoint", async || {
            let started = stack.send_ok(Method::POST, "/exports", &json!({})).await;
            let job_id = started["job_id"].as_str().unwrap().parse().unwrap();
            let job = stack
                .wait_for("there is a checkpoint, or the end", async || {
                    let job = directory.job(job_id).await.unwrap().unwrap();
                    (job.checkpoint.is_some() || job.state == JobState::Done).then_some(job)
                })
                .await;
            kill_processes(&stack, "write-export");
            (job.state != JobState::Done && directory.job(job_id).await.unwrap()?.state == JobState::Running)
                .then_some(job_id)
        })
        .await;
    let job = stack
        .wait_for("another runner ends the export", async || {
            let job = stack.get_json(&format!("/jobs/{job_id}")).await;
            assert_ne!(job["state"], "failed", "{job}");
            (job["state"] == "done").then_some(job)
        })
        .await;
    let file = stack.client.get(job["download_url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    let exported = file.lines().filter(|line| line.contains(",listed")).collect::<BTreeSet<_>>();
    assert_eq!((file.lines().filter(|line| line.contains(",listed")).count(), exported.len()), (3_000, 3_000));
    stack.stop().await;
}

/// Users past the API, which would take minutes.
#[cfg(target_os = "linux")]
async fn put_users(directory: &Directory, count: u128) {
    let user = |number: u128| {
        let identity = Identity::parse(&format!("listed{number}")).unwrap();
        User::new(UserId::new(Uuid::from_u128(number)), identity, Timestamp::UNIX_EPOCH)
    };
    let put = |user: User| PutRequest::builder().set_item(Some(user.to_item().unwrap())).build().unwrap();
    let puts = (1..=count).map(|number| WriteRequest::builder().put_request(put(user(number))).build());
    for puts in puts.collect::<Vec<_>>().chunks(25) {
        directory.client().batch_write_item().request_items(directory.name(), puts.to_vec()).send().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_29_an_export_has_teams_that_no_list_carries_and_users_who_were_changed_after_it_was_asked_for() {
    let stack = TestStack::start().await;
    let team = stack.create_team("Sellers").await;
    stack.create_user("mary@example.com", &json!({"teams": [team]})).await;
    let user_id = id(&stack.find_user("q=mary").await).parse::<UserId>().unwrap();
    let directory = tests::directory(&stack.running);
    let table = || (directory.client(), directory.name());
    // As an earlier version has written the name.
    let (client, name) = table();
    let key = keys::team_name(&TeamName::parse("Sellers").unwrap()).attributes();
    let older = client.update_item().table_name(name).set_key(Some(key)).update_expression("REMOVE skills");
    older.send().await.unwrap();
    let (client, name) = table();
    let later = AttributeValue::S("2099-01-01T00:00:00Z".to_owned());
    let changed = client.update_item().table_name(name).set_key(Some(keys::profile(user_id).attributes()));
    let changed = changed.update_expression("SET updated_at = :later").expression_attribute_values(":later", later);
    changed.send().await.unwrap();
    let job = run_export(&stack, &stack.owner, &json!({"q": "mary"})).await;
    let file = stack.client.get(job["download_url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    let row = file.lines().find(|line| line.contains("mary@example.com")).unwrap();
    assert!(row.contains(",Sellers,"), "{row}");
    stack.stop().await;
}
