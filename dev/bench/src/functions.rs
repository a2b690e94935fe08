//! The functions and their variables, as the template states them.

use std::{collections::BTreeMap, path::Path};

use local::{
    options::parameters,
    template::{Function, System, Values, read},
};

use crate::Fallible;

/// What the template says, where nothing listens at any address.
pub fn system() -> Fallible<System> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml");
    let nowhere = "http://127.0.0.1:9";
    Ok(read(&path, &Values { here: parameters(nowhere, nowhere), given: BTreeMap::new() })?)
}

/// The function of this package.
pub fn function(package: &str) -> Fallible<Function> {
    let found = system()?.functions.into_iter().find(|function| function.package == package);
    Ok(found.ok_or_else(|| format!("the template has no function {package}"))?)
}
