//! The operator's command, with the environment that `local env` prints.

use std::process::{Command, Output};

use local::options::own_bin_dir;
use serde_json::Value;

use super::test_stack::TestStack;

impl TestStack {
    /// Runs `flex-roster`.
    pub fn flex_roster(&self, arguments: &[&str]) -> Output {
        let endpoints = std::fs::read_to_string(self.data.path().join("endpoints.json")).unwrap();
        let endpoints: Value = serde_json::from_str(&endpoints).unwrap();
        let text = |name: &str| endpoints[name].as_str().unwrap();
        let operator = endpoints["operator"].as_object().unwrap();
        Command::new(own_bin_dir().join("flex-roster"))
            .args(arguments)
            .envs(operator.iter().map(|(name, value)| (name, value.as_str().unwrap())))
            .env("TABLE_NAME", "flex-roster-Directory")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKIALOCAL")
            .env("AWS_SECRET_ACCESS_KEY", "local-secret-access-key")
            .env("AWS_ENDPOINT_URL_DYNAMODB", text("dynamodb"))
            .env("AWS_ENDPOINT_URL_S3", text("s3"))
            .env("AWS_ENDPOINT_URL_SSM", text("ssm"))
            .output()
            .unwrap()
    }

    /// The report of a command that succeeds.
    pub fn report_of(&self, arguments: &[&str]) -> Value {
        let output = self.flex_roster(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
