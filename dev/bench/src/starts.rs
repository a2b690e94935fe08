//! How long each function takes from its start to its first request for an event, and how large it is.

use std::collections::BTreeMap;

use local::{Options, Stack, template::Function};

use crate::{
    Fallible,
    functions::{Launcher, system},
    report::Report,
    times::{median, percentile},
};

/// How often each is started.
const TIMES: usize = 25;

/// A function of this package that does nothing.
const HELLO: &str = "hello";

/// Prints start and size of every function of the template, after those of one that does nothing.
pub async fn starts(report: &Report) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    // Some functions read a secret before their first request.
    let stack = Stack::start(Options::for_test(data.path())).await?;
    let launcher = Launcher::new(stack.endpoints().clone())?;
    let deployed = system()?.functions;
    let hello = deployed.first().map(|function| Function {
        package: HELLO.to_owned(),
        environment: BTreeMap::new(),
        ..function.clone()
    });
    let functions = hello.into_iter().chain(deployed).collect::<Vec<_>>();
    let mut times = vec![Vec::new(); functions.len()];
    // In turn, so that what else the machine does falls on all of them.
    for _ in 0..TIMES {
        for (function, times) in functions.iter().zip(&mut times) {
            let instance = launcher.start(function).await?;
            times.push(instance.init_duration().as_secs_f64() * 1_000.0);
            instance.kill().await?;
        }
    }
    for (Function { package, .. }, times) in functions.iter().zip(&mut times) {
        let name = if package == HELLO { "a hello-world Lambda" } else { package };
        report.figure(format!("{name}: start to first request for work, median"), median(times), "ms");
        report.figure(
            format!("{name}: start to first request for work, slowest of {TIMES}"),
            percentile(times, 100),
            "ms",
        );
        let bytes = u32::try_from(launcher.launch.bin_dir.join(package).metadata()?.len())?;
        report.figure(format!("{name}: size of the binary"), f64::from(bytes) / 1_000_000.0, "MB");
    }
    stack.stop().await;
    Ok(())
}
