//! Connecting a workspace, and undoing it.

use serde_json::{Value, json};
use simulator::FLEX_USER_SID;

use crate::world::{PUBLIC_URL, World, printed, skills, text};

const FILTER: &str = "worker.created,worker.attributes.update,worker.activity.update,worker.deleted";
const THERE: &str = "http://127.0.0.1:1/another-system";

fn webhook() -> String {
    format!("{PUBLIC_URL}/webhooks/taskrouter")
}

fn callback_url() -> String {
    format!("{}#rc=3&rp=ct,rt,5xx", webhook())
}

async fn callback(world: &World) -> (Value, Value) {
    let workspace = world.get("").await;
    (workspace["event_callback_url"].clone(), workspace["events_filter"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_first_says_what_there_is_and_changes_nothing() {
    let world = World::with_agents(2).await;
    world
        .sim(
            "configuration",
            json!({"taskrouter_skills": [{"name": "French", "multivalue": true, "minimum": 1, "maximum": 10}],
                "taskrouter_worker_attributes": {"agent": {"region": "us"}},
                "task_queues": [{"friendly_name": "Everyone", "target_workers": "1==1"}]}),
        )
        .await;
    let auditor = world.log_in("zoe", json!({"roles": ["agent", "wfo.full_access"]})).await;
    // The first event of the worker's attributes, of which nothing can be said.
    world
        .overwrite(&auditor, &json!({"roles": ["agent", "wfo.full_access"], "routing": skills(&[("French", 2)])}))
        .await;
    world.sim("skills-panel", json!({"worker_sid": auditor, "skills": ["Greek"]})).await;
    let limits = json!({"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "98"});
    world.sim("faults", json!({"rest": {"path": "*/Workers", "headers": limits}})).await;
    let writes = world.writes().await;
    let found = world.run(&["connect", "--json"]).await;
    let report = printed(&found);
    assert_eq!(found.status.code(), Some(0));
    assert!(text(&found.stderr).contains("Nothing was changed. A script confirms with --yes."));
    assert_eq!(report["flex"]["workspace_sid"], report["workspace_sid"]);
    assert_eq!(report["flex"]["offline_activity"]["available"], false);
    assert_eq!(report["flex"]["skills"][0]["name"], "French");
    assert_eq!(report["flex"]["worker_attributes"], json!({"agent": {"region": "us"}}));
    assert_eq!(report["default_activity"]["name"], "Offline");
    assert_eq!((&report["callback_url"], &report["events_filter"]), (&Value::Null, &json!([])));
    assert_eq!((&report["connection"], &report["event_streams"]), (&json!("none"), &json!([])));
    let list_workers = json!({"method": "list workers", "limit": 100, "remaining": 98});
    assert_eq!(report["rate_limits"], json!([list_workers]));
    let adoption = &report["adoption"];
    assert_eq!(
        (&adoption["workers"], &adoption["max_workers"], &adoption["adopt"]),
        (&json!(3), &json!(15_000), &json!(3))
    );
    assert_eq!(adoption["odd"]["flex_role"]["first"][0]["worker_sid"], auditor);
    assert_eq!(adoption["open_queues"][0]["name"], "Everyone");
    assert_eq!(report["skill_changes"]["authors"][0]["actor_sid"], FLEX_USER_SID);
    assert_eq!((&report["not_checked"], &report["webhook_rule"]), (&json!([]), &Value::Null));
    assert_eq!(
        report["planned"],
        json!([format!("set the workspace's callback URL to {}, with the events {FILTER}", callback_url())])
    );
    assert_eq!((&report["done"], &report["adopted"]), (&Value::Null, &Value::Null));
    assert_eq!(callback(&world).await, (json!(""), Value::Null));
    assert_eq!((world.writes().await, world.users().await.len()), (writes, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn confirmed_it_sets_the_callback_adopts_and_says_what_is_left_and_again_it_changes_nothing() {
    let world = World::with_agents(3).await;
    let refused = world.run_typing(&["connect"], "y\n").await;
    assert!(text(&refused.stdout).contains("To be done:") && world.users().await.is_empty());

    let connected = world.run_typing(&["connect"], "yes\n").await;
    let report = text(&connected.stdout);
    assert_eq!(connected.status.code(), Some(0), "{report}");
    assert_eq!(callback(&world).await, (json!(callback_url()), json!(FILTER)));
    assert_eq!(world.users().await.len(), 3);
    let done = report.split_once("Done:").unwrap().1;
    assert!(done.contains(&format!("- set the workspace's callback URL to {}", callback_url())), "{done}");
    for left in ["SyncMode=write", "RoleAuthority", "SkillAuthority"] {
        assert!(done.split_once("Left:").unwrap().1.contains(left), "{done}");
    }

    let writes = world.writes().await;
    let again = printed(&world.run(&["connect", "--yes", "--json"]).await);
    assert_eq!(
        (&again["connection"], &again["planned"], &again["done"]),
        (&json!("callback"), &json!([]), &Value::Null)
    );
    let again = world.run(&["connect"]).await;
    assert!(text(&again.stdout).contains("Connected: nothing is to be changed."), "{}", text(&again.stdout));
    assert_eq!((world.writes().await, world.users().await.len()), (writes, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_leads_here_without_retries_or_filter_is_completed() {
    let world = World::new().await;
    for (url, filter) in [(webhook(), ""), (format!("{}#rc=5&rp=all", webhook()), "task.created"), (callback_url(), "")]
    {
        world.set_callback(&url, filter).await;
        let report = printed(&world.run(&["connect", "--confirm", "--json"]).await);
        assert_eq!(report["done"].as_array().unwrap().len(), 1, "{url} {filter}");
        assert_eq!(callback(&world).await, (json!(callback_url()), json!(FILTER)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_systems_callback_is_left_alone_and_event_streams_is_named_and_leads_here_instead() {
    let world = World::with_agents(1).await;
    world.set_callback(THERE, "task.created").await;
    let refused = world.run(&["connect", "--yes"]).await;
    let error = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(error.contains(THERE) && error.contains("flex-roster connect --event-streams"), "{error}");
    assert!(text(&refused.stdout).contains("another system's"));
    assert_eq!(callback(&world).await, (json!(THERE), json!("task.created")));
    assert!(world.users().await.is_empty());

    let connected = world.run(&["connect", "--event-streams", "--yes", "--json"]).await;
    let report = printed(&connected);
    assert_eq!((connected.status.code(), report["done"].as_array().unwrap().len()), (Some(0), 2), "{report:#}");
    let sinks = world.get("/v1/Sinks").await["sinks"].clone();
    assert_eq!(sinks[0]["sink_configuration"], json!({"destination": webhook(), "method": "POST"}));
    let subscriptions = world.get("/v1/Subscriptions").await["subscriptions"].clone();
    let types =
        world.get(&format!("/v1/Subscriptions/{}/SubscribedEvents", subscriptions[0]["sid"].as_str().unwrap())).await;
    let types = types["types"].as_array().unwrap().iter().map(|listed| listed["type"].as_str().unwrap());
    let expected = FILTER.split(',').map(|name| format!("com.twilio.taskrouter.{name}"));
    assert_eq!(
        types.collect::<std::collections::BTreeSet<_>>(),
        expected.collect::<Vec<_>>().iter().map(String::as_str).collect()
    );
    assert_eq!(world.users().await.len(), 1);

    let writes = world.writes().await;
    let again = printed(&world.run(&["connect", "--event-streams", "--yes", "--json"]).await);
    assert_eq!((&again["connection"], &again["done"]), (&json!("event_streams"), &Value::Null));
    assert_eq!(world.writes().await, writes);

    let disconnected = world.run(&["disconnect", "--yes"]).await;
    assert_eq!(disconnected.status.code(), Some(0), "{}", text(&disconnected.stderr));
    assert_eq!(world.get("/v1/Sinks").await["sinks"], json!([]));
    assert_eq!(world.get("/v1/Subscriptions").await["subscriptions"], json!([]));
    assert_eq!(callback(&world).await, (json!(THERE), json!("task.created")), "it is not ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn disconnecting_asks_clears_what_is_ours_and_is_repeatable() {
    let world = World::new().await;
    assert_eq!(world.run(&["connect", "--yes"]).await.status.code(), Some(0));
    let asked = world.run(&["disconnect"]).await;
    assert!(
        text(&asked.stdout).contains("- clear the workspace's callback URL")
            && text(&asked.stderr).contains("Nothing was changed")
    );
    assert_eq!(callback(&world).await.0, json!(callback_url()));

    let report = printed(&world.run(&["disconnect", "--yes", "--json"]).await);
    assert_eq!(report["done"], json!(["clear the workspace's callback URL and its event filter"]));
    assert_eq!(callback(&world).await, (json!(""), Value::Null));
    let again = world.run(&["disconnect", "--yes"]).await;
    assert!(text(&again.stdout).contains("nothing is to be changed"));
    world.set_callback(THERE, "task.created").await;
    assert_eq!(world.run(&["disconnect", "--yes"]).await.status.code(), Some(0));
    assert_eq!(callback(&world).await, (json!(THERE), json!("task.created")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_that_flex_does_not_use_is_not_connected() {
    let world = World::with_agents(1).await;
    let other = format!("WS{}", "9".repeat(32));
    world.sim("configuration", json!({ "taskrouter_workspace_sid": other })).await;
    let refused = world.run(&["connect", "--yes"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains(&format!("Flex uses the workspace {other}")), "{}", text(&refused.stderr));
    assert!(world.writes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_the_credentials_lack_is_named_before_anything_is_changed() {
    let world = World::with_agents(1).await;
    for (method, right) in [("POST", "may not update workers"), ("DELETE", "may not delete workers")] {
        world.sim("faults", json!({"rest": {"path": "*/Workers/*", "method": method, "status": 403}})).await;
        let refused = world.run(&["connect", "--yes"]).await;
        assert!(text(&refused.stderr).contains(right), "{}", text(&refused.stderr));
        assert_eq!(refused.status.code(), Some(1));
    }
    assert_eq!(callback(&world).await.0, json!(""));
    assert!(world.users().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn event_streams_that_cannot_be_read_are_reported_as_not_checked() {
    let world = World::with_agents(1).await;
    world.sim("faults", json!({"rest": {"path": "/v1/Sinks*", "status": 403}})).await;
    let connected = world.run(&["connect", "--yes"]).await;
    assert_eq!(connected.status.code(), Some(0));
    assert!(text(&connected.stdout).contains("not checked: Event Streams: Twilio rejects the credentials"));
    let refused = world.run(&["connect", "--event-streams", "--yes"]).await;
    assert_eq!(refused.status.code(), Some(1), "the callback leads here, and the sinks cannot be read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_for_webhooks_to_this_deployment_is_reported_with_what_it_asks_for() {
    let world = World::new().await;
    let prefix = |id: &str, prefix: &str, setting: &str| {
        json!({"id": id, "matchType": "PREFIX_MATCH", "prefix": prefix,
            "settings": [{"settingId": setting, "percentage": 100}]})
    };
    // More than one page, of which the last rule counts.
    let others = (0..120).map(|n| prefix(&format!("webhooks_rule_{n}"), &format!("https://{n}.example.com/"), "other"));
    let ours = prefix("webhooks_rule_ours", &format!("{PUBLIC_URL}/"), "webhooks_setting_ours");
    let key = json!({"type": "SHARED_KEY", "sharedKeyId": "webhooks_sharedkey_1", "algorithm": "HMAC_SHA256"});
    let configuration = |setting: Value| json!({"webhook_rules": others.clone().chain([ours.clone()]).collect::<Vec<_>>(), "webhook_settings": [setting]});
    world.sim("configuration", configuration(json!({"id": "webhooks_setting_ours", "signature": key}))).await;
    let report = printed(&world.run(&["connect", "--json"]).await);
    assert_eq!(
        report["webhook_rule"],
        json!({"id": "webhooks_rule_ours", "url": format!("{PUBLIC_URL}/*"), "settings": [{"id": "webhooks_setting_ours",
            "shared_key": {"id": "webhooks_sharedkey_1", "algorithm": "HMAC_SHA256"}, "retries": null}]})
    );
    let left = report["left"].to_string();
    assert!(left.contains("shared key webhooks_sharedkey_1") && left.contains("as HMAC_SHA256:KEY"), "{left}");
    assert!(left.contains("The webhook setting webhooks_setting_ours counts in place of the callback URL's retries"));

    let retries = json!({"retryPolicy": {"retryCount": 3, "retryOn": ["CONNECT_TIMEOUT"]}});
    world.sim("configuration", configuration(json!({"id": "webhooks_setting_ours", "connection": retries}))).await;
    let report = text(&world.run(&["connect"]).await.stdout);
    let rule = format!("webhooks_rule_ours for {PUBLIC_URL}/*: the auth token signs, 3 retries (CONNECT_TIMEOUT)");
    assert!(
        report.contains(&rule) && !report.contains("shared key") && !report.contains("counts in place"),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_for_webhooks_that_cannot_be_read_are_reported_as_not_checked() {
    let world = World::new().await;
    world.sim("faults", json!({"rest": {"path": "/v1/Webhooks*", "status": 403}})).await;
    let found = text(&world.run(&["connect"]).await.stdout);
    assert!(found.contains("not checked: webhook rules"), "{found}");
    assert!(found.contains("webhooks.twilio.com/v1/Webhooks/Rules"), "{found}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_24_the_choice_of_authorities_follows_who_changes_skills() {
    let world = World::new().await;
    let sid = world.log_in("ada", json!({"routing": skills(&[("English", 80)])})).await;
    let hint = async || {
        let report = printed(&world.run(&["connect", "--json"]).await);
        let left = report["left"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n");
        assert!(left.contains("SyncMode=write"));
        left
    };
    assert!(hint().await.contains("SkillAuthority=directory fits"));
    world.overwrite(&sid, &json!({"roles": ["agent"], "routing": skills(&[("English", 80)])})).await;
    world.log_in("ada", json!({"routing": skills(&[("English", 1)])})).await;
    assert!(hint().await.contains("logins have overwritten skills 1 times"));
    world.sim("skills-panel", json!({"worker_sid": sid, "skills": ["French"]})).await;
    assert!(hint().await.contains("SkillAuthority=shared"));
}
