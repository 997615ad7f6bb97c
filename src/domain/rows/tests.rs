//! Child rows: read, compared by key, written back with every other byte as it was.

use super::*;
use crate::domain::compare::Comparison;
use crate::domain::diff::{self, Kind, Standing};
use crate::domain::entity::Entity;
use crate::domain::mapping::Mapping;
use crate::domain::record::{Agreed, Reading};
use crate::domain::time::Time;
use crate::domain::value::{Cell, Cells};

fn entity() -> Entity {
    let text = r#"
id = "order"
label = "Order"
title = "number"
fields = [{ id = "number", label = "Number" }]
[[children]]
id = "lines"
label = "Order line"
fields = [
  { id = "quantity", label = "Quantity", comparison = "decimal" },
  { id = "price", label = "Price", comparison = { tolerance = { absolute = 0.01 } } },
]"#;
    toml::from_str(text).unwrap()
}

fn mapping(more: &str) -> Mapping {
    let text = format!(
        r#"
system = "shop"
entity = "order"
object = "orders"
key = "id"
fields = [{{ field = "number", columns = ["number"] }}]
{more}
[[rows]]
children = "lines"
column = "items"
key = "sku"
members = {{ quantity = "qty", price = "amount" }}
"#
    );
    toml::from_str(&text).unwrap()
}

fn cells(items: Cell) -> Cells {
    Cells::from([("items".to_owned(), items), ("number".to_owned(), Cell::Text("7".to_owned()))])
}

fn json(items: &str) -> Cells {
    cells(Cell::Json(items.to_owned()))
}

fn holding(system: &str, items: &str) -> Holding {
    let mapped = mapping("").read(&json(items));
    let at: Time = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    Holding {
        record: "r".into(),
        system: system.into(),
        external_id: system.to_owned(),
        present: true,
        cells: json(items),
        fields: mapped.fields,
        problems: mapped.problems,
        revision: 1,
        version: None,
        read: Reading { after: None, at, modified_at: None, modified_by: None },
        token: None,
    }
}

const TWO: &str =
    r#"[ {"sku": 10, "qty":2,"amount":5.10, "note":"\u00fc"} , {"amount":1,"qty":1,"sku":"a/b, c"} ]"#;

#[test]
fn every_member_of_every_row_becomes_a_field() {
    let mapped = mapping("").read(&json(TWO));
    let fields: Vec<(&str, &Held)> = mapped.fields.iter().map(|(id, held)| (id.as_str(), held)).collect();
    let value = |text: &str| Held::from(text);
    assert_eq!(
        fields,
        [
            ("lines", &Held::Null),
            ("lines/10/price", &value("5.10")),
            ("lines/10/quantity", &value("2")),
            ("lines/a%2Fb%2C%20c/price", &value("1")),
            ("lines/a%2Fb%2C%20c/quantity", &value("1")),
            ("number", &value("7")),
        ]
    );
    for none in [Cell::Null, Cell::Text(String::new()), Cell::Json("[]".into()), Cell::Text(" [ ] ".into())] {
        let mapped = mapping("").read(&cells(none));
        assert_eq!(mapped.fields.get("lines"), Some(&Held::Null));
        assert_eq!(mapped.fields.len(), 2);
    }
    let text = mapping("").read(&cells(Cell::Text(TWO.to_owned())));
    assert_eq!(text, mapping("").read(&json(TWO)), "JSON in a text column is the same");
}

#[test]
fn rows_that_cannot_be_told_apart_or_read_are_unknown_with_the_reason() {
    let many: Vec<String> = (0..=MOST_ROWS).map(|n| format!(r#"{{"sku":{n},"qty":1,"amount":1}}"#)).collect();
    for (items, reason) in [
        (r#"[{"sku":1,"qty":1,"amount":1},{"sku":"1","qty":2,"amount":1}]"#, "two rows have the key “1”"),
        (
            r#"[{"sku":1,"qty":1,"amount":1},{"sku":null,"qty":2,"amount":1}]"#,
            "row 2 has no text or number as its key",
        ),
        (r#"[{"sku":true,"qty":1,"amount":1}]"#, "row 1 has no text or number"),
        (r#"[{"sku":1,"qty":1,"amount":1},5]"#, "row 2 of its list is not a JSON object"),
        (r#"[{"sku":1,"qty":1,"qty":2,"amount":1}]"#, "row 1 has the member “qty” twice"),
        (r#"[{"sku":1,"quantity":1,"amount":1}]"#, "no row has a member “qty”: was it renamed?"),
        (r#"{"sku":1}"#, "not a JSON list of rows"),
        ("[{", "not a JSON list of rows"),
        (&format!("[{}]", many.join(",")), "it has 1001 rows, and 1000 are compared at most"),
        (&format!(r#"[{{"sku":"{}","qty":1,"amount":1}}]"#, "k".repeat(201)), "longer than 200 characters"),
    ] {
        let mapped = mapping("").read(&json(items));
        assert_eq!(mapped.fields.get("lines"), Some(&Held::Unknown), "{items:.60}");
        let problem = &mapped.problems[&FieldId::from("lines")];
        assert!(problem.contains(reason), "{problem}");
        assert!(mapped.fields.keys().all(|id| parts(id).is_none()), "nothing of them is known");
    }
    let gone = mapping("").read(&Cells::new());
    assert_eq!(gone.problems[&FieldId::from("lines")], "column items is not there");
    assert_eq!(mapping("").read(&cells(Cell::Number("5".into()))).fields.get("lines"), Some(&Held::Unknown));
}

#[test]
fn keys_are_read_as_the_system_writes_them() {
    let mut padded = mapping("");
    padded.rows[0].key_as = Comparison::Decimal;
    let mapped = padded.read(&json(r#"[{"sku":"0010","qty":2,"amount":5}]"#));
    assert!(mapped.fields.contains_key("lines/10/quantity"));
    for key in ["plain", "a b", "ä/ö%,~", "100%", "日本", "a%2Fb"] {
        assert_eq!(decoded(&encoded(key)), key);
        assert!(!encoded(key).contains(['/', ',', ' ']), "{key}");
    }
}

#[test]
fn rows_compare_by_key_whatever_their_order() {
    let entity = entity();
    let (a, b) = (r#"{"sku":1,"qty":2,"amount":5}"#, r#"{"sku":2,"qty":1.0,"amount":3.005}"#);
    let holdings = [
        holding("one", &format!("[{a},{b}]")),
        holding("two", r#"[{"amount":3,"qty":1,"sku":"2"},{"sku":"1","qty":"3","amount":5.00}]"#),
    ];
    let standing =
        |base: &Base, id: &str| diff::compare(&entity.slot(&id.into()).unwrap(), base, &holdings).standing;
    let none = Base::default();
    assert_eq!(standing(&none, "lines/1"), Standing::Differs(Kind::First));
    assert!(matches!(standing(&none, "lines/2"), Standing::Agreed(_)), "within the tolerance");
    let ids: Vec<String> = entity
        .slots_of(&none, &holdings, [&FieldId::from("lines/gone"), &"number".into()].into_iter())
        .iter()
        .map(|slot| slot.id.to_string())
        .collect();
    assert_eq!(ids, ["number", "lines/1", "lines/2", "lines/gone", "lines"]);
    let slot = entity.slot(&"lines/a%2Fb".into()).unwrap();
    assert_eq!((&*slot.label, slot.policy_id().as_str(), slot.is_group()), ("Order line a/b", "lines", true));
    let labels: Vec<&str> = slot.fields().map(|field| field.label.as_str()).collect();
    assert_eq!(labels, ["Quantity", "Price"]);
    assert!(entity.slot(&"other/1".into()).is_none() && entity.slot(&"lines/1/quantity".into()).is_none());
    assert_eq!(entity.field(&"lines/1/quantity".into()).unwrap().label, "Quantity");
}

#[test]
fn a_row_that_a_system_lacks_is_null_there_and_new_once_rows_were_agreed_on() {
    let entity = entity();
    let holdings = [holding("one", r#"[{"sku":1,"qty":2,"amount":5}]"#), holding("two", "[]")];
    let slot = entity.slot(&"lines/1".into()).unwrap();
    let compared = diff::compare(&slot, &Base::default(), &holdings);
    assert_eq!(compared.standing, Standing::Differs(Kind::First));
    assert_eq!(compared.candidates[1].shown, [Held::Null, Held::Null]);
    let all = entity.slot(&"lines".into()).unwrap();
    let at = holdings[0].read.at;
    let base = Base(all.fields().map(|field| (field.id.clone(), Agreed(Held::Null, at))).collect());
    let compared = diff::compare(&slot, &base, &holdings);
    assert_eq!(compared.standing, Standing::Differs(Kind::Change));
    assert!(compared.candidates[0].moved && !compared.candidates[1].moved);
    let unread = [holdings[0].clone(), holding("two", "[5]")];
    assert_eq!(diff::compare(&slot, &base, &unread).standing, Standing::Waiting, "who knows what it holds");
}

#[track_caller]
fn written(mapping: &Mapping, items: &str, values: &[(&str, Held)]) -> String {
    let values = values.iter().map(|(id, held)| (FieldId::from(*id), held.clone())).collect();
    let cells = mapping.write(&values, &json(items)).unwrap();
    assert_eq!(cells.len(), 1);
    match &cells["items"] {
        Cell::Json(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_member_of_one_row_is_written_and_every_other_byte_stays() {
    let mapping = mapping("");
    let new = written(&mapping, TWO, &[("lines/10/quantity", "3.50".into())]);
    assert_eq!(new, TWO.replace("\"qty\":2", "\"qty\":3.50"));
    let new = written(&mapping, TWO, &[("lines/a%2Fb%2C%20c/price", "x\"y".into())]);
    assert_eq!(new, TWO.replace("\"amount\":1,", r#""amount":"x\"y","#));
    let lacking = r#"[{"sku":1,"amount":5},{"sku":2,"qty":1,"amount":5}]"#;
    let new = written(&mapping, lacking, &[("lines/1/quantity", "4".into())]);
    assert_eq!(new, r#"[{"sku":1,"amount":5,"qty":4},{"sku":2,"qty":1,"amount":5}]"#);
    let both = written(&mapping, TWO, &[("lines/10/quantity", "9".into()), ("lines/10/price", Held::Null)]);
    assert_eq!(both, TWO.replace(r#""qty":2,"amount":5.10"#, r#""qty":9,"amount":null"#));
}

#[test]
fn a_row_is_added_at_the_end_and_taken_out_when_all_of_it_becomes_null() {
    let mapping = mapping("");
    let new = |items: &str| {
        written(&mapping, items, &[("lines/7/quantity", "4".into()), ("lines/7/price", "1.50".into())])
    };
    assert_eq!(new("[]"), r#"[{"sku":"7","amount":"1.50","qty":"4"}]"#);
    assert_eq!(
        new(r#"[{"sku":1,"qty":1,"amount":5}]"#),
        r#"[{"sku":1,"qty":1,"amount":5},{"sku":7,"amount":1.50,"qty":4}]"#
    );
    let gone = |items: &str, key: &str| {
        let id = |member: &str| format!("lines/{key}/{member}");
        written(&mapping, items, &[(&id("quantity"), Held::Null), (&id("price"), Held::Null)])
    };
    let (a, b, c) = (
        r#"{"sku":1,"qty":1,"amount":5}"#,
        r#"{"sku":2,"qty":1,"amount":5}"#,
        r#"{"sku":3,"qty":1,"amount":5}"#,
    );
    let three = format!("[{a}, {b}, {c}]");
    assert_eq!(gone(&three, "1"), format!("[{b}, {c}]"));
    assert_eq!(gone(&three, "2"), format!("[{a}, {c}]"));
    assert_eq!(gone(&three, "3"), format!("[{a}, {b}]"));
    assert_eq!(gone(&format!("[{a}]"), "1"), "[]");
    let half = written(&mapping, &three, &[("lines/2/quantity", Held::Null)]);
    assert_eq!(
        half,
        three.replace(b, r#"{"sku":2,"qty":null,"amount":5}"#),
        "the rest of the row is still there"
    );
    let last = written(&mapping, r#"[{"sku":2,"qty":1,"amount":null}]"#, &[("lines/2/quantity", Held::Null)]);
    assert_eq!(last, "[]", "nothing of it is left");
}

#[test]
fn what_cannot_be_read_is_not_written_and_other_columns_are_left_alone() {
    let mapping = mapping("");
    let values = BTreeMap::from([("lines/1/quantity".into(), Held::from("2"))]);
    for items in ["[5]", "{}", r#"[{"sku":1,"qty":1,"amount":1},{"sku":1,"qty":1,"amount":1}]"#] {
        let (field, _) = mapping.write(&values, &json(items)).unwrap_err();
        assert_eq!(field.as_str(), "lines");
    }
    let plain = BTreeMap::from([("number".into(), Held::from("8"))]);
    assert_eq!(
        mapping.write(&plain, &json("[5]")).unwrap().len(),
        1,
        "rows that are not touched do not matter"
    );
    let text =
        mapping.write(&values, &cells(Cell::Text(r#"[{"sku":1,"qty":1,"amount":1}]"#.into()))).unwrap();
    assert_eq!(text["items"], Cell::Text(r#"[{"sku":1,"qty":2,"amount":1}]"#.into()));
    assert!(mapping.columns().contains("items") && mapping.maps(&"lines/1/quantity".into()));
    assert!(!mapping.is_read_only(&"lines/1/quantity".into()) && !mapping.maps(&"lines/1/color".into()));
}

#[test]
fn mistakes_in_the_configuration_are_told() {
    let mut catalog = crate::domain::catalog::Catalog {
        entities: vec![entity()],
        mappings: vec![mapping("")],
        ..Default::default()
    };
    let problems = |catalog: &crate::domain::catalog::Catalog| {
        let all = catalog.problems();
        all.into_iter().filter(|problem| !problem.contains("no system")).collect::<Vec<_>>()
    };
    assert_eq!(problems(&catalog), Vec::<String>::new());
    let rows = &mut catalog.mappings[0].rows[0];
    rows.members.remove(&FieldId::from("price"));
    rows.members.insert("color".into(), "color".to_owned());
    rows.key_as = Comparison::Set { of: Box::default(), separator: ",".to_owned() };
    rows.key = "/sku".to_owned();
    let told = problems(&catalog);
    for expected in [
        "“color” is none of their fields",
        "member for “price”",
        "key_as must tell",
        "“/sku” must be the name",
    ] {
        assert!(told.iter().any(|problem| problem.contains(expected)), "{expected}: {told:?}");
    }
    catalog.mappings[0].rows[0].children = "parcels".into();
    catalog.entities[0].children[0].id = "number".into();
    catalog.entities[0].children[0].fields.clear();
    let told = problems(&catalog);
    for expected in ["no children “parcels”", "called like a field", "has no fields"] {
        assert!(told.iter().any(|problem| problem.contains(expected)), "{expected}: {told:?}");
    }
}
