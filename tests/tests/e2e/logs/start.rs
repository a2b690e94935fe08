use std::{fs, process::Command};

use local::Options;
use serde_json::Value;

/// What the function prints that is started with these variables alone, and cannot start: one line of JSON.
fn failed_start(function: &str, variables: &[(&str, &str)]) -> Value {
    let binary = Options::for_test("").bin_dir.join(function);
    let output = Command::new(binary).env_clear().envs(variables.iter().copied()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((output.status.code(), stderr.as_str()), (Some(1), ""), "{function}: {stdout}");
    assert_eq!(stdout.lines().count(), 1, "{function}: {stdout}");
    serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{function}: {stdout}"))
}

#[test]
fn a_function_that_cannot_start_says_so_in_one_line_with_a_sentence() {
    let lambda = [
        ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
    ];
    for function in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../functions")).unwrap() {
        let function = function.unwrap().file_name().into_string().unwrap();
        let line = failed_start(&function, &[]);
        let why = "the environment variable AWS_LAMBDA_FUNCTION_NAME is not set; Lambda or the template sets it";
        assert_eq!(
            (&line["level"], &line["outcome"], &line["error"]),
            (&"ERROR".into(), &"failed".into(), &why.into())
        );
        assert!(line["message"].as_str().unwrap().ends_with("does not start"), "{line}");
        // It needs nothing but Lambda.
        if function == "docs" {
            continue;
        }
        let error = failed_start(&function, &lambda)["error"].clone();
        let error = error.as_str().unwrap();
        assert!(
            error.starts_with("the environment variable ") && error.contains(" is not set; "),
            "{function}: {error}"
        );
    }
}

#[test]
fn a_wrong_value_is_named_with_what_it_should_be() {
    let variables = [
        ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-central-1"),
        ("TABLE_NAME", "table"),
        ("ROLE_AUTHORITY", "neither"),
    ];
    let error = failed_start("edit", &variables)["error"].clone();
    assert_eq!(error, "the environment variable ROLE_AUTHORITY is \"neither\"; it is directory or idp");
}
