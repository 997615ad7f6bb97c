//! Which differences are alike: same entity, slot, kind, cause and movers, and values that differ in the
//! same way. A steward who understood one of them understood them all.

use super::conflict::{Dispute, Distinct};
use super::ids::{EntityId, SystemId};
use super::seal::sha256;
use super::value::{Held, Tuple};

/// Characters of a key: enough to tell patterns apart, short enough for an address.
const LENGTH: usize = 16;

/// The key of a difference's pattern: letters and digits.
#[must_use]
pub fn key(entity: &EntityId, dispute: &Dispute) -> String {
    let mut parts = vec![
        entity.as_str().to_owned(),
        dispute.field.as_str().to_owned(),
        dispute.kind.as_str().to_owned(),
        dispute.cause_name().to_owned(),
    ];
    // What somebody asked about one record is like nothing but what was asked with it.
    parts.extend(dispute.asked.iter().map(|asked| format!("asked:{}:{}", asked.by, asked.reason)));
    parts.extend(dispute.absent.iter().map(|system| format!("-{system}")));
    let before = dispute.agreed.as_ref().map(|(tuple, _)| tuple);
    for value in &dispute.values {
        let mut systems: Vec<&str> =
            value.holders.iter().map(|holder| holder.candidate.system.as_str()).collect();
        systems.sort_unstable();
        parts.push(format!("{}:{}", systems.join("+"), change(value, before, &dispute.values)));
    }
    let text = parts.join("|");
    sha256(&[text.as_bytes()]).chars().take(LENGTH).collect()
}

/// The system on whose mapping a difference counts: the one that moved last. None where nobody is known
/// to have moved.
#[must_use]
pub fn mover(dispute: &Dispute) -> Option<&SystemId> {
    let candidates = dispute.values.iter().flat_map(|value| &value.holders).map(|holder| &holder.candidate);
    let moved = candidates.filter(|candidate| candidate.moved);
    moved.max_by_key(|candidate| candidate.read.at).map(|candidate| &candidate.system)
}

/// How a value came about: from the agreed one, or beside the first one where nothing was agreed.
fn change(value: &Distinct, before: Option<&Tuple>, all: &[Distinct]) -> String {
    let shown = value.shown(None);
    let moved = value.holders.iter().any(|holder| holder.candidate.moved);
    let other = match before {
        Some(_) if !moved => return "stood".to_owned(),
        Some(before) => before.as_slice(),
        None => match all.first().filter(|first| first.n != value.n) {
            Some(first) => first.shown(None),
            None => return "first".to_owned(),
        },
    };
    let shapes = other.iter().zip(shown).map(|(was, now)| shape(was, now));
    shapes.collect::<Vec<_>>().join(",")
}

/// The way one value differs from another, in a word.
fn shape(was: &Held, now: &Held) -> &'static str {
    let (was, now) = match (was.value(), now.value()) {
        (None, None) => return "blank",
        (Some(_), None) => return "emptied",
        (None, Some(_)) => return "filled",
        (Some(was), Some(now)) => (was, now),
    };
    let only = |text: &str, keep: fn(char) -> bool| text.chars().filter(|c| keep(*c)).collect::<String>();
    let folded = |text: &str| text.to_lowercase();
    let letters = |text: &str| only(&text.to_lowercase(), char::is_alphanumeric);
    match () {
        () if was == now => "same",
        () if folded(was) == folded(now) => "case",
        () if letters(was) == letters(now) => "signs",
        () if was.starts_with(now) => "cut",
        () if now.starts_with(was) => "longer",
        () if was.ends_with(now) || now.ends_with(was) => "front",
        () => match (was.trim().parse::<f64>(), now.trim().parse::<f64>()) {
            (Ok(was), Ok(now)) if now > was => "more",
            (Ok(_), Ok(_)) => "less",
            _ if swapped(was, now) => "turned",
            _ => "other",
        },
    }
}

/// The same words in another order: day and month, given and family name.
fn swapped(was: &str, now: &str) -> bool {
    let words = |text: &str| {
        let mut words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.sort_unstable();
        words
    };
    words(was) == words(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::author::{AuthorKind, Hand};
    use crate::domain::cause::{Cause, Strength, Suspect};
    use crate::domain::conflict::Holder;
    use crate::domain::diff::{Candidate, Kind};
    use crate::domain::policy::Policies;
    use crate::domain::record::Reading;
    use crate::domain::time::Time;

    fn holder(system: &str, text: &str, moved: bool, second: i64) -> Holder {
        let tuple = vec![Held::from(text)];
        let at = Time::from_timestamp(second, 0).unwrap();
        let read = Reading { after: None, at, modified_at: None, modified_by: None };
        let candidate = Candidate {
            system: system.into(),
            shown: tuple.clone(),
            normal: tuple,
            read,
            revision: 1,
            moved,
        };
        Holder { candidate, hand: Hand { kind: AuthorKind::Unknown, burst: 0 } }
    }

    /// The portal moved from `was` to `now`; the warehouse stands.
    fn dispute(was: &str, now: &str) -> Dispute {
        let entity: crate::domain::entity::Entity =
            toml::from_str("id='customer'\nlabel='C'\ntitle='name'\nfields=[{id='name',label='Name'}]")
                .unwrap();
        let slot = entity.slots().remove(0);
        let values = [holder("portal", now, true, 2), holder("warehouse", was, false, 1)];
        let values = values.into_iter().enumerate().map(|(at, holder)| Distinct {
            n: at + 1,
            normal: holder.candidate.normal.clone(),
            holders: vec![holder],
            was: None,
        });
        Dispute {
            field: "name".into(),
            kind: Kind::Change,
            values: values.collect(),
            absent: Vec::new(),
            agreed: Some((vec![Held::from(was)], Time::default())),
            findings: Vec::new(),
            causes: vec![Suspect {
                cause: Cause::StaleCopy { changed: "portal".into() },
                strength: Strength::Likely,
            }],
            corrected: None,
            asked: None,
            policy: Policies::default().effective(&entity, &slot),
        }
    }

    fn key_of(was: &str, now: &str) -> String {
        key(&"customer".into(), &dispute(was, now))
    }

    #[test]
    fn what_differs_in_the_same_way_is_alike() {
        assert_eq!(key_of("Ada", "Ada Okafor"), key_of("Mateo", "Mateo Lindqvist"));
        assert_eq!(key_of("Ada", ""), key_of("Mateo", ""));
        assert_eq!(key_of("12", "14"), key_of("3", "4"));
        assert_eq!(key_of("Ada", "Ada").len(), LENGTH);
    }

    #[test]
    fn another_way_field_system_or_cause_is_another_pattern() {
        let ways = [
            ("Ada", ""),
            ("", "Ada"),
            ("Ada", "ADA"),
            ("Ada O.", "Ada O"),
            ("Ada Okafor", "Ada"),
            ("Ada", "Mateo"),
            ("3", "4"),
            ("4", "3"),
            ("Ada Okafor", "Okafor, Ada"),
        ];
        let keys: std::collections::BTreeSet<String> =
            ways.iter().map(|(was, now)| key_of(was, now)).collect();
        assert_eq!(keys.len(), ways.len());
        let plain = dispute("3", "4");
        let mut other = plain.clone();
        other.field = "phone".into();
        assert_ne!(key(&"customer".into(), &plain), key(&"customer".into(), &other));
        let mut other = plain.clone();
        other.causes.clear();
        assert_ne!(key(&"customer".into(), &plain), key(&"customer".into(), &other));
        let mut other = plain.clone();
        other.values[0].holders[0].candidate.system = "helpdesk".into();
        assert_ne!(key(&"customer".into(), &plain), key(&"customer".into(), &other));
        assert_ne!(key(&"customer".into(), &plain), key(&"order".into(), &plain));
    }

    #[test]
    fn a_difference_counts_where_the_last_move_was() {
        let mut both = dispute("3", "4");
        assert_eq!(mover(&both), Some(&"portal".into()));
        both.values[1].holders[0].candidate.moved = true;
        both.values[1].holders[0].candidate.read.at = Time::from_timestamp(3, 0).unwrap();
        assert_eq!(mover(&both), Some(&"warehouse".into()));
        let mut first = dispute("3", "4");
        first.values[0].holders[0].candidate.moved = false;
        assert_eq!(mover(&first), None);
    }
}
