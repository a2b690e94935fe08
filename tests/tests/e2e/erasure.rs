//! An operator erases a deleted user's personal data.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    bulk::{apply, plan},
    export::run_export,
    import::upload,
    test_stack::{TestStack, WORKERS, id},
};

/// What appears in all of the user's personal data and nowhere else.
const SECRET: &str = "quux";

pub fn claims(name: &str) -> Value {
    json!({"identity": "zelda.quux@example.com", "full_name": name, "email": "zelda.quux@example.com", "roles": ["agent"],
        "attributes": {"image_url": "https://example.com/quux.png"}})
}

impl TestStack {
    /// The items of the table in which the text stands.
    async fn items_with(&self, text: &str) -> Vec<String> {
        let directory = tests::directory(&self.running);
        let (mut found, mut start) = (Vec::new(), None);
        loop {
            let scan = directory.client().scan().table_name(directory.name()).set_exclusive_start_key(start);
            let page = scan.send().await.unwrap();
            let items = page.items().iter().map(|item| format!("{item:?}").to_lowercase());
            found.extend(items.filter(|item| item.contains(text)));
            start = page.last_evaluated_key;
            if start.is_none() {
                return found;
            }
        }
    }

    /// Deletes a user and waits until their worker is gone, here and in TaskRouter.
    pub async fn delete_with_worker(&self, path: &str) {
        self.send_ok(Method::DELETE, path, &Value::Null).await;
        self.wait_until_no_worker().await;
        self.wait_for("no worker", async || self.get_json(path).await["worker"].is_null().then_some(())).await;
    }

    async fn wait_until_no_worker(&self) {
        self.wait_for("the worker is removed", async || {
            let workers = self.simulator(Method::GET, &format!("{WORKERS}?FriendlyName=zelda.quux%40example.com"));
            let workers = workers.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
            let found: Value = workers.send().await.unwrap().json().await.unwrap();
            found["workers"].as_array().unwrap().is_empty().then_some(())
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_who_was_named_or_added_by_an_import_is_erased_from_plans_and_results() {
    let stack = TestStack::start().await;
    let import = async |file: &str| {
        let body = upload(&stack, &stack.owner, file).await;
        plan(&stack, &stack.owner, "/imports", &body).await
    };
    // Nobody has the identity yet: the plan names no user id.
    let unknown = import("identity\nzelda.quux@example.com\n").await;
    let added = import("identity,action,name\nzelda.quux@example.com,add,Zelda Quux\n").await;
    apply(&stack, &stack.owner, &added).await;
    let user_id = id(&stack.find_user("q=quux").await).to_owned();
    stack.send_ok(Method::DELETE, &format!("/users/{user_id}"), &Value::Null).await;
    assert_eq!(stack.report_of(&["erase", "--user", &user_id, "--yes"])["done"], true);
    stack.wait_for("nothing is left", async || stack.items_with(SECRET).await.is_empty().then_some(())).await;
    for job in [&unknown, &added] {
        let csv = stack.client.get(job["download_url"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(csv.status(), 404);
        let outcome = if job["plan"]["refused"] == 1 { "refused" } else { "changed" };
        let page = format!("/jobs/{}/plan?outcome={outcome}", job["job_id"].as_str().unwrap());
        assert_eq!(stack.send(Method::GET, &page, &json!({})).await.status_and_code(), (409, "plan-gone"));
    }
    assert_eq!(stack.client.get(unknown["failed_rows_url"].as_str().unwrap()).send().await.unwrap().status(), 404);
    let results = stack.get_json(&format!("/jobs/{}/results", added["job_id"].as_str().unwrap())).await;
    assert_eq!(results["items"][0]["changes"], json!([{"part": "added"}]), "{results}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_users_personal_data_is_erased_wherever_it_is_and_the_rules_still_hold() {
    let stack = TestStack::start().await;
    stack.log_in_with_claims(&claims("Zelda Quux")).await;
    stack.log_in_with_claims(&claims("Zelda Quux Miller")).await;
    let user_id = id(&stack.find_user("q=quux+miller").await).to_owned();
    let path = format!("/users/{user_id}");
    let deactivate = stack.request(Method::POST, &format!("{path}/deactivate"), &stack.owner);
    assert_eq!(deactivate.header("Idempotency-Key", "k").send().await.unwrap().status(), 200);
    let job = run_export(&stack, &stack.owner, &json!({"status": "all"})).await;
    let file = job["download_url"].as_str().unwrap();
    assert!(stack.client.get(file).send().await.unwrap().text().await.unwrap().contains("Quux"));

    let identity = stack.get_json(&path).await["identity"].as_str().unwrap().to_uppercase();
    upload(&stack, &stack.owner, &format!("identity\n{identity}\n")).await;

    let arguments = ["erase", "--user", &user_id];
    let refused = stack.flex_roster(&arguments);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8(refused.stderr).unwrap();
    assert!(error.contains("deactivated: only deleted users are erased"), "{error}");
    stack.delete_with_worker(&path).await;

    let before = stack.items_with(SECRET).await.len();
    let found = stack.report_of(&["erase", "--user", &user_id, "--dry-run"]);
    assert_eq!(
        (&found["stored_responses"], found["files"].as_array().unwrap().len()),
        (&json!(1), 2),
        "an export, and what was sent to be imported: {found:#}"
    );
    assert!(found["records"].as_u64().unwrap() >= 2, "{found:#}");
    let unconfirmed = stack.flex_roster(&arguments);
    assert!(String::from_utf8(unconfirmed.stderr).unwrap().contains("Nothing was changed"));
    assert_eq!(stack.items_with(SECRET).await.len(), before);

    assert_eq!(stack.report_of(&["erase", "--user", &user_id, "--yes"])["done"], true);
    stack.wait_for("nothing is left", async || stack.items_with(SECRET).await.is_empty().then_some(())).await;
    assert_eq!(stack.client.get(file).send().await.unwrap().status(), 404);
    assert_eq!(stack.get_json("/users?q=quux&status=all").await["items"], json!([]));
    let tombstone = stack.find_user("status=deleted").await;
    assert_eq!((&tombstone["name"], &tombstone["email"]), (&json!(format!("erased-{user_id}")), &Value::Null));

    // Rule 31: who did what and when is still there.
    let history = stack.history(&path, 100).await;
    let actions = history.iter().map(|record| record["action"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(actions, ["erased", "worker_removed", "deleted", "deactivated", "login", "adopted"]);
    assert_eq!((&history[0]["actor"]["kind"], &history[0]["source"]), (&json!("operator"), &json!("operator")));
    let renamed = history[4]["changes"].as_array().unwrap().iter().find(|change| change["field"] == "name").unwrap();
    assert_eq!((&renamed["before"], &renamed["after"]), (&json!({"erased": true}), &json!({"erased": true})));
    assert!(history[2]["changes"].as_array().unwrap().iter().any(|change| change["after"] == "deleted"));

    let again = stack.report_of(&["erase", "--user", &user_id, "--yes"]);
    assert_eq!((&again["erased_before"], &again["records"], &again["done"]), (&json!(true), &json!(0), &json!(false)));
    let restored = stack.flex_roster(&["restore", &user_id]);
    assert!(String::from_utf8(restored.stderr).unwrap().contains("was erased"));

    // Rule 13: a later login brings nothing back.
    stack.log_in_with_claims(&claims("Zelda Quux")).await;
    let refused =
        async || stack.history(&path, 100).await.iter().any(|record| record["action"] == "login_refused").then_some(());
    stack.wait_for("the login is recorded", refused).await;
    stack.wait_until_no_worker().await;
    assert_eq!(stack.items_with(SECRET).await, Vec::<String>::new());
    stack.stop().await;
}
