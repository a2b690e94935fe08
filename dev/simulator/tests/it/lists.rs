//! Lists and their pages.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulator::AVAILABLE_ACTIVITY_SID;

use crate::harness::{Twilio, text};

fn names(page: &Value) -> Vec<&str> {
    page["workers"].as_array().unwrap().iter().map(|worker| text(worker, "friendly_name")).collect()
}

async fn workers(twilio: &mut Twilio, count: usize) {
    for number in 0..count {
        twilio.worker(&format!("person{number}")).await;
    }
}

#[tokio::test]
async fn the_pages_of_a_list_hold_everybody_once() {
    let mut twilio = Twilio::start().await;
    workers(&mut twilio, 7).await;
    let mut seen = Vec::new();
    let mut sizes = Vec::new();
    let mut next = json!("/Workers?PageSize=3");
    while let Some(url) = next.as_str() {
        let page = twilio.get(url).await;
        assert_eq!(page["meta"]["page"], sizes.len());
        sizes.push(names(&page).len());
        seen.extend(names(&page).into_iter().map(str::to_owned));
        next = page["meta"]["next_page_url"].clone();
    }
    assert_eq!(sizes, [3, 3, 1]);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 7);
}

#[tokio::test]
async fn one_can_go_back_a_page() {
    let mut twilio = Twilio::start().await;
    workers(&mut twilio, 5).await;
    let first = twilio.get("/Workers?PageSize=2").await;
    assert_eq!(first["meta"]["previous_page_url"], Value::Null);
    let second = twilio.get(text(&first["meta"], "next_page_url")).await;
    assert_eq!(names(&second).len(), 2);
    let back = twilio.get(text(&second["meta"], "previous_page_url")).await;
    assert_eq!(names(&back), names(&first));
}

#[tokio::test]
async fn a_worker_removed_between_two_pages_hides_nobody() {
    // rule 28
    let mut twilio = Twilio::start().await;
    workers(&mut twilio, 4).await;
    let first = twilio.get("/Workers?PageSize=2").await;
    assert_eq!(twilio.delete(&format!("/Workers/{}", text(&first["workers"][1], "sid"))).await, 204);
    let second = twilio.get(text(&first["meta"], "next_page_url")).await;
    assert_eq!(names(&second).len(), 2);
    assert_eq!(second["meta"]["next_page_url"], Value::Null);
}

#[tokio::test]
async fn workers_are_found_by_name_activity_and_availability() {
    let mut twilio = Twilio::start().await;
    workers(&mut twilio, 3).await;
    let busy = twilio.get("/Workers?FriendlyName=PERSON1").await;
    assert_eq!(names(&busy), ["person1"]);
    let path = format!("/Workers/{}", text(&busy["workers"][0], "sid"));
    twilio.post(&path, &[("ActivitySid", AVAILABLE_ACTIVITY_SID)]).await;
    for filter in ["Available=true", "ActivityName=Available", &format!("ActivitySid={AVAILABLE_ACTIVITY_SID}")] {
        assert_eq!(names(&twilio.get(&format!("/Workers?{filter}")).await), ["person1"], "{filter}");
    }
    let page = twilio.get("/Workers?Available=0&PageSize=1").await;
    assert!(text(&page["meta"], "next_page_url").contains("Available=0"));
    assert_eq!(names(&twilio.get("/Workers?Available=0").await).len(), 2);
}

#[tokio::test]
async fn queues_are_found_by_name_and_by_what_a_worker_can() {
    // rule 11
    let twilio = Twilio::start().await;
    let queues = async |filter: &str| {
        let page = twilio.get(&format!("/TaskQueues?{filter}")).await;
        page["task_queues"].as_array().unwrap().iter().map(|queue| text(queue, "friendly_name").to_owned()).collect()
    };
    let english = "EvaluateWorkerAttributes=%7B%22routing%22%3A%7B%22skills%22%3A%5B%22English%22%5D%7D%7D";
    let found: [Vec<String>; 3] =
        [queues("EvaluateWorkerAttributes=%7B%7D").await, queues(english).await, queues("FriendlyName=English").await];
    assert_eq!(found, [vec!["Everyone"], vec!["Everyone", "English"], vec!["English"]]);
    assert_eq!(twilio.get("/TaskQueues?EvaluateWorkerAttributes=7").await["status"], 400);
    assert_eq!(twilio.get("/TaskQueues/WQ0").await["status"], 404);
    twilio.configure(json!({"task_queues": [{"friendly_name": "VIP", "target_workers": "1 == 1"}]})).await;
    assert_eq!(queues("").await, ["VIP"]);
    let other = json!({"task_queues": [{"friendly_name": "VIP", "target_workers": "tier > 1"}]});
    let (status, refusal) = twilio.sim(reqwest::Method::POST, "configuration", other).await;
    assert!(status == 400 && text(&refusal, "message").contains("tier > 1 is not simulated"), "{refusal}");
}

#[tokio::test]
async fn a_page_size_that_is_none_is_refused_and_one_that_is_too_large_cut() {
    let twilio = Twilio::start().await;
    assert_eq!(twilio.get("/Workers?PageSize=0").await["status"], 400);
    assert_eq!(twilio.get("/Workers?PageSize=many").await["status"], 400);
    assert_eq!(twilio.get("/Workers?PageSize=5000").await["meta"]["page_size"], 1000);
    for token in ["somewhere", "PA", "PAWK1", "PCWK00000000000000000000000000000000"] {
        assert_eq!(twilio.get(&format!("/Workers?PageToken={token}")).await["status"], 400, "{token}");
    }
}

#[tokio::test]
async fn as_many_workers_as_twilio_allows_are_no_burden() {
    let data = tempfile::tempdir().unwrap();
    write_large_journal(data.path(), 15_000).await;
    let start = Instant::now();
    let twilio = Twilio::start_with(Some(data.path())).await;
    let mut next = json!("/Workers?PageSize=1000");
    let mut count = 0;
    while let Some(url) = next.as_str() {
        let page = twilio.get(url).await;
        count += names(&page).len();
        next = page["meta"]["next_page_url"].clone();
    }
    assert_eq!(count, 15_000);
    for number in 0..100 {
        let found = twilio.get(&format!("/Workers?FriendlyName=Person{number}")).await;
        assert_eq!(names(&found), [format!("person{number}")]);
    }
    // Far above the usual duration: fails only if the time grows faster than the number of workers.
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
}

/// A journal with this many workers, copied from one that the simulator wrote.
async fn write_large_journal(data: &Path, count: usize) {
    let mut twilio = Twilio::start_with(Some(data)).await;
    let model = text(&twilio.worker("model").await, "sid").to_owned();
    twilio.simulator.stop().await;
    let journal = data.join("taskrouter.jsonl");
    let line = fs::read_to_string(&journal).unwrap();
    let another =
        |number| line.replace(&model, &format!("WK{number:032}")).replace("model", &format!("person{number}"));
    fs::write(journal, (0..count).map(another).collect::<String>()).unwrap();
}
