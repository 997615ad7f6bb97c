//! The rules of the house: who may import whom, and what only one room may say.

use super::scan::{Named, Token, paths, tokens};

/// A file may grow to this many lines before it has to be split by noun.
const LONGEST: usize = 500;

/// A floor of the house.
struct Room {
    name: &'static str,
    /// Other rooms it may import.
    rooms: &'static [&'static str],
    /// Crates it may not, by the beginning of their names.
    crates: &'static [&'static str],
}

const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        rooms: &[],
        crates: &[
            "tokio",
            "sqlx",
            "actix",
            "reqwest",
            "tracing",
            "askama",
            "futures",
            "argon2",
            "lettre",
            "clap",
            "rustls",
            "rand",
            "getrandom",
        ],
    },
    Room {
        name: "store",
        rooms: &["domain"],
        crates: &["actix", "askama", "reqwest", "lettre", "clap", "argon2"],
    },
    Room { name: "connectors", rooms: &["domain"], crates: &["actix", "askama", "clap", "argon2"] },
    Room {
        name: "engine",
        rooms: &["domain", "store", "connectors"],
        crates: &["actix", "askama", "sqlx", "clap"],
    },
    Room {
        name: "web",
        rooms: &["domain", "engine", "store"],
        crates: &["sqlx", "reqwest", "lettre", "clap", "argon2"],
    },
];

/// Names of the roof that no floor below may import.
const ROOF: &[&str] = &["app", "config", "demo"];

/// The wall clock and randomness, which the ground floor takes as arguments.
const IMPURE: &[(&str, &str)] = &[
    ("Utc", "now"),
    ("Local", "now"),
    ("SystemTime", "now"),
    ("Instant", "now"),
    ("Timestamp", "now"),
    ("Zoned", "now"),
    ("Uuid", "now_v7"),
    ("Uuid", "new_v4"),
    ("SystemRandom", "new"),
];

/// Everything wrong with one file; `file` is its path below `src/`, with `/`.
pub fn judge(file: &str, source: &str) -> Vec<String> {
    let tokens = tokens(source);
    let paths = paths(&tokens, &module(file));
    let mut wrong = Vec::new();
    if source.lines().count() > LONGEST {
        wrong
            .push(format!("src/{file}: {} lines; split it by noun before {LONGEST}", source.lines().count()));
    }
    for named in &paths {
        let told = import(file, named).or_else(|| impure(file, named)).or_else(|| driver(file, named));
        wrong.extend(told.map(|why| format!("src/{file}:{}: {why}", named.line)));
    }
    for (at, token) in tokens.iter().enumerate() {
        let told = write(file, &tokens, at).or_else(|| unseen(file, &tokens, at));
        let told = told.or_else(|| dynamic_sql(file, token));
        wrong.extend(told.map(|why| format!("src/{file}:{}: {why}", token.line)));
    }
    wrong
}

/// The module a file is: `store/db.rs` is `store::db`, `store/mod.rs` is `store`.
fn module(file: &str) -> Vec<String> {
    let parts = file.trim_end_matches(".rs").split('/').map(String::from);
    parts.filter(|part| !matches!(part.as_str(), "mod" | "lib" | "main")).collect()
}

fn room_of(file: &str) -> Option<&'static Room> {
    let name = file.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    ROOMS.iter().find(|room| room.name == name)
}

/// An import that leads up the stairs, across to the other wing, or out of the room's crates.
fn import(file: &str, named: &Named) -> Option<String> {
    let room = room_of(file)?;
    let first = named.path.first()?;
    if first == "crate" {
        let target = named.path.get(1)?;
        let known = ROOMS.iter().any(|other| other.name == *target) || ROOF.contains(&target.as_str());
        let allowed = *target == room.name || room.rooms.contains(&target.as_str());
        if known && !allowed {
            return Some(format!("{} may not import {target}", room.name));
        }
        let writes =
            room.name == "web" && target == "store" && named.path.get(2).is_some_and(|p| p == "write");
        return writes.then(|| "web reads the store and never writes it: ask the engine".to_string());
    }
    if first == "jiff"
        && room.name == "domain"
        && !["transform", "date", "schedule"].iter().any(|f| file.contains(f))
    {
        return Some("domain uses jiff in the date transforms and the schedule only".into());
    }
    let denied = room.crates.iter().any(|name| first == name || first.starts_with(&format!("{name}_")));
    denied.then(|| format!("{} may not import the crate {first}", room.name))
}

/// The ground floor reading the clock or drawing lots.
fn impure(file: &str, named: &Named) -> Option<String> {
    let pair = |(of, call): &(&str, &str)| named.path.windows(2).any(|two| two[0] == *of && two[1] == *call);
    let found = file.starts_with("domain/") && IMPURE.iter().any(pair);
    found.then(|| format!("domain takes time and randomness as arguments: {}", named.path.join("::")))
}

fn knows_drivers(file: &str) -> bool {
    // `open` makes the two kinds of pools, `db` speaks through them; nothing else knows which it is.
    let store =
        ["store/db.rs", "store/db/", "store/db_", "store/open.rs"].iter().any(|f| file.starts_with(f));
    store || file.starts_with("connectors/") || file == "connectors.rs"
}

/// The name of one database driver, which only the store's own file about it and the connectors
/// may know (and the demo, which lays down real systems).
fn driver(file: &str, named: &Named) -> Option<String> {
    if knows_drivers(file) || file.starts_with("demo/") || file == "demo.rs" {
        return None;
    }
    let module = named.path.windows(2).any(|two| {
        let name = two[1].to_lowercase();
        two[0] == "sqlx" && ["sqlite", "postgres", "pg", "mysql", "any"].iter().any(|d| name.starts_with(d))
    });
    let ends = ["Pool", "PoolOptions", "ConnectOptions", "Connection", "Row", "Arguments", "Transaction"];
    let kind = named.path.iter().any(|part| {
        let rest = ["Sqlite", "Postgres", "Pg", "MySql"].iter().find_map(|driver| part.strip_prefix(driver));
        rest.is_some_and(|rest| ends.contains(&rest))
    });
    (module || kind).then(|| {
        format!("a database driver's name outside store/db and connectors: {}", named.path.join("::"))
    })
}

/// `store.write(...)` outside the engine: a change without a verb.
fn write(file: &str, tokens: &[Token], at: usize) -> Option<String> {
    let called = tokens[at].word() == Some("write")
        && at >= 2
        && tokens[at - 1].is('.')
        && tokens.get(at + 1).is_some_and(|t| t.is('('));
    if !called || file.starts_with("engine/") || file.starts_with("store/") {
        return None;
    }
    // `store.write(`, `self.store().write(`, or any call that hands over a closure.
    let before = tokens[..at - 1].iter().rev().find_map(Token::word).unwrap_or_default();
    let closure = tokens.get(at + 2).is_some_and(|t| t.is('|') || matches!(t.word(), Some("move" | "async")));
    let found = before.to_lowercase().ends_with("store") || before == "db" || closure;
    found.then(|| "store.write outside the engine: make it a verb there".to_string())
}

/// `store.session()` in the pages and the API: a read for nobody in particular, in which values hidden by
/// role would come as they are.
fn unseen(file: &str, tokens: &[Token], at: usize) -> Option<String> {
    let called = tokens[at].word() == Some("session")
        && at >= 2
        && tokens[at - 1].is('.')
        && tokens.get(at + 1).is_some_and(|t| t.is('('));
    if !called || !file.starts_with("web/") {
        return None;
    }
    let before = tokens[..at - 1].iter().rev().find_map(Token::word).unwrap_or_default();
    let found = before.to_lowercase().ends_with("store");
    found.then(|| "store.session in web: read by site.session(viewer), as the viewer may see it".to_string())
}

/// SQL put together at run time.
fn dynamic_sql(file: &str, token: &Token) -> Option<String> {
    let found = token.word() == Some("AssertSqlSafe") && !knows_drivers(file);
    found.then(|| "AssertSqlSafe outside store/db and connectors: keep SQL static".to_string())
}
