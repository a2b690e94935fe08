//! The workspace's own settings: where its callbacks go, and which of its events they are of.

use reqwest::Url;
use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// What `POST /v1/Workspaces/{sid}` sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// With the fragment that overrides how Twilio connects; none: no callbacks.
    pub(crate) event_callback_url: Option<String>,
    /// Types of events, separated by commas; none: all.
    pub(crate) events_filter: Option<String>,
}

impl Settings {
    /// Sets what is given; an empty text clears it.
    pub(crate) fn change(&mut self, url: Option<&str>, filter: Option<&str>) -> Result<(), Refusal> {
        if let Some(url) = url {
            self.event_callback_url = given(url).map(check_url).transpose()?;
        }
        if let Some(filter) = filter {
            self.events_filter = given(filter);
        }
        Ok(())
    }

    /// Whether callbacks tell of events of this type.
    pub(crate) fn tells(&self, event_type: &str) -> bool {
        let filter = self.events_filter.as_deref();
        filter.is_none_or(|filter| filter.split(',').any(|listed| listed.trim() == event_type))
    }
}

fn given(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

pub(crate) fn check_url(url: String) -> Result<String, Refusal> {
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    if Url::parse(&url).is_ok_and(|url| is_web(&url)) { Ok(url) } else { Err(Refusal::bad("the URL is not valid")) }
}
