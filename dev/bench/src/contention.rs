//! Many edits of one person at the same moment, in good weather and in bad: none is lost and none applied twice.
//!
//! Each client assigns a skill of its own, at one level after the other, and asks again until it is told that it is
//! done. The edits go through the handler of `assign-skill`, and its calls to DynamoDB through a [`Proxy`].

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use domain::{Record, Role, Skill, SkillName, User, UserId, skill::LevelRange, test_support};
use http_api::respond::Answer;
use serde_json::json;
use store::{
    Directory, ViewUser,
    history::{Subject, ViewHistory},
};
use tokio::task::JoinSet;

use crate::{
    Fallible,
    fixture::{Fixture, directory_at, directory_retrying},
    history_check::{self, Edit, Faults},
    people::Crowd,
    proxy::{Fault, FaultRates, Proxy, Rates, Tally},
    report::{Report, count},
    requests::Asked,
};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "contention";

const EDITS: usize = 1_000;
const CLIENTS: usize = 16;

/// How often a client asks for the same edit before it gives up.
const MOST_ASKED: usize = 200;

/// How long a client waits at most before it asks again, in milliseconds.
const WAITS_MS: u64 = 50;

const NO_FAULTS: Rates = &[];

/// Worse than DynamoDB is: a tenth of the transactions and a twentieth of the other calls go wrong.
const FAULTS: FaultRates = FaultRates {
    transactions: &[
        (Fault::Conflict, 40),
        (Fault::Throttled, 15),
        (Fault::Failed, 15),
        (Fault::FailedAfterwards, 15),
        (Fault::Cut, 15),
    ],
    others: &[(Fault::Throttled, 20), (Fault::Failed, 20), (Fault::Cut, 10)],
    seed: 4,
};

/// What became of the edits.
#[derive(Debug)]
struct Outcome {
    /// Answered as done.
    done: Vec<Edit>,
    /// Answers that were errors.
    errors: usize,
    /// Never answered as done, however often they were asked for.
    given_up: usize,
    faults: Faults,
    tally: Tally,
    took: Duration,
}

/// Prints how it goes without faults and with them.
pub async fn contention(report: &Report) -> Fallible<()> {
    report.section(format!("{EDITS} edits of one person by {CLIENTS} clients at the same time"));
    let calm = FaultRates { transactions: NO_FAULTS, others: NO_FAULTS, seed: 0 };
    print(report, "no faults", &edit_at_once(EDITS, CLIENTS, calm).await?);
    print(report, "faults", &edit_at_once(EDITS, CLIENTS, FAULTS).await?);
    Ok(())
}

fn print(report: &Report, weather: impl Display, outcome: &Outcome) {
    let edits = outcome.done.len() + outcome.given_up;
    let per_edit = |number| count(number) / count(edits);
    let Faults { lost, applied_twice, gaps } = outcome.faults;
    let counts = [
        ("edits", edits, "edits"),
        ("answers that were errors", outcome.errors, "answers"),
        ("given up", outcome.given_up, "edits"),
        ("applied twice", applied_twice, "edits"),
        ("lost", lost, "edits"),
        ("gaps in the history", gaps, "gaps"),
    ];
    for (what, number, unit) in counts {
        report.figure(format!("{weather}: {what}"), count(number), unit);
    }
    for (fault, &times) in &outcome.tally.faults {
        report.figure(format!("{weather}: {fault}"), count(times), "calls");
    }
    report.figure(format!("{weather}: transactions tried per edit"), per_edit(outcome.tally.transactions), "tries");
    report.figure(format!("{weather}: other calls per edit"), per_edit(outcome.tally.others), "calls");
    report.figure(format!("{weather}: edits a second"), count(edits) / outcome.took.as_secs_f64(), "edits/s");
    let limits = [("given up", outcome.given_up), ("applied twice", applied_twice), ("lost", lost), ("a gap", gaps)];
    for (what, number) in limits {
        report.limit(number == 0, format!("of {edits} edits of one person, {weather}, {number} are {what}"));
    }
}

/// So many edits of one person by so many clients.
async fn edit_at_once(edits: usize, clients: usize, weather: FaultRates) -> Fallible<Outcome> {
    let (asker, edited) = (test_support::user_with_role("olga", Role::AccountOwner), test_support::agent("ada"));
    let skills = (0..clients).map(skill).collect::<Fallible<Vec<_>>>()?;
    let fixture =
        Fixture::with(Crowd { people: vec![asker.clone(), edited.clone()], teams: Vec::new(), skills }).await?;
    let proxy = Proxy::start(fixture.dynamo.url(), weather).await?;
    let began = Instant::now();
    let mut at_work = JoinSet::new();
    for number in 0..clients {
        let client = Client {
            directory: directory_retrying(proxy.url(), retries()),
            asker: asker.user_id,
            edited: edited.user_id,
            skill: skill_name(number),
            rng: fastrand::Rng::with_seed(u64::try_from(number)?),
        };
        // The first clients make one more where the edits do not come out even.
        at_work.spawn(client.work((edits + clients - 1 - number) / clients));
    }
    let mut outcome = Outcome {
        done: Vec::with_capacity(edits),
        errors: 0,
        given_up: 0,
        faults: Faults::default(),
        tally: Tally::default(),
        took: Duration::ZERO,
    };
    while let Some(work) = at_work.join_next().await {
        let Work { done, errors, given_up } = work??;
        outcome.done.extend(done);
        outcome.errors += errors;
        outcome.given_up += given_up;
    }
    (outcome.took, outcome.tally) = (began.elapsed(), proxy.tally());
    let directory = directory_at(&fixture.dynamo.url());
    let now = directory.user(edited.user_id).await?.ok_or("the person has gone")?;
    outcome.faults = history_check::faults(&history(&directory, &now).await?, &now, &outcome.done);
    Ok(outcome)
}

/// As often as a function does, and sooner: what is measured is what becomes of the edits.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(20))
}

fn skill_name(number: usize) -> String {
    format!("Client_{number:02}")
}

fn skill(number: usize) -> Fallible<Skill> {
    let name = SkillName::new(&skill_name(number))?;
    Ok(Skill { name, skill_set: "Clients".to_owned(), levels: Some(LevelRange::default()), version: 1 })
}

/// All of it, oldest first.
async fn history(directory: &Directory, user: &User) -> Fallible<Vec<Record>> {
    let (mut history, mut cursor) = (Vec::new(), None);
    loop {
        let (page, next) = directory.history(Subject::User(user.user_id), cursor, 100).await?;
        history.extend(page);
        cursor = next;
        if cursor.is_none() {
            history.reverse();
            return Ok(history);
        }
    }
}

/// Somebody who assigns one skill.
struct Client {
    directory: Directory,
    asker: UserId,
    edited: UserId,
    skill: String,
    rng: fastrand::Rng,
}

#[derive(Debug, Default)]
struct Work {
    done: Vec<Edit>,
    errors: usize,
    given_up: usize,
}

impl Client {
    /// One level after the other.
    async fn work(mut self, edits: usize) -> Fallible<Work> {
        let mut work = Work::default();
        for level in 1..=i64::try_from(edits)? {
            let tries = self.ask_until_done(level).await?;
            work.errors += tries.unwrap_or(MOST_ASKED + 1) - 1;
            match tries {
                Some(_) => work.done.push((self.skill.clone(), level)),
                None => work.given_up += 1,
            }
        }
        Ok(work)
    }

    /// How often it had to be asked for; none where it was never done. What is not answered may be done all the same.
    async fn ask_until_done(&mut self, level: i64) -> Fallible<Option<usize>> {
        for tries in 1..=MOST_ASKED {
            if is_done(self.ask(level).await?)? {
                return Ok(Some(tries));
            }
            tokio::time::sleep(Duration::from_millis(self.rng.u64(0..WAITS_MS))).await;
        }
        Ok(None)
    }

    async fn ask(&self, level: i64) -> Fallible<Answer> {
        let asked = Asked {
            route: "PUT /users/{user_id}/skills/{skill}",
            parameters: vec![("user_id", self.edited.to_string()), ("skill", self.skill.clone())],
            body: Some(json!({"level": level})),
            ..Asked::default()
        };
        Ok(assign_skill::handle(&self.directory, asked.by(self.asker)?).await)
    }
}

/// Whether it is done, or is to be asked for again. A refusal is neither.
fn is_done(answer: Answer) -> Fallible<bool> {
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(true),
        Err(problem) if problem.status >= 500 => Ok(false),
        other => Err(format!("an edit was refused: {other:?}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Much goes wrong, so that of few calls each kind of fault meets some.
    const TEMPEST: FaultRates = FaultRates {
        transactions: &[
            (Fault::Conflict, 80),
            (Fault::Throttled, 80),
            (Fault::Failed, 80),
            (Fault::FailedAfterwards, 80),
            (Fault::Cut, 80),
        ],
        ..FAULTS
    };

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn of_edits_at_the_same_moment_none_is_lost_and_none_applied_twice_whatever_goes_wrong() {
        let outcome = edit_at_once(100, 8, TEMPEST).await.unwrap();
        assert_eq!(outcome.faults, Faults::default());
        assert_eq!((outcome.done.len(), outcome.given_up), (100, 0));
        let kinds = outcome.tally.faults.len();
        assert_eq!(kinds, 5, "of each kind of fault there is one: {:?}", outcome.tally.faults);
    }
}
