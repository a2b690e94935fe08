//! Names that are the same but for case, width and invisible characters (rule 33), and e-mail addresses (rule 22).

use domain::{
    PresetId, Skill, SkillName, SkillSetName, Status, Team, TeamId,
    audit::Action,
    catalog::SkillSet,
    preset::SkillPreset,
    test_support::{self, stored},
};
use jiff::Timestamp;
use store::{
    CommitPreset, CommitSkill, CommitTeam, ImportSkills, ReadSet, ReadSnapshot, StoreError, TeamChange, ViewCatalog,
    ViewDetails,
};
use uuid::Uuid;

use crate::support::{Fixture, operator};

const ROUNDS: usize = 40;

fn skill(name: &str) -> Skill {
    Skill { skill_set: stored("Languages"), ..Skill::imported(SkillName::adopted(name).unwrap()) }
}

fn set(name: &str) -> SkillSet {
    SkillSet::new(SkillSetName::parse(name).unwrap(), Uuid::now_v7())
}

fn preset(number: usize, name: &str) -> SkillPreset {
    let (preset_id, now) = (PresetId::new(Uuid::from_u128(number as u128)), Timestamp::UNIX_EPOCH);
    let skills = [(SkillName::adopted("English").unwrap(), None)].into();
    let (created_at, updated_at) = (now.into(), now.into());
    SkillPreset { preset_id, name: stored(name), skills, version: 1, created_at, updated_at }
}

impl Fixture {
    async fn create_skill(&self, name: &str) -> Result<Skill, StoreError> {
        self.directory.commit_skill(None, skill(name), operator(), Action::Created).await
    }

    async fn create_team(&self, number: usize, name: &str) -> Result<Team, StoreError> {
        let after = Team::new(TeamId::new(Uuid::from_u128(number as u128)), stored(name), Timestamp::UNIX_EPOCH);
        let change = TeamChange { before: None, after, origin: operator(), action: Action::Created, skills: None };
        self.directory.commit_team(change).await
    }

    async fn create_preset(&self, number: usize, name: &str) -> Result<SkillPreset, StoreError> {
        self.directory.commit_preset(None, preset(number, name), operator()).await
    }

    async fn preset_of_name(&self, name: &str) -> Option<PresetId> {
        let read_set = ReadSet { preset_name: Some(stored(name)), ..ReadSet::default() };
        let snapshot = self.directory.snapshot(&read_set).await.unwrap();
        snapshot.preset_of_name.map(|preset| preset.preset_id)
    }

    async fn namesakes(&self, name: &str) -> Vec<String> {
        let read_set = ReadSet { namesakes: Some(SkillName::adopted(name).unwrap()), ..ReadSet::default() };
        let snapshot = self.directory.snapshot(&read_set).await.unwrap();
        snapshot.namesakes.iter().map(SkillName::to_string).collect()
    }
}

fn assert_one_created<T: std::fmt::Debug>(outcomes: &(Result<T, StoreError>, Result<T, StoreError>)) {
    assert!(
        matches!(outcomes, (Ok(_), Err(StoreError::Conflict)) | (Err(StoreError::Conflict), Ok(_))),
        "exactly one is created: {outcomes:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_33_of_two_names_created_at_once_that_differ_only_in_case_width_or_invisible_characters_one_is_taken() {
    let fixture = Fixture::new().await;
    fixture.directory.create_skill_set(&set("Languages"), operator()).await.unwrap();
    for round in 0..ROUNDS {
        let (one, other) = (format!("Name_{round}"), format!("NAME_{round}"));
        assert_one_created(&tokio::join!(fixture.create_skill(&one), fixture.create_skill(&other)));
        let (set_one, set_other) = (set(&format!("Set {round}")), set(&format!("ｓｅｔ {round}")));
        let creating = |set| fixture.directory.create_skill_set(set, operator());
        assert_one_created(&tokio::join!(creating(&set_one), creating(&set_other)));
        let (one, other) = (format!("Support {round}"), format!("Sup\u{AD}port {round}"));
        let teams = (fixture.create_team(2 * round, &one), fixture.create_team(2 * round + 1, &other));
        assert_one_created(&tokio::join!(teams.0, teams.1));
        let presets = (fixture.create_preset(2 * round, &one), fixture.create_preset(2 * round + 1, &other));
        assert_one_created(&tokio::join!(presets.0, presets.1));
    }
}

#[tokio::test]
async fn rule_33_a_preset_holds_its_name_until_it_has_another_or_is_deleted() {
    let fixture = Fixture::new().await;
    let commit = |before, after| fixture.directory.commit_preset(before, after, operator());
    let first = commit(None, preset(1, "Newcomers")).await.unwrap();
    let spelled = commit(Some(&first), SkillPreset { name: stored("NEWCOMERS"), ..first.clone() }).await.unwrap();
    assert_eq!((spelled.version, fixture.preset_of_name("newcomers").await), (2, Some(first.preset_id)));
    assert!(matches!(commit(Some(&first), preset(1, "Other")).await, Err(StoreError::Conflict)), "it has changed");
    let renamed = commit(Some(&spelled), SkillPreset { name: stored("Trainees"), ..spelled.clone() }).await.unwrap();
    let second = commit(None, preset(2, "Newcomers")).await.unwrap();
    let taken = SkillPreset { name: stored("Newcomers"), ..renamed.clone() };
    assert!(matches!(commit(Some(&renamed), taken).await, Err(StoreError::Conflict)), "the name is another preset's");
    let deletion = fixture.directory.delete_preset(&spelled, operator()).await;
    assert!(matches!(deletion, Err(StoreError::Conflict)), "it has changed");
    fixture.directory.delete_preset(&renamed, operator()).await.unwrap();
    assert_eq!(fixture.preset_of_name("Trainees").await, None);
    assert_eq!(fixture.preset_of_name("NEWCOMERS").await, Some(second.preset_id));
}

#[tokio::test]
async fn rule_33_names_that_differ_in_accents_are_different() {
    let fixture = Fixture::new().await;
    assert!(fixture.create_team(1, "Zoë").await.is_ok() && fixture.create_team(2, "Zoe").await.is_ok());
    for name in ["Zoë", "Zoe"] {
        fixture.directory.create_skill_set(&set(name), operator()).await.unwrap();
    }
}

#[tokio::test]
async fn rule_33_adopted_skills_are_kept_unchanged_and_block_a_new_one_until_the_last_of_them_is_deleted() {
    let fixture = Fixture::new().await;
    let adopted = ["English", "english", "ＥＮＧＬＩＳＨ"].map(|name| SkillName::adopted(name).unwrap());
    fixture.directory.import_skills(&adopted, operator()).await.unwrap();
    let names = fixture.directory.skills().await.unwrap().into_iter().map(|skill| skill.name).collect::<Vec<_>>();
    assert_eq!(names, adopted, "three skills");
    fixture.directory.create_skill_set(&set("Languages"), operator()).await.unwrap();
    for name in &adopted {
        assert!(matches!(fixture.create_skill("ENGLISH").await, Err(StoreError::Conflict)));
        let skill = Skill::imported(name.clone());
        fixture.directory.delete_skill(&skill, operator()).await.unwrap();
    }
    assert!(fixture.create_skill("ENGLISH").await.is_ok());
    assert_eq!(fixture.namesakes("english").await, ["ENGLISH"]);
}

#[tokio::test]
async fn rule_33_a_deleted_skill_set_frees_the_names_of_all_its_skills() {
    let fixture = Fixture::new().await;
    let many = (0..70).map(|n| SkillName::adopted(&format!("{}_{n}", if n < 35 { "Skill" } else { "SKILL" })).unwrap());
    let twins = ["Twin", "twin", "TWIN"].map(|name| SkillName::adopted(name).unwrap());
    let all = many.chain(twins).collect::<Vec<_>>();
    fixture.directory.import_skills(&all, operator()).await.unwrap();
    assert_eq!(fixture.namesakes("tWIN").await, ["TWIN", "Twin", "twin"]);
    let imported = SkillSet::new(SkillSetName::imported(), Uuid::nil());
    fixture.directory.delete_skill_set(&imported, operator()).await.unwrap();
    assert_eq!(fixture.namesakes("twin").await, [""; 0]);
    fixture.directory.create_skill_set(&set("Languages"), operator()).await.unwrap();
    for name in ["tWIN", "skill_3", "skill_60"] {
        fixture.create_skill(name).await.unwrap();
    }
}

#[tokio::test]
async fn rule_22_addresses_that_differ_in_an_accent_are_not_shown_as_the_same() {
    let person = |name: &str, email: &str| test_support::agent(name).with(|user| user.idp.email = Some(stored(email)));
    let zoe = person("a", "zoe@example.com");
    let same = [person("b", "Zoe@Example.com"), person("c", " zoe@example.com ")];
    let gone = person("d", "zoe@example.com").with(|user| user.managed.status = Status::Deleted);
    let others =
        [person("e", "zoë@example.com"), person("f", "zoe@example.com.example"), person("g", "o@zoe@example.com")];
    let all = [&[zoe.clone(), gone][..], &same, &others].concat();
    let fixture = Fixture::new().await.with(&all).await;
    let mut ids = same.map(|user| user.user_id);
    ids.sort();
    assert_eq!(fixture.directory.details(&zoe).await.unwrap().same_email, ids);
    assert_eq!(fixture.directory.details(&others[0]).await.unwrap().same_email, []);
}
