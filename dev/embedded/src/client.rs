//! For tests: a client of the embedded `DynamoDB`, and a table of their own.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Builder, Region},
};
use uuid::Uuid;

use crate::{Dynamo, EmbeddedError, template};

impl Dynamo {
    /// A client with the default settings of the SDK.
    #[must_use]
    pub fn client(&self) -> Client {
        client_at(self.url())
    }

    /// Creates an empty table as the template describes it, without its stream, and returns its name.
    pub fn fresh_table(&self) -> Result<String, EmbeddedError> {
        let name = format!("directory-{}", Uuid::new_v4());
        self.create_table(&name, &template::without_stream(template::directory_properties()?))?;
        Ok(name)
    }
}

/// A client of the embedded `DynamoDB` at this URL, or of a proxy in front of it.
#[must_use]
pub fn client_at(url: impl Into<String>) -> Client {
    Client::from_conf(config_at(url).build())
}

/// The settings of such a client.
///
/// # Panics
/// Without root certificates.
#[must_use]
pub fn config_at(url: impl Into<String>) -> Builder {
    aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_client::http_client().expect("the root certificates of this machine"))
        .region(Region::from_static("eu-central-1"))
        .endpoint_url(url)
        .credentials_provider(Credentials::from_keys("test", "test", None))
}
