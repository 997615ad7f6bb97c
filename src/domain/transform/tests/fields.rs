use super::*;
use crate::domain::ids::FieldId;
use crate::domain::mapping::Mapping;
use std::collections::BTreeMap;

#[test]
fn street_and_number_apart() {
    let address = field(2, vec![join(" ")]);
    let current = row([("a", text("Oak St")), ("b", text("12"))]);
    assert_eq!(address.read(&current), Ok("Oak St 12".into()));
    for (value, street, house) in [
        ("Elm Road 7", "Elm Road", "7"),
        ("Elm Road 7a", "Elm Road", "7a"),
        ("Elmhurst", "Elmhurst", ""),
        ("Elm Road ", "Elm Road ", ""),
        (" Elm", " Elm", ""),
        ("Elm  Road", "Elm ", "Road"),
    ] {
        let cells = address.write(&value.into(), &current).expect(value);
        assert_eq!(cells, row([("a", text(street)), ("b", text(house))]), "{value}");
        assert_eq!(address.read(&cells), Ok(value.into()));
    }
    let three = field(3, vec![join(", ")]);
    let cells = three.write(&"a, b, c, d".into(), &Cells::new());
    assert_eq!(cells, Ok(row([("a", text("a, b")), ("b", text("c")), ("c", text("d"))])));
}

#[test]
fn columns_that_are_trimmed_keep_no_spaces_at_their_joint() {
    let address = field(2, vec![Transform::Trim, join(" ")]);
    let cells = address.write(&"Elm Road  7".into(), &row([("a", text("Oak St")), ("b", text("12"))]));
    assert_eq!(cells, Ok(row([("a", text("Elm Road")), ("b", text("7"))])));
}

#[test]
fn columns_of_numbers_take_numbers_or_null() {
    let address = field(2, vec![join(" ")]);
    let current = row([("a", text("Oak St")), ("b", number("12"))]);
    assert_eq!(address.read(&current), Ok("Oak St 12".into()));
    let cells = address.write(&"Elm Road 7".into(), &current);
    assert_eq!(cells, Ok(row([("a", text("Elm Road")), ("b", number("7"))])));
    let cells = address.write(&"Elmhurst".into(), &current);
    assert_eq!(cells, Ok(row([("a", text("Elmhurst")), ("b", Cell::Null)])));
}

#[test]
fn null_and_empty_are_told_apart() {
    let address = field(2, vec![join(" ")]);
    let nulls = row([("a", Cell::Null), ("b", Cell::Null)]);
    let empties = row([("a", text("")), ("b", text(""))]);
    for current in [&nulls, &empties, &row([("a", text("Oak St")), ("b", number("12"))])] {
        assert_eq!(address.write(&Held::Null, current), Ok(nulls.clone()));
        assert_eq!(address.write(&Held::Empty, current), Ok(empties.clone()));
    }
    assert_eq!(address.read(&nulls), Ok(Held::Null));
    assert_eq!(address.read(&empties), Ok(Held::Empty));
    assert_eq!(address.read(&row([("a", Cell::Null), ("b", text(""))])), Ok(Held::Empty));
    assert_eq!(address.read(&row([("a", text("Oak St")), ("b", Cell::Null)])), Ok("Oak St".into()));
    for steps in [vec![phone()], vec![german()], vec![date("%d/%m/%Y")], vec![Transform::Trim]] {
        let single = field(1, steps);
        for (cell, held) in [(Cell::Null, Held::Null), (text(""), Held::Empty)] {
            let current = row([("a", cell)]);
            assert_eq!(single.read(&current), Ok(held.clone()));
            assert_eq!(single.write(&held, &row([("a", text("x"))])), Ok(current));
        }
    }
}

#[test]
fn a_missing_column_is_named() {
    let address = field(2, vec![join(" ")]);
    let missing = Err(TransformError::MissingColumn("b".to_owned()));
    assert_eq!(address.read(&row([("a", text("Oak St"))])), missing);
    let pointer = FieldMapping { columns: vec!["/address/city".into()], ..field(1, vec![]) };
    assert_eq!(pointer.read(&row([("/address/city", text("Ulm"))])), Ok("Ulm".into()));
    let several = field(2, vec![]);
    let current = row([("a", text("x")), ("b", text("y"))]);
    assert!(several.read(&current).is_err());
    assert_eq!(unwritable(&several, &"z".into(), &current), "its columns are not joined");
}

#[test]
fn the_unknown_is_not_written() {
    let reason = unwritable(&field(1, vec![]), &Held::Unknown, &row([("a", text("x"))]));
    assert_eq!(reason, "it is not known");
}

#[test]
fn too_long_is_said_in_characters() {
    let short = FieldMapping { max_length: Some(5), ..field(1, vec![]) };
    let current = row([("a", text(""))]);
    assert_eq!(
        short.write(&"Zürich".into(), &current).map_err(|e| e.to_string()),
        Err("“Zürich” cannot be written here: it has 6 characters, and a keeps 5".to_owned())
    );
    assert!(short.write(&"Züric".into(), &current).is_ok());
    let long = "x".repeat(1_000_000);
    let problem = short.write(&long.as_str().into(), &current).expect_err("too long").to_string();
    assert!(problem.len() < 300, "the message does not carry the whole text");
}

#[test]
fn the_case_a_system_wants_is_no_loss() {
    let upper = field(2, vec![Transform::Trim, join(" "), Transform::Case(LetterCase::Upper)]);
    let current = row([("a", text("OAK ST ")), ("b", text("12"))]);
    assert_eq!(upper.read(&current), Ok("OAK ST 12".into()));
    let cells = upper.write(&"Am Großen Weg 3b".into(), &current);
    assert_eq!(cells, Ok(row([("a", text("AM GROßEN WEG")), ("b", text("3B"))])));
}

#[test]
fn other_writings_of_one_value_are_no_loss() {
    let current = row([("a", text(""))]);
    for (steps, value, written) in [
        (vec![phone()], "030 5550 1234", "+493055501234"),
        (vec![Transform::Country { style: CountryStyle::Name }], "DEU", "Germany"),
        (
            vec![Transform::Case(LetterCase::Upper), Transform::Country { style: CountryStyle::Name }],
            "de",
            "GERMANY",
        ),
        (vec![Transform::Trim], " Oak ", "Oak"),
        (vec![german()], "1e3", "1.000"),
        (vec![date("%Y-%m-%dT%H:%M:%SZ")], "2026-03-03T11:30:00+01:00", "2026-03-03T10:30:00Z"),
    ] {
        let cells = field(1, steps).write(&value.into(), &current);
        assert_eq!(cells, Ok(row([("a", text(written))])), "{value}");
    }
}

/// Two fields that share a column.
fn names() -> Mapping {
    let part_of = |field: &str, index: usize| FieldMapping {
        field: field.into(),
        columns: vec!["name".to_owned()],
        transforms: vec![part(", ", index), Transform::Trim],
        read_only: false,
        max_length: None,
    };
    Mapping {
        system: "crm".into(),
        entity: "customer".into(),
        object: "people".to_owned(),
        key: "id".to_owned(),
        link: None,
        modified_at: None,
        modified_by: None,
        machine_authors: Vec::new(),
        import_authors: Vec::new(),
        writes_as: None,
        complete: false,
        new_key: None,
        null_is_empty: false,
        deep_link: None,
        fields: vec![part_of("last", 0), part_of("first", 1)],
        rows: Vec::new(),
    }
}

#[test]
fn fields_that_share_a_column_leave_each_other_alone() {
    let (mapping, current) = (names(), row([("name", text("Smith, Bob, MD"))]));
    let first = mapping.field(&"first".into()).expect("mapped");
    assert_eq!(first.read(&current), Ok("Bob".into()));
    assert_eq!(first.write(&"Rob".into(), &current), Ok(row([("name", text("Smith, Rob, MD"))])));
    assert_eq!(first.write(&Held::Empty, &current), Ok(row([("name", text("Smith, , MD"))])));
    assert!(unwritable(first, &Held::Null, &current).contains("null"));
    assert!(unwritable(first, &"Rob, Sr".into(), &current).contains("separates"));
    let both: BTreeMap<FieldId, Held> =
        [("first".into(), "Rob".into()), ("last".into(), "Jones".into())].into_iter().collect();
    assert_eq!(mapping.write(&both, &current), Ok(row([("name", text("Jones, Rob, MD"))])));
}

#[test]
fn a_blank_is_written_as_the_field_can_hold_it() {
    let (mut mapping, current) = (names(), row([("name", text("Smith, Bob"))]));
    let blank: BTreeMap<FieldId, Held> = [("first".into(), Held::Null)].into_iter().collect();
    let (field, problem) = mapping.write(&blank, &current).expect_err("a part cannot be null");
    assert_eq!(field, "first".into());
    assert!(problem.to_string().contains("not null"), "{problem}");
    mapping.null_is_empty = true;
    assert_eq!(mapping.write(&blank, &current), Ok(row([("name", text("Smith, "))])));
}

#[test]
fn a_part_of_what_cannot_be_read_is_not_overwritten() {
    let odd = field(1, vec![date("%d/%m/%Y"), part("-", 0)]);
    let reason = unwritable(&odd, &"2026".into(), &row([("a", text("no date"))]));
    assert!(reason.contains("cannot be read"), "{reason}");
}

#[test]
fn a_whole_row_names_its_problems() {
    let mut mapping = names();
    mapping.null_is_empty = true;
    mapping.fields.push(FieldMapping { columns: vec!["gone".to_owned()], ..field(1, vec![]) });
    mapping.fields.push(FieldMapping {
        field: "born".into(),
        columns: vec!["born".to_owned()],
        ..field(1, vec![date("%d/%m/%Y")])
    });
    let mapped = mapping.read(&row([("name", Cell::Null), ("born", text("2026-03-03"))]));
    assert_eq!(mapped.fields[&FieldId::from("first")], Held::Empty);
    assert_eq!(mapped.fields[&FieldId::from("f")], Held::Unknown);
    assert_eq!(mapped.problems[&FieldId::from("f")], "column gone is not there");
    assert_eq!(mapped.problems[&FieldId::from("born")], "“2026-03-03” is not a date in the format %d/%m/%Y");
    let values = [("born".into(), "soon".into())].into_iter().collect();
    let (field, _) = mapping.write(&values, &row([])).expect_err("no date");
    assert_eq!(field, "born".into());
}
