//! Concurrent changes of teams (rule 21).

use domain::{
    Refusal, Team, TeamId, User,
    audit::Action,
    test_support::{self, stored},
};
use jiff::{SignedDuration, Timestamp};
use store::{
    ChangeOrigin, CommitTeam, CommitUser, Directory, FindTeam, ListTeams, ReadSet, ReadSnapshot, StoreError,
    TeamChange, UserChange, ViewCatalog,
};
use uuid::Uuid;

use crate::support::{Fixture, Raced, edit, operator};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn team(number: usize) -> Team {
    Team::new(TeamId::new(Uuid::from_u128(number as u128)), stored(&format!("Team {number}")), NOW)
}

fn in_team(user: &User, team: &Team) -> User {
    user.with(|user| user.managed.teams = [team.team_id].into())
}

impl Fixture {
    async fn exists(&self, team: &Team) -> bool {
        let wanted = ReadSet { teams: [team.team_id].into(), ..ReadSet::default() };
        self.directory.snapshot(&wanted).await.unwrap().teams.contains_key(&team.team_id)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_team_that_is_deleted_while_somebody_joins_is_either_gone_or_has_a_member() {
    let fixture = Fixture::new().await;
    let mut ada = fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    let (mut deleted, mut kept) = (0, 0);
    for requests in 0.. {
        let team = fixture.put_team(team(requests)).await;
        let joining = fixture.directory.commit_user(edit(Some(&ada), in_team(&ada, &team)));
        let deleting = async |directory: Directory| directory.delete_team(&team, operator()).await;
        let Raced { first: deletion, second: joined, is_over } = fixture.race(requests, deleting, joining).await;
        let members = fixture.directory.team_members(team.team_id).await.unwrap();
        if fixture.exists(&team).await {
            assert!(!matches!(deletion, Ok(())), "{deletion:?}");
            assert_eq!(members.len(), usize::from(joined.is_ok()), "{deletion:?} {joined:?}");
            kept += 1;
        } else {
            assert!(matches!((&deletion, &joined), (Ok(()), Err(StoreError::Conflict))), "{deletion:?} {joined:?}");
            assert_eq!(members, [].into(), "a team that does not exist has no members");
            deleted += 1;
        }
        ada = joined.unwrap_or(ada);
        if is_over {
            break;
        }
    }
    assert!(deleted > 0 && kept > 0, "both have come first: {deleted} {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_21_a_team_that_is_archived_while_somebody_joins_takes_no_member_afterwards() {
    let fixture = Fixture::new().await;
    let mut ada = fixture.directory.commit_user(edit(None, test_support::agent("ada"))).await.unwrap();
    for requests in 0.. {
        let team = fixture.put_team(team(requests)).await;
        let after = Team { archived: true, ..team.clone() };
        let archive =
            TeamChange { before: Some(&team), after, origin: operator(), action: Action::Edited, skills: None };
        let joining = fixture.directory.commit_user(edit(Some(&ada), in_team(&ada, &team)));
        let archiving = async |directory: Directory| directory.commit_team(archive).await;
        let Raced { first: archived, second: joined, is_over } = fixture.race(requests, archiving, joining).await;
        assert!(archived.is_ok() || matches!(archived, Err(StoreError::Conflict)), "{archived:?}");
        ada = joined.unwrap_or(ada);
        if archived.is_ok() {
            let grace = in_team(&test_support::agent("grace"), &team);
            assert!(matches!(fixture.directory.commit_user(edit(None, grace)).await, Err(StoreError::Conflict)));
        }
        if is_over {
            break;
        }
    }
}

#[tokio::test]
async fn rule_21_a_team_with_members_is_kept_and_open_and_it_is_said_how_many_there_are() {
    let fixture = Fixture::new().await;
    let team = fixture.put_team(team(7)).await;
    for (count, name) in ["ada", "grace", "edith"].into_iter().enumerate() {
        let user = in_team(&test_support::agent(name), &team);
        fixture.directory.commit_user(edit(None, user)).await.unwrap();
        let refused = fixture.directory.delete_team(&team, operator()).await.unwrap_err();
        let has_members = Refusal::TeamHasMembers { team: (&team.name).into(), members: count + 1 };
        assert!(matches!(&refused, StoreError::Refused(refusal) if *refusal == has_members), "{refused}");
    }
}

#[tokio::test]
async fn rule_21_a_team_that_a_deletion_which_died_has_closed_opens_again_after_its_time() {
    let fixture = Fixture::new().await;
    let team = fixture.put_team(team(7)).await;
    fixture.lock_until(&format!("TEAM#{}", team.team_id), "TEAM", 30).await;
    let at = |second: i64| ChangeOrigin::operator("test", NOW + SignedDuration::from_secs(second), Uuid::now_v7());
    let joining = async |second: i64| {
        let member = in_team(&test_support::agent("ada"), &team);
        fixture.directory.commit_user(UserChange::new(None, member, at(second), Action::Edited)).await
    };
    for locked_at in [0, 29, 30] {
        assert!(matches!(joining(locked_at).await, Err(StoreError::Conflict)), "{locked_at}");
        let deleted = fixture.directory.delete_team(&team, at(locked_at)).await;
        assert!(matches!(deleted, Err(StoreError::Conflict)), "who has closed it deletes it: {deleted:?}");
    }
    let ada = joining(31).await.unwrap();
    fixture.directory.commit_user(edit(Some(&ada), ada.with(|user| user.managed.teams = [].into()))).await.unwrap();
    fixture.directory.delete_team(&team, at(31)).await.unwrap();
    assert!(!fixture.exists(&team).await);
}

#[tokio::test]
async fn a_deleted_teams_name_is_free_again_and_two_teams_never_share_one() {
    let fixture = Fixture::new().await;
    let first = fixture.put_team(team(7)).await;
    let namesake = || Team { name: stored("TEAM 7"), ..team(8) };
    let create = |after| TeamChange { before: None, after, origin: operator(), action: Action::Created, skills: None };
    assert!(matches!(fixture.directory.commit_team(create(namesake())).await, Err(StoreError::Conflict)));
    fixture.directory.delete_team(&first, operator()).await.unwrap();
    fixture.directory.commit_team(create(namesake())).await.unwrap();
    assert_eq!(fixture.directory.team_id_of_name(&stored("team 7")).await.unwrap(), Some(namesake().team_id));
    assert_eq!(fixture.directory.count_members(namesake().team_id).await.unwrap(), 0);
}
