//! What systems held before, and since when a value is what it is.
//!
//! A row tells of its last change as a whole. Such a time and author belong only to the fields
//! that changed then: a value that stood there already is dated by the version that brought it.

use super::diff::Compared;
use super::ids::SystemId;
use super::record::Reading;
use super::value::Tuple;

/// A value that a system held before, in normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub system: SystemId,
    pub normal: Tuple,
    pub read: Reading,
}

/// Dates each candidate that moved by the version in which its value appeared. Of the others the
/// row's own time says when they were written again, which is what tells of a race. `past` is
/// newest first and without the present versions; `is_whole` says of which systems it is all there
/// is. Where the version is not among them, neither time nor author is known.
pub fn date(compared: &mut Compared, past: &[Past], is_whole: impl Fn(&SystemId) -> bool) {
    for candidate in compared.candidates.iter_mut().filter(|candidate| candidate.moved) {
        let own = past.iter().filter(|past| past.system == candidate.system);
        let unchanged = own.clone().take_while(|past| past.normal == candidate.normal);
        let (count, first) = (unchanged.clone().count(), unchanged.last());
        let Some(first) = first else { continue };
        let came_then = own.count() > count || is_whole(&candidate.system);
        candidate.read = match came_then {
            true => first.read.clone(),
            false => Reading { after: None, at: first.read.at, modified_at: None, modified_by: None },
        };
    }
}
