//! Who starts `fan-out`, and that a change does not depend on it (rules 15 to 18 and 21).

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use app::SystemTimeAndIds;
use domain::{
    Role, SkillName, Team, TeamId, User,
    audit::Action,
    test_support::{stored, user_with_role},
};
use embedded::Dynamo;
use invoke::InvokeError;
use jiff::Timestamp;
use lambda_http::Request;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitTeam, CommitUser, Directory, FanOutTeams, ImportSkills, TeamChange, UserChange};
use teams::{StartFanOut, handle};
use uuid::Uuid;

/// Records for which teams `fan-out` was started.
#[derive(Default)]
struct StubFunction {
    fails: AtomicBool,
    started: Mutex<Vec<TeamId>>,
}

impl StartFanOut for StubFunction {
    async fn start(&self, team_id: TeamId) -> Result<(), InvokeError> {
        self.started.lock().unwrap().push(team_id);
        let fails = self.fails.load(Ordering::Relaxed);
        if fails { Err(InvokeError("TooManyRequestsException".to_owned())) } else { Ok(()) }
    }
}

struct Fixture {
    directory: Directory,
    function: StubFunction,
    admin: User,
    team_id: TeamId,
    _dynamo: Dynamo,
}

fn operator() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", Timestamp::now(), Uuid::now_v7())
}

impl Fixture {
    /// A team without skills, and the skill English.
    async fn new() -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let admin = user_with_role("olga", Role::SystemAdmin);
        directory.commit_user(UserChange::new(None, admin.clone(), operator(), Action::Created)).await.unwrap();
        let team_id = TeamId::new(Uuid::from_u128(7));
        let after = Team::new(team_id, stored("Sales"), Timestamp::now());
        let team = TeamChange { before: None, after, origin: operator(), action: Action::Created, skills: None };
        directory.commit_team(team).await.unwrap();
        let english = SkillName::new("English").unwrap();
        directory.import_skills(&[english], operator()).await.unwrap();
        Self { directory, function: StubFunction::default(), admin, team_id, _dynamo: dynamo }
    }

    async fn send(&self, route: &str, body: &Value) -> u16 {
        let result = handle(&self.directory, &self.function, &SystemTimeAndIds, self.request(route, body)).await;
        result.unwrap_or_else(|problem| panic!("{route}: {problem:?}")).status().as_u16()
    }

    fn request(&self, route: &str, body: &Value) -> Request {
        let (method, path) = route.split_once(' ').unwrap();
        let role = self.admin.managed.role;
        let caller = json!({"user_id": self.admin.user_id, "role": role, "token_role": role});
        let event = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": "",
            "headers": {},
            "pathParameters": {"team_id": self.team_id, "skill": "English"},
            "requestContext": {
                "authorizer": {"lambda": caller},
                "http": {"method": method, "path": path, "protocol": "HTTP/1.1"},
                "requestId": "test",
                "routeKey": route,
                "stage": "$default",
                "timeEpoch": 0
            },
            "body": body.to_string(),
            "isBase64Encoded": false
        });
        lambda_http::request::from_str(&event.to_string()).unwrap()
    }

    /// For how many changes it was started since this was last asked.
    fn starts(&self) -> usize {
        let started = std::mem::take(&mut *self.function.started.lock().unwrap());
        assert!(started.iter().all(|team_id| *team_id == self.team_id));
        started.len()
    }
}

const EDIT: &str = "PATCH /teams/{team_id}";
const GRANT: &str = "PUT /teams/{team_id}/skills/{skill}";
const REVOKE: &str = "DELETE /teams/{team_id}/skills/{skill}";

#[tokio::test]
async fn rules_15_to_21_a_change_of_what_the_members_inherit_starts_fan_out_and_no_other_change_does() {
    let fixture = Fixture::new().await;
    for (route, body, starts) in [
        (EDIT, json!({"name": "Support"}), 0),
        (EDIT, json!({"archived": true}), 0),
        (EDIT, json!({"archived": false}), 0),
        (GRANT, json!({"level": 5}), 1),
        (GRANT, json!({"level": 5}), 0),
        (GRANT, json!({"level": 6}), 1),
        (EDIT, json!({"archived": true, "name": "Sales"}), 1),
        (GRANT, json!({"level": 7}), 0),
        (EDIT, json!({"archived": false}), 1),
        (REVOKE, json!({}), 1),
        (REVOKE, json!({}), 0),
    ] {
        assert_eq!(fixture.send(route, &body).await, 200, "{route} {body}");
        assert_eq!(fixture.starts(), starts, "{route} {body}");
    }
}

#[tokio::test]
async fn a_change_is_made_although_fan_out_cannot_be_started_and_is_left_to_the_schedule() {
    let fixture = Fixture::new().await;
    fixture.function.fails.store(true, Ordering::Relaxed);
    assert_eq!(fixture.send(GRANT, &json!({"level": 5})).await, 200);
    assert_eq!(fixture.starts(), 1);
    assert!(fixture.directory.fan_out(fixture.team_id).await.unwrap().is_some());
    assert_eq!(
        fixture.directory.due_fan_outs(Timestamp::now(), 1).await.unwrap(),
        [],
        "an invocation would have begun"
    );
    let in_a_minute = Timestamp::now() + std::time::Duration::from_mins(1);
    assert_eq!(fixture.directory.due_fan_outs(in_a_minute, 1).await.unwrap(), [fixture.team_id]);
}
