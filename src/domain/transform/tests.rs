//! Reading and writing step by step, and the mappings of whole fields.

use super::*;
use crate::domain::mapping::FieldMapping;
use crate::domain::value::{Cell, Cells, Held};
use proptest::prelude::*;

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn number(lexeme: &str) -> Cell {
    Cell::Number(lexeme.to_owned())
}

fn row<const N: usize>(cells: [(&str, Cell); N]) -> Cells {
    cells.into_iter().map(|(column, cell)| (column.to_owned(), cell)).collect()
}

/// A field of the columns `a`, `b`, ... with these steps.
fn field(columns: usize, transforms: Vec<Transform>) -> FieldMapping {
    let columns = ('a'..='z').take(columns).map(String::from).collect();
    FieldMapping { field: "f".into(), columns, transforms, read_only: false, max_length: None }
}

fn join(separator: &str) -> Transform {
    Transform::Join { separator: separator.to_owned() }
}

fn part(separator: &str, index: usize) -> Transform {
    Transform::Part { separator: separator.to_owned(), index }
}

fn date(format: &str) -> Transform {
    Transform::Date { format: format.to_owned() }
}

fn german() -> Transform {
    Transform::Number { decimal: ',', thousands: Some('.') }
}

fn phone() -> Transform {
    Transform::Phone { region: "DE".to_owned() }
}

#[track_caller]
fn reads(step: &Transform, from: &str, to: &str) {
    assert_eq!(step.read(from), Ok(to.to_owned()), "{step:?} of {from:?}");
}

#[track_caller]
fn refuses(step: &Transform, from: &str) {
    let problem = step.read(from).expect_err(from);
    assert!(matches!(problem, TransformError::Unreadable { .. }), "{problem}");
}

#[track_caller]
fn writes(step: &Transform, from: &str, to: &str) {
    assert_eq!(step.write(from, ""), Ok(to.to_owned()), "{step:?} of {from:?}");
}

/// Why a value cannot be written into a row.
#[track_caller]
fn unwritable(field: &FieldMapping, value: &Held, current: &Cells) -> String {
    match field.write(value, current) {
        Err(TransformError::Unwritable { reason, .. }) => reason,
        other => panic!("{value:?} was not refused: {other:?}"),
    }
}

mod dates;
mod fields;
mod numbers;

#[test]
fn case_is_written_and_not_read() {
    let [upper, lower, title] =
        [LetterCase::Upper, LetterCase::Lower, LetterCase::Title].map(Transform::Case);
    for step in [&upper, &lower, &title] {
        reads(step, "Oak ST", "Oak ST");
    }
    writes(&upper, "Oak Street 12b", "OAK STREET 12B");
    writes(&lower, "Oak STREET", "oak street");
    writes(&title, "oak-hill STREET 12b o’neil", "Oak-Hill Street 12b O’neil");
    writes(&upper, "Hauptstraße", "HAUPTSTRAßE");
    writes(&upper, "İzmir ırmak ŉ", "İZMIR ıRMAK ŉ");
    writes(&upper, "ΐ", "Ι\u{308}\u{301}");
}

#[test]
fn trim_takes_spaces_of_every_kind() {
    reads(&Transform::Trim, "\u{a0} Oak Street\t\n", "Oak Street");
    reads(&Transform::Trim, "  ", "");
    writes(&Transform::Trim, " Oak ", "Oak");
}

#[test]
fn phones_and_countries() {
    reads(&phone(), "030 5550 1234", "+493055501234");
    writes(&phone(), "030/55501234", "+493055501234");
    refuses(&phone(), "call me");
    assert!(phone().write("call me", "").is_err());
    for (style, written) in
        [(CountryStyle::Alpha2, "DE"), (CountryStyle::Alpha3, "DEU"), (CountryStyle::Name, "Germany")]
    {
        let step = Transform::Country { style };
        reads(&step, "DEUTSCHLAND", "DE");
        writes(&step, "DE", written);
        writes(&step, "germany", written);
        refuses(&step, "Atlantis");
        assert!(step.write("Atlantis", "").is_err());
    }
}

#[test]
fn parts_of_a_column() {
    reads(&part(", ", 0), "Smith, Bob", "Smith");
    reads(&part(", ", 1), "Smith, Bob", "Bob");
    reads(&part(", ", 2), "Smith, Bob", "");
    refuses(&part("", 0), "Smith");
    assert_eq!(part(", ", 1).write("Rob", "Smith, Bob, MD"), Ok("Smith, Rob, MD".to_owned()));
    assert_eq!(part(";", 2).write("x", "a"), Ok("a;;x".to_owned()));
    for (step, value, before) in [
        (part(", ", 1), "Rob, Sr", "Smith, Bob"),
        (part(", ", 0), "Smith, ", "Smith, Bob"),
        (part("--", 0), "a-", "x--y"),
        (part(",", usize::MAX), "x", "a"),
    ] {
        assert!(step.write(value, before).is_err(), "{step:?} {value}");
    }
}

proptest! {
    /// Whatever is written reads back as the same value; what would not is refused.
    #[test]
    fn write_then_read_is_the_same(
        steps in prop::collection::vec(any_step(), 0..4),
        columns in 1usize..4,
        value in any_value(),
        now in prop::collection::vec(any_cell(), 3),
    ) {
        let mut steps = steps;
        if columns > 1 {
            steps.insert(0, join(" "));
        }
        let field = field(columns, steps);
        let current: Cells = field.columns.iter().cloned().zip(now).collect();
        if let Ok(cells) = field.write(&value, &current) {
            prop_assert!(cells.keys().eq(field.columns.iter()));
            let back = field.read(&cells).expect("just written");
            let typed = |kind: Comparison| kind.same(&back, &value);
            prop_assert!(
                same(&field.transforms, &back, &value) || typed(Comparison::Decimal) || typed(Comparison::Boolean),
                "{:?} wrote {:?} as {:?}, which reads {:?}", field.transforms, value, cells, back
            );
        }
    }

    /// Writing back what was read is always possible, and changes nothing of it.
    #[test]
    fn read_then_write_then_read(street in "[A-Za-zß ]{0,12}", house in "[0-9a-z]{0,4}") {
        let field = field(2, vec![Transform::Trim, join(" ")]);
        let current = row([("a", text(&street)), ("b", text(&house))]);
        let value = field.read(&current).expect("texts");
        let cells = field.write(&value, &current).expect("what was read");
        let back = field.read(&cells).expect("just written");
        prop_assert!(same(&field.transforms, &back, &value), "{value:?} became {back:?}");
    }

    #[test]
    fn a_part_leaves_the_others_alone(parts in prop::collection::vec("[a-z ]{0,5}", 1..5), index in 0usize..6, new in "[a-z, ]{0,5}") {
        let before = parts.join(",");
        if let Ok(after) = part(",", index).write(&new, &before) {
            let after: Vec<&str> = after.split(',').collect();
            prop_assert_eq!(after[index], new.as_str());
            for (at, part) in after.iter().enumerate().filter(|(at, _)| *at != index) {
                prop_assert_eq!(*part, parts.get(at).map_or("", String::as_str));
            }
        }
    }
}

fn any_step() -> impl Strategy<Value = Transform> {
    prop_oneof![
        Just(Transform::Trim),
        Just(Transform::Case(LetterCase::Upper)),
        Just(Transform::Case(LetterCase::Lower)),
        Just(Transform::Case(LetterCase::Title)),
        Just(german()),
        Just(date("%d/%m/%Y")),
        Just(date("%Y-%m-%dT%H:%M:%S%.fZ")),
        Just(phone()),
        Just(Transform::Country { style: CountryStyle::Name }),
        Just(part(",", 1)),
        Just(join("-")),
    ]
}

fn any_value() -> impl Strategy<Value = Held> {
    prop_oneof![Just(Held::Null), Just(Held::Empty), any_text().prop_map(|text| Held::from(text.as_str())),]
}

fn any_cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Null),
        any::<bool>().prop_map(Cell::Bool),
        "-?[1-9][0-9]{0,5}(\\.[0-9]{1,3})?".prop_map(Cell::Number),
        any_text().prop_map(Cell::Text),
        Just(Cell::Json("{\"a\":1}".to_owned())),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        "[a-zß]{1,6}( [a-z0-9]{1,3}){0,3}",
        "[a-z]{0,3},[a-z]{0,3}",
        "-?[0-9]{1,7}([.,][0-9]{1,3})?",
        "20[0-9]{2}-0[1-9]-[0-2][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z)?",
        "[0-2][0-9]/0[1-9]/20[0-9]{2}",
        "0[1-9][0-9]{6,10}",
        "(true|no|Germany|DE|\\{\\}|\\[1\\])",
    ]
}
