//! Reads the contract, `infra/openapi.yaml`, and checks values and responses against it.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, prelude::BASE64_STANDARD};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/openapi.yaml");

/// The methods that a path of the contract may have.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[derive(Debug)]
pub struct Contract {
    document: Value,
    /// The document with its schemas in JSON Schema.
    schemas: Value,
}

/// A response, and the route of its request.
#[derive(Debug)]
pub struct RoutedResponse<'a> {
    /// `GET /users/{user_id}`
    pub route: &'a str,
    /// The HTTP status.
    pub status: u64,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl<'a> RoutedResponse<'a> {
    /// Parses the response of a function to the gateway, payload format 2.0.
    ///
    /// # Panics
    /// When a body in base64 cannot be decoded.
    #[must_use]
    pub fn of(route: &'a str, payload: &Value) -> Self {
        let body = payload["body"].as_str().unwrap_or_default();
        let body = match payload["isBase64Encoded"].as_bool() {
            Some(true) => String::from_utf8(BASE64_STANDARD.decode(body).expect("base64")).expect("text"),
            _ => body.to_owned(),
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let multi_value = entries(&payload["multiValueHeaders"]).map(|(name, values)| (name, &values[0]));
        let headers = multi_value.chain(entries(&payload["headers"]));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), text(value))).collect();
        Self { route, status: payload["statusCode"].as_u64().unwrap_or_default(), headers, body }
    }
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    contract: &'a Contract,
    /// In upper case.
    pub method: &'static str,
    /// As the template has it: `/users/{user_id}`
    pub path: &'a str,
    /// The operation object of the contract.
    pub definition: &'a Value,
}

impl Contract {
    /// Reads the file.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn read() -> Self {
        let text = std::fs::read_to_string(FILE).unwrap_or_else(|error| panic!("{FILE}: {error}"));
        let document = embedded::yaml::parse(&text).unwrap_or_else(|error| panic!("{FILE}: {error}"));
        let schemas = without_nullable(document.clone());
        Self { document, schemas }
    }

    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// All operations, in the document's order.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        entries(&self.document["paths"]).flat_map(move |(path, item)| {
            METHODS.into_iter().filter_map(move |method| {
                let definition = item.get(method)?;
                Some(Operation { contract: self, method: method_name(method), path, definition })
            })
        })
    }

    /// The operation of this route.
    #[must_use]
    pub fn operation(&self, route: &str) -> Option<Operation<'_>> {
        self.operations().find(|operation| operation.route() == route)
    }

    /// The value, or the target of its `$ref`.
    ///
    /// # Panics
    /// When the target does not exist.
    #[must_use]
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return value };
        let found = reference.strip_prefix('#').and_then(|pointer| self.document.pointer(pointer));
        self.resolve(found.unwrap_or_else(|| panic!("{reference} is not there")))
    }

    /// The values of this enumeration in `components`.
    ///
    /// # Panics
    /// When the schema does not exist.
    #[must_use]
    pub fn enum_values(&self, schema: &str) -> BTreeSet<String> {
        enum_values(&self.document["components"]["schemas"][schema]["enum"])
    }

    /// Validates the value against the schema.
    ///
    /// # Errors
    ///
    /// # Panics
    /// When the schema is invalid.
    pub fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let errors = self.validator(schema).iter_errors(value).map(|error| error.to_string()).collect::<Vec<_>>();
        if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
    }

    fn validator(&self, schema: &Value) -> Validator {
        let schema = json!({"allOf": [without_nullable(schema.clone())], "components": self.schemas["components"]});
        let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true);
        options.build(&schema).unwrap_or_else(|error| panic!("a schema is none: {error}"))
    }

    /// Checks that the contract defines the response: its status, headers and body.
    ///
    /// # Errors
    pub fn check_response(&self, response: &RoutedResponse<'_>) -> Result<(), String> {
        let route = response.route;
        let operation = self.operation(route).ok_or_else(|| format!("the contract has no {route}"))?;
        let expected = operation.response(response.status);
        let expected = expected.ok_or_else(|| format!("the contract has no {} for {route}", response.status))?;
        self.check_headers(expected, response)?;
        self.check_body(expected, response)
    }

    fn check_headers(&self, expected: &Value, response: &RoutedResponse<'_>) -> Result<(), String> {
        for (name, header) in entries(&expected["headers"]) {
            let header = self.resolve(header);
            match response.headers.get(&name.to_lowercase()) {
                None if header["required"] == true => return Err(format!("the header {name} is missing")),
                None => {}
                Some(value) => {
                    let wrong = |error| format!("the header {name} is {value:?}: {error}");
                    self.check(&header["schema"], &json!(value)).map_err(wrong)?;
                }
            }
        }
        Ok(())
    }

    fn check_body(&self, expected: &Value, response: &RoutedResponse<'_>) -> Result<(), String> {
        let Some(content) = expected.get("content") else {
            return if response.body.is_empty() { Ok(()) } else { Err("the contract has no body for it".to_owned()) };
        };
        let kind = response.headers.get("content-type").map_or("", String::as_str);
        let kind = kind.split(';').next().unwrap_or_default();
        let known = content.get(kind).ok_or_else(|| format!("the contract has no {kind:?} for it"))?;
        // `ErrorBody` is wider than what is answered, for the sake of generated clients: a problem document has the other
        // media type.
        let is_error_body = known["schema"]["$ref"] == "#/components/schemas/ErrorBody";
        let gateway_message = json!({"$ref": "#/components/schemas/GatewayMessage"});
        let schema = if is_error_body { &gateway_message } else { &known["schema"] };
        self.check(schema, &parsed(kind, &response.body)?)
    }
}

impl<'a> Operation<'a> {
    /// `GET /users/{user_id}`
    #[must_use]
    pub fn route(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The names of the security schemes; empty for a public operation.
    #[must_use]
    pub fn security(&self) -> Vec<&'a str> {
        let schemes = self.definition.get("security").unwrap_or(&self.contract.document["security"]);
        schemes.as_array().into_iter().flatten().flat_map(entries).map(|(name, _)| name).collect()
    }

    /// Parameters of the operation and of its path.
    pub fn parameters(&self) -> impl Iterator<Item = &'a Value> {
        let path_parameters = &self.contract.document["paths"][self.path]["parameters"];
        let both = [path_parameters, &self.definition["parameters"]].into_iter().filter_map(Value::as_array).flatten();
        let contract = self.contract;
        both.map(|parameter| contract.resolve(parameter))
    }

    /// The schema of its JSON body, if that is an object: the array that Twilio posts has more fields than those that are
    /// read.
    #[must_use]
    pub fn body(&self) -> Option<&'a Value> {
        let schema = self.definition.pointer("/requestBody/content/application~1json/schema")?;
        Some(self.contract.resolve(schema)).filter(|schema| schema["type"] == "object")
    }

    /// Each response: its status and its definition.
    pub fn responses(&self) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let contract = self.contract;
        entries(&self.definition["responses"]).map(|(status, response)| (status, contract.resolve(response)))
    }

    /// The response of this status.
    #[must_use]
    pub fn response(&self, status: u64) -> Option<&'a Value> {
        self.responses().find(|(known, _)| *known == status.to_string()).map(|(_, response)| response)
    }
}

/// The problem codes that this response may have.
#[must_use]
pub fn codes(response: &Value) -> BTreeSet<String> {
    let schema = &response["content"]["application/problem+json"]["schema"];
    enum_values(&schema["properties"]["code"]["enum"])
}

/// The entries of a mapping, in order.
pub fn entries(mapping: &Value) -> impl Iterator<Item = (&str, &Value)> {
    mapping.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn enum_values(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn method_name(method: &str) -> &'static str {
    match method {
        "get" => "GET",
        "post" => "POST",
        "put" => "PUT",
        "patch" => "PATCH",
        _ => "DELETE",
    }
}

fn parsed(kind: &str, body: &str) -> Result<Value, String> {
    match kind {
        "application/json" | "application/problem+json" => serde_json::from_str(body).map_err(|e| e.to_string()),
        "application/yaml" => embedded::yaml::parse(body).map_err(|e| e.to_string()),
        _ => Ok(body.into()),
    }
}

/// `OpenAPI` 3.0 says `nullable: true` where JSON Schema has another type.
fn without_nullable(schema: Value) -> Value {
    match schema {
        Value::Object(mut schema) => {
            if schema.remove("nullable") == Some(Value::Bool(true))
                && let Some(kind) = schema.remove("type")
            {
                schema.insert("type".to_owned(), json!([kind, "null"]));
            }
            schema.into_iter().map(|(key, value)| (key, without_nullable(value))).collect()
        }
        Value::Array(schemas) => schemas.into_iter().map(without_nullable).collect(),
        other => other,
    }
}
