use super::*;

fn says(text: &str) -> Result<bool, String> {
    let mut scene = Scene::default();
    scene.set("field", "address");
    scene.set("proposed", "12");
    scene.set("change", 12.5);
    Expression::parse(text).and_then(|expression| expression.evaluate(&scene)).map_err(|error| error.0)
}

#[test]
fn an_expression_is_true_or_false() {
    assert_eq!(says("field == 'address' && change > 10"), Ok(true));
    assert_eq!(says("change > 12.5"), Ok(false));
    assert_eq!(says("[1, 2, 3].exists(n, n > 2) || field.startsWith('x')"), Ok(true));
    assert_eq!(says("proposed.matches('^[0-9]+$')"), Ok(true));
}

#[test]
fn what_is_neither_is_said() {
    assert!(says("field").unwrap_err().contains("not true or false"));
    assert!(says("change == change_percent").is_err());
    assert!(says("proposed > 3").is_err());
}

#[test]
fn what_is_not_offered_is_refused_when_it_is_saved() {
    for (text, why) in [
        ("price > 3", "there is no “price” here"),
        ("duration('1s') == duration('1s')", "there is no function “duration” here"),
        ("field ==", "line 1"),
        ("record.all(name, name != '')", "a loop runs over systems"),
        ("[1].all(a, [1].all(b, [1].all(c, true)))", "loops stand within one another"),
        ("Person{name: field} == 1", ""),
    ] {
        let error = Expression::parse(text).expect_err(text).0;
        assert!(error.contains(why), "{text}: {error}");
    }
}

#[test]
fn what_explodes_is_refused_before_it_is_read() {
    let deep = |open: &str, close: &str| format!("{}true{}", open.repeat(200), close.repeat(200));
    for text in [
        deep("(", ")"),
        deep("!", ""),
        deep("[", "]"),
        deep("true ? ", " : false"),
        "'a' + ".repeat(900),
        format!("[{}] == []", "1,".repeat(500)),
        "f(".repeat(1300),
        "-".repeat(4000),
    ] {
        Expression::parse(&text).expect_err(&text[..20]);
    }
    Expression::parse(&format!("{} == ''", "field + ".repeat(30) + "field")).expect("a long sum");
}

#[test]
fn the_longest_loop_offered_ends() {
    let list = format!("[{}]", ["1"; 30].join(","));
    let text = format!("{list}.all(a, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].all(b, change > a + 0 || b > 0))");
    assert_eq!(says(&text), Ok(true));
    let refused =
        Expression::parse(&format!("{list}.all(a, {list}.all(b, {list}.size() > a)) ")).unwrap_err();
    assert!(refused.0.contains("steps"), "{}", refused.0);
}

fn refused(text: &str, why: &str) {
    let start: String = text.chars().take(80).collect();
    let error = Expression::parse(text).expect_err(&start).0;
    assert!(error.contains(why), "{start}: {error}");
}

#[test]
fn a_loop_over_what_a_loop_made_is_refused() {
    let chained = format!("[\"0123456789\"]{} == []", ".map(x, x+x+x+x)".repeat(12));
    refused(&chained, "a loop runs over systems, or over a list");
    refused("[\"0123456789\"].map(x, x + x + x + x) == []", "only a number written out can be added");
    refused("[1].all(a, [[1].map(b, [1].map(c, c))].all(d, true))", "loops stand within one another");
    assert_eq!(says("[1, 2].map(x, x + 1) == [2, 3] && [1, 2].filter(x, x > 1) == [2]"), Ok(true));
    assert_eq!(says("[1, 2].exists_one(x, x > 1)"), Ok(true));
}

#[test]
fn a_loop_over_anything_but_systems_and_a_written_list_is_refused() {
    for text in [
        "(true ? record : record).all(k, true)",
        "[record][0].all(k, true)",
        "values.all(k, true)",
        "proposed.all(k, true)",
        "[record].all(r, r.all(k, true))",
    ] {
        refused(text, "a loop runs over systems");
    }
    refused("[record].all(systems, systems.all(k, true))", "that name is taken");
}

#[test]
fn a_pattern_that_takes_long_is_refused() {
    let ones = format!("[{}]", ["1"; 100].join(","));
    let nested = format!("{ones}.all(x, {ones}.all(y, !proposed.matches(\"(a{{200}}){{100}}\")))");
    refused(&nested, "matches is not offered in a loop");
    refused("proposed.matches('(a{200}){100}')", "repeats by count at most");
    refused("proposed.matches('(((a{5}){5}){5}){5}')", "repeats by count at most");
    refused("proposed.matches(field)", "must be written out");
    refused(&format!("proposed.matches('{}')", "a".repeat(201)), "at most 200 bytes");
    let many = ["proposed.matches(r'\\w{90}')"; 5].join(" || ");
    refused(&many, "repeat too much");
    assert_eq!(
        says("proposed.matches(r'^[0-9]{1,2}$') && !matches(field, '[A-Z]{2}[0-9]{2}([A-Z0-9]{4}){3}')"),
        Ok(true)
    );
}

#[test]
fn a_text_that_is_too_long_has_no_answer() {
    let mut scene = Scene::default();
    scene.set("proposed", "é".repeat(LONGEST_TEXT).as_str());
    scene.set("agreed", "é".repeat(LONGEST_TEXT + 1).as_str());
    let fields = [("note", "x".repeat(LONGEST_TEXT + 1)), ("country", "CH".to_owned())];
    let held = |text: String| crate::domain::value::Held::Value(text);
    scene.record(&fields.into_iter().map(|(field, text)| (field.into(), held(text))).collect());
    let says = |text: &str| Expression::parse(text).unwrap().evaluate(&scene).map_err(|error| error.0);
    assert_eq!(says("proposed.size() > 1 && record.country == 'CH'"), Ok(true));
    assert!(says("proposed == agreed").unwrap_err().contains("“agreed” has more than 4000 characters"));
    assert!(says("has(record.note)").unwrap_err().contains("“note” has more than"));
}

#[test]
fn what_has_no_answer_is_said_in_words() {
    let scene = Scene::default();
    let says = |text: &str| Expression::parse(text).unwrap().evaluate(&scene).unwrap_err().0;
    let nothing = says("null > 20.0");
    assert!(nothing.starts_with("“>” has a side of which there is nothing"), "{nothing}");
    assert_eq!(says("1 / 0 == 1"), "it divides by zero");
    let short = Expression::parse("1 +").unwrap_err().0;
    assert!(short.starts_with("line 1, ") && short.ends_with(": it ends too soon"), "{short}");
}
