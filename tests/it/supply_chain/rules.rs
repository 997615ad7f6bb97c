//! What may be built in, crate by crate.

use super::Package;
use super::licences::acceptable;

/// Crates banned by the beginning of their names, and why. (`openssl-probe` only looks for the
/// folder of certificates.)
const BANNED: &[(&str, &str)] = &[
    ("aws-lc", "one crypto stack, ring, and no cmake"),
    ("openssl", "one TLS stack, rustls"),
    ("native-tls", "one TLS stack, rustls"),
];

/// Crates that are built in twice because two of ours need different versions. One more makes
/// the binary larger and the build slower: look whether it can be avoided before it is listed.
const TWICE: &[&str] = &[
    "base64",
    "block-buffer",
    "cpufeatures",
    "crypto-common",
    "digest",
    "embedded-io",
    "getrandom",
    "hashbrown",
    "http",
    "nom",
    "regex-syntax",
    "sha2",
    "syn",
];

/// The lowest version of a crate that may be used, and why.
const FLOORS: &[(&str, [u64; 2], &str)] = &[
    ("h2", [0, 4], "RUSTSEC-2026-0258 has no fixed 0.3"),
    ("libsqlite3-sys", [0, 37], "SQLite before 3.51.3 can corrupt a WAL database"),
];

/// Everything wrong with one crate.
pub fn judge(package: &Package) -> Vec<String> {
    let Package { name, version, licence, features, .. } = package;
    let mut wrong = Vec::new();
    for (start, why) in BANNED.iter().filter(|(start, _)| name.starts_with(start) && name != "openssl-probe")
    {
        wrong.push(format!("{name} is banned ({start}): {why}"));
    }
    for (_, floor, why) in FLOORS.iter().filter(|(of, ..)| of == name) {
        if first_two(version) < *floor {
            wrong.push(format!("{name} {version} is older than {}.{}: {why}", floor[0], floor[1]));
        }
    }
    if name == "libsqlite3-sys" && !features.contains("bundled") {
        wrong.push("libsqlite3-sys must be bundled: the system's SQLite may be older".into());
    }
    if name == "serde_json" && features.contains("arbitrary_precision") {
        wrong.push("serde_json arbitrary_precision changes Number for the whole graph".into());
    }
    if licence.is_empty() {
        wrong.push(format!("{name} {version} tells no licence"));
    } else if !acceptable(licence) {
        wrong.push(format!("{name} {version}: its licence {licence} is not on the list of accepted ones"));
    }
    wrong
}

/// The crates among `names` (sorted) that are there in two versions and not known to be.
pub fn doubled(names: &[String]) -> Vec<String> {
    let twice = names.windows(2).filter(|two| two[0] == two[1] && !TWICE.contains(&two[0].as_str()));
    twice.map(|two| format!("{} is built in twice", two[0])).collect()
}

fn first_two(version: &str) -> [u64; 2] {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    [parts.next().unwrap_or(0), parts.next().unwrap_or(0)]
}
