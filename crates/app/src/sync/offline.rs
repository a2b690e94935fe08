//! The activity that means offline (rule 12): the one that Flex is configured to, else the workspace's default if workers in it
//! are unavailable. It is never found by its name.

use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, Mutex};
use twilio::{FetchActivity, FetchFlexConfiguration, FetchWorkspace, TwilioError};

/// How long it is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(5);

/// Remembers the activity for a while; shared by all users, and by clones.
#[derive(Debug, Default, Clone)]
pub struct OfflineActivity(Arc<Mutex<Option<(String, Timestamp)>>>);

impl OfflineActivity {
    /// The activity's SID; none if there is none.
    pub async fn sid<T>(&self, taskrouter: &T, now: Timestamp) -> Result<Option<String>, TwilioError>
    where
        T: FetchActivity + FetchWorkspace + FetchFlexConfiguration + Sync,
    {
        let remembered = self.0.lock().ok().and_then(|remembered| remembered.clone());
        if let Some((sid, _)) = remembered.filter(|(_, at)| now.duration_since(*at) < REMEMBERED) {
            return Ok(Some(sid));
        }
        let sid = find(taskrouter).await?;
        if let (Some(sid), Ok(mut remembered)) = (&sid, self.0.lock()) {
            *remembered = Some((sid.clone(), now));
        }
        Ok(sid)
    }
}

async fn find<T>(taskrouter: &T) -> Result<Option<String>, TwilioError>
where
    T: FetchActivity + FetchWorkspace + FetchFlexConfiguration + Sync,
{
    let flex = match taskrouter.fetch_flex_configuration().await {
        Err(error) if error.is_transient() => return Err(error),
        // Without the right to read it, the workspace has to do.
        flex => flex.unwrap_or_default(),
    };
    if let Some(sid) = unavailable(taskrouter, flex.and_then(|flex| flex.offline_activity_sid)).await? {
        return Ok(Some(sid));
    }
    let workspace = taskrouter.fetch_workspace().await?;
    unavailable(taskrouter, workspace.and_then(|workspace| workspace.default_activity_sid)).await
}

/// The activity, if workers in it receive no tasks.
async fn unavailable<T>(taskrouter: &T, sid: Option<String>) -> Result<Option<String>, TwilioError>
where
    T: FetchActivity + Sync,
{
    let Some(sid) = sid else { return Ok(None) };
    let activity = taskrouter.fetch_activity(&sid).await?;
    Ok(activity.filter(|activity| activity.available == Some(false)).map(|activity| activity.sid))
}
