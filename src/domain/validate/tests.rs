//! What passes and what does not, and what is wrong with demands that make no sense.

use super::*;
use crate::domain::catalog::Catalog;

fn field(toml: &str) -> Field {
    let text = format!("id = \"f\"\nlabel = \"F\"\n{toml}");
    toml::from_str(&text).unwrap_or_else(|problem| panic!("{text}: {problem}"))
}

#[track_caller]
fn refused(field: &Field, value: &str, reason: &str) {
    let problem = field.check(&value.into()).expect_err(value);
    assert_eq!(problem.0, reason);
}

#[track_caller]
fn passes(field: &Field, values: &[&str]) {
    for value in values {
        assert_eq!(field.check(&(*value).into()), Ok(()), "{value:?}");
    }
}

#[test]
fn required_wants_a_value_and_the_unknown_is_judged_elsewhere() {
    let needed = field("validate = { required = true }");
    refused(&needed, "", "a value is needed");
    assert!(needed.check(&Held::Null).is_err());
    assert_eq!(needed.check(&Held::Unknown), Ok(()));
    passes(&needed, &["x", "0"]);
    refused(&needed, " \u{a0} ", "a value is needed, and this one says nothing");
    let free = field("");
    assert_eq!(free.check(&Held::Null), Ok(()));
    passes(&free, &["", "x"]);
}

#[test]
fn a_pattern_is_of_the_whole_value() {
    let plate = field(r#"validate = { pattern = "[A-Z]{1,3}|[0-9]{4}" }"#);
    passes(&plate, &["ABC", "1234", ""]);
    for value in ["ABCD", "12345", "x1234", "1234\n", "AB 1234"] {
        assert!(plate.check(&value.into()).is_err(), "{value:?}");
    }
    refused(&plate, "abc", "“abc” does not have the form [A-Z]{1,3}|[0-9]{4}");
    passes(&field(r##"validate = { pattern = "#[0-9a-f]{6}" }"##), &["#00ff7f"]);
    let money = field(r#"validate = { pattern = "[A-Z]{3}", example = "EUR" }"#);
    refused(&money, "euro", "“euro” is not written like EUR");
}

#[test]
fn a_pattern_takes_a_time_that_grows_with_the_value_alone() {
    let slow_elsewhere = field(r#"validate = { pattern = "(a+)+$" }"#);
    let value = format!("{}!", "a".repeat(100_000));
    assert!(slow_elsewhere.check(&value.as_str().into()).is_err());
}

#[test]
fn limits_are_exact_and_of_the_fields_own_kind() {
    let money = field("comparison = \"decimal\"\nvalidate = { min = 0, max = 999999999999999999.99 }");
    passes(&money, &["0", "-0", "12.10"]);
    refused(&money, "-0.01", "“-0.01” is below 0, the least allowed");
    refused(&money, "abc", "“abc” is not a decimal number");
    let exact = field("comparison = \"decimal\"\nvalidate = { max = \"9007199254740992\" }");
    passes(&exact, &["9007199254740992"]);
    refused(&exact, "9007199254740993", "“9007199254740993” is above 9007199254740992, the most allowed");
    let tenth = field("comparison = \"decimal\"\nvalidate = { max = 0.1 }");
    passes(&tenth, &["0.1", "1e-1"]);
    assert!(tenth.check(&"0.10000000000000001".into()).is_err());
    let day = field("comparison = \"date\"\nvalidate = { min = \"2020-01-01\", max = \"2030-12-31\" }");
    passes(&day, &["2020-01-01", "2030-12-31T23:59:59Z", "2025-02-28T10:00"]);
    refused(&day, "2019-12-31", "“2019-12-31” is below 2020-01-01, the least allowed");
    refused(&day, "0001-01-01", "“0001-01-01” is below 2020-01-01, the least allowed");
    assert!(day.check(&"9999-12-31".into()).is_err());
}

#[test]
fn choices_are_compared_as_the_field_is() {
    let status = field(r#"validate = { one_of = ["open", "closed"] }"#);
    passes(&status, &["open", "OPEN", " closed ", ""]);
    refused(&status, "shut", "“shut” is none of “open”, “closed”");
    let many: Vec<String> = (0..30).map(|n| format!("\"c{n}\"")).collect();
    let many = field(&format!("validate = {{ one_of = [{}] }}", many.join(", ")));
    let problem = many.check(&"x".into()).unwrap_err().0;
    assert!(problem.ends_with("“c9” and 20 more"), "{problem}");
}

#[test]
fn lengths_are_in_characters_and_the_stricter_one_counts() {
    let name = field("max_length = 5\nvalidate = { min_length = 2, max_length = 9 }");
    passes(&name, &["Zü", "Zürch", ""]);
    refused(&name, "Zürich", "it is longer than 5 characters");
    refused(&name, "Z", "it is shorter than 2 characters");
}

#[test]
fn demands_that_make_no_sense_are_told_with_their_place() {
    let problems = |fields: &str| {
        let text = format!(
            "[[entity]]\nid = \"thing\"\nlabel = \"Thing\"\ntitle = \"f\"\nfields = [{{ id = \"f\", label = \"F\", {fields} }}]"
        );
        toml::from_str::<Catalog>(&text).unwrap().problems()
    };
    let cases = [
        (r#"validate = { pattern = "(a" }"#, "its pattern cannot be read (unclosed group)"),
        (r#"validate = { pattern = "a)|(b" }"#, "its pattern cannot be read (unopened group)"),
        (r#"validate = { pattern = "(?=a)a" }"#, "its pattern cannot be read"),
        (r#"validate = { pattern = "[A-Z]{3}", example = "eur" }"#, "its example “eur” is of no use"),
        (r#"validate = { example = "EUR" }"#, "its example “EUR” is of no use"),
        (r#"validate = { pattern = "(\\w{1,50}){1,50}" }"#, "its pattern is too large"),
        (r#"validate = { min = 1 }"#, "its min “1” bounds nothing here"),
        (
            r#"comparison = "decimal", validate = { min = "1.000,00" }"#,
            "its min “1.000,00” bounds nothing here",
        ),
        (r#"comparison = "decimal", validate = { min = 2, max = 1 }"#, "its min 2 is above its max 1"),
        (
            r#"comparison = "decimal", validate = { one_of = ["x"] }"#,
            "“x” in its one_of is not of the field's own",
        ),
        (r#"validate = { min_length = 3, max_length = 2 }"#, "its min_length 3 is above its max_length 2"),
    ];
    for (fields, expected) in cases {
        let found = problems(fields);
        assert_eq!(found.len(), 1, "{fields}: {found:?}");
        assert!(found[0].starts_with("entity thing: field “f”: "), "{}", found[0]);
        assert!(found[0].contains(expected), "{}", found[0]);
    }
    assert_eq!(problems(r#"validate = { pattern = "[0-9]{5}", required = true }"#), Vec::<String>::new());
    let long = format!("validate = {{ pattern = \"{}\" }}", "a".repeat(501));
    assert!(problems(&long)[0].contains("longer than 500"));
}

#[test]
fn demands_survive_storing() {
    let text =
        "comparison = \"decimal\"\nvalidate = { required = true, pattern = \"[0-9.]+\", min = 0.5, max = 7 }";
    let stored = serde_json::to_string(&field(text)).unwrap();
    assert!(stored.contains(r#""min":"0.5","max":"7""#), "{stored}");
    assert_eq!(serde_json::from_str::<Field>(&stored).unwrap(), field(text));
    assert!(!serde_json::to_string(&field("")).unwrap().contains("validate"));
}
