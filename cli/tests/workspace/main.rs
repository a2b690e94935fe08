//! The commands about a workspace, against an embedded table and the simulator.
#![allow(clippy::unwrap_used, missing_docs)]

mod connect;
mod world;

use domain::{
    Status,
    reconciliation::{Done, Reconciliation},
};
use serde_json::json;
use simulator::FLEX_USER_SID;
use store::TrackReconciliation as _;

use world::{ACCOUNT, World, printed, skills, text};

#[tokio::test(flavor = "multi_thread")]
async fn rule_23_a_dry_run_says_who_would_be_adopted_and_what_is_odd_and_writes_nothing() {
    let world = World::with_agents(3).await;
    world.sim("configuration", json!({"taskrouter_skills": [{"name": "French", "multivalue": true}]})).await;
    let odd = json!({"email": "user00@example.com", "team_sid": "QO1", "contact_uri": "client:other",
        "roles": ["agent", "auditor", "wfo.full_access"], "routing": {"skills": ["French", "tier-2"], "levels": {"tier-2": 101}}});
    let sid = world.log_in("zoe", odd).await;
    let support = world.log_in("support", json!({"roles": ["support"], "note": "x".repeat(3_700)})).await;

    let dry = world.run(&["adopt", "--dry-run", "--json"]).await;
    let report = printed(&dry);
    assert_eq!(dry.status.code(), Some(0));
    assert_eq!((&report["workers"], &report["adopt"]), (&json!(5), &json!(4)));
    assert_eq!(report["adopt_by_role"], json!({"agent": 4}));
    assert_eq!(report["new_skills"], json!(["English", "French", "tier-2"]));
    assert_eq!(report["unmanaged"], json!({"count": 1, "first": [support]}));
    let found = report["odd"].as_object().unwrap();
    assert!(found.values().all(|sample| sample["count"] == 1), "{found:#?}");
    // Of two workers with one address the later one in the list is named, with the earlier one.
    let of_zoe = found.iter().filter(|(_, sample)| sample["first"][0].to_string().contains(&sid));
    let of_zoe = of_zoe.map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let expected = [
        "flex_role",
        "foreign_contact_uri",
        "hyphen_in_skill_name",
        "level_missing",
        "level_out_of_range",
        "same_email",
        "team_sid",
        "unknown_role",
    ];
    assert_eq!(of_zoe, expected);
    assert_eq!(found["console_support"]["first"][0]["worker_sid"], support);
    assert_eq!(found["attributes_near_limit"]["first"][0]["worker_sid"], support);
    assert_eq!(found.len(), expected.len() + 2);
    assert_eq!(report["open_queues"][0]["name"], "Everyone");
    assert_eq!(report["open_queues"].as_array().unwrap().len(), 1);
    assert!(world.users().await.is_empty() && world.directory.reconciliation().await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_odd_is_printed_as_tables_with_the_workers_that_the_operator_has_to_find() {
    let world = World::with_agents(1).await;
    let sid = world.log_in("ze\u{1b}d", json!({"team_sid": "QO1", "routing": skills(&[("English", 80)])})).await;
    let report = text(&world.run(&["adopt", "--dry-run"]).await.stdout);
    let lines = report.lines().collect::<Vec<_>>();
    assert_eq!(lines[2].split_whitespace().collect::<Vec<_>>(), ["adopted", "2", "2", "agent"]);
    let heading = lines.iter().position(|line| line.starts_with("1: members of a team in Flex")).unwrap();
    assert!(lines[heading + 1].starts_with("  worker  "));
    assert_eq!(lines[heading + 2], format!("  {sid}  ze[U+001B]d  team_sid"), "nothing reaches the terminal unseen");
    assert!(lines.contains(&"  WQ00000000000000000000000000000001  Everyone  1==1"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_23_a_workspace_is_adopted_and_adopting_it_again_changes_nothing() {
    let world = World::with_agents(60).await;
    let adopt = world.run(&["adopt", "--json"]).await;
    let report = printed(&adopt);
    assert_eq!((adopt.status.code(), &report["state"], &report["adopted"]), (Some(0), &json!("done"), &json!(60)));
    let progress = text(&adopt.stderr);
    assert!(progress.contains("adopted: 50, repaired: 0, compared again: 0, left: 10"), "{progress}");
    let users = world.users().await;
    assert!(users.len() == 60 && users.iter().all(|user| user.managed.status == Status::Active));
    let again = printed(&world.run(&["adopt", "--json"]).await);
    assert_eq!((&again["adopted"], &again["repaired"], &again["woken"]), (&json!(0), &json!(0), &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adoption_that_was_killed_is_gone_on_with_and_until_then_another_one_says_who_is_at_it() {
    let world = World::with_agents(120).await;
    let mut killed = world.command(&["adopt"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    while world.users().await.is_empty() {
        tokio::task::yield_now().await;
    }
    killed.kill().await.unwrap();
    let left = world.latest().await;
    let refused = world.run(&["adopt"]).await;
    let error = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(error.contains("another runner") && error.contains(&left.reconciliation_id.to_string()), "{error}");

    // Its lease runs out.
    let adopted = world.users().await.len();
    let silent = Reconciliation { lease_until_ms: 0, ..left.clone() };
    world.directory.put_reconciliation(Some(left.revision), silent).await.unwrap();
    let resumed = printed(&world.run(&["adopt", "--json"]).await);
    assert_eq!(resumed["reconciliation_id"], json!(left.reconciliation_id));
    // Of a worker that was just being adopted, the report may be recorded already: it is repaired then.
    let gone_on_with = ["adopted", "repaired"].map(|done| resumed[done].as_u64().unwrap()).iter().sum::<u64>();
    assert_eq!(gone_on_with, 120 - adopted as u64, "{resumed:#}");
    assert_eq!(left.done, Done::default(), "it was killed before it told");
    assert_eq!(world.users().await.len(), 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_what_the_brake_stops_is_an_error_that_says_how_to_confirm_it() {
    let world = World::adopted(3).await;
    let elsewhere = World::with_agents(3).await;
    let run = async |arguments: &[&str]| {
        let mut command = world.command(arguments);
        command.env("TASKROUTER_URL", elsewhere.simulator.url()).output().await.unwrap()
    };
    let braked = run(&["reconcile"]).await;
    let (id, report) = (world.latest().await.reconciliation_id.to_string(), text(&braked.stdout));
    assert_eq!(braked.status.code(), Some(1));
    assert!(report.contains("None of the 3 known workers is in this workspace"), "{report}");
    assert!(report.contains(&format!("flex-roster reconcile --confirm {id}")), "{report}");

    let wrong = run(&["reconcile", "--confirm", "00000000-0000-0000-0000-000000000404"]).await;
    assert!(wrong.status.code() == Some(1) && text(&wrong.stderr).contains("404"), "{}", text(&wrong.stderr));
    let confirmed = run(&["reconcile", "--confirm", &id, "--json"]).await;
    let report = printed(&confirmed);
    assert_eq!(
        (confirmed.status.code(), &report["confirmed"], &report["state"]),
        (Some(0), &json!(true), &json!("done"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_28_a_run_that_twilio_interrupts_fails_and_says_that_it_can_be_gone_on_with() {
    let world = World::with_agents(1).await;
    world.sim("faults", json!({"rest": {"path": "*/Workers", "status": 503}})).await;
    let interrupted = world.run(&["reconcile"]).await;
    assert_eq!(interrupted.status.code(), Some(1));
    assert!(text(&interrupted.stdout).contains("Run it again"), "{}", text(&interrupted.stdout));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_worker_is_taken_in_at_once() {
    let world = World::with_agents(2).await;
    let sid = world.log_in("zoe", json!({})).await;
    let report = printed(&world.run(&["reconcile", "--worker", &sid, "--json"]).await);
    let users = world.users().await;
    assert_eq!(users.len(), 1);
    assert_eq!(report, json!({"worker_sid": sid, "user_id": users[0].user_id, "deleted": false}));
    let mistyped = world.run(&["reconcile", "--worker", "zoe"]).await;
    assert!(mistyped.status.code() == Some(2) && text(&mistyped.stderr).contains("begins with WK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_changes_of_skills_are_counted_by_who_made_them() {
    let world = World::new().await;
    let sid = world.log_in("ada", json!({"routing": skills(&[("English", 80)])})).await;
    // The first event of the worker's attributes, of which nothing can be said.
    world.overwrite(&sid, &json!({"roles": ["agent"], "routing": skills(&[("English", 80)])})).await;
    world.overwrite(&sid, &json!({"roles": ["agent"], "routing": skills(&[("English", 81)])})).await;
    world.overwrite(&sid, &json!({"roles": ["admin"], "routing": skills(&[("English", 81)])})).await;
    for skill in ["French", "Greek"] {
        world.sim("skills-panel", json!({"worker_sid": sid, "skills": [skill]})).await;
    }
    let report = printed(&world.run(&["activity", "--days", "7", "--json"]).await);
    let author = |actor: &str, source, changes| json!({"actor_sid": actor, "source": source, "skill_changes": changes, "workers": 1});
    assert_eq!(report["authors"], json!([author(FLEX_USER_SID, "web", 2), author(ACCOUNT, "api", 1)]));
    assert_eq!((&report["other_changes"], &report["undecided"]), (&json!(1), &json!(1)));

    let table = text(&world.run(&["activity"]).await.stdout);
    let first = table.lines().nth(1).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(first, [FLEX_USER_SID, "web", "2", "1"]);
    assert_eq!(world.run(&["activity", "--days", "31"]).await.status.code(), Some(2), "Twilio keeps 30 days");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_twilio_rejects_are_an_error() {
    let world = World::with_agents(1).await;
    let rejected = world.command(&["adopt", "--dry-run"]).env("TWILIO_ACCOUNT_SID", "AC1").output().await.unwrap();
    let error = text(&rejected.stderr);
    assert!(rejected.status.code() == Some(1) && error.contains("rejects the credentials"), "{error}");
}
