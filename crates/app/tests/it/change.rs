//! The caller is authorized again when a change is written (rule 5).

use std::sync::Mutex;

use app::{
    AuthenticatedCaller, ChangeContext, ChangeError, SystemTimeAndIds,
    users::{ChangeTarget, ChangedUser, change_user},
};
use domain::{
    ExpectedVersion, Refusal, Role, Status, Team, TeamId, User,
    audit::{Action, Subject},
    edit::Edit,
    permissions::Caller,
    policy::{RoleAuthority, SupervisorScope},
    status::StatusChange,
    test_support::{agent, stored, user_with_role},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    ChangeOrigin, CommitTeam, CommitUser, Directory, ReadSet, ReadSnapshot, Snapshot, StoreError, TeamChange,
    UserChange, ViewHistory, ViewUser,
};
use uuid::Uuid;

struct Fixture {
    directory: Directory,
    _dynamo: Dynamo,
}

impl Fixture {
    /// With these users, and the teams that they are in.
    async fn with(users: &[User]) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        for team_id in store::team_ids(users) {
            let (after, origin) = (Team::new(team_id, stored("Sales"), Timestamp::now()), operator());
            let change = TeamChange { before: None, after, origin, action: Action::Created, skills: None };
            directory.commit_team(change).await.unwrap();
        }
        for user in users {
            directory.commit_user(operator_change(None, user.clone())).await.unwrap();
        }
        Self { directory, _dynamo: dynamo }
    }

    async fn current_user(&self, user: &User) -> User {
        self.directory.user(user.user_id).await.unwrap().unwrap()
    }

    async fn record_count(&self, user: &User) -> usize {
        self.directory.history(Subject::User(user.user_id), None, 100).await.unwrap().0.len()
    }
}

fn operator_change(before: Option<&User>, after: User) -> UserChange<'_> {
    UserChange::new(before, after, operator(), Action::Edited)
}

fn operator() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", Timestamp::now(), Uuid::now_v7())
}

/// A directory in which another writer changes this user right after the first read.
struct ConcurrentChange<'a> {
    directory: &'a Directory,
    changed_user: Mutex<Option<User>>,
    read_count: Mutex<usize>,
}

impl<'a> ConcurrentChange<'a> {
    const fn new(directory: &'a Directory, changed_user: User) -> Self {
        Self { directory, changed_user: Mutex::new(Some(changed_user)), read_count: Mutex::new(0) }
    }
}

impl ReadSnapshot for ConcurrentChange<'_> {
    async fn snapshot(&self, wanted: &ReadSet) -> Result<Snapshot, StoreError> {
        let snapshot = self.directory.snapshot(wanted).await?;
        *self.read_count.lock().unwrap() += 1;
        let changed_user = self.changed_user.lock().unwrap().take();
        if let Some(after) = changed_user {
            let before = self.directory.user(after.user_id).await?;
            self.directory.commit_user(operator_change(before.as_ref(), after)).await?;
        }
        Ok(snapshot)
    }
}

impl CommitUser for ConcurrentChange<'_> {
    async fn commit_user(&self, change: UserChange<'_>) -> Result<User, StoreError> {
        self.directory.commit_user(change).await
    }
}

/// A caller who was a system admin when the token was validated.
fn authenticated(caller: &User) -> AuthenticatedCaller {
    let caller = Caller::new(caller.user_id, Role::SystemAdmin);
    AuthenticatedCaller { caller, token_role: Role::SystemAdmin, request_id: "r-1".to_owned() }
}

fn promote(user: &User, context: &ChangeContext) -> Result<User, Refusal> {
    let edit = Edit { role: Some(Role::Supervisor), ..Edit::default() };
    edit.apply(user, &context.caller, [], RoleAuthority::Directory)
}

async fn request_promotion(
    directory: &(impl ReadSnapshot + CommitUser),
    caller: &User,
    target: &User,
) -> Result<ChangedUser, ChangeError> {
    let target = ChangeTarget::user(target.user_id, ExpectedVersion::Any);
    change_user(directory, &SystemTimeAndIds, &authenticated(caller), &target, Action::Edited, promote).await
}

/// The admin with fewer permissions, and the code that refuses them a promotion.
fn demotions(admin: &User) -> [(User, &'static str); 4] {
    [
        (admin.with(|user| user.managed.role = Role::Supervisor), "supervisors-may-not"),
        (admin.with(|user| user.managed.role = Role::Agent), "agents-may-not"),
        (admin.with(|user| user.managed.status = Status::Deactivated), "caller-may-no-longer"),
        (admin.with(|user| user.managed.status = Status::Deleted), "caller-may-no-longer"),
    ]
}

fn code<T>(result: Result<T, ChangeError>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(ChangeError::Refused(refusal)) => refusal.code(),
        Err(ChangeError::Store(error)) => panic!("{error}"),
    }
}

#[tokio::test]
async fn rule_5_what_the_profile_says_counts_and_not_what_the_token_check_said() {
    let (adam, ada) = (user_with_role("adam", Role::SystemAdmin), agent("ada"));
    for (adam, outcome) in [(adam.clone(), "done")].into_iter().chain(demotions(&adam)) {
        let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
        assert_eq!(code(request_promotion(&fixture.directory, &adam, &ada).await), outcome);
        assert_eq!(fixture.current_user(&ada).await.managed.role == Role::Supervisor, outcome == "done");
    }
}

#[tokio::test]
async fn rule_5_who_is_demoted_or_deactivated_between_reading_and_writing_has_written_nothing() {
    let (adam, ada) = (user_with_role("adam", Role::SystemAdmin), agent("ada"));
    for (changed_user, outcome) in demotions(&adam) {
        let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
        let concurrent = ConcurrentChange::new(&fixture.directory, changed_user);
        assert_eq!(code(request_promotion(&concurrent, &adam, &ada).await), outcome);
        assert_eq!(
            *concurrent.read_count.lock().unwrap(),
            2,
            "the first attempt met the demotion, the second is refused"
        );
        assert_eq!((fixture.current_user(&ada).await.managed.role, fixture.record_count(&ada).await), (Role::Agent, 1));
    }
}

#[tokio::test]
async fn rule_5_an_admin_who_is_demoted_meanwhile_does_not_raise_themselves_again() {
    let adam = user_with_role("adam", Role::SystemAdmin);
    let fixture = Fixture::with(std::slice::from_ref(&adam)).await;
    let demoted = adam.with(|user| user.managed.role = Role::Agent);
    let concurrent = ConcurrentChange::new(&fixture.directory, demoted);
    let edit = |user: &User, context: &ChangeContext| {
        let edit = Edit { role: Some(Role::SystemAdmin), act_as_agent: Some(true), ..Edit::default() };
        edit.apply(user, &context.caller, [], RoleAuthority::Directory)
    };
    let target = ChangeTarget::user(adam.user_id, ExpectedVersion::Any);
    let answer =
        change_user(&concurrent, &SystemTimeAndIds, &authenticated(&adam), &target, Action::Edited, edit).await;
    assert_eq!((code(answer), fixture.current_user(&adam).await.managed.role), ("agents-may-not", Role::Agent));
}

/// A supervisor who leads this team where supervisors change only their own teams, and how they are authenticated.
fn lead_of(team_id: TeamId) -> (User, AuthenticatedCaller) {
    let lead = user_with_role("sam", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id].into();
        user.managed.leads = [team_id].into();
    });
    let caller = Caller { scope: SupervisorScope::Teams, ..Caller::new(lead.user_id, Role::Supervisor) };
    let authenticated = AuthenticatedCaller { caller, token_role: Role::Supervisor, request_id: "r-1".to_owned() };
    (lead, authenticated)
}

/// Ends acting as agent, of a supervisor who does.
async fn request_end_of_acting(
    directory: &(impl ReadSnapshot + CommitUser),
    caller: &AuthenticatedCaller,
    target: &User,
) -> Result<ChangedUser, ChangeError> {
    let edit = |user: &User, context: &ChangeContext| {
        let edit = Edit { act_as_agent: Some(false), ..Edit::default() };
        edit.apply(user, &context.caller, [], RoleAuthority::Directory)
    };
    let target = ChangeTarget::user(target.user_id, ExpectedVersion::Any);
    change_user(directory, &SystemTimeAndIds, caller, &target, Action::Edited, edit).await
}

#[tokio::test]
async fn rules_2_and_5_a_lead_who_leads_the_team_no_more_or_whose_member_leaves_it_meanwhile_does_not_change_them() {
    let team_id = TeamId::new(Uuid::from_u128(7));
    let (sam, caller) = lead_of(team_id);
    let ada = user_with_role("ada", Role::Supervisor).with(|user| {
        user.managed.teams = [team_id].into();
        user.managed.act_as_agent = true;
    });
    for changed in [sam.with(|user| user.managed.leads.clear()), ada.with(|user| user.managed.teams.clear())] {
        let fixture = Fixture::with(&[sam.clone(), ada.clone()]).await;
        let concurrent = ConcurrentChange::new(&fixture.directory, changed);
        assert_eq!(code(request_end_of_acting(&concurrent, &caller, &ada).await), "outside-led-teams");
        assert_eq!(
            *concurrent.read_count.lock().unwrap(),
            2,
            "the first attempt met the change, the second is refused"
        );
        assert!(fixture.current_user(&ada).await.managed.act_as_agent);
    }
    let fixture = Fixture::with(&[sam.clone(), ada.clone()]).await;
    assert_eq!(code(request_end_of_acting(&fixture.directory, &caller, &ada).await), "done");
}

#[tokio::test]
async fn rule_5_a_change_of_the_caller_that_takes_no_power_from_them_does_not_stop_them() {
    let (adam, ada) = (user_with_role("adam", Role::SystemAdmin), agent("ada"));
    let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
    let concurrent = ConcurrentChange::new(
        &fixture.directory,
        adam.with(|user| user.idp.full_name = Some("Adam Newname".to_owned())),
    );
    assert_eq!(code(request_promotion(&concurrent, &adam, &ada).await), "done");
    assert_eq!(*concurrent.read_count.lock().unwrap(), 1, "at the first attempt");
}

#[tokio::test]
async fn rule_5_two_admins_who_deactivate_each_other_at_the_same_moment_are_not_both_out() {
    let names = ["adam", "anna"];
    for _ in 0..20 {
        let [adam, anna] = names.map(|name| user_with_role(name, Role::SystemAdmin));
        let fixture = Fixture::with(&[adam.clone(), anna.clone()]).await;
        let request_deactivation = async |caller: &User, target: &User| {
            let target = ChangeTarget::user(target.user_id, ExpectedVersion::Any);
            let deactivate =
                |user: &User, context: &ChangeContext| StatusChange::Deactivate.apply(user, &context.caller);
            change_user(
                &fixture.directory,
                &SystemTimeAndIds,
                &authenticated(caller),
                &target,
                Action::Deactivated,
                deactivate,
            )
            .await
        };
        let (one, other) = tokio::join!(request_deactivation(&adam, &anna), request_deactivation(&anna, &adam));
        let mut outcome = [code(one), code(other)];
        outcome.sort_unstable();
        assert_eq!(outcome, ["caller-may-no-longer", "done"]);
    }
}
