use std::collections::BTreeSet;

use domain::{
    Level, Role, SearchText, SkillName, Status, Team, TeamId, User,
    search::{Criterion, StatusFilter, UserQuery},
    skill::Skills,
    test_support::stored,
};
use jiff::Timestamp;
use proptest::prelude::*;
use store::{
    CommitUser, IndexUser, Order, ViewUser,
    schema::{items::Entity, keys},
};

use crate::{
    search::{naive, pages, people, person, statuses, texts},
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

/// Puts teams in, with what their skills lead to.
async fn put_teams(fixture: &Fixture, teams: &[Team]) {
    let (client, table) = (fixture.directory.client(), fixture.directory.name());
    for team in teams {
        let held_by = |skill| keys::team_holder(skill, team.team_id).attributes();
        for item in team.skills.keys().map(held_by).chain([team.to_item().unwrap()]) {
            client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
        }
    }
}

/// These teams and people; teams that are archived were not yet when people joined.
async fn with(fixture: Fixture, teams: &[Team], people: &[User]) -> Fixture {
    let joined = teams.iter().map(|team| Team { archived: false, ..team.clone() }).collect::<Vec<_>>();
    put_teams(&fixture, &joined).await;
    let fixture = fixture.with(people).await;
    put_teams(&fixture, teams).await;
    fixture
}

/// Rule 9, said as simply as it can be, with the level of rules 15 to 17.
fn is_asked_for(user: &User, teams: &[Team], query: &UserQuery, text: Option<&str>) -> bool {
    let has_skill = |name: &SkillName, min_level: Option<Level>| {
        let assigned = user.managed.assigned_skills.get(name);
        let of = |team: &&Team| !team.archived && user.managed.teams.contains(&team.team_id);
        let inherited = teams.iter().filter(of).filter_map(|team| team.skills.get(name)).max();
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
        && text.is_none_or(|text| naive(user, text))
}

/// Whether the pages joined are exactly who is asked for, each once, and in order of name where that is promised.
async fn answers(
    fixture: &Fixture,
    (teams, people): (&[Team], &[User]),
    (query, text): (&UserQuery, Option<&str>),
    limit: usize,
) -> Result<(), TestCaseError> {
    let mut expected = people.iter().filter(|user| is_asked_for(user, teams, query, text)).collect::<Vec<_>>();
    expected.sort_by_key(|user| keys::by_name(user));
    let expected = expected.into_iter().map(|user| user.user_id).collect::<Vec<_>>();
    for order in [Order::Cheapest, Order::ByName] {
        let found = pages(fixture, query, order, limit).await;
        let mut found = found.iter().map(|user| user.user_id).collect::<Vec<_>>();
        if text.is_some() && order == Order::Cheapest {
            found.sort_by_key(|id| expected.iter().position(|expected| expected == id));
        }
        prop_assert_eq!(&found, &expected, "{:?} {:?} {}", query, order, limit);
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

/// What filters look at: role, teams, assigned skills, and those that are switched off.
fn qualities() -> impl Strategy<Value = (Role, BTreeSet<TeamId>, Skills, BTreeSet<SkillName>)> {
    let role = prop::sample::select(Role::ALL.to_vec());
    let teams = prop::collection::btree_set((0..TEAMS).prop_map(team_id), 0..3);
    let disabled = prop::collection::btree_set(prop::sample::select(&SKILLS).prop_map(skill), 0..2);
    (role, teams, skills(), prop_oneof![3 => Just(BTreeSet::new()), 1 => disabled])
}

fn qualified_people() -> impl Strategy<Value = Vec<User>> {
    (people(), prop::collection::vec(qualities(), 14)).prop_map(|(people, qualities)| {
        let qualified =
            people.into_iter().zip(qualities).map(|(user, (role, teams, assigned_skills, disabled_skills))| {
                user.with(|user| {
                    user.managed.role = role;
                    user.managed.teams = teams;
                    user.managed.assigned_skills = assigned_skills;
                    user.taskrouter.disabled_skills = disabled_skills;
                })
            });
        qualified.collect()
    })
}

fn queries() -> impl Strategy<Value = (UserQuery, Option<String>)> {
    let role = prop::option::of(prop::sample::select(Role::ALL.to_vec()));
    let team = prop::option::of((0..=TEAMS).prop_map(team_id));
    let skill = prop::option::of((prop::sample::select(&SKILLS).prop_map(skill), levels()));
    (prop::option::of(texts()), statuses(), role, team, skill).prop_map(|(text, status, role, team, skill)| {
        let parsed = text.as_deref().and_then(|text| SearchText::parse(text).ok());
        let text = text.filter(|_| parsed.is_some());
        let skill = skill.map(|(skill, min_level)| Criterion::Skill { skill, min_level });
        let criteria = [role.map(Criterion::Role), team.map(Criterion::Team), skill];
        (UserQuery::new(parsed, status, criteria.into_iter().flatten().collect()), text)
    })
}

// rules 6 to 9: for any people, teams, question and page size.
#[test]
fn rules_6_to_9_the_pages_of_a_question_are_exactly_who_is_asked_for_each_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fixture = std::cell::RefCell::new(Some(runtime.block_on(Fixture::new())));
    let config = ProptestConfig { cases: 48, ..ProptestConfig::default() };
    let asked = || prop::collection::vec((queries(), 1..5_usize), 1..12);
    proptest!(config, |(teams in teams(), people in qualified_people(), asked in asked())| {
        runtime.block_on(async {
            let fresh = with(fixture.take().unwrap().fresh(), &teams, &people).await;
            let mut result = Ok(());
            for ((query, text), limit) in asked {
                result = result.and(answers(&fresh, (&teams, &people), (&query, text.as_deref()), limit).await);
            }
            fixture.replace(Some(fresh));
            result
        })?;
    });
}

/// Somebody of a large directory: every seventh is a supervisor, every second in team 0, whose members inherit English;
/// every third has English assigned.
fn one_of_many(i: usize) -> User {
    let level = Level([9, 1, 6, 3, 8][i % 5]);
    let english = || (skill("English"), i.is_multiple_of(2).then_some(level));
    person(i, &format!("Ann{i} Bell"), Some(&format!("ann.bell{i}@example.com")), Status::ALL[i / 2 % 2]).with(|user| {
        user.managed.role = if i.is_multiple_of(7) { Role::Supervisor } else { Role::Agent };
        user.managed.teams = i.is_multiple_of(2).then(|| team_id(0)).into_iter().chain([team_id(1 + i % 30)]).collect();
        user.managed.assigned_skills = i.is_multiple_of(3).then(english).into_iter().collect();
    })
}

// rules 6 to 9: with more people than one request examines, probes or checks at a time.
#[tokio::test(flavor = "multi_thread")]
async fn rules_6_to_9_nobody_is_missing_or_doubled_among_more_people_than_one_request_examines() {
    let people = (0..640).map(one_of_many).collect::<Vec<_>>();
    let french = Skills::from([(skill("French"), Some(Level(3)))]);
    let first = team(0, [(skill("English"), Some(Level(5))), (skill("German"), None)].into(), false);
    let teams = [first].into_iter().chain((1..31).map(|i| team(i, french.clone(), false))).collect::<Vec<_>>();
    let fixture = Fixture::new().await;
    put_teams(&fixture, &teams).await;
    fixture.put_skills(&people).await;
    let put = async |some: &[User]| {
        for user in some {
            let written = fixture.directory.commit_user(edit(None, user.clone())).await.unwrap();
            fixture.directory.index_user(&written, None).await.unwrap();
        }
    };
    let (some, others) = people.split_at(people.len() / 2);
    tokio::join!(put(some), put(others));
    let (agent, supervisor) = (Criterion::Role(Role::Agent), Criterion::Role(Role::Supervisor));
    let in_team = Criterion::Team(team_id(0));
    let with = |name, min_level: Option<i64>| Criterion::Skill { skill: skill(name), min_level: min_level.map(Level) };
    for (text, criteria) in [
        (Some("bell"), vec![]),
        (Some("bell ann"), vec![]),
        (Some("ann bell63"), vec![in_team.clone()]),
        (Some("bell exa"), vec![supervisor.clone()]),
        (Some("bell"), vec![agent.clone(), with("English", Some(7))]),
        (None, vec![supervisor.clone()]),
        (None, vec![agent]),
        (None, vec![in_team.clone()]),
        (None, vec![supervisor, in_team, with("English", None)]),
        (None, vec![with("English", Some(5))]),
        (None, vec![with("French", None)]),
        (None, vec![with("German", Some(1))]),
    ] {
        let parsed = text.map(|text| SearchText::parse(text).unwrap());
        for (status, limit) in [(StatusFilter::All, 100), (StatusFilter::Only(Status::Active), 16)] {
            let query = UserQuery::new(parsed.clone(), status, criteria.clone());
            answers(&fixture, (&teams, &people), (&query, text), limit).await.unwrap();
        }
    }
}

#[tokio::test]
async fn rule_9_a_skill_that_more_teams_have_than_one_search_asks_still_finds_each_of_their_members() {
    let english = Skills::from([(skill("English"), None)]);
    for count in [20, 21] {
        let teams = (0..count).map(|i| team(i, english.clone(), i == 5)).collect::<Vec<_>>();
        let of = |i: usize| person(i, &format!("Ann {i}"), None, Status::Active);
        let mut people =
            (0..count).map(|i| of(i).with(|user| user.managed.teams = [team_id(i)].into())).collect::<Vec<_>>();
        people.extend([of(count).with(|user| user.managed.assigned_skills = english.clone()), of(count + 1)]);
        let fixture = with(Fixture::new().await, &teams, &people).await;
        for team in [None, Some(Criterion::Team(team_id(7)))] {
            let criteria = team.into_iter().chain([Criterion::skill(skill("English"))]).collect();
            let query = UserQuery::new(None, StatusFilter::default(), criteria);
            answers(&fixture, (&teams, &people), (&query, None), 4).await.unwrap();
        }
    }
}

#[tokio::test]
async fn rule_9_somebody_whose_entries_are_out_of_date_is_not_shown_for_what_they_were() {
    let ada = person(1, "Ada", None, Status::Active).with(|user| {
        user.managed.role = Role::Supervisor;
        user.managed.teams = [team_id(0)].into();
        user.managed.assigned_skills = [(skill("English"), None)].into();
    });
    let fixture = with(Fixture::new().await, &[team(0, Skills::new(), false)], std::slice::from_ref(&ada)).await;
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
        assert_eq!(pages(&fixture, query, Order::Cheapest, 5).await, [], "{query:?}");
    }
    let back = back.with(|user| user.version = changed.version);
    let back = fixture.directory.commit_user(edit(Some(&changed), back)).await.unwrap();
    fixture.directory.index_user(&back, None).await.unwrap();
    for query in &queries {
        let found = pages(&fixture, query, Order::Cheapest, 5).await;
        assert_eq!(found.len(), 1, "the entries of the old name are still there, and lead to nobody: {query:?}");
    }
}
