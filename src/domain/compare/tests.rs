//! The corner cases of comparing, kind by kind, and what holds for every text.

mod corners;
mod lists;
mod near;

use super::*;
use proptest::prelude::*;

fn phone(region: &str) -> Comparison {
    Comparison::Phone(region.to_owned())
}

fn kinds() -> Vec<Comparison> {
    let plain = [Comparison::Exact, Comparison::Text, Comparison::Decimal, Comparison::Date];
    let more = [Comparison::Email, Comparison::Country, Comparison::Boolean, phone("DE"), phone("US")];
    let near = Comparison::Tolerance { absolute: Some("0.05".into()), relative: None };
    let lists = [set("text", ";"), sequence("text", ";"), set("decimal", ","), near];
    plain.into_iter().chain(more).chain(lists).collect()
}

fn set(of: &str, separator: &str) -> Comparison {
    let of = Box::new(serde_json::from_value(of.into()).expect("a kind"));
    Comparison::Set { of, separator: separator.to_owned() }
}

fn sequence(of: &str, separator: &str) -> Comparison {
    match set(of, separator) {
        Comparison::Set { of, separator } => Comparison::Sequence { of, separator },
        other => other,
    }
}

#[track_caller]
fn normal(kind: &Comparison, text: &str, expected: &str) {
    assert_eq!(kind.normal_text(text).as_deref(), Ok(expected), "{kind:?} of {text:?}");
}

#[track_caller]
fn invalid(kind: &Comparison, text: &str) {
    let problem = kind.normal_text(text).expect_err(text).to_string();
    assert!(problem.contains("is not"), "{problem}");
    assert!(problem.chars().count() < 200, "{problem}");
}

#[test]
fn exact_knows_composed_and_decomposed_letters_only() {
    normal(&Comparison::Exact, "Zu\u{308}rich", "Zürich");
    for (a, b) in [("a", "A"), ("a", "a "), ("a\u{a0}b", "a b"), ("fi", "ﬁ")] {
        assert!(!Comparison::Exact.same(&a.into(), &b.into()), "{a:?} {b:?}");
    }
}

#[test]
fn text_ignores_case_and_spacing() {
    for (a, b) in [
        ("Oak  Street ", "oak street"),
        ("Oak\u{a0}Street", "Oak Street"),
        ("\u{2003}Oak\tStreet\r\n", "OAK\u{202f}STREET"),
        ("Zu\u{308}rich", "ZÜRICH"),
        ("ΟΔΟΣ", "οδος"),
        ("ΟΔΟΣ", "οδοσ"),
        ("STRAẞE", "straße"),
        ("J\u{30c}", "ǰ"),
    ] {
        assert!(Comparison::Text.same(&a.into(), &b.into()), "{a:?} {b:?}");
    }
}

#[test]
fn text_keeps_look_alikes_apart() {
    for (a, b) in [
        ("straße", "strasse"),
        ("ISTANBUL", "istanbul\u{307}"),
        ("ırmak", "irmak"),
        ("İzmir", "izmir"),
        ("Oak\u{200b}Street", "OakStreet"),
        ("Oak", "\u{202e}Oak"),
        ("Oak", "Оak"),
        ("résumé", "resume"),
        ("12", "１２"),
    ] {
        assert!(!Comparison::Text.same(&a.into(), &b.into()), "{a:?} {b:?}");
    }
    normal(&Comparison::Text, " \u{a0}\t", "");
    assert_eq!(Comparison::Text.normal(&Held::from("  ")), Held::Empty);
}

#[test]
fn decimals_are_exact() {
    for (text, expected) in [
        ("12.10", "12.1"),
        ("012.1", "12.1"),
        (" 12 ", "12"),
        ("1e-7", "0.0000001"),
        ("1.5E3", "1500"),
        ("1.50e+1", "15"),
        ("123e-2", "1.23"),
        ("0.00123E2", "0.123"),
        ("-0", "0"),
        ("-0.00", "0"),
        ("\u{2212}5", "-5"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("0e999999999999", "0"),
        ("18446744073709551617", "18446744073709551617"),
        ("9007199254740993", "9007199254740993"),
        ("0.123456789012345678", "0.123456789012345678"),
        ("1000000", "1000000"),
    ] {
        normal(&Comparison::Decimal, text, expected);
    }
    let double = Comparison::Decimal.normal_text("1e308").expect("the range of a double");
    assert_eq!(double.len(), 309);
}

#[test]
fn what_is_no_decimal_or_too_large_is_refused() {
    for text in [
        "",
        " ",
        ".",
        "-",
        "e5",
        "1e",
        "1e+",
        "1,5",
        "1.000,00",
        "1 000",
        "1.2.3",
        "0x10",
        "NaN",
        "Infinity",
        "１２",
        "--1",
        "+-1",
        "1e400",
        "1e-400",
        "1e99999999999999999999",
    ] {
        invalid(&Comparison::Decimal, text);
    }
    invalid(&Comparison::Decimal, &"9".repeat(401));
    invalid(&Comparison::Decimal, &"9".repeat(1_000_000));
}

#[test]
fn json_numbers() {
    for text in ["0", "-0", "12.10", "1e-7", "1E400", "18446744073709551617", "-0.5"] {
        assert!(decimal::is_json_number(text), "{text}");
        assert!(serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok(), "{text}");
    }
    for text in ["", "-", "+1", "01", ".5", "5.", "-.5", "1e", " 1", "\u{2212}1", "1_000", "NaN", "-01", "00"]
    {
        assert!(!decimal::is_json_number(text), "{text}");
    }
}

#[test]
fn dates_and_instants() {
    for (text, expected) in [
        ("2026-03-03", "2026-03-03"),
        (" 2026-03-03 ", "2026-03-03"),
        ("2024-02-29", "2024-02-29"),
        ("0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31"),
        ("2026-03-03T09:12:40Z", "2026-03-03T09:12:40Z"),
        ("2026-03-03t09:12:40z", "2026-03-03T09:12:40Z"),
        ("2026-03-03T10:12:40+01:00", "2026-03-03T09:12:40Z"),
        ("2026-03-03 09:12:40+00", "2026-03-03T09:12:40Z"),
        ("2026-03-03T09:12:40.500000Z", "2026-03-03T09:12:40.5Z"),
        ("2026-03-03T09:12:40.1234567891000Z", ""),
        ("2026-03-03T09:12:40.12345678900Z", "2026-03-03T09:12:40.123456789Z"),
        ("2026-03-03T00:30:00+14:00", "2026-03-02T10:30:00Z"),
        ("2026-12-31T23:30:00-14:00", "2027-01-01T13:30:00Z"),
        ("2026-03-03 09:12", "2026-03-03T09:12:00"),
        ("2026-03-29T02:30:00", "2026-03-29T02:30:00"),
    ] {
        match expected {
            "" => invalid(&Comparison::Date, text),
            expected => normal(&Comparison::Date, text, expected),
        }
    }
}

#[test]
fn dates_are_never_guessed() {
    for text in [
        "04/10/2024",
        "04.10.2024",
        "2024-4-1",
        "24-04-01",
        "20240401",
        "2026-02-29",
        "2026-02-30",
        "2026-13-01",
        "2026-00-10",
        "0000-01-01",
        "10000-01-01",
        "+2026-03-03",
        "-001-01-01",
        "2026-03-03T",
        "2026-03-03T24:00:00Z",
        "2026-03-03T09:60:00Z",
        "2026-06-30T23:59:60Z",
        "2026-03-03T09Z",
        "2026-03-03T09:12:40+19:00",
        "2026-03-03T09:12:40+1",
        "2026-03-03T09:12.5Z",
        "2026-03-03T09:12:40.Z",
        "2026-03-03X09:12:40Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "２０２６-03-03",
        "",
        "yesterday",
    ] {
        invalid(&Comparison::Date, text);
    }
    let (day, midnight) = (Held::from("2026-03-03"), Held::from("2026-03-03T00:00:00Z"));
    assert!(!Comparison::Date.same(&day, &midnight));
    let (local, instant) = (Held::from("2026-03-03T09:12:40"), Held::from("2026-03-03T09:12:40Z"));
    assert!(!Comparison::Date.same(&local, &instant));
}

#[test]
fn email_ignores_the_case_of_the_domain_only() {
    normal(&Comparison::Email, " Ada@Example.ORG ", "Ada@example.org");
    normal(&Comparison::Email, "a@b@Example.org", "a@b@example.org");
    normal(&Comparison::Email, "ada@BÜCHER.example", "ada@bücher.example");
    assert!(!Comparison::Email.same(&"Ada@x.org".into(), &"ada@x.org".into()));
    for text in [
        "",
        "ada",
        "@x.org",
        "ada@",
        "ada@x..org",
        "ada@.org",
        "a b@x.org",
        "Ada <ada@x.org>",
        "a@x.org, b@x.org",
    ] {
        invalid(&Comparison::Email, text);
    }
    invalid(&Comparison::Email, &format!("{}@x.org", "a".repeat(300)));
}

#[test]
fn countries_and_booleans() {
    normal(&Comparison::Country, "germany", "DE");
    normal(&Comparison::Country, "DEU", "DE");
    invalid(&Comparison::Country, "Atlantis");
    for yes in ["yes", "TRUE", "1", "On", " y ", "t", "ja"] {
        normal(&Comparison::Boolean, yes, "true");
    }
    for no in ["no", "False", "0", "OFF", "n", "f", "nein"] {
        normal(&Comparison::Boolean, no, "false");
    }
    for neither in ["", "2", "maybe", "1.0"] {
        invalid(&Comparison::Boolean, neither);
    }
}

#[test]
fn phones_written_differently_are_the_same() {
    for text in [
        "030 5550 1234",
        "030/5550-1234",
        "(030) 5550 1234",
        "+49 30 55501234",
        "+49 (0)30 5550 1234",
        "0049 30 55501234",
        "tel:+493055501234",
        "030\u{a0}5550\u{2013}1234",
        "０３０ ５５５０１２３４",
        "+49-30-5550.1234",
    ] {
        normal(&phone("DE"), text, "+493055501234");
    }
    for text in ["310/246-1501", "310-246-1501", "(310) 246-1501", "1 310 246 1501", "+1 310.246.1501"] {
        normal(&phone("US"), text, "+13102461501");
    }
    normal(&phone("us"), "213/651-2030.", "+12136512030");
    normal(&phone("US"), "212/ 319-1660", "+12123191660");
    normal(&phone("US"), "770/441--0291", "+17704410291");
    normal(&phone("DE"), "+39 06 1234 5678", "+390612345678");
    normal(&phone("RU"), "8 800 555-35-35", "+78005553535");
    normal(&phone("DE"), "+7 800 555 35 35", "+78005553535");
    normal(&phone("IT"), "392 123 4567", "+393921234567");
    normal(&phone("DE"), "49 30 5550 1234", "+493055501234");
    normal(&phone("AR"), "011 15 2345-6789", "+5491123456789");
    normal(&phone("BR"), "0 15 11 2345-6789", "+551123456789");
    normal(&phone("US"), "011 49 30 55501234", "+493055501234");
    normal(&phone("US"), "(555) 010-0199", "+15550100199");
    normal(&phone("GB"), "+44 (0)20 7946 0018", "+442079460018");
}

#[test]
fn an_extension_counts() {
    for text in
        ["310 246 1501 x12", "310-246-1501 ext. 12", "310-246-1501 Extension 12", "+13102461501;ext=12"]
    {
        normal(&phone("US"), text, "+13102461501;ext=12");
    }
    assert!(!phone("US").same(&"310 246 1501 x12".into(), &"310 246 1501 x13".into()));
}

#[test]
fn what_is_no_single_phone_number_is_refused() {
    for text in [
        "",
        "+",
        "unknown",
        "310/788-",
        "319-1660",
        "310 246 1501 or 310 246 1502",
        "310 246 1501, 310 246 1502",
        "1-800-FLOWERS",
        "0",
        "+999 1234567",
        "ada@x.org",
        ".;phone-context=",
        "+dwPAA;phone-context=AA",
        " 2 22#:",
        "310 246 1501 x",
        "++1 310 246 1501",
        "310+2461501",
        "\u{0}310 246 1501",
    ] {
        invalid(&phone("US"), text);
    }
    invalid(&phone("US"), &"1".repeat(1_000_000));
    invalid(&phone("XX"), "310 246 1501");
    invalid(&phone(""), "310 246 1501");
}

#[test]
fn states_are_kept_and_the_unknown_is_the_same_as_nothing() {
    for kind in kinds() {
        for state in [Held::Null, Held::Empty, Held::Unknown] {
            assert_eq!(kind.normal(&state), state);
            assert_eq!(kind.same(&state, &state), state != Held::Unknown);
        }
        assert!(!kind.same(&Held::Null, &Held::Empty));
        assert!(!kind.same(&Held::Unknown, &"1".into()));
        assert!(!kind.same(&Held::Null, &"1".into()));
    }
    let unreadable = Held::from("twelve");
    assert_eq!(Comparison::Decimal.normal(&unreadable), unreadable);
}

proptest! {
    #[test]
    fn a_normal_form_is_its_own(text in any_text()) {
        for kind in kinds() {
            let normal = kind.normal_text(&text).unwrap_or_default();
            if !normal.is_empty() {
                prop_assert_eq!(kind.normal_text(&normal), Ok(normal), "{:?} of {:?}", kind, text);
            }
        }
    }

    #[test]
    fn text_in_another_case_is_the_same(text in any_text()) {
        let lower: String = text.chars().flat_map(char::to_lowercase).collect();
        prop_assert!(Comparison::Text.same(&text.as_str().into(), &lower.as_str().into()));
    }

    #[test]
    fn numbers_agree_with_integer_arithmetic(a in any::<i64>(), zeros in 0usize..20, places in 0usize..20) {
        let sign = if a < 0 { "-" } else { "" };
        let (zeros, more) = ("0".repeat(zeros), "0".repeat(places));
        let padded = format!("{sign}{zeros}{}.{more}", a.unsigned_abs());
        prop_assert_eq!(Comparison::Decimal.normal_text(&padded), Ok(a.to_string()));
        let scientific = format!("{a}e-{places}");
        let plain = Comparison::Decimal.normal_text(&scientific).expect("a number");
        let back = Comparison::Decimal.normal_text(&format!("{plain}e{places}"));
        prop_assert_eq!(back, Ok(a.to_string()));
    }

    #[test]
    fn phone_digits_are_never_dropped(digits in "[1-9][0-9]{5,11}", dash in "[-/ .]") {
        let (start, end) = digits.split_at(3);
        let (plain, split) = (format!("0{digits}"), format!("0{start}{dash}{end}"));
        let kind = phone("DE");
        prop_assert_eq!(kind.normal_text(&plain).ok(), kind.normal_text(&split).ok());
        if let Ok(normal) = kind.normal_text(&plain) {
            prop_assert!(normal.ends_with(&digits), "{normal} of {plain}");
        }
    }
}

/// Any Unicode text, and texts that nearly are of one kind.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ \t\u{a0}]{0,2}\\PC{0,20}[ \u{2003}]{0,2}",
        "[-+\u{2212}]?[0-9]{0,6}\\.?[0-9]{0,6}([eE][-+]?[0-9]{1,4})?",
        "[0-9]{4}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,10})?)?(Z|[-+][0-9]{2}(:?[0-9]{2})?)?)?",
        "[+]?[0-9 ()/-]{3,20}(x[0-9]{1,4})?",
        "[A-Za-zİıß.]{1,6}@[A-ZÜİß.a-z-]{1,12}",
        "(yes|NO|True|oN|germany|DEU|U\\.K\\.|\u{130}|Σς|ẞ|ŉ|Ǆ|\u{1f88}){1,3}",
    ]
}
