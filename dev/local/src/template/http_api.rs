//! `AWS::Serverless::HttpApi`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Authorizer, Cors, Function, HttpApi, Route, TemplateError, arn, typed};

/// Properties without effect on a local run.
const WITHOUT_EFFECT: [&str; 8] = [
    "AccessLogSettings",
    "DefaultRouteSettings",
    "Description",
    "DisableExecuteApiEndpoint",
    "FailOnWarnings",
    "Name",
    "RouteSettings",
    "Tags",
];

/// A route before it is bound to its authorizer, which may be the API's default.
#[derive(Debug)]
pub(super) struct UnboundRoute {
    pub method: String,
    pub path: String,
    pub function: String,
    pub authorizer: Option<String>,
    pub place: String,
}

/// An API without its routes.
#[derive(Debug)]
pub(super) struct Declared {
    authorizers: BTreeMap<String, (String, Authorizer)>,
    default_authorizer: Option<String>,
    cors: Option<Cors>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Properties {
    #[serde(default)]
    auth: Auth,
    cors_configuration: Option<CorsConfiguration>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Auth {
    default_authorizer: Option<String>,
    #[serde(default)]
    authorizers: BTreeMap<String, LambdaAuthorizer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LambdaAuthorizer {
    function_arn: String,
    authorizer_payload_format_version: String,
    #[serde(default)]
    enable_simple_responses: bool,
    // The permission to invoke the function, which SAM generates.
    #[serde(default, rename = "EnableFunctionDefaultPermissions")]
    _enable_function_default_permissions: bool,
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Identity {
    headers: Vec<String>,
    #[serde(default)]
    reauthorize_every: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CorsConfiguration {
    #[serde(default)]
    allow_origins: Vec<String>,
    #[serde(default)]
    allow_methods: Vec<String>,
    #[serde(default)]
    allow_headers: Vec<String>,
    #[serde(default)]
    expose_headers: Vec<String>,
    max_age: Option<u64>,
}

pub(super) fn read(id: &str, mut properties: Map<String, Value>) -> Result<Declared, TemplateError> {
    for name in WITHOUT_EFFECT {
        properties.remove(name);
    }
    let properties: Properties = typed(id, properties.into())?;
    let mut authorizers = BTreeMap::new();
    for (name, declared) in properties.auth.authorizers {
        let place = format!("{id}.Auth.Authorizers.{name}");
        let read = authorizer(&place, declared)?;
        authorizers.insert(name, (place, read));
    }
    Ok(Declared {
        authorizers,
        default_authorizer: properties.auth.default_authorizer,
        cors: properties.cors_configuration.map(cors),
    })
}

fn authorizer(place: &str, declared: LambdaAuthorizer) -> Result<Authorizer, TemplateError> {
    if declared.authorizer_payload_format_version != "2.0" || !declared.enable_simple_responses {
        let reason = "local understands only AuthorizerPayloadFormatVersion \"2.0\" with EnableSimpleResponses";
        return Err(TemplateError::at(place, reason));
    }
    if declared.identity.reauthorize_every != 0 {
        let reason = "local calls the authorizer for every request: ReauthorizeEvery must be 0";
        return Err(TemplateError::at(place, reason));
    }
    let headers = declared.identity.headers.iter();
    Ok(Authorizer { function: declared.function_arn, identity_headers: headers.map(|h| h.to_lowercase()).collect() })
}

fn cors(declared: CorsConfiguration) -> Cors {
    Cors {
        allow_origins: declared.allow_origins,
        allow_methods: declared.allow_methods,
        allow_headers: declared.allow_headers,
        expose_headers: declared.expose_headers,
        max_age_s: declared.max_age,
    }
}

/// Binds each route to an existing function and authorizer.
pub(super) fn complete(
    declared: Option<Declared>,
    routes: Vec<UnboundRoute>,
    functions: &[Function],
) -> Result<HttpApi, TemplateError> {
    let Some(declared) = declared else {
        return match routes.first() {
            None => Ok(HttpApi::default()),
            Some(route) => {
                Err(TemplateError::at(&route.place, "the template has no AWS::Serverless::HttpApi for this route"))
            }
        };
    };
    let mut api = HttpApi { cors: declared.cors, ..HttpApi::default() };
    for (name, (place, authorizer)) in declared.authorizers {
        let function =
            function_of(&authorizer.function, functions).ok_or_else(|| no_function(&place, &authorizer.function))?;
        api.authorizers.insert(name, Authorizer { function, ..authorizer });
    }
    for route in routes {
        let bound = bind(&route, declared.default_authorizer.as_ref(), &api)?;
        api.routes.push(bound);
    }
    Ok(api)
}

fn function_of(function_arn: &str, functions: &[Function]) -> Option<String> {
    let is_it = |f: &&Function| arn("lambda", &format!("function:{}", f.name)) == function_arn;
    functions.iter().find(is_it).map(|f| f.id.clone())
}

fn no_function(place: &str, function_arn: &str) -> TemplateError {
    TemplateError::at(place, format!("{function_arn} is not a function of the template"))
}

fn bind(route: &UnboundRoute, default: Option<&String>, api: &HttpApi) -> Result<Route, TemplateError> {
    let authorizer = match route.authorizer.as_ref().or(default) {
        Some(name) if name == "NONE" => None,
        Some(name) if api.authorizers.contains_key(name) => Some(name.clone()),
        Some(name) => {
            let reason = format!("its authorizer {name} is not one of the API");
            return Err(TemplateError::at(&route.place, reason));
        }
        None => None,
    };
    if !route.path.starts_with('/') {
        let reason = format!("its path {:?} does not start with /", route.path);
        return Err(TemplateError::at(&route.place, reason));
    }
    let bound =
        Route { method: route.method.clone(), path: route.path.clone(), function: route.function.clone(), authorizer };
    match api.routes.iter().find(|other| other.key() == bound.key()) {
        None => Ok(bound),
        Some(other) => {
            let reason = format!("{} is a route of {} already", bound.key(), other.function);
            Err(TemplateError::at(&route.place, reason))
        }
    }
}
