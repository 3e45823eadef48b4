//! A number of places, each taken by a request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::limit_reached::LimitScope;

/// Places for requests, in all and for each key.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: AtomicUsize,
    keys: Option<KeyPlaces>,
}

/// The places of each key.
#[derive(Debug)]
struct KeyPlaces {
    most: usize,
    /// Keys that have taken none are left out.
    taken: Mutex<HashMap<Box<str>, usize>>,
}

/// A limit, and for whom it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full {
    pub(super) most: usize,
    pub(super) scope: LimitScope,
}

impl Places {
    pub(super) fn new(most: usize, most_per_key: Option<usize>) -> Arc<Self> {
        let keys = most_per_key.map(|most| KeyPlaces { most, taken: Mutex::default() });
        Arc::new(Self { most, taken: AtomicUsize::new(0), keys })
    }

    /// Whether a place could be taken now.
    pub(super) fn check(&self, key: &str) -> Result<(), Full> {
        if self.taken.load(Ordering::Relaxed) >= self.most {
            return Err(Full { most: self.most, scope: LimitScope::All });
        }
        match &self.keys {
            Some(keys) if keys.taken().get(key).is_some_and(|taken| *taken >= keys.most) => {
                Err(Full { most: keys.most, scope: LimitScope::Key })
            }
            _ => Ok(()),
        }
    }

    /// Takes a place until the result is dropped.
    pub(super) fn take(self: &Arc<Self>, key: &str) -> Result<TakenPlace, Full> {
        let more = |taken: usize| (taken < self.most).then_some(taken + 1);
        self.taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .map_err(|_| Full { most: self.most, scope: LimitScope::All })?;
        let mut place = TakenPlace { places: Arc::clone(self), key: None };
        if let Some(keys) = &self.keys {
            let mut all = keys.taken();
            let taken = all.entry(key.into()).or_insert(0);
            if *taken >= keys.most {
                return Err(Full { most: keys.most, scope: LimitScope::Key });
            }
            *taken += 1;
            place.key = Some(key.into());
        }
        Ok(place)
    }
}

impl KeyPlaces {
    fn taken(&self) -> MutexGuard<'_, HashMap<Box<str>, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct TakenPlace {
    places: Arc<Places>,
    key: Option<Box<str>>,
}

impl Drop for TakenPlace {
    fn drop(&mut self) {
        self.places.taken.fetch_sub(1, Ordering::Relaxed);
        let (Some(keys), Some(key)) = (&self.places.keys, &self.key) else { return };
        let mut all = keys.taken();
        if let Some(taken) = all.get_mut(key) {
            *taken -= 1;
            if *taken == 0 {
                all.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_free_again_when_they_are_left() {
        let places = Places::new(3, Some(2));
        let in_all = Full { most: 3, scope: LimitScope::All };
        let for_key = Full { most: 2, scope: LimitScope::Key };
        let mut taken = vec![places.take("a").unwrap(), places.take("a").unwrap()];
        assert_eq!((places.take("a").err(), places.check("a")), (Some(for_key), Err(for_key)));
        assert_eq!(places.check("b"), Ok(()));
        taken.push(places.take("b").unwrap());
        assert_eq!((places.take("c").err(), places.check("c")), (Some(in_all), Err(in_all)));
        taken.remove(0);
        taken.push(places.take("a").unwrap());
        drop(taken);
        assert_eq!(places.taken.load(Ordering::Relaxed), 0);
        assert!(places.keys.as_ref().unwrap().taken().is_empty(), "keys without places are forgotten");
    }
}
