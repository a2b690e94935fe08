//! What the directory asks of Twilio: one trait per verb. A use case takes those that it needs.
//!
//! Requests that are safe to repeat are repeated within the call's time; what a change does instead stands at its verb.

use domain::WorkerSid;
use secrecy::SecretString;

use crate::{
    Activity, EventCallback, EventQuery, FlexConfiguration, NextPage, Page, RateLimit, Reservation, ReservationStatus,
    Sink, Subscription, TaskQueue, TokenAnswer, TwilioError, WebhookRule, WebhookSetting, Worker, WorkerEvent,
    WorkerUpdate, Workspace,
};

pub trait FetchWorker {
    /// The worker as it is now; none if `TaskRouter` answers 404. Only that answer says that a worker
    /// does not exist: absence from a list does not.
    fn fetch_worker(&self, sid: &WorkerSid) -> impl Future<Output = Result<Option<Worker>, TwilioError>> + Send;
}

pub trait ListWorkers {
    /// The first page, or the one that an earlier page named as its next. At most 1,000
    /// workers; their attributes may be unknown.
    fn list_workers(&self, page: Option<&NextPage>) -> impl Future<Output = Result<Page<Worker>, TwilioError>> + Send;
}

pub trait UpdateWorker {
    /// Changes a worker on condition that it still has this version (`If-Match`), and answers what it is then; none if it
    /// does not exist.
    ///
    /// # Errors
    /// [`TwilioError::PreconditionFailed`] if it has another version. That is also the answer to a repeated request whose
    /// first answer was lost: the caller fetches the worker and decides again. Without a version, a request that may have
    /// been carried out is not repeated.
    fn update_worker(
        &self,
        sid: &WorkerSid,
        update: &WorkerUpdate,
        version: Option<u64>,
    ) -> impl Future<Output = Result<Option<Worker>, TwilioError>> + Send;
}

pub trait DeleteWorker {
    /// Deletes a worker on condition that it still has this version, as [`UpdateWorker`] changes it. A worker that does not
    /// exist is deleted.
    fn delete_worker(
        &self,
        sid: &WorkerSid,
        version: Option<u64>,
    ) -> impl Future<Output = Result<(), TwilioError>> + Send;
}

pub trait ListReservations {
    /// The worker's reservations with this status. At most 1,000 on a page; none for a worker that does not exist.
    fn list_reservations(
        &self,
        worker_sid: &WorkerSid,
        status: ReservationStatus,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<Reservation>, TwilioError>> + Send;
}

pub trait FetchActivity {
    /// The activity with this SID; none if there is none.
    fn fetch_activity(&self, sid: &str) -> impl Future<Output = Result<Option<Activity>, TwilioError>> + Send;
}

pub trait ListActivities {
    /// The workspace's activities, 1,000 on a page.
    fn list_activities(
        &self,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<Activity>, TwilioError>> + Send;
}

pub trait FetchWorkspace {
    /// The workspace that the client was made for; none if there is none.
    fn fetch_workspace(&self) -> impl Future<Output = Result<Option<Workspace>, TwilioError>> + Send;
}

pub trait UpdateWorkspace {
    /// Sets where the workspace's callbacks go and which events they tell of, and answers what it is then.
    fn set_event_callback(
        &self,
        callback: EventCallback<'_>,
    ) -> impl Future<Output = Result<Workspace, TwilioError>> + Send;
}

pub trait ReadEventStreams {
    /// The account's sinks, 1,000 on a page.
    fn list_sinks(&self, page: Option<&NextPage>) -> impl Future<Output = Result<Page<Sink>, TwilioError>> + Send;
    /// The account's subscriptions, 1,000 on a page.
    fn list_subscriptions(
        &self,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<Subscription>, TwilioError>> + Send;
    /// The types of events of a subscription, 1,000 on a page: `com.twilio.taskrouter.worker.created`.
    fn list_subscribed_types(
        &self,
        subscription_sid: &str,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<String>, TwilioError>> + Send;
}

/// Reads the Webhooks configuration API, a public beta: an account may have no access to it.
pub trait ReadWebhookRules {
    /// The account's rules, 100 on a page.
    fn list_webhook_rules(
        &self,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<WebhookRule>, TwilioError>> + Send;
    /// What the rules name, 100 on a page.
    fn list_webhook_settings(
        &self,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<WebhookSetting>, TwilioError>> + Send;
}

/// Changes Event Streams. What creates is repeated only if it was certainly not carried out; what is deleted already counts
/// as deleted.
pub trait ChangeEventStreams {
    /// A sink that posts to this URL.
    fn create_sink(
        &self,
        description: &str,
        destination: &str,
    ) -> impl Future<Output = Result<Sink, TwilioError>> + Send;
    /// Has a test event sent to the sink.
    fn test_sink(&self, sid: &str) -> impl Future<Output = Result<(), TwilioError>> + Send;
    /// Sends events of these types to a sink.
    fn create_subscription(
        &self,
        description: &str,
        sink_sid: &str,
        types: &[String],
    ) -> impl Future<Output = Result<Subscription, TwilioError>> + Send;
    fn delete_subscription(&self, sid: &str) -> impl Future<Output = Result<(), TwilioError>> + Send;
    /// Deletes a sink that no subscription uses.
    fn delete_sink(&self, sid: &str) -> impl Future<Output = Result<(), TwilioError>> + Send;
}

pub trait StateRateLimits {
    /// What Twilio's answers to this client have said of its limits, in order of method.
    fn rate_limits(&self) -> Vec<RateLimit>;
}

pub trait FetchFlexConfiguration {
    /// What Flex is configured to; none for an account without Flex.
    fn fetch_flex_configuration(&self) -> impl Future<Output = Result<Option<FlexConfiguration>, TwilioError>> + Send;
}

pub trait ListMatchingQueues {
    /// The queues that a worker with these attributes, JSON, receives tasks of. At most 1,000 on a page.
    fn list_matching_queues(
        &self,
        attributes: &str,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<TaskQueue>, TwilioError>> + Send;
}

pub trait ListWorkerEvents {
    /// What happened to workers, 1,000 events on a page, in the order in which TaskRouter gives them.
    fn list_worker_events(
        &self,
        query: EventQuery<'_>,
        page: Option<&NextPage>,
    ) -> impl Future<Output = Result<Page<WorkerEvent>, TwilioError>> + Send;
}

pub trait ValidateToken {
    /// The holder of this Flex token; none if it is not valid, no longer valid or has no worker.
    /// An error says nothing about the token.
    fn validate_token(
        &self,
        token: &SecretString,
    ) -> impl Future<Output = Result<Option<TokenAnswer>, TwilioError>> + Send;
}
