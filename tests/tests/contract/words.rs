//! The enumerations of the contract agree with the types of the domain.

use std::collections::BTreeSet;
use std::fmt::Debug;

use domain::{Actor, Role, Source, Status, audit::Action, job::JobState};
use regex::Regex;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tests::contract::Contract;

/// The values that an enumeration of the domain accepts: its error for an unknown value lists them.
fn values_of<T: DeserializeOwned + Debug>(unknown: Value) -> BTreeSet<String> {
    let error = serde_json::from_value::<T>(unknown).unwrap_err().to_string();
    let expected = error.split_once("expected").unwrap().1;
    Regex::new("`([a-z_]+)`").unwrap().captures_iter(expected).map(|word| word[1].to_owned()).collect()
}

fn set(enum_values: impl IntoIterator<Item = &'static str>) -> BTreeSet<String> {
    enum_values.into_iter().map(str::to_owned).collect()
}

#[test]
fn roles_statuses_and_states_are_those_of_the_code() {
    let contract = Contract::read();
    assert_eq!(contract.enum_values("Role"), set(Role::ALL.map(Role::name)));
    assert_eq!(contract.enum_values("Status"), set(Status::ALL.map(Status::name)));
    assert_eq!(contract.enum_values("StatusFilter"), set(Status::ALL.map(Status::name).into_iter().chain(["all"])));
    assert_eq!(contract.enum_values("JobState"), values_of::<JobState>(json!("?")));
}

#[test]
fn rule_31_a_record_says_who_did_what_from_where_in_the_words_of_the_code() {
    let contract = Contract::read();
    assert_eq!(contract.enum_values("Action"), values_of::<Action>(json!("?")));
    assert_eq!(contract.enum_values("Source"), values_of::<Source>(json!("?")));
    let kinds = |schema: &str| {
        let kinds = &contract.document()["components"]["schemas"][schema]["properties"]["kind"]["enum"];
        kinds.as_array().unwrap().iter().map(|kind| kind.as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(&kinds("ActingUser") | &kinds("ActingSystem"), values_of::<Actor>(json!({"kind": "?"})));
}
