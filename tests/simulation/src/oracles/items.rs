//! The table: what is derived from profiles is what they derive, and nothing else.

use std::collections::{BTreeSet, HashMap};

use app::reindex::{Mode, Reindex};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Role, Status, User};
use store::{ScanEntries as _, schema::keys};

use crate::world::World;

/// More than a simulation has.
const ALL: usize = 4_000;

type Item = HashMap<String, AttributeValue>;

fn text(item: &Item, field: &str) -> String {
    item.get(field).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
}

impl World {
    /// Search and filter entries are what the profiles derive (rules 6 to 9). Where a batch has come late, reconciliations mend
    /// its users' entries, one user each.
    pub(super) async fn check_entries(&self) {
        let late = self.late_users();
        if let Ok(suspects) = self.directory.suspect_entries(None, ALL).await {
            let others = suspects.by_user.keys().filter(|user| user.is_none_or(|user| !late.contains(&user)));
            for user in others {
                self.violated(format!("rules 6 to 9: {user:?} has entries that their profile does not derive"));
            }
        }
        let repair = Reindex { store: &self.directory, mode: Mode::Repair };
        for user_id in late {
            repair.user(user_id).await.unwrap_or_else(|error| panic!("{error}"));
        }
        let check = Reindex { store: &self.directory, mode: Mode::Check };
        match check.everything(|_| {}).await {
            Ok(report) if report.differences() > 0 => {
                let suspects = self.directory.suspect_entries(None, ALL).await.map(|found| found.by_user);
                self.violated(format!("rules 6 to 9: entries and profiles differ: {report:?}, of these: {suspects:?}"));
            }
            Ok(_) => {}
            Err(error) => self.violated(format!("entries cannot be compared: {error}")),
        }
    }

    /// Members, holders, claims and owners are what the profiles and teams say, and what they use exists (rules 3, 21 and 22).
    pub(super) async fn check_derived(&self, users: &[User]) {
        let (mut found, mut expected, mut catalog) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let mut owners = BTreeSet::new();
        for item in self.items().await {
            let (pk, sk) = (text(&item, "pk"), text(&item, "sk"));
            match (pk.split('#').next(), sk.split('#').next()) {
                (Some("TEAM"), Some("MEMBER")) | (Some("HAS"), Some("USER" | "TEAM")) => {
                    found.insert(format!("{pk} {sk}"));
                }
                (Some("IDENTITY"), _) => {
                    found.insert(format!("{pk} is claimed by {}", text(&item, "user_id")));
                }
                (Some("OWNERS"), _) => {
                    owners = item.get("ids").and_then(|ids| ids.as_ss().ok()).into_iter().flatten().cloned().collect();
                }
                (Some("SKILLS"), Some("SKILL")) => {
                    catalog.insert(sk.replacen("SKILL#", "", 1));
                }
                (Some("TEAM"), Some("TEAM")) => {
                    let team = pk.replacen("TEAM#", "", 1);
                    let skills = item.get("skills").and_then(|skills| skills.as_m().ok()).into_iter().flatten();
                    expected.extend(skills.map(|(skill, _)| format!("HAS#{skill} TEAM#{team}")));
                    catalog.insert(team);
                }
                _ => {}
            }
        }
        for user in users {
            let claim = keys::identity(&user.identity).pk;
            expected.insert(format!("{claim} is claimed by {}", user.user_id));
        }
        for user in users.iter().filter(|user| user.managed.status != Status::Deleted) {
            let id = user.user_id;
            expected.extend(user.managed.teams.iter().map(|team| format!("TEAM#{team} MEMBER#{id}")));
            expected.extend(user.managed.skills_in_use().keys().map(|skill| format!("HAS#{skill} USER#{id}")));
            let used = user.managed.teams.iter().map(ToString::to_string);
            let used = used.chain(user.managed.skills_in_use().into_keys().map(|skill| skill.to_string()));
            for gone in used.filter(|used| !catalog.contains(used)) {
                self.violated(format!("rule 21: {id} uses {gone}, which was deleted"));
            }
        }
        for differs in expected.symmetric_difference(&found) {
            let which = if found.contains(differs) { "should not be there" } else { "is missing" };
            self.violated(format!("rules 21 and 22: {differs} {which}"));
        }
        let is_owner = |user: &&User| user.is_active() && user.managed.role == Role::AccountOwner;
        let active = users.iter().filter(is_owner).map(|user| user.user_id.to_string()).collect::<BTreeSet<_>>();
        if owners != active {
            self.violated(format!("rule 3: {owners:?} count as active account owners, and {active:?} are"));
        }
    }

    /// Everything in the table.
    pub(super) async fn items(&self) -> Vec<Item> {
        let scan = self.directory.client().scan().table_name(self.directory.name()).into_paginator().items().send();
        scan.collect::<Result<Vec<_>, _>>().await.unwrap_or_else(|error| panic!("{error}"))
    }
}
