//! The caller is authorized again when a change is written (rule 5).

use std::sync::Mutex;

use app::{
    AuthenticatedCaller, ChangeContext, ChangeError, SystemTimeAndIds,
    users::{ChangeTarget, change_user},
};
use domain::{
    ExpectedVersion, Refusal, Role, Status, User,
    audit::{Action, Subject},
    edit::Edit,
    permissions::Caller,
    policy::RoleAuthority,
    status::StatusChange,
    test_support::{agent, user_with_role},
};
use embedded::Dynamo;
use jiff::Timestamp;
use store::{
    ChangeOrigin, CommitUser, Directory, ReadSet, ReadSnapshot, Snapshot, StoreError, UserChange, ViewHistory, ViewUser,
};
use uuid::Uuid;

struct Fixture {
    directory: Directory,
    _dynamo: Dynamo,
}

impl Fixture {
    async fn with(users: &[User]) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        for user in users {
            directory.commit_user(by_an_operator(None, user.clone())).await.unwrap();
        }
        Self { directory, _dynamo: dynamo }
    }

    async fn is_now(&self, user: &User) -> User {
        self.directory.user(user.user_id).await.unwrap().unwrap()
    }

    async fn records(&self, user: &User) -> usize {
        self.directory.history(Subject::User(user.user_id), None, 100).await.unwrap().0.len()
    }
}

fn by_an_operator(before: Option<&User>, after: User) -> UserChange<'_> {
    UserChange::new(
        before,
        after,
        ChangeOrigin::operator("test", Timestamp::UNIX_EPOCH, Uuid::now_v7()),
        Action::Edited,
    )
}

/// A directory in which this user changes right after it was read for the first time.
struct Meanwhile<'a> {
    directory: &'a Directory,
    becomes: Mutex<Option<User>>,
    read: Mutex<usize>,
}

impl<'a> Meanwhile<'a> {
    const fn new(directory: &'a Directory, becomes: User) -> Self {
        Self { directory, becomes: Mutex::new(Some(becomes)), read: Mutex::new(0) }
    }
}

impl ReadSnapshot for Meanwhile<'_> {
    async fn snapshot(&self, wanted: &ReadSet) -> Result<Snapshot, StoreError> {
        let read = self.directory.snapshot(wanted).await?;
        *self.read.lock().unwrap() += 1;
        let becomes = self.becomes.lock().unwrap().take();
        if let Some(after) = becomes {
            let before = self.directory.user(after.user_id).await?;
            self.directory.commit_user(by_an_operator(before.as_ref(), after)).await?;
        }
        Ok(read)
    }
}

impl CommitUser for Meanwhile<'_> {
    async fn commit_user(&self, change: UserChange<'_>) -> Result<User, StoreError> {
        self.directory.commit_user(change).await
    }
}

/// A caller whose token was checked when they were a system admin.
fn authenticated(caller: &User) -> AuthenticatedCaller {
    let caller = Caller { user_id: caller.user_id, role: Role::SystemAdmin };
    AuthenticatedCaller { caller, token_role: Role::SystemAdmin, request_id: "r-1".to_owned() }
}

fn promote(user: &User, context: &ChangeContext) -> Result<User, Refusal> {
    let edit = Edit { role: Some(Role::Supervisor), ..Edit::default() };
    edit.apply(user, context.caller, [], RoleAuthority::Directory)
}

async fn promotes(
    directory: &(impl ReadSnapshot + CommitUser),
    caller: &User,
    target: &User,
) -> Result<User, ChangeError> {
    let target = ChangeTarget::user(target.user_id, ExpectedVersion::Any);
    change_user(directory, &SystemTimeAndIds, &authenticated(caller), &target, Action::Edited, promote).await
}

fn code<T>(result: Result<T, ChangeError>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(ChangeError::Refused(refusal)) => refusal.code(),
        Err(ChangeError::Store(error)) => panic!("{error}"),
    }
}

// rule 5
#[tokio::test]
async fn rule_5_what_the_profile_says_counts_and_not_what_the_token_check_said() {
    let (adam, ada) = (user_with_role("adam", Role::SystemAdmin), agent("ada"));
    let cases = [
        (adam.clone(), "done"),
        (adam.with(|user| user.managed.role = Role::Supervisor), "supervisors-may-not"),
        (adam.with(|user| user.managed.role = Role::Agent), "agents-may-not"),
        (adam.with(|user| user.managed.status = Status::Deactivated), "caller-may-no-longer"),
        (adam.with(|user| user.managed.status = Status::Deleted), "caller-may-no-longer"),
    ];
    for (adam, told) in cases {
        let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
        assert_eq!(code(promotes(&fixture.directory, &adam, &ada).await), told);
        assert_eq!(fixture.is_now(&ada).await.managed.role == Role::Supervisor, told == "done");
    }
}

// rule 5
#[tokio::test]
async fn rule_5_who_is_demoted_or_deactivated_between_reading_and_writing_has_written_nothing() {
    let (adam, ada) = (user_with_role("adam", Role::SystemAdmin), agent("ada"));
    let cases = [
        (adam.with(|user| user.managed.role = Role::Supervisor), "supervisors-may-not"),
        (adam.with(|user| user.managed.role = Role::Agent), "agents-may-not"),
        (adam.with(|user| user.managed.status = Status::Deactivated), "caller-may-no-longer"),
        (adam.with(|user| user.managed.status = Status::Deleted), "caller-may-no-longer"),
    ];
    for (becomes, told) in cases {
        let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
        let meanwhile = Meanwhile::new(&fixture.directory, becomes);
        assert_eq!(code(promotes(&meanwhile, &adam, &ada).await), told);
        assert_eq!(*meanwhile.read.lock().unwrap(), 2, "the first attempt met the demotion, the second is refused");
        assert_eq!((fixture.is_now(&ada).await.managed.role, fixture.records(&ada).await), (Role::Agent, 1));
    }
}

// rule 5
#[tokio::test]
async fn rule_5_an_admin_who_is_demoted_meanwhile_does_not_raise_themselves_again() {
    let adam = user_with_role("adam", Role::SystemAdmin);
    let fixture = Fixture::with(std::slice::from_ref(&adam)).await;
    let demoted = adam.with(|user| user.managed.role = Role::Agent);
    let meanwhile = Meanwhile::new(&fixture.directory, demoted);
    let edit = |user: &User, context: &ChangeContext| {
        let edit = Edit { role: Some(Role::SystemAdmin), act_as_agent: Some(true), ..Edit::default() };
        edit.apply(user, context.caller, [], RoleAuthority::Directory)
    };
    let target = ChangeTarget::user(adam.user_id, ExpectedVersion::Any);
    let answer = change_user(&meanwhile, &SystemTimeAndIds, &authenticated(&adam), &target, Action::Edited, edit).await;
    assert_eq!((code(answer), fixture.is_now(&adam).await.managed.role), ("agents-may-not", Role::Agent));
}

// rule 5
#[tokio::test]
async fn rule_5_a_change_of_the_caller_that_takes_no_power_from_them_does_not_stop_them() {
    let (adam, ada) = (user_with_role("adam", Role::SystemAdmin), agent("ada"));
    let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
    let meanwhile =
        Meanwhile::new(&fixture.directory, adam.with(|user| user.idp.full_name = Some("Adam Newname".to_owned())));
    assert_eq!(code(promotes(&meanwhile, &adam, &ada).await), "done");
    assert_eq!(*meanwhile.read.lock().unwrap(), 1, "at the first attempt");
}

// rule 5
#[tokio::test]
async fn rule_5_two_admins_who_deactivate_each_other_at_the_same_moment_are_not_both_out() {
    let names = ["adam", "anna"];
    for _ in 0..20 {
        let [adam, anna] = names.map(|name| user_with_role(name, Role::SystemAdmin));
        let fixture = Fixture::with(&[adam.clone(), anna.clone()]).await;
        let deactivates = async |caller: &User, target: &User| {
            let target = ChangeTarget::user(target.user_id, ExpectedVersion::Any);
            let deactivate =
                |user: &User, context: &ChangeContext| StatusChange::Deactivate.apply(user, context.caller);
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
        let (one, other) = tokio::join!(deactivates(&adam, &anna), deactivates(&anna, &adam));
        let mut told = [code(one), code(other)];
        told.sort_unstable();
        assert_eq!(told, ["caller-may-no-longer", "done"]);
    }
}
