//! The rate of requests, in all and for each key.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter};

use super::limit_reached::{LimitReached, LimitScope};

/// After so many requests, keys that have not been used for a while are forgotten.
const FORGET_AFTER: u32 = 16 * 1024;

/// Counts requests by time. A limit of `n` a second lets `n` come at once, and then one each `n`th of a second.
#[derive(Debug)]
pub(super) struct Rate {
    clock: DefaultClock,
    all: Option<(NonZeroU32, DefaultDirectRateLimiter)>,
    keys: Option<(NonZeroU32, DefaultKeyedRateLimiter<Box<str>>)>,
    /// Requests since unused keys were forgotten.
    counted: AtomicU32,
}

impl Rate {
    pub(super) fn new(per_second: Option<NonZeroU32>, per_second_per_key: Option<NonZeroU32>) -> Self {
        Self {
            clock: DefaultClock::default(),
            all: per_second.map(|most| (most, RateLimiter::direct(Quota::per_second(most)))),
            keys: per_second_per_key.map(|most| (most, RateLimiter::keyed(Quota::per_second(most)))),
            counted: AtomicU32::new(0),
        }
    }

    /// Counts a request.
    pub(super) fn count(&self, key: &str) -> Result<(), LimitReached> {
        // The key's own limit goes first: what it refuses is nobody else's loss.
        if let Some((most, keys)) = &self.keys {
            keys.check_key(&key.into()).map_err(|until| self.reached(*most, LimitScope::Key, &until))?;
            if self.counted.fetch_add(1, Ordering::Relaxed) >= FORGET_AFTER {
                self.counted.store(0, Ordering::Relaxed);
                keys.retain_recent();
                keys.shrink_to_fit();
            }
        }
        if let Some((most, all)) = &self.all {
            all.check().map_err(|until| self.reached(*most, LimitScope::All, &until))?;
        }
        Ok(())
    }

    fn reached(
        &self,
        most: NonZeroU32,
        scope: LimitScope,
        until: &NotUntil<governor::clock::QuantaInstant>,
    ) -> LimitReached {
        LimitReached::Rate { most: most.get(), scope, wait: until.wait_time_from(self.clock.now()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: u32, per_second_per_key: u32) -> Rate {
        Rate::new(NonZeroU32::new(per_second), NonZeroU32::new(per_second_per_key))
    }

    /// How many of ten thousand requests at once are accepted, and what refuses the others.
    fn flood(rate: &Rate, key: &str) -> (usize, Option<LimitScope>) {
        let answers: Vec<_> = (0..10_000).map(|_| rate.count(key)).collect();
        let scope = answers.iter().find_map(|answer| match answer {
            Err(LimitReached::Rate { scope, .. }) => Some(*scope),
            _ => None,
        });
        (answers.iter().filter(|answer| answer.is_ok()).count(), scope)
    }

    #[test]
    fn a_second_of_requests_may_come_at_once() {
        assert_eq!(flood(&rate(0, 0), "a"), (10_000, None));
        let (accepted, scope) = flood(&rate(100, 0), "a");
        assert!((100..1_000).contains(&accepted), "{accepted}");
        assert_eq!(scope, Some(LimitScope::All));
        let rate = rate(1_000, 10);
        for key in ["a", "b"] {
            let (accepted, scope) = flood(&rate, key);
            assert!((10..100).contains(&accepted), "{key}: {accepted}");
            assert_eq!(scope, Some(LimitScope::Key), "{key}");
        }
    }

    #[test]
    fn keys_that_are_not_used_are_forgotten() {
        let rate = rate(0, 1_000_000);
        for number in 0..3 * FORGET_AFTER {
            let _ = rate.count(&format!("key-{number}"));
        }
        let kept = rate.keys.as_ref().unwrap().1.len();
        assert!(kept < 2 * FORGET_AFTER as usize, "{kept}");
    }
}
