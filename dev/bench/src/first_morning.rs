//! Many changes at once that rely on the same thing: first logins that adopt one skill, and assignments of one skill by one
//! caller. Their transactions conflict as DynamoDB's do; few of them may have to be tried again.

use std::fmt::Display;

use app::{SystemTimeAndIds, ingest::WorkerIngest};
use domain::{
    Identity, Provenance, Role, Skill, SkillName, SkillSetName, Source, User, UserId, WorkerSid, policy::Policy,
};
use http_api::HttpResult;
use jiff::Timestamp;
use serde_json::json;
use store::{Directory, ViewCatalog};
use tokio::task::JoinSet;
use twilio::{FetchWorker, TwilioError, Worker};
use uuid::Uuid;

use crate::{
    Fallible,
    callbacks::{Callback, attributes},
    conflicts::{ConflictTally, Conflicts},
    fixture::{Fixture, directory_at},
    numbers::count,
    proxy::Proxy,
    report::Report,
    requests::ApiRequest,
    sample_users::SampleUsers,
};

/// The argument with which this binary measures only this.
pub const ALONE: &str = "first-morning";

const LOGINS: usize = 1_000;
const ASSIGNMENTS: usize = 5_000;
/// Each is an instance of a function, with one request at a time.
const INSTANCES: usize = 32;

/// Transactions for each change.
const MOST: f64 = 1.2;

pub async fn first_morning(report: &Report) -> Fallible<()> {
    report.section(&format!("What relies on one thing, by {INSTANCES} instances at the same time"));
    let logins = first_logins(LOGINS, INSTANCES).await?;
    print(report, format!("{LOGINS} first logins that adopt one skill"), LOGINS, logins);
    let assigned = assignments(ASSIGNMENTS, INSTANCES).await?;
    print(report, format!("{ASSIGNMENTS} assignments of one skill by one caller"), ASSIGNMENTS, assigned);
    Ok(())
}

fn print(report: &Report, what: impl Display, changes: usize, tally: ConflictTally) {
    let each = per_change(tally, changes);
    report.figure(format!("{what}: transactions each"), each, "tries");
    report.figure(format!("{what}: at once, at most"), count(tally.at_once), "transactions");
    report.limit(each <= MOST, format!("{what}: {each} transactions each, more than {MOST}"));
}

fn per_change(tally: ConflictTally, changes: usize) -> f64 {
    count(tally.transactions) / count(changes)
}

/// Runs this many changes, divided among the instances; each has a number of its own. Afterwards all of them hold the skill.
async fn run<F>(
    changes: usize,
    instances: usize,
    sample: SampleUsers,
    change: impl Fn(Directory, usize) -> F + Copy + Send + 'static,
) -> Fallible<ConflictTally>
where
    F: Future<Output = Fallible<()>> + Send,
{
    let fixture = Fixture::of(sample).await?;
    let proxy = Proxy::start(fixture.dynamo.url(), Conflicts::default()).await?;
    let mut running = JoinSet::new();
    for instance in 0..instances {
        let directory = directory_at(proxy.url());
        running.spawn(async move {
            for number in (instance..changes).step_by(instances) {
                change(directory.clone(), number).await?;
            }
            Fallible::Ok(())
        });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    let holders = directory_at(&fixture.dynamo.url()).skill_usage(&english()?).await?.users.len();
    if holders != changes {
        return Err(format!("{holders} users hold the skill, not {changes}").into());
    }
    Ok(proxy.intercept().tally())
}

fn english() -> Fallible<SkillName> {
    Ok(SkillName::new("English")?)
}

/// The catalog does not know the skill before the first of them.
async fn first_logins(logins: usize, instances: usize) -> Fallible<ConflictTally> {
    let nothing = SampleUsers { users: Vec::new(), teams: Vec::new(), skills: Vec::new() };
    run(logins, instances, nothing, log_in).await
}

/// The report says all that ingest asks for.
struct NoWorkers;

impl FetchWorker for NoWorkers {
    async fn fetch_worker(&self, _: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        Ok(None)
    }
}

async fn log_in(store: Directory, number: usize) -> Fallible<()> {
    let ingest =
        WorkerIngest { store, taskrouter: NoWorkers, time_and_ids: SystemTimeAndIds, policy: Policy::default() };
    let email = format!("user{number}@example.com");
    let mut attributes = attributes(&format!("User {number}"), &email);
    attributes["routing"] = json!({"skills": ["English"], "levels": {"English": 50}});
    let callback = Callback {
        account_sid: "AC00000000000000000000000000000000".to_owned(),
        workspace_sid: "WS00000000000000000000000000000000".to_owned(),
        event_type: "worker.created",
        moment: 1,
        worker_sid: format!("WK{number:032x}"),
        identity: email,
        attributes,
        activity: "Offline".to_owned(),
    };
    let report = twilio::Callback::parse(callback.form().as_bytes())?.worker.ok_or("a callback without a worker")?;
    Ok(ingest.apply(report, Source::Webhook, "EV00000000000000000000000000000000").await?)
}

const CALLER: UserId = UserId::new(Uuid::from_u128(u128::MAX));

fn user_id(number: usize) -> UserId {
    UserId::new(Uuid::from_u128(number as u128))
}

async fn assignments(assignments: usize, instances: usize) -> Fallible<ConflictTally> {
    run(assignments, instances, caller_and_agents(assignments)?, assign).await
}

fn caller_and_agents(agents: usize) -> Fallible<SampleUsers> {
    let caller = user(CALLER, "olga", Role::AccountOwner)?;
    let agents = (0..agents).map(|number| user(user_id(number), &format!("user{number}"), Role::Agent));
    let users = agents.chain([Ok(caller)]).collect::<Fallible<Vec<_>>>()?;
    let skill = Skill { skill_set: SkillSetName::parse("Languages")?, ..Skill::imported(english()?) };
    Ok(SampleUsers { users, teams: Vec::new(), skills: vec![skill] })
}

/// As after an edit: managed here, with a role that was given here.
fn user(user_id: UserId, name: &str, role: Role) -> Fallible<User> {
    let mut user = User::new(user_id, Identity::parse(name)?, Timestamp::UNIX_EPOCH);
    (user.version, user.revision) = (1, 1);
    user.managed.role = role;
    user.managed.role_granted = true;
    user.managed.provenance = Provenance::Managed;
    Ok(user)
}

async fn assign(directory: Directory, number: usize) -> Fallible<()> {
    match put_skill(&directory, CALLER, number).await? {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!("an assignment was refused: {problem:?}").into()),
    }
}

async fn put_skill(directory: &Directory, caller: UserId, number: usize) -> Fallible<HttpResult> {
    let parameters = vec![("user_id", user_id(number).to_string()), ("skill", "English".to_owned())];
    let request = ApiRequest::new("PUT /users/{user_id}/skills/{skill}", parameters).body(json!({"level": 50}));
    Ok(Box::pin(assign_skill::handle(directory, &SystemTimeAndIds, request.by(caller)?)).await)
}

#[cfg(test)]
mod tests {
    use super::*;
    const FEW: usize = 8;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn first_logins_at_once_that_adopt_one_skill_rarely_meet() {
        let tally = first_logins(400, FEW).await.unwrap();
        assert!(per_change(tally, 400) <= MOST && tally.at_once > FEW / 2, "{tally:?}");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn assignments_at_once_of_one_skill_by_one_caller_rarely_meet() {
        let tally = assignments(400, FEW).await.unwrap();
        assert!(per_change(tally, 400) <= MOST && tally.at_once > FEW / 2, "{tally:?}");
    }

    async fn holders(fixture: &Fixture) -> usize {
        let directory = directory_at(&fixture.dynamo.url());
        directory.skill_usage(&english().unwrap()).await.unwrap().users.len()
    }

    /// Assigns the skill to one agent after the other until the caller may not.
    async fn assign_until_refused(directory: Directory, caller: UserId, first: usize, agents: usize) -> bool {
        for number in (first..agents).step_by(FEW) {
            match put_skill(&directory, caller, number).await.unwrap() {
                Ok(_) => {}
                Err(problem) if problem.status == 403 => return true,
                Err(problem) => panic!("{problem:?}"),
            }
        }
        false
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn rule_5_a_caller_who_is_deactivated_amid_many_changes_makes_none_after_the_answer() {
        const AGENTS: usize = 10_000;
        let mut sample = caller_and_agents(AGENTS).unwrap();
        let boss = user(UserId::new(Uuid::from_u128(u128::MAX - 1)), "boss", Role::SystemAdmin).unwrap();
        let boss_id = boss.user_id;
        sample.users.push(boss);
        let fixture = Fixture::of(sample).await.unwrap();
        let proxy = Proxy::start(fixture.dynamo.url(), Conflicts::default()).await.unwrap();
        let mut running = JoinSet::new();
        for first in 0..FEW {
            running.spawn(assign_until_refused(directory_at(proxy.url()), boss_id, first, AGENTS));
        }
        while proxy.intercept().tally().transactions < 10 * FEW {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let directory = directory_at(proxy.url());
        let request = ApiRequest::new("POST /users/{user_id}/deactivate", vec![("user_id", boss_id.to_string())]);
        let request = request.by(CALLER).unwrap();
        Box::pin(set_status::handle(&directory, &SystemTimeAndIds, request)).await.unwrap();
        let assigned = holders(&fixture).await;
        let refused = running.join_all().await;
        assert!(refused.iter().all(|refused| *refused), "all were at it until they were refused: {refused:?}");
        assert_eq!(holders(&fixture).await, assigned);
        assert!(assigned >= 10 * FEW - FEW);
    }
}
