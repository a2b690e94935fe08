//! Sends callbacks as Twilio does: signed, in order for each worker, unless faults say otherwise.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use form_urlencoded::Serializer;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use secrecy::SecretString;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::Instant;
use twilio::signature::{self, HEADER};

use crate::event::Event;
use crate::faults::CallbackFaults;
use crate::lock::lock;
use crate::place::Place;

/// The number of lanes. Each worker has one; a lane sends one callback after the other.
const LANES: usize = 64;
/// How many callbacks are held back at most before they are sent in reverse order.
const MAX_HELD: usize = 8;
/// How long Twilio waits for a response.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Resolves when a callback and all its copies have a response.
pub(crate) type Receipt = oneshot::Receiver<Vec<Answered>>;

/// The response to a callback; no status if there was none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Answered {
    pub(crate) event_type: &'static str,
    pub(crate) status: Option<u16>,
}

/// Sends callbacks; `None` without a callback URL.
pub(crate) struct Callbacks(Option<Sender>);

struct Sender {
    post: Arc<Post>,
    lanes: Vec<mpsc::UnboundedSender<Delivery>>,
    held: Mutex<Vec<Delivery>>,
}

struct Post {
    http: reqwest::Client,
    url: String,
    auth_token: SecretString,
}

struct Delivery {
    event_type: &'static str,
    fields: Vec<(&'static str, String)>,
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
    /// Starts the lanes in `tasks`. Without a URL nothing is sent.
    pub(crate) fn start(
        url: Option<String>,
        auth_token: &str,
        tasks: &mut JoinSet<()>,
    ) -> Result<Self, reqwest::Error> {
        let Some(url) = url else { return Ok(Self(None)) };
        let http = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        let post = Arc::new(Post { http, url, auth_token: auth_token.into() });
        let lanes = (0..LANES).map(|_| start_lane(&post, tasks)).collect();
        Ok(Self(Some(Sender { post, lanes, held: Mutex::default() })))
    }

    /// Queues a callback. No receipt if a fault drops it or there is no callback URL.
    pub(crate) fn send(&self, event: &Event, place: &Place, faults: &mut CallbackFaults) -> Option<Receipt> {
        let sender = self.0.as_ref()?;
        if faults.drops() {
            return None;
        }
        let (answered, receipt) = oneshot::channel();
        let delivery = Delivery {
            event_type: event.kind.event_type(),
            fields: event.fields(place),
            copies: faults.copies(),
            due: Instant::now() + Duration::from_millis(faults.delay_ms),
            answered,
        };
        if faults.reorder {
            sender.hold(delivery);
        } else {
            // A lane is closed while the simulator stops: the callback is lost.
            drop(sender.lanes[lane_of(&event.worker.sid)].send(delivery));
        }
        Some(receipt)
    }

    /// Sends the callbacks that are held back, the last one first; resolves when all have a response.
    pub(crate) async fn release(&self) {
        let Some(sender) = &self.0 else { return };
        let held = mem::take(&mut *lock(&sender.held));
        sender.post.clone().deliver_reversed(held).await;
    }
}

impl Sender {
    fn hold(&self, delivery: Delivery) {
        let mut held = lock(&self.held);
        held.push(delivery);
        if held.len() >= MAX_HELD {
            tokio::spawn(self.post.clone().deliver_reversed(mem::take(&mut held)));
        }
    }
}

impl Post {
    async fn deliver_reversed(self: Arc<Self>, deliveries: Vec<Delivery>) {
        for delivery in deliveries.into_iter().rev() {
            self.deliver(delivery).await;
        }
    }

    async fn deliver(&self, delivery: Delivery) {
        tokio::time::sleep_until(delivery.due).await;
        let mut answers = Vec::new();
        for _ in 0..delivery.copies {
            let status = self.post(&delivery.fields).await;
            answers.push(Answered { event_type: delivery.event_type, status });
        }
        // A REST change does not wait for its callbacks.
        drop(delivery.answered.send(answers));
    }

    async fn post(&self, fields: &[(&'static str, String)]) -> Option<u16> {
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let request = self
            .http
            .post(&self.url)
            .header(USER_AGENT, "TwilioProxy/1.1")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded; charset=UTF-8")
            .header(HEADER, signature::sign(&self.auth_token, &self.url, &pairs))
            .body(body);
        match request.send().await {
            Ok(answer) => Some(answer.status().as_u16()),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "a callback got no response; it is not retried");
                None
            }
        }
    }
}

fn start_lane(post: &Arc<Post>, tasks: &mut JoinSet<()>) -> mpsc::UnboundedSender<Delivery> {
    let (sender, mut lane) = mpsc::unbounded_channel();
    let post = post.clone();
    tasks.spawn(async move {
        while let Some(delivery) = lane.recv().await {
            post.deliver(delivery).await;
        }
    });
    sender
}

fn lane_of(worker_sid: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    worker_sid.hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default()
}
