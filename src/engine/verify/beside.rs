//! The personal values that stand beside a batch of entries, sealed per subject.

use crate::domain::audit::{Broken, Line};
use crate::domain::seal::Key;
use crate::store::audit::{self, SealedValue, SubjectKey};
use crate::store::{Session, StoreError};
use std::collections::{BTreeSet, HashMap};

pub(super) struct Beside {
    values: HashMap<i64, Vec<SealedValue>>,
    /// The keys that exist, opened where the installation's key is at hand.
    keys: HashMap<String, (SubjectKey, Option<Key>)>,
    /// The installation's key is at hand.
    checked: bool,
}

impl Beside {
    /// What stands beside these lines. One that cannot be read names nothing.
    pub async fn of(
        s: &mut Session,
        lines: &[Result<Line, Broken>],
        master: Option<&Key>,
    ) -> Result<Self, StoreError> {
        let sealed = || lines.iter().flatten().filter(|line| !line.sealed.is_empty());
        let numbers = || sealed().map(|line| line.seq);
        let mut values: HashMap<i64, Vec<SealedValue>> = HashMap::new();
        // Values before keys: a subject that is erased in between has lost its key when it is looked for.
        if let Some((first, last)) = numbers().min().zip(numbers().max()) {
            for value in audit::values_between(s, first, last, master.is_some()).await? {
                values.entry(value.seq).or_default().push(value);
            }
        }
        let subjects: BTreeSet<String> = sealed().map(Line::subject).collect();
        let mut keys = HashMap::with_capacity(subjects.len());
        for (subject, stored) in audit::stored_keys(s, &subjects).await? {
            let opened = master.and_then(|master| stored.open(master).ok());
            keys.insert(subject, (stored, opened));
        }
        Ok(Self { values, keys, checked: master.is_some() })
    }

    /// Each value that a line names is there, unless its subject was erased; with the
    /// installation's key, it is the one whose digest the line holds.
    pub fn check(&self, line: &Line) -> Result<(), Broken> {
        let subject = line.subject();
        let Some((stored, key)) = self.keys.get(&subject) else { return Ok(()) };
        let broken = |problem: String| Broken { seq: line.seq, problem };
        if self.checked && key.is_none() && !line.sealed.is_empty() {
            return Err(broken("the key of its values was changed".to_owned()));
        }
        // The subject was erased after this entry, and is known again.
        if line.seq < stored.from {
            return Ok(());
        }
        for (name, digest) in &line.sealed {
            let own = self.values.get(&line.seq).map_or(&[][..], Vec::as_slice);
            let value = own.iter().find(|value| value.name == *name && value.subject == subject);
            let Some(value) = value else {
                return Err(broken(format!(
                    "its value “{name}” is gone, and the key it was sealed under is not"
                )));
            };
            let Some(key) = key else { continue };
            if !value.open(key).is_ok_and(|plain| key.mac(&plain) == *digest) {
                return Err(broken(format!(
                    "its value “{name}” was changed: it is not the one the line names"
                )));
            }
        }
        Ok(())
    }
}
