//! Requests, as API Gateway hands them to a function.

use domain::{Role, UserId};
use http_api::HttpResult;
use lambda_http::{Body, Request};
use serde_json::{Value, json};

use crate::Fallible;

type Pairs<'a> = Vec<(&'a str, String)>;

#[derive(Debug, Clone, Default)]
pub struct ApiRequest<'a> {
    route: &'a str,
    parameters: Pairs<'a>,
    query: Pairs<'a>,
    header: Option<(&'a str, &'a str)>,
    body: Option<Value>,
}

impl<'a> ApiRequest<'a> {
    /// The route is one of the template: `GET /users/{user_id}`. `parameters` has values for its names, and possibly
    /// others.
    pub fn new(route: &'a str, parameters: Pairs<'a>) -> Self {
        Self { route, parameters, ..Self::default() }
    }

    pub fn query(self, query: Pairs<'a>) -> Self {
        Self { query, ..self }
    }

    /// The name in lower case.
    pub fn header(self, name: &'a str, value: &'a str) -> Self {
        Self { header: Some((name, value)), ..self }
    }

    pub fn body(self, body: impl Into<Option<Value>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// As the gateway hands it on for this caller, who is an account owner.
    pub fn by(&self, caller: UserId) -> Fallible<Request> {
        Ok(lambda_http::request::from_str(&self.event(caller)?)?)
    }

    /// The event of that, as Lambda hands it to a function.
    pub fn event(&self, caller: UserId) -> Fallible<String> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish();
        let named =
            |pairs: &[(&str, String)]| -> Value { pairs.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect() };
        let (method, path) = self.route.split_once(' ').ok_or("a route without a method")?;
        let filled_in = |path: String, (name, value): &(&str, String)| path.replace(&format!("{{{name}}}"), value);
        let path = self.parameters.iter().fold(path.to_owned(), filled_in);
        let caller = json!({"user_id": caller, "role": Role::AccountOwner, "token_role": Role::SystemAdmin});
        let headers = [("content-type", "application/json")].into_iter().chain(self.header);
        let headers: Value = headers.map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let event = json!({
            "version": "2.0",
            "routeKey": self.route,
            "rawPath": path,
            "rawQueryString": query,
            "headers": headers,
            "queryStringParameters": named(&self.query),
            "pathParameters": named(&self.parameters),
            "requestContext": {
                "authorizer": {"lambda": caller},
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
                "requestId": "bench",
                "routeKey": self.route,
                "stage": "$default",
                "timeEpoch": 0
            },
            "body": self.body.as_ref().map(Value::to_string),
            "isBase64Encoded": false
        });
        Ok(event.to_string())
    }
}

/// The body of a successful response.
pub fn body_of(result: HttpResult) -> Fallible<Value> {
    let response = result.map_err(|problem| format!("{problem:?}"))?;
    match response.body() {
        Body::Text(text) if response.status().is_success() => Ok(serde_json::from_str(text)?),
        other => Err(format!("{}: {other:?}", response.status()).into()),
    }
}
