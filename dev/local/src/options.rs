//! The options of a stack.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::names::{TWILIO_ACCOUNT_SID, TWILIO_WORKSPACE_SID};

/// How long Lambda waits before the first retry of an asynchronous event; before the second, it waits twice as long.
pub const FIRST_RETRY: Duration = Duration::from_mins(1);

/// The options of a stack.
#[derive(Debug, Clone)]
pub struct Options {
    /// The API's port; the simulator listens on the next one. 0 chooses free ports for both.
    pub port: u16,
    /// The data directory, kept between starts.
    pub data: PathBuf,
    /// How many demo users log in if the data directory is new.
    pub seed: usize,
    pub template: PathBuf,
    /// The console's folder: `index.html`, and what is built from it in `dist`.
    pub console: PathBuf,
    /// Where the functions' binaries are.
    pub bin_dir: PathBuf,
    /// Values for parameters of the template; they override those of [`parameters`].
    pub parameters: BTreeMap<String, String>,
    /// The wait before the first retry of an asynchronous event, in whole seconds: [`FIRST_RETRY`], or less in a test.
    /// Jobs have a lease of the same length, as on AWS.
    pub first_retry: Duration,
    /// The file to which what the functions use is appended; none for one in the data directory.
    pub usage: Option<PathBuf>,
    /// Whether the functions log to the console instead of files.
    pub log_to_console: bool,
    /// Called after each login of a demo user, with the number of logins so far and in total.
    pub progress: fn(usize, usize),
}

impl Options {
    /// For a test: free ports, no demo users, the project's own template, and the binaries in the target directory of
    /// the test.
    #[must_use]
    pub fn for_test(data: impl Into<PathBuf>) -> Self {
        Self {
            port: 0,
            data: data.into(),
            seed: 0,
            template: concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/template.yaml").into(),
            console: concat!(env!("CARGO_MANIFEST_DIR"), "/../../console").into(),
            bin_dir: own_bin_dir(),
            parameters: BTreeMap::new(),
            first_retry: Duration::from_secs(1),
            usage: None,
            log_to_console: false,
            progress: |_, _| {},
        }
    }
}

/// The directory of this executable, or its parent for a test or an example.
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

/// The values of the template's parameters on this machine.
#[must_use]
pub fn parameters(public_url: &str, simulator_url: &str) -> BTreeMap<String, String> {
    let by_name = public_url.replace("127.0.0.1", "localhost");
    // The development server of the Flex UI.
    let flex = "http://localhost:3000";
    [
        ("PublicUrl", public_url.to_owned()),
        ("TaskRouterUrl", simulator_url.to_owned()),
        ("IamUrl", simulator_url.to_owned()),
        ("FlexUrl", simulator_url.to_owned()),
        ("SyncMode", "write".to_owned()),
        ("TwilioAccountSid", TWILIO_ACCOUNT_SID.to_owned()),
        ("TwilioWorkspaceSid", TWILIO_WORKSPACE_SID.to_owned()),
        ("AllowedOrigins", format!("{public_url},{by_name},{flex}")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
