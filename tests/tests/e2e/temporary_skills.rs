//! Temporary skills: in effect from one time until another, also in TaskRouter (rule 36).

use jiff::{Timestamp, ToSpan};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    bulk::{apply, plan},
    import::{exported, upload},
    test_stack::{TestStack, WORKERS, id},
};

struct Worker<'a> {
    stack: &'a TestStack,
    sid: String,
    path: String,
}

impl<'a> Worker<'a> {
    /// Zelda, who has logged in with English at 80.
    async fn log_in(stack: &'a TestStack) -> Self {
        let attributes = json!({"routing": {"skills": ["English"], "levels": {"English": 80}}});
        let claims = json!({"identity": "zelda@example.com", "full_name": "Zelda", "email": "zelda@example.com",
            "roles": ["agent"], "attributes": attributes});
        stack.log_in_with_claims(&claims).await;
        let found = stack.find_user("q=zelda").await;
        let sid = found["worker"]["sid"].as_str().unwrap().to_owned();
        Self { stack, sid, path: format!("/users/{}", id(&found)) }
    }

    fn skill(&self, skill: &str) -> String {
        format!("{}/skills/{skill}", self.path)
    }

    /// The schedule's minute comes sooner than it does by itself; what it waits for is not waited for here.
    async fn turn(&self) {
        let lambda = &self.stack.running.endpoints().lambda;
        let url = format!("{lambda}/2015-03-31/functions/flex-roster-TurnSkills/invocations");
        let invoke = self.stack.client.post(url).header("x-amz-invocation-type", "Event").json(&json!({}));
        assert!(invoke.send().await.unwrap().status().is_success());
    }

    async fn wait_for_levels(&self, levels: &Value) {
        self.turn().await;
        let shown = async || {
            let request = self.stack.simulator(Method::GET, &format!("{WORKERS}/{}", self.sid));
            let request = request.basic_auth("AC00000000000000000000000000000000", Some("local-auth-token"));
            let worker: Value = request.send().await.unwrap().json().await.unwrap();
            let attributes: Value = serde_json::from_str(worker["attributes"].as_str()?).unwrap();
            (attributes["routing"]["levels"] == *levels).then_some(())
        };
        self.stack.wait_for(&format!("the levels in TaskRouter are {levels}"), shown).await;
    }

    async fn actions(&self) -> Vec<(String, String)> {
        let records = self.stack.history(&self.path, 50).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let of_schedule = records.iter().filter(|record| record["source"] == "schedule");
        of_schedule.map(|record| (text(&record["action"]), text(&record["actor"]["kind"]))).collect()
    }
}

fn after(seconds: i64) -> String {
    (Timestamp::now() + seconds.seconds()).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_36_a_worker_shows_a_temporary_skill_while_it_lasts_and_what_was_before_then() {
    let stack = TestStack::start().await;
    let skill = stack.create_skill("Languages", "French", &json!({})).await;
    let zelda = Worker::log_in(&stack).await;
    let user = stack.send_ok(Method::PUT, &zelda.skill("English"), &json!({"level": 10, "until": after(6)})).await;
    let shown = &user["temporary_skills"][0];
    assert_eq!((&shown["skill"], &shown["level"], &shown["active"]), (&json!("English"), &json!(10), &json!(true)));
    assert_eq!(user["assigned_skills"], json!([{"skill": "English", "level": 80}]));
    let effective = &user["effective_skills"][0];
    assert_eq!((&effective["level"], &effective["until"]), (&json!(10), &shown["until"]));
    assert_eq!(effective["overrides"], json!([{"source": "assigned", "level": 80}]));
    let later = json!({"level": 20, "from": after(2), "until": after(6)});
    let user = stack.send_ok(Method::PUT, &zelda.skill("French"), &later).await;
    assert_eq!(user["temporary_skills"][1]["active"], false);
    assert_eq!(user["effective_skills"].as_array().unwrap().len(), 1, "it has not started");
    assert_eq!(stack.send(Method::DELETE, &skill, &Value::Null).await.status_and_code(), (409, "skill-in-use"));

    zelda.wait_for_levels(&json!({"English": 10, "French": 20})).await;
    let listed = stack.find_user("skill=French&min_level=20").await;
    assert_eq!(listed["temporary_skills"][0]["skill"], "English", "the list shows them, too: {listed}");
    zelda.wait_for_levels(&json!({"English": 80})).await;
    let user = stack.get_json(&zelda.path).await;
    assert_eq!(user["temporary_skills"], json!([]));
    assert_eq!(user["assigned_skills"], json!([{"skill": "English", "level": 80}]));
    let system = |action: &str| (action.to_owned(), "system".to_owned());
    assert_eq!(
        zelda.actions().await.into_iter().collect::<std::collections::BTreeSet<_>>(),
        ["temporary_skills_ended", "temporary_skills_started"].map(system).into()
    );
    stack.send_ok(Method::DELETE, &skill, &Value::Null).await;
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_36_extending_ending_early_and_assigning_permanently_do_what_they_say() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "French", &json!({})).await;
    let zelda = Worker::log_in(&stack).await;
    let french = zelda.skill("French");
    let temporary = |user: &Value| user["temporary_skills"][0].clone();
    let first = stack.send_ok(Method::PUT, &french, &json!({"level": 5, "until": after(600)})).await;
    let longer = stack.send_ok(Method::PUT, &french, &json!({"level": 5, "until": after(1_200)})).await;
    assert_eq!(temporary(&first)["from"], temporary(&longer)["from"], "it goes on");
    assert!(temporary(&first)["until"].as_str() < temporary(&longer)["until"].as_str());
    zelda.wait_for_levels(&json!({"English": 80, "French": 5})).await;
    let file = exported(&stack).await;
    let (head, row) = (file.lines().nth(1).unwrap(), file.lines().find(|line| line.contains("zelda@")).unwrap());
    let [from, until] = ["from", "until"].map(|end| temporary(&longer)[end].as_str().unwrap().to_owned());
    assert!(head.ends_with(",temporary_skills"), "{head}");
    assert!(row.ends_with(&format!(",French:5 from {from} until {until}")), "{row}");
    let job = plan(&stack, &stack.owner, "/imports", &upload(&stack, &stack.owner, &file).await).await;
    assert_eq!((&job["plan"]["changed"], &job["plan"]["refused"]), (&json!(0), &json!(0)), "rule 29: {job}");
    let ending = format!("{french}/temporary");
    let stale = stack.request(Method::DELETE, &ending, &stack.owner).header("if-match", "\"1\"").send().await.unwrap();
    assert_eq!(stale.status(), 412);
    let ended = stack.send_ok(Method::DELETE, &ending, &Value::Null).await;
    assert_eq!(ended["temporary_skills"], json!([]));
    zelda.wait_for_levels(&json!({"English": 80})).await;
    assert_eq!(stack.send(Method::DELETE, &ending, &Value::Null).await.status_and_code(), (404, "no-temporary-skill"));
    stack.send_ok(Method::PUT, &french, &json!({"level": 5, "until": after(600)})).await;
    let permanent = stack.send_ok(Method::PUT, &french, &json!({"level": 7})).await;
    assert_eq!(permanent["temporary_skills"], json!([]));
    zelda.wait_for_levels(&json!({"English": 80, "French": 7})).await;
    assert_eq!(zelda.actions().await, [], "the schedule has done nothing");

    for (body, code) in [
        (json!({"from": after(60)}), "invalid-period"),
        (json!({"from": after(60), "until": after(60)}), "invalid-period"),
        (json!({"until": after(-1)}), "invalid-period"),
        (json!({"until": after(367 * 86_400)}), "invalid-period"),
        (json!({"until": "tomorrow"}), "invalid-time"),
    ] {
        assert_eq!(stack.send(Method::PUT, &french, &body).await.status_and_code(), (400, code), "{body}");
    }
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_36_a_job_lends_a_skill_to_many_for_a_time_and_its_undo_ends_it() {
    let stack = TestStack::start().await;
    stack.create_skill("Languages", "French", &json!({})).await;
    stack.create_skill("Languages", "English", &json!({})).await;
    let english = json!([{"skill": "English", "level": 80}]);
    let mut users = Vec::new();
    for name in ["ada", "bob"] {
        users.push(stack.create_user(name, &json!({"assigned_skills": english})).await);
    }
    let until = after(600);
    let change = json!({"skills": {"temporary": [{"skill": "French", "level": 9, "until": until}]}});
    let ids = json!({"ids": users.iter().map(id).collect::<Vec<_>>()});
    let job = plan(&stack, &stack.owner, "/bulk", &json!({"users": ids, "change": change})).await;
    let group = &job["plan"]["groups"]["changes"][0];
    assert_eq!((&group["change"]["part"], &group["users"]), (&json!("temporary_skill"), &json!(2)), "{job}");
    let lent = async || {
        let mut lent = Vec::new();
        for user in &users {
            let user = stack.get_json(&format!("/users/{}", id(user))).await;
            let skills = user["temporary_skills"].as_array().unwrap().clone();
            lent.extend(skills.into_iter().map(|skill| (skill["level"].clone(), user["assigned_skills"].clone())));
        }
        lent
    };
    assert_eq!(lent().await, [], "nothing has changed");
    let done = apply(&stack, &stack.owner, &job).await;
    assert_eq!(done["results"], json!({"changed": 2, "unchanged": 0, "refused": 0}));
    assert_eq!(lent().await, vec![(json!(9), english); 2]);
    let undo = format!("/jobs/{}/undo", job["job_id"].as_str().unwrap());
    let undo = plan(&stack, &stack.owner, &undo, &json!({})).await;
    apply(&stack, &stack.owner, &undo).await;
    assert_eq!(lent().await, []);
    stack.stop().await;
}
