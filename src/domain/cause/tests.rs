//! What each recogniser says of plain examples; how well they do on many is measured in
//! `tests/causes`.

use super::*;
use crate::domain::compare::Comparison;
use crate::domain::diff::{self, Standing};
use crate::domain::entity::{Entity, Field, Group};
use crate::domain::ids::{EntityId, RecordId};
use crate::domain::record::{Agreed, Base, Holding, Reading};
use crate::domain::time::Time;
use crate::domain::time::parse_stamp;
use crate::domain::validate::Validation;
use crate::domain::value::Held;
use proptest::prelude::*;

/// A system's value, its author's kind, and the minute in which it was changed.
struct Says(&'static str, Vec<String>, AuthorKind, i64);

fn says(system: &'static str, text: &str, kind: AuthorKind, minute: i64) -> Says {
    Says(system, vec![text.to_owned()], kind, minute)
}

struct Scene {
    comparison: Comparison,
    agreed: Option<Vec<String>>,
    says: Vec<Says>,
    past: Vec<(&'static str, &'static str)>,
    written: Option<(&'static str, &'static str)>,
    limit: Option<(&'static str, usize)>,
    source: Option<&'static str>,
}

fn scene(comparison: Comparison, agreed: Option<&str>, says: Vec<Says>) -> Scene {
    let agreed = agreed.map(|text| vec![text.to_owned()]);
    Scene { comparison, agreed, says, past: Vec::new(), written: None, limit: None, source: None }
}

fn tuple(texts: &[String]) -> Tuple {
    texts.iter().map(|text| Held::from(text.as_str())).collect()
}

fn at(minute: i64) -> Time {
    parse_stamp("2026-03-03T09:00:00Z").unwrap() + chrono::TimeDelta::minutes(minute)
}

impl Scene {
    fn entity(&self) -> Entity {
        let members = self.says[0].1.len();
        let id = |n: usize| FieldId::from(format!("f{n}").as_str());
        let field = |n| Field {
            id: id(n),
            label: "Field".to_owned(),
            comparison: self.comparison.clone(),
            tag: None,
            max_length: None,
            validate: Validation::default(),
            visible_to: None,
        };
        let group = Group {
            id: FieldId::from("group"),
            label: "Group".to_owned(),
            members: (0..members).map(id).collect(),
        };
        Entity {
            id: EntityId::from("thing"),
            label: "Thing".to_owned(),
            process: String::new(),
            title: id(0),
            fields: (0..members).map(field).collect(),
            groups: if members > 1 { vec![group] } else { Vec::new() },
            children: Vec::new(),
        }
    }

    fn holding(&self, own: &Says) -> Holding {
        let fields = tuple(&own.1).into_iter().enumerate();
        Holding {
            record: RecordId::default(),
            system: SystemId::from(own.0),
            external_id: "1".to_owned(),
            present: true,
            cells: BTreeMap::new(),
            fields: fields.map(|(n, held)| (FieldId::from(format!("f{n}").as_str()), held)).collect(),
            problems: BTreeMap::new(),
            revision: 2,
            version: None,
            read: Reading {
                after: Some(at(own.3 - 10)),
                at: at(own.3 + 10),
                modified_at: Some(at(own.3)),
                modified_by: Some("somebody".to_owned()),
            },
            token: None,
        }
    }

    fn suspects(&self) -> Vec<Suspect> {
        let entity = self.entity();
        let slots = entity.slots();
        let slot = &slots[0];
        let agreed = self.agreed.iter().flat_map(|texts| tuple(texts).into_iter().enumerate());
        let base = Base(
            agreed
                .map(|(n, held)| (FieldId::from(format!("f{n}").as_str()), Agreed(held, at(-9000))))
                .collect(),
        );
        let holdings: Vec<Holding> = self.says.iter().map(|own| self.holding(own)).collect();
        let compared = diff::compare(slot, &base, &holdings);
        let kind = match compared.standing {
            Standing::Differs(kind) => kind,
            _ => return Vec::new(),
        };
        let hands: Vec<Hand> = self.says.iter().map(|own| Hand { kind: own.2, burst: 0 }).collect();
        let moved =
            compared.candidates.iter().filter(|own| own.moved).map(|own| own.system.clone()).collect();
        let past = self.past.iter().map(|(system, text)| Past {
            system: SystemId::from(*system),
            normal: diff::normal(slot, &tuple(&[(*text).to_owned()])),
            read: Reading { after: None, at: at(0), modified_at: None, modified_by: None },
        });
        let past: Vec<Past> = past.collect();
        let written =
            self.written.iter().map(|(system, text)| (SystemId::from(*system), tuple(&[(*text).to_owned()])));
        let limits =
            self.limit.iter().map(|(system, n)| ((SystemId::from(*system), FieldId::from("f0")), *n));
        of_values(&Evidence {
            slot,
            kind,
            compared: &compared,
            hands: &hands,
            moved: &moved,
            source_of_truth: self.source.map(SystemId::from).as_ref(),
            past: &past,
            written: &written.collect(),
            limits: &limits.collect(),
        })
    }

    fn shape(&self) -> Option<Shape> {
        match &self.suspects().first()?.cause {
            Cause::Transformation { shape, .. } => shape.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn names(&self) -> Vec<&'static str> {
        self.suspects().iter().map(|suspect| suspect.cause.name()).collect()
    }
}

/// What a job's value is to an agreed one.
fn made(comparison: Comparison, whole: &str, damaged: &str) -> Scene {
    let says =
        vec![says("a", whole, AuthorKind::Unknown, -500), says("b", damaged, AuthorKind::Integration, 0)];
    scene(comparison, Some(whole), says)
}

use AuthorKind::{Integration, Person, Unknown, Us};
use Comparison::{Date, Decimal, Email, Exact, Phone, Text};

#[test]
fn letters_read_in_another_set() {
    for (whole, damaged) in [
        ("Müller", "MÃ¼ller"),
        ("Müller", "MÃƒÂ¼ller"),
        ("Müller", "M\u{fffd}ller"),
        ("Müller", "M?ller"),
        ("Müller", "M??ller"),
        ("Müller", "Muller"),
        ("Müller", "Mueller"),
        ("Müller", "Mller"),
        ("Müller", "M&uuml;ller"),
        ("Müller", "M&#252;ller"),
        ("Müller", "M%C3%BCller"),
        ("Müller", "M\\u00fcller"),
        ("Łódź", "?ód?"),
        ("Łódź", "Lodz"),
        ("Dvořák", "Dvoøák"),
        ("Straße", "Strasse"),
        ("à la carte", "Ã\u{a0} la carte"),
        ("Smith & Sons", "Smith &amp; Sons"),
        ("O’Brien", "Oâ€™Brien"),
    ] {
        assert_eq!(made(Text, whole, damaged).shape(), Some(Shape::Encoding), "{damaged}");
    }
}

#[test]
fn a_text_that_was_cut() {
    let shape = |whole, damaged| made(Text, whole, damaged).shape();
    assert_eq!(shape("Konstantinopolitanische", "Konstantinopolitanis"), Some(Shape::Truncated { at: 20 }));
    assert_eq!(shape("Bahnhofstrasse 12", "Bahnhof..."), Some(Shape::Truncated { at: 7 }));
    let mut limited = made(Text, "Long Lane 7", "Long Lane");
    assert_eq!(limited.names(), ["stale_copy", "transformation"], "between words it is a weak sign");
    limited.limit = Some(("b", 9));
    assert_eq!(limited.shape(), Some(Shape::Truncated { at: 9 }));
    limited.limit = Some(("b", 10));
    assert_eq!(limited.shape(), Some(Shape::Truncated { at: 10 }), "the space at the end is not seen");
    assert_eq!(made(Email, "ada@example.com", "ada@example.").shape(), Some(Shape::Truncated { at: 12 }));
    let phone = made(Phone("US".to_owned()), "212-691-7538", "212-691-753");
    assert_eq!(phone.shape(), Some(Shape::Truncated { at: 11 }));
    assert_eq!(made(Text, "12 Ellerston Street", "12 Ellerston St").names()[0], "stale_copy");
}

#[test]
fn numbers() {
    let shape = |whole, damaged| made(Decimal, whole, damaged).shape();
    let factor = |text: &str| Some(Shape::UnitFactor { factor: text.to_owned() });
    assert_eq!(shape("19.99", "1999"), factor("100"));
    assert_eq!(shape("1250", "1.25"), factor("1/1000"));
    assert_eq!(shape("82.5", "181.88"), factor("2.20462"));
    assert_eq!(shape("135", "2.25"), factor("1/60"));
    assert_eq!(shape("12.345", "12.35"), Some(Shape::Rounded { decimals: 2 }));
    assert_eq!(shape("12.3456", "12"), Some(Shape::Rounded { decimals: 0 }));
    assert_eq!(shape("12.1", "12.10000038146973"), None);
    assert_eq!(
        made(Decimal, "19.99", "20.00").names()[0],
        "stale_copy",
        "a new price, as exact as the old one"
    );
    assert_eq!(made(Decimal, "5", "10").names()[0], "stale_copy");
}

#[test]
fn days_and_instants() {
    let shape = |whole, damaged| made(Date, whole, damaged).shape();
    assert_eq!(shape("2024-04-10", "2024-10-04"), Some(Shape::SwappedDayAndMonth));
    assert_eq!(
        shape("2024-04-10T09:12:40Z", "2024-04-10T11:12:40Z"),
        Some(Shape::ZoneShift { minutes: 120 })
    );
    assert_eq!(shape("2024-04-10T09:12:40Z", "2024-04-10"), Some(Shape::Truncated { at: 10 }));
    assert_eq!(shape("2024-04-10", "2024-04-09T22:00:00Z"), Some(Shape::ZoneShift { minutes: -120 }));
    assert_eq!(made(Date, "2024-04-10", "2024-04-09").names(), ["stale_copy", "transformation"]);
    assert_eq!(made(Date, "2024-04-10", "2024-04-17").names(), ["stale_copy"]);
}

#[test]
fn capitals_zeros_and_what_tables_add() {
    assert_eq!(made(Exact, "Ada Okafor", "ADA OKAFOR").shape(), Some(Shape::LetterCase));
    assert_eq!(made(Exact, "00123", "123").shape(), Some(Shape::LeadingZeros));
    assert_eq!(made(Exact, "00123", "123.0").shape(), Some(Shape::LeadingZeros));
    assert_eq!(made(Exact, "493012345678", "4.93012E+11").shape(), None);
    assert_eq!(made(Exact, "123", "'123").shape(), None);
}

#[test]
fn a_group_is_one_conversion_or_none() {
    let group = |damaged: [&str; 2]| {
        let whole = ["Müllerstraße 3", "Köln"].map(str::to_owned).to_vec();
        let damaged = damaged.map(str::to_owned).to_vec();
        let says = vec![Says("a", whole.clone(), Unknown, -500), Says("b", damaged, Integration, 0)];
        Scene { agreed: Some(whole), ..scene(Text, None, says) }
    };
    assert_eq!(group(["M?llerstra?e 3", "K?ln"]).shape(), Some(Shape::Encoding));
    assert_eq!(group(["Müllerstraße 3", "K?ln"]).shape(), Some(Shape::Encoding));
    assert_eq!(group(["Müllerstraße 4", "K?ln"]).names(), ["stale_copy"]);
}

#[test]
fn a_value_written_back() {
    let mut race =
        scene(Text, Some("old"), vec![says("a", "new", Person, 0), says("b", "old", Integration, 5)]);
    assert_eq!(race.names()[0], "race");
    race.says[1].3 = -5;
    assert_eq!(race.names(), ["stale_copy", "human_override"]);
    // All had the new value; then one went back.
    let mut back =
        scene(Text, Some("new"), vec![says("a", "new", Person, 0), says("b", "old", Integration, 5)]);
    assert_eq!(back.names()[0], "stale_copy");
    back.past = vec![("b", "old"), ("b", "new"), ("b", "old")];
    assert_eq!(back.suspects()[0].strength, Strength::Strong);
    assert_eq!(back.names()[0], "race");
    back.says[0].3 = -5000;
    assert_eq!(back.names(), ["stale_copy"], "the other one has held its value all the time");
}

#[test]
fn people_programs_and_ourselves() {
    let mut edit = scene(Text, Some("old"), vec![says("a", "new", Person, 0), says("b", "old", Unknown, -9)]);
    assert_eq!(edit.names(), ["stale_copy", "human_override"]);
    edit.source = Some("b");
    assert_eq!(edit.names(), ["human_override", "stale_copy"]);
    let clash =
        scene(Text, Some("old"), vec![says("a", "new", Person, 0), says("b", "other", Integration, 0)]);
    assert_eq!(clash.names(), ["human_override"]);
    let robots =
        scene(Text, Some("old"), vec![says("a", "new", Integration, 0), says("b", "other", Unknown, 0)]);
    assert_eq!(robots.names(), ["unknown"]);
    let first =
        scene(Text, None, vec![says("a", "Elm Street", Unknown, 0), says("b", "Main Road", Unknown, 0)]);
    assert_eq!(first.names(), ["unknown"]);
    let mut echo = scene(Exact, Some("0007"), vec![says("a", "0007", Unknown, -9), says("b", "88", Us, 0)]);
    echo.written = Some(("b", "0088"));
    assert_eq!((echo.names()[0], echo.suspects()[0].strength), ("echo", Strength::Strong));
}

#[test]
fn an_interface_that_changed() {
    for (comparison, before, now) in [
        (Text, "New South Wales", "17"),
        (Text, "Germany", "DE"),
        (Text, "Germany", "{\"code\":\"DE\"}"),
        (Text, "Germany", "null"),
        (Text, "Germany", ""),
        (Decimal, "12.50", "12,50 EUR"),
        (Date, "2024-04-10", "45392"),
    ] {
        let scene = scene(
            comparison,
            Some(before),
            vec![says("a", before, Unknown, -9), says("b", now, Integration, 0)],
        );
        assert_eq!(scene.names()[0], "interface_change", "{now}");
    }
    let cleared =
        scene(Text, Some("Germany"), vec![says("a", "Germany", Unknown, -9), says("b", "", Person, 0)]);
    assert_eq!(cleared.names(), ["stale_copy", "human_override"]);
}

proptest! {
    #[test]
    fn no_text_is_too_much(whole in "\\PC{0,40}", damaged in any::<String>(), other in "[0-9.,eE+:TZ-]{0,24}", kind in 0..7usize) {
        let comparison = [Text, Exact, Decimal, Date, Email, Phone("DE".to_owned()), Comparison::Country][kind].clone();
        for agreed in [None, Some(whole.as_str()), Some(other.as_str())] {
            let says = vec![says("a", &whole, Person, 0), says("b", &damaged, Integration, 1), says("c", &other, Unknown, 2)];
            let scene = Scene { past: vec![("a", "x"), ("b", "y")], limit: Some(("b", 3)), ..scene(comparison.clone(), agreed, says) };
            let suspects = scene.suspects();
            prop_assert!(suspects.len() <= MOST);
            for pair in suspects.windows(2) {
                prop_assert!(pair[0].cause == Cause::Unknown || pair[0].strength >= pair[1].strength);
            }
        }
    }
}
