//! Searches and filtered lists: each finds whom a look at every profile finds (rules 6 to 9).

use std::collections::BTreeSet;

use domain::{Role, Status, User, effective::held_skills, team::Teams};

use crate::{gateway::ApiRequest, world::World};

/// Parts of names, of addresses, and what is in none.
const TEXTS: [&str; 5] = ["quux", "ada", "quux1", "example.com", "absent"];
const STATUSES: [Status; 3] = [Status::Active, Status::Deactivated, Status::Deleted];
const ROLES: [Role; 4] = [Role::Agent, Role::Supervisor, Role::SystemAdmin, Role::AccountOwner];
const SKILLS: [&str; 3] = ["English", "French", "Greek"];

/// As a question asks for it, in the order of the pages.
type Parameters = Vec<(&'static str, String)>;

impl World {
    pub(super) async fn check_searches(&self, users: &[User]) {
        let teams = self.team_items(users).await;
        for status in STATUSES {
            let with_status = || users.iter().filter(move |user| user.managed.status == status);
            for text in TEXTS {
                let is_named = |user: &&User| {
                    let email = user.email().unwrap_or_default().to_lowercase();
                    user.name().to_lowercase().contains(text) || email.contains(text)
                };
                let asked = vec![("status", status.name().to_owned()), ("q", text.to_owned())];
                self.check_found(asked, with_status().filter(is_named)).await;
            }
            for role in ROLES {
                let asked = vec![("status", status.name().to_owned()), ("role", role.name().to_owned())];
                self.check_found(asked, with_status().filter(|user| user.managed.role == role)).await;
            }
            for team_id in teams.keys() {
                let asked = vec![("status", status.name().to_owned()), ("team", team_id.to_string())];
                self.check_found(asked, with_status().filter(|user| user.managed.teams.contains(team_id))).await;
            }
            for skill in SKILLS {
                let mut asked = vec![("status", status.name().to_owned()), ("skill", skill.to_owned())];
                self.check_found(asked.clone(), with_status().filter(|user| holds(user, &teams, skill, None))).await;
                asked.push(("min_level", "50".to_owned()));
                self.check_found(asked, with_status().filter(|user| holds(user, &teams, skill, Some(50)))).await;
            }
        }
    }

    async fn check_found(&self, asked: Parameters, expected: impl Iterator<Item = &User>) {
        let expected = expected.map(|user| user.user_id.to_string()).collect::<BTreeSet<_>>();
        // A skill that was deleted cannot be asked for, and no user has it.
        let found = self.found(&asked).await.unwrap_or_default();
        if found != expected {
            self.violated(format!("rules 6 to 9: {asked:?} finds {found:?} and not {expected:?}"));
        }
    }

    /// None if it is refused: a skill may have been deleted.
    async fn found(&self, asked: &Parameters) -> Option<BTreeSet<String>> {
        let (mut found, mut cursor) = (BTreeSet::new(), None::<String>);
        loop {
            let mut page = ApiRequest::new("GET /users").asking("limit", &3);
            page.query.extend(asked.iter().cloned());
            page.query.extend(cursor.map(|cursor| ("cursor", cursor)));
            let page = Box::pin(self.look(page)).await;
            for user in page["items"].as_array()? {
                let user_id = user["user_id"].as_str().unwrap_or_default().to_owned();
                if !found.insert(user_id.clone()) {
                    self.violated(format!("rule 8: {asked:?} lists {user_id} twice"));
                }
            }
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return Some(found);
            }
        }
    }
}

fn holds(user: &User, teams: &Teams, skill: &str, at_least: Option<i64>) -> bool {
    held_skills(user, teams.values()).into_iter().any(|held| {
        let level = held.level.map(|level| level.0);
        held.skill.as_str() == skill && at_least.is_none_or(|least| level.is_some_and(|level| level >= least))
    })
}
