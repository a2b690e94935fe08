//! Workers: TaskRouter shows what the directory says, and the directory what TaskRouter reports.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Status, User, WorkerSid, routing::desired, team::Teams};
use store::{SurveyDirectory as _, ViewTeams as _};
use twilio::Worker;

use crate::{
    taskrouter::{BOT, OFFLINE, Stored, short, text_attribute},
    world::World,
};

impl World {
    /// TaskRouter holds what is decided here (rules 11, 12, 13 and 26).
    pub(super) async fn check_workers(&self, users: &[User]) {
        let teams = self.team_items(users).await;
        let pending = self.directory.pending_users().await.unwrap_or_default();
        let contested = self.directory.contested_users().await.unwrap_or_default();
        let states =
            self.directory.sync_states(&users.iter().map(|user| user.user_id).collect()).await.unwrap_or_default();
        let workers = self.taskrouter.workers();
        if !workers.values().any(|worker| worker.name == BOT) {
            self.violated("rule 23: a worker that is not managed is gone".to_owned());
        }
        self.check_taken_in(users, &workers);
        for user in users {
            let unfinished = pending.iter().any(|waiting| waiting.user_id == user.user_id);
            if unfinished {
                let state = states.get(&user.user_id);
                let failure = state.and_then(|state| state.failure.as_ref());
                self.violated(format!(
                    "traffic does not die out: {} is still to be carried over: {failure:?}",
                    user.user_id
                ));
                continue;
            }
            self.check_report(user, &workers);
            let own = workers.iter().filter(|(_, worker)| user.identity.as_str().eq_ignore_ascii_case(&worker.name));
            let own = own.collect::<Vec<_>>();
            if user.managed.status == Status::Deleted {
                if own.iter().any(|(_, worker)| !worker.reservations.contains(&"accepted")) {
                    self.violated(format!("rule 13: the deleted user {} has a worker", user.user_id));
                }
                continue;
            }
            for (sid, worker) in own {
                let is_known = user.taskrouter.worker_sid.as_ref().is_some_and(|known| known.as_str() == sid);
                if !is_known {
                    self.violated(format!(
                        "rule 22: {} has the worker {:?} and not {}",
                        user.user_id,
                        user.taskrouter.worker_sid,
                        short(sid)
                    ));
                    continue;
                }
                self.check_worker(user, &teams, contested.contains(&user.user_id), (sid, worker));
            }
        }
    }

    /// Where nothing is left to be carried over, no reconciliation is needed: a worker that the directory has written last
    /// shows what it is to show (rule 26).
    pub async fn check_written(&self) {
        let users = self.directory.all_users().await.unwrap_or_else(|error| panic!("{error}"));
        let teams = self.team_items(&users).await;
        let contested = self.directory.contested_users().await.unwrap_or_default();
        let workers = self.taskrouter.workers();
        for user in &users {
            let Some((sid, worker)) =
                user.taskrouter.worker_sid.as_ref().and_then(|sid| workers.get_key_value(sid.as_str()))
            else {
                continue;
            };
            if worker.writer == "directory" && user.managed.status != Status::Deleted {
                self.check_worker(user, &teams, contested.contains(&user.user_id), (sid, worker));
            }
        }
    }

    /// The worker that the user is known by is there, and says what the profile says of who they are (rules 23 and 28).
    fn check_report(&self, user: &User, workers: &BTreeMap<String, Stored>) {
        let Some(sid) = &user.taskrouter.worker_sid else { return };
        let Some(worker) = workers.get(sid.as_str()) else {
            if user.managed.status != Status::Deleted {
                self.violated(format!(
                    "rule 28: {} is known by the worker {}, which is gone",
                    user.user_id,
                    short(sid.as_str())
                ));
            }
            return;
        };
        let says = |field| text_attribute(&worker.attributes, field);
        let (name, email) = (says("full_name"), says("email"));
        if name.as_deref().is_some_and(|name| name != user.name())
            || email.as_deref().is_some_and(|email| Some(email) != user.email())
        {
            self.violated(format!(
                "rule 28: {} is {:?} {:?}, and their worker {name:?} {email:?}",
                user.user_id,
                user.name(),
                user.email()
            ));
        }
    }

    /// A worker with a role has a user (rule 23).
    fn check_taken_in(&self, users: &[User], workers: &BTreeMap<String, Stored>) {
        let known = users
            .iter()
            .filter_map(|user| user.taskrouter.worker_sid.as_ref())
            .map(WorkerSid::as_str)
            .collect::<Vec<_>>();
        for (sid, worker) in workers.iter().filter(|(_, worker)| worker.name != BOT) {
            let is_leaving = users.iter().any(|user| {
                user.managed.status == Status::Deleted && user.identity.as_str().eq_ignore_ascii_case(&worker.name)
            });
            let times = known.iter().filter(|known| **known == sid.as_str()).count();
            if times != 1 && !is_leaving {
                self.violated(format!("rule 23: the worker {} has {times} users", short(sid)));
            }
        }
    }

    /// Where skills are contested, they are left as they are (rule 24): everything else is not.
    fn check_worker(&self, user: &User, teams: &Teams, is_contested: bool, (sid, worker): (&str, &Stored)) {
        let shown = Worker {
            sid: sid.to_owned(),
            friendly_name: worker.name.clone(),
            attributes: Some(worker.attributes.clone()),
            activity_sid: worker.activity.clone(),
            activity_name: String::new(),
            version: None,
            date_updated: None,
        };
        let Some(owned) = shown.owned_attributes() else {
            return self.violated(format!("the attributes of {} cannot be read any more", short(sid)));
        };
        let mut target = desired(user, teams, &owned, &self.policy);
        if is_contested && user.is_active() {
            self.trace.line("contested", format_args!("{} shows {owned:?}", short(sid)));
            (target.skills, target.disabled) = (owned.skills.clone(), owned.disabled.clone());
        }
        if owned != target {
            self.violated(format!("rule 26: {} shows {owned:?} and not {target:?}", short(sid)));
        }
        if !user.is_active() && !owned.skills.is_empty() {
            self.violated(format!("rule 12: the deactivated user {} is routed to", user.user_id));
        }
        if !user.is_active() && worker.activity != OFFLINE && !worker.reservations.contains(&"accepted") {
            self.violated(format!("rule 12: the deactivated user {} is not offline", user.user_id));
        }
    }

    pub(super) async fn team_items(&self, users: &[User]) -> Teams {
        let ids = users.iter().flat_map(|user| &user.managed.teams).copied().collect::<BTreeSet<_>>();
        self.directory.teams(ids).await.unwrap_or_default()
    }
}
