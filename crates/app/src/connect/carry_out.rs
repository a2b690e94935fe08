//! Carrying out what was planned.

use domain::WorkerSid;
use thiserror::Error;
use twilio::{
    ChangeEventStreams, DeleteWorker, EventCallback, ListReservations, ReservationStatus, TwilioError, UpdateWorker,
    UpdateWorkspace, WorkerUpdate,
};

use super::Step;

/// The name of sink and subscription in Event Streams, so that an operator recognizes it in the Console.
const DESCRIPTION: &str = "flex-roster: workers of the Flex workspace";

/// A SID that TaskRouter gives to no worker.
const NO_WORKER: &str = "WK00000000000000000000000000000000";

/// What the credentials must be allowed to do, and are not.
#[derive(Debug, Error)]
#[error(
    "the credentials may not {what} ({error}); nothing was changed. Give the API key this right, or use another one"
)]
pub struct MissingRight {
    pub what: &'static str,
    #[source]
    pub error: TwilioError,
}

#[derive(Debug, Error)]
pub enum ConnectError {
    #[error(transparent)]
    Right(#[from] MissingRight),
    #[error("could not {step}: {error}")]
    Step {
        step: String,
        #[source]
        error: TwilioError,
    },
    #[error("Twilio has answered that it would {0}, and it is not so; look at the workspace and run this again")]
    NotDone(String),
}

/// Changes Twilio.
#[derive(Debug)]
pub struct Connector<'a, T> {
    pub twilio: &'a T,
}

impl<T> Connector<'_, T>
where
    T: UpdateWorker + DeleteWorker + ListReservations,
{
    /// Whether the credentials may do what `sync` does, without changing anything: a worker that is not there is asked for.
    /// What may be done is answered 404 or 412, what may not 401 or 403.
    pub async fn check_rights(&self) -> Result<(), MissingRight> {
        let (sid, update) = (WorkerSid::new(NO_WORKER), WorkerUpdate::default());
        let reservations = self.twilio.list_reservations(&sid, ReservationStatus::Pending, None).await.map(drop);
        let updated = self.twilio.update_worker(&sid, &update, Some(0)).await.map(drop);
        let deleted = self.twilio.delete_worker(&sid, Some(0)).await;
        for (what, answer) in [
            ("list the reservations of workers", reservations),
            ("update workers", updated),
            ("delete workers", deleted),
        ] {
            if let Err(error) = answer
                && !matches!(error, TwilioError::PreconditionFailed | TwilioError::NotFound { .. })
            {
                return Err(MissingRight { what, error });
            }
        }
        Ok(())
    }
}

impl<T: UpdateWorkspace + ChangeEventStreams> Connector<'_, T> {
    /// Carries out the steps, one after the other. Interrupted, the rest is planned anew: what is done is found done.
    pub async fn carry_out(&self, steps: &[Step]) -> Result<(), ConnectError> {
        let mut created = None;
        for step in steps {
            let done = self.step(step, &mut created).await;
            done.map_err(|error| ConnectError::Step { step: step.to_string(), error })?;
        }
        Ok(())
    }

    async fn step(&self, step: &Step, created: &mut Option<String>) -> Result<(), TwilioError> {
        match step {
            Step::SetCallback { url, filter } => {
                self.twilio.set_event_callback(EventCallback { url, filter }).await.map(drop)
            }
            Step::ClearCallback => self.twilio.set_event_callback(EventCallback::default()).await.map(drop),
            Step::CreateSink { destination } => {
                *created = Some(self.twilio.create_sink(DESCRIPTION, destination).await?.sid);
                Ok(())
            }
            Step::Subscribe { sink_sid, types } => {
                let sink_sid = sink_sid.as_ref().or(created.as_ref()).map(String::as_str).unwrap_or_default();
                self.twilio.create_subscription(DESCRIPTION, sink_sid, types).await?;
                self.twilio.test_sink(sink_sid).await
            }
            Step::DeleteSubscription { sid } => self.twilio.delete_subscription(sid).await,
            Step::DeleteSink { sid } => self.twilio.delete_sink(sid).await,
        }
    }
}
