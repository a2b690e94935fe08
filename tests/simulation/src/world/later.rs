//! Functions that functions invoke.

use std::{future::Future, sync::Arc, time::Duration};

use authorize::ReconcileWorker;
use bulk::StartBulk;
use domain::{TeamId, WorkerSid};
use export::{PresignDownload, PresignError, StartJob};
use invoke::InvokeError;
use reconciliations::StartReconcile;
use teams::StartFanOut;
use tokio::time::sleep;
use uuid::Uuid;
use webhook::HandOver;

use super::{TIMEOUT, World};
use crate::chaos::Fault;

/// Asynchronous invocations: Lambda tries an event that fails twice more.
pub(super) struct Later(pub Arc<World>);

impl Later {
    fn start<F: Future<Output = bool>>(&self, run: impl Fn(Arc<World>) -> F + 'static) {
        let run = Arc::new(run);
        let times = if self.0.chaos.strikes(Fault::InvokedTwice) { 2 } else { 1 };
        for _ in 0..times {
            let (world, run) = (self.0.clone(), run.clone());
            self.0.beside(async move {
                for attempt in 0..3 {
                    sleep(Duration::from_mins(attempt)).await;
                    if run(world.clone()).await {
                        return;
                    }
                }
            });
        }
    }
}

impl StartFanOut for Later {
    async fn start(&self, team_id: TeamId) -> Result<(), InvokeError> {
        self.start(move |world| async move {
            let fan_out = world.fan_out();
            world.invoke("fan-out", TIMEOUT, fan_out.of_team(team_id)).await.is_some_and(|ended| ended.is_ok())
        });
        Ok(())
    }
}

impl HandOver for Later {
    async fn hand_over(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        let sid = worker_sid.clone();
        self.start(move |world| {
            let sid = sid.clone();
            async move { world.reconcile_one(&sid).await.is_ok() }
        });
        Ok(())
    }
}

impl StartReconcile for Later {
    async fn start(&self) -> Result<(), InvokeError> {
        self.start(|world| async move { world.run_reconcile().await });
        Ok(())
    }
}

impl StartJob for Later {
    async fn start(&self, job_id: Uuid) -> Result<(), InvokeError> {
        self.0.note_export(job_id).await;
        self.start(move |world| async move { world.write_export(job_id).await });
        Ok(())
    }
}

impl StartBulk for Later {
    async fn start(&self, job_id: Uuid) -> Result<(), InvokeError> {
        self.0.note_bulk(job_id);
        self.start(move |world| async move { world.run_bulk(job_id).await });
        Ok(())
    }
}

impl PresignDownload for Later {
    async fn presign(&self, file: &str) -> Result<String, PresignError> {
        Ok(format!("https://s3.invalid/{file}"))
    }
}

/// For requests that change nothing.
pub(super) struct Never;

const NEVER: &str = "a look changes nothing";

impl StartFanOut for Never {
    async fn start(&self, _: TeamId) -> Result<(), InvokeError> {
        Err(InvokeError(NEVER.to_owned()))
    }
}

impl StartReconcile for Never {
    async fn start(&self) -> Result<(), InvokeError> {
        Err(InvokeError(NEVER.to_owned()))
    }
}

impl StartJob for Never {
    async fn start(&self, _: Uuid) -> Result<(), InvokeError> {
        Err(InvokeError(NEVER.to_owned()))
    }
}

impl StartBulk for Never {
    async fn start(&self, _: Uuid) -> Result<(), InvokeError> {
        Err(InvokeError(NEVER.to_owned()))
    }
}

impl PresignDownload for Never {
    async fn presign(&self, _: &str) -> Result<String, PresignError> {
        Err(PresignError(NEVER.to_owned()))
    }
}

/// A synchronous invocation of `reconcile` by the authorizer.
pub(super) struct Now(pub Arc<World>);

impl ReconcileWorker for Now {
    async fn reconcile(&self, worker_sid: &WorkerSid) -> Result<(), InvokeError> {
        self.0.reconcile_one(worker_sid).await
    }
}
