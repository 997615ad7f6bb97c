//! Tolerances: pairs that are near enough.

use super::*;
use crate::domain::figure::Figure;

fn near(absolute: Option<&str>, relative: Option<&str>) -> Comparison {
    Comparison::Tolerance { absolute: absolute.map(Figure::from), relative: relative.map(Figure::from) }
}

#[track_caller]
fn same(kind: &Comparison, a: &str, b: &str, expected: bool) {
    assert_eq!(kind.same(&a.into(), &b.into()), expected, "{a} {b}");
    assert_eq!(kind.same(&b.into(), &a.into()), expected, "{b} {a}");
}

#[test]
fn the_bound_itself_is_near_and_nothing_is_rounded() {
    let cents = near(Some("0.05"), None);
    same(&cents, "10", "10.05", true);
    same(&cents, "10.00", "10.050000000000000001", false);
    same(&cents, "-0.02", "0.03", true);
    same(&cents, "9007199254740992.00", "9007199254740992.05", true);
    same(&cents, "9007199254740992.00", "9007199254740992.06", false);
    same(&cents, "1e300", "1e300", true);
    same(&near(Some("0"), None), "12.10", "12.1", true);
}

#[test]
fn a_share_is_of_the_number_further_from_zero() {
    for share in ["0.01", "1%", " 1 %"] {
        let percent = near(None, Some(share));
        same(&percent, "100", "99", true);
        same(&percent, "100", "98.99", false);
        same(&percent, "-100", "-99", true);
        same(&percent, "0", "0.0001", false);
        same(&percent, "0", "-0", true);
    }
    let either = near(Some("0.5"), Some("1%"));
    same(&either, "1", "1.5", true);
    same(&either, "1000", "1010", true);
    same(&either, "1", "1.6", false);
}

#[test]
fn what_is_no_number_is_near_nothing() {
    let wide = near(Some("1000"), None);
    same(&wide, "abc", "abd", false);
    same(&wide, "abc", "abc", true);
    same(&wide, "1.000,00", "1000", false);
    same(&wide, "1e400", "2e400", false);
    for blank in [Held::Null, Held::Empty] {
        assert!(!wide.same(&blank, &"0".into()));
    }
    assert!(!wide.same(&Held::Unknown, &"0".into()));
}

#[test]
fn absurd_tolerances_are_told() {
    for (kind, expected) in [
        (near(None, None), "says nothing"),
        (near(Some("-1"), None), "must be a number of 0 or more"),
        (near(Some("much"), None), "must be a number of 0 or more"),
        (near(None, Some("-1%")), "must be from 0 up to 1"),
        (near(None, Some("100%")), "must be from 0 up to 1"),
        (near(None, Some("5")), "must be from 0 up to 1"),
    ] {
        let problems = kind.problems();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains(expected), "{}", problems[0]);
        assert!(!kind.same(&"1".into(), &"2".into()), "nothing is near by mistake");
    }
    assert!(near(Some("0"), Some("0")).problems().is_empty());
    assert!(near(None, Some("99%")).problems().is_empty());
}
