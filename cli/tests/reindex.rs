//! The command against an embedded table.
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::{Command, Output};

use domain::{
    User,
    audit::Action,
    test_support::{agent, stored},
};
use embedded::Dynamo;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitUser, Directory, IndexUser, UserChange, search::index::entries};
use uuid::Uuid;

struct Table {
    dynamo: Dynamo,
    directory: Directory,
}

impl Table {
    /// Two users. Of the first the entries are missing; the second was renamed, and keeps those of the old name.
    async fn apart() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let table = Self { dynamo, directory };
        table.write(None, ada()).await;
        let bob = table.write(None, agent("Bob")).await;
        table.directory.index_user(&bob, None).await.unwrap();
        table.write(Some(&bob), bob.with(|user| user.idp.full_name = Some("Robert".to_owned()))).await;
        table
    }

    async fn write(&self, before: Option<&User>, after: User) -> User {
        let origin = ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
        self.directory.commit_user(UserChange::new(before, after, origin, Action::Edited)).await.unwrap()
    }

    fn reindex(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_flex-roster"))
            .arg("reindex")
            .args(arguments)
            .env("TABLE_NAME", self.directory.name())
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL_DYNAMODB", self.dynamo.url())
            .output()
            .unwrap()
    }
}

fn ada() -> User {
    agent("Ada").with(|user| user.idp.email = Some(stored("ada@example.com")))
}

fn entries_of(user: &User) -> usize {
    entries(user).unwrap().len()
}

fn printed(output: &Output) -> Value {
    assert_eq!(String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.starts_with("error")).count(), 0);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_fails_until_the_entries_are_repaired() {
    let table = Table::apart().await;
    let (ada, bob, robert) = (entries_of(&ada()), entries_of(&agent("Bob")), entries_of(&agent("Robert")));
    let report = |repaired, scanned, missing, stale| json!({"repaired": repaired, "users": 2, "entries_scanned": scanned, "missing": missing, "stale": stale});

    let check = table.reindex(&["--check", "--json"]);
    assert_eq!((check.status.code(), printed(&check)), (Some(1), report(false, bob, ada + robert, bob)));
    let repair = table.reindex(&["--json"]);
    assert_eq!(
        (repair.status.code(), printed(&repair)),
        (Some(0), report(true, ada + robert + bob, ada + robert, bob))
    );
    let check = table.reindex(&["--check", "--json"]);
    assert_eq!((check.status.code(), printed(&check)), (Some(0), report(false, ada + robert, 0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_user_is_repaired_and_the_report_is_a_table() {
    let table = Table::apart().await;
    let repair = table.reindex(&["--user", &ada().user_id.to_string()]);
    let text = String::from_utf8(repair.stdout).unwrap();
    let lines = text.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect());
    let ada = entries_of(&ada()).to_string();
    let expected = [vec!["users", "entries put", "entries deleted"], vec!["1", ada.as_str(), "0"]];
    assert_eq!(lines.collect::<Vec<Vec<_>>>(), expected);
    assert_eq!(repair.status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_does_not_exist_is_an_error() {
    let table = Table::apart().await;
    let unknown = table.reindex(&["--user", "00000000-0000-0000-0000-000000000404"]);
    let error = String::from_utf8(unknown.stderr).unwrap();
    assert!(error.starts_with("error: ") && error.contains("404"), "{error}");
    assert_eq!((unknown.status.code(), unknown.stdout), (Some(1), Vec::new()));
}
