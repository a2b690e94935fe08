//! `flex-roster skills` against an embedded table, and a server that is Twilio and Parameter Store.
#![allow(clippy::unwrap_used, missing_docs)]

use std::process::Output;

use domain::{
    Actor, LevelRange, Skill, SkillName,
    audit::{Action, Subject},
    catalog::SkillSet,
    test_support::stored,
};
use embedded::Dynamo;
use serde_json::{Value, json};
use store::{ChangeOrigin, CommitSkill, Directory, ViewCatalog, ViewHistory};
use tokio::process::Command;
use uuid::Uuid;
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{header, method, path},
};

struct Setup {
    dynamo: Dynamo,
    directory: Directory,
    server: MockServer,
}

impl Setup {
    /// Flex defines these skills. The catalog has English from 1 to 100 in "Languages", and French without levels.
    async fn with_flex(skills: Value) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let origin = || ChangeOrigin::operator("test", jiff::Timestamp::UNIX_EPOCH, Uuid::now_v7());
        let set = SkillSet::new(stored("Languages"), Uuid::nil());
        directory.create_skill_set(&set, origin()).await.unwrap();
        for (name, levels) in [("English", Some(LevelRange::default())), ("French", None)] {
            let skill = Skill { skill_set: set.name.clone(), levels, ..Skill::imported(skill(name)) };
            directory.commit_skill(None, skill, origin(), Action::Created).await.unwrap();
        }
        let server = MockServer::start().await;
        let secret = Mock::given(method("POST")).and(header("x-amz-target", "AmazonSSM.GetParameter"));
        let secret =
            secret.respond_with(ResponseTemplate::new(200).set_body_json(json!({"Parameter": {"Value": "x"}})));
        secret.mount(&server).await;
        let configuration = json!({"taskrouter_skills": skills});
        let flex = Mock::given(method("GET")).and(path("/v1/Configuration"));
        flex.respond_with(ResponseTemplate::new(200).set_body_json(configuration)).mount(&server).await;
        Self { dynamo, directory, server }
    }

    async fn skills(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flex-roster"));
        for address in ["AWS_ENDPOINT_URL_SSM", "TASKROUTER_URL", "IAM_URL", "FLEX_URL"] {
            command.env(address, self.server.uri());
        }
        command
            .arg("skills")
            .args(arguments)
            .env("TABLE_NAME", self.directory.name())
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_ENDPOINT_URL_DYNAMODB", self.dynamo.url())
            .env("TWILIO_ACCOUNT_SID", "AC1")
            .env("TWILIO_WORKSPACE_SID", "WS1")
            .env("TWILIO_AUTH_TOKEN_PARAMETER", "/token")
            .output()
            .await
            .unwrap()
    }

    async fn catalog(&self) -> Vec<(String, String, Option<LevelRange>, bool)> {
        let skills = self.directory.skills().await.unwrap().into_iter();
        let shown =
            |skill: Skill| (skill.name.to_string(), skill.skill_set.to_string(), skill.levels, skill.level_required);
        skills.map(shown).collect()
    }
}

fn skill(name: &str) -> SkillName {
    SkillName::new(name).unwrap()
}

/// English from 1 to 5, German from 0 to 9.
fn definitions() -> Value {
    let skill =
        |name, minimum, maximum| json!({"name": name, "multivalue": true, "minimum": minimum, "maximum": maximum});
    json!([skill("English", 1, 5), skill("German", 0, 9)])
}

fn text(output: &Output) -> String {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_16_comparing_is_the_default_writes_nothing_and_fails_until_the_definitions_are_imported() {
    let setup = Setup::with_flex(definitions()).await;
    let before = setup.catalog().await;
    let expected = "skill    state            Flex    skill set  catalog\n\
                    English  differs          1 to 5  Languages  1 to 100, optional\n\
                    French   only in catalog          Languages  no levels\n\
                    German   missing          0 to 9\n";
    for arguments in [&[] as &[&str], &["--compare"]] {
        let compared = setup.skills(arguments).await;
        assert_eq!((text(&compared).as_str(), compared.status.code()), (expected, Some(1)));
    }
    assert_eq!(setup.catalog().await, before);

    let imported = setup.skills(&["--import", "--skill-set", "Products"]).await;
    let expected = "skill    change   skill set  catalog\n\
                    English  changed  Languages  1 to 5\n\
                    German   created  Products   0 to 9\n";
    assert_eq!((text(&imported).as_str(), imported.status.code()), (expected, Some(0)));
    let range = |min, max| LevelRange::new(min, max).ok();
    assert_eq!(
        setup.catalog().await,
        [
            ("English".to_owned(), "Languages".to_owned(), range(1, 5), true),
            ("French".to_owned(), "Languages".to_owned(), None, false),
            ("German".to_owned(), "Products".to_owned(), range(0, 9), true),
        ]
    );
    let compared = setup.skills(&["--json"]).await;
    let report: Value = serde_json::from_str(&text(&compared)).unwrap();
    let states = report["items"].as_array().unwrap().iter().map(|item| item["state"].as_str().unwrap());
    assert_eq!(
        (states.collect::<Vec<_>>(), compared.status.code()),
        (vec!["same", "only_in_catalog", "same"], Some(0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_31_an_import_is_recorded_as_the_operators() {
    let setup = Setup::with_flex(definitions()).await;
    setup.skills(&["--import"]).await;
    let (german, english) = (skill("German"), skill("English"));
    for (subject, action) in [(&german, Action::Imported), (&english, Action::Edited)] {
        let (records, _) = setup.directory.history(Subject::Skill(subject), None, 1).await.unwrap();
        let record = records.first().unwrap();
        assert_eq!((record.actor, record.action), (Actor::Operator, action));
        assert_eq!(record.request_id, "flex-roster skills --import");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_makes_no_range_is_named_and_the_others_are_imported() {
    let wrong = json!({"name": "Dutch", "multivalue": true, "minimum": 5, "maximum": 4});
    let setup = Setup::with_flex(json!([wrong, {"name": "German", "multivalue": false}])).await;
    let imported = setup.skills(&["--import"]).await;
    let text = text(&imported);
    assert!(text.contains("German  created  Flex       no levels"), "{text}");
    assert!(text.contains("not imported: Dutch: The levels from 5 to 4 are no range"), "{text}");
    assert_eq!(imported.status.code(), Some(1));
}
