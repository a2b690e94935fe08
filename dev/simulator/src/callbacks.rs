//! Sends callbacks and events as Twilio does: signed, in order for each worker, unless faults say otherwise.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::event::Event;
use crate::faults::CallbackFaults;
use crate::lock::lock;
use crate::outgoing::{Outgoing, Post};

/// The number of lanes. Each worker has one; a lane sends one callback after the other.
const LANES: usize = 64;
/// How many callbacks are held back at most before they are sent in reverse order.
const MAX_HELD: usize = 8;

/// Resolves when a callback and all its copies have a response.
pub(crate) type Receipt = oneshot::Receiver<Vec<Answered>>;

/// The response to a callback; no status if there was none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Answered {
    pub(crate) event_type: &'static str,
    pub(crate) status: Option<u16>,
}

/// Sends callbacks, and events to sinks.
pub(crate) struct Callbacks {
    post: Arc<Post>,
    lanes: Vec<mpsc::UnboundedSender<Delivery>>,
    held: Mutex<Vec<Delivery>>,
}

struct Delivery {
    event_type: &'static str,
    outgoing: Outgoing,
    copies: u32,
    due: Instant,
    answered: oneshot::Sender<Vec<Answered>>,
}

impl Answered {
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

impl Callbacks {
    /// Starts the lanes in `tasks`.
    pub(crate) fn start(auth_token: &str, tasks: &mut JoinSet<()>) -> Result<Self, reqwest::Error> {
        let post = Arc::new(Post::new(auth_token)?);
        let lanes = (0..LANES).map(|_| start_lane(&post, tasks)).collect();
        Ok(Self { post, lanes, held: Mutex::default() })
    }

    /// Queues what tells of an event. No receipt if a fault drops it.
    pub(crate) fn send(&self, event: &Event, outgoing: Outgoing, faults: &mut CallbackFaults) -> Option<Receipt> {
        if faults.drops() {
            return None;
        }
        let (answered, receipt) = oneshot::channel();
        let delivery = Delivery {
            event_type: event.kind.event_type(),
            outgoing,
            copies: faults.copies(),
            due: Instant::now() + Duration::from_millis(faults.delay_ms),
            answered,
        };
        if faults.reorder {
            self.hold(delivery);
        } else {
            // A lane is closed while the simulator stops: the callback is lost.
            drop(self.lanes[lane_of(&event.worker.sid)].send(delivery));
        }
        Some(receipt)
    }

    /// Sends at once, beside the lanes; nobody waits for the response.
    pub(crate) fn send_now(&self, outgoing: Outgoing) {
        let post = self.post.clone();
        tokio::spawn(async move { post.send(&outgoing).await });
    }

    /// Sends the callbacks that are held back, the last one first; resolves when all have a response.
    pub(crate) async fn release(&self) {
        let held = mem::take(&mut *lock(&self.held));
        deliver_reversed(self.post.clone(), held).await;
    }

    fn hold(&self, delivery: Delivery) {
        let mut held = lock(&self.held);
        held.push(delivery);
        if held.len() >= MAX_HELD {
            tokio::spawn(deliver_reversed(self.post.clone(), mem::take(&mut held)));
        }
    }
}

async fn deliver_reversed(post: Arc<Post>, deliveries: Vec<Delivery>) {
    for delivery in deliveries.into_iter().rev() {
        deliver(&post, delivery).await;
    }
}

async fn deliver(post: &Post, delivery: Delivery) {
    tokio::time::sleep_until(delivery.due).await;
    let mut answers = Vec::new();
    for _ in 0..delivery.copies {
        let status = post.send(&delivery.outgoing).await;
        answers.push(Answered { event_type: delivery.event_type, status });
    }
    // A REST change does not wait for its callbacks.
    drop(delivery.answered.send(answers));
}

fn start_lane(post: &Arc<Post>, tasks: &mut JoinSet<()>) -> mpsc::UnboundedSender<Delivery> {
    let (sender, mut lane) = mpsc::unbounded_channel();
    let post = post.clone();
    tasks.spawn(async move {
        while let Some(delivery) = lane.recv().await {
            deliver(&post, delivery).await;
        }
    });
    sender
}

fn lane_of(worker_sid: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    worker_sid.hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default()
}
