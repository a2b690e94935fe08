//! Compares requests and mocked answers with Twilio's own `OpenAPI` document, where it is available.

use serde_json::{Value, json};
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::mock::published;

/// An answer of this operation, which must be in the document's shape.
pub fn answer(operation_id: &str, body: Value) -> ResponseTemplate {
    if let Some(document) = published("twilio_taskrouter_v1.json") {
        let operation = operations(&document).into_iter().find(|found| found.says["operationId"] == operation_id);
        let responses = &operation.unwrap().says["responses"];
        let schema = &responses["200"]["content"]["application/json"]["schema"];
        valid(&document, schema, &body);
    }
    ResponseTemplate::new(200).set_body_json(body)
}

/// All requests that the server has received must be the document's: path, method, parameters and form.
pub async fn check_requests(server: &MockServer) {
    let Some(document) = published("twilio_taskrouter_v1.json") else { return };
    for request in server.received_requests().await.unwrap() {
        check(&document, &request);
    }
}

#[test]
fn an_answer_in_another_shape_than_the_documents_is_noticed() {
    if published("twilio_taskrouter_v1.json").is_some() {
        for wrong in [json!({"sid": "WA1"}), json!({"available": "no"}), json!({"surprise": 1})] {
            assert!(std::panic::catch_unwind(|| answer("FetchActivity", wrong)).is_err());
        }
    }
}

struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    says: &'a Value,
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().unwrap();
    let all = paths.iter().flat_map(|(path, item)| {
        ["get", "post", "delete"].into_iter().map(move |method| Operation { path, method, says: &item[method] })
    });
    all.filter(|operation| operation.says.is_object()).collect()
}

fn check(document: &Value, request: &Request) {
    let method = request.method.as_str().to_lowercase();
    let given = request.url.path().split('/').collect::<Vec<_>>();
    let found = operations(document).into_iter().find(|operation| {
        let parts = operation.path.split('/').collect::<Vec<_>>();
        let same = |(part, given): (&&str, &&str)| part.starts_with('{') || part == given;
        operation.method == method && parts.len() == given.len() && parts.iter().zip(&given).all(same)
    });
    let found = found.unwrap_or_else(|| panic!("{method} {} is no operation", request.url.path()));
    let parameter = |place: &str, name: &str| {
        let parameters = found.says["parameters"].as_array().unwrap();
        let parameter = parameters.iter().find(|found| found["name"] == name && found["in"] == place);
        &parameter.unwrap_or_else(|| panic!("{name} is no {place} parameter of {}", found.path))["schema"]
    };
    for (part, given) in found.path.split('/').zip(&given).filter(|(part, _)| part.starts_with('{')) {
        valid_text(document, parameter("path", part.trim_matches(['{', '}'])), given);
    }
    for (name, text) in request.url.query_pairs().filter(|(name, _)| name != "PageToken") {
        valid_text(document, parameter("query", &name), &text);
    }
    if let Some(version) = request.headers.get("if-match") {
        valid_text(document, parameter("header", "If-Match"), version.to_str().unwrap());
    }
    let form = &found.says["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"];
    for (name, text) in form_urlencoded::parse(&request.body) {
        assert!(form[&*name].is_object(), "{name} is no field of {method} {}", found.path);
        valid_text(document, &form[&*name], &text);
    }
}

fn valid_text(document: &Value, schema: &Value, text: &str) {
    let value = match schema["type"].as_str() {
        Some("boolean" | "integer") => serde_json::from_str(text).unwrap(),
        _ => json!(text),
    };
    valid(document, schema, &value);
}

fn valid(document: &Value, schema: &Value, value: &Value) {
    let mut root = json!({"components": document["components"], "allOf": [schema]});
    adapt(&mut root);
    let validator = jsonschema::draft7::new(&root).unwrap();
    let errors = validator.iter_errors(value).map(|error| error.to_string()).collect::<Vec<_>>();
    assert!(errors.is_empty(), "{errors:?} in {value}");
}

/// `OpenAPI` 3.0 says `nullable` where JSON Schema lists the type `null`; and no other field than those named is expected.
fn adapt(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(adapt),
        Value::Object(object) => {
            if object.get("nullable") == Some(&Value::Bool(true)) && object.get("type").is_some_and(Value::is_string) {
                let one = object["type"].clone();
                object.insert("type".to_owned(), json!([one, "null"]));
            }
            if object.get("properties").is_some_and(Value::is_object) {
                object.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            object.values_mut().for_each(adapt);
        }
        _ => {}
    }
}
