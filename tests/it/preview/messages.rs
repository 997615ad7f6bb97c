//! The message files and the templates: nothing missing, nothing literal.

use referee::web::messages::{Messages, english};
use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, ending: &str, out: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, ending, out);
            } else if path.to_string_lossy().ends_with(ending) {
                out.push((path.clone(), std::fs::read_to_string(&path).expect("a file")));
            }
        }
    }
    let mut out = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), ending, &mut out);
    out
}

/// The quoted texts of `text` that stand directly before or after `mark`.
fn quoted_before<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    let parts = text.match_indices(mark).map(|(at, _)| &text[..at]);
    parts.filter_map(|before| before.strip_suffix('"')?.rsplit('"').next()).collect()
}

fn quoted_after<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn every_message_that_is_asked_for_exists() {
    let mut asked = Vec::new();
    for (path, text) in files("templates", ".html") {
        for filter in ["|t", "|rich", "|with("] {
            asked.extend(quoted_before(&text, filter).into_iter().map(|key| (path.clone(), key.to_owned())));
        }
    }
    for (path, text) in files("src/web", ".rs") {
        let code = text.split("#[cfg(test)]").next().unwrap_or("");
        asked.extend(quoted_after(code, "msg(\"").into_iter().map(|key| (path.clone(), key.to_owned())));
    }
    assert!(asked.len() > 200, "only {} messages were found in the templates", asked.len());
    for (path, key) in asked {
        let known = english().has(&key) || key.contains("{}") || key.contains("{slug}");
        assert!(known, "{}: the message {key} is missing", path.display());
    }
}

#[test]
fn a_key_is_defined_once_and_uses_only_the_two_tags() {
    let mut seen = std::collections::HashSet::new();
    for source in Messages::sources() {
        for line in source.lines() {
            let key = line.split(" =").next().unwrap_or("");
            if line.contains(" =") && !line.starts_with([' ', '#', '}', '*', '[']) {
                assert!(seen.insert(key), "{key} is defined twice");
            }
            for tag in line.split('<').skip(1) {
                let name = tag.split('>').next().unwrap_or("");
                assert!(["b", "/b", "q", "/q"].contains(&name), "{line}: <{name}>");
            }
        }
    }
}

/// The text of a template outside tags, expressions and comments.
fn literal(template: &str) -> String {
    let mut text = template.to_owned();
    // The class of the page is a block, but no text.
    if let Some((before, rest)) = template.split_once("block page_class") {
        text = format!("{before}{}", rest.split_once("endblock").map_or("", |(_, after)| after));
    }
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}"), ("<", ">")] {
        while let Some(start) = text.find(open) {
            let Some(end) = text[start..].find(close) else { break };
            text.replace_range(start..start + end + close.len(), " ");
        }
    }
    text
}

#[test]
fn no_template_holds_text_of_its_own() {
    for (path, template) in files("templates", ".html") {
        let literal = literal(&template);
        let words: Vec<&str> =
            literal.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).collect();
        assert!(words.is_empty(), "{}: {words:?}", path.display());
        for attribute in ["placeholder=\"", "aria-label=\"", "title=\"", "alt=\""] {
            for value in quoted_after(&template, attribute) {
                assert!(value.starts_with("{{"), "{}: {attribute}{value}", path.display());
            }
        }
    }
}
