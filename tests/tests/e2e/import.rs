//! A file that goes round: exported, changed, imported by a plan, undone, over the deployed functions.

use std::process::Command;

use local::options::own_bin_dir;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    bulk::{apply, plan, settled},
    test_stack::{TestStack, id},
};

async fn link(stack: &TestStack, token: &str, bytes: usize) -> Value {
    let response = stack.send_as(token, Method::POST, "/uploads", &json!({"bytes": bytes})).await;
    assert_eq!(response.status, 201, "{}", response.body);
    response.body
}

async fn put(stack: &TestStack, link: &Value, file: &str) -> StatusCode {
    let put = stack.client.put(link["url"].as_str().unwrap()).body(file.to_owned());
    put.send().await.unwrap().status()
}

/// Uploads the file; the body of the request to import it.
pub async fn upload(stack: &TestStack, token: &str, file: &str) -> Value {
    let link = link(stack, token, file.len()).await;
    assert_eq!(put(stack, &link, file).await, 200);
    json!({"upload_id": link["upload_id"]})
}

async fn fetch(stack: &TestStack, url: &Value) -> String {
    stack.client.get(url.as_str().unwrap()).send().await.unwrap().text().await.unwrap()
}

/// An export that can be imported.
pub async fn exported(stack: &TestStack) -> String {
    let job = stack.send(Method::POST, "/exports?for_import=true", &json!({})).await;
    assert_eq!(job.status, 202, "{}", job.body);
    let job = settled(stack, &stack.owner, &job.body, "done").await;
    fetch(stack, &job["download_url"]).await
}

fn counts(job: &Value) -> [u64; 3] {
    ["changed", "unchanged", "refused"].map(|outcome| job["plan"][outcome].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_22_and_29_an_export_is_changed_imported_and_taken_back() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let team = stack.create_team("Sales; Süd").await;
    let skills = json!([{"skill": "English", "level": 5}]);
    let ada = stack.create_user("ada@example.com", &json!({"teams": [team], "assigned_skills": skills})).await;
    stack.create_user("007", &json!({"name": "=Bond"})).await;
    stack.find_user("q=bond").await;
    stack.find_user("q=ada").await;
    let file = exported(&stack).await;
    assert!(file.starts_with("\u{feff}flex-roster-users/1\r\nuser_id,identity,"), "{file}");
    let unchanged = upload(&stack, &stack.owner, &file).await;
    let job = plan(&stack, &stack.owner, "/imports", &unchanged).await;
    assert_eq!(counts(&job), [0, 3, 0]);
    assert_eq!(job["plan"]["file"], json!({"separator": ",", "has_version": true, "rows": 3}));
    assert_eq!(job["failed_rows_url"], Value::Null);

    let changed =
        file.replacen("English:5,", "English:80,", 1).replace(",agent,active,false,,,,,", ",agent,gone,false,,,,,");
    let added = format!("{changed},eve@example.com,Eve{}\r\n", ",".repeat(11));
    let added = added.lines().enumerate().map(|(row, line)| match row {
        0 => format!("{line}\r\n"),
        1 => format!("{line},action\r\n"),
        _ => format!("{line},{}\r\n", if line.contains("Eve") { "add" } else { "" }),
    });
    let body = upload(&stack, &stack.owner, &added.collect::<String>()).await;
    let job = plan(&stack, &stack.owner, "/imports", &body).await;
    assert_eq!(counts(&job), [2, 1, 1]);
    let path = format!("/jobs/{}/plan", job["job_id"].as_str().unwrap());
    let refused = stack.get_json(&path).await["items"][0].clone();
    assert_eq!((&refused["refusal"]["code"], &refused["refusal"]["column"]), (&json!("row-status"), &json!("status")));
    let failed = fetch(&stack, &job["failed_rows_url"]).await;
    assert!(failed.lines().nth(2).unwrap().contains(",'=Bond,,agent,gone,"), "{failed}");
    let plan_page = stack.get_json(&format!("{path}?outcome=changed")).await;
    let eve = plan_page["items"].as_array().unwrap().iter().find(|item| item["name"] == "Eve").unwrap();
    assert_eq!(eve["changes"], json!([{"part": "added", "identity": "eve@example.com"}]));
    apply(&stack, &stack.owner, &job).await;
    let now = stack.get_json(&format!("/users/{}", id(&ada))).await;
    assert_eq!(now["assigned_skills"][0]["level"], 80);
    let eve = stack.get_json(&format!("/users/{}", eve["user_id"].as_str().unwrap())).await;
    assert_eq!((&eve["name"], &eve["role"], &eve["status"]), (&json!("Eve"), &json!("agent"), &json!("active")));

    let undo = format!("/jobs/{}/undo", job["job_id"].as_str().unwrap());
    let undo = plan(&stack, &stack.owner, &undo, &json!({})).await;
    assert_eq!(counts(&undo), [1, 0, 1]);
    apply(&stack, &stack.owner, &undo).await;
    assert_eq!(stack.get_json(&format!("/users/{}", id(&ada))).await["assigned_skills"][0]["level"], 5);

    let corrected = failed.replace(",gone,", ",deactivated,");
    let body = upload(&stack, &stack.owner, &corrected).await;
    let job = plan(&stack, &stack.owner, "/imports", &body).await;
    assert_eq!(counts(&job), [1, 0, 0], "sent again");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_takes_one_file_of_its_size_for_its_caller_alone() {
    let stack = TestStack::start().await;
    let susan = stack.log_in("susan@example.com", "Susan Super", "supervisor").await;
    let file = "identity;role\nsusan@example.com;supervisor\n";
    let upload = link(&stack, &susan, file.len()).await;
    assert!(upload["url"].as_str().unwrap().contains("X-Amz-Expires=900"), "15 minutes");
    let import = async |token: &str| {
        let body = json!({"upload_id": upload["upload_id"]});
        let answer = stack.send_as(token, Method::POST, "/imports", &body).await;
        (answer.status, answer.code().to_owned(), answer.body)
    };
    let (status, code, _) = import(&susan).await;
    assert_eq!((status, code.as_str()), (409, "upload-missing"), "before it has come");
    assert_eq!(put(&stack, &upload, &file[1..]).await, 403, "another size");
    assert_eq!(
        put(&stack, &json!({"url": upload["url"].as_str().unwrap().replace(".csv?", "0.csv?")}), file).await,
        403
    );
    assert_eq!(put(&stack, &upload, file).await, 200);
    let (status, code, _) = import(&stack.owner).await;
    assert_eq!((status, code.as_str()), (409, "upload-missing"), "of another caller");
    let (status, _, job) = import(&susan).await;
    assert_eq!(status, 202, "{job}");
    let job = settled(&stack, &susan, &job, "planned").await;
    assert_eq!((counts(&job), &job["plan"]["file"]["separator"]), ([0, 1, 0], &json!(";")));
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_an_allowed_origin_may_send_a_file_and_no_other() {
    let stack = TestStack::start().await;
    let upload = link(&stack, &stack.owner, 3).await;
    let preflight = async |origin: &str, method: &str| {
        let request = stack.client.request(Method::OPTIONS, upload["url"].as_str().unwrap()).header("origin", origin);
        let request = request.header("access-control-request-method", method);
        let answer = request.header("access-control-request-headers", "content-type").send().await.unwrap();
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok().map(str::to_owned));
        (header("access-control-allow-origin"), header("access-control-allow-methods"))
    };
    let own = stack.running.url().to_owned();
    assert_eq!(preflight(&own, "PUT").await, (Some(own.clone()), Some("PUT".to_owned())));
    assert_eq!(preflight("https://example.com", "PUT").await.0, None);
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_of_users_ends_the_job_and_says_what_it_is() {
    let stack = TestStack::start().await;
    for (file, says) in [
        ("PK\u{3}\u{4}workbook", "zip"),
        ("SKU;price\n1;2\n", "no file of users"),
        ("user_id,name\n,\"x", "never closed"),
    ] {
        let body = upload(&stack, &stack.owner, file).await;
        let job = stack.send(Method::POST, "/imports", &body).await;
        assert_eq!(job.status, 202, "{}", job.body);
        let path = format!("/jobs/{}", job.body["job_id"].as_str().unwrap());
        let failed = stack
            .wait_for("the job has failed", async || {
                let job = stack.get_json(&path).await;
                (job["state"] == "failed").then_some(job)
            })
            .await;
        assert!(failed["error"].as_str().unwrap().contains(says), "{failed}");
    }
    stack.stop().await;
}

/// `flex-roster import` of this file, as the account owner.
fn import_from_terminal(stack: &TestStack, file: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let path = stack.data.path().join("import.csv");
    std::fs::write(&path, file).unwrap();
    let output = Command::new(own_bin_dir().join("flex-roster"))
        .args(["import", path.to_str().unwrap()])
        .args(arguments)
        .env("FLEX_ROSTER_URL", stack.running.url())
        .env("FLEX_ROSTER_TOKEN", &stack.owner)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_planned_and_applied_from_a_terminal() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let ada = stack.create_user("ada@example.com", &json!({})).await;
    let file = "identity,assigned_skills\nada@example.com,English:7\nnobody,English\n";
    let (code, text, said) = import_from_terminal(&stack, file, &["--dry-run"]);
    assert_eq!(code, Some(1), "a row is refused: {said}");
    assert!(text.contains("would change: 1, unchanged: 0, refused: 1"), "{text}");
    assert!(text.contains("3    ") && text.contains("Nobody has the identity \"nobody\""), "{text}");
    assert!(text.contains("skill English none → 7") && text.contains("--apply"), "{text}");
    let path = format!("/users/{}", id(&ada));
    assert_eq!(stack.get_json(&path).await["assigned_skills"], json!([]));
    let (code, json, said) = import_from_terminal(&stack, file, &["--dry-run", "--json"]);
    let report: Value = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json} {said}"));
    let counts = ["changed", "unchanged", "refused"].map(|count| report["plan"][count].as_u64().unwrap());
    assert_eq!((code, counts, report.get("results")), (Some(1), [1, 0, 1], None));
    assert_eq!(report["changed"][0]["changes"][0]["skill"], "English");
    assert_eq!(stack.get_json(&path).await["assigned_skills"], json!([]));

    let failed = stack.data.path().join("failed.csv");
    let (code, json, said) =
        import_from_terminal(&stack, file, &["--apply", "--json", "--failed-rows", failed.to_str().unwrap()]);
    assert_eq!(code, Some(1), "{said}");
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(report["results"]["counts"], json!({"changed": 1, "unchanged": 0, "refused": 0}));
    assert_eq!(
        (&report["refused"][0]["row"], &report["refused"][0]["refusal"]["code"]),
        (&json!(3), &json!("row-unknown-identity"))
    );
    let rows = std::fs::read_to_string(&failed).unwrap();
    assert!(rows.starts_with("\u{feff}identity,assigned_skills,error_row"), "{rows}");
    assert_eq!(stack.get_json(&path).await["assigned_skills"][0]["level"], 7);

    let whole = "identity,assigned_skills\nada@example.com,English:7\n";
    let own = stack.data.path().join("import.csv");
    let other = stack.data.path().join("notes.txt");
    std::fs::write(&other, "mine").unwrap();
    for (to, why) in [(&own, "the file that is imported"), (&other, "there is a file already")] {
        let (code, _, said) = import_from_terminal(&stack, whole, &["--failed-rows", to.to_str().unwrap()]);
        assert!(code == Some(1) && said.contains(why), "{said}");
    }
    assert_eq!(std::fs::read_to_string(&own).unwrap(), whole);
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine");
    let (code, ..) = import_from_terminal(&stack, whole, &["--apply", "--failed-rows", failed.to_str().unwrap()]);
    assert_eq!((code, failed.exists()), (Some(0), false), "no row is refused, and no file of an earlier run is left");
    let (code, _, said) = import_from_terminal(&stack, "SKU\n1\n", &[]);
    assert!(code == Some(1) && said.contains("no file of users"), "{said}");
    let (code, _, said) = import_from_terminal(&stack, "", &[]);
    assert!(code == Some(1) && said.contains("0 bytes"), "{said}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_brake_asks_in_a_terminal_too() {
    let stack = TestStack::start().await;
    stack.create_user("ada@example.com", &json!({})).await;
    stack.create_user("bob@example.com", &json!({})).await;
    for name in ["ada", "bob"] {
        stack.find_user(&format!("q={name}")).await;
    }
    let file = "identity,status\nada@example.com,deactivated\nbob@example.com,deactivated\n";
    let (code, _, said) = import_from_terminal(&stack, file, &["--apply"]);
    assert!(code == Some(1) && said.contains("--confirm 2"), "{said}");
    let (code, text, said) = import_from_terminal(&stack, file, &["--apply", "--confirm", "2"]);
    assert!(code == Some(0) && text.contains("changed: 2"), "{text} {said}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_only_while_it_is_applied_is_no_success_in_a_terminal() {
    let stack = TestStack::start().await;
    stack.log_in_with_role("otto@example.com", "account_owner").await;
    for name in ["ada", "bob", "cyd"] {
        stack.create_user(&format!("{name}@example.com"), &json!({})).await;
    }
    // The caller gives up the role that the other rows need.
    let file = "identity,role\nowner@example.com,supervisor\nada@example.com,supervisor\nbob@example.com,supervisor\n\
                cyd@example.com,supervisor\n";
    let (code, text, said) = import_from_terminal(&stack, file, &["--apply", "--confirm", "1"]);
    assert_eq!(code, Some(1), "{text} {said}");
    assert!(text.contains("would change: 4, unchanged: 0, refused: 0"), "{text}");
    assert!(text.contains("3      role agent → supervisor"), "alike changes: {text}");
    assert!(text.contains("changed: 1, unchanged: 0, refused: 3"), "{text}");
    stack.stop().await;
}
