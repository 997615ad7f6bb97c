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
        ("record.all(name, name != '')", "a loop over the fields of a record"),
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
    let list = format!("[{}]", vec!["1"; 99].join(","));
    let text = format!("{list}.all(a, {list}.all(b, {list}.size() > a + b))");
    assert_eq!(says(&text), Ok(true));
}
