//! What clients that are generated from the contract rely on; `tests/clients/` generates and uses two of them.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use tests::contract::{Contract, entries};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn where_the_gateway_or_a_function_can_answer_the_gateways_media_type_describes_both_bodies() {
    let contract = Contract::read();
    let both = json!({"$ref": "#/components/schemas/ErrorBody"});
    for operation in contract.operations() {
        for (status, response) in operation.responses().filter(|(status, _)| *status >= "400") {
            let content = &response["content"];
            if content.as_object().is_some_and(|content| content.len() > 1) {
                assert_eq!(content["application/json"]["schema"], both, "{} {status}", operation.route());
            }
        }
    }
}

#[test]
fn of_several_media_types_of_an_error_the_one_that_describes_both_bodies_is_the_first() {
    let text = fs::read_to_string(format!("{ROOT}/infra/openapi.yaml")).unwrap();
    let lines = text.lines().collect::<Vec<_>>();
    let both = lines.windows(2).enumerate().filter(|(_, pair)| pair[1].contains("schemas/ErrorBody\" }"));
    let mut found = 0;
    for (number, pair) in both {
        // Only the text has the order; a mapping that was parsed is sorted.
        assert_eq!((pair[0].trim(), lines[number - 1].trim()), ("application/json:", "content:"), "line {number}");
        found += 1;
    }
    assert!(found >= 20, "{found}");
}

#[test]
fn an_error_body_is_exactly_one_of_problem_document_and_gateway_message() {
    let contract = Contract::read();
    let schemas = &contract.document()["components"]["schemas"];
    let is_one = |body: &Value| contract.check(&json!({"$ref": "#/components/schemas/ErrorBody"}), body).is_ok();
    assert!(is_one(&schemas["Problem"]["example"]) && is_one(&schemas["GatewayMessage"]["example"]));
    assert!(!is_one(&json!({})) && !is_one(&json!({"message": "Forbidden", "code": "agents-may-not"})));
}

#[test]
fn each_operation_is_named_by_a_verb_and_what_it_acts_on() {
    let contract = Contract::read();
    let mut names = BTreeSet::new();
    for operation in contract.operations() {
        let name = operation.definition["operationId"].as_str().unwrap();
        assert!(name.contains(char::is_uppercase) && name.starts_with(char::is_lowercase), "{name}");
        assert!(names.insert(name), "{name} is there twice");
    }
}

#[test]
fn no_lock_file_of_npm_names_another_registry_than_the_public_one() {
    for path in ["package-lock.json", "tests/clients/typescript/package-lock.json"] {
        let lock: Value = serde_json::from_str(&fs::read_to_string(format!("{ROOT}/{path}")).unwrap()).unwrap();
        for (package, entry) in entries(&lock["packages"]) {
            let Some(address) = entry.get("resolved") else { continue };
            assert!(
                address.as_str().unwrap().starts_with("https://registry.npmjs.org/"),
                "{path}: {package}: {address}"
            );
        }
    }
}
