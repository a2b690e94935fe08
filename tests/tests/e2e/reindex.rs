//! An operator repairs what search has lost.

use serde_json::Value;

use super::test_stack::TestStack;

impl TestStack {
    /// Runs `flex-roster reindex`; returns its exit code and report.
    pub fn reindex(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.flex_roster(&[&["reindex", "--json"], arguments].concat());
        let report = serde_json::from_slice(&output.stdout);
        (output.status.code(), report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
    }

    /// Deletes the search entries that begin with these three characters.
    pub async fn lose_entries(&self, head: &str) {
        let directory = tests::directory(&self.running);
        let partition = store::schema::keys::search_pk(domain::Status::Active, head);
        let query = directory.client().query().table_name(directory.name()).key_condition_expression("pk = :pk");
        let value = aws_sdk_dynamodb::types::AttributeValue::S(partition);
        let found = query.expression_attribute_values(":pk", value).send().await.unwrap();
        assert!(!found.items().is_empty());
        for item in found.items() {
            let delete = directory.client().delete_item().table_name(directory.name());
            delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone()).send().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_6_a_user_whose_search_entries_were_lost_is_found_again_after_a_reindex() {
    let stack = TestStack::start().await;
    stack.log_in("ada@example.com", "Ada Lovelace", "agent").await;
    stack.find_user("q=lovelace").await;
    let is_indexed = async || (stack.reindex(&["--check"]).0 == Some(0)).then_some(());
    stack.wait_for("index has written all entries", is_indexed).await;

    stack.lose_entries("lov").await;
    let found = stack.get_json("/users?q=lovelace").await;
    assert_eq!(found["items"], serde_json::json!([]));
    let (code, report) = stack.reindex(&["--check"]);
    assert_eq!((code, &report["missing"], &report["stale"]), (Some(1), &1.into(), &0.into()));

    assert_eq!(stack.reindex(&[]).0, Some(0));
    stack.find_user("q=lovelace").await;
    assert_eq!(stack.reindex(&["--check"]).0, Some(0));
    stack.stop().await;
}
