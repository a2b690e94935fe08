//! The people of a contact center, always the same ones: mostly agents, in one or two of 40 teams, with some of
//! 30 skills; 5 % are deactivated and 2 % deleted.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    Level, Provenance, ReportVersion, Role, Skill, SkillName, Status, Team, TeamId, User, UserId,
    skill::{LevelRange, Skills},
    test_support::agent,
};
use jiff::Timestamp;
use uuid::{Builder, Uuid};

use crate::{
    Fallible,
    names::{ENGLISH, Names, OTHERS},
};

const TEAMS: usize = 40;
const SKILLS: usize = 30;
/// When the first of them was heard of.
const BEGIN_S: i64 = 1_760_000_000;
/// What a login with Flex says as picture.
const PICTURE: &str = "https://www.gravatar.com/avatar/3b4dc5a8fb4a39108c9145a1a2601fff?d=mp";

/// Everybody, with their teams and the catalog of skills.
#[derive(Debug)]
pub struct Crowd {
    /// The people.
    pub people: Vec<User>,
    /// The teams.
    pub teams: Vec<Team>,
    /// The skills.
    pub skills: Vec<Skill>,
}

impl Crowd {
    /// This many people. A smaller crowd is the beginning of a larger one.
    pub fn of(size: usize) -> Fallible<Self> {
        let skills = (0..SKILLS).map(skill).collect::<Fallible<Vec<_>>>()?;
        let teams = (0..TEAMS).map(|n| team(n, &skills)).collect::<Vec<_>>();
        let mut namesakes = HashMap::new();
        let people = (0..size).map(|n| person(n, &teams, &skills, &mut namesakes)).collect();
        Ok(Self { people, teams, skills })
    }

    /// Who works here, in order of name.
    #[must_use]
    pub fn active_by_name(&self) -> Vec<&User> {
        let mut active = self.people.iter().filter(|user| user.status == Status::Active).collect::<Vec<_>>();
        active.sort_by_cached_key(|user| store::keys::by_name(user));
        active
    }

    /// The agents who work here.
    pub fn agents(&self) -> impl Iterator<Item = &User> {
        self.people.iter().filter(|user| user.status == Status::Active && user.role == Role::Agent)
    }
}

/// The same number for the same question, spread evenly (splitmix64).
fn draw(n: usize, question: usize, below: usize) -> usize {
    let below = u64::try_from(below).unwrap_or(u64::MAX);
    usize::try_from(mixed(n, question) % below).unwrap_or_default()
}

fn mixed(n: usize, question: usize) -> u64 {
    let seed = u64::try_from(n * 64 + question).unwrap_or_default();
    let z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn uuid(n: usize, question: usize) -> Uuid {
    let bits = (u128::from(mixed(n, question)) << 64) | u128::from(mixed(n, question + 1));
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

fn skill(n: usize) -> Fallible<Skill> {
    let name = SkillName::new(&format!("Skill_{n:02}"))?;
    Ok(Skill { name, skill_set: format!("Set {}", n % 4), levels: Some(LevelRange::default()), version: 1 })
}

fn team(n: usize, catalog: &[Skill]) -> Team {
    let skills = [n, n + 7].map(|k| (catalog[k % SKILLS].name.clone(), Some(Level(50))));
    Team { skills: skills.into(), ..Team::new(TeamId::new(uuid(n, 40)), format!("Team {n:02}"), Timestamp::UNIX_EPOCH) }
}

fn person(n: usize, teams: &[Team], catalog: &[Skill], namesakes: &mut HashMap<String, usize>) -> User {
    let (name, spelt) = name(n);
    let earlier = namesakes.entry(spelt.clone()).or_default();
    *earlier += 1;
    let email = if *earlier == 1 { format!("{spelt}@example.com") } else { format!("{spelt}.{earlier}@example.com") };
    let (role, status) = (role(n), status(n));
    let (heard_at, stamp) = moment(n);
    agent("").with(|user| {
        user.user_id = UserId::new(uuid(n, 0));
        user.identity = email.clone();
        user.idp.full_name = Some(name);
        user.idp.email = Some(email);
        user.idp.picture = Some(PICTURE.to_owned());
        user.taskrouter.reported_at = Some(stamp);
        user.managed.role = role;
        user.managed.role_granted = role == Role::AccountOwner;
        user.managed.login_role = Some(role.min(Role::SystemAdmin));
        user.managed.status = status;
        user.managed.teams =
            (0..=draw(n, 10, 2)).map(|k| teams[draw(n, 11 + k, TEAMS)].team_id).collect::<BTreeSet<_>>();
        user.managed.assigned_skills = if role == Role::Agent { assigned(n, catalog) } else { Skills::new() };
        user.taskrouter.worker_sid = (status != Status::Deleted).then(|| format!("WK{}", uuid(n, 2).simple()));
        user.managed.provenance = Provenance::Adopted(stamp);
        user.version = 1;
        user.created_at = heard_at;
        user.updated_at = heard_at;
    })
}

fn moment(n: usize) -> (Timestamp, ReportVersion) {
    let at_s = BEGIN_S + i64::try_from(n).unwrap_or_default();
    (Timestamp::from_second(at_s).unwrap_or_default(), ReportVersion { at_ms: at_s * 1_000, version: 1 })
}

/// One to four skills, each with a level.
fn assigned(n: usize, catalog: &[Skill]) -> Skills {
    let level = |k| Level(i64::try_from(1 + draw(n, 25 + k, 100)).unwrap_or(1));
    let one = |k: usize| (catalog[draw(n, 20 + k, SKILLS)].name.clone(), Some(level(k)));
    (0..=draw(n, 19, 4)).map(one).collect::<BTreeMap<_, _>>()
}

/// The first is the account owner.
fn role(n: usize) -> Role {
    match (n, draw(n, 4, 100)) {
        (0, _) => Role::AccountOwner,
        (_, 0..85) => Role::Agent,
        (_, 85..96) => Role::Supervisor,
        _ => Role::SystemAdmin,
    }
}

fn status(n: usize) -> Status {
    match (n, draw(n, 5, 100)) {
        (0, _) | (_, 7..) => Status::Active,
        (_, 0..2) => Status::Deleted,
        _ => Status::Deactivated,
    }
}

/// A full name, and how it is spelt in an e-mail.
fn name(n: usize) -> (String, String) {
    let names: &Names = if draw(n, 6, 2) == 0 { &ENGLISH } else { &OTHERS[draw(n, 7, OTHERS.len())] };
    let (given, spelt_given) = names.given[draw(n, 8, names.given.len())];
    let (family, spelt_family) = names.family[draw(n, 9, names.family.len())];
    let name = if names.family_first { format!("{family}{given}") } else { format!("{given} {family}") };
    (name, format!("{spelt_given}.{spelt_family}"))
}
