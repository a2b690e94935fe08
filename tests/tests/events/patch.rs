//! The small changes that turn an event of `events/` into the event of a case. Each reads as a phrase of its row:
//! `("edit/add-by-agent", &[By(AGENT)], Refuses(403, "agents-may-not"))`.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use local::names::TWILIO_AUTH_TOKEN;
use serde_json::{Map, Value};
use twilio::signature;

/// The address that the callbacks in `events/` are signed for: that of `make run`.
const CALLBACK_URL: &str = "http://127.0.0.1:8080/webhooks/taskrouter";

const SIGNATURE: &str = "x-twilio-signature";

/// A change to an event.
#[derive(Debug, Clone, Copy)]
pub enum Patch {
    /// The request comes from this caller.
    By(Caller),
    /// This path parameter has this value, in the path too.
    Path(&'static str, &'static str),
    /// This path parameter is this many letters long, in the path too.
    LongPath(&'static str, usize),
    /// This is the query string.
    Query(&'static str),
    /// The query string ends with a cursor; the text is what the cursor encodes.
    Cursor(&'static str),
    /// This header has this value.
    Header(&'static str, &'static str),
    /// This header is this many letters long.
    LongHeader(&'static str, usize),
    /// There is no such header.
    NoHeader(&'static str),
    /// What the authorizer is asked about.
    Authorization(&'static str),
    /// The authorizer is asked about a request without `Authorization`.
    NoAuthorization,
    /// This is the body, as text.
    Body(&'static str),
    /// This member of the JSON body is this text.
    Field(&'static str, &'static str),
    /// This member of the JSON body is this JSON.
    FieldJson(&'static str, &'static str),
    /// This member of the JSON body is what this function returns.
    FieldOf(&'static str, fn() -> Value),
    /// The JSON body has no such member.
    NoField(&'static str),
    /// The user to create has this name, and the identity that goes with it: `Mary Jackson`,
    /// `mary.jackson@example.com`.
    NewUser(&'static str),
    /// This field of the callback has this value; the callback is signed again.
    Form(&'static str, &'static str),
    /// The callback has none of these fields; it is signed again.
    NoForm(&'static [&'static str]),
    /// The callback is about the worker with this name and SID and not about Nora Miller; it is signed again.
    Worker(&'static str, &'static str),
    /// In the events that Event Streams posts, the second text stands wherever the first stands; they are signed again.
    Streamed(&'static str, &'static str),
    /// The JSON at this pointer is this text.
    Set(&'static str, &'static str),
    /// The JSON at this pointer is this JSON.
    SetJson(&'static str, &'static str),
    /// There is nothing at this JSON pointer.
    Remove(&'static str),
    /// Wherever the first text stands, in the event or in the fields of its callback, the second stands.
    Replace(&'static str, &'static str),
}
use Patch::{
    Authorization, Body, By, Cursor, Field, FieldJson, FieldOf, Form, Header, LongHeader, LongPath, NewUser,
    NoAuthorization, NoField, NoForm, NoHeader, Path, Query, Remove, Replace, Set, SetJson, Streamed, Worker,
};

/// What the authorizer has put into the request about its caller.
#[derive(Debug, Clone, Copy)]
pub struct Caller {
    role: &'static str,
    user_id: &'static str,
    /// The role that the token gives.
    token_role: &'static str,
}

impl Caller {
    /// A caller with the same roles.
    pub const fn with_id(self, user_id: &'static str) -> Self {
        Self { user_id, ..self }
    }
}

pub const AGENT: Caller =
    Caller { role: "agent", user_id: "0ab75bdc-eb58-49d2-b96c-4b400ffe3ebb", token_role: "agent" };
pub const SUPERVISOR: Caller =
    Caller { role: "supervisor", user_id: "{{calling_supervisor_id}}", token_role: "supervisor" };
pub const SYSTEM_ADMIN: Caller =
    Caller { role: "system_admin", user_id: "{{calling_admin_id}}", token_role: "system_admin" };
pub const ACCOUNT_OWNER: Caller = Caller { role: "account_owner", user_id: "{{owner_id}}", token_role: "system_admin" };
/// An account owner who was deactivated after the authorizer had decided.
pub const DEACTIVATED: Caller = ACCOUNT_OWNER.with_id("{{deactivated_user_id}}");
/// An account owner who was made a supervisor after the authorizer had decided.
pub const DEMOTED: Caller = ACCOUNT_OWNER.with_id("{{calling_supervisor_id}}");
/// A supervisor whom the directory does not have: functions that only read do not look up their caller.
pub const UNKNOWN_SUPERVISOR: Caller = SUPERVISOR.with_id("60ec85f6-f596-4dfb-888c-2e42a64840a4");

impl Patch {
    /// Changes the event.
    pub fn apply(self, event: &mut Value) {
        match self {
            By(caller) => set_caller(event, caller),
            Path(name, value) => set_path_parameter(event, name, value),
            LongPath(name, letters) => set_path_parameter(event, name, &"x".repeat(letters)),
            Query(query) => set_query(event, query),
            Cursor(decoded) => add_cursor(event, decoded),
            Header(name, value) => event["headers"][name] = value.into(),
            LongHeader(name, letters) => event["headers"][name] = "x".repeat(letters).into(),
            NoHeader(name) => remove(&mut event["headers"], name),
            Authorization(value) => {
                event["headers"]["authorization"] = value.into();
                event["identitySource"] = [value].as_slice().into();
            }
            NoAuthorization => {
                remove(&mut event["headers"], "authorization");
                event["identitySource"] = Value::Array(Vec::new());
            }
            Body(text) => set_body(event, text),
            Field(name, text) => change_json_body(event, |body| body[name] = text.into()),
            FieldJson(name, json) => change_json_body(event, |body| body[name] = parse(json)),
            FieldOf(name, edit) => change_json_body(event, |body| body[name] = edit()),
            NoField(name) => change_json_body(event, |body| remove(body, name)),
            NewUser(name) => change_json_body(event, |body| {
                body["name"] = name.into();
                body["identity"] = identity(name).into();
            }),
            Form(name, value) => change_form(event, |form| set_form_field(form, name, value)),
            NoForm(names) => change_form(event, |form| {
                let before = form.len();
                form.retain(|(name, _)| !names.contains(&name.as_str()));
                assert_eq!(form.len() + names.len(), before, "the callback does not have all of {names:?}");
            }),
            Worker(name, sid) => change_form(event, |form| set_worker(form, name, sid)),
            Streamed(from, to) => {
                let body = event["body"].as_str().unwrap();
                assert!(body.contains(from), "the events do not have {from}");
                let body = body.replace(from, to);
                set_body(event, &body);
                let url = signature::url_with_body_hash("", body.as_bytes());
                set_query(event, url.trim_start_matches('?'));
                event["headers"][SIGNATURE] = signature_of(event, CALLBACK_URL).into();
            }
            Set(pointer, text) => set(event, pointer, text.into()),
            SetJson(pointer, json) => set(event, pointer, parse(json)),
            Remove(pointer) => {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                remove(event.pointer_mut(parent).unwrap(), name);
            }
            Replace(from, to) if event["isBase64Encoded"] == true => change_form(event, |form| replace(form, from, to)),
            Replace(from, to) => *event = parse(&event.to_string().replace(from, to)),
        }
    }
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn members(value: &mut Value) -> &mut Map<String, Value> {
    value.as_object_mut().unwrap()
}

fn remove(object: &mut Value, name: &str) {
    members(object).remove(name).unwrap_or_else(|| panic!("there is no {name}"));
}

/// `mary.jackson@example.com` for `Mary Jackson`.
fn identity(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

fn set_caller(event: &mut Value, caller: Caller) {
    let context = &mut event["requestContext"]["authorizer"]["lambda"];
    context["role"] = caller.role.into();
    context["user_id"] = caller.user_id.into();
    context["token_role"] = caller.token_role.into();
}

fn set_path_parameter(event: &mut Value, name: &str, value: &str) {
    let parameters = members(&mut event["pathParameters"]);
    assert!(parameters.contains_key(name), "the route has no parameter {name}");
    parameters.insert(name.to_owned(), value.into());
    let parameters = parameters.clone();
    let (_, route) = event["routeKey"].as_str().unwrap().split_once(' ').unwrap();
    let fill =
        |path: String, (name, value): (&String, &Value)| path.replace(&format!("{{{name}}}"), value.as_str().unwrap());
    let path = parameters.iter().fold(route.to_owned(), fill);
    event["requestContext"]["http"]["path"] = path.clone().into();
    event["rawPath"] = path.into();
}

/// A parameter that is given twice has both values, with a comma between them, as the gateway writes it.
fn set_query(event: &mut Value, query: &str) {
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let value = match parameters.get(&*name) {
            Some(before) => format!("{},{value}", before.as_str().unwrap()),
            None => value.into_owned(),
        };
        parameters.insert(name.into_owned(), value.into());
    }
    event["rawQueryString"] = query.into();
    event["queryStringParameters"] = parameters.into();
}

fn add_cursor(event: &mut Value, decoded: &str) {
    let cursor = format!("cursor={}", BASE64_URL_SAFE_NO_PAD.encode(decoded));
    let query = match event["rawQueryString"].as_str().unwrap() {
        "" => cursor,
        before => format!("{before}&{cursor}"),
    };
    set_query(event, &query);
}

/// The body, with the headers that describe it.
fn set_body(event: &mut Value, text: &str) {
    event["body"] = match event["isBase64Encoded"].as_bool() {
        Some(true) => BASE64_STANDARD.encode(text).into(),
        _ => text.into(),
    };
    let headers = members(&mut event["headers"]);
    headers.insert("content-length".to_owned(), text.len().to_string().into());
    headers.entry("content-type").or_insert_with(|| "application/json".into());
}

fn change_json_body(event: &mut Value, change: impl FnOnce(&mut Value)) {
    let mut body = parse(event["body"].as_str().unwrap());
    change(&mut body);
    set_body(event, &body.to_string());
}

fn set(event: &mut Value, pointer: &str, value: Value) {
    *event.pointer_mut(pointer).unwrap_or_else(|| panic!("the event has no {pointer}")) = value;
}

type FormFields = Vec<(String, String)>;

fn form(event: &Value) -> FormFields {
    let body = BASE64_STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
    form_urlencoded::parse(&body).into_owned().collect()
}

fn change_form(event: &mut Value, change: impl FnOnce(&mut FormFields)) {
    let mut fields = form(event);
    change(&mut fields);
    set_body(event, &form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish());
    event["headers"][SIGNATURE] = signature_of(event, CALLBACK_URL).into();
}

fn set_form_field(form: &mut FormFields, name: &str, value: &str) {
    match form.iter_mut().find(|(field, _)| field == name) {
        Some((_, before)) => value.clone_into(before),
        None => form.push((name.to_owned(), value.to_owned())),
    }
}

fn set_worker(form: &mut FormFields, name: &str, sid: &str) {
    // As Flex writes an identity into `contact_uri`.
    let contact = |identity: String| identity.replace('.', "_2E").replace('@', "_40");
    replace(form, "WK23f88ac14feead92f4fdf8e640507d3c", sid);
    replace(form, &contact(identity("Nora Miller")), &contact(identity(name)));
    replace(form, &identity("Nora Miller"), &identity(name));
    replace(form, "Nora Miller", name);
}

fn replace(form: &mut FormFields, from: &str, to: &str) {
    for (_, value) in form {
        *value = value.replace(from, to);
    }
}

/// The signature of the callback when it is posted to this URL.
fn signature_of(event: &Value, url: &str) -> String {
    if event["isBase64Encoded"] != true {
        let query = event["rawQueryString"].as_str().unwrap();
        return signature::sign(&TWILIO_AUTH_TOKEN.into(), &format!("{url}?{query}"), &[]);
    }
    let fields = form(event);
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>();
    signature::sign(&TWILIO_AUTH_TOKEN.into(), url, &fields)
}

/// A callback that is rightly signed for [`CALLBACK_URL`] is signed for `url` instead; any other stays as it is.
pub fn sign_for(event: &mut Value, url: &str) {
    if event["headers"][SIGNATURE] == signature_of(event, CALLBACK_URL) {
        event["headers"][SIGNATURE] = signature_of(event, url).into();
    }
}

/// The new signature, for a developer who has changed the body of a callback in `events/`.
pub fn signature_hint(event: &Value) -> String {
    format!("; signed for {CALLBACK_URL}, it has the signature {}", signature_of(event, CALLBACK_URL))
}
