//! What an operator who connects a workspace should know of its workers, beyond what the directory reads of them.

use std::collections::BTreeSet;

use domain::adoption::WorkerFacts;

use crate::{
    Worker, attributes,
    raw_json::{Object, Raw},
    resources::{object, text},
};

/// The attributes of an agent without skills. A queue that matches them asks for no skill: it matches everybody.
pub const UNSKILLED_AGENT: &str = r#"{"roles":["agent"],"routing":{"skills":[],"levels":{}}}"#;

impl Worker {
    #[must_use]
    pub fn facts(&self) -> WorkerFacts {
        let json = self.attributes.as_deref().unwrap_or_default();
        let fields = object(json);
        let field = |name| fields.as_ref().and_then(|fields| fields.get(name)).filter(|value| !value.is_null());
        let contact_uri = fields.as_ref().and_then(|fields| text(fields, "contact_uri"));
        WorkerFacts {
            worker_sid: self.worker_sid(),
            identity: self.friendly_name.clone(),
            attributes: attributes::read(json).0,
            roles: fields.as_ref().map(roles).unwrap_or_default(),
            chars: json.chars().count(),
            has_team_sid: field("team_sid").is_some(),
            contact_uri_fits: contact_uri.map(|uri| is_contact_uri(&uri, &self.friendly_name)),
        }
    }
}

/// The texts of `roles`: a list, or one text.
fn roles(fields: &Object<'_>) -> BTreeSet<String> {
    let Some(roles) = fields.get("roles") else { return BTreeSet::new() };
    let values = roles.array().unwrap_or_else(|| vec![roles]);
    values.into_iter().filter_map(|value| Raw::text(value)?.exact().map(str::to_owned)).collect()
}

/// Whether it is the address of the client of this name. Flex escapes the name where only letters, digits and `_` are
/// allowed; a name that has nothing else may be escaped already.
fn is_contact_uri(uri: &str, friendly_name: &str) -> bool {
    let Some(client) = uri.strip_prefix("client:") else { return false };
    let is_plain = friendly_name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    client == escaped(friendly_name) || is_plain && client == friendly_name
}

/// Every byte but letters and digits as `_` and two hex digits.
fn escaped(name: &str) -> String {
    let escape = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("_{byte:02X}"),
    };
    name.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn facts(friendly_name: &str, attributes: &Value) -> WorkerFacts {
        let worker = json!({"sid": "WK1", "friendly_name": friendly_name, "attributes": attributes.to_string()});
        Worker::read(&worker.to_string()).unwrap().facts()
    }

    #[test]
    fn all_roles_are_read_and_not_the_three_alone() {
        let roles = |roles: Value| facts("ada", &json!({ "roles": roles })).roles.into_iter().collect::<Vec<_>>();
        assert_eq!(roles(json!(["wfo.full_access", "agent", 7, null])), ["agent", "wfo.full_access"]);
        assert_eq!((roles(json!("support")), roles(Value::Null)), (vec!["support".to_owned()], vec![]));
    }

    #[test]
    fn a_contact_uri_fits_the_name_as_flex_escapes_it() {
        let fits = |name, uri: &str| facts(name, &json!({ "contact_uri": uri })).contact_uri_fits;
        assert_eq!(fits("ada@example.com", "client:ada_40example_2Ecom"), Some(true));
        assert_eq!(
            fits("ada_40example_2Ecom", "client:ada_40example_2Ecom"),
            Some(true),
            "a name that is escaped already"
        );
        assert_eq!(fits("a_b", "client:a_5Fb"), Some(true));
        assert_eq!(fits("ada@example.com", "client:ada@example.com"), Some(false));
        assert_eq!(fits("ada", "client:bob"), Some(false));
        assert_eq!(fits("ada", "sip:ada"), Some(false));
        assert_eq!(facts("ada", &json!({})).contact_uri_fits, None);
    }

    #[test]
    fn a_team_in_flex_and_the_length_of_the_attributes_are_seen() {
        let member = facts("ada", &json!({"team_sid": "QO1", "note": "é🙂"}));
        assert_eq!((member.has_team_sid, member.chars), (true, r#"{"note":"é🙂","team_sid":"QO1"}"#.chars().count()));
        assert!(!facts("ada", &json!({ "team_sid": null })).has_team_sid);
    }

    #[test]
    fn rule_34_attributes_that_are_unknown_or_no_object_are_unknown_facts() {
        let unknown = Worker::read(r#"{"sid":"WK1"}"#).unwrap().facts();
        assert_eq!((unknown.attributes, unknown.chars, unknown.roles.len()), (None, 0, 0));
        assert_eq!(facts("ada", &json!([])).attributes, None);
    }
}
