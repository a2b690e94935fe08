//! What has to hold at every moment: the table's stream shows each write, in the order in which they were made.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Actor, Record, Role, Status,
    audit::{Action, Source},
    policy::SupervisorScope,
};
use serde_json::Value;

use crate::world::World;

/// More than a page of the stream has.
const PAGE: usize = 1_000;

/// A user's permissions, as their profile says, and the teams that they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Permitted {
    role: Role,
    is_active: bool,
    teams: BTreeSet<String>,
    leads: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Moment {
    permitted: BTreeMap<String, Permitted>,
    had_owner: bool,
}

impl World {
    /// There is always an active account owner (rule 3), and no change is made by a caller who may not make it at the moment
    /// of the commit (rules 1, 2 and 5).
    pub(super) fn check_moments(&self) {
        let (mut checked, mut moment) = (0, Moment::default());
        loop {
            let records = self.stream(checked, PAGE);
            if records.is_empty() {
                return;
            }
            for record in &records {
                self.check_moment(&mut moment, &record["dynamodb"]);
            }
            checked += records.len();
        }
    }

    fn check_moment(&self, moment: &mut Moment, write: &Value) {
        let (pk, sk) = (&write["Keys"]["pk"]["S"], &write["Keys"]["sk"]["S"]);
        let new = &write["NewImage"];
        if sk == "PROFILE" {
            if let Some(permitted) = permitted(new) {
                if !permitted.leads.is_subset(&permitted.teams)
                    || permitted.role == Role::Agent && !permitted.leads.is_empty()
                {
                    self.violated(format!(
                        "rule 2: a user leads teams as no member of them, or as an agent: {permitted:?}"
                    ));
                }
                moment.permitted.insert(new["user_id"]["S"].as_str().unwrap_or_default().to_owned(), permitted);
            }
            let is_owner = |user: &Permitted| user.is_active && user.role == Role::AccountOwner;
            let has_owner = moment.permitted.values().any(is_owner);
            if moment.had_owner && !has_owner {
                self.violated("rule 3: there is no active account owner any more".to_owned());
            }
            moment.had_owner = has_owner;
        } else if pk.as_str().is_some_and(|pk| pk.starts_with("AUDIT#")) {
            self.check_actor(moment, pk.as_str().unwrap_or_default(), new);
        }
    }

    /// The caller may do it, as they are and as their target is at this moment.
    fn check_actor(&self, moment: &Moment, pk: &str, new: &Value) {
        let Some(record) = record(new) else { return };
        let Actor::User { user_id, role } = record.actor else { return };
        if !matches!(record.source, Source::Api | Source::Bulk) {
            return;
        }
        let of = |field: &str| record.changes.iter().find(|change| change.field == field);
        let target = pk.strip_prefix("AUDIT#user#");
        let own = user_id.to_string();
        if target == Some(own.as_str()) {
            // Their new profile may be written before the record or after it: only what it changes is looked at.
            let roles = of("role").map(|change| (role_of(&change.before), role_of(&change.after)));
            if of("status").is_some() || roles.is_some_and(|(before, after)| after > before) {
                self.violated(format!("rule 3: {user_id} has made {:?} of themselves", record.action));
            }
        }
        if role == Role::Supervisor {
            self.check_led_teams(moment, pk, &own, &record);
        }
        if target == Some(own.as_str()) {
            return;
        }
        let target = target.and_then(|target| moment.permitted.get(target)).map(|target| target.role);
        let least = least_role(pk, &record, target);
        let now = moment.permitted.get(&own);
        if !now.is_some_and(|now| now.is_active && now.role >= role && role >= least) {
            self.violated(format!(
                "rules 2 to 5: {user_id} as {role:?} has made {:?} of {pk}, which takes {least:?}, and is {now:?}",
                record.action
            ));
        }
    }

    /// What a supervisor changes belongs to teams that they lead at this moment, where the deployment says so (rule 2).
    fn check_led_teams(&self, moment: &Moment, pk: &str, own: &str, record: &Record) {
        let of = |field: &str| record.changes.iter().find(|change| change.field == field);
        let is_new = record.action == Action::Created;
        if of("leads").is_some() && !is_new {
            self.violated(format!("rule 2: the supervisor {own} has changed who leads a team: {pk}"));
        }
        if self.scope == SupervisorScope::All {
            return;
        }
        let none = BTreeSet::new();
        let leads = moment.permitted.get(own).map_or(&none, |caller| &caller.leads);
        let is_led = match pk.split_once("AUDIT#user#") {
            None => pk.strip_prefix("AUDIT#team#").is_some_and(|team| !is_new && leads.contains(team)),
            Some((_, target)) => {
                let now = moment.permitted.get(target).map_or(&none, |user| &user.teams);
                let (before, after) = match of("teams") {
                    Some(change) => (ids_of(&change.before), ids_of(&change.after)),
                    None => (now.clone(), now.clone()),
                };
                let concerned = if is_new { &after } else { &before };
                !concerned.is_disjoint(leads) && before.symmetric_difference(&after).all(|team| leads.contains(team))
            }
        };
        if !is_led {
            self.violated(format!("rule 2: {own}, who leads {leads:?}, has made {:?} of {pk}", record.action));
        }
    }
}

/// The ids in a record's list; none where there was no list.
fn ids_of(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

/// The role that a change takes (rules 2 to 4). `target`: that of the user who is changed.
fn least_role(pk: &str, record: &Record, target: Option<Role>) -> Role {
    let of = |field: &str| record.changes.iter().find(|change| change.field == field);
    let roles = of("role").map(|change| [role_of(&change.before), role_of(&change.after)]);
    if !pk.starts_with("AUDIT#user#") {
        let archives = of("archived").is_some_and(|change| !change.before.is_null());
        let is_free = pk.starts_with("AUDIT#team#") && record.action != Action::Deleted && !archives;
        return if is_free { Role::Supervisor } else { Role::SystemAdmin };
    }
    let is_new = record.action == Action::Created;
    let changes_status = of("status").is_some() && !is_new;
    let involves_owner = roles.is_some_and(|roles| roles.contains(&Some(Role::AccountOwner)));
    if involves_owner || changes_status && target == Some(Role::AccountOwner) {
        Role::AccountOwner
    } else if changes_status || roles.is_some_and(|[_, after]| !is_new || after != Some(Role::Agent)) {
        Role::SystemAdmin
    } else {
        Role::Supervisor
    }
}

fn role_of(value: &Value) -> Option<Role> {
    serde_json::from_value(value.clone()).ok()
}

fn permitted(profile: &Value) -> Option<Permitted> {
    let role = serde_json::from_value(profile["role"]["S"].clone()).ok()?;
    let status: Status = serde_json::from_value(profile["status"]["S"].clone()).ok()?;
    let ids = |field: &str| {
        let list = profile[field]["L"].as_array().into_iter().flatten();
        list.filter_map(|id| id["S"].as_str().map(str::to_owned)).collect()
    };
    Some(Permitted { role, is_active: status == Status::Active, teams: ids("teams"), leads: ids("leads") })
}

/// An item of a stream's record is in DynamoDB's JSON.
fn record(item: &Value) -> Option<Record> {
    serde_dynamo::from_item(serde_json::from_value::<serde_dynamo::Item>(item.clone()).ok()?).ok()
}
