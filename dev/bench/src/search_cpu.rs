//! The processor time of the function `search` for a page of 25 for one word, beside that of other builds, in turn.

use std::path::PathBuf;

use local::{
    Endpoints,
    options::own_bin_dir,
    runtime::{Answer, Instance, Outcome},
    template::Function,
};

use crate::{
    Fallible,
    fixture::Fixture,
    functions::{Launcher, function},
    report::Report,
    requests::ApiRequest,
    times::median,
};

/// The argument with which this binary measures only this, before folders with other builds of `search`.
pub const ALONE: &str = "search-cpu";

const WORD: &str = "lovelace";

/// How often each build takes its turn, and how many searches it makes then, after some that do not count.
const ROUNDS: usize = 10;
const SEARCHES: usize = 50;

/// The most, as a share of the first of the other builds.
const MOST: f64 = 0.77;

/// Prints the time of this build, and its share of that of each of the other builds.
pub async fn search_cpu(report: &Report, fixture: &Fixture, others: &[PathBuf]) -> Fallible<()> {
    let function = function("search")?;
    let caller = fixture.sample.users.first().ok_or("an empty directory")?.user_id;
    let request = ApiRequest::new("GET /users", vec![]).query(vec![("q", WORD.to_owned()), ("limit", "25".to_owned())]);
    let event = request.event(caller)?;
    let mut instances = Vec::new();
    for folder in [own_bin_dir()].iter().chain(others) {
        let (nowhere, dynamodb) = ("http://127.0.0.1:9".to_owned(), fixture.dynamo.url());
        let endpoints = Endpoints { dynamodb, s3: nowhere.clone(), lambda: nowhere.clone(), ssm: nowhere };
        let mut launcher = Launcher::new(endpoints)?;
        launcher.launch.bin_dir.clone_from(folder);
        let mut instance = launcher.start(&function).await?;
        search(&mut instance, &function, &event, SEARCHES).await?;
        instances.push((launcher, instance, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (_, instance, times) in &mut instances {
            times.push(search(instance, &function, &event, SEARCHES).await?);
        }
    }
    let mut times = instances.iter_mut().map(|(_, _, times)| median(times)).collect::<Vec<_>>().into_iter();
    let own = times.next().unwrap_or_default();
    report.figure("search one word: processor time of the function", own, "ms");
    for (folder, other) in others.iter().zip(times) {
        report.figure(format!("that of {}", folder.display()), other, "ms");
        let share = own / other;
        report.figure("as a share of it", share, "");
        report.limit(share <= MOST, format!("a search takes {share:.2} of the processor time of {}", folder.display()));
    }
    for (_, instance, _) in instances {
        instance.kill().await?;
    }
    Ok(())
}

/// Searches so often; returns the milliseconds of one search.
async fn search(instance: &mut Instance, function: &Function, event: &str, times: usize) -> Fallible<f64> {
    let before = instance.processor_time()?;
    for _ in 0..times {
        match instance.run(function, event.to_owned().into()).await {
            Outcome::Answered(Answer::Returned(answer)) if answer.starts_with(b"{\"statusCode\":200") => {}
            other => return Err(format!("the search failed: {other:?}").into()),
        }
    }
    let spent = instance.processor_time()?.saturating_sub(before);
    Ok(spent.as_secs_f64() * 1_000.0 / f64::from(u32::try_from(times)?))
}
