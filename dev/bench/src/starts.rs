//! How long each function takes from its start to its first request for work, and how large it is.

use std::collections::BTreeMap;

use crate::{
    Fallible,
    function::{Function, Services, binary},
    report::Report,
    template::system,
    times::{median, percentile},
};

/// How often each is started.
const TIMES: usize = 25;

/// A function that does nothing, of this package.
const HELLO: &str = "hello";

/// Prints start and size of every function of the template, after those of one that does nothing.
pub async fn starts(report: &Report) -> Fallible<()> {
    let mut functions = vec![(HELLO.to_owned(), BTreeMap::new())];
    functions.extend(system()?.functions.into_iter().map(|function| (function.package, function.environment)));
    let mut times = vec![Vec::new(); functions.len()];
    // In turn, so that what else the machine does falls on all of them.
    for _ in 0..TIMES {
        for ((package, own), times) in functions.iter().zip(&mut times) {
            let nowhere = Services { dynamodb: "http://127.0.0.1:9".to_owned(), s3: "http://127.0.0.1:9".to_owned() };
            let (function, took) = Function::start(&binary(package), own, &nowhere).await?;
            times.push(took.as_secs_f64() * 1_000.0);
            function.end().await?;
        }
    }
    for ((package, _), times) in functions.iter().zip(&mut times) {
        let file = binary(package);
        let package = if package == HELLO { "a hello-world Lambda" } else { package };
        report.figure(format!("{package}: start to first request for work, median"), median(times), "ms");
        report.figure(
            format!("{package}: start to first request for work, slowest of {TIMES}"),
            percentile(times, 100),
            "ms",
        );
        let bytes = u32::try_from(std::fs::metadata(file)?.len())?;
        report.figure(format!("{package}: size of the binary"), f64::from(bytes) / 1_000_000.0, "MB");
    }
    Ok(())
}
