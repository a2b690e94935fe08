//! Values for the placeholders of an event: each case gets new users, teams, skills and jobs.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    Level, PresetId, PresetName, Role, Skill, SkillName, SkillSetName, Team, TeamId, TeamName, TemporarySkill, Time,
    User, UserId,
    audit::Action,
    bulk::{BulkEdit, BulkTask, Groups, PLAN_VALIDITY, Plan, Selection, Standing, Tally},
    catalog::SkillSet,
    edit::Edit,
    job::{Job, JobKind},
    permissions::Caller,
    policy::{RoleAuthority, SupervisorScope},
    preset::SkillPreset,
    search::UserQuery,
    status::StatusChange,
    team::MAX_SKILLS,
};
use jiff::Timestamp;
use local::sample;
use serde_json::{Value, json};
use store::{
    Attempt, ChangeOrigin, Claim, CommitPreset, CommitSkill, CommitTeam, CommitUser, IdempotencyStore, ImportSkills,
    KeepBulkJobs, RunJobs, StoreJobs, TeamChange, UserChange, ViewUser, schema::keys,
};
use uuid::Uuid;

use crate::{Fixture, LoggedInUser};

/// Placeholders that are set together with another one: `version` with a user, `skill` with its skill set.
const SET_WITH_ANOTHER: [&str; 9] = [
    "deleted_skill",
    "preset_version",
    "skill",
    "skill_set_version",
    "skill_version",
    "team_name",
    "team_version",
    "used_skill",
    "version",
];

type Values = BTreeMap<String, String>;

/// The cases in which the account owner asks for a bulk job: one is at work at a time.
const STARTS_BULK_JOB: [&str; 7] = [
    "bulk/plan",
    "bulk/plan-copy-of-preset",
    "bulk/plan-copy-of-user",
    "bulk/import",
    "bulk/undo",
    "bulk/undo-change",
    "bulk/apply",
];

impl Fixture {
    /// A value for each placeholder. Every user but the account owner is new, so that no case depends on the changes of
    /// another one.
    pub async fn values(&self, name: &str, event: &str) -> Values {
        if STARTS_BULK_JOB.contains(&name) {
            self.forget_latest_bulk_job().await;
        }
        let mut values = Values::new();
        for placeholder in sample::placeholders(event) {
            if SET_WITH_ANOTHER.contains(&placeholder) {
                continue;
            }
            let value = match placeholder {
                "user_id" => insert_user(&mut values, &self.user("agent").await),
                "supervisor_id" | "calling_supervisor_id" => self.user("supervisor").await.user_id.to_string(),
                "admin_id" | "calling_admin_id" => self.user("admin").await.user_id.to_string(),
                "owner_id" => self.owner.user_id.unwrap().to_string(),
                "other_owner_id" => self.other_owner().await.user_id.to_string(),
                "deactivated_user_id" => {
                    let user = self.user("agent").await;
                    insert_user(&mut values, &self.with_status(user, StatusChange::Deactivate).await)
                }
                "deleted_user_id" => self.deleted_user().await.user_id.to_string(),
                "deleted_identity" => self.deleted_user().await.identity.to_string(),
                "equipped_user_id" => {
                    self.user_with_team_and_skill(self.team(false).await.team_id).await.user_id.to_string()
                }
                "temporary_skill_user_id" => insert_user(&mut values, &self.user_with_temporary_skill().await),
                "in_an_hour" => Time::from(Timestamp::now() + Duration::from_hours(1)).to_string(),
                "worker_sid" => self.owner_worker().await,
                "token" => self.owner.token.clone(),
                "agent_token" => self.log_in_new_user("agent").await.token,
                "supervisor_token" => self.log_in_new_user("supervisor").await.token,
                "unmanaged_token" => self.log_in_new_user("wfo.full_access").await.token,
                "deactivated_token" => self.log_in_deactivated().await.token,
                "team_id" => insert_team(&mut values, &self.team(false).await),
                "archived_team_id" => insert_team(&mut values, &self.team(true).await),
                "deleted_team_id" => self.deleted_team().await.team_id.to_string(),
                "full_team_id" => insert_team(&mut values, &self.full_team().await),
                "team_with_member_id" => {
                    let team = self.team(false).await;
                    self.user_with_team_and_skill(team.team_id).await;
                    insert_team(&mut values, &team)
                }
                "changed_team_id" => self.changed_team().await.team_id.to_string(),
                "team_with_skill_id" => insert_team(&mut values, &self.team_with([english()]).await),
                "taken_team_name" => self.team(false).await.name.as_str().to_uppercase(),
                "skill_set" => self.skill_set(&mut values).await,
                "used_skill_set" => self.used_skill_set(&mut values).await,
                "deleted_skill_set" => self.deleted_skill_set(&mut values).await,
                "imported_skill" => self.imported_skill().await.to_string(),
                "preset_id" => insert_preset(&mut values, &self.preset(english()).await),
                "taken_preset_name" => self.preset(english()).await.name.as_str().to_uppercase(),
                "deleted_preset_id" => self.deleted_preset().await.preset_id.to_string(),
                "preset_with_deleted_skill_id" => self.preset_with_deleted_skill().await.preset_id.to_string(),
                "key_in_use" => self.key_in_use(event).await,
                "job_id" => self.job().await.to_string(),
                "running_job_id" => self.running_job().await.job_id.to_string(),
                "finished_job_id" => self.finished_job().await.to_string(),
                "failed_job_id" => self.failed_job().await.to_string(),
                "bulk_job_id" => self.bulk_job(Job::clone).await.to_string(),
                "planned_job_id" => self.bulk_job(planned).await.to_string(),
                "expired_plan_job_id" => self.bulk_job(planned_long_ago).await.to_string(),
                "upload_id" => self.upload("user_id\n").await,
                "applied_job_id" => self.bulk_job(applied).await.to_string(),
                other => panic!("{name} has a placeholder that is not known here: {other}"),
            };
            values.insert(placeholder.to_owned(), value);
        }
        values
    }

    /// A file that the account owner has uploaded.
    async fn upload(&self, text: &'static str) -> String {
        let request = self.client.post(format!("{}/uploads", self.stack.url())).bearer_auth(&self.owner.token);
        let link = request.json(&json!({"bytes": text.len()})).send().await.unwrap().error_for_status().unwrap();
        let link: Value = link.json().await.unwrap();
        let put = self.client.put(link["url"].as_str().unwrap()).body(text).send().await.unwrap();
        put.error_for_status().unwrap();
        link["upload_id"].as_str().unwrap().to_owned()
    }

    async fn owner_worker(&self) -> String {
        let owner = self.directory.user(self.owner.user_id.unwrap()).await.unwrap().unwrap();
        owner.taskrouter.worker_sid.unwrap().to_string()
    }

    async fn log_in_new_user(&self, role: &str) -> LoggedInUser {
        self.log_in(&Uuid::new_v4().to_string(), &[role]).await
    }

    async fn user(&self, role: &str) -> User {
        let user_id = self.log_in_new_user(role).await.user_id.unwrap();
        self.directory.user(user_id).await.unwrap().unwrap()
    }

    /// The account owner, who makes the changes that prepare a case.
    fn owner(&self) -> Caller {
        Caller::new(self.owner.user_id.unwrap(), Role::AccountOwner)
    }

    async fn commit(&self, before: &User, after: User, action: Action) -> User {
        self.directory.commit_user(UserChange::new(Some(before), after, operator_change(), action)).await.unwrap()
    }

    async fn with_status(&self, user: User, change: StatusChange) -> User {
        let after = change.apply(&user, &self.owner()).unwrap();
        self.commit(&user, after, change.action()).await
    }

    async fn log_in_deactivated(&self) -> LoggedInUser {
        let logged_in = self.log_in_new_user("supervisor").await;
        let user = self.directory.user(logged_in.user_id.unwrap()).await.unwrap().unwrap();
        self.with_status(user, StatusChange::Deactivate).await;
        logged_in
    }

    async fn deleted_user(&self) -> User {
        self.with_status(self.user("agent").await, StatusChange::Delete).await
    }

    async fn other_owner(&self) -> User {
        let user = self.user("admin").await;
        let edit = Edit { role: Some(Role::AccountOwner), ..Edit::default() };
        let after = edit.apply(&user, &self.owner(), &[], RoleAuthority::Directory).unwrap();
        self.commit(&user, after, Action::Edited).await
    }

    async fn user_with_team_and_skill(&self, team: TeamId) -> User {
        let user = self.user("agent").await;
        let after = user.with(|user| {
            user.managed.teams = [team].into();
            user.managed.assigned_skills = [(english(), None)].into();
        });
        self.commit(&user, after, Action::Edited).await
    }

    /// To whom English is assigned for an hour.
    async fn user_with_temporary_skill(&self) -> User {
        let (user, now) = (self.user("agent").await, Timestamp::now());
        let until = (now + Duration::from_hours(1)).into();
        let temporary = TemporarySkill { level: None, from: now.into(), until, active: true };
        let after = user.with(|user| user.managed.temporary_skills = [(english(), temporary)].into());
        self.commit(&user, after, Action::Edited).await
    }

    async fn team(&self, archived: bool) -> Team {
        self.commit_team(|team| Team { archived, ..team }).await
    }

    async fn team_with(&self, skills: impl IntoIterator<Item = SkillName>) -> Team {
        let skills = skills.into_iter().map(|skill| (skill, None)).collect();
        self.commit_team(|team| Team { skills, ..team }).await
    }

    /// A team with the maximum number of skills.
    async fn full_team(&self) -> Team {
        let set = self.new_skill_set().await;
        let mut skills = BTreeSet::new();
        for _ in 0..MAX_SKILLS {
            skills.insert(self.new_skill(&set).await.name);
        }
        self.team_with(skills).await
    }

    async fn commit_team(&self, edit: impl FnOnce(Team) -> Team) -> Team {
        let team_id = TeamId::new(Uuid::new_v4());
        let after = edit(Team::new(team_id, TeamName::parse(&format!("Team {team_id}")).unwrap(), Timestamp::now()));
        let change =
            TeamChange { before: None, after, origin: operator_change(), action: Action::Created, skills: None };
        self.directory.commit_team(change).await.unwrap()
    }

    /// A team with a member whom a change has not reached.
    async fn changed_team(&self) -> Team {
        let before = self.team(false).await;
        self.user_with_team_and_skill(before.team_id).await;
        let after = Team { skills: [(english(), None)].into(), ..before.clone() };
        let (origin, action) = (operator_change(), Action::Edited);
        let change = TeamChange { before: Some(&before), after, origin, action, skills: None };
        self.directory.commit_team(change).await.unwrap()
    }

    async fn deleted_team(&self) -> Team {
        let team = self.team(false).await;
        self.directory.delete_team(&team, operator_change()).await.unwrap();
        team
    }

    async fn new_skill_set(&self) -> SkillSet {
        let set = SkillSet::new(SkillSetName::parse(&format!("Set-{}", Uuid::new_v4())).unwrap(), Uuid::nil());
        self.directory.create_skill_set(&set, operator_change()).await.unwrap();
        set
    }

    async fn new_skill(&self, set: &SkillSet) -> Skill {
        let skill = Skill { skill_set: set.name.clone(), version: 0, ..Skill::imported(new_skill_name()) };
        self.directory.commit_skill(None, skill, operator_change(), Action::Created).await.unwrap()
    }

    /// A skill set with an unused skill.
    async fn skill_set(&self, values: &mut Values) -> String {
        let set = self.new_skill_set().await;
        let skill = self.new_skill(&set).await;
        values.insert("skill".to_owned(), skill.name.to_string());
        values.insert("skill_version".to_owned(), skill.version.to_string());
        values.insert("skill_set_version".to_owned(), set.version.to_string());
        set.name.to_string()
    }

    /// A skill set with a skill that a team grants to its only member.
    async fn used_skill_set(&self, values: &mut Values) -> String {
        let set = self.new_skill_set().await;
        let skill = self.new_skill(&set).await;
        let team = self.team_with([skill.name.clone()]).await;
        self.user_with_team_and_skill(team.team_id).await;
        values.insert("used_skill".to_owned(), skill.name.to_string());
        set.name.to_string()
    }

    async fn deleted_skill_set(&self, values: &mut Values) -> String {
        let set = self.new_skill_set().await;
        let skill = self.new_skill(&set).await;
        self.directory.delete_skill_set(&set, operator_change()).await.unwrap();
        values.insert("deleted_skill".to_owned(), skill.name.to_string());
        set.name.to_string()
    }

    async fn imported_skill(&self) -> SkillName {
        let name = new_skill_name();
        self.directory.import_skills(std::slice::from_ref(&name), operator_change()).await.unwrap();
        name
    }

    async fn preset(&self, skill: SkillName) -> SkillPreset {
        let (preset_id, now) = (PresetId::new(Uuid::new_v4()), Timestamp::now());
        let (name, by) = (PresetName::parse(&format!("Preset {preset_id}")).unwrap(), self.owner());
        let catalog = [(skill.clone(), Skill::imported(skill.clone()))].into();
        let preset = SkillPreset::new(preset_id, name, &[(skill, Some(Level(50)))], &catalog, &by, now).unwrap();
        self.directory.commit_preset(None, preset, operator_change()).await.unwrap()
    }

    async fn deleted_preset(&self) -> SkillPreset {
        let preset = self.preset(english()).await;
        self.directory.delete_preset(&preset, operator_change()).await.unwrap();
        preset
    }

    async fn preset_with_deleted_skill(&self) -> SkillPreset {
        let skill = self.new_skill(&self.new_skill_set().await).await;
        let preset = self.preset(skill.name.clone()).await;
        self.directory.delete_skill(&skill, operator_change()).await.unwrap();
        preset
    }

    /// An `Idempotency-Key` of this request by the account owner, which is still in progress.
    async fn key_in_use(&self, event: &str) -> String {
        let (key, event) = (Uuid::new_v4().to_string(), serde_json::from_str::<Value>(event).unwrap());
        let (http, body) = (&event["requestContext"]["http"], &event["body"]);
        let if_match = &event["headers"]["if-match"];
        let request = [&http["method"], &http["path"], &event["rawQueryString"], if_match, body]
            .map(|part| part.as_str().unwrap_or_default().as_bytes());
        let attempt = Attempt::new(self.owner().user_id, &key, &request, Uuid::new_v4());
        self.directory.start_attempt(&attempt, Timestamp::now()).await.unwrap();
        key
    }

    /// A job of a user who is not a caller in any case.
    async fn job(&self) -> Uuid {
        let requested_by = UserId::new(Uuid::new_v4());
        let job = Job::queued(Uuid::new_v4(), JobKind::export(UserQuery::default()), requested_by, Timestamp::now());
        self.directory.create_job(&job).await.unwrap();
        job.job_id
    }

    async fn running_job(&self) -> Claim {
        let claim = Claim { job_id: self.job().await, attempt: Uuid::new_v4(), lease: Duration::from_mins(1) };
        self.directory.claim_job(claim, Timestamp::now()).await.unwrap();
        claim
    }

    async fn finished_job(&self) -> Uuid {
        let claim = self.running_job().await;
        let file = Some("exports/sample.csv".to_owned());
        let kind = JobKind::Export { query: UserQuery::default(), for_import: false, file };
        self.directory.finish_job(claim, 0, &kind).await.unwrap();
        claim.job_id
    }

    /// A bulk job of the account owner, as far as this brings it.
    async fn bulk_job(&self, bring: impl Fn(&Job) -> Job) -> Uuid {
        let edit = BulkEdit { act_as_agent: Some(true), ..BulkEdit::default() };
        let task = BulkTask::Edit { users: Selection::Users([].into()), edit };
        // Their latest job is another one: several are at work at a time here.
        let requested_by = UserId::new(Uuid::new_v4());
        let (job_id, now) = (Uuid::new_v4(), Timestamp::now());
        let queued = Job::bulk_queued(job_id, task, STANDING, requested_by, now);
        self.directory.create_job(&queued).await.unwrap();
        let own = Job { requested_by: self.owner().user_id, ..bring(&queued) };
        self.directory.replace_bulk_job(&queued, &own).await.unwrap();
        job_id
    }

    /// As if the account owner had asked for no bulk job before.
    async fn forget_latest_bulk_job(&self) {
        let edit = BulkTask::Edit { users: Selection::Users([].into()), edit: BulkEdit::default() };
        let any = Job::bulk_queued(Uuid::nil(), edit, STANDING, self.owner().user_id, Timestamp::now());
        let delete = self.directory.client().delete_item().table_name(self.directory.name());
        let key = keys::latest_job(any.requested_by, &any.kind).attributes();
        delete.set_key(Some(key)).send().await.unwrap();
    }

    async fn failed_job(&self) -> Uuid {
        let claim = self.running_job().await;
        self.directory.fail_job(claim, "The export failed on our side. Start it again.").await.unwrap();
        claim.job_id
    }
}

const STANDING: Standing = Standing { token_role: Role::AccountOwner, scope: SupervisorScope::All };

fn planned(job: &Job) -> Job {
    planned_at(job, Timestamp::now())
}

fn planned_long_ago(job: &Job) -> Job {
    planned_at(job, Timestamp::now() - PLAN_VALIDITY - Duration::from_secs(1))
}

fn planned_at(job: &Job, planned_at: Timestamp) -> Job {
    let plan = Plan {
        hash: "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab".to_owned(),
        planned_at: planned_at.into(),
        tally: Tally::default(),
        drastic: 0,
        must_confirm: false,
        remarks: [].into(),
        groups: Groups::default(),
        files: "bulk/sample".to_owned(),
        imported: None,
    };
    job.planned(plan)
}

fn applied(job: &Job) -> Job {
    planned(job).applying(STANDING, Timestamp::now()).finished(Tally::default())
}

fn operator_change() -> ChangeOrigin<'static> {
    ChangeOrigin::operator("test", Timestamp::now(), Uuid::now_v7())
}

fn english() -> SkillName {
    SkillName::new("English").unwrap()
}

fn new_skill_name() -> SkillName {
    SkillName::new(&format!("Skill_{}", Uuid::new_v4().simple())).unwrap()
}

fn insert_user(values: &mut Values, user: &User) -> String {
    values.insert("version".to_owned(), user.version.to_string());
    user.user_id.to_string()
}

fn insert_preset(values: &mut Values, preset: &SkillPreset) -> String {
    values.insert("preset_version".to_owned(), preset.version.to_string());
    preset.preset_id.to_string()
}

fn insert_team(values: &mut Values, team: &Team) -> String {
    values.insert("team_name".to_owned(), team.name.to_string());
    values.insert("team_version".to_owned(), team.version.to_string());
    team.team_id.to_string()
}
