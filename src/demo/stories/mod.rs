//! Stories: plain edits to the five systems, made after they agreed, each with what Referee
//! is expected to make of it. No story writes into Referee.

mod addresses;
mod billing;
mod goods;
mod mishaps;
mod more;
mod people;
mod phones;
mod staff;
mod suppliers;
mod teller;

pub use more::{cut_short, one_more};

use super::edit::Edit;
use super::history::Population;
use super::system::Table;
use crate::domain::time::Time;
use chrono::{SubsecRound as _, TimeDelta};
use teller::Teller;

/// Something that happened, told by its edits.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Stories of one kind go wrong in one way: `stale_address`.
    pub kind: &'static str,
    /// "Ada Okafor moves, and the warehouse writes her old address back"
    pub name: String,
    /// What happened, in a sentence or two.
    pub about: String,
    /// In the order in which they were made; the first is after all systems agreed.
    pub edits: Vec<Edit>,
    /// Every record the edits touch, with what is to come of it.
    pub outcomes: Vec<Outcome>,
}

/// What is to come of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub table: Table,
    /// The identifier all systems share: `C-20418`.
    pub link: String,
    pub expect: Expect,
}

/// What the demo's configuration makes of an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expect {
    /// A person is asked about this field or group; `record` asks whether there should be one.
    Conflict { field: &'static str },
    /// The field's rule settles it without a person.
    SettledByRule { field: &'static str },
    /// The systems still agree: it is only written differently.
    Nothing,
}

/// Every story, in the order in which the first edits were made.
#[must_use]
pub fn all(seed: u64, agreed: &Population, now: Time) -> Vec<Story> {
    told(seed, agreed, now).stories
}

/// The edits of many stories that fall into `from <= at < to`, in the order they were made: to
/// play the stories day by day, with a sync after each.
#[must_use]
pub fn edits_between(stories: &[Story], from: Time, to: Time) -> Vec<Edit> {
    let all = stories.iter().flat_map(|story| &story.edits);
    let mut edits: Vec<Edit> = all.filter(|edit| edit.at >= from && edit.at < to).cloned().collect();
    edits.sort_by_key(|edit| edit.at);
    edits
}

/// How long a story takes that is told as having just happened.
const JUST_NOW: TimeDelta = TimeDelta::minutes(4);

/// The edits of all stories as if each had ended just now: in their order, with pauses no longer
/// than lets each begin some minutes ago. A time of change counts only within what passed since
/// the last reading, so stories told to a Referee that has just read must not lie days back.
#[must_use]
pub fn just_now(stories: &[Story], now: Time) -> Vec<Edit> {
    let mut edits: Vec<Edit> = stories.iter().flat_map(|story| ended(story, now)).collect();
    edits.sort_by_key(|edit| edit.at);
    edits
}

/// One story, ended now.
fn ended(story: &Story, now: Time) -> Vec<Edit> {
    let pauses = i32::try_from(story.edits.len()).unwrap_or(i32::MAX).saturating_sub(1).max(1);
    let longest = JUST_NOW / pauses;
    let (mut at, mut later) = (now.trunc_subsecs(0), None);
    let mut edits: Vec<Edit> = Vec::new();
    for edit in story.edits.iter().rev() {
        at -= later.map_or(TimeDelta::zero(), |later: Time| (later - edit.at).min(longest));
        later = Some(edit.at);
        edits.push(Edit { at, ..edit.clone() });
    }
    edits.reverse();
    edits
}

/// The teller after the last story, with everybody no story is about.
fn told(seed: u64, agreed: &Population, now: Time) -> Teller {
    let mut teller = Teller::new(seed, agreed, now);
    addresses::tell(&mut teller);
    people::tell(&mut teller);
    phones::tell(&mut teller);
    mishaps::tell(&mut teller);
    goods::tell(&mut teller);
    billing::tell(&mut teller);
    staff::tell(&mut teller);
    suppliers::tell(&mut teller);
    goods::tell_of_prices(&mut teller);
    teller.stories.sort_by_key(|story| story.edits.first().map(|edit| edit.at));
    teller
}
