//! Account, workspace and address, which every resource repeats.

use jiff::Timestamp;

#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) base_url: String,
    pub(crate) account_sid: String,
    pub(crate) workspace_sid: String,
}

pub(crate) const WORKSPACE_NAME: &str = "Flex Task Assignment";

impl Place {
    pub(crate) fn workspace_url(&self) -> String {
        format!("{}/v1/Workspaces/{}", self.base_url, self.workspace_sid)
    }

    /// The URL of a resource in the workspace.
    pub(crate) fn url(&self, within: &str) -> String {
        format!("{}/{within}", self.workspace_url())
    }
}

/// A date as Twilio writes it, in whole seconds.
pub(crate) fn date(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
