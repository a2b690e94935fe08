//! What each function is granted, as Markdown: the generated part of `docs/security.md`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Grant;
use crate::template::{Function, System};

/// Who invokes each function, and what it may do.
#[must_use]
pub fn page(system: &System) -> String {
    let mut page = "| function | invoked by |\n|---|---|\n".to_owned();
    for function in in_order(system) {
        // Writing to a text does not fail.
        let _ = writeln!(page, "| `{}` | {} |", function.package, invokers(system, function).join(", "));
    }
    page.push_str("\n| function | on | may | keys, prefixes, names |\n|---|---|---|---|\n");
    for function in in_order(system) {
        for ((on, action), names) in rows(system, function) {
            let _ = writeln!(page, "| `{}` | {on} | `{action}` | {} |", function.package, names.join(" "));
        }
    }
    page
}

fn in_order(system: &System) -> Vec<&Function> {
    let mut functions = system.functions.iter().collect::<Vec<_>>();
    functions.sort_by_key(|function| &function.package);
    functions
}

fn invokers(system: &System, function: &Function) -> Vec<String> {
    let routes = system.api.routes.iter().filter(|route| route.function == function.id);
    let authorizers = system.api.authorizers.values().filter(|authorizer| authorizer.function == function.id);
    let streams = function.streams.iter().map(|_| "the table's stream".to_owned());
    let schedules = function.schedules.iter().map(|schedule| {
        let minutes = schedule.every.as_secs() / 60;
        if minutes == 1 { "every minute".to_owned() } else { format!("every {minutes} minutes") }
    });
    let invokes = |grant: &Grant| grant.action == "lambda:InvokeFunction" && is_function(&grant.resource, function);
    let functions = in_order(system).into_iter().filter(|other| other.policy.grants().any(|grant| invokes(&grant)));
    routes
        .map(|route| format!("`{}`", route.key()))
        .chain(authorizers.map(|_| "the gateway, for each route with a token".to_owned()))
        .chain(streams)
        .chain(schedules)
        .chain(functions.map(|other| format!("`{}`", other.package)))
        .collect()
}

fn is_function(arn: &str, function: &Function) -> bool {
    arn.rsplit_once(":function:").is_some_and(|(_, name)| name == function.name)
}

/// The names by what they are names of and the action.
fn rows(system: &System, function: &Function) -> BTreeMap<(String, String), Vec<String>> {
    let mut rows = BTreeMap::<_, Vec<String>>::new();
    for Grant { action, resource, leading_key } in function.policy.grants() {
        let (on, name) = shown(system, &resource);
        let name = leading_key.or(name).map_or_else(|| "any".to_owned(), |name| format!("`{name}`"));
        let action = action.split_once(':').map_or(action.as_str(), |(_, name)| name).to_owned();
        rows.entry((on, action)).or_default().push(name);
    }
    rows
}

/// What the resource of an ARN is, and its name if there are several of the kind.
fn shown(system: &System, arn: &str) -> (String, Option<String>) {
    let resource = arn.splitn(6, ':').last().unwrap_or(arn);
    if let Some((_, index)) = resource.split_once("/index/") {
        (format!("index `{index}`"), None)
    } else if resource.starts_with("table/") {
        ("table".to_owned(), None)
    } else if let Some(name) = resource.strip_prefix("parameter") {
        ("parameter".to_owned(), Some(name.to_owned()))
    } else if resource.starts_with("function:") {
        let invoked = system.functions.iter().find(|function| is_function(arn, function));
        ("function".to_owned(), invoked.map(|function| function.package.clone()))
    } else {
        ("bucket".to_owned(), resource.split_once('/').map(|(_, prefix)| prefix.to_owned()))
    }
}
