//! The layers of ARCHITECTURE.md: which packages a package may depend on.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::authority::allowed_actions;

/// Each layer, and the layers that its manifest may name. A function may name every one of them.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("runtime", &[]),
    ("aws_client", &["runtime"]),
    ("invoke", &["aws_client", "runtime"]),
    ("parameters", &["aws_client", "domain", "runtime"]),
    ("store", &["aws_client", "domain", "runtime"]),
    ("twilio", &["domain", "parameters", "runtime"]),
    ("app", &["domain", "runtime", "store", "twilio"]),
    ("files", &["app", "aws_client", "runtime"]),
    ("http_api", &["app", "domain", "runtime", "store"]),
];

/// How the names of the packages begin that a layer's manifest must not name, because of what the layer must not know.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("domain", &["aws", "lambda", "http", "reqwest", "tokio", "tracing", "serde_dynamo"]),
    ("app", &["aws", "lambda", "http", "reqwest", "serde_dynamo"]),
    ("store", &["lambda", "http", "reqwest"]),
    ("parameters", &["aws-sdk-dynamodb", "aws-sdk-s3", "lambda", "http", "reqwest", "serde_dynamo"]),
    ("twilio", &["lambda", "http", "aws-sdk-dynamodb", "aws-sdk-s3", "serde_dynamo"]),
    ("files", &["aws-sdk-dynamodb", "lambda", "http", "reqwest", "serde_dynamo"]),
    ("http_api", &["aws", "reqwest", "serde_dynamo"]),
    ("invoke", &["http", "reqwest", "serde_dynamo"]),
    ("aws_client", &["aws-sdk", "lambda", "reqwest", "serde_dynamo"]),
    ("runtime", &["aws", "lambda", "http", "reqwest", "serde_dynamo"]),
];

#[test]
fn a_layer_depends_only_on_the_layers_below_it() {
    let workspace = Workspace::read();
    let crates = workspace.in_folder("crates/");
    assert_eq!(crates, LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect(), "state each crate's layer here");
    for (layer, below) in LAYERS {
        for member in workspace.members_of(layer) {
            assert!(below.contains(&member.as_str()), "{layer} depends on {member}");
        }
    }
}

#[test]
fn a_layer_depends_on_no_package_for_what_it_must_not_know() {
    let workspace = Workspace::read();
    for (layer, forbidden) in FORBIDDEN {
        for package in &workspace.dependencies[*layer] {
            assert!(!forbidden.iter().any(|name| package.starts_with(name)), "{layer} depends on {package}");
        }
    }
}

#[test]
fn a_function_depends_on_layers_and_never_on_another_function() {
    let workspace = Workspace::read();
    let layers = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    for package in workspace.in_folder("functions/").iter().chain(&workspace.in_folder("cli/")) {
        let members = workspace.members_of(package);
        assert!(members.is_subset(&layers), "{package} depends on {:?}", members.difference(&layers));
    }
}

#[test]
fn a_function_depends_on_the_client_of_a_service_exactly_if_it_may_call_the_service() {
    let workspace = Workspace::read();
    for (function, actions) in &allowed_actions() {
        let may_call = |service: &str| actions.iter().any(|action| action.starts_with(service));
        let depends_on = |package: &str| workspace.dependencies[function].contains(package);
        assert_eq!(depends_on("aws-sdk-s3") || depends_on("files"), may_call("s3:"), "{function} and S3");
        assert_eq!(depends_on("invoke"), may_call("lambda:"), "{function} and Lambda");
        assert_eq!(depends_on("store"), may_call("dynamodb:"), "{function} and DynamoDB");
        assert_eq!(workspace.reads_secrets(function), may_call("ssm:"), "{function} and Parameter Store");
    }
}

/// The packages of the workspace, without their development dependencies.
struct Workspace {
    /// The folder of each package, relative to the root, with a slash at its end.
    folders: BTreeMap<String, String>,
    /// The packages that each one's manifest names.
    dependencies: BTreeMap<String, BTreeSet<String>>,
    /// The features that each one's manifest asks for: `twilio/account`.
    features: BTreeMap<String, BTreeSet<String>>,
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
        let mut workspace = Self { folders: BTreeMap::new(), dependencies: BTreeMap::new(), features: BTreeMap::new() };
        for package in metadata["packages"].as_array().unwrap() {
            workspace.add(package, root);
        }
        workspace
    }

    fn add(&mut self, package: &Value, root: &str) {
        let name = package["name"].as_str().unwrap();
        let manifest = package["manifest_path"].as_str().unwrap();
        let folder = manifest.strip_prefix(root).unwrap().trim_start_matches('/').trim_end_matches("Cargo.toml");
        self.folders.insert(name.to_owned(), folder.to_owned());
        let dependencies = self.dependencies.entry(name.to_owned()).or_default();
        let features = self.features.entry(name.to_owned()).or_default();
        for dependency in package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"] != "dev") {
            let dependency_name = dependency["name"].as_str().unwrap();
            dependencies.insert(dependency_name.to_owned());
            for feature in dependency["features"].as_array().unwrap() {
                features.insert(format!("{dependency_name}/{}", feature.as_str().unwrap()));
            }
        }
    }

    fn in_folder(&self, prefix: &str) -> BTreeSet<String> {
        let packages = self.folders.iter().filter(|(_, folder)| folder.starts_with(prefix));
        let packages = packages.map(|(name, _)| name.clone()).collect::<BTreeSet<_>>();
        assert!(!packages.is_empty(), "{prefix} has no packages");
        packages
    }

    /// The packages of the workspace that this one's manifest names.
    fn members_of(&self, package: &str) -> BTreeSet<String> {
        self.dependencies[package].iter().filter(|name| self.folders.contains_key(*name)).cloned().collect()
    }

    fn reads_secrets(&self, package: &str) -> bool {
        self.features[package].contains("twilio/account")
    }
}
