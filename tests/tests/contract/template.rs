use std::collections::{BTreeMap, BTreeSet};

use local::{
    options::parameters,
    template::{self, HttpApi, Values},
};
use tests::contract::{Contract, entries};

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/template.yaml");

fn api() -> HttpApi {
    let here = parameters("http://127.0.0.1:8080", "http://127.0.0.1:8081");
    template::read(TEMPLATE.as_ref(), &Values { here, given: BTreeMap::new() }).unwrap().api
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
