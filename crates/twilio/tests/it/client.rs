//! Requests to TaskRouter's REST API.

use domain::WorkerSid;
use serde_json::json;
use twilio::{Config, FetchWorker, ListWorkers, TwilioError, Worker};
use wiremock::matchers::{basic_auth, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::mock::{ACCOUNT, WORKER, WORKERS, client, client_with, config, mount, worker};

fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200)
}

/// Fetches through the trait, as the functions do.
async fn fetch(twilio: &impl FetchWorker, sid: &str) -> Option<Worker> {
    twilio.fetch_worker(&WorkerSid::new(sid)).await.unwrap()
}

#[tokio::test]
async fn a_worker_is_fetched_with_its_version() {
    let twilio = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path(WORKER))
        .and(basic_auth(ACCOUNT, "the-auth-token"))
        .and(header("user-agent", concat!("flex-roster/", env!("CARGO_PKG_VERSION"))))
        .respond_with(ok().set_body_json(worker()).insert_header("ETag", "\"3\""))
        .expect(1)
        .mount(&twilio)
        .await;
    let worker = fetch(&client(&twilio), "WK1").await.unwrap();
    assert_eq!((&*worker.sid, worker.version), ("WK1", Some(3)));
    assert_eq!(worker.friendly_name, "alice_40example_2Ecom");
    assert_eq!((&*worker.activity_sid, &*worker.activity_name), ("WA1", "Offline"));
    assert_eq!(worker.attributes.as_deref(), Some(r#"{"roles":["agent"]}"#));
    assert_eq!(worker.date_updated.unwrap().to_string(), "2017-05-31T00:05:57Z");
}

#[tokio::test]
async fn a_worker_that_taskrouter_does_not_have_is_nobody() {
    // rule 28
    let twilio = MockServer::start().await;
    let missing = json!({"code": 20404, "message": "…", "more_info": "…", "status": 404});
    mount(&twilio, "GET", WORKER, ResponseTemplate::new(404).set_body_json(missing), 1).await;
    assert!(fetch(&client(&twilio), "WK1").await.is_none());
}

#[tokio::test]
async fn a_strange_sid_leads_to_no_other_resource() {
    let twilio = MockServer::start().await;
    mount(&twilio, "GET", &format!("{WORKERS}/WK1%2F..%2F..%3Fa"), ResponseTemplate::new(404), 1).await;
    assert!(fetch(&client(&twilio), "WK1/../..?a").await.is_none());
}

#[tokio::test]
async fn attributes_that_are_not_shown_are_unknown_and_not_empty() {
    let twilio = MockServer::start().await;
    let mut hidden = worker();
    hidden["attributes"] = json!(null);
    mount(&twilio, "GET", WORKER, ok().set_body_json(hidden), 1).await;
    let worker = fetch(&client(&twilio), "WK1").await.unwrap();
    assert_eq!((worker.attributes, worker.version), (None, None));
}

#[tokio::test]
async fn a_list_goes_on_to_its_end_and_stays_with_the_configured_host() {
    let twilio = MockServer::start().await;
    let next = format!("https://elsewhere.example.com{WORKERS}?PageSize=1000&Page=1&PageToken=PAWK1");
    let first = json!({"workers": [worker()], "meta": {"key": "workers", "next_page_url": next}});
    let last = json!({"workers": [worker(), worker()], "meta": {"next_page_url": null}});
    for (page, body) in [(None, first), (Some("PAWK1"), last)] {
        let mock = Mock::given(method("GET")).and(path(WORKERS)).and(query_param("PageSize", "1000"));
        let mock = match page {
            Some(token) => mock.and(query_param("PageToken", token)),
            None => mock.and(wiremock::matchers::query_param_is_missing("PageToken")),
        };
        mock.respond_with(ok().set_body_json(body)).expect(1).mount(&twilio).await;
    }
    let client = client(&twilio);
    let first = ListWorkers::list_workers(&client, None).await.unwrap();
    assert_eq!(first.items.len(), 1);
    let stored = serde_json::to_string(&first.next.unwrap()).unwrap();
    let next = serde_json::from_str(&stored).unwrap();
    let last = ListWorkers::list_workers(&client, Some(&next)).await.unwrap();
    assert_eq!((last.items.len(), last.next), (2, None));
}

#[tokio::test]
async fn rule_34_a_worker_of_a_list_that_is_odd_costs_neither_the_others_nor_its_other_fields() {
    let twilio = MockServer::start().await;
    // As text: no JSON library writes half a surrogate pair.
    let odd = r#"{"sid": "WK2", "friendly_name": 7, "attributes": "{\"full_name\":\"\\ud800\ud801\",\"x\":1e999}",
        "activity_name": null, "date_updated": "yesterday", "links": {"\ud800": 1e999}}"#;
    let body = format!(
        r#"{{"workers": [{}, {odd}, {{"sid": null}}, 5, {}], "meta": {{"next_page_url": null}}}}"#,
        worker(),
        worker()
    );
    mount(&twilio, "GET", WORKERS, ok().set_body_raw(body, "application/json"), 1).await;
    let page = client(&twilio).list_workers(None).await.unwrap();
    assert_eq!((page.items.len(), page.unreadable), (3, 2));
    let odd = &page.items[1];
    assert_eq!((&*odd.friendly_name, &*odd.activity_sid, &*odd.activity_name, odd.date_updated), ("", "", "", None));
    assert_eq!(odd.attributes.as_deref(), Some(r#"{"full_name":"\ud800\ud801","x":1e999}"#));
}

#[tokio::test]
async fn a_next_page_that_would_be_the_first_again_is_an_error() {
    let twilio = MockServer::start().await;
    let endless = json!({"workers": [], "meta": {"next_page_url": format!("{}{WORKERS}", twilio.uri())}});
    mount(&twilio, "GET", WORKERS, ok().set_body_json(endless), 1).await;
    let error = client(&twilio).list_workers(None).await.unwrap_err();
    assert!(matches!(error, TwilioError::Malformed("list of workers")), "{error:?}");
}

#[tokio::test]
async fn an_answer_in_another_shape_is_an_error_that_does_not_repeat_it() {
    // rule 32
    let twilio = MockServer::start().await;
    let odd = json!({"sid": 7, "friendly_name": "alice"});
    mount(&twilio, "GET", WORKER, ok().set_body_json(odd), 1).await;
    let error = client(&twilio).fetch_worker(&WorkerSid::new("WK1")).await.unwrap_err();
    assert!(matches!(error, TwilioError::Malformed("worker")), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("alice"));
}

#[tokio::test]
async fn printing_a_worker_tells_nothing_of_the_person() {
    // rule 32
    let worker: Worker = Worker::read(&worker().to_string()).unwrap();
    let printed = format!("{worker:?}");
    assert!(printed.contains("WK1") && !printed.contains("alice") && !printed.contains("agent"));
}

#[test]
fn a_client_without_a_usable_address_says_which() {
    for url in ["taskrouter.twilio.com", "mailto:a@example.com", ""] {
        let error = twilio::Client::new(Config {
            taskrouter_url: url.to_owned(),
            ..config("https://iam.twilio.com".to_owned(), Config::DEFAULT_TIMEOUT)
        })
        .unwrap_err();
        assert!(matches!(error, TwilioError::Config("taskrouter_url")), "{error:?}");
    }
}

#[test]
fn printing_the_client_does_not_show_its_token() {
    // rule 32
    let client = client_with("https://twilio.example.com".to_owned(), Config::DEFAULT_TIMEOUT);
    assert!(!format!("{client:?}").contains("the-auth-token"));
}
