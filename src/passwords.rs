//! Passwords, hashed with Argon2id.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::domain::authn::password::prepared;

/// How many wait for a place on one side before others are told to come again later.
const LONGEST_QUEUE: usize = 64;
/// How long one waits for a place at most.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// On whose side a password is hashed. Each has places of its own, so that a flood of sign-ins on one side does not
/// keep the other waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// People at the desk.
    Desk,
    /// Customers' accounts.
    Accounts,
}

/// Why a password was neither hashed nor checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotHashed {
    /// Too many wait on this side.
    #[error("too many passwords wait to be checked")]
    Busy,
    /// The algorithm or a thread failed.
    #[error("the password could not be hashed")]
    Failed,
}

/// Hashes and checks passwords with Argon2id, off the async threads and a few at a time: each takes 19 MiB.
pub struct PasswordHasher {
    desk: Lane,
    accounts: Lane,
    new: Lane,
    decoy: String,
}

struct Lane {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    wait: Duration,
}

impl Lane {
    fn new(places: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            queue: Arc::new(Semaphore::new(LONGEST_QUEUE)),
            wait: LONGEST_WAIT,
        }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotHashed> {
        let queued = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| NotHashed::Busy)?;
        let place = tokio::time::timeout(self.wait, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| NotHashed::Busy)?.map_err(|_| NotHashed::Failed)?;
        drop(queued);
        let run = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| NotHashed::Failed)
    }
}

fn hash_now(password: &SecretString) -> Result<String, NotHashed> {
    let hash = Argon2::default().hash_password(prepared(password).expose_secret().as_bytes());
    Ok(hash.map_err(|_| NotHashed::Failed)?.to_string())
}

impl PasswordHasher {
    /// At most `at_once` passwords are checked at a time on each side, and as many new ones are hashed.
    ///
    /// # Errors
    /// [`NotHashed`] when the algorithm cannot be set up.
    pub fn new(at_once: usize) -> Result<Self, NotHashed> {
        let decoy = hash_now(&SecretString::from("a password that nobody has"))?;
        Ok(Self { desk: Lane::new(at_once), accounts: Lane::new(at_once), new: Lane::new(at_once), decoy })
    }

    const fn lane(&self, queue: Queue) -> &Lane {
        match queue {
            Queue::Desk => &self.desk,
            Queue::Accounts => &self.accounts,
        }
    }

    /// How many wait for a place: signing in at the desk, signing in to accounts, and setting a new one.
    pub fn waiting(&self) -> [(&'static str, usize); 3] {
        let waiting = |lane: &Lane| LONGEST_QUEUE.saturating_sub(lane.queue.available_permits());
        [("accounts", waiting(&self.accounts)), ("desk", waiting(&self.desk)), ("new", waiting(&self.new))]
    }

    /// The hash of a new password in PHC string format. New ones have places of their own: a flood of sign-ins does not
    /// keep whoever holds a link or a session from setting one.
    ///
    /// # Errors
    /// [`NotHashed::Busy`] when it has to wait too long; [`NotHashed::Failed`] when the algorithm fails.
    pub async fn hash(&self, password: SecretString) -> Result<String, NotHashed> {
        self.new.run(move || hash_now(&password)).await?
    }

    /// Whether the password is the one that was hashed. Without a hash the same work is done in vain, so
    /// that the time tells nothing.
    ///
    /// # Errors
    /// [`NotHashed::Busy`] when too many wait on this side; [`NotHashed::Failed`] when the work cannot be done.
    pub async fn check(&self, queue: Queue, hash: Option<String>, password: SecretString) -> Result<bool, NotHashed> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let right = self
            .lane(queue)
            .run(move || {
                let password = prepared(&password);
                let parsed = argon2::password_hash::phc::PasswordHash::new(&hash);
                parsed.is_ok_and(|parsed| {
                    Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok()
                })
            })
            .await?;
        Ok(right && known)
    }
}

/// Whether a text is a hash that passwords can be checked against in the time that every check takes: Argon2id in PHC
/// string format with this program's own cost. Another cost would tell that there is an account.
pub fn is_usable_hash(text: &str) -> bool {
    let ours = argon2::Params::default();
    argon2::password_hash::phc::PasswordHash::new(text).is_ok_and(|hash| {
        let same_cost = argon2::Params::try_from(&hash).is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (ours.m_cost(), ours.t_cost(), ours.p_cost())
        });
        hash.algorithm.as_str() == "argon2id" && hash.salt.is_some() && hash.hash.is_some() && same_cost
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_usable_when_it_costs_what_ours_cost() {
        let ours = PasswordHasher::new(1).unwrap().hash(SecretString::from("a password")).await.unwrap();
        assert!(is_usable_hash(&ours), "{ours}");
        for wrong in [
            String::new(),
            "plain text".to_owned(),
            ours.replace("argon2id", "argon2i"),
            ours.replace("m=19456", "m=65536"),
            ours.replace("t=2", "t=3"),
            ours.rsplit_once('$').unwrap().0.to_owned(),
            "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW".to_owned(),
        ] {
            assert!(!is_usable_hash(&wrong), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_flood_on_one_side_fills_its_own_queue_and_the_other_side_goes_on() {
        let hasher = Arc::new(PasswordHasher::new(1).unwrap());
        let ours = hasher.hash(SecretString::from("a password")).await.unwrap();
        let check = |queue| {
            let (hasher, hash) = (Arc::clone(&hasher), Some(ours.clone()));
            tokio::spawn(async move { hasher.check(queue, hash, SecretString::from("a password")).await })
        };
        // Whoever holds the only place never lets go: every sign-in of an account waits.
        let held = Arc::clone(&hasher.accounts.places).acquire_owned().await.unwrap();
        let flood: Vec<_> = (0..LONGEST_QUEUE).map(|_| check(Queue::Accounts)).collect();
        while hasher.accounts.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(hasher.waiting(), [("accounts", LONGEST_QUEUE), ("desk", 0), ("new", 0)]);
        assert_eq!(check(Queue::Accounts).await.unwrap(), Err(NotHashed::Busy));
        assert_eq!(check(Queue::Desk).await.unwrap(), Ok(true));
        drop(held);
        for waiting in flood {
            assert_eq!(waiting.await.unwrap(), Ok(true));
        }
        assert_eq!(hasher.accounts.queue.available_permits(), LONGEST_QUEUE);
    }

    #[tokio::test]
    async fn a_new_password_is_hashed_while_sign_ins_fill_both_sides() {
        let hasher = PasswordHasher::new(1).unwrap();
        for lane in [&hasher.desk, &hasher.accounts] {
            Arc::clone(&lane.places).acquire_owned().await.unwrap().forget();
            Arc::clone(&lane.queue).acquire_many_owned(LONGEST_QUEUE as u32).await.unwrap().forget();
        }
        let ours = hasher.hash(SecretString::from("a password")).await;
        assert!(ours.is_ok_and(|hash| is_usable_hash(&hash)));
        hasher.new.queue.forget_permits(LONGEST_QUEUE);
        assert_eq!(hasher.hash(SecretString::from("a password")).await, Err(NotHashed::Busy));
    }

    #[tokio::test]
    async fn nobody_waits_for_a_place_for_ever() {
        let mut hasher = PasswordHasher::new(1).unwrap();
        hasher.desk.wait = Duration::from_millis(1);
        let _held = Arc::clone(&hasher.desk.places).acquire_owned().await.unwrap();
        let waited = hasher.check(Queue::Desk, None, SecretString::from("a password")).await;
        assert_eq!(waited, Err(NotHashed::Busy));
        assert_eq!(hasher.desk.queue.available_permits(), LONGEST_QUEUE);
    }
}
