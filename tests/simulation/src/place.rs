//! Where a function is: the call that it makes at this moment.

use std::sync::{Arc, Mutex, PoisonError};

use crate::chaos::Chaos;

/// One function's. Clones share it.
#[derive(Debug, Clone)]
pub struct Place {
    who: &'static str,
    call: Arc<Mutex<&'static str>>,
    chaos: Chaos,
}

impl Place {
    #[must_use]
    pub fn new(who: &'static str, chaos: Chaos) -> Self {
        Self { who, call: Arc::default(), chaos }
    }

    /// The function.
    #[must_use]
    pub const fn who(&self) -> &'static str {
        self.who
    }

    /// It makes this call.
    pub fn reach(&self, call: &'static str) {
        *self.call.lock().unwrap_or_else(PoisonError::into_inner) = call;
        self.chaos.reached(self.who, call);
    }

    /// It dies at the call that it has made last, which is answered.
    pub fn die(&self) -> &'static str {
        let call = *self.call.lock().unwrap_or_else(PoisonError::into_inner);
        self.chaos.died_at(self.who, call);
        call
    }
}
