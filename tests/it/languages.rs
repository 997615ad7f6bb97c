//! Every language says everything, with the same arguments; and who asks for one gets it.

use crate::support::app::{Answer, Browser, TestApp, form};
use referee::domain::access::Role;
use referee::domain::audit::Action;
use referee::domain::language::Language;
use referee::web::messages::{Arg, Msg, english, msg, of, pseudo, said};
use reqwest::Method;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The messages of a file's text: each key with its whole text.
fn messages(text: &str) -> BTreeMap<String, String> {
    let (mut all, mut key) = (BTreeMap::new(), String::new());
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((name, rest)) = line.split_once(" =").filter(|_| line.starts_with(char::is_alphabetic)) {
            name.clone_into(&mut key);
            all.insert(key.clone(), rest.to_owned());
        } else if let Some(whole) = all.get_mut(&key) {
            whole.push('\n');
            whole.push_str(line);
        }
    }
    all
}

/// The names of a message's arguments, its tags, and the keys of messages it takes in.
fn uses(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').next().map(str::to_owned)
    };
    let after = |mark: &str| text.split(mark).skip(1).filter_map(name).collect::<Vec<_>>();
    let named = after("{ $").into_iter().map(|name| format!("${name}"));
    let tags = ["<b>", "<q>"].into_iter().filter(|tag| text.contains(tag)).map(str::to_owned);
    let others = after("{ ").into_iter().filter(|name| !name.is_empty());
    named.chain(tags).chain(others).collect()
}

/// What is wrong between the files of two languages, a line for each message.
fn judge(english: &BTreeMap<String, String>, other: &BTreeMap<String, String>, place: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (key, text) in english {
        match other.get(key) {
            None => wrong.push(format!("{place}: {key} is missing, which says:{text}")),
            Some(found) if uses(found) != uses(text) => {
                wrong.push(format!(
                    "{place}: {key} takes {:?}, the English one {:?}",
                    uses(found),
                    uses(text)
                ));
            }
            Some(found) if found.trim().is_empty() => wrong.push(format!("{place}: {key} says nothing")),
            Some(_) => {}
        }
    }
    let more = other.keys().filter(|key| !english.contains_key(*key));
    wrong.extend(more.map(|key| format!("{place}: {key} is not in the English file")));
    wrong
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_action_of_the_log_has_a_name() {
    // Whoever reads a name that is none is told all that are.
    let told = serde_json::from_str::<Action>("\"?\"").unwrap_err().to_string();
    let names: Vec<&str> = told.split('`').skip(1).step_by(2).filter(|name| *name != "?").collect();
    assert!(names.contains(&"decided") && names.len() > 70, "{told}");
    let known = messages(&read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("locales/en/audit.ftl")));
    let key = |name: &&str| format!("action-{}", name.replace('_', "-"));
    let unnamed: Vec<_> = names.iter().filter(|name| !known.contains_key(&key(name))).collect();
    assert!(unnamed.is_empty(), "no name as a filter of the log: {unnamed:?}");
}

#[test]
fn every_message_is_in_every_language_with_the_same_arguments() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
    let names = |folder: &str| -> BTreeSet<String> {
        let files = std::fs::read_dir(root.join(folder)).unwrap();
        files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned()).collect()
    };
    let mut wrong = Vec::new();
    for language in Language::ALL.into_iter().filter(|one| *one != Language::English) {
        let tag = language.tag();
        for name in names("en").union(&names(tag)) {
            let pair = (read(&root.join("en").join(name)), read(&root.join(tag).join(name)));
            wrong.extend(judge(&messages(&pair.0), &messages(&pair.1), &format!("locales/{tag}/{name}")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} messages to write (docs/developers/languages.md):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_message_file_is_built_in() {
    for language in Language::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language.tag());
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            for key in messages(&read(&path)).keys() {
                assert!(
                    of(language).has(key),
                    "{}: {key} is in no list of files in src/web/messages",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn what_a_translation_lacks_is_found() {
    let english =
        messages("a = one { $n }\nb = { $n ->\n    [one] 1\n   *[other] { $n } <b>x</b>\n}\nc = { a }\n");
    assert_eq!(english.len(), 3);
    assert_eq!(judge(&english, &english, "x"), [""; 0]);
    let planted = messages("a = eins\nb = { $n } <q>x</q>\nd = vier\n");
    let wrong = judge(&english, &planted, "de/x.ftl");
    assert_eq!(wrong.len(), 4, "{wrong:#?}");
    assert_eq!(wrong[2], "de/x.ftl: c is missing, which says: { a }");
}

/// Every message filled with numbers of each plural form, and with text.
#[test]
fn every_message_can_be_filled_in_every_language() {
    let all: BTreeMap<String, String> =
        referee::web::messages::Messages::sources().iter().flat_map(|text| messages(text)).collect();
    assert!(all.len() > 1000, "only {} messages were read", all.len());
    for (key, text) in &all {
        let given = |n: i64| {
            let names = uses(text).into_iter().filter_map(|name| name.strip_prefix('$').map(str::to_owned));
            // What a message takes in has its arguments too.
            let names = names.chain(["apart".to_owned(), "bound".to_owned()]);
            let selects = |name: &str| text.contains(&format!("${name} ->"));
            names.fold(msg(key.clone()), |whole: Msg, name| {
                let arg = if selects(&name) { Arg::Number(n) } else { Arg::from("Ωmega") };
                whole.with(name, arg)
            })
        };
        for n in [0, 1, 2, 7] {
            for said in [of(Language::German), english(), pseudo("en-XA").unwrap(), pseudo("ar-XB").unwrap()]
            {
                let shown = said.html(&given(n));
                assert!(!shown.contains(['«', '»']), "{} {key} with {n}: {shown}", said.lang);
            }
        }
    }
}

async fn get(browser: &Browser, path: &str, languages: &str) -> Answer {
    browser.send(browser.request(Method::GET, path).header("accept-language", languages)).await
}

/// The sentences with which the verbs of the engine refuse, `7` for what is put into them.
fn refusals(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for kind in ["Refusal::Invalid(", "Refusal::WrongState(", "return invalid(", "return wrong("] {
        for rest in code.split(kind).skip(1) {
            let rest = rest.trim_start().trim_start_matches("format!(").trim_start();
            let Some(text) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) else { continue };
            let mut parts = text.split('{');
            let first = parts.next().unwrap_or_default().to_owned();
            found.push(
                parts.fold(first, |all, part| all + "7" + part.split_once('}').map_or("", |(_, rest)| rest)),
            );
        }
    }
    found
}

#[test]
fn what_the_engine_refuses_with_is_translated() {
    fn walk(folder: &Path, out: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else {
                out.push((path.display().to_string(), read(&path)));
            }
        }
    }
    let mut sources = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine"), &mut sources);
    let all: Vec<(&String, String)> = sources
        .iter()
        .flat_map(|(path, text)| refusals(text).into_iter().map(move |said| (path, said)))
        .collect();
    assert!(all.len() > 40, "only {} sentences were found", all.len());
    let known = |text: &str| matches!(said(text), Msg::Key { .. });
    let wrong: Vec<String> = all
        .iter()
        .filter(|(_, text)| text.contains(char::is_alphabetic) && !known(text))
        .map(|(path, text)| format!("{path}: {text:?} is not in said.ftl"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let planted = "Refusal::WrongState(format!(\"nobody {said} this\"))";
    assert_eq!(refusals(planted), ["nobody 7 this"]);
    assert!(!known("nobody 7 this"));
}

/// A property that knows left from right stays where it is when a page is mirrored.
#[test]
fn the_style_sheets_name_no_side() {
    let sides = ["left", "right"]
        .map(|side| [format!("-{side}:"), format!("-{side}-"), format!(" {side}:"), format!(": {side};")]);
    let mut wrong = Vec::new();
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("static/css")).unwrap() {
        let path = file.unwrap().path();
        let text = read(&path);
        for declaration in text.split(['{', '}', ';']).filter(|part| !part.contains("/*")) {
            let told = format!(" {};", declaration.trim());
            let named = sides.iter().flatten().any(|mark| told.contains(mark.as_str()));
            let four = told.split_once(": ").is_some_and(|(name, value)| {
                let sides: Vec<&str> = value.trim_end_matches(';').split(' ').collect();
                let shorthand = [" padding", " margin", " inset", " border-width"].contains(&name);
                shorthand && !value.contains('(') && sides.len() == 4 && sides[1] != sides[3]
            });
            if named || four {
                wrong.push(format!("{}:{told}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_account_comes_before_the_browser_and_the_browser_before_the_server() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward]).await;
    let visitor = app.visitor();
    let page = get(&visitor, "/sign-in", "de-DE,de;q=0.9,en;q=0.5").await;
    assert!(
        page.body.contains("<html lang=\"de\" dir=\"ltr\"") && page.body.contains("Anmelden"),
        "{}",
        page.body
    );
    for (asked, lang) in [("fr", "en"), ("en-GB", "en"), ("ar-XB", "en"), ("en-XA,de;q=0.5", "en")] {
        let page = get(&visitor, "/sign-in", asked).await;
        assert!(page.body.contains(&format!("<html lang=\"{lang}\" dir=\"ltr\"")), "{asked}: {}", page.body);
    }
    let request = visitor.request(Method::POST, "/sign-in").header("accept-language", "de");
    let lost = visitor.send(form(request, &[("login", "ana")])).await;
    assert!(lost.body.contains("lang=\"de\""), "a page that tells of a failure: {}", lost.body);

    let ana = app.sign_in("ana").await;
    let german = [("zone", "UTC"), ("language", "de")];
    ana.post("/preferences", &german).await;
    let queue = get(&ana, "/queue", "en").await;
    assert!(
        queue.body.contains("<html lang=\"de\"") && queue.body.contains("Arbeitsliste"),
        "{}",
        queue.body
    );
    let saved = ana.get("/preferences").await;
    assert!(saved.body.contains("<option value=\"de\" lang=\"de\" selected>Deutsch"), "{}", saved.body);
    ana.post("/preferences", &[("zone", "UTC"), ("language", "")]).await;
    let queue = get(&ana, "/queue", "en").await;
    assert!(queue.body.contains("<html lang=\"en\""), "{}", queue.body);
}
