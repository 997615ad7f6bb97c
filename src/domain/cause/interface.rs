//! Values that are no longer of the kind a system used to give.

use super::{Cause, Evidence, Strength, Suspect};
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::diff::Candidate;
use crate::domain::entity::Field;
use crate::domain::value::Held;

/// What programs write where they have nothing to say.
const NOTHING: [&str; 16] = [
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "n/a",
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "<null>",
    "(null)",
    "\\n",
    "[object object]",
    "na",
    "-",
];

impl Evidence<'_> {
    pub(super) fn interface_changes(&self) -> Vec<Suspect> {
        let Some((agreed, _)) = &self.compared.base else { return Vec::new() };
        // A child row that is gone is no empty one.
        let gone = |own: &Candidate| self.slot.is_row() && own.shown.iter().all(Held::is_blank);
        let moved = self
            .voices()
            .filter(|(candidate, hand)| candidate.moved && hand.kind != AuthorKind::Us && !gone(candidate));
        let suspect = |(candidate, hand): (&Candidate, &Hand)| {
            let members = self.slot.fields().zip(agreed).zip(&candidate.shown);
            let members =
                members.filter_map(|((field, before), now)| changed_kind(field, before, now, hand.kind));
            let strength = members.max()?;
            // A value that a conversion explains says less of the interface.
            let explained = self.converted(candidate, hand).is_some_and(|guess| guess.1 > Strength::Weak);
            let strength = if explained { strength.less()? } else { strength };
            let cause = Cause::InterfaceChange { system: candidate.system.clone() };
            Some(Suspect { cause, strength })
        };
        moved.filter_map(suspect).collect()
    }
}

/// Whether a value is of another kind than the agreed one, and how sure that is.
fn changed_kind(field: &Field, before: &Held, now: &Held, hand: AuthorKind) -> Option<Strength> {
    let old = before.value()?;
    let person = hand == AuthorKind::Person;
    let machine = matches!(hand, AuthorKind::Integration | AuthorKind::Import);
    let Some(new) = now.value() else {
        // A person may empty a field.
        return (now.is_blank() && !person).then_some(Strength::Likely);
    };
    let strange = is_program_text(new) && !is_program_text(old);
    // One sign more or less is a slip.
    let invalid = field.check(now).is_err() && field.check(before).is_ok() && !is_slip(old, new);
    match () {
        () if (strange || invalid) && person => Some(Strength::Weak),
        () if strange || invalid && machine => Some(Strength::Strong),
        () if invalid => Some(Strength::Likely),
        () if person => None,
        () if is_word(old) && is_code(new, old) || is_number(old) && is_word(new) => Some(Strength::Likely),
        () => None,
    }
}

/// What no person writes into a field: the name of nothing, or a nested object.
fn is_program_text(text: &str) -> bool {
    let text = text.trim();
    let nested =
        |open, close| text.starts_with(open) && text.ends_with(close) && text.contains([':', ',', '"']);
    nested('{', '}')
        || nested('[', ']')
        || text.len() <= 16 && NOTHING.contains(&text.to_lowercase().as_str())
}

/// Two texts that are the same but for a sign or two in one place.
fn is_slip(old: &str, new: &str) -> bool {
    let digits = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).take(64).collect::<Vec<_>>();
    let (old, new) = (digits(old), digits(new));
    let longer = old.len().max(new.len());
    let front = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let back = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
    longer >= 4 && front + back + 2 >= longer
}

/// Mostly letters, and enough of them to be read as a word.
fn is_word(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 4 && letters > text.chars().filter(char::is_ascii_digit).count()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A short number, or capitals beside a word that is not in capitals.
fn is_code(text: &str, word: &str) -> bool {
    let code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    let capitals = (1..=4).contains(&text.len()) && text.bytes().all(code);
    is_number(text) && text.len() <= 6 || capitals && word.chars().any(char::is_lowercase)
}
