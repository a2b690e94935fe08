//! Which guard an instance checks.

use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

const NOT_CHOSEN: u8 = u8::MAX;

/// A number that is kept until it is forgotten. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct OwnGuard(Arc<AtomicU8>);

impl Default for OwnGuard {
    fn default() -> Self {
        Self(Arc::new(AtomicU8::new(NOT_CHOSEN)))
    }
}

impl OwnGuard {
    pub fn get_or_choose(&self, choose: impl FnOnce() -> u8) -> u8 {
        let kept = self.0.load(Ordering::Relaxed);
        if kept != NOT_CHOSEN {
            return kept;
        }
        let chosen = choose();
        self.0.store(chosen, Ordering::Relaxed);
        chosen
    }

    /// Another one is chosen next.
    pub fn forget(&self) {
        self.0.store(NOT_CHOSEN, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_keeps_its_guard_until_it_meets_another_one_there() {
        let guard = OwnGuard::default();
        assert_eq!((guard.get_or_choose(|| 7), guard.clone().get_or_choose(|| 9)), (7, 7));
        guard.forget();
        assert_eq!(guard.get_or_choose(|| 9), 9);
    }
}
