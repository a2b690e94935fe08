//! Managing people, teams and skills.

use domain::edit::RoleAuthority;
use lambda_http::{Body, Request, Response};
use serde_json::{Value, json};

use super::CostMeter;
use crate::{Fallible, cost::Cost, requests::Asked};

/// Which function answers.
#[derive(Debug, Clone, Copy)]
enum Function {
    Edit,
    SetStatus,
    Teams,
    Skills,
}

const MINIMAL: (&str, &str) = ("prefer", "return=minimal");
const KEY: (&str, &str) = ("idempotency-key", "a-key");

impl CostMeter<'_> {
    pub(super) async fn admin(&self) -> Fallible<()> {
        self.people().await?;
        self.teams().await?;
        self.catalog().await
    }

    async fn people(&self) -> Fallible<()> {
        let (team, skill) = (&self.fixture.crowd.teams[0], &self.fixture.crowd.skills[0]);
        let newcomer = |identity: &str| {
            json!({"identity": identity, "name": "Grace Hopper", "email": "grace@example.com",
                "teams": [team.team_id], "assigned_skills": [{"skill": skill.name, "level": 50}]})
        };
        let add = |identity| Asked { route: "POST /users", body: Some(newcomer(identity)), ..Asked::default() };
        let keyed = || Asked { headers: vec![KEY], ..add("keyed") };
        self.asks("add a user with a team and a skill", Function::Edit, add("grace")).await?;
        let added = self.asks("add a user, with an Idempotency-Key", Function::Edit, keyed()).await?.0;
        self.asks("the same again", Function::Edit, keyed()).await?;
        let user = || vec![("user_id", added["user_id"].as_str().unwrap_or_default().to_owned())];
        let edit = |body| Asked {
            route: "PATCH /users/{user_id}",
            parameters: user(),
            body: Some(body),
            headers: vec![MINIMAL],
            ..Asked::default()
        };
        let role = self.asks("edit a role, return=minimal", Function::Edit, edit(json!({"role": "supervisor"})));
        let mut edits = vec![role.await?.1];
        let other = self.fixture.crowd.teams[1].team_id;
        let moved = self.asks("move to another team, return=minimal", Function::Edit, edit(json!({"teams": [other]})));
        edits.push(moved.await?.1);
        let is_least = |cost: &Cost| cost.calls == 2 && cost.read_units > 0.0 && cost.write_units > 0.0;
        self.report.limit(edits.iter().all(is_least), "an edit is one read and one transaction");
        for (what, route) in [
            ("deactivate", "POST /users/{user_id}/deactivate"),
            ("deactivate again", "POST /users/{user_id}/deactivate"),
            ("reactivate", "POST /users/{user_id}/reactivate"),
            ("delete", "DELETE /users/{user_id}"),
        ] {
            let asked = Asked { route, parameters: user(), ..Asked::default() };
            self.asks(what, Function::SetStatus, asked).await?;
        }
        Ok(())
    }

    async fn teams(&self) -> Fallible<()> {
        let list = |route| Asked { route, ..Asked::default() };
        self.asks("list 25 teams with their members counted", Function::Teams, list("GET /teams")).await?;
        let named = |route, name| Asked { route, body: Some(json!({ "name": name })), ..Asked::default() };
        let made = self.asks("create a team", Function::Teams, named("POST /teams", "Night shift")).await?.0;
        let skill = self.fixture.crowd.skills[0].name.to_string();
        let team = || vec![("team_id", made["team_id"].as_str().unwrap_or_default().to_owned())];
        let with_skill = || team().into_iter().chain([("skill", skill.clone())]).collect();
        let rename = Asked { parameters: team(), ..named("PATCH /teams/{team_id}", "Day shift") };
        self.asks("rename a team", Function::Teams, rename).await?;
        let give = "PUT /teams/{team_id}/skills/{skill}";
        let give = Asked { route: give, parameters: with_skill(), body: Some(json!({"level": 5})), ..Asked::default() };
        self.asks("give a team a skill", Function::Teams, give).await?;
        let archive = "PATCH /teams/{team_id}";
        let archive = Asked { parameters: team(), body: Some(json!({"archived": true})), ..list(archive) };
        self.asks("archive a team", Function::Teams, archive).await?;
        for (what, route) in [
            ("take a skill from a team", "DELETE /teams/{team_id}/skills/{skill}"),
            ("view a team's history", "GET /teams/{team_id}/history"),
            ("delete a team", "DELETE /teams/{team_id}"),
        ] {
            let asked = Asked { route, parameters: with_skill(), ..Asked::default() };
            self.asks(what, Function::Teams, asked).await?;
        }
        let largest = vec![("team_id", self.fixture.crowd.teams[0].team_id.to_string())];
        for (what, route) in [
            ("view a team with its members counted", "GET /teams/{team_id}"),
            ("list 25 members of a team", "GET /teams/{team_id}/members"),
        ] {
            let asked = Asked { route, parameters: largest.clone(), ..Asked::default() };
            self.asks(what, Function::Teams, asked).await?;
        }
        Ok(())
    }

    async fn catalog(&self) -> Fallible<()> {
        let list = Asked { route: "GET /skill-sets", ..Asked::default() };
        let sets = self.asks("list all skill sets with their uses counted", Function::Skills, list).await?.0;
        let skills = sets["items"].as_array().into_iter().flatten().filter_map(|set| set["skills"].as_array());
        self.report.figure("of this many skills", crate::report::count(skills.flatten().count()), "skills");
        let create = Asked { route: "POST /skill-sets", body: Some(json!({"name": "New"})), ..Asked::default() };
        self.asks("create a skill set", Function::Skills, create).await?;
        let of_new = || vec![("name", "New".to_owned()), ("skill", "New_skill".to_owned())];
        for (what, route, body) in [
            ("create a skill", "PUT /skill-sets/{name}/skills/{skill}", Some(json!({}))),
            ("change a skill's range", "PUT /skill-sets/{name}/skills/{skill}", Some(json!({"max": 5}))),
            ("view a skill with its uses counted", "GET /skill-sets/{name}/skills/{skill}", None),
            ("delete a skill", "DELETE /skill-sets/{name}/skills/{skill}", None),
            ("delete a skill set", "DELETE /skill-sets/{name}", None),
        ] {
            self.asks(what, Function::Skills, Asked { route, parameters: of_new(), body, ..Asked::default() }).await?;
        }
        Ok(())
    }

    /// Prints what this request costs, which must succeed; gives the answer, if it says anything.
    async fn asks(&self, what: &str, function: Function, asked: Asked<'_>) -> Fallible<(Value, Cost)> {
        let request = asked.by(self.caller)?;
        let (answer, cost) = self.cost_of(self.answer(function, request)).await?;
        self.report.cost(what, &cost);
        let body = answer.body().as_ref();
        match answer.status() {
            status if !status.is_success() => Err(format!("{what}: {status} {}", String::from_utf8_lossy(body)).into()),
            _ if body.is_empty() => Ok((Value::Null, cost)),
            _ => Ok((serde_json::from_slice(body)?, cost)),
        }
    }

    async fn answer(&self, function: Function, request: Request) -> Fallible<Response<Body>> {
        let answer = match function {
            Function::Edit => Box::pin(edit::handle(&self.directory, RoleAuthority::Directory, request)).await,
            Function::SetStatus => Box::pin(set_status::handle(&self.directory, request)).await,
            Function::Teams => Box::pin(teams::handle(&self.directory, request)).await,
            Function::Skills => Box::pin(skills::handle(&self.directory, request)).await,
        };
        answer.map_err(|problem| format!("{problem:?}").into())
    }
}
