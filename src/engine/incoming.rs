//! A page on its way into the store: what can be kept of it, in the form it is stored in. All of this
//! is done before the store's writer is asked for, which others wait for as well.

use super::absences::met;
use super::detect::Foreseen;
use super::quarantine::{is_key, set_aside, unstorable, unusable};
use crate::connectors::{Page, Row};
use crate::domain::mapping::Mapping;
use crate::domain::seal::sha256;
use crate::store::StoreError;
use crate::store::runs::SetAside;
use std::collections::{BTreeMap, HashSet};

/// What can be kept of a page, and what cannot.
pub(super) struct Incoming {
    /// By key.
    pub rows: BTreeMap<String, Arrived>,
    pub set_aside: Vec<SetAside>,
    /// The keys of all rows that are there, those that cannot be read or kept among them.
    pub met: HashSet<String>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// What its rows lead to, as far as that could be told.
    pub foreseen: Foreseen,
}

/// A row with its cells as they are stored, and the digest of them.
pub(super) struct Arrived {
    pub row: Row,
    pub raw: String,
    pub digest: String,
}

impl Incoming {
    /// One row that cannot be kept must not hold up the others. Of a key that stands twice the first
    /// row stays.
    pub fn of(mapping: &Mapping, page: Page) -> Self {
        let met = met(&page).filter(|key| is_key(key)).map(str::to_owned).collect();
        let mut incoming = Self {
            rows: BTreeMap::new(),
            set_aside: unusable(page.unusable),
            met,
            next: page.next,
            foreseen: Foreseen::default(),
        };
        for row in page.rows {
            incoming.add(mapping, row);
        }
        incoming
    }

    fn add(&mut self, mapping: &Mapping, row: Row) {
        let twice = || {
            let known = self.rows.contains_key(&row.key);
            known.then(|| format!("the key “{}” stands twice", row.key))
        };
        let odd = unstorable(&row, link(mapping, &row)).or_else(twice);
        let raw = match odd {
            Some(reason) => Err(reason),
            None => serde_json::to_string(&row.cells).map_err(|error| StoreError::from(error).to_string()),
        };
        match raw {
            Ok(raw) => {
                let digest = sha256(&[raw.as_bytes()]);
                self.rows.insert(row.key.clone(), Arrived { row, raw, digest });
            }
            Err(reason) => self.set_aside.push(set_aside(&row, reason)),
        }
    }
}

/// The identifier that a row shares with those of other systems.
pub(super) fn link<'r>(mapping: &Mapping, row: &'r Row) -> Option<&'r str> {
    let cell = row.cells.get(mapping.link.as_deref()?)?;
    cell.text().filter(|text| !text.is_empty())
}
