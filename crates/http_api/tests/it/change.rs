//! Whoever asks is looked at again when a change is written (rule 5).

use std::sync::Mutex;

use domain::{
    Refusal, Role, Status, User,
    audit::Action,
    edit::{Edit, RoleAuthority},
    people::{agent, somebody},
    permissions::Caller,
    status::StatusChange,
};
use embedded::Dynamo;
use http_api::{
    Problem, Signed,
    change::{self, ChangeTarget, Reading},
    precondition::IfMatch,
};
use jiff::Timestamp;
use store::{
    ChangeOrigin, Commit, CommitUser, Directory, ReadSet, ReadSnapshot, Snapshot, StoreError, ViewUser,
    history::{Subject, ViewHistory},
};

struct Fixture {
    directory: Directory,
    _dynamo: Dynamo,
}

impl Fixture {
    async fn with(users: &[User]) -> Self {
        let dynamo = Dynamo::memory().await.unwrap();
        let directory = Directory::new(dynamo.client(), dynamo.fresh_table().unwrap());
        for user in users {
            directory.commit(by_an_operator(None, user.clone())).await.unwrap();
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

fn by_an_operator(before: Option<&User>, after: User) -> Commit<'_> {
    Commit::new(before, after, ChangeOrigin::operator("test", Timestamp::UNIX_EPOCH), Action::Edited)
}

/// A directory in which, right after it was read for the first time, this person becomes somebody else.
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
            self.directory.commit(by_an_operator(before.as_ref(), after)).await?;
        }
        Ok(read)
    }
}

impl CommitUser for Meanwhile<'_> {
    async fn commit(&self, commit: Commit<'_>) -> Result<User, StoreError> {
        self.directory.commit(commit).await
    }
}

/// A request of somebody whose token was checked when they were a system admin.
fn signed(caller: &User) -> Signed {
    let caller = Caller { user_id: caller.user_id, role: Role::SystemAdmin };
    Signed { caller, token_role: Role::SystemAdmin, request_id: "r-1".to_owned() }
}

fn promote(user: &User, read: &Reading) -> Result<User, Refusal> {
    let edit = Edit { role: Some(Role::Supervisor), ..Edit::default() };
    edit.apply(user, read.caller, [], RoleAuthority::Directory)
}

async fn promotes(directory: &(impl ReadSnapshot + CommitUser), caller: &User, target: &User) -> Result<User, Problem> {
    let about = ChangeTarget::user(target.user_id, IfMatch::Any);
    change::user(directory, &signed(caller), &about, Action::Edited, promote).await
}

fn code<T>(answer: Result<T, Problem>) -> &'static str {
    answer.map_or_else(|problem| problem.code, |_| "done")
}

// rule 5
#[tokio::test]
async fn rule_5_what_the_profile_says_counts_and_not_what_the_token_check_said() {
    let (adam, ada) = (somebody("adam", Role::SystemAdmin), agent("ada"));
    let cases = [
        (adam.clone(), "done"),
        (User { role: Role::Supervisor, ..adam.clone() }, "supervisors-may-not"),
        (User { role: Role::Agent, ..adam.clone() }, "agents-may-not"),
        (User { status: Status::Deactivated, ..adam.clone() }, "caller-may-no-longer"),
        (User { status: Status::Deleted, ..adam }, "caller-may-no-longer"),
    ];
    for (adam, told) in cases {
        let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
        assert_eq!(code(promotes(&fixture.directory, &adam, &ada).await), told);
        assert_eq!(fixture.is_now(&ada).await.role == Role::Supervisor, told == "done");
    }
}

// rule 5
#[tokio::test]
async fn rule_5_who_is_demoted_or_deactivated_between_reading_and_writing_has_written_nothing() {
    let (adam, ada) = (somebody("adam", Role::SystemAdmin), agent("ada"));
    let cases = [
        (User { role: Role::Supervisor, ..adam.clone() }, "supervisors-may-not"),
        (User { role: Role::Agent, ..adam.clone() }, "agents-may-not"),
        (User { status: Status::Deactivated, ..adam.clone() }, "caller-may-no-longer"),
        (User { status: Status::Deleted, ..adam.clone() }, "caller-may-no-longer"),
    ];
    for (becomes, told) in cases {
        let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
        let meanwhile = Meanwhile::new(&fixture.directory, becomes);
        assert_eq!(code(promotes(&meanwhile, &adam, &ada).await), told);
        assert_eq!(*meanwhile.read.lock().unwrap(), 2, "the first attempt met the demotion, the second is refused");
        assert_eq!((fixture.is_now(&ada).await.role, fixture.records(&ada).await), (Role::Agent, 1));
    }
}

// rule 5
#[tokio::test]
async fn rule_5_an_admin_who_is_demoted_meanwhile_does_not_raise_themselves_again() {
    let adam = somebody("adam", Role::SystemAdmin);
    let fixture = Fixture::with(std::slice::from_ref(&adam)).await;
    let demoted = User { role: Role::Agent, ..adam.clone() };
    let meanwhile = Meanwhile::new(&fixture.directory, demoted);
    let edit = |user: &User, read: &Reading| {
        let edit = Edit { role: Some(Role::SystemAdmin), act_as_agent: Some(true), ..Edit::default() };
        edit.apply(user, read.caller, [], RoleAuthority::Directory)
    };
    let about = ChangeTarget::user(adam.user_id, IfMatch::Any);
    let answer = change::user(&meanwhile, &signed(&adam), &about, Action::Edited, edit).await;
    assert_eq!((code(answer), fixture.is_now(&adam).await.role), ("agents-may-not", Role::Agent));
}

// rule 5
#[tokio::test]
async fn rule_5_a_change_of_the_caller_that_takes_no_power_from_them_does_not_stop_them() {
    let (adam, ada) = (somebody("adam", Role::SystemAdmin), agent("ada"));
    let fixture = Fixture::with(&[adam.clone(), ada.clone()]).await;
    let meanwhile = Meanwhile::new(&fixture.directory, User { name: "Adam Newname".to_owned(), ..adam.clone() });
    assert_eq!(code(promotes(&meanwhile, &adam, &ada).await), "done");
    assert_eq!(*meanwhile.read.lock().unwrap(), 1, "at the first attempt");
}

// rule 5
#[tokio::test]
async fn rule_5_two_admins_who_deactivate_each_other_at_the_same_moment_are_not_both_out() {
    let names = ["adam", "anna"];
    for _ in 0..20 {
        let [adam, anna] = names.map(|name| somebody(name, Role::SystemAdmin));
        let fixture = Fixture::with(&[adam.clone(), anna.clone()]).await;
        let deactivates = async |caller: &User, target: &User| {
            let about = ChangeTarget::user(target.user_id, IfMatch::Any);
            let deactivate = |user: &User, read: &Reading| StatusChange::Deactivate.apply(user, read.caller);
            change::user(&fixture.directory, &signed(caller), &about, Action::Deactivated, deactivate).await
        };
        let (one, other) = tokio::join!(deactivates(&adam, &anna), deactivates(&anna, &adam));
        let mut told = [code(one), code(other)];
        told.sort_unstable();
        assert_eq!(told, ["caller-may-no-longer", "done"]);
    }
}
