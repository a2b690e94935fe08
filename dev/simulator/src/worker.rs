//! A worker and its resource in the REST API.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::activity::{ACTIVITIES, Activity};
use crate::place::{Place, date};

/// A worker as the journal stores it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Worker {
    pub(crate) sid: String,
    pub(crate) friendly_name: String,
    pub(crate) attributes: String,
    pub(crate) activity_sid: String,
    pub(crate) version: u64,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
    pub(crate) date_status_changed: Timestamp,
}

impl Worker {
    pub(crate) fn new(friendly_name: String, attributes: String, activity: &Activity, now: Timestamp) -> Self {
        Self {
            sid: new_sid("WK"),
            friendly_name,
            attributes,
            activity_sid: activity.sid.to_owned(),
            version: 0,
            date_created: now,
            date_updated: now,
            date_status_changed: now,
        }
    }

    /// The activity; the first one if the journal names an unknown one.
    pub(crate) fn activity(&self) -> &'static Activity {
        Activity::of(&self.activity_sid).unwrap_or(&ACTIVITIES[0])
    }

    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    pub(crate) fn path(&self) -> String {
        format!("Workers/{}", self.sid)
    }

    pub(crate) fn resource(&self, place: &Place) -> Value {
        json!({
            "sid": self.sid,
            "friendly_name": self.friendly_name,
            "account_sid": place.account_sid,
            "activity_sid": self.activity_sid,
            "activity_name": self.activity().name,
            "workspace_sid": place.workspace_sid,
            "attributes": self.attributes,
            "available": self.activity().available,
            "date_created": date(self.date_created),
            "date_updated": date(self.date_updated),
            "date_status_changed": date(self.date_status_changed),
            "url": place.url(&self.path()),
            "links": self.links(place),
        })
    }

    /// The links lead to what is simulated only.
    fn links(&self, place: &Place) -> Value {
        let own = place.url(&self.path());
        json!({
            "channels": format!("{own}/Channels"),
            "activity": place.url(&format!("Activities/{}", self.activity_sid)),
            "workspace": place.workspace_url(),
            "real_time_statistics": place.url("Workers/RealTimeStatistics"),
            "worker_channels": format!("{own}/Channels"),
            "reservations": format!("{own}/Reservations"),
        })
    }
}

/// A new SID: the two letters of its kind and 32 hex digits.
pub(crate) fn new_sid(kind: &str) -> String {
    format!("{kind}{}", Uuid::new_v4().simple())
}

/// A new SID that is greater than all earlier ones, so that the order of SIDs is the order of their creation.
pub(crate) fn new_ordered_sid(kind: &str) -> String {
    format!("{kind}{}", Uuid::now_v7().simple())
}
