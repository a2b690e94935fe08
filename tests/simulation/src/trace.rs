//! What has happened, one line an event, and a hash of all of it: the same seed gives the same.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};

use crate::clock::Clock;

/// Clones share the lines.
#[derive(Debug, Clone)]
pub struct Trace {
    clock: Clock,
    lines: Arc<Mutex<Vec<String>>>,
    prints: bool,
}

impl Trace {
    /// `prints`: each line at once, to standard error.
    #[must_use]
    pub fn new(clock: Clock, prints: bool) -> Self {
        Self { clock, lines: Arc::default(), prints }
    }

    pub fn line(&self, who: &str, what: impl std::fmt::Display) {
        let at = self.clock.elapsed_ms();
        let line = format!("{:>4}.{:03} {who:<14} {what}", at / 1_000, at % 1_000);
        if self.prints {
            eprintln!("{line}");
        }
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    #[must_use]
    pub fn hash(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut hash = Sha256::new();
        for line in lines.iter() {
            hash.update(line);
            hash.update("\n");
        }
        hex(&hash.finalize())
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
