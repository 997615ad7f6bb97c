//! Sealing: authenticated encryption of secrets and personal values at rest, and the keyed
//! digests that stand for personal values in the audit log. AES-256-GCM and HMAC-SHA-256.

use ring::{aead, digest, hmac};

/// A 256-bit key. Never shown: its `Debug` tells nothing.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Something sealed did not open: another key, another place, or changed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open with this key in this place")]
pub struct SealBroken;

const NONCE: usize = aead::NONCE_LEN;

impl Key {
    /// A key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, for the key file or for sealing under another key.
    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Seals `plain` for one place (`table/row/column`): opened elsewhere it fails. The answer
    /// is the nonce, the ciphertext and the tag.
    ///
    /// # Errors
    /// The cipher refused the key or the length: never for values that fit into memory.
    pub fn seal(&self, nonce: [u8; NONCE], place: &str, plain: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let mut sealed = plain.to_vec();
        let nonce_value = aead::Nonce::assume_unique_for_key(nonce);
        self.aead()?
            .seal_in_place_append_tag(nonce_value, aead::Aad::from(place.as_bytes()), &mut sealed)
            .map_err(|_| SealBroken)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Key::seal`] sealed for the same place.
    ///
    /// # Errors
    /// Another key, another place, or changed bytes.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>, SealBroken> {
        let (nonce, rest) = sealed.split_at_checked(NONCE).ok_or(SealBroken)?;
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealBroken)?;
        let mut rest = rest.to_vec();
        let aad = aead::Aad::from(place.as_bytes());
        let plain = self.aead()?.open_in_place(nonce, aad, &mut rest).map_err(|_| SealBroken)?;
        Ok(plain.to_vec())
    }

    /// The keyed digest of a text, in hexadecimal.
    #[must_use]
    pub fn mac(&self, text: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        data_encoding::HEXLOWER.encode(hmac::sign(&key, text.as_bytes()).as_ref())
    }

    fn aead(&self) -> Result<aead::LessSafeKey, SealBroken> {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, &self.0).map_err(|_| SealBroken)?;
        Ok(aead::LessSafeKey::new(key))
    }
}

/// SHA-256 of the parts one after the other, in hexadecimal.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    data_encoding::HEXLOWER.encode(context.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_its_key_and_in_its_place() {
        let key = Key::new([7; 32]);
        let sealed = key.seal([1; NONCE], "systems/portal/secret", b"hunter2").unwrap();
        assert_eq!(key.open("systems/portal/secret", &sealed).unwrap(), b"hunter2");
        assert_eq!(key.open("systems/billing/secret", &sealed), Err(SealBroken));
        assert_eq!(Key::new([8; 32]).open("systems/portal/secret", &sealed), Err(SealBroken));
        assert_eq!(key.open("systems/portal/secret", &sealed[..5]), Err(SealBroken));
        assert!(!String::from_utf8_lossy(&sealed).contains("hunter2"));
    }
}
