//! Many concurrent edits of one user, without faults and with them: none is lost and none is applied twice.
//!
//! Each client assigns a skill of its own, at one level after the other, and repeats a request until it succeeds. The
//! edits go through the handler of `assign-skill`, and its calls to DynamoDB through a [`Proxy`].

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

use app::SystemTimeAndIds;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use domain::{Identity, Provenance, Record, Role, Skill, SkillName, SkillSetName, User, UserId, audit::Subject};
use http_api::HttpResult;
use jiff::Timestamp;
use serde_json::json;
use store::{Directory, ViewHistory, ViewUser};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    Fallible,
    faults::{Fault, FaultInjector, FaultRates, Rates, Tally},
    fixture::{Fixture, directory_at, directory_retrying},
    history_check::{self, Edit, HistoryFaults},
    numbers::count,
    proxy::Proxy,
    report::Report,
    requests::ApiRequest,
    sample_users::SampleUsers,
};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "contention";

const EDITS: usize = 1_000;
const CLIENTS: usize = 16;

/// How often a client tries the same edit before it gives up.
const MAX_TRIES: usize = 200;

/// The longest wait before the next try, in milliseconds.
const MAX_WAIT_MS: u64 = 50;

const NO_FAULTS: Rates = &[];

/// More than DynamoDB has: a tenth of the transactions and a twentieth of the other calls fail.
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

#[derive(Debug)]
struct Outcome {
    done: Vec<Edit>,
    /// Responses that were errors.
    errors: usize,
    given_up: usize,
    history: HistoryFaults,
    tally: Tally,
    took: Duration,
}

pub async fn contention(report: &Report) -> Fallible<()> {
    report.section(&format!("{EDITS} edits of one user by {CLIENTS} clients at the same time"));
    let no_faults = FaultRates { transactions: NO_FAULTS, others: NO_FAULTS, seed: 0 };
    print(report, "no faults", &edit_concurrently(EDITS, CLIENTS, no_faults).await?);
    print(report, "faults", &edit_concurrently(EDITS, CLIENTS, FAULTS).await?);
    Ok(())
}

fn print(report: &Report, rates: impl Display, outcome: &Outcome) {
    let edits = outcome.done.len() + outcome.given_up;
    let per_edit = |number| count(number) / count(edits);
    let HistoryFaults { lost, applied_twice, gaps } = outcome.history;
    let counts = [
        ("edits", edits, "edits"),
        ("answers that were errors", outcome.errors, "answers"),
        ("given up", outcome.given_up, "edits"),
        ("applied twice", applied_twice, "edits"),
        ("lost", lost, "edits"),
        ("gaps in the history", gaps, "gaps"),
    ];
    for (what, number, unit) in counts {
        report.figure(format!("{rates}: {what}"), count(number), unit);
    }
    for (fault, &times) in &outcome.tally.faults {
        report.figure(format!("{rates}: {fault}"), count(times), "calls");
    }
    report.figure(format!("{rates}: transactions tried per edit"), per_edit(outcome.tally.transactions), "tries");
    report.figure(format!("{rates}: other calls per edit"), per_edit(outcome.tally.others), "calls");
    report.figure(format!("{rates}: edits a second"), count(edits) / outcome.took.as_secs_f64(), "edits/s");
    let limits = [("given up", outcome.given_up), ("applied twice", applied_twice), ("lost", lost), ("a gap", gaps)];
    for (what, number) in limits {
        report.limit(number == 0, format!("of {edits} edits of one user, {rates}, {number} are {what}"));
    }
}

async fn edit_concurrently(edits: usize, clients: usize, rates: FaultRates) -> Fallible<Outcome> {
    let (caller, edited) = (user("olga", Role::AccountOwner)?, user("ada", Role::Agent)?);
    let skills = (0..clients).map(skill).collect::<Fallible<Vec<_>>>()?;
    let sample = SampleUsers { users: vec![caller.clone(), edited.clone()], teams: Vec::new(), skills };
    let fixture = Fixture::of(sample).await?;
    let proxy = Proxy::start(fixture.dynamo.url(), FaultInjector::new(rates)).await?;
    let began = Instant::now();
    let mut running = JoinSet::new();
    for number in 0..clients {
        let client = Client {
            directory: directory_retrying(proxy.url(), retries()),
            caller: caller.user_id,
            edited: edited.user_id,
            skill: skill_name(number),
            rng: fastrand::Rng::with_seed(u64::try_from(number)?),
        };
        // The first clients make one more if the edits cannot be divided evenly.
        running.spawn(client.work((edits + clients - 1 - number) / clients));
    }
    let mut outcome = Outcome {
        done: Vec::with_capacity(edits),
        errors: 0,
        given_up: 0,
        history: HistoryFaults::default(),
        tally: Tally::default(),
        took: Duration::ZERO,
    };
    while let Some(work) = running.join_next().await {
        let Work { done, errors, given_up } = work??;
        outcome.done.extend(done);
        outcome.errors += errors;
        outcome.given_up += given_up;
    }
    (outcome.took, outcome.tally) = (began.elapsed(), proxy.intercept().tally());
    let directory = directory_at(&fixture.dynamo.url());
    let now = directory.user(edited.user_id).await?.ok_or("the edited user is gone")?;
    outcome.history = history_check::faults(&history(&directory, &now).await?, &now, &outcome.done);
    Ok(outcome)
}

/// As many as a function makes, with shorter waits: time is not measured here.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(4).with_initial_backoff(Duration::from_millis(20))
}

/// As after an edit: managed here, with a role that was given here.
fn user(name: &str, role: Role) -> Fallible<User> {
    let mut user = User::new(UserId::new(Uuid::new_v4()), Identity::parse(name)?, Timestamp::UNIX_EPOCH);
    (user.version, user.revision) = (1, 1);
    user.idp.full_name = Some(name.to_owned());
    user.managed.role = role;
    user.managed.role_granted = true;
    user.managed.login_role = Some(role);
    user.managed.provenance = Provenance::Managed;
    Ok(user)
}

fn skill_name(number: usize) -> String {
    format!("Client_{number:02}")
}

fn skill(number: usize) -> Fallible<Skill> {
    let name = SkillName::new(&skill_name(number))?;
    Ok(Skill { skill_set: SkillSetName::parse("Clients")?, ..Skill::imported(name) })
}

/// The whole history, oldest first.
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

/// Assigns one skill.
struct Client {
    directory: Directory,
    caller: UserId,
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
    /// Assigns the levels from 1 on, one after the other.
    async fn work(mut self, edits: usize) -> Fallible<Work> {
        let mut work = Work::default();
        for level in 1..=i64::try_from(edits)? {
            let tries = self.assign_until_done(level).await?;
            work.errors += tries.unwrap_or(MAX_TRIES + 1) - 1;
            match tries {
                Some(_) => work.done.push((self.skill.clone(), level)),
                None => work.given_up += 1,
            }
        }
        Ok(work)
    }

    /// The number of tries; none if it was never answered as done. A failed try may have been applied all the same.
    async fn assign_until_done(&mut self, level: i64) -> Fallible<Option<usize>> {
        for tries in 1..=MAX_TRIES {
            if is_done(self.assign(level).await?)? {
                return Ok(Some(tries));
            }
            tokio::time::sleep(Duration::from_millis(self.rng.u64(0..MAX_WAIT_MS))).await;
        }
        Ok(None)
    }

    async fn assign(&self, level: i64) -> Fallible<HttpResult> {
        let parameters = vec![("user_id", self.edited.to_string()), ("skill", self.skill.clone())];
        let request = ApiRequest::new("PUT /users/{user_id}/skills/{skill}", parameters).body(json!({"level": level}));
        Ok(assign_skill::handle(&self.directory, &SystemTimeAndIds, request.by(self.caller)?).await)
    }
}

/// Whether the edit is done, or must be tried again. A refusal is an error of this benchmark.
fn is_done(result: HttpResult) -> Fallible<bool> {
    match result {
        Ok(response) if response.status().is_success() => Ok(true),
        Err(problem) if problem.status >= 500 => Ok(false),
        other => Err(format!("an edit was refused: {other:?}").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// High enough that every kind of fault meets some of few calls.
    const FREQUENT_FAULTS: FaultRates = FaultRates {
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
        let outcome = edit_concurrently(100, 8, FREQUENT_FAULTS).await.unwrap();
        assert_eq!(outcome.history, HistoryFaults::default());
        assert_eq!((outcome.done.len(), outcome.given_up), (100, 0));
        let kinds = outcome.tally.faults.len();
        assert_eq!(kinds, 5, "of each kind of fault there is one: {:?}", outcome.tally.faults);
    }
}
