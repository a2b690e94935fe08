//! The layers of ARCHITECTURE.md: which packages of the workspace a package may depend on, itself and through others.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The packages that each package depends on in a build that is deployed: no development dependencies.
type Dependencies = BTreeMap<String, BTreeSet<String>>;

/// Each layer, and the layers that it may depend on, directly or not. A function may depend on all layers.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("runtime", &[]),
    ("store", &["domain", "runtime"]),
    ("twilio", &["domain", "runtime"]),
    ("app", &["domain", "runtime", "store", "twilio"]),
    ("http_api", &["app", "domain", "runtime", "store", "twilio"]),
];

/// Dependencies that the domain must not have.
const FORBIDDEN_IN_DOMAIN: &[&str] =
    &["aws-sdk-dynamodb", "lambda_http", "lambda_runtime", "reqwest", "tokio", "tracing"];

#[test]
fn a_layer_depends_only_on_the_layers_below_it() {
    let workspace = Workspace::read();
    let crates = workspace.in_folder("crates/");
    assert_eq!(crates, LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect(), "state each crate's layer here");
    for (layer, allowed) in LAYERS {
        for dependency in workspace.reachable(layer) {
            assert!(allowed.contains(&dependency.as_str()), "{layer} depends on {dependency}");
        }
    }
}

#[test]
fn a_function_depends_on_layers_and_never_on_another_function() {
    let workspace = Workspace::read();
    let layers = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    for package in workspace.in_folder("functions/").iter().chain(&workspace.in_folder("cli/")) {
        let dependency = workspace.reachable(package);
        assert!(dependency.is_subset(&layers), "{package} depends on {:?}", dependency.difference(&layers));
    }
}

#[test]
fn the_rules_need_no_service_and_no_runtime() {
    let workspace = Workspace::read();
    for package in FORBIDDEN_IN_DOMAIN {
        assert!(!workspace.dependencies["domain"].contains(*package), "domain depends on {package}");
    }
}

struct Workspace {
    /// The folder of each package, relative to the root, with a slash at its end.
    folders: BTreeMap<String, String>,
    /// Of each package, in the workspace and not.
    dependencies: Dependencies,
}

impl Workspace {
    fn read() -> Self {
        let metadata = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
        let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
        let root = metadata["workspace_root"].as_str().unwrap();
        let (mut folders, mut dependencies) = (BTreeMap::new(), Dependencies::new());
        for package in metadata["packages"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap().to_owned();
            let manifest = package["manifest_path"].as_str().unwrap();
            let folder = manifest.strip_prefix(root).unwrap().trim_start_matches('/').trim_end_matches("Cargo.toml");
            let build_dependencies = package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"] != "dev");
            let build_dependencies =
                build_dependencies.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect();
            folders.insert(name.clone(), folder.to_owned());
            dependencies.insert(name, build_dependencies);
        }
        Self { folders, dependencies }
    }

    fn in_folder(&self, prefix: &str) -> BTreeSet<String> {
        let packages = self.folders.iter().filter(|(_, folder)| folder.starts_with(prefix));
        let packages = packages.map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
        assert!(!packages.is_empty(), "{prefix} has no packages");
        packages
    }

    /// The packages of the workspace that this one depends on, directly or through others.
    fn reachable(&self, package: &str) -> BTreeSet<String> {
        let (mut found, mut next) = (BTreeSet::new(), vec![package.to_owned()]);
        while let Some(package) = next.pop() {
            let dependency = self.dependencies[&package].iter().filter(|name| self.folders.contains_key(*name));
            next.extend(dependency.filter(|name| found.insert((*name).clone())).cloned().collect::<Vec<_>>());
        }
        found
    }
}
