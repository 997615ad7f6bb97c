//! Letters to one person outside, and the links in them: a link's secret is 256 random bits, of
//! which only the hash is stored.

use super::{Engine, Refusal};
use crate::connectors::mail::{self, Letter, Mailer};
use crate::domain::chance;
use crate::domain::question::SECRET;
use crate::domain::seal::sha256;
use crate::domain::throttle::{FORGOTTEN, Failures, Whose};
use crate::engine::accounts::network;
use crate::store::{StoreError, WriteSession, throttle};
use chrono::Duration;
use data_encoding::BASE64URL_NOPAD;
use std::net::IpAddr;
use std::sync::Arc;

/// What became of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    Sent,
    /// No mail server is set.
    NoServer,
    /// The server did not take it: in its words.
    Refused(String),
}

/// A new secret for a link, and what is stored of it.
pub(super) fn secret(engine: &Engine) -> (String, String) {
    let token = BASE64URL_NOPAD.encode(&chance::bytes::<SECRET>(&**engine.store.random()));
    let hash = hash(&token);
    (token, hash)
}

/// What is stored of a link's secret.
pub(super) fn hash(token: &str) -> String {
    sha256(&[b"link/", token.as_bytes()])
}

/// The address of one mailbox, or why it is none.
pub(super) fn address(text: &str) -> Result<String, Refusal> {
    let wrong = || Refusal::Invalid(format!("“{}” is no mail address", text.trim()));
    mail::plain_address(text).ok_or_else(wrong)
}

/// Whether a letter can go there.
#[must_use]
pub fn is_address(text: &str) -> bool {
    mail::plain_address(text).is_some()
}

impl Engine {
    /// From now on letters leave by this server.
    pub fn post_by(&self, mailer: Arc<Mailer>) {
        // The first one stays: there is one server per process.
        let _ = self.post.set(mailer);
    }

    /// Whether letters can leave at all.
    #[must_use]
    pub fn has_post(&self) -> bool {
        self.post.get().is_some()
    }

    /// Sends a letter now.
    pub async fn post(&self, to: &str, id: &str, subject: String, text: String) -> Posted {
        let Some(mailer) = self.post.get() else { return Posted::NoServer };
        let letter = Letter { id: id.to_owned(), at: self.now(), subject, text };
        match mailer.send_to(&letter, to).await {
            Ok(()) => Posted::Sent,
            Err(error) => {
                tracing::warn!(%error, "a letter was not sent");
                Posted::Refused(error.to_string())
            }
        }
    }

    /// How long whoever comes from there has to wait, after links that are none.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn link_wait(&self, address: IpAddr) -> Result<Option<Duration>, StoreError> {
        let failures = throttle::of(&mut self.store.session().await?, &subject(address)).await?;
        Ok(failures.and_then(|failures| failures.wait(Whose::Address, self.now())))
    }

    /// Counts a link that is none.
    ///
    /// # Errors
    /// The store failed.
    pub async fn note_bad_link(&self, address: IpAddr) -> Result<(), StoreError> {
        let subject = subject(address);
        self.store
            .write(async move |w: &mut WriteSession| {
                let now = w.now();
                throttle::forget(w, now - FORGOTTEN).await?;
                let before = throttle::of(w, &subject).await?;
                throttle::put(w, &subject, &Failures::more(before, now)).await?;
                Ok::<_, StoreError>(((), Vec::new()))
            })
            .await
    }
}

fn subject(address: IpAddr) -> String {
    format!("link/{}", network(address))
}
