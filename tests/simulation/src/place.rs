//! Where a function is: the calls that one invocation of it makes at this moment.

use std::{cell::RefCell, collections::BTreeSet, pin::pin, time::Duration};

use tokio::{task_local, time::timeout};

use crate::chaos::Chaos;

task_local! {
    static CALLS: RefCell<Calls>;
}

/// The calls of one invocation.
#[derive(Debug, Default)]
struct Calls {
    made: u64,
    last: &'static str,
    /// Those without an answer yet. A function makes several at a time.
    in_flight: BTreeSet<(u64, &'static str)>,
}

/// A call without an answer; dropped when it is answered.
#[derive(Debug)]
#[must_use]
pub struct InFlight((u64, &'static str));

impl Drop for InFlight {
    fn drop(&mut self) {
        // A call that outlives its invocation has nobody to be answered to.
        let _gone = CALLS.try_with(|calls| calls.borrow_mut().in_flight.remove(&self.0));
    }
}

/// One function's. Clones share it.
#[derive(Debug, Clone)]
pub struct Place {
    who: &'static str,
    chaos: Chaos,
}

impl Place {
    #[must_use]
    pub const fn new(who: &'static str, chaos: Chaos) -> Self {
        Self { who, chaos }
    }

    /// The function.
    #[must_use]
    pub const fn who(&self) -> &'static str {
        self.who
    }

    /// It makes this call.
    pub fn reach(&self, call: &'static str) -> InFlight {
        self.chaos.reached(self.who, call);
        let number = CALLS.try_with(|calls| {
            let calls = &mut *calls.borrow_mut();
            (calls.made, calls.last) = (calls.made + 1, call);
            calls.in_flight.insert((calls.made, call));
            calls.made
        });
        InFlight((number.unwrap_or_default(), call))
    }

    /// Runs an invocation for so long; where it is not at its end then, it dies at these calls: those in flight, or the
    /// last one where it waits for none.
    pub async fn run<T>(&self, limit: Duration, invocation: impl Future<Output = T>) -> Result<T, Vec<&'static str>> {
        CALLS
            .scope(RefCell::default(), async {
                let mut invocation = pin!(invocation);
                let ended = timeout(limit, invocation.as_mut()).await;
                ended.map_err(|_| {
                    let died_at = CALLS.with(|calls| calls.borrow().died_at());
                    for call in &died_at {
                        self.chaos.died_at(self.who, call);
                    }
                    died_at
                })
            })
            .await
    }
}

impl Calls {
    fn died_at(&self) -> Vec<&'static str> {
        match self.in_flight.iter().map(|(_, call)| *call).collect::<Vec<_>>() {
            none if none.is_empty() => vec![self.last],
            calls => calls,
        }
    }
}
