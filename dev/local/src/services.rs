//! Lambda's Invoke API and Parameter Store, on one port.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::authority::{Access, Authority, Denied, access_key};
use crate::names::{arn, physical};
use crate::queue::Queue;
use crate::runtime::{Answer, Functions, PAYLOAD_LIMIT};

/// The state of the services.
#[derive(Debug)]
pub(crate) struct Services {
    pub functions: Arc<Functions>,
    pub queue: Queue,
    pub authority: Arc<Authority>,
    pub parameters: Parameters,
}

/// Parameter Store's `SecureString`s, by name: what was put, oldest version first. A stack starts with those that the
/// template names.
#[derive(Debug, Default)]
pub(crate) struct Parameters(Mutex<BTreeMap<String, Vec<String>>>);

impl Parameters {
    pub fn of(values: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(Mutex::new(values.into_iter().map(|(name, value)| (name, vec![value])).collect()))
    }

    /// The current value and its version.
    fn get(&self, name: &str) -> Option<(String, usize)> {
        let versions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let versions = versions.get(name)?;
        Some((versions.last()?.clone(), versions.len()))
    }

    /// The new version; none if there is a value and it is not to be overwritten.
    fn put(&self, name: String, value: String, overwrite: bool) -> Option<usize> {
        let mut parameters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let versions = parameters.entry(name).or_default();
        if !versions.is_empty() && !overwrite {
            return None;
        }
        versions.push(value);
        Some(versions.len())
    }
}

impl Services {
    pub fn router(self) -> Router {
        Router::new()
            .route("/2015-03-31/functions/{name}/invocations", post(invoke))
            .route("/", post(parameter_store))
            .layer(DefaultBodyLimit::max(PAYLOAD_LIMIT))
            .with_state(Arc::new(self))
    }

    fn check(&self, headers: &HeaderMap, uri: &Uri, action: &str, resource: String) -> Result<(), Denied> {
        let access = Access { action: action.to_owned(), resource, leading_keys: Vec::new() };
        self.authority.check(access_key(headers, uri).as_deref(), &[access])
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>
async fn invoke(
    State(services): State<Arc<Services>>,
    Path(name): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    payload: Bytes,
) -> Response {
    let id = services.functions.id_of(&name);
    let invoked = id.map_or_else(|| name.clone(), physical);
    let resource = arn("lambda", &format!("function:{invoked}"));
    if let Err(denied) = services.check(&headers, &uri, "lambda:InvokeFunction", resource) {
        return denied.by_lambda();
    }
    let Some(id) = id else {
        let message = format!("Function not found: {}", arn("lambda", &format!("function:{name}")));
        return lambda_error(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message);
    };
    match header(&headers, "x-amz-invocation-type").unwrap_or("RequestResponse") {
        "DryRun" => StatusCode::NO_CONTENT.into_response(),
        "Event" => {
            services.queue.send(id, &payload);
            StatusCode::ACCEPTED.into_response()
        }
        "RequestResponse" => answered(services.functions.invoke(id, payload).await),
        other => {
            let message = format!("{other:?} is none of RequestResponse, Event, DryRun");
            lambda_error(StatusCode::BAD_REQUEST, "InvalidParameterValueException", &message)
        }
    }
}

fn answered(answer: Answer) -> Response {
    let version = ("x-amz-executed-version", "$LATEST");
    match answer {
        Answer::Returned(body) => ([version], body).into_response(),
        Answer::Failed(body) => ([version, ("x-amz-function-error", "Unhandled")], body).into_response(),
    }
}

fn lambda_error(status: StatusCode, kind: &'static str, message: &str) -> Response {
    let body = Json(json!({"Type": "User", "Message": message}));
    (status, [("x-amzn-errortype", kind)], body).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetParameter {
    name: String,
    #[serde(default)]
    with_decryption: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutParameter {
    name: String,
    value: String,
    #[serde(default)]
    overwrite: bool,
    r#type: Option<String>,
}

async fn parameter_store(State(services): State<Arc<Services>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let target = header(&headers, "x-amz-target").unwrap_or_default();
    let (action, named) = (target.replace("AmazonSSM.", "ssm:"), serde_json::from_slice::<Value>(&body));
    let name = named.unwrap_or_default()["Name"].as_str().unwrap_or_default().to_owned();
    if let Err(denied) = services.check(&headers, &uri, &action, arn("ssm", &format!("parameter{name}"))) {
        return denied.by_parameter_store();
    }
    match target {
        "AmazonSSM.GetParameter" => get_parameter(&services.parameters, &body),
        "AmazonSSM.PutParameter" => put_parameter(&services.parameters, &body),
        _ => {
            let message = format!("local understands AmazonSSM.GetParameter and PutParameter, not {target:?}");
            ssm_error("UnknownOperationException", &message)
        }
    }
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
fn get_parameter(parameters: &Parameters, body: &Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<GetParameter>(body) else {
        return ssm_error("ValidationException", "the body is not a GetParameter request");
    };
    let Some((value, version)) = parameters.get(&request.name) else {
        let message = format!("Parameter {} not found.", request.name);
        return ssm_error("ParameterNotFound", &message);
    };
    let value = if request.with_decryption { value } else { "encrypted: set WithDecryption".to_owned() };
    Json(json!({"Parameter": {
        "Name": request.name,
        "Type": "SecureString",
        "Value": value,
        "Version": version,
        "DataType": "text",
        "LastModifiedDate": 0,
        "ARN": arn("ssm", &format!("parameter{}", request.name)),
    }}))
    .into_response()
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html>
fn put_parameter(parameters: &Parameters, body: &Bytes) -> Response {
    let Ok(request) = serde_json::from_slice::<PutParameter>(body) else {
        return ssm_error("ValidationException", "the body is not a PutParameter request");
    };
    if request.r#type.as_deref().unwrap_or("SecureString") != "SecureString" {
        return ssm_error("UnsupportedParameterType", "local keeps SecureStrings only");
    }
    match parameters.put(request.name, request.value, request.overwrite) {
        Some(version) => Json(json!({"Version": version, "Tier": "Standard"})).into_response(),
        None => ssm_error("ParameterAlreadyExists", "The parameter already exists. To overwrite it, set overwrite."),
    }
}

fn ssm_error(kind: &str, message: &str) -> Response {
    let body = json!({"__type": kind, "message": message}).to_string();
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amzn-errortype", kind)];
    (StatusCode::BAD_REQUEST, headers, body).into_response()
}
