//! The activities of the workspace. They are fixed, so that configuration can name their SIDs.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::place::Place;

/// The activity before the first login and after the last logout.
pub const OFFLINE_ACTIVITY_SID: &str = "WA00000000000000000000000000000001";
/// The activity after a login.
pub const AVAILABLE_ACTIVITY_SID: &str = "WA00000000000000000000000000000002";

#[derive(Debug)]
pub(crate) struct Activity {
    pub(crate) sid: &'static str,
    pub(crate) name: &'static str,
    pub(crate) available: bool,
}

pub(crate) static ACTIVITIES: [Activity; 4] = [
    Activity { sid: OFFLINE_ACTIVITY_SID, name: "Offline", available: false },
    Activity { sid: AVAILABLE_ACTIVITY_SID, name: "Available", available: true },
    Activity { sid: "WA00000000000000000000000000000003", name: "Unavailable", available: false },
    Activity { sid: "WA00000000000000000000000000000004", name: "Break", available: false },
];

impl Activity {
    pub(crate) fn of(sid: &str) -> Option<&'static Self> {
        ACTIVITIES.iter().find(|activity| activity.sid == sid)
    }

    pub(crate) fn resource(&self, place: &Place) -> Value {
        json!({
            "account_sid": place.account_sid,
            "available": self.available,
            "date_created": Timestamp::UNIX_EPOCH.to_string(),
            "date_updated": Timestamp::UNIX_EPOCH.to_string(),
            "friendly_name": self.name,
            "sid": self.sid,
            "url": place.url(&format!("Activities/{}", self.sid)),
            "workspace_sid": place.workspace_sid,
            "links": { "workspace": place.workspace_url() },
        })
    }
}
