//! Tokens of programs: `ref_<id>_<secret>_<checksum>`. The checksum tells a mistyped token, and
//! lets scanners of source code find a leaked one without a false alarm.

use super::sign_in::about;
use super::{AccountError, Accounts, login_form};
use crate::domain::audit::{Action, Actor, Event};
use crate::domain::chance;
use crate::domain::seal::sha256;
use crate::store::tokens::{Bearer, Token};
use crate::store::{StoreError, WriteSession, tokens, users};
use chrono::Duration;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use subtle::ConstantTimeEq as _;

const PREFIX: &str = "ref_";
/// Tokens note that they are used, but no more often than this.
const NOTED: Duration = Duration::minutes(1);

/// A token to be issued.
pub struct NewToken {
    /// Whose rights it has.
    pub login: String,
    /// What it is for.
    pub name: String,
    pub days: i64,
}

impl Accounts {
    /// Issues a token and says it, this once.
    ///
    /// # Errors
    /// There is no such user, or the time is not 1 to 366 days.
    pub async fn issue_token(&self, actor: Actor, new: NewToken) -> Result<String, AccountError> {
        if !(1..=366).contains(&new.days) {
            return Err(AccountError::BadExpiry);
        }
        let name = new.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 {
            return Err(AccountError::BadName);
        }
        let login = login_form(&new.login);
        let secret = chance::bytes::<32>(&**self.store.random());
        let id = self
            .store
            .write(async move |w: &mut WriteSession| {
                let found = users::by_login(w, &login).await?;
                let user = found.ok_or_else(|| AccountError::NoSuchUser(login.clone()))?;
                let token = Token {
                    id: w.new_id(),
                    user: user.id.clone(),
                    name: name.clone(),
                    epoch: user.epoch,
                    created_at: w.now(),
                    expires_at: w.now() + Duration::days(new.days),
                    used_at: None,
                    revoked_at: None,
                };
                tokens::insert(w, &token, &sha256(&[&secret])).await?;
                let event = Event::new(Action::TokenIssued, actor.clone(), about(&user.id))
                    .fact("token", &token.id)
                    .fact("days", new.days)
                    .value("name", &name);
                Ok::<_, AccountError>((token.id, vec![event]))
            })
            .await?;
        Ok(text(&id, &secret))
    }

    /// Revokes a token at once.
    ///
    /// # Errors
    /// There is no such token, or it was revoked already.
    pub async fn revoke_token(&self, actor: Actor, id: &str) -> Result<(), AccountError> {
        let id = id.to_owned();
        self.store
            .write(async move |w: &mut WriteSession| {
                let found = tokens::by_id(w, &id).await?.ok_or(AccountError::NoSuchToken)?;
                if !tokens::revoke(w, &id).await? {
                    return Err(AccountError::NoSuchToken);
                }
                let event = Event::new(Action::TokenRevoked, actor.clone(), about(&found.user.id));
                Ok(((), vec![event.fact("token", &id)]))
            })
            .await
    }

    /// Whose token this is while it is alive, and notes that it is used.
    ///
    /// # Errors
    /// The store failed.
    pub async fn bearer(&self, token: &str) -> Result<Option<Bearer>, StoreError> {
        let Some((id, secret)) = parts(token) else { return Ok(None) };
        let now = self.store.clock().now();
        let found = tokens::by_id(&mut self.store.session().await?, &id).await?;
        let same = |bearer: &Bearer| {
            let (stored, sent) = (bearer.secret_hash.as_bytes(), sha256(&[&secret]));
            bool::from(stored.ct_eq(sent.as_bytes()))
        };
        let Some(bearer) = found.filter(|bearer| same(bearer) && bearer.is_alive(now)) else {
            return Ok(None);
        };
        if bearer.token.used_at.is_none_or(|used| now - used >= NOTED) {
            let noted = self.store.write(async move |w: &mut WriteSession| {
                tokens::used(w, &id).await?;
                Ok::<_, StoreError>(((), Vec::new()))
            });
            if let Err(error) = noted.await {
                tracing::warn!(%error, "the use of a token was not noted");
            }
        }
        Ok(Some(bearer))
    }
}

fn text(id: &str, secret: &[u8]) -> String {
    let body = format!("{PREFIX}{}_{}", id.replace('-', ""), BASE32_NOPAD.encode(secret).to_lowercase());
    let check = checksum(&body);
    format!("{body}_{check}")
}

/// Eight hexadecimal digits.
fn checksum(body: &str) -> String {
    sha256(&[body.as_bytes()]).chars().take(8).collect()
}

/// The id and the secret of a well-formed token.
fn parts(token: &str) -> Option<(String, Vec<u8>)> {
    let (body, check) = token.rsplit_once('_')?;
    let (id, secret) = body.strip_prefix(PREFIX)?.split_once('_')?;
    if checksum(body) != check {
        return None;
    }
    let id = uuid::Uuid::from_slice(&HEXLOWER.decode(id.as_bytes()).ok()?).ok()?;
    let secret = BASE32_NOPAD.decode(secret.to_uppercase().as_bytes()).ok()?;
    Some((id.to_string(), secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_its_parts_and_a_changed_one_none() {
        let id = "0190a5e2-7b1c-7def-8123-456789abcdef";
        let token = text(id, &[7; 32]);
        assert_eq!(parts(&token), Some((id.to_owned(), vec![7; 32])));
        assert!(token.starts_with("ref_") && token.len() == 98, "{token}");
        for at in 4..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            assert_eq!(parts(&String::from_utf8(bytes).unwrap()), None, "changed at {at}");
        }
    }
}
