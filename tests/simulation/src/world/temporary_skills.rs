//! The schedule of temporary skills.

use std::sync::Arc;

use app::temporary_skills::{Pace, SkillTurns};

use super::{Invocation, TIMEOUT, World};

impl World {
    pub(super) async fn turn_skills(self: Arc<Self>) {
        let Invocation { directory: store, clock: time_and_ids, .. } = self.function("turn-skills").clone();
        let turns = SkillTurns { store, time_and_ids, pace: Pace::default() };
        match self.invoke("turn-skills", TIMEOUT, turns.due("turn-skills")).await {
            Some(Ok(true)) | None => {}
            Some(Ok(false)) => self.trace.line("turn-skills", "not all could be turned"),
            Some(Err(error)) => self.trace.line("turn-skills", error),
        }
    }
}
