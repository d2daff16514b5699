//! Verifies passwords, a few at a time: each hash takes 19 MiB while it is computed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use argon2::{Argon2, PasswordVerifier};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::client::Client;

const MOST_AT_ONCE: usize = 4;
/// The number of attempts that wait or are verified. Further ones are rejected: waiting longer would not help.
const MOST_PLACES: usize = 32;
/// The same for one client, so that none takes all places.
const MOST_PLACES_OF_A_CLIENT: usize = 8;

pub(super) struct Hashing {
    at_once: Arc<Semaphore>,
    places: Arc<Mutex<Places>>,
}

/// There are too many attempts at this moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Busy;

#[derive(Default)]
struct Places {
    taken: usize,
    taken_by: HashMap<Client, usize>,
}

/// A place that is free again when it is dropped.
struct Place {
    client: Client,
    places: Arc<Mutex<Places>>,
}

impl Hashing {
    pub(super) fn new() -> Self {
        Self { at_once: Arc::new(Semaphore::new(MOST_AT_ONCE)), places: Arc::default() }
    }

    /// Returns true if this is the password that was hashed.
    pub(super) async fn verify(&self, client: Client, password: String, hash: &'static str) -> Result<bool, Busy> {
        let _place = Place::take(client, &self.places)?;
        let permit = Arc::clone(&self.at_once).acquire_owned().await.map_err(|_| Busy)?;
        // Hashing takes as long as many requests; on this thread they would all wait.
        let verified = spawn_blocking(move || {
            let verified = Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
            // Not before: a client that hangs up does not stop the thread.
            drop(permit);
            verified
        });
        // A thread that fails has verified nothing.
        Ok(verified.await.unwrap_or(false))
    }
}

impl Place {
    fn take(client: Client, places: &Arc<Mutex<Places>>) -> Result<Self, Busy> {
        let mut taken = lock(places);
        let by_client = taken.taken_by.get(&client).copied().unwrap_or(0);
        if taken.taken >= MOST_PLACES || by_client >= MOST_PLACES_OF_A_CLIENT {
            return Err(Busy);
        }
        taken.taken += 1;
        taken.taken_by.insert(client, by_client + 1);
        Ok(Self { client, places: Arc::clone(places) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.places);
        places.taken -= 1;
        match places.taken_by.get_mut(&self.client) {
            Some(taken) if *taken > 1 => *taken -= 1,
            _ => drop(places.taken_by.remove(&self.client)),
        }
    }
}

// No step here fails halfway, so the value of a thread that panicked is whole.
fn lock(places: &Mutex<Places>) -> MutexGuard<'_, Places> {
    places.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::pin::pin;
    use std::task::{Context, Waker};
    use std::time::Duration;

    use super::super::register::tests::SLOW_HASH;
    use super::*;

    fn client(number: u8) -> Client {
        Client::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)))
    }

    #[tokio::test]
    async fn places_are_limited_for_a_client_and_for_all() {
        let hashing = Hashing::new();
        let mut places = Vec::new();
        for number in 0..4 {
            for _ in 0..MOST_PLACES_OF_A_CLIENT {
                places.push(Place::take(client(number), &hashing.places).unwrap());
            }
            assert!(Place::take(client(number), &hashing.places).is_err(), "{number}");
        }
        assert_eq!(places.len(), MOST_PLACES);
        assert_eq!(hashing.verify(client(9), String::new(), SLOW_HASH).await, Err(Busy));
        drop(places.pop());
        assert!(Place::take(client(9), &hashing.places).is_ok());
        drop(places);
        assert!(lock(&hashing.places).taken_by.is_empty());
        assert_eq!(lock(&hashing.places).taken, 0);
    }

    #[tokio::test]
    async fn client_that_hangs_up_does_not_free_its_thread() {
        let hashing = Hashing::new();
        for _ in 0..MOST_AT_ONCE {
            let mut verifying = pin!(hashing.verify(client(1), String::new(), SLOW_HASH));
            assert!(verifying.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(lock(&hashing.places).taken, 0);
        assert_eq!(hashing.at_once.available_permits(), 0);
        let all = hashing.at_once.acquire_many(u32::try_from(MOST_AT_ONCE).unwrap());
        drop(tokio::time::timeout(Duration::from_secs(60), all).await.unwrap());
    }
}
