//! Sets and sequences, as JSON lists and as separated texts.

use super::*;

#[test]
fn a_set_has_no_order_and_no_repeats() {
    let tags = set("text", ";");
    for text in
        ["red; blue", "Blue;red", r#"["blue","RED"]"#, " red ;; blue ;red;", r#"["red", null, "blue", ""]"#]
    {
        normal(&tags, text, r#"["blue","red"]"#);
    }
    assert!(!tags.same(&"red".into(), &"red;blue".into()));
    assert!(!tags.same(&"red,blue".into(), &"red;blue".into()), "another separator is another text");
    let amounts = set("decimal", " ");
    assert!(amounts.same(&"1.50 2".into(), &"[2.0, 1.5]".into()));
    invalid(&amounts, "1 two");
    assert!(
        amounts.same(&"two 1".into(), &"1.0 two".into()),
        "the order of what cannot be read counts no more"
    );
}

#[test]
fn a_sequence_has_an_order_and_its_places() {
    let steps = sequence("text", ";");
    assert!(steps.same(&"A; b".into(), &r#"["a","B"]"#.into()));
    for other in ["b;a", "a;b;b", "a;;b", "a"] {
        assert!(!steps.same(&"a;b".into(), &other.into()), "{other}");
    }
    assert!(steps.same(&"a;;b".into(), &r#"["a",null,"b"]"#.into()));
}

#[test]
fn a_list_without_members_is_empty() {
    for kind in [set("text", ";"), sequence("text", ";")] {
        assert_eq!(kind.normal(&"[]".into()), Held::Empty);
        assert!(kind.same(&"[ ]".into(), &Held::Empty));
        assert!(!kind.same(&"[]".into(), &Held::Null));
    }
    assert_eq!(set("text", ";").normal(&" ; ; ".into()), Held::Empty);
}

#[test]
fn members_that_are_lists_are_not_guessed_at() {
    let tags = set("text", ";");
    invalid(&tags, r#"["a",["b"]]"#);
    invalid(&tags, r#"[{"a":1}]"#);
    assert!(!tags.same(&r#"[{"a":1},{"b":2}]"#.into(), &r#"[{"b":2},{"a":1}]"#.into()));
    assert!(tags.same(&"[a;b]".into(), &"b] ; [a".into()), "no JSON is a text with members");
    let big = set("exact", ",");
    assert!(!big.same(&"[9007199254740993]".into(), &"[9007199254740992]".into()));
}

#[test]
fn a_list_is_written_in_the_form_it_had() {
    let tags = set("text", ";");
    let styled = |like: &str, value: &str| tags.in_the_form_of(&like.into(), &value.into());
    assert_eq!(styled(r#"["x"]"#, "a; b"), Ok(r#"["a","b"]"#.into()));
    assert_eq!(styled("x; y", r#"["a","b"]"#), Ok("a; b".into()));
    assert_eq!(styled("x", r#"["a","b"]"#), Ok("a;b".into()));
    assert_eq!(styled("[1]", "1.50;2"), Ok("[1.50,2]".into()));
    assert_eq!(styled("[1]", "1;x"), Ok(r#"[1,"x"]"#.into()));
    assert_eq!(styled("x", "a;b"), Ok("a;b".into()));
    assert!(styled("x", r#"["a;b"]"#).unwrap_err().0.contains("separates the members"));
    assert_eq!(tags.in_the_form_of(&"x".into(), &Held::Null), Ok(Held::Null));
    assert_eq!(Comparison::Text.in_the_form_of(&"x".into(), &r#"["a"]"#.into()), Ok(r#"["a"]"#.into()));
}

#[test]
fn absurd_lists_are_told_and_the_written_form_is_short() {
    for (toml, expected) in [
        (r#"k = { set = { separator = "" } }"#, "empty separator"),
        (r#"k = { sequence = { of = { set = {} } } }"#, "cannot be lists"),
        (r#"k = { set = { of = { tolerance = { absolute = 1 } } } }"#, "have a tolerance"),
    ] {
        let kind = read(toml).problems();
        assert_eq!(kind.len(), 1, "{kind:?}");
        assert!(kind[0].contains(expected), "{}", kind[0]);
    }
    assert_eq!(read("k = { set = {} }"), set("text", ","));
    assert_eq!(read(r#"k = { set = { of = { phone = "DE" }, separator = "/" } }"#).of_one(), &phone("DE"));
    let tolerance = read("k = { tolerance = { absolute = 0.05 } }");
    assert_eq!(serde_json::to_string(&tolerance).unwrap(), r#"{"tolerance":{"absolute":"0.05"}}"#);
    assert_eq!(read("k = \"decimal\""), Comparison::Decimal);
}

fn read(toml: &str) -> Comparison {
    let mut table: std::collections::BTreeMap<String, Comparison> = toml::from_str(toml).unwrap();
    table.remove("k").unwrap()
}
