//! How a stack is started.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::names::{ACCOUNT_OWNER, TWILIO_ACCOUNT_SID, TWILIO_WORKSPACE_SID};

/// How a stack is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The API's port; the simulator has the next one. 0 takes free ones for both.
    pub port: u16,
    /// Where data is kept between starts.
    pub data: PathBuf,
    /// How many demo people log in, if nobody is there yet.
    pub seed: usize,
    /// The template.
    pub template: PathBuf,
    /// Where the functions' binaries are.
    pub bin_dir: PathBuf,
    /// Values for parameters of the template, besides those that [`parameters`] sets.
    pub parameters: BTreeMap<String, String>,
    /// Whether what functions print goes to the console and not to files.
    pub log_to_console: bool,
    /// Called with how many of how many people have logged in.
    pub progress: fn(usize, usize),
}

impl Options {
    /// For a test: free ports, nobody seeded, the project's own template, and the binaries that were
    /// built next to the test.
    #[must_use]
    pub fn for_test(data: impl Into<PathBuf>) -> Self {
        Self {
            port: 0,
            data: data.into(),
            seed: 0,
            template: concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/template.yaml").into(),
            bin_dir: own_bin_dir(),
            parameters: BTreeMap::new(),
            log_to_console: false,
            progress: |_, _| {},
        }
    }
}

/// The directory of this executable; a test's is one further down than the binaries.
#[must_use]
pub fn own_bin_dir() -> PathBuf {
    let executable = std::env::current_exe().unwrap_or_default();
    let directory = executable.parent().unwrap_or(Path::new("."));
    let is_a_tests = directory.ends_with("deps") || directory.ends_with("examples");
    match directory.parent() {
        Some(parent) if is_a_tests => parent.to_owned(),
        _ => directory.to_owned(),
    }
}

/// What the template's parameters are here.
#[must_use]
pub fn parameters(public_url: &str, simulator_url: &str) -> BTreeMap<String, String> {
    let by_name = public_url.replace("127.0.0.1", "localhost");
    // Where the Flex UI's own development server is.
    let flex = "http://localhost:3000";
    [
        ("PublicUrl", public_url.to_owned()),
        ("TaskRouterUrl", simulator_url.to_owned()),
        ("IamUrl", simulator_url.to_owned()),
        ("TwilioAccountSid", TWILIO_ACCOUNT_SID.to_owned()),
        ("TwilioWorkspaceSid", TWILIO_WORKSPACE_SID.to_owned()),
        ("AccountOwners", ACCOUNT_OWNER.to_owned()),
        ("AllowedOrigins", format!("{public_url},{by_name},{flex}")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
