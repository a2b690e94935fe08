//! Managing users, teams and skills.

use app::SystemTimeAndIds;
use domain::{TeamId, policy::RoleAuthority};
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};

use super::CapacityBench;
use crate::{Fallible, cost::Cost, requests::ApiRequest};

/// Nothing is invoked: only what the table costs is measured.
struct NoFanOut;

impl teams::StartFanOut for NoFanOut {
    async fn start(&self, _: TeamId) -> Result<(), invoke::InvokeError> {
        Ok(())
    }
}

/// Read units of a page of teams or of the catalog.
const PAGE_UNITS: f64 = 10.0;

#[derive(Debug, Clone, Copy)]
enum Function {
    Edit,
    SetStatus,
    Teams,
    Skills,
}

impl CapacityBench<'_> {
    pub(super) async fn admin(&self) -> Fallible<()> {
        self.users().await?;
        self.teams().await?;
        self.catalog().await
    }

    async fn users(&self) -> Fallible<()> {
        let (team, skill) = (&self.fixture.sample.teams[0], &self.fixture.sample.skills[0]);
        let add = |identity: &str| {
            ApiRequest::new("POST /users", vec![]).body(json!({
                "identity": identity, "name": "Grace Hopper", "email": "grace@example.com",
                "teams": [team.team_id], "assigned_skills": [{"skill": skill.name, "level": 50}],
            }))
        };
        let keyed = || add("keyed").header("idempotency-key", "a-key");
        self.request("add a user with a team and a skill", Function::Edit, add("grace")).await?;
        let added = self.request("add a user, with an Idempotency-Key", Function::Edit, keyed()).await?.0;
        self.request("the same again", Function::Edit, keyed()).await?;
        let user = || vec![("user_id", added["user_id"].as_str().unwrap_or_default().to_owned())];
        let edit = |body: Value| {
            ApiRequest::new("PATCH /users/{user_id}", user()).header("prefer", "return=minimal").body(body)
        };
        let mut edits = Vec::new();
        for (what, body) in [
            ("edit a role, return=minimal", json!({"role": "supervisor"})),
            ("move to another team, return=minimal", json!({"teams": [self.fixture.sample.teams[1].team_id]})),
        ] {
            edits.push(self.request(what, Function::Edit, edit(body)).await?.1);
        }
        let is_least = |cost: &Cost| cost.calls == 2 && cost.read_units > 0.0 && cost.write_units > 0.0;
        self.report.limit(edits.iter().all(is_least), "an edit is one read and one transaction");
        for (what, route) in [
            ("deactivate", "POST /users/{user_id}/deactivate"),
            ("deactivate again", "POST /users/{user_id}/deactivate"),
            ("reactivate", "POST /users/{user_id}/reactivate"),
            ("delete", "DELETE /users/{user_id}"),
        ] {
            self.request(what, Function::SetStatus, ApiRequest::new(route, user())).await?;
        }
        Ok(())
    }

    async fn teams(&self) -> Fallible<()> {
        let list = ApiRequest::new("GET /teams", vec![]);
        self.request("list 25 teams, their members counted anew", Function::Teams, list.clone()).await?;
        let kept = self.request("list 25 teams", Function::Teams, list).await?;
        self.is_counted(&kept, "members");
        let create = ApiRequest::new("POST /teams", vec![]).body(json!({"name": "Night shift"}));
        let made = self.request("create a team", Function::Teams, create).await?.0;
        let skill = self.fixture.sample.skills[0].name.to_string();
        let team_id = made["team_id"].as_str().unwrap_or_default();
        let parameters = || vec![("team_id", team_id.to_owned()), ("skill", skill.clone())];
        for (what, route, body) in [
            ("rename a team", "PATCH /teams/{team_id}", Some(json!({"name": "Day shift"}))),
            ("give a team a skill", "PUT /teams/{team_id}/skills/{skill}", Some(json!({"level": 5}))),
            ("archive a team", "PATCH /teams/{team_id}", Some(json!({"archived": true}))),
            ("take a skill from a team", "DELETE /teams/{team_id}/skills/{skill}", None),
            ("view a team's history", "GET /teams/{team_id}/history", None),
            ("delete a team", "DELETE /teams/{team_id}", None),
        ] {
            self.request(what, Function::Teams, ApiRequest::new(route, parameters()).body(body)).await?;
        }
        let largest = vec![("team_id", self.fixture.sample.teams[0].team_id.to_string())];
        for (what, route) in [
            ("view a team with its members counted", "GET /teams/{team_id}"),
            ("list 25 members of a team", "GET /teams/{team_id}/members"),
        ] {
            self.request(what, Function::Teams, ApiRequest::new(route, largest.clone())).await?;
        }
        Ok(())
    }

    async fn catalog(&self) -> Fallible<()> {
        let list = ApiRequest::new("GET /skill-sets", vec![]);
        self.request("list all skill sets, their uses counted anew", Function::Skills, list.clone()).await?;
        let kept = self.request("list all skill sets", Function::Skills, list).await?;
        let sets = kept.0["items"].as_array().into_iter().flatten();
        let skills = sets.filter_map(|set| set["skills"].as_array()).flatten().cloned().collect::<Vec<_>>();
        self.report.figure("of this many skills", crate::numbers::count(skills.len()), "skills");
        self.is_counted(&(json!({"items": skills}), kept.1), "users");
        let create = ApiRequest::new("POST /skill-sets", vec![]).body(json!({"name": "New"}));
        self.request("create a skill set", Function::Skills, create).await?;
        let of_new = || vec![("name", "New".to_owned()), ("skill", "New_skill".to_owned())];
        for (what, route, body) in [
            ("create a skill", "PUT /skill-sets/{name}/skills/{skill}", Some(json!({}))),
            ("change a skill's range", "PUT /skill-sets/{name}/skills/{skill}", Some(json!({"max": 5}))),
            ("view a skill with its uses counted", "GET /skill-sets/{name}/skills/{skill}", None),
            ("delete a skill", "DELETE /skill-sets/{name}/skills/{skill}", None),
            ("delete a skill set", "DELETE /skill-sets/{name}", None),
        ] {
            self.request(what, Function::Skills, ApiRequest::new(route, of_new()).body(body)).await?;
        }
        Ok(())
    }

    /// A page of counts that are kept shows them, and costs little whatever their size.
    fn is_counted(&self, (page, cost): &(Value, Cost), count: &str) {
        let items = page["items"].as_array().map_or(&[][..], Vec::as_slice);
        let is_shown = items.iter().all(|item| item[count].is_u64() && item["counted_at"].is_string());
        self.report.limit(!items.is_empty() && is_shown, format!("of {count} on a page, some have no count"));
        let is_cheap = cost.read_units <= PAGE_UNITS && cost.write_units == 0.0;
        self.report.limit(is_cheap, format!("a page of {} costs {cost:?}, more than {PAGE_UNITS} units", items.len()));
    }

    /// Prints the cost of this request, which must succeed; returns the body of the response, if it has one.
    async fn request(&self, what: &str, function: Function, request: ApiRequest<'_>) -> Fallible<(Value, Cost)> {
        let request = request.by(self.caller)?;
        let (response, cost) = self.cost_of(self.handle(function, request)).await?;
        self.report.cost(what, &cost);
        let body = response.body().as_ref();
        match response.status() {
            status if !status.is_success() => Err(format!("{what}: {status} {}", String::from_utf8_lossy(body)).into()),
            _ if body.is_empty() => Ok((Value::Null, cost)),
            _ => Ok((serde_json::from_slice(body)?, cost)),
        }
    }

    async fn handle(&self, function: Function, request: Request) -> Fallible<Response<Body>> {
        let time_and_ids = &SystemTimeAndIds;
        let result = match function {
            Function::Edit => {
                Box::pin(edit::handle(&self.directory, time_and_ids, RoleAuthority::Directory, request)).await
            }
            Function::SetStatus => Box::pin(set_status::handle(&self.directory, time_and_ids, request)).await,
            Function::Teams => Box::pin(teams::handle(&self.directory, &NoFanOut, time_and_ids, request)).await,
            Function::Skills => Box::pin(skills::handle(&self.directory, time_and_ids, request)).await,
        };
        result.map_err(|problem| format!("{problem:?}").into())
    }
}
