//! What must hold of every page, read from its HTML by simple means.

use std::collections::HashSet;

/// The values of one attribute, in order.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Fails unless the page has one `h1`, a title, a language, unique ids, labels that lead to
/// fields, no inline style or handler, no empty marker of a missing message, and a token in
/// every form that posts.
pub fn check(name: &str, page: &str) {
    assert_eq!(page.matches("<h1").count(), 1, "{name}: one h1");
    assert!(page.starts_with("<!doctype html>"), "{name}: {}", &page[..80.min(page.len())]);
    assert!(page.contains("<html lang=\"en\" dir=\"ltr\""), "{name}: lang");
    let title = page.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next());
    assert!(
        title.is_some_and(|title| title.len() > " · Referee".len() && !title.starts_with(' ')),
        "{name}: {title:?}"
    );
    for mark in ["«", "{$", "{ $", "<b></b>", "<bdi></bdi>", "TODO", "lorem"] {
        assert!(!page.contains(mark), "{name}: contains {mark}: {}", around(page, mark));
    }
    let mut seen = HashSet::new();
    for id in attributes(page, "id") {
        assert!(seen.insert(id), "{name}: the id {id} is used twice");
        assert!(!id.contains(' ') && !id.is_empty(), "{name}: the id {id:?}");
    }
    for reference in ["for", "aria-labelledby", "aria-describedby", "popovertarget"] {
        for id in attributes(page, reference) {
            assert!(seen.contains(id), "{name}: {reference}={id} leads nowhere");
        }
    }
    for link in attributes(page, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
        assert!(seen.contains(link), "{name}: #{link} leads nowhere");
    }
    for forbidden in [" style=\"", " onclick=", " onchange=", "javascript:", "http://"] {
        assert!(!page.contains(forbidden), "{name}: contains {forbidden}: {}", around(page, forbidden));
    }
    for form in page.split("<form method=\"post\"").skip(1) {
        let form = form.split("</form>").next().unwrap_or("");
        assert!(form.contains("name=\"csrf\" value=\"c5rf\""), "{name}: a form without its token: {form}");
    }
}

fn around<'a>(page: &'a str, mark: &str) -> &'a str {
    let at = page.find(mark).unwrap_or(0);
    let floor = |mut n: usize| {
        while !page.is_char_boundary(n) {
            n -= 1;
        }
        n
    };
    &page[floor(at.saturating_sub(60))..floor((at + 100).min(page.len()))]
}
