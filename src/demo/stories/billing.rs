//! Plans that are not billed, and numbers on invoices.

use super::super::edit::Edit;
use super::super::people::{Customer, PLANS, copied};
use super::super::system::System::{Billing, Helpdesk, Portal};
use super::super::system::Table;
use super::Expect;
use super::teller::Teller;

pub(super) fn tell(teller: &mut Teller) {
    for _ in 0..2 {
        not_billed(teller);
    }
    vat_typed_wrong(teller);
    invoices_elsewhere(teller);
}

/// The portal and the helpdesk have it; invoices are still those of the old plan.
fn not_billed(teller: &mut Teller) {
    let Some(before) = teller.customer(|customer| customer.plan == "Team") else { return };
    let after = Customer { plan: PLANS[3], ..before.clone() };
    let at = teller.lately();
    let linked = copied(at, Helpdesk, before.id);
    let edits = [
        Edit::between(Portal, &before, &after, at, "customer"),
        Edit::between(Helpdesk, &before, &after, linked, Helpdesk.copier(Table::Customers)),
    ];
    let name = format!("{} upgraded to {}, and it is not billed", before.name, after.plan);
    let about = "Bought in the portal, known to the helpdesk; Billing still charges for Team.".to_owned();
    let edits = edits.into_iter().flatten();
    teller.tell("not_billed", &before, (name, about), edits, Expect::Conflict { field: "plan" });
}

fn vat_typed_wrong(teller: &mut Teller) {
    let Some(before) = teller.customer(|customer| customer.vat.is_some()) else { return };
    let turned = before.vat.as_deref().map(|vat| {
        let mut digits: Vec<char> = vat.chars().collect();
        let last = digits.len() - 1;
        digits[last] = if digits[last] == '7' { '1' } else { '7' };
        digits.into_iter().collect()
    });
    let after = Customer { vat: turned, ..before.clone() };
    let at = teller.lately();
    let name = format!("The VAT id of {} has two endings", before.name);
    let about = "A clerk of the accounts department typed it from a letter.".to_owned();
    let edits = Edit::between(Billing, &before, &after, at, "E. Demir");
    teller.tell("vat_id", &before, (name, about), edits, Expect::Conflict { field: "vat_id" });
}

fn invoices_elsewhere(teller: &mut Teller) {
    let Some(before) = teller.customer(|_| true) else { return };
    let after = Customer { invoice: "Postfach 30 12, 10117 Berlin".to_owned(), ..before.clone() };
    let at = teller.lately();
    let name = format!("{} wants invoices sent to a box", before.name);
    let about = "Entered in the portal by the customer; Billing writes to the old address.".to_owned();
    let edits = Edit::between(Portal, &before, &after, at, "customer");
    teller.tell(
        "invoice_address",
        &before,
        (name, about),
        edits,
        Expect::Conflict { field: "invoice_address" },
    );
}
