//! Callback forms: each field is what the last value that is not empty says, only what identifies a callback is required
//! (rule 34), and what is not known changes nothing.
//!
//! Input: the body of the request.

use std::collections::HashMap;

use domain::ReportVersion;
use form_urlencoded::Serializer;
use jiff::Timestamp;
use twilio::{Callback, CallbackError, EventKind};

use crate::{attributes, form};

/// The fields that are not empty, by name.
pub type Fields = HashMap<String, String>;

/// Plays the input.
pub fn check(body: &[u8]) -> bool {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let fields = form::parts(body).into_iter().map(|(name, value)| (text(name), text(value.unwrap_or_default())));
    let fields = fields.filter(|(_, value)| !value.is_empty()).collect::<Fields>();
    let read = Callback::parse(body);
    assert_says(&read, &fields);

    let with_unknown = [b"New=1&", body, b"&%00=%FF&&workersid=WK2&Other"].concat();
    assert_eq!(Callback::parse(&with_unknown), read, "with fields that are not known");
    let written_again = Serializer::new(String::new()).extend_pairs(&fields).finish();
    assert_eq!(Callback::parse(written_again.as_bytes()), read, "written again");
    read.is_ok_and(|callback| callback.worker.is_some())
}

/// Compares what was read with what these fields say.
pub fn assert_says(read: &Result<Callback, CallbackError>, fields: &Fields) {
    let field = |name: &str| fields.get(name).map(String::as_str);
    let missing = |name: &'static str| if field(name).is_none() { Some(CallbackError::Missing(name)) } else { None };
    if let Some(error) = ["EventType", "AccountSid", "WorkspaceSid"].into_iter().find_map(missing) {
        assert_eq!(read.as_ref(), Err(&error));
        return;
    }
    let mut unreadable = Vec::new();
    let mut readable = |name: &'static str, is_readable: bool| {
        let value = field(name).filter(|_| is_readable);
        if field(name).is_some() && !is_readable {
            unreadable.push(name);
        }
        value
    };
    let event_sid = readable("Sid", field("Sid").is_some_and(is_sid)).map(str::to_owned);
    let Some((kind, is_deletion)) = worker_event(field("EventType").unwrap_or_default()) else {
        let callback = read.as_ref().expect("what identifies it is there");
        assert_eq!((callback.kind, &callback.worker, &callback.event_sid), (EventKind::Other, &None, &event_sid));
        assert_eq!(callback.unreadable, unreadable);
        return;
    };
    let fits = |name: &str| field(name).is_some_and(|value| value.chars().count() <= 64);
    let identity = readable("WorkerName", fits("WorkerName"));
    let refused = match field("WorkerSid") {
        None => Some(CallbackError::Missing("WorkerSid")),
        Some(sid) if !is_sid(sid) => Some(CallbackError::NotASid("WorkerSid")),
        Some(_) if field("WorkerName").is_some() && identity.is_none() && !is_deletion => {
            Some(CallbackError::NameTooLong("WorkerName"))
        }
        Some(_) => None,
    };
    if let Some(error) = refused {
        assert_eq!(read.as_ref(), Err(&error));
        return;
    }
    let callback = read.as_ref().expect("what identifies the worker is there");
    let report = callback.worker.as_ref().expect("it is of a worker");
    let activity = readable("WorkerActivityName", fits("WorkerActivityName")).unwrap_or_default();
    let version = field("WorkerVersion").and_then(|version| version.parse::<u64>().ok());
    readable("WorkerVersion", version.is_some());
    let of_milliseconds = field("TimestampMs").and_then(|at| at.parse().ok()).filter(|at| is_time(*at));
    readable("TimestampMs", of_milliseconds.is_some());
    let of_seconds = field("Timestamp").and_then(|at| Some(i128::from(at.parse::<i64>().ok()?) * 1_000));
    let of_seconds = of_seconds.filter(|at| is_time(*at));
    if of_milliseconds.is_none() {
        readable("Timestamp", of_seconds.is_some());
        if field("Timestamp").is_none() {
            unreadable.push("Timestamp");
        }
    }
    let at_ms = i64::try_from(of_milliseconds.or(of_seconds).unwrap_or_default()).expect("a time fits");

    assert_eq!(callback.unreadable, unreadable);
    assert_eq!((callback.kind, &callback.event_sid), (kind, &event_sid));
    let named = [
        ("EventType", &callback.event_type),
        ("AccountSid", &callback.account_sid),
        ("WorkspaceSid", &callback.workspace_sid),
    ];
    for (name, value) in named {
        assert_eq!(Some(&**value), field(name));
    }
    assert_eq!(Some(report.worker_sid.as_str()), field("WorkerSid"));
    assert_eq!(report.identity.as_ref().map(domain::Identity::as_str), identity);
    assert_eq!((&*report.activity, report.deleted), (activity, is_deletion));
    assert_eq!(report.version, ReportVersion { at_ms, version });
    attributes::assert_says(report, field("WorkerAttributes"));
}

/// What happened to a worker, and whether it no longer exists.
fn worker_event(event_type: &str) -> Option<(EventKind, bool)> {
    match event_type {
        "worker.created" => Some((EventKind::Created, false)),
        "worker.attributes.update" => Some((EventKind::AttributesUpdate, false)),
        "worker.activity.update" => Some((EventKind::ActivityUpdate, false)),
        "worker.capacity.update" | "worker.channel.availability.update" => Some((EventKind::ChannelUpdate, false)),
        "worker.deleted" => Some((EventKind::Deleted, true)),
        _ => None,
    }
}

fn is_sid(text: &str) -> bool {
    text.len() <= 34 && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn is_time(at_ms: i128) -> bool {
    (0..=i128::from(Timestamp::MAX.as_millisecond())).contains(&at_ms)
}
