//! Values that count until a time, as many as fit.

use jiff::Timestamp;
use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// Holds at most `capacity` values; the one that was put in first gives way.
#[derive(Debug)]
pub(crate) struct Memory<K, V> {
    capacity: usize,
    values: HashMap<K, (Timestamp, V)>,
    /// The keys of `values`, oldest first.
    order: VecDeque<K>,
}

impl<K: Copy + Eq + Hash, V> Memory<K, V> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, values: HashMap::new(), order: VecDeque::new() }
    }

    /// The value, if it counts at this time.
    pub(crate) fn get(&self, key: &K, now: Timestamp) -> Option<&V> {
        self.values.get(key).filter(|(until, _)| now < *until).map(|(_, value)| value)
    }

    /// Likewise, to be changed.
    pub(crate) fn get_mut(&mut self, key: &K, now: Timestamp) -> Option<&mut V> {
        self.values.get_mut(key).filter(|(until, _)| now < *until).map(|(_, value)| value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V, until: Timestamp, now: Timestamp) {
        if self.values.remove(&key).is_some() {
            self.order.retain(|other| *other != key);
        }
        if until <= now {
            return;
        }
        while self.order.len() >= self.capacity {
            let Some(oldest) = self.order.pop_front() else { break };
            self.values.remove(&oldest);
        }
        self.order.push_back(key);
        self.values.insert(key, (until, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_oldest_gives_way_and_what_is_put_in_again_is_new() {
        let mut memory = Memory::new(2);
        for (second, key) in [(0, 'a'), (1, 'b'), (2, 'a'), (3, 'c')] {
            memory.insert(key, (), at(100), at(second));
        }
        assert_eq!(['a', 'b', 'c'].map(|key| memory.get(&key, at(4)).is_some()), [true, false, true]);
        assert_eq!((memory.values.len(), memory.order.len()), (2, 2));
    }

    #[test]
    fn a_value_counts_until_its_time_and_one_whose_time_is_over_is_not_kept() {
        let mut memory = Memory::new(2);
        memory.insert('a', 1, at(60), at(0));
        assert_eq!((memory.get(&'a', at(59)), memory.get(&'a', at(60))), (Some(&1), None));
        memory.insert('a', 2, at(0), at(0));
        assert!(memory.values.is_empty() && memory.order.is_empty());
    }
}
