use std::collections::{BTreeMap, BTreeSet};

use embedded::yaml;
use local::{
    options::parameters,
    template::{self, HttpApi, Values},
};
use regex::Regex;
use serde_json::Value;
use tests::contract::{Contract, entries};
use twilio::{Verifier, signature};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/template.yaml");

fn api() -> HttpApi {
    let here = parameters("http://127.0.0.1:8080", "http://127.0.0.1:8081");
    template::read(TEMPLATE.as_ref(), &Values { here, given: BTreeMap::new() }).unwrap().api
}

fn document() -> Value {
    yaml::parse(&std::fs::read_to_string(TEMPLATE).unwrap()).unwrap()
}

/// The value of an output that consists of these functions and the public URL.
fn evaluate(value: &Value, public_url: &str) -> String {
    let join = |list: &[Value]| {
        let [separator, pieces] = list else { panic!("{list:?}") };
        let pieces = pieces["!Split"].as_array().unwrap_or_else(|| panic!("{pieces}"));
        let [at, text] = pieces.as_slice() else { panic!("{pieces:?}") };
        let text = evaluate(text, public_url);
        text.split(at.as_str().unwrap()).collect::<Vec<_>>().join(separator.as_str().unwrap())
    };
    match (value["!Join"].as_array(), value["!Sub"].as_str()) {
        (Some(list), _) => join(list),
        (_, Some(text)) => text.replace("${PublicUrl}", public_url),
        _ => panic!("{value} is not evaluated here"),
    }
}

#[test]
fn the_output_webhook_url_is_the_address_for_which_callbacks_are_verified() {
    let document = document();
    let output = &document["Outputs"]["WebhookUrl"]["Value"];
    let path = document["Resources"]["Webhook"]["Properties"]["Events"]["Callback"]["Properties"]["Path"].as_str();
    let (path, form) = (path.unwrap(), [("EventType", "worker.created")]);
    for host in ["https://api.example.com", "http://127.0.0.1:8080"] {
        for end in ["", "/", "/base", "/base/", "/a/webhooks", "/a/webhooks/"] {
            let public_url = format!("{host}{end}");
            let url = evaluate(output, &public_url);
            assert_eq!(url, format!("{}{path}", public_url.trim_end_matches('/')));
            let signature = signature::sign(&"token".into(), &url, &form);
            let verifier = Verifier::new("token".into(), public_url);
            let media_type = Some("application/x-www-form-urlencoded");
            assert!(verifier.verify(path, media_type, b"EventType=worker.created", &signature), "{url}");
        }
    }
}

#[test]
fn the_public_url_has_no_query_no_fragment_and_no_doubled_slash() {
    let document = document();
    let pattern = Regex::new(document["Parameters"]["PublicUrl"]["AllowedPattern"].as_str().unwrap()).unwrap();
    for right in ["", "/", "/base", "/base/", "/a/b", "/a/b/"] {
        assert!(pattern.is_match(&format!("https://api.example.com{right}")), "{right}");
    }
    for wrong in ["//", "/base//", "//base", "/a//b", "?a=b", "/base?a", "/#top", "/a b", "/base/\n"] {
        assert!(!pattern.is_match(&format!("https://api.example.com{wrong}")), "{wrong}");
    }
}

#[test]
fn each_route_of_the_template_is_an_operation_of_the_contract_and_each_operation_a_route() {
    let contract = Contract::read();
    let routes = api().routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect::<BTreeSet<_>>();
    let operations = contract.operations().map(|operation| operation.route()).collect::<BTreeSet<_>>();
    let unknown = routes.difference(&operations).collect::<Vec<_>>();
    let missing = operations.difference(&routes).collect::<Vec<_>>();
    assert!(unknown.is_empty() && missing.is_empty(), "not in the contract: {unknown:?}, no route: {missing:?}");
}

#[test]
fn an_operation_takes_a_token_if_its_route_has_the_authorizer_and_answers_401_without_one() {
    let contract = Contract::read();
    for route in api().routes {
        let route_key = format!("{} {}", route.method, route.path);
        let operation = contract.operation(&route_key).unwrap_or_else(|| panic!("the contract has no {route_key}"));
        let expected = if route.authorizer.is_some() { vec!["FlexToken"] } else { vec![] };
        assert_eq!(operation.security(), expected, "{route_key}");
        assert_eq!(operation.response(401).is_some(), route.authorizer.is_some(), "{route_key}");
    }
}

#[test]
fn pages_of_other_origins_may_send_and_read_every_header_that_the_contract_names() {
    let contract = Contract::read();
    let cors = api().cors.unwrap();
    for operation in contract.operations().filter(|operation| !operation.security().is_empty()) {
        let route = operation.route();
        for parameter in operation.parameters().filter(|parameter| parameter["in"] == "header") {
            let name = parameter["name"].as_str().unwrap().to_lowercase();
            assert!(cors.allow_headers.contains(&name), "{route}: {name} is not in AllowHeaders");
        }
        for (_, response) in operation.responses() {
            for (name, _) in entries(&response["headers"]) {
                let name = name.to_lowercase();
                assert!(cors.expose_headers.contains(&name), "{route}: {name} is not in ExposeHeaders");
            }
        }
    }
}
