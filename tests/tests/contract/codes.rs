//! Problem codes in the source, in `Refusal::code` and in constructors of `Problem`, agree with the contract.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;
use tests::contract::{Contract, codes};

/// Codes of refusals on the command line, which the API never returns.
const OPERATOR_ONLY: [&str; 3] = ["not-deleted", "worker-not-removed", "erased-user"];

/// Codes of refusals that only stand in the results of a bulk job, with the user who is refused.
const OF_RESULTS: [&str; 2] = ["added-by-job", "changed-since-plan"];

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn contract_codes() -> BTreeSet<String> {
    let contract = Contract::read();
    contract.operations().flat_map(|op| op.responses().collect::<Vec<_>>()).flat_map(|(_, r)| codes(r)).collect()
}

/// The sources of the functions and crates, without their tests.
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

/// The codes that `Refusal::code` returns, but for those of files and their rows, which are in jobs and plans.
fn refusal_codes() -> BTreeSet<String> {
    let codes_in = |file: &str| {
        let source = std::fs::read_to_string(Path::new(ROOT).join("crates/domain/src").join(file)).unwrap();
        let code = source.split_once("fn code(&self)").unwrap().1.split_once("\n    }\n").unwrap().0;
        matches(&Regex::new(r#"=>\s*(?:\{\s*)?"([a-z-]+)""#).unwrap(), code)
    };
    ["refusal.rs", "bulk/refusal.rs", "drift.rs", "temporary_skill.rs"].into_iter().flat_map(codes_in).collect()
}

/// The codes of problems that the HTTP layer and the functions construct.
fn http_codes() -> BTreeSet<String> {
    let constructor = Regex::new(r#"(?:Problem|Self)::[a-z_]+\(\s*(?:\d+,\s*)?"([a-z-]+)""#).unwrap();
    let match_arm = Regex::new(r#"=>\s*"([a-z]+(?:-[a-z]+)+)""#).unwrap();
    let places = ["crates/http_api/src", "functions"].map(|place| Path::new(ROOT).join(place));
    let sources = sources().into_iter().filter(|(path, _)| places.iter().any(|place| path.starts_with(place)));
    sources
        .flat_map(|(path, code)| {
            let mut codes = matches(&constructor, &code);
            if path.ends_with("problem.rs") {
                codes.extend(matches(&match_arm, &code));
            }
            codes
        })
        .collect()
}

fn matches(pattern: &Regex, code: &str) -> BTreeSet<String> {
    pattern.captures_iter(code).map(|matches| matches[1].to_owned()).collect()
}

#[test]
fn every_code_of_the_rules_and_of_the_edge_stands_in_the_contract() {
    let (refusals, http) = (refusal_codes(), http_codes());
    for known in ["agents-may-not", "stale"] {
        assert!(refusals.contains(known), "the codes of refusals are not found: {refusals:?}");
    }
    for known in ["invalid-json", "internal", "broken-cursor", "unknown-job"] {
        assert!(http.contains(known), "the codes of the HTTP layer are not found: {http:?}");
    }
    let in_contract = contract_codes();
    let elsewhere = |code: &&String| OPERATOR_ONLY.contains(&code.as_str()) || OF_RESULTS.contains(&code.as_str());
    let api_codes = refusals.union(&http).filter(|code| !elsewhere(code));
    let missing = api_codes.filter(|code| !in_contract.contains(*code)).collect::<Vec<_>>();
    assert!(missing.is_empty(), "no operation of the contract gives {missing:?}");
}

#[test]
fn every_code_of_the_contract_stands_in_the_code() {
    let sources = sources();
    let is_in_code = |code: &String| sources.iter().any(|(_, source)| source.contains(&format!("\"{code}\"")));
    let unused = contract_codes().into_iter().filter(|code| !is_in_code(code)).collect::<Vec<_>>();
    assert!(unused.is_empty(), "nothing gives {unused:?}");
}

#[test]
fn each_answer_says_in_words_what_each_of_its_codes_means() {
    let contract = Contract::read();
    for operation in contract.operations() {
        for (status, response) in operation.responses() {
            let description = response["description"].as_str().unwrap();
            for code in codes(response) {
                assert!(description.contains(&format!("- `{code}`: ")), "{} {status}: {code}", operation.route());
            }
        }
    }
}
