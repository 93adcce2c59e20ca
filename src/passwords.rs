//! Passwords, hashed with Argon2id.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::domain::authn::password::prepared;

/// Hashes and checks passwords with Argon2id, off the async threads and a few at a time: each takes 19 MiB.
pub struct PasswordHasher {
    free: Arc<Semaphore>,
    decoy: String,
}

/// A password could not be hashed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct NotHashed;

fn hash_now(password: &SecretString) -> Result<String, NotHashed> {
    let hash = Argon2::default().hash_password(prepared(password).expose_secret().as_bytes()).map_err(|_| NotHashed)?;
    Ok(hash.to_string())
}

impl PasswordHasher {
    /// At most `at_once` passwords are hashed at a time.
    ///
    /// # Errors
    /// [`NotHashed`] when the algorithm cannot be set up.
    pub fn new(at_once: usize) -> Result<Self, NotHashed> {
        let decoy = hash_now(&SecretString::from("a password that nobody has"))?;
        Ok(Self { free: Arc::new(Semaphore::new(at_once)), decoy })
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotHashed> {
        let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| NotHashed)?;
        let run = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| NotHashed)
    }

    /// The password's hash in PHC string format.
    ///
    /// # Errors
    /// [`NotHashed`] when the algorithm fails.
    pub async fn hash(&self, password: SecretString) -> Result<String, NotHashed> {
        self.run(move || hash_now(&password)).await?
    }

    /// Whether the password is the one that was hashed. Without a hash the same work is done in vain, so
    /// that the time tells nothing.
    ///
    /// # Errors
    /// [`NotHashed`] when the work cannot be done.
    pub async fn check(&self, hash: Option<String>, password: SecretString) -> Result<bool, NotHashed> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        let right = self
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
}
