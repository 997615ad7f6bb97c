//! What is built into Referee: nothing banned, every licence known, and THIRD-PARTY.md current.
//!
//! Reads `cargo metadata` without the network. After a change of dependencies, write the list
//! anew with `REFEREE_UPDATE=1 cargo test --test it supply_chain`.

mod licences;
mod rules;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The list is of one platform, so that it reads the same wherever it is written.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// One crate as it is built in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub name: String,
    pub version: String,
    pub licence: String,
    pub repository: String,
    /// The features turned on by the whole graph.
    pub features: BTreeSet<String>,
}

/// The answer of `cargo metadata`, or why there is none.
fn metadata() -> Result<Value, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", PLATFORM]);
    let answer = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().map_err(|error| error.to_string())?;
    if !answer.status.success() {
        return Err(String::from_utf8_lossy(&answer.stderr).into_owned());
    }
    serde_json::from_slice(&answer.stdout).map_err(|error| error.to_string())
}

/// On another platform the crates of ours may not be on this machine: said, and left out.
fn packages() -> Option<BTreeMap<String, Package>> {
    match metadata() {
        Ok(told) => Some(reached(&told)),
        Err(why) if cfg!(all(target_os = "linux", target_arch = "x86_64")) => panic!("cargo metadata: {why}"),
        Err(_) => {
            let out = &mut std::io::stderr();
            let _ = std::io::Write::write_all(
                out,
                b"left out: the list of dependencies is of another platform\n",
            );
            None
        }
    }
}

/// Every crate that a normal or build dependency leads to from Referee, without Referee itself.
fn reached(told: &Value) -> BTreeMap<String, Package> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let by_id =
        |values: Vec<Value>| values.into_iter().map(|v| (text(&v["id"]), v)).collect::<BTreeMap<_, _>>();
    let (packages, nodes) = (by_id(list(&told["packages"])), by_id(list(&told["resolve"]["nodes"])));
    let root = text(&told["resolve"]["root"]);
    let (mut found, mut open) = (BTreeMap::new(), vec![root.clone()]);
    while let Some(id) = open.pop() {
        let (package, node) = (&packages[&id], &nodes[&id]);
        let seen = Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: text(&package["license"]),
            repository: text(&package["repository"]),
            features: list(&node["features"]).iter().map(text).collect(),
        };
        if found.insert(id, seen).is_none() {
            let needed = |dep: &&Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
            let next: Vec<String> =
                list(&node["deps"]).iter().filter(needed).map(|dep| text(&dep["pkg"])).collect();
            open.extend(next.into_iter().filter(|id| !found.contains_key(id)));
        }
    }
    found.remove(&root);
    found
}

#[test]
fn nothing_banned_is_built_in() {
    let Some(packages) = packages() else { return };
    assert!(packages.len() > 50, "only {} dependencies seen", packages.len());
    let mut wrong: Vec<String> = packages.values().flat_map(rules::judge).collect();
    let mut names: Vec<String> = packages.into_values().map(|package| package.name).collect();
    names.sort();
    wrong.extend(rules::doubled(&names));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_of_third_parties_is_current() {
    let Some(packages) = packages() else { return };
    let wanted = licences::list(packages.into_values().collect());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("THIRD-PARTY.md");
    if std::env::var_os("REFEREE_UPDATE").is_some() {
        std::fs::write(&path, &wanted).expect("write THIRD-PARTY.md");
    }
    let present = std::fs::read_to_string(&path).unwrap_or_default();
    let hint = "THIRD-PARTY.md is not current: REFEREE_UPDATE=1 cargo test --test it supply_chain";
    assert!(present == wanted, "{hint}");
}

#[test]
fn a_planted_package_is_found() {
    let planted = [
        ("aws-lc-sys", "0.30.0", "ISC", "", "banned"),
        ("openssl-sys", "0.9.0", "MIT", "", "banned"),
        ("openssl", "0.10.0", "Apache-2.0", "", "banned"),
        ("native-tls", "0.2.0", "MIT", "", "banned"),
        ("h2", "0.3.27", "MIT", "", "0.4"),
        ("libsqlite3-sys", "0.36.0", "MIT", "bundled", "0.37"),
        ("libsqlite3-sys", "0.37.0", "MIT", "", "bundled"),
        ("serde_json", "1.0.150", "MIT", "arbitrary_precision", "arbitrary_precision"),
        ("actix-governor", "0.10.0", "GPL-3.0-or-later", "", "GPL-3.0-or-later"),
        ("thing", "1.0.0", "AGPL-3.0-only", "", "AGPL"),
        ("thing", "1.0.0", "MIT AND GPL-2.0-only", "", "GPL"),
        ("thing", "1.0.0", "", "", "no licence"),
    ];
    for (name, version, licence, feature, word) in planted {
        let wrong = rules::judge(&package(name, version, licence, feature));
        assert!(wrong.iter().any(|told| told.contains(word)), "{name} {version} {licence}: {wrong:?}");
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    let allowed = [
        ("h2", "0.4.12", "MIT", ""),
        ("openssl-probe", "0.2.0", "MIT", ""),
        ("libsqlite3-sys", "0.37.0", "MIT", "bundled"),
        ("libsqlite3-sys", "1.0.0", "MIT", "bundled"),
        ("self_cell", "1.2.0", "Apache-2.0 OR GPL-2.0-only", ""),
        ("unicode-ident", "1.0.0", "(MIT OR Apache-2.0) AND Unicode-3.0", ""),
        ("old", "1.0.0", "MIT/Apache-2.0", ""),
        ("llvm", "1.0.0", "Apache-2.0 WITH LLVM-exception", ""),
    ];
    for (name, version, licence, feature) in allowed {
        let wrong = rules::judge(&package(name, version, licence, feature));
        assert!(wrong.is_empty(), "{name} {version} {licence}: {wrong:?}");
    }
}

#[test]
fn a_crate_in_two_versions_is_found() {
    let names = ["a", "b", "b", "c"].map(String::from);
    assert_eq!(rules::doubled(&names), ["b is built in twice"]);
}

fn package(name: &str, version: &str, licence: &str, feature: &str) -> Package {
    Package {
        name: name.into(),
        version: version.into(),
        licence: licence.into(),
        repository: String::new(),
        features: Some(feature).filter(|f| !f.is_empty()).map(String::from).into_iter().collect(),
    }
}
