//! The golden cases: plain files a domain expert can read and extend. Each says what systems
//! hold, under which policy, and what must come of it.

use referee::engine::case_file::CaseFile;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![Path::new("tests/cases").to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder of cases") {
            let path = entry.expect("an entry").path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(kind) if kind == "toml" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

/// What is wrong with a case, if anything.
fn wrong(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a case");
    let judged = CaseFile::parse(&text).and_then(|case| Ok((case.judge()?, case)));
    match judged {
        Err(error) => vec![error.to_string()],
        Ok((_, case)) if case.expect.is_empty() => vec!["it expects nothing".to_owned()],
        Ok((_, case)) if case.story.len() < 20 => vec!["it tells no story".to_owned()],
        Ok((explanations, case)) => case.unmet(&explanations),
    }
}

#[test]
fn every_case_comes_out_as_it_says() {
    let files = files();
    let failed: Vec<String> = files
        .iter()
        .flat_map(|path| wrong(path).into_iter().map(move |why| format!("{}: {why}", path.display())))
        .collect();
    assert!(failed.is_empty(), "{} of {} fail:\n{}", failed.len(), files.len(), failed.join("\n"));
}

#[test]
fn a_case_that_expects_something_else_fails() {
    let text =
        std::fs::read_to_string("tests/cases/rules/source_wins/the_source_changed.toml").expect("a case");
    let text = text.replace("outcome = \"settle\"", "outcome = \"review\"");
    let case = CaseFile::parse(&text).expect("a case");
    let unmet = case.unmet(&case.judge().expect("judged"));
    assert_eq!(unmet, ["phone: the outcome should be review and is settle"]);
}

#[test]
fn a_mistake_in_a_case_is_named_with_its_place() {
    let wrong = |text: &str| CaseFile::parse(text).and_then(|case| case.judge()).expect_err(text).to_string();
    let field = "story = \"x\"\n[[field]]\nid = \"phone\"\n";
    let version = "[[version]]\nsystem = \"crm\"\nrow = { phone = \"1\" }\n";
    assert!(wrong("stroy = 1").contains("unknown field `stroy`"), "{}", wrong("stroy = 1"));
    let text = format!("{field}{version}[policy]\nrule = \"newest\"\n");
    assert!(wrong(&text).contains("policy.rule"), "{}", wrong(&text));
    let text = format!("{field}{version}[policies.fax]\nrule = \"max\"\n");
    assert!(wrong(&text).contains("there is no field or group “fax”"), "{}", wrong(&text));
    let text = format!("story = \"x\"\n[[field]]\nid = \"phone\"\ncomparision = \"text\"\n{version}");
    assert!(wrong(&text).contains("field \"phone\""), "{}", wrong(&text));
}
