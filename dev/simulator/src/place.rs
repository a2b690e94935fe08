//! Where the workspace is: what every resource repeats.

use jiff::Timestamp;

/// Account, workspace and address.
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

    /// The address of something in the workspace.
    pub(crate) fn url(&self, within: &str) -> String {
        format!("{}/{within}", self.workspace_url())
    }
}

/// Twilio's dates have no fractions.
pub(crate) fn date(at: Timestamp) -> String {
    Timestamp::from_second(at.as_second()).unwrap_or(at).to_string()
}
