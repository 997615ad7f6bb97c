//! Browsers in which somebody has signed in before. Their tries are counted apart from those of
//! strangers, so that a stranger's guessing makes strangers wait and not the person.

use super::Accounts;
use crate::domain::chance;
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq as _;

impl Accounts {
    /// What such a browser keeps in a cookie: `<id>.<proof>`, for one login.
    pub(super) fn new_device(&self, login: &str) -> String {
        let id = HEXLOWER.encode(&chance::bytes::<16>(&**self.store.random()));
        let proof = self.device_proof(login, &id);
        format!("{id}.{proof}")
    }

    /// The id of the browser, if the proof is ours and for this login.
    pub(super) fn device(&self, login: &str, kept: Option<&str>) -> Option<String> {
        let (id, proof) = kept?.split_once('.')?;
        let ours = self.device_proof(login, id);
        bool::from(ours.as_bytes().ct_eq(proof.as_bytes())).then(|| id.to_owned())
    }

    fn device_proof(&self, login: &str, id: &str) -> String {
        self.store.key().mac(&format!("device/{login}/{id}"))
    }
}
