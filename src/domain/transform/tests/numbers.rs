use super::*;

#[test]
fn german_numbers() {
    for (from, to) in [
        ("1.000,50", "1000.50"),
        ("1000,50", "1000.50"),
        ("1.234.567", "1234567"),
        ("-1.000,00", "-1000.00"),
        ("\u{2212}5", "-5"),
        ("+5", "5"),
        (",5", "0.5"),
        (" 12 ", "12"),
        ("0", "0"),
        ("12345678901234567890,123456789012345678", "12345678901234567890.123456789012345678"),
    ] {
        reads(&german(), from, to);
    }
}

#[test]
fn a_number_in_other_marks_is_refused_and_not_guessed() {
    for from in [
        "1,000.00", "1.00", "1.5", "10.00", "1.0000", "1..000", ".500", "1.000.", "1,", ",", "", "-", "1e5",
        "1 000", "1000.000", "--1", "5-", "12 EUR", "１２",
    ] {
        refuses(&german(), from);
    }
    let plain = Transform::Number { decimal: '.', thousands: None };
    reads(&plain, "1000.50", "1000.50");
    for from in ["1,000.50", "1.000,00", "1,5"] {
        refuses(&plain, from);
    }
    let confused = Transform::Number { decimal: '.', thousands: Some('.') };
    refuses(&confused, "1.000.000");
}

#[test]
fn spaces_and_apostrophes_group_too() {
    let french = Transform::Number { decimal: ',', thousands: Some(' ') };
    reads(&french, "1\u{202f}234\u{a0}567,5", "1234567.5");
    let swiss = Transform::Number { decimal: '.', thousands: Some('’') };
    reads(&swiss, "1'234.50", "1234.50");
    writes(&swiss, "1234.50", "1’234.50");
}

#[test]
fn numbers_are_written_in_the_marks_of_the_system() {
    for (from, to) in [
        ("1000.50", "1.000,50"),
        ("-1234567.1", "-1.234.567,1"),
        ("999", "999"),
        ("-0", "-0"),
        ("1e-7", "0,0000001"),
        ("1.5e3", "1.500"),
        (".5", "0,5"),
        ("9007199254740993", "9.007.199.254.740.993"),
    ] {
        writes(&german(), from, to);
    }
    let current = row([("a", text("2000,00"))]);
    let plain = field(1, vec![german()]).write(&"1000.50".into(), &current);
    assert_eq!(plain, Ok(row([("a", text("1000,50"))])), "a column without groups stays without");
    for from in ["1.000,50", "twelve", "", "1e400"] {
        assert!(german().write(from, "").is_err(), "{from}");
    }
}

#[test]
fn cells_keep_their_type() {
    let plain = field(1, vec![]);
    for (current, value, written) in [
        (number("1"), "18446744073709551617", number("18446744073709551617")),
        (number("1"), "12.10", number("12.10")),
        (number("1"), "1e-7", number("1e-7")),
        (number("1"), "1e400", number("1e400")),
        (number("1"), "-0", number("-0")),
        (number("1"), "007", number("7")),
        (number("1"), ".5", number("0.5")),
        (number("1"), "twelve", text("twelve")),
        (Cell::Bool(true), "false", Cell::Bool(false)),
        (Cell::Bool(false), "yes", Cell::Bool(true)),
        (Cell::Bool(true), "maybe", text("maybe")),
        (text("x"), "007", text("007")),
        (text("x"), "true", text("true")),
        (Cell::Null, "12", text("12")),
        (Cell::Json("[1]".into()), "[1, 2]", Cell::Json("[1, 2]".into())),
        (Cell::Json("[1]".into()), "[1, 2", text("[1, 2")),
    ] {
        let cells = plain.write(&value.into(), &row([("a", current.clone())]));
        assert_eq!(cells, Ok(row([("a", written)])), "{value} into {current:?}");
    }
}
