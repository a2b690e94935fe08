//! How long each function takes from its start to its first request for an event, and how large it is.

use std::collections::BTreeMap;

use local::{
    Options, Stack,
    names::TWILIO_AUTH_TOKEN,
    runtime::{Answer, Outcome},
    template::Function,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use twilio::signature;

use crate::{
    Fallible,
    functions::{Launcher, function, system},
    report::Report,
    times::{median, percentile},
};

/// How often each is started.
const TIMES: usize = 25;

/// The argument that measures only this.
pub const ALONE: &str = "starts";

/// The argument before a folder that measures the webhook beside its peers.
pub const PEERS: &str = "peers";

/// A function of this package that does nothing.
const HELLO: &str = "hello";

/// Prints start and size of every function of the template, after those of one that does nothing.
pub async fn starts(report: &Report) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    // Some functions read a secret before their first request.
    let stack = Stack::start(Options::for_test(data.path())).await?;
    let launcher = Launcher::new(stack.endpoints().clone())?;
    let deployed = system()?.functions;
    let hello = deployed.first().map(hello);
    let functions = hello.into_iter().chain(deployed).collect::<Vec<_>>();
    let mut times = times_of(&launcher, &functions).await?;
    let mut hello = 0.0;
    for (function, times) in functions.iter().zip(&mut times) {
        let start = median(times);
        let name = if function.package == HELLO { "a hello-world Lambda" } else { &function.package };
        report.figure(format!("{name}: start to first request for work, median"), start, "ms");
        report.figure(
            format!("{name}: start to first request for work, slowest of {TIMES}"),
            percentile(times, 100),
            "ms",
        );
        let bytes = u32::try_from(launcher.launch.bin_dir.join(&function.package).metadata()?.len())?;
        let size = f64::from(bytes) / 1_000_000.0;
        report.figure(format!("{name}: size of the binary"), size, "MB");
        if function.package == HELLO {
            hello = start;
            continue;
        }
        report.figure(format!("{name}: start"), start / hello, "times that of hello-world");
        // An unoptimised function is large and slow.
        if !cfg!(debug_assertions) {
            let (most, largest) = limits(function);
            report.limit(start <= most * hello, format!("{name}: start of at most {most} times that of hello-world"));
            report.limit(size <= largest, format!("{name}: binary of at most {largest} MB"));
        }
    }
    stack.stop().await;
    Ok(())
}

fn hello(of: &Function) -> Function {
    Function { package: HELLO.to_owned(), environment: BTreeMap::new(), ..of.clone() }
}

/// Of each function how long its starts took, in ms. They are started in turn, so that what else the machine does falls on
/// all of them.
async fn times_of(launcher: &Launcher, functions: &[Function]) -> Fallible<Vec<Vec<f64>>> {
    let mut times = vec![Vec::new(); functions.len()];
    for _ in 0..TIMES {
        for (function, times) in functions.iter().zip(&mut times) {
            let instance = launcher.start(function).await?;
            times.push(instance.init_duration().as_secs_f64() * 1_000.0);
            instance.kill().await?;
        }
    }
    Ok(times)
}

/// Prints the start of the webhook beside that of the same in other languages, which `dev/bench/peers/run.sh` has put into
/// this folder.
pub async fn peers(report: &Report, folder: &str) -> Fallible<()> {
    let data = tempfile::tempdir()?;
    let stack = Stack::start(Options::for_test(data.path())).await?;
    let mut launcher = Launcher::new(stack.endpoints().clone())?;
    launcher.launch.bin_dir = std::path::absolute(folder)?;
    let webhook = function("webhook")?;
    let peers =
        ["webhook-node.mjs", "webhook-python"].map(|peer| Function { package: peer.to_owned(), ..webhook.clone() });
    for peer in &peers {
        accepts_a_callback(&launcher, peer).await?;
    }
    let functions = [hello(&webhook), webhook].into_iter().chain(peers).collect::<Vec<_>>();
    for (function, times) in functions.iter().zip(&mut times_of(&launcher, &functions).await?) {
        report.figure(format!("{}: start to first request for work, median", function.package), median(times), "ms");
    }
    stack.stop().await;
    Ok(())
}

/// So that no program is measured that does not do the work.
async fn accepts_a_callback(launcher: &Launcher, peer: &Function) -> Fallible<()> {
    let fields =
        [("TimestampMs", "1"), ("WorkerAttributes", "{}"), ("WorkerSid", "WK00000000000000000000000000000001")];
    let url = format!("{}/webhooks/taskrouter", peer.environment["PUBLIC_URL"]);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let signed = signature::sign(&SecretString::from(TWILIO_AUTH_TOKEN), &url, &fields);
    for (signature, status) in [(signed.as_str(), 204), ("bm8=", 403)] {
        let event = json!({"headers": {signature::HEADER: signature}, "body": body, "isBase64Encoded": false});
        let mut instance = launcher.start(peer).await?;
        let outcome = instance.run(peer, event.to_string().into()).await;
        let Outcome::Answered(Answer::Returned(answer)) = &outcome else {
            return Err(format!("{}: {outcome:?}", peer.package).into());
        };
        let answer: Value = serde_json::from_slice(answer)?;
        if answer["statusCode"] != status {
            return Err(format!("{} answers {answer}, not {status}", peer.package).into());
        }
    }
    Ok(())
}

/// The most that a start may take, in starts of hello-world, and the most that the binary may have, in MB.
fn limits(function: &Function) -> (f64, f64) {
    let names = |ending: &str| function.environment.keys().any(|variable| variable.ends_with(ending));
    let secrets = names("_PARAMETER");
    // DynamoDB, S3, Lambda, Parameter Store.
    let services = [names("TABLE_NAME"), names("_BUCKET"), names("_FUNCTION"), secrets];
    let several = services.into_iter().filter(|asks| *asks).count() > 1;
    (if secrets { 4.0 } else { 3.0 }, if several { 8.5 } else { 7.0 })
}
