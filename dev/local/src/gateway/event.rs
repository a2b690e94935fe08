//! The events for functions and authorizers, payload format 2.0.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::body;
use super::routes::Match;
use crate::names::{ACCOUNT, API_ID, REGION};

/// A request as received.
#[derive(Debug)]
pub(super) struct Call {
    /// Under which the gateway is reached, here with a port. The gateway states it; on AWS too, a request for another
    /// `Host` reaches no function.
    pub domain: String,
    pub method: String,
    /// Percent-decoded, as API Gateway passes it on.
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub source: SocketAddr,
    pub request_id: String,
    pub time: Timestamp,
}

/// The event for the function of the route.
pub(super) fn request(call: &Call, matched: &Match<'_>, authorized: Option<Value>) -> Value {
    let mut event = common(call, matched);
    if let Some(context) = authorized {
        event["requestContext"]["authorizer"] = json!({"lambda": context});
    }
    let (body, is_base64) = body::encode(&call.headers, &call.body);
    if !body.is_empty() {
        event.insert("body".into(), body.into());
    }
    event.insert("isBase64Encoded".into(), is_base64.into());
    Value::Object(event)
}

/// The event for the authorizer of the route.
pub(super) fn authorization(call: &Call, matched: &Match<'_>, identity: &[String]) -> Value {
    let mut event = common(call, matched);
    let route_arn = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:{API_ID}/$default/{}{}", call.method, call.path);
    event.insert("type".into(), "REQUEST".into());
    event.insert("routeArn".into(), route_arn.into());
    event.insert("identitySource".into(), identity.into());
    Value::Object(event)
}

/// The fields of both events.
fn common(call: &Call, matched: &Match<'_>) -> Map<String, Value> {
    let mut event = Map::new();
    event.insert("version".into(), "2.0".into());
    event.insert("routeKey".into(), matched.route.key().into());
    event.insert("rawPath".into(), call.path.clone().into());
    event.insert("rawQueryString".into(), call.query.clone().into());
    event.insert("headers".into(), json!(headers(call)));
    let query = query_parameters(&call.query);
    if !query.is_empty() {
        event.insert("queryStringParameters".into(), json!(query));
    }
    if !matched.parameters.is_empty() {
        event.insert("pathParameters".into(), json!(matched.parameters));
    }
    event.insert("requestContext".into(), context(call, &matched.route.key()));
    event
}

fn context(call: &Call, route_key: &str) -> Value {
    let user_agent = text(&call.headers, &header::USER_AGENT);
    json!({
        "accountId": ACCOUNT,
        "apiId": API_ID,
        "domainName": call.domain,
        "domainPrefix": call.domain.split('.').next(),
        "http": {
            "method": call.method,
            "path": call.path,
            "protocol": "HTTP/1.1",
            "sourceIp": call.source.ip().to_string(),
            "userAgent": user_agent,
        },
        "requestId": call.request_id,
        "routeKey": route_key,
        "stage": "$default",
        "time": call.time.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": call.time.as_millisecond(),
    })
}

fn text(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let value = headers.get(name).map(|v| String::from_utf8_lossy(v.as_bytes()));
    value.unwrap_or_default().into_owned()
}

/// Names in lower case, several values joined by a comma. Cookies are left out, as payload format 2.0 does; no function
/// reads them.
fn headers(call: &Call) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in &call.headers {
        if name != header::COOKIE {
            join(&mut joined, name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
        }
    }
    join(&mut joined, "x-forwarded-for", &call.source.ip().to_string());
    for (name, value) in [("x-forwarded-port", "80"), ("x-forwarded-proto", "http")] {
        joined.insert(name.to_owned(), value.to_owned());
    }
    joined
}

fn join(joined: &mut BTreeMap<String, String>, name: &str, value: &str) {
    joined
        .entry(name.to_owned())
        .and_modify(|before| {
            before.push(',');
            before.push_str(value);
        })
        .or_insert_with(|| value.to_owned());
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut joined = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        join(&mut joined, &name, &value);
    }
    joined
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::template::Route;

    fn call(headers: &[(&'static str, &str)], body: &'static [u8]) -> Call {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Call {
            domain: "127.0.0.1:8080".into(),
            method: "GET".into(),
            path: "/users/é".into(),
            query: "skill=English&skill=French&q=a%20b".into(),
            headers: map,
            body: Bytes::from_static(body),
            source: "127.0.0.1:5000".parse().unwrap(),
            request_id: "req-1".into(),
            time: "2026-11-22T10:05:00Z".parse().unwrap(),
        }
    }

    fn route() -> Route {
        Route {
            method: "GET".into(),
            path: "/users/{user_id}".into(),
            function: "View".into(),
            authorizer: Some("FlexToken".into()),
        }
    }

    fn event(call: &Call, authorized: Option<Value>) -> Value {
        let route = route();
        let parameters = BTreeMap::from([("user_id".to_owned(), "é".to_owned())]);
        let matched = Match { route: &route, parameters };
        request(call, &matched, authorized)
    }

    #[test]
    fn repeated_headers_and_parameters_are_joined_by_a_comma() {
        let event = event(&call(&[("accept", "a"), ("accept", "b")], b""), None);
        assert_eq!(event["headers"]["accept"], "a,b");
        assert_eq!(event["queryStringParameters"], json!({"skill": "English,French", "q": "a b"}));
        assert_eq!(event["rawQueryString"], "skill=English&skill=French&q=a%20b");
    }

    #[test]
    fn the_context_has_time_source_and_route() {
        let event = event(&call(&[("user-agent", "curl")], b""), None);
        let context = &event["requestContext"];
        assert_eq!(event["routeKey"], "GET /users/{user_id}");
        assert_eq!(event["pathParameters"], json!({"user_id": "é"}));
        assert_eq!(context["time"], "22/Nov/2026:10:05:00 +0000");
        assert_eq!(context["timeEpoch"], 1_795_341_900_000_i64);
        assert_eq!(context["http"]["sourceIp"], "127.0.0.1");
        assert_eq!(context["http"]["userAgent"], "curl");
        assert_eq!(context.get("authorizer"), None);
    }

    #[test]
    fn the_domain_is_the_gateways_own_whatever_the_request_claims() {
        let event = event(&call(&[("host", "evil.example.com"), ("x-forwarded-host", "evil.example.com")], b""), None);
        assert_eq!(event["requestContext"]["domainName"], "127.0.0.1:8080");
    }

    #[test]
    fn the_authorizers_context_reaches_the_function() {
        let context = json!({"user_id": "7"});
        let event = event(&call(&[], b""), Some(context));
        assert_eq!(event["requestContext"]["authorizer"]["lambda"]["user_id"], "7");
    }

    #[test]
    fn json_is_carried_as_text() {
        let headers = [("content-type", "application/json; charset=utf-8")];
        let event = event(&call(&headers, b"{\"a\":1}"), None);
        assert_eq!(event["body"], "{\"a\":1}");
        assert_eq!(event["isBase64Encoded"], false);
    }

    #[test]
    fn a_form_is_carried_in_base64() {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let event = event(&call(&headers, b"a=1"), None);
        assert_eq!(event["body"], "YT0x");
        assert_eq!(event["isBase64Encoded"], true);
    }

    #[test]
    fn cookies_do_not_reach_the_function() {
        let event = event(&call(&[("cookie", "a=1; b=2")], b""), None);
        assert_eq!(event["headers"].get("cookie"), None);
    }

    #[test]
    fn the_authorizer_gets_the_route_and_the_identity() {
        let route = route();
        let matched = Match { route: &route, parameters: BTreeMap::new() };
        let event = authorization(&call(&[], b""), &matched, &["Bearer t".to_owned()]);
        assert_eq!(event["type"], "REQUEST");
        assert_eq!(event["identitySource"], json!(["Bearer t"]));
        assert_eq!(event["routeArn"], "arn:aws:execute-api:us-east-1:000000000000:local/$default/GET/users/é");
        assert_eq!(event.get("body"), None);
    }
}
