use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Level, Role, SearchText, SkillName, Status, Team, TeamId, User, UserId,
    search::{Criterion, StatusFilter, UserQuery},
    skill::Skills,
    sync_summary::SyncStage,
    test_support::stored,
};
use jiff::Timestamp;
use proptest::prelude::*;
use store::{
    CommitUser, IndexUser, Order, ViewUser,
    schema::{
        items::{Entity, NamedTeam},
        keys,
    },
};

use crate::{
    search::{all_pages, all_read, matches_naively, statuses, texts, user_named, users},
    stages::{Syncing, syncings},
    support::{Fixture, edit},
};

fn skill(name: &str) -> SkillName {
    SkillName::adopted(name).unwrap()
}

fn team_id(number: usize) -> TeamId {
    TeamId::new(uuid::Uuid::from_u128(number as u128 + 1))
}

fn team(number: usize, skills: Skills, archived: bool) -> Team {
    Team { skills, archived, ..Team::new(team_id(number), stored(&format!("Team {number}")), Timestamp::UNIX_EPOCH) }
}

/// Writes teams, with the entries of the skills they grant.
async fn put_teams(fixture: &Fixture, teams: &[Team]) {
    let (client, table) = (fixture.directory.client(), fixture.directory.name());
    for team in teams {
        let held_by = |skill| keys::team_holder(skill, team.team_id).attributes();
        // Of half of the teams, the name's item carries nothing: they were written by an earlier version.
        let name = NamedTeam(team).to_item().unwrap();
        let name = Some(name).filter(|_| team.team_id.to_string().ends_with(['1', '3']));
        for item in team.skills.keys().map(held_by).chain([team.to_item().unwrap()]).chain(name) {
            client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
        }
    }
}

/// A directory with these teams and users; archived teams are archived after the users joined.
async fn fixture_with(fixture: Fixture, teams: &[Team], users: &[User]) -> Fixture {
    let joined = teams.iter().map(|team| Team { archived: false, ..team.clone() }).collect::<Vec<_>>();
    put_teams(&fixture, &joined).await;
    let fixture = fixture.with(users).await;
    put_teams(&fixture, teams).await;
    fixture
}

/// What is in the table. Users of whom `syncing` says nothing are synced.
struct Model<'a> {
    teams: &'a [Team],
    users: &'a [User],
    syncing: &'a BTreeMap<UserId, Syncing>,
}

impl Model<'_> {
    fn stage(&self, user: &User) -> SyncStage {
        self.syncing.get(&user.user_id).copied().unwrap_or_default().stage()
    }
}

const NOTHING_SYNCING: &BTreeMap<UserId, Syncing> = &BTreeMap::new();

/// A naive implementation of rule 9, with the level of rules 15 to 17.
fn matches_query(user: &User, model: &Model<'_>, query: &UserQuery, text: Option<&str>) -> bool {
    let has_skill = |name: &SkillName, min_level: Option<Level>| {
        let assigned = user.managed.assigned_skills.get(name);
        let of = |team: &&Team| !team.archived && user.managed.teams.contains(&team.team_id);
        let inherited = model.teams.iter().filter(of).filter_map(|team| team.skills.get(name)).max();
        let level = assigned.copied().flatten().or(inherited.copied().flatten());
        (assigned.is_some() || inherited.is_some())
            && !user.taskrouter.disabled_skills.contains(name)
            && min_level.is_none_or(|least| level.is_some_and(|level| level >= least))
    };
    let holds = |criterion: &Criterion| match criterion {
        Criterion::Role(role) => *role == user.managed.role,
        Criterion::Team(team) => user.managed.teams.contains(team),
        Criterion::Skill { skill, min_level } => has_skill(skill, *min_level),
    };
    query.status.statuses().contains(&user.managed.status)
        && query.criteria().iter().all(holds)
        && query.sync.is_none_or(|stage| model.stage(user) == stage)
        && text.is_none_or(|text| matches_naively(user, text))
}

/// Checks that the pages contain exactly the matching users, each once, and ordered by name where that is promised.
async fn check_pages(
    fixture: &Fixture,
    model: &Model<'_>,
    (query, text): (&UserQuery, Option<&str>),
    limit: usize,
) -> Result<(), TestCaseError> {
    let mut expected = model.users.iter().filter(|user| matches_query(user, model, query, text)).collect::<Vec<_>>();
    expected.sort_by_key(|user| keys::by_name(user));
    let expected = expected.into_iter().map(|user| user.user_id).collect::<Vec<_>>();
    for order in [Order::Cheapest, Order::ByName] {
        let found = all_pages(fixture, query, order, limit).await;
        let mut found = found.iter().map(|user| user.user_id).collect::<Vec<_>>();
        if text.is_some() && order == Order::Cheapest {
            found.sort_by_key(|id| expected.iter().position(|expected| expected == id));
        }
        prop_assert_eq!(&found, &expected, "{:?} {:?} {}", query, order, limit);
    }
    for is_resumed in [false, true] {
        let read = all_read(fixture, query, limit, is_resumed).await;
        let read = read.iter().map(|user| user.user_id).collect::<Vec<_>>();
        prop_assert_eq!(&read, &expected, "{:?} read {} at once, resumed {}", query, limit, is_resumed);
    }
    Ok(())
}

const SKILLS: [&str; 3] = ["English", "French", "R&D#1"];
const TEAMS: usize = 4;

fn levels() -> impl Strategy<Value = Option<Level>> {
    prop::option::of((1..4_i64).prop_map(Level))
}

fn skills() -> impl Strategy<Value = Skills> {
    prop::collection::btree_map(prop::sample::select(&SKILLS).prop_map(skill), levels(), 0..3)
}

fn teams() -> impl Strategy<Value = Vec<Team>> {
    let each = prop::collection::vec((skills(), prop::bool::weighted(0.3)), TEAMS);
    let number = |teams: Vec<_>| teams.into_iter().enumerate();
    each.prop_map(move |each| number(each).map(|(i, (skills, archived))| team(i, skills, archived)).collect())
}

/// The fields that filters read: role, teams, assigned skills and disabled skills.
fn attributes() -> impl Strategy<Value = (Role, BTreeSet<TeamId>, Skills, BTreeSet<SkillName>)> {
    let role = prop::sample::select(Role::ALL.to_vec());
    let teams = prop::collection::btree_set((0..TEAMS).prop_map(team_id), 0..3);
    let disabled = prop::collection::btree_set(prop::sample::select(&SKILLS).prop_map(skill), 0..2);
    (role, teams, skills(), prop_oneof![3 => Just(BTreeSet::new()), 1 => disabled])
}

fn users_with_attributes() -> impl Strategy<Value = Vec<User>> {
    (users(), prop::collection::vec(attributes(), 14)).prop_map(|(users, attributes)| {
        let users = users.into_iter().zip(attributes).map(|(user, (role, teams, assigned_skills, disabled_skills))| {
            user.with(|user| {
                user.managed.role = role;
                user.managed.teams = teams;
                user.managed.assigned_skills = assigned_skills;
                user.taskrouter.disabled_skills = disabled_skills;
            })
        });
        users.collect()
    })
}

fn queries() -> impl Strategy<Value = (UserQuery, Option<String>)> {
    let role = prop::option::of(prop::sample::select(Role::ALL.to_vec()));
    let team = prop::option::of((0..=TEAMS).prop_map(team_id));
    let skill = prop::option::of((prop::sample::select(&SKILLS).prop_map(skill), levels()));
    let sync = prop::option::of(prop::sample::select(SyncStage::ALL.to_vec()));
    (prop::option::of(texts()), statuses(), role, team, skill, sync).prop_map(
        |(text, status, role, team, skill, sync)| {
            let parsed = text.as_deref().and_then(|text| SearchText::parse(text).ok());
            let text = text.filter(|_| parsed.is_some());
            let skill = skill.map(|(skill, min_level)| Criterion::Skill { skill, min_level });
            let criteria = [role.map(Criterion::Role), team.map(Criterion::Team), skill];
            (UserQuery::new(parsed, status, criteria.into_iter().flatten().collect()).with_sync(sync), text)
        },
    )
}

// For any users, teams, query and page size.
#[test]
fn rules_6_to_9_the_pages_of_a_question_are_exactly_who_is_asked_for_each_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = std::cell::RefCell::new(Some(runtime.block_on(Fixture::new())));
    let config = ProptestConfig { cases: 48, ..ProptestConfig::default() };
    let queries = || prop::collection::vec((queries(), 1..5_usize), 1..12);
    let users_and_syncing = || (users_with_attributes(), prop::collection::vec(syncings(), 14));
    proptest!(config, |(teams in teams(), (users, syncings) in users_and_syncing(), queries in queries())| {
        runtime.block_on(async {
            let fresh_fixture = fixture_with(fixture.take().unwrap().with_fresh_table(), &teams, &users).await;
            let syncing = users.iter().map(|user| user.user_id).zip(syncings).collect::<BTreeMap<_, _>>();
            for (&user_id, &syncing) in &syncing {
                fresh_fixture.put_syncing(user_id, syncing).await;
            }
            let model = Model { teams: &teams, users: &users, syncing: &syncing };
            let mut result = Ok(());
            for ((query, text), limit) in queries {
                result = result.and(check_pages(&fresh_fixture, &model, (&query, text.as_deref()), limit).await);
            }
            fixture.replace(Some(fresh_fixture));
            result
        })?;
    });
}

/// A user of a large directory: every seventh is a supervisor, every second in team 0, whose members inherit English;
/// every third has English assigned.
fn user_of_many(i: usize) -> User {
    let level = Level([9, 1, 6, 3, 8][i % 5]);
    let english = || (skill("English"), i.is_multiple_of(2).then_some(level));
    user_named(i, &format!("Ann{i} Bell"), Some(&format!("ann.bell{i}@example.com")), Status::ALL[i / 2 % 2]).with(
        |user| {
            user.managed.role = if i.is_multiple_of(7) { Role::Supervisor } else { Role::Agent };
            user.managed.teams =
                i.is_multiple_of(2).then(|| team_id(0)).into_iter().chain([team_id(1 + i % 30)]).collect();
            user.managed.assigned_skills = i.is_multiple_of(3).then(english).into_iter().collect();
        },
    )
}

/// Most are pending, more than one request examines; some are failed, contested or synced.
fn syncing_of_many(i: usize) -> Syncing {
    match i % 16 {
        0 => Syncing::FAILED,
        1 => Syncing::CONTESTED,
        2 => Syncing::default(),
        _ => Syncing::PENDING,
    }
}

// With more users than one request examines, probes or verifies at a time.
#[tokio::test(flavor = "multi_thread")]
async fn rules_6_to_9_nobody_is_missing_or_doubled_among_more_people_than_one_request_examines() {
    let users = (0..640).map(user_of_many).collect::<Vec<_>>();
    let french = Skills::from([(skill("French"), Some(Level(3)))]);
    let first = team(0, [(skill("English"), Some(Level(5))), (skill("German"), None)].into(), false);
    let teams = [first].into_iter().chain((1..31).map(|i| team(i, french.clone(), false))).collect::<Vec<_>>();
    let fixture = Fixture::new().await;
    put_teams(&fixture, &teams).await;
    fixture.put_skills(&users).await;
    let put = async |first_half: &[User]| {
        for user in first_half {
            let written = fixture.directory.commit_user(edit(None, user.clone())).await.unwrap();
            fixture.directory.index_user(&written, None).await.unwrap();
        }
    };
    let (first_half, second_half) = users.split_at(users.len() / 2);
    tokio::join!(put(first_half), put(second_half));
    let syncing = users.iter().enumerate().map(|(i, user)| (user.user_id, syncing_of_many(i))).collect();
    for (&user_id, &syncing) in &syncing {
        fixture.put_syncing(user_id, syncing).await;
    }
    let model = Model { teams: &teams, users: &users, syncing: &syncing };
    let (agent, supervisor) = (Criterion::Role(Role::Agent), Criterion::Role(Role::Supervisor));
    let in_team = Criterion::Team(team_id(0));
    let with_skill =
        |name, min_level: Option<i64>| Criterion::Skill { skill: skill(name), min_level: min_level.map(Level) };
    for (text, criteria) in [
        (Some("bell"), vec![]),
        (Some("bell ann"), vec![]),
        (Some("ann bell63"), vec![in_team.clone()]),
        (Some("bell exa"), vec![supervisor.clone()]),
        (Some("bell"), vec![agent.clone(), with_skill("English", Some(7))]),
        (None, vec![supervisor.clone()]),
        (None, vec![agent]),
        (None, vec![in_team.clone()]),
        (None, vec![supervisor, in_team, with_skill("English", None)]),
        (None, vec![with_skill("English", Some(5))]),
        (None, vec![with_skill("French", None)]),
        (None, vec![with_skill("German", Some(1))]),
    ] {
        let parsed = text.map(|text| SearchText::parse(text).unwrap());
        for (status, limit, stages) in [
            (StatusFilter::All, 100, [SyncStage::Pending, SyncStage::Failed]),
            (StatusFilter::Only(Status::Active), 16, [SyncStage::Contested, SyncStage::Synced]),
        ] {
            let query = UserQuery::new(parsed.clone(), status, criteria.clone());
            check_pages(&fixture, &model, (&query, text), limit).await.unwrap();
            for stage in stages {
                check_pages(&fixture, &model, (&query.clone().with_sync(stage), text), limit).await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn rule_9_a_skill_that_more_teams_have_than_one_search_asks_still_finds_each_of_their_members() {
    let english = Skills::from([(skill("English"), None)]);
    for count in [20, 21] {
        let teams = (0..count).map(|i| team(i, english.clone(), i == 5)).collect::<Vec<_>>();
        let of = |i: usize| user_named(i, &format!("Ann {i}"), None, Status::Active);
        let mut users =
            (0..count).map(|i| of(i).with(|user| user.managed.teams = [team_id(i)].into())).collect::<Vec<_>>();
        users.extend([of(count).with(|user| user.managed.assigned_skills = english.clone()), of(count + 1)]);
        let fixture = fixture_with(Fixture::new().await, &teams, &users).await;
        let model = Model { teams: &teams, users: &users, syncing: NOTHING_SYNCING };
        for team in [None, Some(Criterion::Team(team_id(7)))] {
            let criteria = team.into_iter().chain([Criterion::skill(skill("English"))]).collect();
            let query = UserQuery::new(None, StatusFilter::default(), criteria);
            check_pages(&fixture, &model, (&query, None), 4).await.unwrap();
        }
    }
}

#[tokio::test]
async fn rule_9_somebody_whose_entries_are_out_of_date_is_not_shown_for_what_they_were() {
    let ada = user_named(1, "Ada", None, Status::Active).with(|user| {
        user.managed.role = Role::Supervisor;
        user.managed.teams = [team_id(0)].into();
        user.managed.assigned_skills = [(skill("English"), None)].into();
    });
    let fixture =
        fixture_with(Fixture::new().await, &[team(0, Skills::new(), false)], std::slice::from_ref(&ada)).await;
    let first = fixture.directory.user(ada.user_id).await.unwrap().unwrap();
    let changed = first.with(|user| {
        user.managed.role = Role::Agent;
        user.managed.teams = [].into();
        user.managed.assigned_skills = [].into();
        user.idp.full_name = Some("Ida".into());
    });
    let changed = fixture.directory.commit_user(edit(Some(&first), changed)).await.unwrap();
    let back = first.with(|user| user.idp.full_name = Some("Ida".into()));
    let filters = [Criterion::Role(Role::Supervisor), Criterion::Team(team_id(0)), Criterion::skill(skill("English"))];
    let queries = filters.map(|filter| UserQuery::new(None, StatusFilter::default(), vec![filter]));
    for query in &queries {
        assert_eq!(all_pages(&fixture, query, Order::Cheapest, 5).await, [], "{query:?}");
    }
    let back = back.with(|user| user.version = changed.version);
    let back = fixture.directory.commit_user(edit(Some(&changed), back)).await.unwrap();
    fixture.directory.index_user(&back, None).await.unwrap();
    for query in &queries {
        let found = all_pages(&fixture, query, Order::Cheapest, 5).await;
        assert_eq!(found.len(), 1, "the entries of the old name are still there, and lead to no user: {query:?}");
    }
}
