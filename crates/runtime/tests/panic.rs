//! A panic in a function: what its process prints.

use std::{
    env,
    process::{Command, Stdio},
};

use runtime::{invocation, telemetry};

const CHILD: &str = "THE_FUNCTION";

/// The function, in a process of its own: its output is the log.
#[tokio::test]
async fn child() {
    if env::var_os(CHILD).is_none() {
        return;
    }
    let function = async {
        let name = env::var(CHILD)?;
        let handle = async { Err::<(), _>(name.chars().nth(99).map_or_else(|| panic!("{name}"), String::from)) };
        invocation::observe_event("panicking", "r-1", handle).await.map_err(Into::into)
    };
    telemetry::run("panic", function).await;
}

#[test]
fn rule_32_a_panic_is_one_line_with_its_place_and_without_its_message() {
    let lambda = ["FUNCTION_NAME", "FUNCTION_MEMORY_SIZE", "FUNCTION_VERSION", "RUNTIME_API"];
    let output = Command::new(env::current_exe().unwrap())
        .args(["child", "--exact", "--nocapture"])
        .envs(lambda.map(|name| (format!("AWS_LAMBDA_{name}"), "x")))
        .env(CHILD, "Xantippe")
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    assert!(!printed.contains("Xantippe"), "{printed}");
    let lines = printed.lines().filter(|line| line.starts_with('{')).collect::<Vec<_>>();
    assert_eq!(lines.len(), 1, "{printed}");
    for part in ["\"outcome\":\"failed\"", "tests/panic.rs:", "\"message\":\"panicked\"", "\"request_id\":\"r-1\""] {
        assert!(lines[0].contains(part), "{part}: {printed}");
    }
}
