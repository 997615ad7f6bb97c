//! Licence expressions, and the list of third parties.

use super::Package;
use std::fmt::Write;

/// Licences whose terms a binary under Apache-2.0 can keep.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

const HEAD: &str = "\
# Third parties

Referee is built from these crates and keeps to their licences. Where a licence leaves a choice
(`OR`), any accepted one is chosen; none of the GPL family is used. The text of each licence is
in the crate's own source. The list is of the default build on 64-bit Linux, build tools
included, tests not. It is written by `REFEREE_UPDATE=1 cargo test --test it supply_chain`, and a
test holds it to the lock file.

| crate | version | licence | source |
|---|---|---|---|
";

const FOOT: &str = "
## Test data
tests/data/fodors-zagat: two restaurant guides, BSD-3-Clause, with its licence beside it.

## Used by the browser tests only, not shipped
| package | version | licence |
|---|---|---|
| axe-core | 4.14.1 | MPL-2.0 |
| playwright-core | 1.65.1 | Apache-2.0 |
";

/// THIRD-PARTY.md as it should stand.
pub fn list(mut packages: Vec<Package>) -> String {
    packages.sort();
    let mut text = HEAD.to_string();
    for Package { name, version, licence, repository, .. } in packages {
        let licence = licence.replace('/', " OR ").replace("  ", " ").replace("  ", " ");
        let _ = writeln!(text, "| {name} | {version} | {licence} | {repository} |");
    }
    text + FOOT
}

/// Whether the expression can be kept with accepted licences alone: one side of each `OR` (or
/// the old `/`), both sides of each `AND`. An exception (`WITH`) only gives more freedom.
pub fn acceptable(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (kept, rest) = either(&words);
    kept && rest.is_empty()
}

fn either<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let (mut kept, mut rest) = both(words);
    while let ["OR", more @ ..] = rest {
        let (other, left) = both(more);
        (kept, rest) = (kept || other, left);
    }
    (kept, rest)
}

fn both<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    let (mut kept, mut rest) = one(words);
    while let ["AND", more @ ..] = rest {
        let (other, left) = one(more);
        (kept, rest) = (kept && other, left);
    }
    (kept, rest)
}

fn one<'a, 'b>(words: &'a [&'b str]) -> (bool, &'a [&'b str]) {
    match words {
        ["(", inner @ ..] => {
            let (kept, rest) = either(inner);
            if let [")", rest @ ..] = rest { (kept, rest) } else { (false, rest) }
        }
        [name, "WITH", _, rest @ ..] => (ACCEPTED.contains(name), rest),
        [name, rest @ ..] => (ACCEPTED.contains(name), rest),
        [] => (false, &[]),
    }
}
