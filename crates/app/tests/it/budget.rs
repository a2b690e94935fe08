//! Attributes are limited to 4,096 characters (rule 27): a change that would exceed them is refused.

use std::sync::atomic::{AtomicUsize, Ordering};

use app::{
    AuthenticatedCaller, ChangeError, SystemTimeAndIds,
    budget::AttributeBudget,
    users::{ChangeTarget, add_user, change_user, request_sync},
};
use domain::{
    ExpectedVersion, Refusal, Role, SkillName, Status, Team, TeamId, User, UserId, WorkerReport, WorkerSid,
    audit::{Action, Subject},
    permissions::Caller,
    policy::RoleAuthority,
    provisioning::ProvisionedUser,
    skill::Skills,
    test_support::{agent, report_ref, stored, user_with_role},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    ChangeOrigin, CommitTeam, CommitUser, Directory, ImportSkills, ReadSet, ReadSnapshot, RecordReport, Snapshot,
    StoreError, TeamChange, UserChange, ViewDetails, ViewHistory, ViewUser,
};
use uuid::Uuid;

/// A directory with a system admin and the agent Ada, whose worker is WK1. Counts the reads.
struct Fixture {
    directory: Directory,
    reads: AtomicUsize,
    _dynamo: Dynamo,
}

fn origin() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", Timestamp::UNIX_EPOCH, Uuid::now_v7())
}

/// A name of 60 characters: 63 characters in the attributes, with its comma.
fn skill(number: usize) -> SkillName {
    SkillName::new(&format!("Skill_{number:054}")).unwrap()
}

fn skills(numbers: std::ops::Range<usize>) -> Skills {
    numbers.map(|number| (skill(number), None)).collect()
}

fn team(number: u128, skills: Skills) -> Team {
    let team_id = TeamId::new(Uuid::from_u128(number));
    Team { skills, ..Team::new(team_id, stored(&format!("Team {number}")), Timestamp::UNIX_EPOCH) }
}

fn ada() -> User {
    agent("ada").with(|user| user.taskrouter.worker_sid = Some(WorkerSid::new("WK1")))
}

impl Fixture {
    /// Ada's worker has this many characters besides.
    async fn new(other_chars: usize, ada: User) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        let fixture = Self { directory, reads: AtomicUsize::new(0), _dynamo: dynamo };
        fixture.directory.import_skills(&(0..90).map(skill).collect::<Vec<_>>(), origin()).await.unwrap();
        for after in [team(1, skills(0..10)), team(2, skills(10..20))] {
            let created = TeamChange { before: None, after, origin: origin(), action: Action::Created, skills: None };
            fixture.directory.commit_team(created).await.unwrap();
        }
        for user in [user_with_role("adam", Role::SystemAdmin), ada] {
            fixture.directory.commit_user(UserChange::new(None, user, origin(), Action::Created)).await.unwrap();
        }
        let reported = WorkerReport {
            worker_sid: WorkerSid::new("WK1"),
            identity: None,
            activity: "Available".to_owned(),
            version: report_ref("WK1", 1, 1).version,
            deleted: false,
            attributes: None,
            other_chars: Some(other_chars),
            faults: Vec::new(),
        };
        fixture.directory.record_report(&reported).await.unwrap();
        fixture
    }

    async fn edit(&self, teams: &[u128], edit: impl Fn(&mut User)) -> Result<User, ChangeError> {
        let teams = teams.iter().map(|number| TeamId::new(Uuid::from_u128(*number))).collect();
        let target = ChangeTarget { teams, ..ChangeTarget::user(ada().user_id, ExpectedVersion::Any) };
        let decide = |user: &User, _: &app::ChangeContext| Ok(user.with(&edit));
        let changed = change_user(self, &SystemTimeAndIds, &caller("adam"), &target, Action::Edited, decide).await?;
        Ok(changed.after)
    }

    async fn used(&self) -> usize {
        let user = self.directory.user(ada().user_id).await.unwrap().unwrap();
        let details = self.directory.details(&user).await.unwrap();
        AttributeBudget::of(&user, &details.teams, details.worker.as_ref()).unwrap().used
    }

    fn reads(&self) -> usize {
        self.reads.swap(0, Ordering::Relaxed)
    }
}

impl ReadSnapshot for Fixture {
    async fn snapshot(&self, read_set: &ReadSet) -> Result<Snapshot, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.directory.snapshot(read_set).await
    }
}

impl CommitUser for Fixture {
    async fn commit_user(&self, change: UserChange<'_>) -> Result<User, StoreError> {
        self.directory.commit_user(change).await
    }
}

fn caller(name: &str) -> AuthenticatedCaller {
    let caller = Caller::new(agent(name).user_id, Role::SystemAdmin);
    AuthenticatedCaller { caller, token_role: Role::SystemAdmin, request_id: "r-1".to_owned() }
}

fn refused<T>(result: Result<T, ChangeError>) -> Option<Refusal> {
    match result {
        Ok(_) => None,
        Err(ChangeError::Refused(refusal)) => Some(refusal),
        Err(ChangeError::Store(error)) => panic!("{error}"),
    }
}

fn in_teams(numbers: &'static [u128]) -> impl Fn(&mut User) {
    move |user| user.managed.teams = numbers.iter().map(|number| TeamId::new(Uuid::from_u128(*number))).collect()
}

#[tokio::test]
async fn rule_27_an_assignment_that_would_exceed_4096_characters_is_refused_with_how_many_are_too_many() {
    // "agent" takes 8 characters, ten skills 63 each but for the last comma.
    let exactly = 4_096 - 8 - 629;
    let fixture = Fixture::new(exactly, ada()).await;
    let assign = |count: usize| fixture.edit(&[], move |user| user.managed.assigned_skills = skills(20..20 + count));
    assert_eq!(refused(assign(10).await), None);
    assert_eq!(fixture.used().await, 4_096);
    assert_eq!(refused(assign(11).await), Some(Refusal::AttributesTooLong { chars: 4_159, most: 4_096 }));
    assert_eq!(fixture.used().await, 4_096, "nothing was written");
    assert!(refused(assign(11).await).unwrap().to_string().contains("63 more"));
}

#[tokio::test]
async fn rule_27_inherited_skills_count_and_are_read_only_where_skills_are_added() {
    let member = ada().with(|user| in_teams(&[1])(user));
    let fixture = Fixture::new(4_096 - 8 - 629, member).await;
    fixture.reads();
    let one_more = fixture.edit(&[], |user| user.managed.assigned_skills = skills(30..31)).await;
    assert_eq!(refused(one_more).map(|refusal| refusal.code()), Some("attributes-too-long"));
    assert_eq!(refused(fixture.edit(&[2], in_teams(&[1, 2])).await).map(|r| r.code()), Some("attributes-too-long"));
    fixture.reads();
    assert_eq!(refused(fixture.edit(&[2], in_teams(&[2])).await), None, "one team for another is no more");
    assert!(fixture.reads() > 1);
    assert_eq!(refused(fixture.edit(&[], in_teams(&[])).await), None);
    assert_eq!(fixture.reads(), 1, "what adds no skill is one read");
}

#[tokio::test]
async fn rule_27_act_as_agent_brings_all_skills_and_is_refused_if_they_do_not_fit() {
    let idle = ada().with(|user| {
        user.managed.role = Role::Supervisor;
        user.managed.assigned_skills = skills(0..40);
    });
    let fixture = Fixture::new(2_000, idle).await;
    let act = fixture.edit(&[], |user| user.managed.act_as_agent = true).await;
    assert_eq!(refused(act).map(|refusal| refusal.code()), Some("attributes-too-long"));
    let more = fixture.edit(&[], |user| user.managed.assigned_skills = skills(0..41)).await;
    assert_eq!(refused(more), None, "a user who receives no tasks has no skills in TaskRouter");
}

#[tokio::test]
async fn rule_27_who_has_too_many_characters_already_may_give_up_and_exchange_some() {
    let full = ada().with(|user| user.managed.assigned_skills = skills(0..40));
    let fixture = Fixture::new(3_000, full).await;
    assert!(fixture.used().await > 4_096);
    let exchange = fixture.edit(&[], |user| user.managed.assigned_skills = skills(1..41)).await;
    assert_eq!(refused(exchange), None);
    assert_eq!(refused(fixture.edit(&[], |user| user.managed.assigned_skills = skills(1..40)).await), None);
    let more = fixture.edit(&[], |user| user.managed.assigned_skills = skills(1..41)).await;
    assert_eq!(refused(more).map(|refusal| refusal.code()), Some("attributes-too-long"));
}

#[tokio::test]
async fn rule_12_reactivating_is_never_refused_for_its_length_but_what_is_assigned_meanwhile_is() {
    let away = ada().with(|user| {
        user.managed.status = Status::Deactivated;
        user.managed.assigned_skills = skills(0..40);
    });
    let fixture = Fixture::new(3_000, away).await;
    let more = fixture.edit(&[], |user| user.managed.assigned_skills = skills(0..41)).await;
    assert_eq!(refused(more).map(|refusal| refusal.code()), Some("attributes-too-long"));
    let target = ChangeTarget::user(ada().user_id, ExpectedVersion::Any);
    let reactivate = |user: &User, _: &app::ChangeContext| Ok(user.with(|user| user.managed.status = Status::Active));
    change_user(&fixture, &SystemTimeAndIds, &caller("adam"), &target, Action::Reactivated, reactivate).await.unwrap();
}

#[tokio::test]
async fn rule_27_who_is_added_before_the_first_login_has_room_for_all_skills_of_the_teams_at_least() {
    let fixture = Fixture::new(0, ada()).await;
    let big = TeamChange {
        before: None,
        after: team(3, skills(20..60)),
        origin: origin(),
        action: Action::Created,
        skills: None,
    };
    fixture.directory.commit_team(big).await.unwrap();
    let add = async |teams: &[u128], skill_count: usize| {
        let mut grace = ProvisionedUser::new("grace", "Grace", None).unwrap();
        grace.teams = teams.iter().map(|number| TeamId::new(Uuid::from_u128(*number))).collect();
        grace.assigned_skills = (60..60 + skill_count).map(|number| (skill(number), None)).collect();
        let user_id = UserId::new(Uuid::new_v4());
        let directory = &fixture.directory;
        add_user(directory, &SystemTimeAndIds, &caller("adam"), &grace, RoleAuthority::Directory, user_id).await
    };
    let code = refused(add(&[1, 2, 3], 20).await).map(|refusal| refusal.code());
    assert_eq!(code, Some("attributes-too-long"));
    assert_eq!(refused(add(&[3], 20).await), None);
}

#[tokio::test]
async fn asking_for_another_attempt_marks_the_user_and_leaves_no_record() {
    let fixture = Fixture::new(0, ada()).await;
    let directory = &fixture.directory;
    let pending = async || {
        let user = directory.user(ada().user_id).await.unwrap().unwrap();
        directory.details(&user).await.unwrap().outbox.map(|outbox| outbox.pending)
    };
    assert_eq!(pending().await, None);
    let ask = async || request_sync(directory, &SystemTimeAndIds, &caller("adam"), ada().user_id).await;
    let before = ask().await.unwrap();
    let first = pending().await;
    assert!(first.is_some());
    let after = ask().await.unwrap();
    assert!(pending().await != first, "each attempt has a token of its own");
    assert_eq!(before, after);
    let (records, _) = directory.history(Subject::User(ada().user_id), None, 10).await.unwrap();
    assert_eq!(records.len(), 1, "only the creation");
}

#[tokio::test]
async fn rule_5_who_was_demoted_meanwhile_asks_for_nothing() {
    let fixture = Fixture::new(0, ada()).await;
    let asked = request_sync(&fixture.directory, &SystemTimeAndIds, &caller("ada"), ada().user_id).await;
    assert_eq!(refused(asked).map(|refusal| refusal.code()), Some("agents-may-not"));
}
