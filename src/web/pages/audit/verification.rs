//! What is known of the chain, as the pages show it.

use super::{Chain, Check, VerificationPage};
use crate::engine::watch::{Checked, Checks};
use crate::web::messages::{literal, msg};
use crate::web::when::Clockface;

fn number(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

/// What the last check found, or how far the present one is. A log that was found broken stays so
/// until a check finds it whole.
#[must_use]
pub fn chain(checks: &Checks, face: &Clockface) -> Chain {
    let last = checks.done().into_iter().next();
    match (last, checks.running()) {
        (Some(Checked { at, result: Err(broken), .. }), _) => {
            Chain::Broken { at: number(broken.seq), when: face.ago(at) }
        }
        (_, Some((done, of))) => Chain::Checking { done: number(done), of: number(of) },
        (Some(Checked { at, result: Ok(verified), .. }), None) => {
            Chain::Verified { up_to: number(verified.entries), when: face.ago(at) }
        }
        (None, None) => Chain::Unchecked,
    }
}

/// The page of all checks.
#[must_use]
pub fn page(checks: &Checks, entries: i64, head: String, face: &Clockface) -> VerificationPage {
    let check = |checked: Checked| {
        let broken = checked.result.as_ref().err();
        Check {
            when: face.ago(checked.at),
            from: 1,
            to: checked.result.as_ref().map_or_else(|broken| number(broken.seq), |v| number(v.entries)),
            result: match broken {
                Some(broken) => {
                    msg("verification-broken-at").with("n", broken.seq).with("problem", &broken.problem)
                }
                None => msg("verification-ok"),
            },
            broken: broken.is_some(),
            by: literal(checked.by),
        }
    };
    VerificationPage {
        chain: chain(checks, face),
        entries: number(entries),
        head,
        checks: checks.done().into_iter().map(check).collect(),
        command: "referee audit verify --database URL".to_owned(),
    }
}
