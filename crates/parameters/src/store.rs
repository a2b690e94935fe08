//! Parameter Store.

use std::sync::Arc;
use std::time::Duration;

use aws_client::{Post, Service};
use runtime::config::{ConfigError, required};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{Parameter, ParameterError, ReadParameter, Reading};

/// How long a read may take, all attempts together, where there is no value yet.
const MAX_FIRST_READ_TIME: Duration = Duration::from_secs(8);

/// Parameter Store, by the deployment's region and credentials.
#[derive(Debug, Clone)]
pub struct ParameterStore(Service);

impl ParameterStore {
    pub fn from_env() -> Result<Self, ConfigError> {
        Service::from_env("ssm").map(Self)
    }

    /// The parameter that the environment names, in `variable`.
    pub async fn named_by(&self, variable: &'static str) -> Result<Parameter, ParameterError> {
        Parameter::read(Arc::new(self.clone()), required(variable)?).await
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
    async fn get_parameter(&self, name: &str) -> Result<SecretString, String> {
        let body = json!({"Name": name, "WithDecryption": true}).to_string();
        let headers = &[("x-amz-target", "AmazonSSM.GetParameter"), ("content-type", "application/x-amz-json-1.1")];
        let answer = self.0.post(Post { path: "/", headers, body: &body }, MAX_FIRST_READ_TIME).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let answer: Value =
            serde_json::from_slice(&answer.body).map_err(|_| "the response cannot be read".to_owned())?;
        let value = answer["Parameter"]["Value"].as_str().filter(|value| !value.trim().is_empty());
        value.map(SecretString::from).ok_or_else(|| "it is empty".to_owned())
    }
}

impl ReadParameter for ParameterStore {
    fn read<'a>(&'a self, name: &'a str) -> Reading<'a> {
        let unreadable = |why: String| ParameterError::Unreadable { name: name.to_owned(), why };
        Box::pin(async move { self.get_parameter(name).await.map_err(unreadable) })
    }
}
