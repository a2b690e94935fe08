//! docs/authority.md states the actions of each function as the template allows them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use regex::Regex;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/template.yaml");
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/authority.md");

/// The actions of each function's package: `dynamodb:GetItem`.
type Authority = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_page_of_authority_states_the_actions_that_the_template_allows_each_function() {
    let (allowed, stated) = (allowed(), stated());
    for function in allowed.keys().chain(stated.keys()).collect::<BTreeSet<_>>() {
        assert_eq!(stated.get(function), allowed.get(function), "{function}: left the page, right the template");
    }
}

#[test]
fn no_function_may_do_all_of_anything() {
    for (function, actions) in allowed() {
        assert!(!actions.iter().any(|action| action.contains('*')), "{function}: {actions:?}");
    }
}

/// Of the template. A statement has its actions on one line, as a list; another form is noticed.
fn allowed() -> Authority {
    let text = fs::read_to_string(TEMPLATE).unwrap();
    let package = Regex::new(r"^ +CodeUri: \S+/([a-z-]+)$").unwrap();
    let actions = Regex::new(r"^ +Action: \[(.+)\]$").unwrap();
    let (mut authority, mut function) = (Authority::new(), String::new());
    for line in text.lines() {
        if let Some(found) = package.captures(line) {
            found[1].clone_into(&mut function);
            authority.entry(function.clone()).or_default();
        } else if let Some(found) = actions.captures(line) {
            let actions = found[1].split(',').map(|action| action.trim().to_owned());
            authority.get_mut(&function).unwrap().extend(actions);
        } else {
            assert!(!line.trim_start().trim_start_matches("- ").starts_with("Action"), "not understood: {line}");
        }
    }
    assert!(authority.len() > 10, "{authority:?}");
    authority
}

/// Of the page: a row is `| function | DynamoDB actions | other actions | …`.
fn stated() -> Authority {
    let text = fs::read_to_string(PAGE).unwrap();
    let names = Regex::new("`([^`]+)`").unwrap();
    let names = |cell: &str| names.captures_iter(cell).map(|found| found[1].to_owned()).collect::<Vec<_>>();
    let rows = text.lines().filter(|line| line.starts_with("| `")).map(|line| {
        let cells = line.split('|').collect::<Vec<_>>();
        let dynamodb = names(cells[2]).into_iter().map(|action| format!("dynamodb:{action}"));
        (names(cells[1]).concat(), dynamodb.chain(names(cells[3])).collect())
    });
    rows.collect()
}
