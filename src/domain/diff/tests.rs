//! What holds for every comparison: whatever the kind, the order of the systems and how they
//! write their values; over fields, groups and child rows.

use super::*;
use crate::domain::author::{AuthorKind, Hand};
use crate::domain::conflict::Dispute;
use crate::domain::entity::Entity;
use crate::domain::ids::FieldId;
use crate::domain::record::Agreed;
use proptest::prelude::*;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

/// A kind as it is configured, values of it that are alike and unlike, and one that is none.
const KINDS: [(&str, [&str; 6]); 12] = [
    (r#""exact""#, ["Zürich", "zürich", "Zu\u{308}rich", "Zürich ", "İ", "i"]),
    (r#""text""#, ["Oak Street", "OAK  street", "Oak Str.", "ﬁne", "fine", "ΟΔΟΣ"]),
    (
        r#"{ phone = "DE" }"#,
        ["030 55501742", "+49 30 55501742", "030 55501743", "none", "0176 1234567", "(030) 555-01742"],
    ),
    (r#""decimal""#, ["12.10", "12.1", "9007199254740993", "9007199254740992", "1.000,00", "-0"]),
    (
        r#""date""#,
        [
            "2026-03-03",
            "2026-03-03T09:12:40Z",
            "2026-03-03T10:12:40+01:00",
            "04/10/2024",
            "0001-01-01",
            "2026-03-03T09:12:40",
        ],
    ),
    (r#""email""#, ["Ada@example.com", "Ada@EXAMPLE.com", "ada@example.com", "ada", "b@c.de", "b@C.de"]),
    (r#""country""#, ["DE", "Germany", "France", "Atlantis", "FRA", "DEU"]),
    (r#""boolean""#, ["yes", "true", "0", "off", "maybe", "1"]),
    (r#"{ tolerance = { absolute = 0.05 } }"#, ["10", "10.04", "10.08", "9.97", "abc", "10.050"]),
    (r#"{ tolerance = { relative = "1%" } }"#, ["100", "100.9", "101.8", "-100", "0", "99"]),
    (r#"{ set = { separator = ";" } }"#, ["a;b", "B; a; a", r#"["b","A"]"#, "a", "[]", "[[1]]"]),
    (r#"{ sequence = { of = "decimal" } }"#, ["1,2", "2,1", "[1.0, 2]", "1,,2", "1,x", "[]"]),
];

#[derive(Clone, Debug)]
struct Case {
    kinds: [usize; 2],
    shape: usize,
    /// Per system: whether the record is there, and its values.
    systems: Vec<(bool, [Pick; 2])>,
    base: Option<[Pick; 2]>,
}

#[derive(Clone, Copy, Debug)]
enum Pick {
    Value(usize),
    Null,
    Empty,
    Unknown,
    NotMapped,
}

fn pick() -> impl Strategy<Value = Pick> {
    prop_oneof![
        12 => (0..6_usize).prop_map(Pick::Value),
        1 => Just(Pick::Null),
        1 => Just(Pick::Empty),
        1 => Just(Pick::Unknown),
        1 => Just(Pick::NotMapped),
    ]
}

fn known() -> impl Strategy<Value = Pick> {
    prop_oneof![8 => (0..6_usize).prop_map(Pick::Value), 1 => Just(Pick::Null), 1 => Just(Pick::Empty)]
}

fn case() -> impl Strategy<Value = Case> {
    let kinds = [0..KINDS.len(), 0..KINDS.len()];
    let systems = proptest::collection::vec((proptest::bool::weighted(0.9), [pick(), pick()]), 2..=6);
    (kinds, 0..3_usize, systems, proptest::option::of([known(), known()]))
        .prop_map(|(kinds, shape, systems, base)| Case { kinds, shape, systems, base })
}

impl Case {
    /// One field, a group of two, or a child row of two.
    fn entity(&self) -> Entity {
        let [one, two] = self.kinds.map(|kind| KINDS[kind].0);
        let fields = format!(
            r#"[{{ id = "one", label = "One", comparison = {one} }}, {{ id = "two", label = "Two", comparison = {two} }}]"#
        );
        let head = "id = \"e\"\nlabel = \"E\"\ntitle = \"one\"\n";
        let text = match self.shape {
            0 => format!("{head}fields = {fields}"),
            1 => format!(
                "{head}fields = {fields}\ngroups = [{{ id = \"both\", label = \"B\", members = [\"one\", \"two\"] }}]"
            ),
            _ => format!(
                "{head}fields = []\n[[children]]\nid = \"lines\"\nlabel = \"Line\"\nfields = {fields}"
            ),
        };
        toml::from_str(&text).unwrap()
    }

    fn slot(&self) -> FieldId {
        ["one", "both", "lines/7"][self.shape].into()
    }

    fn id(&self, at: usize) -> FieldId {
        let field = ["one", "two"][at];
        if self.shape == 2 { format!("lines/7/{field}").into() } else { field.into() }
    }

    fn held(&self, pick: Pick, at: usize) -> Option<Held> {
        Some(match pick {
            Pick::Value(value) => KINDS[self.kinds[at]].1[value].into(),
            Pick::Null => Held::Null,
            Pick::Empty => Held::Empty,
            Pick::Unknown => Held::Unknown,
            Pick::NotMapped => return None,
        })
    }

    fn holdings(&self) -> Vec<Holding> {
        let one = |(at, (present, picks)): (usize, &(bool, [Pick; 2]))| {
            let held = |(at, pick): (usize, &Pick)| Some((self.id(at), self.held(*pick, at)?));
            let system = format!("s{at}");
            holding(&system, *present, picks.iter().enumerate().filter_map(held).collect())
        };
        self.systems.iter().enumerate().map(one).collect()
    }

    fn base(&self) -> Base {
        let picks = self.base.iter().flatten().enumerate();
        let agreed = |(at, pick): (usize, &Pick)| Some((self.id(at), Agreed(self.held(*pick, at)?, time())));
        Base(picks.filter_map(agreed).collect())
    }
}

fn time() -> Time {
    chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn holding(system: &str, present: bool, fields: BTreeMap<FieldId, Held>) -> Holding {
    Holding {
        record: "r".into(),
        system: system.into(),
        external_id: system.to_owned(),
        present,
        cells: BTreeMap::new(),
        fields,
        problems: BTreeMap::new(),
        revision: 1,
        version: None,
        read: Reading { after: None, at: time(), modified_at: None, modified_by: None },
        token: None,
    }
}

/// How it stands, without the text that stands for an agreed value.
fn outcome(standing: &Standing) -> Option<Result<Kind, &'static str>> {
    match standing {
        Standing::Agreed(_) => Some(Err("agreed")),
        Standing::Waiting => None,
        Standing::Differs(kind) => Some(Ok(*kind)),
    }
}

fn told(compared: &Compared) -> BTreeMap<SystemId, (Tuple, bool)> {
    let of = |candidate: &Candidate| (candidate.system.clone(), (candidate.shown.clone(), candidate.moved));
    compared.candidates.iter().map(of).collect()
}

fn moved(compared: &Compared) -> Vec<(SystemId, bool)> {
    told(compared).into_iter().map(|(system, (_, moved))| (system, moved)).collect()
}

/// The same value, written differently, where this kind knows another way.
fn rewritten(kind: usize, held: &Held) -> Held {
    let comparison: super::super::compare::Comparison = {
        let mut table: BTreeMap<String, _> = toml::from_str(&format!("k = {}", KINDS[kind].0)).unwrap();
        table.remove("k").unwrap()
    };
    let Some(text) = held.value() else { return held.clone() };
    let normal = comparison.normal_text(text);
    let other = match (kind, normal) {
        (0, _) => text.nfd().collect(),
        (1, _) => format!(" {} ", text.replace(' ', "\u{a0}  ").to_lowercase()),
        (3 | 8 | 9, Ok(normal)) => format!(" {normal}{}", if normal.contains('.') { "000" } else { ".00" }),
        (2 | 4 | 6 | 7, Ok(normal)) => format!("  {normal} "),
        (5, Ok(normal)) => match normal.rsplit_once('@') {
            Some((local, domain)) => format!("{local}@{}", domain.to_uppercase()),
            None => normal,
        },
        (10, Ok(normal)) if !normal.is_empty() => {
            let mut members: Vec<String> = serde_json::from_str(&normal).unwrap();
            members.reverse();
            members.push(members[0].to_uppercase());
            members.join(" ; ")
        }
        (11, Ok(normal)) if !normal.is_empty() => {
            let members: Vec<String> = serde_json::from_str(&normal).unwrap();
            members.join(" , ")
        }
        _ => text.to_owned(),
    };
    other.as_str().into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn the_order_of_the_systems_does_not_matter(case in case(), turn in 0..6_usize) {
        let (entity, base) = (case.entity(), case.base());
        let slot = entity.slot(&case.slot()).unwrap();
        let mut holdings = case.holdings();
        let first = compare(&slot, &base, &holdings);
        holdings.reverse();
        let turn = turn % holdings.len();
        holdings.rotate_left(turn);
        let second = compare(&slot, &base, &holdings);
        prop_assert_eq!(outcome(&first.standing), outcome(&second.standing));
        prop_assert_eq!(told(&first), told(&second));
    }

    #[test]
    fn comparing_what_was_normalised_gives_the_same(case in case()) {
        let (entity, mut base) = (case.entity(), case.base());
        let slot = entity.slot(&case.slot()).unwrap();
        let mut holdings = case.holdings();
        let first = compare(&slot, &base, &holdings);
        let fields: Vec<_> = slot.fields().cloned().collect();
        for field in &fields {
            for holding in &mut holdings {
                holding.fields.entry(field.id.clone()).and_modify(|held| *held = field.comparison.normal(held));
            }
            base.0.entry(field.id.clone()).and_modify(|agreed| agreed.0 = field.comparison.normal(&agreed.0));
        }
        let second = compare(&slot, &base, &holdings);
        prop_assert_eq!(outcome(&first.standing), outcome(&second.standing));
        prop_assert_eq!(moved(&first), moved(&second));
    }

    #[test]
    fn how_a_value_is_written_does_not_matter(case in case(), who in 0..6_usize) {
        let (entity, base) = (case.entity(), case.base());
        let slot = entity.slot(&case.slot()).unwrap();
        let mut holdings = case.holdings();
        let first = compare(&slot, &base, &holdings);
        let who = who % holdings.len();
        for at in 0..2 {
            let kind = case.kinds[at];
            holdings[who].fields.entry(case.id(at)).and_modify(|held| *held = rewritten(kind, held));
        }
        let second = compare(&slot, &base, &holdings);
        prop_assert_eq!(outcome(&first.standing), outcome(&second.standing), "{:?}", holdings[who].fields);
        prop_assert_eq!(moved(&first), moved(&second));
    }

    #[test]
    fn no_value_is_lost(case in case()) {
        let (entity, base, holdings) = (case.entity(), case.base(), case.holdings());
        let slot = entity.slot(&case.slot()).unwrap();
        let compared = compare(&slot, &base, &holdings);
        let told = told(&compared);
        let readable = holdings.iter().filter(|holding| holding.present).filter_map(|holding| {
            let shown = shown(&slot, holding)?;
            (!shown.contains(&Held::Unknown)).then(|| (holding.system.clone(), shown))
        });
        let readable: BTreeMap<SystemId, Tuple> = readable.collect();
        prop_assert_eq!(told.len(), readable.len());
        let hand = Hand { kind: AuthorKind::Unknown, burst: 0 };
        let values = Dispute::distinct(&compared, &vec![hand; compared.candidates.len()]);
        for (system, shown) in &readable {
            prop_assert_eq!(&told[system].0, shown);
            let holds = |value: &&crate::domain::conflict::Distinct| {
                value.holders.iter().any(|holder| holder.candidate.system == *system)
            };
            prop_assert_eq!(values.iter().filter(holds).count(), 1, "each system has one value of the page");
        }
    }

    #[test]
    fn agreed_means_that_every_pair_is_the_same(case in case()) {
        let (entity, base, holdings) = (case.entity(), case.base(), case.holdings());
        let slot = entity.slot(&case.slot()).unwrap();
        let compared = compare(&slot, &base, &holdings);
        let all: Vec<&Tuple> = compared.candidates.iter().map(|candidate| &candidate.shown).collect();
        let pairs = all.iter().all(|one| all.iter().all(|other| same(&slot, one, other)));
        let voices = holdings.iter().filter(|holding| holding.present && shown(&slot, holding).is_some()).count();
        match &compared.standing {
            Standing::Agreed(value) => {
                prop_assert!(pairs && all.len() == voices);
                prop_assert!(all.contains(&value));
            }
            Standing::Waiting => prop_assert!(all.is_empty() || pairs && all.len() < voices),
            Standing::Differs(kind) => {
                prop_assert!(!pairs);
                let movers: Vec<&Candidate> = compared.candidates.iter().filter(|c| c.moved).collect();
                let one = movers.iter().all(|a| movers.iter().all(|b| same(&slot, &a.shown, &b.shown)));
                match kind {
                    Kind::First => prop_assert!(compared.base.is_none()),
                    Kind::Change => prop_assert!(one && !movers.is_empty()),
                    _ => prop_assert!(!one),
                }
            }
        }
    }
}

#[test]
fn a_chain_of_near_values_is_no_agreement_and_no_creeping() {
    let entity: Entity = toml::from_str(
        "id = \"e\"\nlabel = \"E\"\ntitle = \"one\"\nfields = [{ id = \"one\", label = \"One\", comparison = { tolerance = { absolute = 0.05 } } }]",
    )
    .unwrap();
    let slot = entity.slot(&"one".into()).unwrap();
    let holdings = |values: &[&str]| -> Vec<Holding> {
        let one = |(at, text): (usize, &&str)| {
            holding(&format!("s{at}"), true, BTreeMap::from([("one".into(), Held::from(*text))]))
        };
        values.iter().enumerate().map(one).collect()
    };
    let base = |text: &str| Base(BTreeMap::from([("one".into(), Agreed(text.into(), time()))]));
    let standing = |base: &Base, values: &[&str]| compare(&slot, base, &holdings(values)).standing;
    let none = Base::default();
    assert!(matches!(standing(&none, &["10", "10.05", "10.02"]), Standing::Agreed(_)));
    assert_eq!(standing(&none, &["10.05", "10", "10.10"]), Standing::Differs(Kind::First));
    assert_eq!(standing(&base("10.05"), &["10", "10.05", "10.10"]), Standing::Differs(Kind::Clash));
    assert_eq!(standing(&base("10"), &["10.02", "11", "11.04"]), Standing::Differs(Kind::Change));
    assert_eq!(standing(&base("10"), &["10.02", "11", "11.06"]), Standing::Differs(Kind::Clash));
}
