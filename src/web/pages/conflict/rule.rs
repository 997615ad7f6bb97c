//! The line under a field's name: its stakes, its rule, and why the rule did not settle it.

use crate::domain::judge::Finding;
use crate::domain::policy::{Effective, Rule};
use crate::web::messages::{Msg, msg, said};
use crate::web::pages::words;

/// `High stakes, always reviewed`.
#[must_use]
pub fn rule(policy: &Effective, findings: &[Finding]) -> Msg {
    let guard = findings.iter().find_map(guard);
    let rule = match (policy.rule_is_set, policy.rule, guard) {
        (false, ..) => msg("rule-none"),
        (_, Rule::ManualReview, _) => msg("rule-always"),
        (_, _, Some(why)) => msg("rule-guard").with("why", why),
        (..) => msg("rule-always"),
    };
    msg("rule-line").with("stakes", msg(format!("stakes-{}", policy.stakes.as_str()))).with("rule", rule)
}

/// Why a rule did not settle it.
fn guard(finding: &Finding) -> Option<Msg> {
    Some(match finding {
        Finding::Incident { .. } => msg("guard-incident"),
        Finding::HumanEdit { author: Some(author), .. } => msg("guard-human").with("who", words::who(author)),
        Finding::HumanEdit { author: None, .. } => msg("guard-human").with("who", msg("guard-somebody")),
        Finding::Bulk { records, .. } => msg("guard-bulk").with("n", *records),
        Finding::NoTime { .. } => msg("guard-no-time"),
        Finding::TooClose { milliseconds, bound_ms, unmeasured, .. } => {
            let said = match unmeasured.len() {
                // Found before the bound was kept with it.
                _ if *bound_ms == 0 => "guard-too-close",
                0 => "guard-too-close-by",
                1 => "guard-too-close-one",
                _ => "guard-too-close-none",
            };
            let span = |ms: i64| words::milliseconds(ms);
            msg(said).with("apart", span(*milliseconds)).with("bound", span(*bound_ms))
        }
        Finding::BlankWins { .. } => msg("guard-blank"),
        Finding::NoSource => msg("guard-no-source"),
        Finding::NeverAgreed => msg("guard-never-agreed"),
        Finding::NotRemovedUnasked => msg("guard-not-removed"),
        Finding::ChangedHere { .. } => msg("guard-changed-here"),
        Finding::Unreadable { .. } => msg("guard-unreadable"),
        Finding::Invalid { reason, .. } => msg("guard-invalid").with("why", said(reason)),
        Finding::NoPriority => msg("guard-no-priority"),
        Finding::NotOrdered { .. } => msg("guard-not-ordered"),
        Finding::NotLists => msg("guard-not-lists"),
        Finding::TooFew { systems } => msg("guard-too-few").with("n", *systems),
        Finding::Tie { .. } => msg("guard-tie"),
        Finding::SameChange { .. } => msg("guard-same-change"),
        Finding::Reopened => msg("guard-reopened"),
        Finding::Flapping { times } => msg("guard-flapping").with("n", *times),
        Finding::ReviewIf { expression } => msg("guard-review-if").with("expression", expression),
        Finding::ReviewIfFailed { reason, .. } => msg("guard-review-if-failed").with("why", said(reason)),
        Finding::NoRule
        | Finding::AlwaysReviewed
        | Finding::RuleChooses { .. }
        | Finding::RuleMakes { .. }
        | Finding::Restores { .. }
        | Finding::Removes { .. }
        | Finding::Tidied { .. }
        | Finding::Trust { .. } => return None,
    })
}
