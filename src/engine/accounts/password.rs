//! Passwords: what is accepted, and their hashes (Argon2id, 32 MiB, three passes).

use super::{AccountError, Accounts};
use crate::domain::chance::{self, Random};
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::time::Duration;
use unicode_normalization::UnicodeNormalization as _;

const MEMORY_KIB: u32 = 32 * 1024;
const PASSES: u32 = 3;
/// Characters a password has at least, as it is the only factor.
const SHORTEST: usize = 15;
/// Bytes a password has at most: more adds nothing and costs time.
const LONGEST: usize = 1024;
/// How long a sign-in waits for its turn to be hashed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Long passwords that everybody tries, in lower case.
const KNOWN: &[&str] = &[
    "123456789012345",
    "1234567890123456",
    "passwordpassword",
    "password12345678",
    "password123456789",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "1q2w3e4r5t6y7u8i",
    "1qaz2wsx3edc4rfv",
    "iloveyouiloveyou",
    "letmeinletmeinletmein",
    "administratoradministrator",
    "changemechangeme",
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "thisismypassword",
    "mypasswordispassword",
    "refereereferee",
    "referee-referee",
];

/// Why a password is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    #[error("has fewer than {SHORTEST} characters: a few words one after the other are easy to remember")]
    Short,
    #[error("is longer than {LONGEST} bytes")]
    Long,
    #[error("is one that everybody tries: choose another")]
    Known,
    #[error("is little more than the login: choose another")]
    Login,
    #[error("repeats a few characters: choose another")]
    Monotonous,
}

/// Whether a password may be used for that login.
///
/// # Errors
/// It is too short, too long, or easily guessed.
pub(super) fn accept(password: &str, login: &str) -> Result<(), WeakPassword> {
    if password.len() > LONGEST {
        return Err(WeakPassword::Long);
    }
    if password.chars().count() < SHORTEST {
        return Err(WeakPassword::Short);
    }
    let lower = password.to_lowercase();
    if KNOWN.contains(&lower.as_str()) {
        return Err(WeakPassword::Known);
    }
    if lower.replace(login, "").chars().count() < 6 {
        return Err(WeakPassword::Login);
    }
    let distinct: std::collections::HashSet<char> = lower.chars().collect();
    if distinct.len() < 5 {
        return Err(WeakPassword::Monotonous);
    }
    Ok(())
}

/// A password of 120 random bits, in groups that can be read out.
#[must_use]
pub fn generated(random: &dyn Random) -> String {
    let text = data_encoding::BASE32_NOPAD.encode(&chance::bytes::<15>(random)).to_lowercase();
    let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
    groups.join("-")
}

impl Accounts {
    /// The hash of an accepted password.
    pub(super) async fn hash(&self, password: &str, login: &str) -> Result<String, AccountError> {
        accept(password, login)?;
        self.hash_any(password).await
    }

    async fn hash_any(&self, password: &str) -> Result<String, AccountError> {
        let (bytes, salt) = (normal(password), chance::bytes::<16>(&**self.store.random()));
        self.in_turn(move |argon2| {
            argon2.hash_password_with_salt(&bytes, &salt).map(|hash| hash.to_string()).ok()
        })
        .await?
        .ok_or(AccountError::Hash)
    }

    /// Whether the password is that of the hash. Without a hash it takes as long and is never right.
    pub(super) async fn is_right(&self, password: &str, hash: Option<String>) -> Result<bool, AccountError> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self.decoy.get_or_try_init(|| self.hash_any("no password at all")).await?.clone(),
        };
        let bytes = normal(password.get(..LONGEST).unwrap_or(password));
        let right = self.in_turn(move |argon2| argon2.verify_password(&bytes, hash.as_str()).is_ok()).await?;
        Ok(right && known)
    }

    /// Makes the decoy, so that the first unknown login is not the slow one.
    ///
    /// # Errors
    /// The hash cannot be computed, as no other could.
    pub async fn warm_up(&self) -> Result<(), AccountError> {
        self.is_right("", None).await.map(|_| ())
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, AccountError> {
        let turn = tokio::time::timeout(PATIENCE, self.hashing.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = turn else { return Err(AccountError::Busy) };
        let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| AccountError::Hash)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        // The permit moves along: a caller that goes away does not free the processor.
        let done = tokio::task::spawn_blocking(move || (work(argon2), permit)).await;
        done.map(|(answer, _)| answer).map_err(|_| AccountError::Hash)
    }
}

/// The same characters typed on another keyboard are the same password.
fn normal(password: &str) -> Vec<u8> {
    password.nfkc().collect::<String>().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_accepted() {
        assert_eq!(accept("fourteen chars", "ana"), Err(WeakPassword::Short));
        assert_eq!(accept("PasswordPassword", "ana"), Err(WeakPassword::Known));
        assert_eq!(accept("anaruiz-anaruiz-1", "anaruiz"), Err(WeakPassword::Login));
        assert_eq!(accept("abababababababab", "ana"), Err(WeakPassword::Monotonous));
        assert_eq!(accept(&"long".repeat(300), "ana"), Err(WeakPassword::Long));
        assert_eq!(accept("ein Satz mit Ümlaut", "ana"), Ok(()));
    }

    #[test]
    fn a_generated_one_is_accepted() {
        let password = generated(&crate::clock::SystemChance::new());
        assert_eq!((password.len(), accept(&password, "ana")), (29, Ok(())));
    }
}
