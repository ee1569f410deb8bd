//! A memory of the last `N` values.

/// The last `N` values pushed, oldest forgotten first. Values are addressed by the running number
/// they were pushed with, so that "the frame at which it happened" stays a plain number.
#[derive(Clone, Debug)]
pub struct Ring<T, const N: usize> {
    items: Box<[T; N]>,
    /// How many have ever been pushed.
    pushed: u64,
    /// Number of the oldest that may be read.
    first: u64,
}

impl<T: Copy + Default, const N: usize> Default for Ring<T, N> {
    fn default() -> Self {
        Self { items: Box::new([T::default(); N]), pushed: 0, first: 0 }
    }
}

impl<T: Copy + Default, const N: usize> Ring<T, N> {
    /// Remembers `value`, forgetting the oldest when full.
    #[inline]
    pub fn push(&mut self, value: T) {
        let slot = Self::slot(self.pushed);
        self.items[slot] = value;
        self.pushed += 1;
        self.first = self.first.max(self.pushed.saturating_sub(N as u64));
    }

    /// Where number `n` is kept.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "smaller than N")]
    fn slot(n: u64) -> usize {
        (n % N as u64) as usize
    }

    /// Forgets everything; numbers go on from where they were.
    pub fn clear(&mut self) {
        self.first = self.pushed;
    }

    /// Number of the next value to be pushed.
    pub fn next(&self) -> u64 {
        self.pushed
    }

    /// Number of the oldest value still known.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many are known.
    #[expect(clippy::cast_possible_truncation, reason = "at most N")]
    pub fn len(&self) -> usize {
        (self.pushed - self.first) as usize
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.pushed == self.first
    }

    /// Value number `n`, if it is still known.
    #[inline]
    pub fn get(&self, n: u64) -> Option<&T> {
        (n >= self.first && n < self.pushed).then(|| &self.items[Self::slot(n)])
    }

    /// The newest value.
    #[inline]
    pub fn last(&self) -> Option<&T> {
        self.pushed.checked_sub(1).and_then(|n| self.get(n))
    }

    /// The known values from number `from` up to but not including `to`, each with its number.
    pub fn range(&self, from: u64, to: u64) -> impl DoubleEndedIterator<Item = (u64, &T)> {
        let from = from.max(self.first);
        let to = to.min(self.pushed).max(from);
        (from..to).map(|n| (n, &self.items[Self::slot(n)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_and_numbers_stay() {
        let mut r = Ring::<u32, 4>::default();
        assert!(r.is_empty() && r.last().is_none());
        for k in 0..10 {
            r.push(k * 10);
        }
        assert_eq!((r.first(), r.next(), r.len()), (6, 10, 4));
        assert_eq!((r.get(5), r.get(6), r.get(9), r.get(10)), (None, Some(&60), Some(&90), None));
        assert_eq!(r.range(0, 8).map(|(n, v)| (n, *v)).collect::<Vec<_>>(), [(6, 60), (7, 70)]);
        r.clear();
        assert!(r.is_empty() && r.last().is_none() && r.get(9).is_none());
        r.push(7);
        assert_eq!((r.first(), r.last()), (10, Some(&7)));
        assert_eq!(r.range(20, 30).count(), 0);
    }
}
