//! What is there before anything is changed.

use thiserror::Error;
use twilio::{
    Activity, FetchActivity, FetchFlexConfiguration, FetchWorkspace, FlexConfiguration, NextPage, Page,
    ReadEventStreams, ReadWebhookRules, Sink, Subscription, TwilioError, WebhookRule, WebhookSetting, Workspace,
};

/// The most pages of one list.
const MAX_PAGES: usize = 100;

/// The workspace, what Flex is configured to, and Event Streams.
#[derive(Debug)]
pub struct Surroundings {
    pub workspace: Workspace,
    /// None for an account without Flex.
    pub flex: Option<FlexConfiguration>,
    /// The activity that Flex is configured to as offline (rule 12); none if it names none, or one that is not there.
    pub offline: Option<Activity>,
    /// The error says why they were not read: they may be none of the credentials' business.
    pub event_streams: Result<EventStreams, TwilioError>,
    /// The error says why they were not read: the API is a public beta, and may be none of the credentials' business.
    pub webhook_rules: Result<WebhookRules, TwilioError>,
}

/// The account's rules of webhooks, and the settings that they name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebhookRules {
    pub rules: Vec<WebhookRule>,
    pub settings: Vec<WebhookSetting>,
}

/// The account's sinks and subscriptions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventStreams {
    pub sinks: Vec<Sink>,
    pub subscriptions: Vec<SubscribedSink>,
}

/// A subscription with the types of events that it sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribedSink {
    pub subscription: Subscription,
    pub types: Vec<String>,
}

#[derive(Debug, Error)]
pub enum SurroundingsError {
    #[error("{what}: {error}")]
    Twilio {
        what: &'static str,
        #[source]
        error: TwilioError,
    },
    #[error("there is no workspace {0}; check TWILIO_WORKSPACE_SID and TWILIO_REGION")]
    NoWorkspace(String),
}

fn reading(what: &'static str) -> impl FnOnce(TwilioError) -> SurroundingsError {
    move |error| SurroundingsError::Twilio { what, error }
}

impl Surroundings {
    /// `workspace_sid` is the one that `twilio` was made for.
    pub async fn read<T>(twilio: &T, workspace_sid: &str) -> Result<Self, SurroundingsError>
    where
        T: FetchWorkspace + FetchFlexConfiguration + FetchActivity + ReadEventStreams + ReadWebhookRules,
    {
        let workspace = twilio.fetch_workspace().await.map_err(reading("the workspace cannot be read"))?;
        let workspace = workspace.ok_or_else(|| SurroundingsError::NoWorkspace(workspace_sid.to_owned()))?;
        let flex = twilio.fetch_flex_configuration().await;
        let flex = flex.map_err(reading("Flex's configuration cannot be read"))?;
        let offline = flex.as_ref().and_then(|flex| flex.offline_activity_sid.clone());
        let offline = match offline {
            Some(sid) => twilio.fetch_activity(&sid).await.map_err(reading("activities cannot be read"))?,
            None => None,
        };
        let (event_streams, webhook_rules) = (EventStreams::read(twilio).await, WebhookRules::read(twilio).await);
        Ok(Self { workspace, flex, offline, event_streams, webhook_rules })
    }
}

impl EventStreams {
    pub async fn read(twilio: &impl ReadEventStreams) -> Result<Self, TwilioError> {
        let sinks = all(async |page| twilio.list_sinks(page).await).await?;
        let mut subscriptions = Vec::new();
        for subscription in all(async |page| twilio.list_subscriptions(page).await).await? {
            let types = all(async |page| twilio.list_subscribed_types(&subscription.sid, page).await).await?;
            subscriptions.push(SubscribedSink { subscription, types });
        }
        Ok(Self { sinks, subscriptions })
    }

    /// The sinks that post to this URL.
    pub fn sinks_to<'a>(&'a self, destination: &'a str) -> impl Iterator<Item = &'a Sink> {
        self.sinks.iter().filter(move |sink| sink.destination.as_deref() == Some(destination))
    }

    /// What is subscribed to for a sink.
    pub fn subscriptions_to<'a>(&'a self, sink_sid: &'a str) -> impl Iterator<Item = &'a SubscribedSink> {
        self.subscriptions.iter().filter(move |found| found.subscription.sink_sid == sink_sid)
    }
}

impl WebhookRules {
    pub async fn read(twilio: &impl ReadWebhookRules) -> Result<Self, TwilioError> {
        let rules = all(async |page| twilio.list_webhook_rules(page).await).await?;
        let settings = if rules.is_empty() {
            Vec::new()
        } else {
            all(async |page| twilio.list_webhook_settings(page).await).await?
        };
        Ok(Self { rules, settings })
    }

    /// The rule that Twilio applies to webhooks to this URL, with those of its settings that are known.
    #[must_use]
    pub fn applied(&self, url: &str) -> Option<(&WebhookRule, Vec<&WebhookSetting>)> {
        let rule = WebhookRule::applied(&self.rules, url)?;
        let settings = self.settings.iter().filter(|setting| rule.setting_ids.contains(&setting.id));
        Some((rule, settings.collect()))
    }
}

/// All pages of a list.
async fn all<T>(list: impl AsyncFn(Option<&NextPage>) -> Result<Page<T>, TwilioError>) -> Result<Vec<T>, TwilioError> {
    let (mut items, mut page) = (Vec::new(), None);
    for _ in 0..MAX_PAGES {
        let listed = list(page.as_ref()).await?;
        items.extend(listed.items);
        page = listed.next;
        if page.is_none() {
            return Ok(items);
        }
    }
    Err(TwilioError::Malformed("list, which does not end,"))
}
