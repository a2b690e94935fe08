//! Sample users of a contact center, the same in every run: mostly agents, in one or two of 40 teams, with some of 30
//! skills; 5 % are deactivated and 2 % deleted.

use std::collections::{BTreeMap, HashMap};

use domain::{
    EmailAddress, Identity, Level, Provenance, ReportRef, ReportVersion, Role, Skill, SkillName, SkillSetName, Status,
    Team, TeamId, TeamName, User, UserId, WorkerSid, skill::Skills,
};
use jiff::Timestamp;
use store::schema::keys::by_name;
use uuid::{Builder, Uuid};

use crate::{
    Fallible,
    names::{ENGLISH, Names, OTHERS},
};

const TEAMS: usize = 40;
const SKILLS: usize = 30;
/// When the first of them logged in, in seconds since 1970.
const FIRST_LOGIN_S: i64 = 1_760_000_000;
/// The picture that a login with Flex states.
const PICTURE: &str = "https://www.gravatar.com/avatar/3b4dc5a8fb4a39108c9145a1a2601fff?d=mp";

/// Users, their teams, and the catalog of skills.
#[derive(Debug)]
pub struct SampleUsers {
    pub users: Vec<User>,
    pub teams: Vec<Team>,
    pub skills: Vec<Skill>,
}

impl SampleUsers {
    /// This many users. A smaller sample is the beginning of a larger one.
    pub fn new(size: usize) -> Fallible<Self> {
        let skills = (0..SKILLS).map(skill).collect::<Fallible<Vec<_>>>()?;
        let teams = (0..TEAMS).map(|n| team(n, &skills)).collect::<Fallible<Vec<_>>>()?;
        let mut namesakes = HashMap::new();
        let users = (0..size).map(|n| user(n, &teams, &skills, &mut namesakes)).collect::<Fallible<_>>()?;
        Ok(Self { users, teams, skills })
    }

    pub fn active_by_name(&self) -> Vec<&User> {
        let mut active = self.users.iter().filter(|user| user.is_active()).collect::<Vec<_>>();
        active.sort_by_cached_key(|user| by_name(user));
        active
    }

    pub fn active_agents(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| user.is_active() && user.managed.role == Role::Agent)
    }
}

/// A number below `below`, spread evenly, the same for the same user and purpose (splitmix64).
fn draw(n: usize, purpose: usize, below: usize) -> usize {
    let below = u64::try_from(below).unwrap_or(u64::MAX);
    usize::try_from(mixed(n, purpose) % below).unwrap_or_default()
}

fn mixed(n: usize, purpose: usize) -> u64 {
    let seed = u64::try_from(n * 64 + purpose).unwrap_or_default();
    let z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn uuid(n: usize, purpose: usize) -> Uuid {
    let bits = (u128::from(mixed(n, purpose)) << 64) | u128::from(mixed(n, purpose + 1));
    Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
}

fn skill(n: usize) -> Fallible<Skill> {
    let name = SkillName::new(&format!("Skill_{n:02}"))?;
    let skill_set = SkillSetName::parse(&format!("Set {}", n % 4))?;
    Ok(Skill { skill_set, ..Skill::imported(name) })
}

fn team(n: usize, catalog: &[Skill]) -> Fallible<Team> {
    let skills = [n, n + 7].map(|k| (catalog[k % SKILLS].name.clone(), Some(Level(50))));
    let name = TeamName::parse(&format!("Team {n:02}"))?;
    Ok(Team { skills: skills.into(), ..Team::new(TeamId::new(uuid(n, 40)), name, Timestamp::UNIX_EPOCH) })
}

fn user(n: usize, teams: &[Team], catalog: &[Skill], namesakes: &mut HashMap<String, usize>) -> Fallible<User> {
    let (name, spelt) = name(n);
    let earlier = namesakes.entry(spelt.clone()).or_default();
    *earlier += 1;
    let email = if *earlier == 1 { format!("{spelt}@example.com") } else { format!("{spelt}.{earlier}@example.com") };
    let (role, status, (at, reported)) = (role(n), status(n), first_login(n));
    let mut user = User::new(UserId::new(uuid(n, 0)), Identity::parse(&email)?, at);
    (user.version, user.revision) = (1, 1);
    user.idp.full_name = Some(name);
    user.idp.email = Some(EmailAddress::parse(&email)?);
    user.idp.picture = Some(PICTURE.to_owned());
    user.managed.role = role;
    user.managed.role_granted = role == Role::AccountOwner;
    user.managed.login_role = Some(role.min(Role::SystemAdmin));
    user.managed.status = status;
    user.managed.teams = (0..=draw(n, 10, 2)).map(|k| teams[draw(n, 11 + k, TEAMS)].team_id).collect();
    user.managed.assigned_skills = if role == Role::Agent { assigned(n, catalog) } else { Skills::new() };
    let worker_sid = WorkerSid::new(format!("WK{}", uuid(n, 2).simple()));
    let reported = ReportRef { worker_sid: worker_sid.clone(), version: reported };
    user.managed.provenance = Provenance::Adopted(reported.clone());
    user.taskrouter.reported_at = Some(reported);
    user.taskrouter.worker_sid = (status != Status::Deleted).then_some(worker_sid);
    Ok(user)
}

fn first_login(n: usize) -> (Timestamp, ReportVersion) {
    let at_s = FIRST_LOGIN_S + i64::try_from(n).unwrap_or_default();
    (Timestamp::from_second(at_s).unwrap_or_default(), ReportVersion { at_ms: at_s * 1_000, version: Some(1) })
}

/// One to four skills with levels.
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

/// A full name, and its spelling in an e-mail address.
fn name(n: usize) -> (String, String) {
    let names: &Names = if draw(n, 6, 2) == 0 { &ENGLISH } else { &OTHERS[draw(n, 7, OTHERS.len())] };
    let (given, spelt_given) = names.given[draw(n, 8, names.given.len())];
    let (family, spelt_family) = names.family[draw(n, 9, names.family.len())];
    let name = if names.family_first { format!("{family}{given}") } else { format!("{given} {family}") };
    (name, format!("{spelt_given}.{spelt_family}"))
}
