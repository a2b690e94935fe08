//! The steps of an invocation, so that a test can do something between two of them, or let the invocation die there.

use std::{
    fmt,
    future::pending,
    pin::Pin,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

type Action = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

#[derive(Clone, Default)]
pub struct Steps(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    died: Notify,
}

#[derive(Default)]
struct State {
    taken: usize,
    dies_at: Option<usize>,
    at: Vec<(&'static str, Action)>,
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steps")
    }
}

impl Steps {
    /// Does this once, when the invocation comes to the next step of this name.
    pub fn at<F: Future<Output = ()> + Send + 'static>(
        &self,
        name: &'static str,
        action: impl FnOnce() -> F + Send + 'static,
    ) {
        self.0.state.lock().unwrap().at.push((name, Box::new(|| Box::pin(action()))));
    }

    /// The invocation takes so many steps and no more.
    pub fn die_after(&self, steps: usize) {
        let mut state = self.0.state.lock().unwrap();
        (state.taken, state.dies_at) = (0, Some(steps));
    }

    pub fn live(&self) {
        self.0.state.lock().unwrap().dies_at = None;
    }

    /// Runs an invocation; none if it died.
    pub async fn run<T>(&self, invocation: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.0.died.notified() => None,
            result = invocation => Some(result),
        }
    }

    pub async fn step(&self, name: &'static str) {
        let (action, dies) = {
            let mut state = self.0.state.lock().unwrap();
            state.taken += 1;
            let position = state.at.iter().position(|(at, _)| *at == name);
            let dies = state.dies_at.is_some_and(|at| state.taken > at);
            (position.map(|position| state.at.remove(position).1), dies)
        };
        if dies {
            self.0.died.notify_one();
            pending::<()>().await;
        }
        if let Some(action) = action {
            action().await;
        }
    }
}
