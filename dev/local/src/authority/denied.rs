//! The answers to what is denied, as AWS documents them.

use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use uuid::Uuid;

/// Says who may not do what to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Denied(pub String);

impl Denied {
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
    pub fn by_dynamodb(&self) -> Response {
        self.json("com.amazon.coral.service#AccessDeniedException", "application/x-amz-json-1.0")
    }

    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html>
    pub fn by_parameter_store(&self) -> Response {
        self.json("AccessDeniedException", "application/x-amz-json-1.1")
    }

    fn json(&self, kind: &str, content_type: &str) -> Response {
        let body = json!({"__type": kind, "Message": self.0}).to_string();
        let headers = [(header::CONTENT_TYPE.as_str(), content_type), ("x-amzn-requestid", &request_id())];
        (StatusCode::BAD_REQUEST, headers, body).into_response()
    }

    /// <https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html>
    pub fn by_lambda(&self) -> Response {
        let headers = [("x-amzn-errortype", "AccessDeniedException"), ("x-amzn-requestid", &request_id())];
        (StatusCode::FORBIDDEN, headers, axum::Json(json!({"Message": self.0}))).into_response()
    }

    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>; an answer to `HEAD` has no body.
    pub fn by_s3(&self, method: &Method) -> Response {
        let (request_id, message) = (request_id(), self.0.replace('&', "&amp;").replace('<', "&lt;"));
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>{message}</Message>\
             <RequestId>{request_id}</RequestId></Error>"
        );
        let body = if method == Method::HEAD { String::new() } else { body };
        let headers = [(header::CONTENT_TYPE.as_str(), "application/xml"), ("x-amz-request-id", &request_id)];
        (StatusCode::FORBIDDEN, headers, body).into_response()
    }
}

fn request_id() -> String {
    Uuid::new_v4().to_string()
}
