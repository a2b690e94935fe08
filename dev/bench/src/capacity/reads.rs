//! Viewing one user, and authorizing a request.

use app::{SystemTimeAndIds, sync::SyncMode};
use authorize::{ReconcileWorker, TokenCache, UnknownWorkers};
use domain::{
    User, WorkerSid,
    policy::{RoleAuthority, SupervisorScope},
};
use invoke::InvokeError;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;
use twilio::{TokenAnswer, TwilioError, ValidateToken};
use view::Deployment;

use super::CapacityBench;
use crate::{
    Fallible,
    requests::{ApiRequest, body_of},
};

const DEPLOYMENT: Deployment = Deployment { sync_mode: SyncMode::Observe, role_authority: RoleAuthority::Directory };
/// Of the form of a Flex token.
const BEARER: &str = "Bearer eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9.XFBoMYUZodetZdvTiFvSkQ";

/// Of a view. With that of `authorize` they are three.
const MOST_ROUNDS: usize = 2;

/// Answers every token with the same user.
struct Twilio(TokenAnswer);

impl ValidateToken for Twilio {
    async fn validate_token(&self, _: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        Ok(Some(self.0.clone()))
    }
}

/// Every caller is known: no worker has to be reconciled first.
struct NotInvoked;

impl ReconcileWorker for NotInvoked {
    async fn reconcile(&self, _: &WorkerSid) -> Result<(), InvokeError> {
        Err(InvokeError("a caller is unknown".to_owned()))
    }
}

impl CapacityBench<'_> {
    pub(super) async fn reads(&self) -> Fallible<()> {
        let user = self.fixture.sample.active_agents().next().ok_or("there is no agent")?;
        let (view, history) = ("GET /users/{user_id}", "GET /users/{user_id}/history");
        let ((), viewed) = self.print("view a user", self.view(view, user, "effective_skills")).await?;
        self.report.limit(viewed.rounds <= MOST_ROUNDS, format!("view a user: {} rounds", viewed.rounds));
        self.print("view a user's history", self.view(history, user, "items")).await?;
        self.print("view oneself", self.view("GET /me", user, "role")).await?;
        let tokens = TokenCache::default();
        self.print("authorize a request", self.authorize(user, &tokens)).await?;
        let (what, again) = ("authorize a request with a token that is remembered", self.authorize(user, &tokens));
        let ((), cost) = self.print(what, again).await?;
        self.report.limit(cost.calls == 1 && cost.read_units <= 2.0, format!("{what}: {cost:?}"));
        Ok(())
    }

    /// Requests this route, whose response has this field.
    async fn view(&self, route: &str, user: &User, field: &str) -> Fallible<()> {
        let parameters = vec![("user_id", user.user_id.to_string())];
        let request = ApiRequest::new(route, parameters);
        let body = body_of(Box::pin(view::handle(&self.directory, DEPLOYMENT, request.by(self.caller)?)).await)?;
        if body.get(field).is_some() { Ok(()) } else { Err(format!("the response of {route} has no {field}").into()) }
    }

    async fn authorize(&self, user: &User, tokens: &TokenCache) -> Fallible<()> {
        let twilio = Twilio(TokenAnswer {
            worker_sid: user.taskrouter.worker_sid.as_ref().map(ToString::to_string).unwrap_or_default(),
            roles: vec!["agent".to_owned()],
            expiration: Some(Timestamp::now() + SignedDuration::from_hours(1)),
        });
        let request = json!({"version": "2.0", "type": "REQUEST", "headers": {"authorization": BEARER},
            "requestContext": {"http": {"method": "GET"}}});
        let request = serde_json::from_value(request)?;
        let decision = authorize::handle(
            &self.directory,
            &twilio,
            tokens,
            &UnknownWorkers::new(NotInvoked),
            &SystemTimeAndIds,
            SupervisorScope::All,
            request,
        )
        .await?;
        if serde_json::to_value(decision)?["isAuthorized"] == true { Ok(()) } else { Err("not authorized".into()) }
    }
}
