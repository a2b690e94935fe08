//! The verbs, as requests.

use domain::WorkerSid;
use reqwest::{RequestBuilder, Url, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::{Client, Config, retry::Repeat};
use crate::{
    Activity, DeleteWorker, EventCallback, EventQuery, FetchActivity, FetchFlexConfiguration, FetchWorker,
    FetchWorkspace, FlexConfiguration, ListActivities, ListMatchingQueues, ListReservations, ListWorkerEvents,
    ListWorkers, NextPage, Page, RateLimit, Reservation, ReservationStatus, StateRateLimits, TaskQueue, TokenAnswer,
    TwilioError, UpdateWorker, UpdateWorkspace, ValidateToken, Worker, WorkerEvent, WorkerUpdate, Workspace,
};

/// The most that `TaskRouter` puts on a page.
const PAGE_SIZE: &str = "1000";

impl FetchWorker for Client {
    async fn fetch_worker(&self, sid: &WorkerSid) -> Result<Option<Worker>, TwilioError> {
        none_if_missing(async { self.get("fetch worker", &self.worker(sid)?).await?.worker() }.await)
    }
}

impl ListWorkers for Client {
    async fn list_workers(&self, page: Option<&NextPage>) -> Result<Page<Worker>, TwilioError> {
        let url = listed(below(&self.workspace, &["Workers"])?, &[], page);
        self.get("list workers", &url).await?.page("list of workers", "workers", Worker::read)
    }
}

impl UpdateWorker for Client {
    async fn update_worker(
        &self,
        sid: &WorkerSid,
        update: &WorkerUpdate,
        version: Option<u64>,
    ) -> Result<Option<Worker>, TwilioError> {
        let change = async {
            let (url, form) = (self.worker(sid)?, form(update));
            let post = || if_match(self.http.post(url.clone()).form(&form), version);
            self.request("update worker", repeat(version), post).await?.worker()
        };
        none_if_missing(change.await)
    }
}

impl DeleteWorker for Client {
    async fn delete_worker(&self, sid: &WorkerSid, version: Option<u64>) -> Result<(), TwilioError> {
        let change = async {
            let url = self.worker(sid)?;
            let delete = || if_match(self.http.delete(url.clone()), version);
            self.request("delete worker", repeat(version), delete).await?.success()
        };
        none_if_missing(change.await).map(Option::unwrap_or_default)
    }
}

impl ListReservations for Client {
    async fn list_reservations(
        &self,
        worker_sid: &WorkerSid,
        status: ReservationStatus,
        page: Option<&NextPage>,
    ) -> Result<Page<Reservation>, TwilioError> {
        let url = below(&self.workspace, &["Workers", worker_sid.as_str(), "Reservations"])?;
        let url = listed(url, &[("ReservationStatus", status.name())], page);
        self.get("list reservations", &url).await?.page("list of reservations", "reservations", Reservation::read)
    }
}

impl FetchActivity for Client {
    async fn fetch_activity(&self, sid: &str) -> Result<Option<Activity>, TwilioError> {
        let fetch = async {
            let url = below(&self.workspace, &["Activities", sid])?;
            self.get("fetch activity", &url).await?.one("activity", Activity::read)
        };
        none_if_missing(fetch.await)
    }
}

impl ListActivities for Client {
    async fn list_activities(&self, page: Option<&NextPage>) -> Result<Page<Activity>, TwilioError> {
        let url = listed(below(&self.workspace, &["Activities"])?, &[], page);
        self.get("list activities", &url).await?.page("list of activities", "activities", Activity::read)
    }
}

impl FetchWorkspace for Client {
    async fn fetch_workspace(&self) -> Result<Option<Workspace>, TwilioError> {
        let fetch = async { self.get("fetch workspace", &self.workspace).await?.one("workspace", Workspace::read) };
        none_if_missing(fetch.await)
    }
}

impl UpdateWorkspace for Client {
    async fn set_event_callback(&self, callback: EventCallback<'_>) -> Result<Workspace, TwilioError> {
        let form = [("EventCallbackUrl", callback.url), ("EventsFilter", callback.filter)];
        let post = || self.http.post(self.workspace.clone()).form(&form);
        self.request("update workspace", Repeat::Transient, post).await?.one("workspace", Workspace::read)
    }
}

impl StateRateLimits for Client {
    fn rate_limits(&self) -> Vec<RateLimit> {
        self.pace.stated()
    }
}

impl FetchFlexConfiguration for Client {
    async fn fetch_flex_configuration(&self) -> Result<Option<FlexConfiguration>, TwilioError> {
        let fetch = async {
            let answer = self.get("fetch Flex configuration", &self.flex_configuration).await?;
            answer.one("Flex configuration", FlexConfiguration::read)
        };
        none_if_missing(fetch.await)
    }
}

impl ListMatchingQueues for Client {
    async fn list_matching_queues(
        &self,
        attributes: &str,
        page: Option<&NextPage>,
    ) -> Result<Page<TaskQueue>, TwilioError> {
        let filters = [("EvaluateWorkerAttributes", attributes)];
        let url = listed(below(&self.workspace, &["TaskQueues"])?, &filters, page);
        self.get("list queues", &url).await?.page("list of queues", "task_queues", TaskQueue::read)
    }
}

impl ListWorkerEvents for Client {
    async fn list_worker_events(
        &self,
        query: EventQuery<'_>,
        page: Option<&NextPage>,
    ) -> Result<Page<WorkerEvent>, TwilioError> {
        let since = query.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let worker = query.worker_sid.map(|sid| ("WorkerSid", sid.as_str()));
        let filters = [("EventType", query.event_type), ("StartDate", &since)];
        let filters = worker.into_iter().chain(filters).collect::<Vec<_>>();
        let url = listed(below(&self.workspace, &["Events"])?, &filters, page);
        self.get("list events", &url).await?.page("list of events", "events", WorkerEvent::read)
    }
}

impl ValidateToken for Client {
    async fn validate_token(&self, token: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        let body = json!({ "token": token.expose_secret() });
        let post = || self.http.post(self.validate.clone()).header(header::CACHE_CONTROL, "no-cache").json(&body);
        let tries = (Repeat::AtOnce, self.timeout.min(Config::TOKEN_CHECK_TIMEOUT));
        self.request_as("validate token", tries, post, self.auth_token()).await?.token()
    }
}

impl Client {
    fn worker(&self, sid: &WorkerSid) -> Result<Url, TwilioError> {
        below(&self.workspace, &["Workers", sid.as_str()])
    }
}

/// A resource below an address. A SID is data: as a segment it cannot lead to another resource, and what would be no
/// segment is no SID of anything.
pub(super) fn below(url: &Url, path: &[&str]) -> Result<Url, TwilioError> {
    if path.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
        return Err(TwilioError::NotFound { code: None });
    }
    let mut url = url.clone();
    url.path_segments_mut().map_err(|()| TwilioError::Config("taskrouter_url"))?.extend(path);
    Ok(url)
}

/// The first page with these filters, or the one that an earlier page named as its next. Only the query comes from
/// Twilio's answer: the credentials go to the configured host.
pub(super) fn listed(mut url: Url, filters: &[(&str, &str)], page: Option<&NextPage>) -> Url {
    match page {
        Some(page) => url.set_query(Some(page.query())),
        None => drop(url.query_pairs_mut().extend_pairs(filters).append_pair("PageSize", PAGE_SIZE)),
    }
    url
}

fn form(update: &WorkerUpdate) -> Vec<(&'static str, &str)> {
    let texts = [("Attributes", &update.attributes), ("ActivitySid", &update.activity_sid)];
    let texts = texts.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?)));
    texts.chain(update.reject_pending_reservations.then_some(("RejectPendingReservations", "true"))).collect()
}

fn if_match(request: RequestBuilder, version: Option<u64>) -> RequestBuilder {
    match version {
        Some(version) => request.header(header::IF_MATCH, format!("\"{version}\"")),
        None => request,
    }
}

/// With a version, a change that was carried out already is answered 412.
const fn repeat(version: Option<u64>) -> Repeat {
    if version.is_some() { Repeat::Transient } else { Repeat::NotCarriedOut }
}

pub(super) fn none_if_missing<T>(result: Result<T, TwilioError>) -> Result<Option<T>, TwilioError> {
    match result {
        Err(TwilioError::NotFound { .. }) => Ok(None),
        result => result.map(Some),
    }
}
