//! Looking at one person, and search out who asks.

use authorize::Tokens;
use domain::User;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;
use twilio::{TokenAnswer, TwilioError, client::ValidateToken};

use super::CostMeter;
use crate::{
    Fallible,
    requests::{Asked, body_of},
};

/// A Twilio that knows one token.
struct Twilio(TokenAnswer);

impl ValidateToken for Twilio {
    async fn validate_token(&self, _: &SecretString) -> Result<Option<TokenAnswer>, TwilioError> {
        Ok(Some(self.0.clone()))
    }
}

impl CostMeter<'_> {
    pub(super) async fn reads(&self) -> Fallible<()> {
        let user = self.fixture.crowd.agents().next().ok_or("there is no agent")?;
        let (view, history) = ("GET /users/{user_id}", "GET /users/{user_id}/history");
        self.print("view a user", self.looked_at(view, user, "effective_skills")).await?;
        self.print("view a user's history", self.looked_at(history, user, "items")).await?;
        self.print("view oneself", self.looked_at("GET /me", user, "role")).await?;
        self.print("authorize a request", self.authorized(user)).await?;
        Ok(())
    }

    /// Looks at somebody by this route, whose answer has this field.
    async fn looked_at(&self, route: &str, user: &User, field: &str) -> Fallible<()> {
        let parameters = vec![("user_id", user.user_id.to_string())];
        let asked = Asked { route, parameters, ..Asked::default() };
        let body = body_of(Box::pin(view::handle(&self.directory, asked.by(self.caller)?)).await)?;
        if body.get(field).is_some() { Ok(()) } else { Err(format!("{route} does not answer with {field}").into()) }
    }

    async fn authorized(&self, user: &User) -> Fallible<()> {
        let twilio = Twilio(TokenAnswer {
            worker_sid: user.worker_sid.clone().unwrap_or_default(),
            identity: user.identity.clone(),
            realm_user_id: None,
            roles: vec!["agent".to_owned()],
            expiration: Timestamp::now() + SignedDuration::from_hours(1),
        });
        let request = json!({"version": "2.0", "type": "REQUEST", "headers": {"authorization": "Bearer token"},
            "requestContext": {"http": {"method": "GET"}}});
        let request = serde_json::from_value(request)?;
        let decision = authorize::handle(&self.directory, &twilio, &Tokens::default(), request).await?;
        if serde_json::to_value(decision)?["isAuthorized"] == true { Ok(()) } else { Err("not authorized".into()) }
    }
}
