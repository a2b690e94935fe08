//! The Webhooks configuration API: <https://www.twilio.com/docs/usage/webhooks/webhook-configuration>.

use reqwest::Url;

use super::{Client, requests::below};
use crate::{NextPage, Page, ReadWebhookRules, TwilioError, WebhookRule, WebhookSetting};

/// The most that the API puts on a page.
const PAGE_SIZE: &str = "100";

impl ReadWebhookRules for Client {
    async fn list_webhook_rules(&self, page: Option<&NextPage>) -> Result<Page<WebhookRule>, TwilioError> {
        let url = listed(below(&self.webhook_rules, &["Rules"])?, page);
        self.get("list webhook rules", &url).await?.token_page("list of webhook rules", "rules", WebhookRule::read)
    }

    async fn list_webhook_settings(&self, page: Option<&NextPage>) -> Result<Page<WebhookSetting>, TwilioError> {
        let url = listed(below(&self.webhook_rules, &["Settings"])?, page);
        let answer = self.get("list webhook settings", &url).await?;
        answer.token_page("list of webhook settings", "settings", WebhookSetting::read)
    }
}

fn listed(mut url: Url, page: Option<&NextPage>) -> Url {
    url.set_query(page.map(NextPage::query));
    url.query_pairs_mut().append_pair("pageSize", PAGE_SIZE);
    url
}
