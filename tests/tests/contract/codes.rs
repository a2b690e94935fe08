//! Codes are words in the source: in `Refusal::code`, and where a function's edge makes a `Problem`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;
use tests::contract::{Contract, codes};

/// What is refused to an operator at a command line, and never through the API.
const NOT_OF_THE_API: [&str; 1] = ["not-deleted"];

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Every code that the contract has.
fn in_contract() -> BTreeSet<String> {
    let contract = Contract::read();
    contract.operations().flat_map(|op| op.responses().collect::<Vec<_>>()).flat_map(|(_, r)| codes(r)).collect()
}

/// The code of the functions and of what they are made of.
fn sources() -> Vec<(PathBuf, String)> {
    let mut sources = Vec::new();
    for place in ["crates", "functions"] {
        collect(&Path::new(ROOT).join(place), &mut sources);
    }
    sources
}

fn collect(directory: &Path, sources: &mut Vec<(PathBuf, String)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            sources.push((path, code.to_owned()));
        }
    }
}

/// The codes of refusals: the words that `Refusal::code` gives.
fn of_refusals() -> BTreeSet<String> {
    let source = std::fs::read_to_string(Path::new(ROOT).join("crates/domain/src/refusal.rs")).unwrap();
    let code = source.split_once("fn code(&self)").unwrap().1.split_once("\n    }\n").unwrap().0;
    found(&Regex::new(r#"=>\s*(?:\{\s*)?"([a-z-]+)""#).unwrap(), code)
}

/// The codes that edges give problems themselves.
fn of_edges() -> BTreeSet<String> {
    let made = Regex::new(r#"(?:Problem|Self)::[a-z_]+\(\s*(?:\d+,\s*)?"([a-z-]+)""#).unwrap();
    let chosen = Regex::new(r#"=>\s*"([a-z]+(?:-[a-z]+)+)""#).unwrap();
    let edges = ["crates/http_api/src", "functions"].map(|place| Path::new(ROOT).join(place));
    let sources = sources().into_iter().filter(|(path, _)| edges.iter().any(|edge| path.starts_with(edge)));
    sources
        .flat_map(|(path, code)| {
            let mut codes = found(&made, &code);
            if path.ends_with("problem.rs") {
                codes.extend(found(&chosen, &code));
            }
            codes
        })
        .collect()
}

fn found(pattern: &Regex, code: &str) -> BTreeSet<String> {
    pattern.captures_iter(code).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_code_of_the_rules_and_of_the_edge_stands_in_the_contract() {
    let (refusals, edges) = (of_refusals(), of_edges());
    for known in ["agents-may-not", "stale"] {
        assert!(refusals.contains(known), "the codes of refusals are not found: {refusals:?}");
    }
    for known in ["invalid-json", "internal", "broken-cursor", "unknown-job"] {
        assert!(edges.contains(known), "the codes of edges are not found: {edges:?}");
    }
    let in_contract = in_contract();
    let of_the_api = refusals.union(&edges).filter(|code| !NOT_OF_THE_API.contains(&code.as_str()));
    let missing = of_the_api.filter(|code| !in_contract.contains(*code)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no operation of the contract gives {missing:?}");
}

#[test]
fn every_code_of_the_contract_stands_in_the_code() {
    let sources = sources();
    let is_there = |code: &String| sources.iter().any(|(_, source)| source.contains(&format!("\"{code}\"")));
    let made_up = in_contract().into_iter().filter(|code| !is_there(code)).collect::<Vec<_>>();
    assert!(made_up.is_empty(), "nothing gives {made_up:?}");
}

#[test]
fn each_answer_says_in_words_what_each_of_its_codes_means() {
    let contract = Contract::read();
    for operation in contract.operations() {
        for (status, response) in operation.responses() {
            let says = response["description"].as_str().unwrap();
            for code in codes(response) {
                assert!(says.contains(&format!("- `{code}`: ")), "{} {status}: {code}", operation.route());
            }
        }
    }
}
