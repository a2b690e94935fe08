use app::{
    AuthenticatedCaller, ChangeError, SystemTimeAndIds,
    flex_skills::{FlexSkillsError, Import, Importer, import},
};
use domain::{
    Refusal, Role, SkillName, SkillSetName, Status, User,
    audit::{Action, Subject},
    permissions::Caller,
    test_support::user_with_role,
};
use embedded::Dynamo;
use jiff::Timestamp;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitUser, Directory, UserChange, ViewCatalog, ViewHistory};
use twilio::{FetchFlexConfiguration, FlexConfiguration, TwilioError};
use uuid::Uuid;

/// Flex with these definitions; without any it does not answer.
struct Flex(Option<Value>);

impl FetchFlexConfiguration for Flex {
    async fn fetch_flex_configuration(&self) -> Result<Option<FlexConfiguration>, TwilioError> {
        let skills = self.0.as_ref().ok_or(TwilioError::Config("not reachable"))?;
        Ok(FlexConfiguration::read(&json!({"taskrouter_skills": skills}).to_string()))
    }
}

/// Skills S0, S1, … with the levels 1 to 5.
fn flex(count: usize) -> Flex {
    let skill = |n| json!({"name": format!("S{n}"), "multivalue": true, "minimum": 1, "maximum": 5});
    Flex(Some((0..count).map(skill).collect()))
}

fn directory(dynamo: &Dynamo) -> Directory {
    Directory::new(dynamo.client(), dynamo.fresh_table().unwrap())
}

async fn import_as(directory: &Directory, flex: &Flex, importer: Importer<'_>) -> Result<Import, FlexSkillsError> {
    import(directory, flex, &SystemTimeAndIds, importer, &SkillSetName::flex()).await
}

const OPERATOR: Importer<'_> = Importer::Operator("test");

async fn store_user(directory: &Directory, user: User) -> User {
    let origin = ChangeOrigin::operator("test", Timestamp::UNIX_EPOCH, Uuid::now_v7());
    directory.commit_user(UserChange::new(None, user, origin, Action::Created)).await.unwrap()
}

/// As the gateway's authorizer has found the user, with this role.
fn caller(user: &User, role: Role) -> AuthenticatedCaller {
    let caller = Caller::new(user.user_id, role);
    AuthenticatedCaller { caller, token_role: role, request_id: "r-1".to_owned() }
}

fn refusal(result: Result<Import, FlexSkillsError>) -> Refusal {
    match result {
        Err(FlexSkillsError::Change(ChangeError::Refused(refusal))) => refusal,
        other => panic!("it is {other:?}"),
    }
}

#[tokio::test]
async fn an_import_writes_200_skills_and_says_how_many_are_left_for_the_next_one() {
    let dynamo = Dynamo::memory().await.unwrap();
    let (directory, flex) = (directory(&dynamo), flex(203));
    for (written, left) in [(200, 3), (3, 0), (0, 0)] {
        let imported = import_as(&directory, &flex, OPERATOR).await.unwrap();
        assert_eq!((imported.written.len(), imported.left), (written, left));
    }
    assert_eq!(directory.skills().await.unwrap().len(), 203);
}

#[tokio::test]
async fn rule_31_of_two_imports_at_once_each_skill_is_written_and_recorded_by_one() {
    let dynamo = Dynamo::memory().await.unwrap();
    let (directory, flex) = (directory(&dynamo), flex(5));
    let (one, other) = tokio::join!(import_as(&directory, &flex, OPERATOR), import_as(&directory, &flex, OPERATOR));
    assert_eq!(one.unwrap().written.len() + other.unwrap().written.len(), 5);
    for n in 0..5 {
        let name = SkillName::new(&format!("S{n}")).unwrap();
        let (records, _) = directory.history(Subject::Skill(&name), None, 10).await.unwrap();
        assert_eq!(records.iter().map(|record| record.action).collect::<Vec<_>>(), [Action::Imported]);
    }
}

#[tokio::test]
async fn rule_4_a_caller_who_is_no_admin_any_more_imports_nothing() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = directory(&dynamo);
    let demoted = store_user(&directory, user_with_role("ada", Role::Supervisor)).await;
    let deactivated = user_with_role("ida", Role::SystemAdmin).with(|user| user.managed.status = Status::Deactivated);
    let deactivated = store_user(&directory, deactivated).await;
    for (user, code) in [(demoted, "supervisors-may-not"), (deactivated, "caller-may-no-longer")] {
        let caller = caller(&user, Role::SystemAdmin);
        let refused = import_as(&directory, &flex(1), Importer::Caller(&caller)).await;
        assert_eq!(refusal(refused).code(), code);
    }
    assert_eq!(directory.skills().await.unwrap(), []);
}

#[tokio::test]
async fn while_flex_does_not_answer_nothing_is_imported() {
    let dynamo = Dynamo::memory().await.unwrap();
    let directory = directory(&dynamo);
    let failed = import_as(&directory, &Flex(None), OPERATOR).await;
    assert!(matches!(failed, Err(FlexSkillsError::Twilio(_))), "{failed:?}");
    assert_eq!(directory.skills().await.unwrap(), []);
}
