//! The deployed functions, as the template declares them; `local` runs them.

use std::{collections::BTreeMap, path::Path};

use local::{
    Endpoints,
    options::{own_bin_dir, parameters},
    runtime::{Instance, Launch, Logs},
    template::{Function, System, Values, read},
};
use tempfile::TempDir;

use crate::Fallible;

/// The system of the template, with addresses at which nothing listens.
pub fn system() -> Fallible<System> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml");
    let nowhere = "http://127.0.0.1:9";
    Ok(read(&path, &Values { here: parameters(nowhere, nowhere), given: BTreeMap::new() })?)
}

pub fn function(package: &str) -> Fallible<Function> {
    let found = system()?.functions.into_iter().find(|function| function.package == package);
    Ok(found.ok_or_else(|| format!("the template has no function {package}"))?)
}

/// Starts instances of functions. Their logs are deleted with it.
#[derive(Debug)]
pub struct Launcher {
    pub launch: Launch,
    _logs: TempDir,
}

impl Launcher {
    /// For functions that reach their services at these addresses.
    pub fn new(endpoints: Endpoints) -> Fallible<Self> {
        let directory = tempfile::tempdir()?;
        let logs = Logs::new(directory.path().to_owned(), false)?;
        Ok(Self { launch: Launch { bin_dir: own_bin_dir(), endpoints, logs }, _logs: directory })
    }

    pub async fn start(&self, function: &Function) -> Fallible<Instance> {
        let log = self.launch.logs.of(&function.package)?;
        let started = Instance::start(function, &self.launch, &log).await;
        Ok(started.map_err(|reason| format!("{reason}; build all binaries with the profile of bench first"))?)
    }
}
