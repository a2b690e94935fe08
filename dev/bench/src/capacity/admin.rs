//! Managing users, teams and skills.

use app::SystemTimeAndIds;
use domain::policy::RoleAuthority;
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};

use super::CapacityBench;
use crate::{Fallible, cost::Cost, requests::ApiRequest};

#[derive(Debug, Clone, Copy)]
enum Function {
    Edit,
    SetStatus,
    Teams,
    Skills,
}

const MINIMAL: (&str, &str) = ("prefer", "return=minimal");
const KEY: (&str, &str) = ("idempotency-key", "a-key");

impl CapacityBench<'_> {
    pub(super) async fn admin(&self) -> Fallible<()> {
        self.users().await?;
        self.teams().await?;
        self.catalog().await
    }

    async fn users(&self) -> Fallible<()> {
        let (team, skill) = (&self.fixture.sample.teams[0], &self.fixture.sample.skills[0]);
        let new_user = |identity: &str| {
            json!({"identity": identity, "name": "Grace Hopper", "email": "grace@example.com",
                "teams": [team.team_id], "assigned_skills": [{"skill": skill.name, "level": 50}]})
        };
        let add =
            |identity| ApiRequest { route: "POST /users", body: Some(new_user(identity)), ..ApiRequest::default() };
        let keyed = || ApiRequest { headers: vec![KEY], ..add("keyed") };
        self.request("add a user with a team and a skill", Function::Edit, add("grace")).await?;
        let added = self.request("add a user, with an Idempotency-Key", Function::Edit, keyed()).await?.0;
        self.request("the same again", Function::Edit, keyed()).await?;
        let user = || vec![("user_id", added["user_id"].as_str().unwrap_or_default().to_owned())];
        let edit = |body| ApiRequest {
            route: "PATCH /users/{user_id}",
            parameters: user(),
            body: Some(body),
            headers: vec![MINIMAL],
            ..ApiRequest::default()
        };
        let role = self.request("edit a role, return=minimal", Function::Edit, edit(json!({"role": "supervisor"})));
        let mut edits = vec![role.await?.1];
        let other = self.fixture.sample.teams[1].team_id;
        let moved =
            self.request("move to another team, return=minimal", Function::Edit, edit(json!({"teams": [other]})));
        edits.push(moved.await?.1);
        let is_least = |cost: &Cost| cost.calls == 2 && cost.read_units > 0.0 && cost.write_units > 0.0;
        self.report.limit(edits.iter().all(is_least), "an edit is one read and one transaction");
        for (what, route) in [
            ("deactivate", "POST /users/{user_id}/deactivate"),
            ("deactivate again", "POST /users/{user_id}/deactivate"),
            ("reactivate", "POST /users/{user_id}/reactivate"),
            ("delete", "DELETE /users/{user_id}"),
        ] {
            let request = ApiRequest { route, parameters: user(), ..ApiRequest::default() };
            self.request(what, Function::SetStatus, request).await?;
        }
        Ok(())
    }

    async fn teams(&self) -> Fallible<()> {
        let list = |route| ApiRequest { route, ..ApiRequest::default() };
        self.request("list 25 teams with their members counted", Function::Teams, list("GET /teams")).await?;
        let named = |route, name| ApiRequest { route, body: Some(json!({ "name": name })), ..ApiRequest::default() };
        let made = self.request("create a team", Function::Teams, named("POST /teams", "Night shift")).await?.0;
        let skill = self.fixture.sample.skills[0].name.to_string();
        let team = || vec![("team_id", made["team_id"].as_str().unwrap_or_default().to_owned())];
        let with_skill = || team().into_iter().chain([("skill", skill.clone())]).collect();
        let rename = ApiRequest { parameters: team(), ..named("PATCH /teams/{team_id}", "Day shift") };
        self.request("rename a team", Function::Teams, rename).await?;
        let give = "PUT /teams/{team_id}/skills/{skill}";
        let give = ApiRequest {
            route: give,
            parameters: with_skill(),
            body: Some(json!({"level": 5})),
            ..ApiRequest::default()
        };
        self.request("give a team a skill", Function::Teams, give).await?;
        let archive = "PATCH /teams/{team_id}";
        let archive = ApiRequest { parameters: team(), body: Some(json!({"archived": true})), ..list(archive) };
        self.request("archive a team", Function::Teams, archive).await?;
        for (what, route) in [
            ("take a skill from a team", "DELETE /teams/{team_id}/skills/{skill}"),
            ("view a team's history", "GET /teams/{team_id}/history"),
            ("delete a team", "DELETE /teams/{team_id}"),
        ] {
            let request = ApiRequest { route, parameters: with_skill(), ..ApiRequest::default() };
            self.request(what, Function::Teams, request).await?;
        }
        let largest = vec![("team_id", self.fixture.sample.teams[0].team_id.to_string())];
        for (what, route) in [
            ("view a team with its members counted", "GET /teams/{team_id}"),
            ("list 25 members of a team", "GET /teams/{team_id}/members"),
        ] {
            let request = ApiRequest { route, parameters: largest.clone(), ..ApiRequest::default() };
            self.request(what, Function::Teams, request).await?;
        }
        Ok(())
    }

    async fn catalog(&self) -> Fallible<()> {
        let list = ApiRequest { route: "GET /skill-sets", ..ApiRequest::default() };
        let sets = self.request("list all skill sets with their uses counted", Function::Skills, list).await?.0;
        let skills = sets["items"].as_array().into_iter().flatten().filter_map(|set| set["skills"].as_array());
        self.report.figure("of this many skills", crate::report::count(skills.flatten().count()), "skills");
        let create =
            ApiRequest { route: "POST /skill-sets", body: Some(json!({"name": "New"})), ..ApiRequest::default() };
        self.request("create a skill set", Function::Skills, create).await?;
        let of_new = || vec![("name", "New".to_owned()), ("skill", "New_skill".to_owned())];
        for (what, route, body) in [
            ("create a skill", "PUT /skill-sets/{name}/skills/{skill}", Some(json!({}))),
            ("change a skill's range", "PUT /skill-sets/{name}/skills/{skill}", Some(json!({"max": 5}))),
            ("view a skill with its uses counted", "GET /skill-sets/{name}/skills/{skill}", None),
            ("delete a skill", "DELETE /skill-sets/{name}/skills/{skill}", None),
            ("delete a skill set", "DELETE /skill-sets/{name}", None),
        ] {
            self.request(
                what,
                Function::Skills,
                ApiRequest { route, parameters: of_new(), body, ..ApiRequest::default() },
            )
            .await?;
        }
        Ok(())
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
            Function::Teams => Box::pin(teams::handle(&self.directory, time_and_ids, request)).await,
            Function::Skills => Box::pin(skills::handle(&self.directory, time_and_ids, request)).await,
        };
        result.map_err(|problem| format!("{problem:?}").into())
    }
}
