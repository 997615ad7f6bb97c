//! The golden cases: plain files a domain expert can read and extend. Each says what systems
//! hold, under which policy, and what must come of it.

use referee::domain::case_file::CaseFile;
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
fn the_guide_counts_the_cases_there_are() {
    let guide = std::fs::read_to_string("tests/cases/README.md").expect("the guide");
    let files = files();
    let under = |folder: &str| {
        let folder = Path::new("tests/cases").join(folder);
        files.iter().filter(|file| file.starts_with(&folder)).count()
    };
    let mut counted = 0;
    for row in guide.lines().take_while(|line| !line.starts_with("## A case")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, folders, _, told, _] = cells[..] else { continue };
        let folders: Vec<&str> = folders.split('`').skip(1).step_by(2).collect();
        let counts: Vec<String> = folders.iter().map(|folder| under(folder).to_string()).collect();
        if !folders.is_empty() {
            assert_eq!(told, counts.join(", "), "{row}");
            counted += folders.iter().map(|folder| under(folder)).sum::<usize>();
        }
    }
    assert_eq!(counted, files.len(), "each folder stands there once");
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
fn a_finding_names_whom_it_is_about() {
    let said = |name: &str| {
        let text = std::fs::read_to_string(format!("tests/cases/{name}.toml")).expect("a case");
        let case = CaseFile::parse(&text).expect("a case");
        serde_json::to_string(&case.judge().expect("judged")).expect("JSON")
    };
    for (name, finding) in [
        (
            "guards/human_edit/a_known_person_is_not_overruled",
            r#"{"human_edit":{"system":"erp","author":"Jan"}}"#,
        ),
        ("guards/human_edit/a_name_of_spaces_is_no_name", r#"{"human_edit":{"system":"erp","author":null}}"#),
        ("rules/delta/both_say_two_less", r#"{"same_change":{"first":"shop","second":"warehouse"}}"#),
    ] {
        let all = said(name);
        assert!(all.contains(finding), "{finding}: {all}");
    }
}

/// What is said of a case that cannot be judged.
fn mistake(text: &str) -> String {
    CaseFile::parse(text).and_then(|case| case.judge()).expect_err(text).to_string()
}

const FIELD: &str = "story = \"x\"\n[[field]]\nid = \"phone\"\n";
const VERSION: &str = "[[version]]\nsystem = \"crm\"\nrow = { phone = \"1\" }\n";

#[test]
fn a_mistake_in_a_case_is_named_with_its_place() {
    let wrong = [
        ("stroy = 1".to_owned(), "unknown field `stroy`"),
        (format!("{FIELD}{VERSION}[policy]\nrule = \"newest\"\n"), "policy.rule"),
        (format!("{FIELD}{VERSION}[policies.fax]\nrule = \"max\"\n"), "there is no field or group “fax”"),
        (
            format!("story = \"x\"\n[[field]]\nid = \"phone\"\ncomparision = \"text\"\n{VERSION}"),
            "field \"phone\"",
        ),
        (
            format!("{FIELD}[[version]]\nsystem = \"crm\"\nrow = {{ phnoe = \"1\" }}\n"),
            "version 1 (crm), row: “phnoe” is no field, and no column of its mapping",
        ),
        (
            format!("{FIELD}{VERSION}null = [\"fax\"]\nunreadable = [\"mail\"]\n"),
            "version 1 (crm), null: “fax” is no field, and no column of its mapping\n\
             version 1 (crm), unreadable: “mail” is no field, and no column of its mapping",
        ),
        (
            format!(
                "{FIELD}{VERSION}[agreed]\nsince = \"2026-03-03T09:00:00Z\"\nvalues = {{ fax = \"1\" }}\n"
            ),
            "agreed.values: there is no field “fax”",
        ),
        (
            format!(
                "{FIELD}{VERSION}[[past]]\nsystem = \"erp\"\nread = \"2026-03-03T09:00:00Z\"\nvalues = {{ fax = \"1\" }}\n"
            ),
            "past 1: there is no system “erp”: it says nothing here, and has no mapping\n\
             past 1 (erp), values: there is no field “fax”",
        ),
        (
            format!("{FIELD}{VERSION}[policies.phone]\nsource_of_truth = \"cmr\"\n"),
            "policies.phone: there is no system “cmr”",
        ),
        (
            format!("{FIELD}{VERSION}[[mapping]]\nsystem = \"crm\"\n[[mapping]]\nsystem = \"crm\"\n"),
            "mapping: “crm” stands twice",
        ),
        (
            format!("story = \"x\"\n[[field]]\nid = \"record\"\n{}", VERSION.replace("phone", "record")),
            "“record” is the name of the record as a whole: choose another",
        ),
    ];
    for (text, place) in wrong {
        let said = mistake(&text);
        assert!(said.contains(place), "{said}");
    }
}

#[test]
fn a_word_that_no_judgement_has_is_not_expected_in_vain() {
    let expecting = |what: &str| mistake(&format!("{FIELD}{VERSION}[expect.phone]\n{what}\n"));
    for (what, place) in [
        ("outcome = \"setle\"", "expect.phone.outcome: unknown variant `setle`, expected one of `agreed`"),
        ("outcome = \"agreed\"\nkind = \"clsh\"", "expect.phone.kind: unknown variant `clsh`"),
        (
            "outcome = \"review\"\nwithout = [\"no_rule\", \"human_edti\"]",
            "expect.phone.without[1]: unknown variant `human_edti`",
        ),
        ("outcome = \"review\"\nfindings = [\"bulc\"]", "expect.phone.findings[0]: unknown variant `bulc`"),
        ("outcome = \"review\"\ncauses = [\"rase\"]", "expect.phone.causes[0]: unknown variant `rase`"),
        ("outcome = \"review\"\nshape = \"cut\"", "expect.phone.shape: unknown variant `cut`"),
    ] {
        let said = expecting(what);
        assert!(said.contains(place), "{said}");
    }
    let nowhere =
        CaseFile::parse(&format!("{FIELD}{VERSION}[expect.fax]\noutcome = \"agreed\"\n")).expect("a case");
    let unmet = nowhere.unmet(&nowhere.judge().expect("judged"));
    assert_eq!(unmet, ["fax: there is no such field, group or row"]);
}

#[test]
fn a_mistake_in_child_rows_is_named_with_its_row() {
    let case = |version: &str, more: &str| {
        let children = "[[children]]\nid = \"lines\"\n[[children.field]]\nid = \"quantity\"\n";
        mistake(&format!("{FIELD}{children}{VERSION}{version}\n{more}\n"))
    };
    let agreed = |rows: &str| format!("[agreed]\nsince = \"2026-03-03T09:00:00Z\"\n{rows}");
    for (version, more, place) in [
        ("rows.line = []", "", "version 1 (crm), rows.line: there are no children “line”"),
        (
            "rows.lines = [{ key = \"1\", quantity = 1 }, { key = \"2\", quantitiy = 1 }]",
            "",
            "version 1 (crm), rows.lines, row 2: its children have no field “quantitiy”",
        ),
        ("rows.lines = [{ key = \"1\", quantity = inf }]", "", "rows.lines, row 1: “quantity” is no number"),
        ("rows.lines = 1", "", "version[0].rows.lines: invalid type: integer `1`, expected a sequence"),
        ("", &agreed("rows.lines = [{ quantity = 1 }]"), "agreed.rows.lines: no row has a member “key”"),
        (
            "",
            &agreed("rows.lines = [{ key = 1, quantity = 1 }, { key = \"1\", quantity = 2 }]"),
            "agreed.rows.lines: two rows have the key “1”",
        ),
        ("", &agreed("partly = [\"lines\"]"), "agreed.partly: it agreed on no rows of “lines”"),
        (
            "",
            "[[mapping]]\nsystem = \"crm\"\n[[mapping.rows]]\nchildren = \"items\"",
            "mapping of crm: there are no children “items”",
        ),
        (
            "",
            "[[past]]\nsystem = \"crm\"\nread = \"2026-03-03T09:00:00Z\"\nrows.lines = [{ key = \"\" }]",
            "past 1 (crm), rows.lines: row 1 has no text or number as its key",
        ),
    ] {
        let said = case(version, more);
        assert!(said.contains(place), "{said}");
    }
}

#[test]
fn a_mistake_about_deleting_is_named() {
    let case = |version: &str| mistake(&format!("{FIELD}{VERSION}{version}\n"));
    let with = "version 1 (crm): gone and of stand together, as in gone = 101, of = 1200";
    assert_eq!(case("deleted = true\ngone = 3"), with);
    assert_eq!(case("deleted = true\ngone = 3\nof = 2"), with);
    assert_eq!(case("deleted = true\ngone = 0\nof = 2"), with);
    let alone = "version 1 (crm): gone and of say with how many others a row was deleted";
    assert_eq!(case("gone = 1\nof = 2"), alone);
    assert!(case("deleted = \"yes\"").contains("version[0].deleted: invalid type: string \"yes\""));
}
