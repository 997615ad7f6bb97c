//! The house rules, held against the source itself: stairs go down only, one door to each thing.
//!
//! What is forbidden and why stands in docs/developers/house.md.

mod faults;
mod rules;
mod scan;
mod templates;

use std::path::{Path, PathBuf};

/// Every file below `folder` whose name ends so, with its text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut found, mut open) = (Vec::new(), vec![root.clone()]);
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        let paths: Vec<PathBuf> = entries.map(|entry| entry.expect("entry").path()).collect();
        for path in paths {
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let name = path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/");
                let text = std::fs::read_to_string(&path).expect("utf-8 source");
                found.push((name, text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_source_keeps_the_rules_of_the_house() {
    let files = files("src", ".rs");
    assert!(files.iter().any(|(name, _)| name == "lib.rs"), "no source found");
    let wrong: Vec<String> = files.iter().flat_map(|(name, text)| rules::judge(name, text)).collect();
    assert!(wrong.is_empty(), "{} against the house rules:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn templates_hold_no_literal_text() {
    let files = files("templates", ".html");
    let wrong: Vec<String> = files.iter().flat_map(|(name, text)| templates::judge(name, text)).collect();
    assert!(wrong.is_empty(), "{} literal texts in templates:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_planted_import_is_found() {
    let planted = [
        ("domain/value.rs", "use tokio::sync::Mutex;", "tokio"),
        ("domain/value.rs", "fn f() { tracing::info!(\"x\"); }", "tracing"),
        ("domain/value.rs", "use crate::store::Db;", "store"),
        ("domain/value.rs", "use super::super::store::Db;", "store"),
        ("domain/value.rs", "use crate::{domain::ids::Id, engine::{sync, review}};", "engine"),
        ("domain/value.rs", "mod tests { use super::super::super::web::Page; }", "web"),
        ("domain/value.rs", "fn f() -> Time { chrono::Utc::now() }", "time and randomness"),
        ("domain/compare.rs", "use jiff::Zoned;", "jiff"),
        ("store/records.rs", "use crate::connectors::Row;", "connectors"),
        ("store/records.rs", "use crate::app::App;", "app"),
        ("connectors/rest.rs", "use crate::store::Db;", "store"),
        ("connectors/rest.rs", "use actix_web::HttpResponse;", "actix_web"),
        ("engine/sync.rs", "use sqlx::Row;", "sqlx"),
        ("engine/sync.rs", "fn f(r: actix_web::HttpRequest) {}", "actix_web"),
        ("web/pages/queue.rs", "use crate::connectors;", "connectors"),
        ("web/pages/queue.rs", "use crate::store::write::Writer;", "never writes"),
    ];
    for (file, source, word) in planted {
        let wrong = rules::judge(file, source);
        assert!(wrong.iter().any(|told| told.contains(word)), "{file}: {source}: {wrong:?}");
    }
}

#[test]
fn a_planted_write_driver_or_statement_is_found() {
    let planted = [
        ("web/pages/queue.rs", "store.write(|w| async { 1 })", "store.write"),
        ("web/pages/queue.rs", "self.store().write(verb)", "store.write"),
        ("app.rs", "state.inner.write(async move |w| 1)", "store.write"),
        ("web/api/records.rs", "let mut s = site.store().session().await?;", "store.session in web"),
        ("store/records.rs", "use sqlx::sqlite::SqliteRow;", "driver"),
        ("store/records.rs", "use sqlx::{Row, PgPool};", "driver"),
        ("app.rs", "fn f(p: &sqlx::SqlitePool) {}", "driver"),
        ("store/records.rs", "sqlx::query(AssertSqlSafe(text))", "AssertSqlSafe"),
    ];
    for (file, source, word) in planted {
        let wrong = rules::judge(file, source);
        assert!(wrong.iter().any(|told| told.contains(word)), "{file}: {source}: {wrong:?}");
    }
    let long = "\n".repeat(501);
    assert_eq!(rules::judge("domain/value.rs", &long).len(), 1);
}

#[test]
fn what_the_house_allows_is_not_found() {
    let allowed = [
        (
            "domain/value.rs",
            "//! tokio::spawn\n/* use sqlx::Row; /* deep */ */ fn f<'a>(x: &'a str) -> char { '\\'' }",
        ),
        (
            "domain/value.rs",
            "const T: &str = \"use tokio::sync\"; const R: &str = r#\"crate::store::Db \"x\" \"#;",
        ),
        ("domain/transform.rs", "use jiff::civil::Date;"),
        ("domain/value.rs", "mod tests { use super::*; use super::super::ids::Id; }"),
        ("store/db.rs", "use sqlx::{AssertSqlSafe, SqlitePool, postgres::PgPool};"),
        ("store/records.rs", "use crate::domain::ids::Id; use super::db::Session;"),
        ("connectors/sqlite.rs", "use sqlx::SqlitePool; fn f() { file.write(b\"x\"); }"),
        ("engine/review.rs", "store.write(|w| async { 1 }).await"),
        ("engine/review.rs", "let kind = Dialect::Sqlite; let s = SystemKind::Postgres;"),
        ("web/pages/queue.rs", "use crate::store::queue::page; use crate::engine::review;"),
        ("web/api/records.rs", "site.session(&viewer).await?; engine.session(token).await"),
        ("web/session.rs", "let mut held = self.sessions.write().await; out.write(bytes)?;"),
        ("demo/portal.rs", "use sqlx::sqlite::SqliteConnectOptions;"),
        ("main.rs", "use referee::app::App; use referee::web; use tokio::runtime;"),
    ];
    for (file, source) in allowed {
        let wrong = rules::judge(file, source);
        assert!(wrong.is_empty(), "{file}: {source}: {wrong:?}");
    }
}

#[test]
fn planted_literal_text_is_found_and_code_is_not() {
    let planted = [
        "<p>Hello</p>",
        "<p>{{ name }} wins</p>",
        "<button title=\"Save\">{{ t.save }}</button>",
        "<img alt='A picture' src=\"x\">",
        "{% if a > b %}yes{% endif %}",
    ];
    for source in planted {
        assert_eq!(templates::judge("x.html", source).len(), 1, "{source}");
    }
    let allowed = [
        "<p class=\"big\" data-x=\"a > b\">{{ self.t(\"key\") }} · 1&nbsp;/&nbsp;2</p>",
        "<!doctype html><!-- a comment --><html lang=\"{{ lang }}\"><title>{{ title }} · Referee</title>",
        "<script>let x = 1 < 2;</script><style>p { color: red }</style>",
        "{# a remark #}{% for row in rows %}<input placeholder=\"{{ row.hint }}\" name=\"title\">{% endfor %}",
        "<a href=\"/\">Referee</a>",
        "{%- block page_class -%}conflict{%- endblock -%}",
    ];
    for source in allowed {
        let wrong = templates::judge("x.html", source);
        assert!(wrong.is_empty(), "{source}: {wrong:?}");
    }
    assert_eq!(templates::judge("a/b.html", "<p>\n\nNo</p>"), ["templates/a/b.html:3: literal text: \"No\""]);
}
