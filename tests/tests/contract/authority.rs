//! Each function's permissions: its verbs in the code, its IAM role in the template and docs/security.md agree. So do those of
//! an operator's commands.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;

use local::authority::{Policy, page, usage};
use regex::Regex;
use serde_json::Value;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The actions of each function's package: `dynamodb:GetItem`.
pub type FunctionActions = BTreeMap<String, BTreeSet<String>>;

const PAGE: &str = "docs/security.md";
const BEGIN: &str =
    "<!-- Generated from infra/template.yaml: UPDATE_DOCS=1 cargo test -p tests --test contract -->\n\n";
const END: &str = "\n<!-- End of what is generated. -->\n";

#[test]
fn the_page_of_security_states_what_the_template_lets_each_function_do() {
    let path = Path::new(ROOT).join(PAGE);
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the generated part begins");
    let (stated, after) = rest.split_once(END).expect("the generated part ends");
    let system = usage::system(&Path::new(ROOT).join("infra/template.yaml")).unwrap();
    let granted = page::page(&system);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, [before, BEGIN, &granted, END, after].concat()).unwrap();
    } else {
        assert_eq!(stated, granted, "UPDATE_DOCS=1 writes {PAGE} anew");
    }
}

#[test]
fn a_function_may_do_to_the_table_exactly_what_the_verbs_that_it_uses_need() {
    let verbs = verbs();
    for (function, actions) in allowed_actions() {
        let used = used_verbs(&function_sources(&function), &verbs);
        let needed = used.iter().flat_map(|verb| verbs[verb].actions.clone()).collect::<BTreeSet<_>>();
        let table_actions = actions.into_iter().filter(|action| action.starts_with("dynamodb:")).collect();
        assert_eq!(needed, table_actions, "{function}: left what {used:?} need, right the template");
    }
}

#[test]
fn a_function_may_query_an_index_exactly_if_one_of_its_verbs_does() {
    let (verbs, index) = (verbs(), Regex::new("/index/([a-z_]+)").unwrap());
    for (function, statements) in statements() {
        let needed = used_verbs(&function_sources(&function), &verbs)
            .iter()
            .flat_map(|verb| verbs[verb].indexes.clone())
            .collect();
        let resources = statements.iter().map(|statement| statement["Resource"].to_string()).collect::<String>();
        let allowed = index.captures_iter(&resources).map(|found| found[1].to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(allowed, needed, "{function}: left the template, right its verbs");
    }
}

#[test]
fn only_functions_that_send_requests_to_taskrouter_know_the_api_key_and_may_read_its_secret() {
    let readers = |parameter: &str| {
        let may_read = statements().into_iter().filter(|(_, statements)| {
            let reading = statements.iter().filter(|statement| actions(statement).contains("ssm:GetParameter"));
            reading.map(|statement| statement["Resource"].to_string()).any(|resource| resource.contains(parameter))
        });
        may_read.map(|(function, _)| function).collect::<Vec<_>>()
    };
    assert_eq!(readers("${TwilioApiKeySecretParameter}"), ["reconcile", "reconciliations", "sync", "webhook"]);
    assert_eq!(readers("${AccountOwnersParameter}"), ["reconcile", "sync", "webhook"]);
    assert_eq!(
        readers("${TwilioAuthTokenParameter}"),
        ["authorize", "reconcile", "reconciliations", "sync", "webhook"]
    );
    // A function that knows of a key reads its secret before the first event, and does not start without.
    let knows = |(function, variables): (String, Value)| variables.get("TWILIO_API_KEY_SID").map(|_| function);
    assert_eq!(
        environments().into_iter().filter_map(knows).collect::<Vec<_>>(),
        ["reconcile", "reconciliations", "sync", "webhook"]
    );
}

#[test]
fn no_function_may_do_all_of_anything() {
    for (function, actions) in allowed_actions() {
        assert!(!actions.iter().any(|action| action.contains('*')), "{function}: {actions:?}");
    }
}

/// Without `Null`, a request that names no key would pass.
#[test]
fn a_function_reaches_the_table_and_its_indexes_only_by_partition_keys_that_its_policy_names() {
    let mut checked = 0;
    for (function, statements) in statements() {
        let allowing = statements.iter().filter(|statement| statement["Effect"] == "Allow");
        for statement in allowing.filter(|statement| actions(statement).iter().any(|a| a.starts_with("dynamodb:"))) {
            let condition = &statement["Condition"];
            let keys = condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].as_array();
            let keys = keys.unwrap_or_else(|| panic!("{function}: {statement}"));
            assert!(!keys.is_empty() && keys.iter().all(|key| key.as_str().is_some_and(|key| !key.starts_with('*'))));
            assert_eq!(condition["Null"]["dynamodb:LeadingKeys"], "false", "{function}: {statement}");
            assert!(!statement["Resource"].to_string().contains('*'), "{function}: {statement}");
            checked += 1;
        }
    }
    assert!(checked > 50);
}

#[test]
fn only_an_operator_may_scan_the_table() {
    assert!(verbs().values().any(|verb| verb.actions.contains("dynamodb:Scan")));
    for (function, actions) in allowed_actions() {
        assert!(!actions.contains("dynamodb:Scan"), "{function}");
    }
}

#[test]
fn rule_31_a_function_that_may_change_items_is_denied_to_change_audit_records() {
    let changing = ["dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"];
    let leading_keys = serde_json::json!({"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["AUDIT#*"]}});
    let mut denied_functions = 0;
    for (function, statements) in statements() {
        let may_change = allowed_actions()[&function].iter().any(|action| changing.contains(&action.as_str()));
        let denied = statements.iter().any(|statement| {
            statement["Effect"] == "Deny"
                && statement["Condition"] == leading_keys
                && actions(statement) == changing.map(ToOwned::to_owned).into()
        });
        assert_eq!(may_change, denied, "{function}");
        denied_functions += usize::from(denied);
    }
    assert!(denied_functions > 5);
}

/// The policies of the two roles that an operator takes, and the sources of their commands with the use cases that these call.
const OPERATORS: [(&str, &[&str]); 2] = [
    (
        "infra/operator-policy.json",
        &["cli/src", "crates/app/src/reindex", "crates/app/src/restore.rs", "crates/app/src/flex_skills.rs"],
    ),
    ("infra/erasure-policy.json", &["crates/app/src/erase.rs"]),
];

#[test]
fn an_operators_policy_allows_exactly_the_actions_that_the_verbs_of_the_commands_need() {
    let verbs = verbs();
    for (policy, paths) in OPERATORS {
        let text = fs::read_to_string(Path::new(ROOT).join(policy)).unwrap();
        let granted = Policy::read(&serde_json::from_str::<Value>(&format!("[{text}]")).unwrap()).unwrap();
        let granted = granted.grants().map(|grant| grant.action).filter(|action| action.starts_with("dynamodb:"));
        let used = used_verbs(&paths.iter().map(|path| sources(path)).collect::<String>(), &verbs);
        let needed = used.iter().flat_map(|verb| verbs[verb].actions.clone()).collect::<BTreeSet<_>>();
        assert_eq!(needed, granted.collect(), "{policy}: left what {used:?} need, right what it allows");
    }
}

/// The DynamoDB actions in the doc comment of a verb's trait in `verbs.rs`.
struct Verb {
    actions: BTreeSet<String>,
    /// Those that it queries.
    indexes: BTreeSet<String>,
}

fn verbs() -> BTreeMap<String, Verb> {
    let page = fs::read_to_string(Path::new(ROOT).join("crates/store/src/verbs.rs")).unwrap();
    let verb = Regex::new(r"(?m)^/// `DynamoDB`: (.+)\npub trait (\w+)").unwrap();
    let verbs = verb.captures_iter(&page).map(|found| {
        let parts = found[1].replace('`', "");
        let parts = parts.split(", ").map(|part| part.split_once(" on ").unwrap_or((part, "")));
        let actions = parts.clone().map(|(action, _)| format!("dynamodb:{action}")).collect();
        let indexes = parts.filter(|(_, index)| !index.is_empty()).map(|(_, index)| index.to_owned()).collect();
        (found[2].to_owned(), Verb { actions, indexes })
    });
    let verbs = verbs.collect::<BTreeMap<_, _>>();
    assert_eq!(verbs.len(), page.matches("\npub trait ").count(), "a trait without a line `DynamoDB`");
    verbs
}

fn function_sources(function: &str) -> String {
    sources(&format!("functions/{function}/src"))
}

/// A file, or the files of a folder.
fn sources(path: &str) -> String {
    let path = Path::new(ROOT).join(path);
    if path.is_file() {
        return fs::read_to_string(path).unwrap();
    }
    let files = fs::read_dir(path).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension() == Some("rs".as_ref()));
    files.map(|path| fs::read_to_string(path).unwrap()).collect()
}

/// The verbs that sources import from the store, or that the use cases need that they take.
fn used_verbs(sources: &str, verbs: &BTreeMap<String, Verb>) -> BTreeSet<String> {
    let import = Regex::new(r"(?s)use store::(?:verbs::)?(\{.*?\}|\w+);").unwrap();
    let verbs_in = |source: &str| {
        let imports = import.captures_iter(source).map(|found| found[1].to_owned()).collect::<String>();
        let names = imports.split(|c: char| !c.is_alphanumeric()).map(ToOwned::to_owned);
        names.filter(|name| verbs.contains_key(name)).collect::<BTreeSet<_>>()
    };
    let mut used = verbs_in(sources);
    let stores = stores_of_use_cases();
    for (use_case, store) in USE_CASES.iter().filter(|(use_case, _)| sources.contains(use_case)) {
        let bounds = stores.get(*store).unwrap_or_else(|| panic!("no trait {store} for {use_case}"));
        used.extend(bounds.iter().filter(|name| verbs.contains_key(*name)).cloned());
    }
    used
}

/// The use cases that functions take from `app`, and the trait that has the verbs of each.
const USE_CASES: &[(&str, &str)] =
    &[("WorkerIngest", "IngestStore"), ("WorkerSync", "SyncStore"), ("WorkerReconcile", "ReconcileStore")];

/// The bounds of the traits `…Store` in `app`, with those of the traits that they are made of.
fn stores_of_use_cases() -> BTreeMap<String, BTreeSet<String>> {
    let folders = fs::read_dir(Path::new(ROOT).join("crates/app/src")).unwrap();
    let modules = folders.map(|folder| folder.unwrap().path().join("mod.rs")).filter(|module| module.exists());
    let sources = modules.map(|module| fs::read_to_string(module).unwrap()).collect::<String>();
    let definition = Regex::new(r"(?s)pub trait (\w+Store):(.+?)\{").unwrap();
    let stores = definition.captures_iter(&sources).map(|found| {
        (found[1].to_owned(), found[2].split('+').map(|bound| bound.trim().to_owned()).collect::<BTreeSet<_>>())
    });
    let stores = stores.collect::<BTreeMap<_, _>>();
    let resolved = |bounds: &BTreeSet<String>| {
        let inner = bounds.iter().filter_map(|bound| stores.get(bound)).flatten();
        bounds.iter().chain(inner).cloned().collect()
    };
    stores.iter().map(|(name, bounds)| (name.clone(), resolved(bounds))).collect()
}

/// The properties of each function in the template, by package.
fn functions() -> BTreeMap<String, Value> {
    let text = fs::read_to_string(Path::new(ROOT).join("infra/template.yaml")).unwrap();
    let template = embedded::yaml::parse(&text).unwrap();
    let resources = template["Resources"].as_object().unwrap().values();
    let functions = resources.filter(|resource| resource["Type"] == "AWS::Serverless::Function").map(|function| {
        let properties = function["Properties"].clone();
        (properties["CodeUri"].as_str().unwrap().rsplit('/').next().unwrap().to_owned(), properties)
    });
    let functions = functions.collect::<BTreeMap<_, _>>();
    assert!(functions.len() > 10, "{:?}", functions.keys());
    functions
}

/// The IAM statements of each function.
fn statements() -> BTreeMap<String, Vec<Value>> {
    let of = |properties: &Value| {
        let policies = properties["Policies"].as_array().into_iter().flatten();
        policies.flat_map(|policy| policy["Statement"].as_array().expect("an inline policy").clone()).collect()
    };
    functions().into_iter().map(|(function, properties)| (function, of(&properties))).collect()
}

/// The environment of each function, without what all have.
fn environments() -> BTreeMap<String, Value> {
    let of = |properties: &Value| properties["Environment"]["Variables"].clone();
    functions().into_iter().map(|(function, properties)| (function, of(&properties))).collect()
}

fn actions(statement: &Value) -> BTreeSet<String> {
    let actions = statement["Action"].as_array().expect("a list of actions");
    actions.iter().map(|action| action.as_str().unwrap().to_owned()).collect()
}

pub fn allowed_actions() -> FunctionActions {
    let functions = statements().into_iter().map(|(function, statements)| {
        let allowing = statements.iter().filter(|statement| statement["Effect"] == "Allow");
        (function, allowing.flat_map(actions).collect())
    });
    functions.collect()
}
