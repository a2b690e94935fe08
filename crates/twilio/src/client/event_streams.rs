//! Event Streams: <https://www.twilio.com/docs/events/event-streams/sink-resource>,
//! <https://www.twilio.com/docs/events/event-streams/subscription>.

use serde_json::json;

use super::{
    Client,
    requests::{below, listed, none_if_missing},
    retry::Repeat,
};
use crate::{
    ChangeEventStreams, NextPage, Page, ReadEventStreams, Sink, Subscription, TwilioError,
    event_streams::subscribed_type,
};

/// Of `TaskRouter.WDSEvent`: the one whose fields [`Callback::parse_events`](crate::Callback::parse_events) reads.
const SCHEMA_VERSION: u32 = 4;

impl ReadEventStreams for Client {
    async fn list_sinks(&self, page: Option<&NextPage>) -> Result<Page<Sink>, TwilioError> {
        let url = listed(below(&self.event_streams, &["Sinks"])?, &[], page);
        self.get("list sinks", &url).await?.page("list of sinks", "sinks", Sink::read)
    }

    async fn list_subscriptions(&self, page: Option<&NextPage>) -> Result<Page<Subscription>, TwilioError> {
        let url = listed(below(&self.event_streams, &["Subscriptions"])?, &[], page);
        let answer = self.get("list subscriptions", &url).await?;
        answer.page("list of subscriptions", "subscriptions", Subscription::read)
    }

    async fn list_subscribed_types(
        &self,
        subscription_sid: &str,
        page: Option<&NextPage>,
    ) -> Result<Page<String>, TwilioError> {
        let url = below(&self.event_streams, &["Subscriptions", subscription_sid, "SubscribedEvents"])?;
        let answer = self.get("list subscribed events", &listed(url, &[], page)).await?;
        answer.page("list of subscribed events", "types", subscribed_type)
    }
}

impl ChangeEventStreams for Client {
    async fn create_sink(&self, description: &str, destination: &str) -> Result<Sink, TwilioError> {
        let url = below(&self.event_streams, &["Sinks"])?;
        let configuration = json!({ "destination": destination, "method": "POST" }).to_string();
        let form = [("Description", description), ("SinkConfiguration", &configuration), ("SinkType", "webhook")];
        let post = || self.http.post(url.clone()).form(&form);
        self.request("create sink", Repeat::NotCarriedOut, post).await?.one("sink", Sink::read)
    }

    async fn test_sink(&self, sid: &str) -> Result<(), TwilioError> {
        let url = below(&self.event_streams, &["Sinks", sid, "Test"])?;
        self.request("test sink", Repeat::Transient, || self.http.post(url.clone())).await?.success()
    }

    async fn create_subscription(
        &self,
        description: &str,
        sink_sid: &str,
        types: &[String],
    ) -> Result<Subscription, TwilioError> {
        let url = below(&self.event_streams, &["Subscriptions"])?;
        let listed = |name: &String| json!({ "type": name, "schema_version": SCHEMA_VERSION }).to_string();
        let types = types.iter().map(listed).collect::<Vec<_>>();
        let form = [("Description", description), ("SinkSid", sink_sid)];
        let form = form.into_iter().chain(types.iter().map(|name| ("Types", name.as_str()))).collect::<Vec<_>>();
        let post = || self.http.post(url.clone()).form(&form);
        let answer = self.request("create subscription", Repeat::NotCarriedOut, post).await?;
        answer.one("subscription", Subscription::read)
    }

    async fn delete_subscription(&self, sid: &str) -> Result<(), TwilioError> {
        self.delete_streamed("delete subscription", &["Subscriptions", sid]).await
    }

    async fn delete_sink(&self, sid: &str) -> Result<(), TwilioError> {
        self.delete_streamed("delete sink", &["Sinks", sid]).await
    }
}

impl Client {
    async fn delete_streamed(&self, method: &'static str, path: &[&str]) -> Result<(), TwilioError> {
        let delete = async {
            let url = below(&self.event_streams, path)?;
            self.request(method, Repeat::Transient, || self.http.delete(url.clone())).await?.success()
        };
        none_if_missing(delete.await).map(Option::unwrap_or_default)
    }
}
