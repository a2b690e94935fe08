//! Parameter Store.

use std::sync::Arc;

use runtime::{
    aws::{client_config, failure_reason},
    config::{ConfigError, required},
};
use secrecy::SecretString;

use crate::{Parameter, ParameterError, ReadParameter, Reading};

/// Parameter Store, by the deployment's region and credentials.
#[derive(Debug, Clone)]
pub struct ParameterStore(aws_sdk_ssm::Client);

impl ParameterStore {
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self(aws_sdk_ssm::Client::new(&client_config("SSM")?)))
    }

    /// The parameter that the environment names, in `variable`.
    pub async fn named_by(&self, variable: &'static str) -> Result<Parameter, ParameterError> {
        Parameter::read(Arc::new(self.clone()), required(variable)?).await
    }
}

impl ReadParameter for ParameterStore {
    fn read<'a>(&'a self, name: &'a str) -> Reading<'a> {
        let unreadable = |why: String| ParameterError::Unreadable { name: name.to_owned(), why };
        Box::pin(async move {
            let response = self.0.get_parameter().name(name).with_decryption(true).send().await;
            let response = response.map_err(|error| unreadable(failure_reason(&error)))?;
            let value = response.parameter.and_then(|parameter| parameter.value);
            let value = value.filter(|value| !value.trim().is_empty());
            value.map(SecretString::from).ok_or_else(|| unreadable("it is empty".to_owned()))
        })
    }
}
