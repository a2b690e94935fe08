//! The deployment's webhook, and what leads there.

use twilio::signature::CONNECTION_OVERRIDES;

use super::Surroundings;

/// The path of the route, below the deployment's public address.
const PATH: &str = "/webhooks/taskrouter";

/// The deployment's webhook, as Twilio is to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    url: String,
}

/// What leads to the deployment now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    None,
    /// The callback URL is this deployment's, whatever its fragment and filter.
    Callback,
    EventStreams,
    Both,
}

impl Webhook {
    /// Below the deployment's public address, which may have a path and a slash at its end.
    #[must_use]
    pub fn below(public_url: &str) -> Self {
        Self { url: format!("{}{PATH}", public_url.trim_end_matches('/')) }
    }

    /// Without the fragment. Event Streams takes none.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// With the fragment that asks Twilio to try again.
    #[must_use]
    pub fn callback_url(&self) -> String {
        format!("{}{CONNECTION_OVERRIDES}", self.url)
    }

    /// Whether a callback URL leads here, whatever its fragment.
    #[must_use]
    pub fn is_at(&self, callback_url: &str) -> bool {
        callback_url.split('#').next() == Some(&self.url)
    }

    /// What leads here now.
    #[must_use]
    pub fn connection(&self, surroundings: &Surroundings) -> Connection {
        let callback = surroundings.workspace.event_callback_url.as_deref().is_some_and(|url| self.is_at(url));
        let streams = surroundings.event_streams.as_ref();
        let stream = streams.is_ok_and(|streams| streams.sinks_to(&self.url).next().is_some());
        match (callback, stream) {
            (false, false) => Connection::None,
            (true, false) => Connection::Callback,
            (false, true) => Connection::EventStreams,
            (true, true) => Connection::Both,
        }
    }
}
