//! Causes, measured on a labelled set: real values are damaged, edited and raced in ways that
//! are known, and the cause that is found is held against the one that was done.
//!
//! Nothing here calls the recognisers or their helpers: character sets are converted by an
//! encoder, zones by their rules, numbers by binary arithmetic, days and numbers written as in one
//! country and read as in another. The values are those of `tests/data`.

mod corpus;
mod damage;
pub mod dice;
mod edit;
mod formats;
mod scene;
mod score;
mod stories;

pub use score::Table;

use dice::Dice;
use referee::domain::cause::Suspect;
use std::sync::LazyLock;
use stories::Teller;

/// Read once: what is no telephone number to Referee is sorted out, which takes its time.
static CORPUS: LazyLock<corpus::Corpus> = LazyLock::new(corpus::Corpus::read);

/// The causes found where one system holds `whole`, as agreed, and another `damaged`.
pub fn judge_pair(whole: &str, damaged: &str) -> Vec<Suspect> {
    let mut dice = Dice::new(0);
    let mut teller = Teller { corpus: &CORPUS, dice: &mut dice };
    let all = stories::SORTS.iter().filter_map(|sort| teller.pair(*sort, whole, damaged).judge());
    all.flatten().collect()
}

/// Judges `cases` labelled cases of that seed.
pub fn measure(seed: u64, cases: usize) -> Table {
    let mut dice = Dice::new(seed);
    let mut table = Table::default();
    while table.cases() < cases {
        let (label, scene) = Teller { corpus: &CORPUS, dice: &mut dice }.tell();
        // A damage that leaves nothing different is no case: a price without decimals to round.
        if let Some(found) = scene.judge() {
            table.add(label, &found, &scene);
        }
    }
    table
}
