use reqwest::Method;
use serde_json::{Value, json};

use crate::test_stack::TestStack;

async fn run_export(stack: &TestStack, token: &str, export_request: &Value) -> Value {
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
