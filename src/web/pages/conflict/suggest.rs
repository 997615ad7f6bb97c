//! The line of a suggestion: the value, the facts for it and against it, and how such suggestions
//! did before.

use super::Suggestion;
use crate::domain::catalog::Catalog;
use crate::domain::ids::SystemId;
use crate::domain::suggestion::{Fact, Strength, Track};
use crate::engine::case::Suggested;
use crate::web::messages::{Msg, msg};
use crate::web::pages::words;

/// The line as the page shows it.
#[must_use]
pub fn line(catalog: &Catalog, own: &Suggested) -> Option<Suggestion> {
    let said = |facts: &[Fact]| facts.iter().map(|fact| fact_line(catalog, fact)).collect();
    Some(Suggestion {
        n: u8::try_from(own.suggestion.value).ok()?,
        strength: strength(&own.track),
        why: said(&own.suggestion.reasons),
        against: said(&own.suggestion.against),
        record: own.track.is_enough().then(|| record(&own.track)),
        blind: own.blind,
    })
}

fn strength(track: &Track) -> Msg {
    msg(match track.strength() {
        Strength::High => "suggestion-high",
        Strength::Some => "suggestion-some",
        Strength::Low => "suggestion-low",
        Strength::Unknown => "suggestion-no-history",
    })
}

fn record(track: &Track) -> Msg {
    let said = msg("suggestion-record").with("kept", track.kept).with("total", track.total);
    said.with("reversed", track.reversed)
}

fn fact_line(catalog: &Catalog, fact: &Fact) -> Msg {
    let label = |system: &SystemId| catalog.label(system).to_owned();
    let by = |named: Option<Msg>, unnamed: &'static str, system: &SystemId| {
        named.unwrap_or_else(|| msg(unnamed)).with("system", label(system))
    };
    match fact {
        Fact::Person { system, author } => {
            let named = author.as_deref().map(|name| msg("suggest-person").with("who", words::by_whom(name)));
            by(named, "suggest-somebody", system)
        }
        Fact::Source { system } => msg("suggest-source").with("system", label(system)),
        Fact::OthersStand { systems } => {
            let names: Vec<String> = systems.iter().map(label).collect();
            msg("suggest-others-stand").with("n", names.len()).with("systems", names)
        }
        Fact::Newest { system } => msg("suggest-newest").with("system", label(system)),
        Fact::Valid => msg("suggest-valid"),
        Fact::OthersInvalid => msg("suggest-others-invalid"),
        Fact::Most { holders, systems } => msg("suggest-most").with("n", *holders).with("of", *systems),
        Fact::NotSource { system } => msg("suggest-not-source").with("system", label(system)),
        Fact::PersonElsewhere { system, author } => {
            let who = author.as_deref().map(words::who);
            let named = who.map(|who| msg("suggest-person-elsewhere").with("who", who));
            by(named, "suggest-somebody-elsewhere", system)
        }
        Fact::NewerElsewhere { system } => msg("suggest-newer-elsewhere").with("system", label(system)),
        Fact::Bulk { records, .. } => msg("suggest-bulk").with("n", *records),
        Fact::Machine { system } => msg("suggest-machine").with("system", label(system)),
        Fact::Blank => msg("suggest-blank"),
    }
}
