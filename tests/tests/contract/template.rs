use std::collections::{BTreeMap, BTreeSet};

use embedded::yaml;
use local::{
    content_security_policy,
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

/// Names and values of parameters, and those of what a deployment would name.
type Names<'a> = BTreeMap<&'a str, &'a str>;

const API: &str = "abc123";

/// The value of an expression of the template; its conditions are that a parameter is not empty.
fn evaluate(value: &Value, names: &Names) -> String {
    let list = |name: &str| value[name].as_array().map(Vec::as_slice);
    if let Some([condition, then, otherwise]) = list("!If") {
        let parameter = match condition.as_str().unwrap() {
            "HasPublicUrl" => "PublicUrl",
            "HasDomain" => "DomainName",
            other => panic!("{other} is not evaluated here"),
        };
        let chosen = if names[parameter].is_empty() { otherwise } else { then };
        return evaluate(chosen, names);
    }
    if let Some([separator, pieces]) = list("!Join") {
        let [at, text] = pieces["!Split"].as_array().unwrap().as_slice() else { panic!("{pieces}") };
        let text = evaluate(text, names);
        return text.split(at.as_str().unwrap()).collect::<Vec<_>>().join(separator.as_str().unwrap());
    }
    if let Some(name) = value["!Ref"].as_str() {
        return names[name].to_owned();
    }
    let text = value["!Sub"].as_str().or(value.as_str()).unwrap_or_else(|| panic!("{value} is not evaluated here"));
    names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
}

/// Each way to reach the API: parameters, and the address that is expected.
fn deployments() -> Vec<(Names<'static>, String)> {
    let names = |public_url, domain, base_path| {
        let parameters = [("PublicUrl", public_url), ("DomainName", domain), ("BasePath", base_path)];
        let aws = [("Api", API), ("AWS::Region", "eu-central-1"), ("AWS::URLSuffix", "amazonaws.com")];
        parameters.into_iter().chain(aws).collect::<Names>()
    };
    let public_urls = ["", "/", "/base", "/base/", "/a/webhooks", "/a/webhooks/"].map(|end| {
        let public_url = format!("https://proxy.example.com{end}");
        (names(&*public_url.clone().leak(), "api.example.com", "base"), public_url.trim_end_matches('/').to_owned())
    });
    let others = [
        (names("", "", ""), format!("https://{API}.execute-api.eu-central-1.amazonaws.com")),
        (names("", "api.example.com", ""), "https://api.example.com".to_owned()),
        (names("", "api.example.com", "tools/roster"), "https://api.example.com/tools/roster".to_owned()),
    ];
    public_urls.into_iter().chain(others).collect()
}

#[test]
fn the_output_webhook_url_is_the_address_for_which_callbacks_are_verified() {
    let document = document();
    let webhook = &document["Resources"]["Webhook"]["Properties"];
    let path = webhook["Events"]["Callback"]["Properties"]["Path"].as_str().unwrap();
    let form = [("EventType", "worker.created")];
    for (names, address) in deployments() {
        let url = evaluate(&document["Outputs"]["WebhookUrl"]["Value"], &names);
        assert_eq!(url, format!("{address}{path}"));
        // Without a public URL, callbacks are verified for the domain that the gateway states: its own.
        let public_url = evaluate(&webhook["Environment"]["Variables"]["PUBLIC_URL"], &names);
        let public_url = if public_url.is_empty() { address.clone() } else { public_url };
        let signature = signature::sign(&"token".into(), &url, &form);
        let verifier = Verifier::new("token".into(), public_url);
        let media_type = Some("application/x-www-form-urlencoded");
        assert!(verifier.verify(path, media_type, b"EventType=worker.created", &signature), "{url}");
        let api_url = evaluate(&document["Outputs"]["ApiUrl"]["Value"], &names);
        assert_eq!(api_url.trim_end_matches('/'), address);
    }
}

#[test]
fn the_public_url_has_no_query_no_fragment_and_no_doubled_slash() {
    let document = document();
    let pattern = Regex::new(document["Parameters"]["PublicUrl"]["AllowedPattern"].as_str().unwrap()).unwrap();
    assert!(pattern.is_match(""), "the gateway's own domain");
    for right in ["", "/", "/base", "/base/", "/a/b", "/a/b/"] {
        assert!(pattern.is_match(&format!("https://api.example.com{right}")), "{right}");
        assert!(!pattern.is_match(&format!("http://api.example.com{right}")), "{right}");
    }
    for wrong in ["//", "/base//", "//base", "/a//b", "?a=b", "/base?a", "/#top", "/a b", "/base/\n"] {
        assert!(!pattern.is_match(&format!("https://api.example.com{wrong}")), "{wrong}");
    }
}

#[test]
fn the_version_that_functions_are_tagged_with_is_that_of_the_workspace() {
    let version = &document()["Globals"]["Function"]["Tags"]["flex-roster-version"];
    assert_eq!(version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_host_of_the_page_sends_the_headers_of_the_local_stack() {
    let document = document();
    let headers = &document["Resources"]["ConsoleHeaders"]["Properties"]["ResponseHeadersPolicyConfig"];
    let security = &headers["SecurityHeadersConfig"];
    let policy = &security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["!Sub"];
    let deployed = policy[0].as_str().unwrap();
    assert_eq!(deployed, content_security_policy("${ApiOrigin}", "https://${Exports.RegionalDomainName}"));
    for header in security.as_object().unwrap().values() {
        assert_eq!(header["Override"], true);
    }
    assert!(security["ContentTypeOptions"].is_object());
    assert_eq!(security["ReferrerPolicy"]["ReferrerPolicy"], "no-referrer");
}

#[test]
fn every_variable_of_a_function_and_every_parameter_is_explained() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operations.md")).unwrap();
    let document = document();
    let functions = entries(&document["Resources"]).map(|(_, resource)| &resource["Properties"]["Environment"]);
    let variables = functions.chain([&document["Globals"]["Function"]["Environment"]]);
    let variables = variables.flat_map(|environment| entries(&environment["Variables"])).map(|(name, _)| name);
    let parameters = entries(&document["Parameters"]).map(|(name, _)| name);
    for name in variables.chain(parameters) {
        assert!(page.contains(&format!("`{name}`")), "docs/operations.md does not explain {name}");
    }
}

#[test]
fn a_bulk_job_asks_from_more_than_25_users_or_5_of_a_hundred_on() {
    let parameters = &document()["Parameters"];
    let defaults = ["BulkBrakeUsers", "BulkBrakePercent"].map(|name| parameters[name]["Default"].as_u64());
    assert_eq!(defaults, [Some(25), Some(5)]);
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
