//! The first people: they log in as they would with Flex, and the directory hears of them from
//! TaskRouter.

mod catalog;
mod people;

use reqwest::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::data::Addresses;
use crate::names::{TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_WORKSPACE_SID};
use crate::template::System;
use crate::{Options, StartError};
use people::Claims;

/// How many log in at a time.
const AT_A_TIME: usize = 4;
/// How many of the first people have fixed names, one for each role.
const FIXED: usize = 4;

/// Somebody to try things with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What TaskRouter knows them by.
    pub identity: String,
    /// Their role, as this directory calls it.
    pub role: &'static str,
    /// For the `Authorization` header, after `Bearer `.
    pub token: String,
}

#[derive(Deserialize)]
struct Session {
    token: String,
    #[serde(default)]
    callbacks: Vec<Value>,
}

/// Lets as many people log in as the options say, unless somebody is there already; then only the
/// four with fixed names do, for their tokens.
pub(crate) async fn seed(addresses: &Addresses, options: &Options, system: &System) -> Result<Vec<Person>, StartError> {
    if options.seed == 0 {
        return Ok(Vec::new());
    }
    let door = Door { client: Client::new(), simulator: addresses.simulator.clone() };
    let is_new = !door.anybody().await?;
    if is_new {
        for table in &system.tables {
            catalog::put(addresses, &table.name).await?;
        }
    }
    let wanted = if is_new { options.seed } else { options.seed.min(FIXED) };
    let mut people = Vec::new();
    for n in 0..wanted.min(FIXED) {
        let claims = people::claims(n);
        let token = door.log_in(&claims).await?;
        (options.progress)(n + 1, wanted);
        people.push(Person { identity: claims.identity, role: people::FIXED_ROLES[n], token });
    }
    door.let_in(FIXED..wanted, options.progress).await?;
    if let Some(owner) = people.first().filter(|_| is_new) {
        catalog::join_teams(&door.client, &addresses.api, &owner.token).await?;
    }
    Ok(people)
}

#[derive(Clone)]
struct Door {
    client: Client,
    simulator: String,
}

impl Door {
    /// Whether TaskRouter has workers.
    async fn anybody(&self) -> Result<bool, StartError> {
        let url = format!("{}/v1/Workspaces/{TWILIO_WORKSPACE_SID}/Workers?PageSize=1", self.simulator);
        let page: Value = self
            .client
            .get(url)
            .basic_auth(TWILIO_ACCOUNT_SID, Some(TWILIO_AUTH_TOKEN))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?
            .json()
            .await
            .map_err(failed)?;
        Ok(page["workers"].as_array().is_some_and(|workers| !workers.is_empty()))
    }

    async fn log_in(&self, claims: &Claims) -> Result<String, StartError> {
        let session: Session = self
            .client
            .post(format!("{}/sim/logins", self.simulator))
            .json(&json!(claims))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(failed)?
            .json()
            .await
            .map_err(failed)?;
        if let Some(refused) = session.callbacks.first() {
            tracing::warn!("the webhook did not take the login of {}: {refused}", claims.identity);
        }
        Ok(session.token)
    }

    async fn let_in(&self, people: std::ops::Range<usize>, progress: fn(usize, usize)) -> Result<(), StartError> {
        let total = people.end;
        let mut done = people.start.min(total);
        let mut coming = JoinSet::new();
        for n in people {
            if coming.len() == AT_A_TIME {
                done += arrived(coming.join_next().await)?;
                progress(done, total);
            }
            let door = self.clone();
            coming.spawn(async move { door.log_in(&people::claims(n)).await.map(drop) });
        }
        while !coming.is_empty() {
            done += arrived(coming.join_next().await)?;
            progress(done, total);
        }
        Ok(())
    }
}

fn arrived(login: Option<Result<Result<(), StartError>, tokio::task::JoinError>>) -> Result<usize, StartError> {
    match login {
        None => Ok(0),
        Some(Ok(result)) => result.map(|()| 1),
        Some(Err(error)) => Err(StartError::Seed(error.to_string())),
    }
}

// By value, as `map_err` hands it over.
#[expect(clippy::needless_pass_by_value)]
fn failed(error: reqwest::Error) -> StartError {
    StartError::Seed(error.to_string())
}
