//! The demo users: they log in as they would with Flex, and the directory learns of them from TaskRouter's callbacks.

mod catalog;
mod users;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use reqwest::{Client, RequestBuilder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::data::Addresses;
use crate::names::{TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_WORKSPACE_SID};
use crate::template::System;
use crate::{Options, StartError};
use users::Claims;

/// How many requests run at the same time. More than the instances of a function, so that none of them is idle.
const CONCURRENT: usize = 8;
/// How many of the users have fixed names, one for each role.
const FIXED: usize = 4;

/// A demo user to try requests with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUser {
    /// The identity: the friendly name of the worker.
    pub identity: String,
    /// The role in this directory: `account_owner`.
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

/// Logs in as many users as the options say, if TaskRouter has no worker yet. Otherwise only the four with fixed names
/// log in, for their tokens.
pub(crate) async fn seed(
    addresses: &Addresses,
    options: &Options,
    system: &System,
) -> Result<Vec<DemoUser>, StartError> {
    let client = SeedClient { http: Client::new(), simulator: &addresses.simulator, api: &addresses.api };
    let is_new = !client.has_workers().await?;
    if is_new {
        for table in &system.tables {
            catalog::put(addresses, &table.name).await?;
        }
    }
    let wanted = if is_new { options.seed } else { options.seed.min(FIXED) };
    let tokens = client.log_in_all(wanted, options.progress).await?;
    if let Some(owner) = tokens.first().filter(|_| is_new) {
        catalog::join_teams(&client, owner).await?;
    }
    let fixed = users::FIXED_ROLES.into_iter().zip(tokens).enumerate();
    Ok(fixed.map(|(n, (role, token))| DemoUser { identity: users::claims(n).identity, role, token }).collect())
}

/// Calls the simulator and the API to fill them.
struct SeedClient<'a> {
    http: Client,
    simulator: &'a str,
    api: &'a str,
}

impl SeedClient<'_> {
    async fn has_workers(&self) -> Result<bool, StartError> {
        let url = format!("{}/v1/Workspaces/{TWILIO_WORKSPACE_SID}/Workers?PageSize=1", self.simulator);
        let request = self.http.get(url).basic_auth(TWILIO_ACCOUNT_SID, Some(TWILIO_AUTH_TOKEN));
        let page = send(request).await?.json::<Value>().await.map_err(failed)?;
        Ok(page["workers"].as_array().is_some_and(|workers| !workers.is_empty()))
    }

    /// Logs in the users from 0 up to `total`; gives their tokens, in order.
    async fn log_in_all(&self, total: usize, progress: fn(usize, usize)) -> Result<Vec<String>, StartError> {
        stream::iter(0..total)
            .map(|n| self.log_in(users::claims(n)))
            .buffered(CONCURRENT)
            .enumerate()
            .map(|(n, token)| token.inspect(|_| progress(n + 1, total)))
            .try_collect()
            .await
    }

    async fn log_in(&self, claims: Claims) -> Result<String, StartError> {
        let request = self.http.post(format!("{}/sim/logins", self.simulator)).json(&json!(claims));
        let session: Session = send(request).await?.json().await.map_err(failed)?;
        if let Some(refused) = session.callbacks.first() {
            tracing::warn!("the webhook refused the callback of a demo login, the user is missing: {refused}");
        }
        Ok(session.token)
    }
}

async fn send(request: RequestBuilder) -> Result<reqwest::Response, StartError> {
    request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed)
}

// By value, as `map_err` hands it over.
#[expect(clippy::needless_pass_by_value)]
fn failed(error: reqwest::Error) -> StartError {
    StartError::Seed(error.to_string())
}
