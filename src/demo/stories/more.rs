//! Edits that are made when somebody asks for them.

use super::super::edit::Edit;
use super::super::goods::Product;
use super::super::history::{CLERKS, Population};
use super::super::people::{AGENTS, Customer, LEADS, PLANS};
use super::super::random::Dice;
use super::super::rows::Record;
use super::super::system::System::{Helpdesk, Portal, Warehouse};
use super::super::system::Table;
use super::teller::Teller;
use super::{Expect, Outcome, Story};
use crate::domain::time::Time;

/// Characters that an import leaves of a name.
const CUT: usize = 9;

/// An import that cuts the name of every article short in the helpdesk, but of those that a story is
/// about: so many at once that it is one problem.
#[must_use]
pub fn cut_short(seed: u64, agreed: &Population, now: Time, at: Time) -> Vec<Edit> {
    let products = super::told(seed, agreed, now).products;
    let edit = |before: &Product| {
        let name: String = before.name.chars().take(CUT).collect();
        let after = Product { name: name.trim_end().to_owned(), ..before.clone() };
        Edit::between(Helpdesk, before, &after, at, Helpdesk.copier(Table::Products))
    };
    products.iter().filter_map(edit).collect()
}

/// The `n`th edit that makes a conflict, made at `at`: each on a record no story and no edit
/// before was about, as long as there are any. `agreed` and `now` are those of the stories.
#[must_use]
pub fn one_more(seed: u64, agreed: &Population, now: Time, n: u64, at: Time) -> Option<Story> {
    let mut teller = super::told(seed, agreed, now);
    teller.dice = Dice::new(seed, &format!("one more {n}"));
    let n = usize::try_from(n).unwrap_or(0);
    let (turn, kind) = (n / 7, n % 7);
    if kind == 4 {
        let product = teller.products.get(turn % teller.products.len().max(1))?.clone();
        let counted = Product { stock: product.stock + 7 + teller.dice.between(0, 20), ..product.clone() };
        let about = format!("{} found more on the shelf than the portal sells.", CLERKS[n % 3]);
        let edit = Edit::between(Warehouse, &product, &counted, at, CLERKS[n % 3])?;
        return Some(story(&product, "stock", (product.name.clone(), about), edit));
    }
    // Six kinds are about customers, so each turn takes six of them.
    let place = turn * 6 + if kind > 4 { kind - 1 } else { kind };
    let before = teller.customers.get(place % teller.customers.len().max(1))?.clone();
    let agent = teller.dice.pick(&AGENTS);
    let (field, edit, about) = change(&mut teller, &before, kind, at, agent)?;
    Some(story(&before, field, (before.name.clone(), about), edit))
}

fn change(
    teller: &mut Teller,
    before: &Customer,
    kind: usize,
    at: Time,
    agent: &str,
) -> Option<(&'static str, Edit, String)> {
    Some(match kind {
        0 | 6 => {
            let after = teller.moved(before);
            let about = "moved, and only the portal knows";
            ("address", Edit::between(Portal, before, &after, at, "customer")?, about.to_owned())
        }
        1 | 5 => {
            let after = teller.renumbered(before);
            let about = format!("{agent} noted another number in the helpdesk");
            ("phone", Edit::between(Helpdesk, before, &after, at, agent)?, about)
        }
        2 => {
            let after = Customer { plan: another(teller, &PLANS, before.plan), ..before.clone() };
            let about = format!("bought {} in the portal", after.plan);
            ("plan", Edit::between(Portal, before, &after, at, "customer")?, about)
        }
        _ => {
            let after = Customer { lead: another(teller, &LEADS, before.lead), ..before.clone() };
            let about = format!("{agent} marked the lead as {} in the helpdesk", after.lead);
            ("lead_status", Edit::between(Helpdesk, before, &after, at, agent)?, about)
        }
    })
}

fn another(teller: &mut Teller, of: &[&'static str], but: &str) -> &'static str {
    let others: Vec<&'static str> = of.iter().copied().filter(|one| *one != but).collect();
    others[teller.dice.below(others.len())]
}

fn story<R: Record>(record: &R, field: &'static str, (who, about): (String, String), edit: Edit) -> Story {
    let expect = Expect::Conflict { field };
    let outcomes = vec![Outcome { table: R::TABLE, link: record.link(), expect }];
    Story { kind: "one_more", name: format!("{who}: {field}"), about, edits: vec![edit], outcomes }
}
