//! Plans, leads, e-mail addresses and names.

use super::super::edit::Edit;
use super::super::people::{AGENTS, Customer, PLANS};
use super::super::rows::shouted;
use super::super::system::System::{Helpdesk, Portal};
use super::super::system::Table;
use super::Expect;
use super::teller::Teller;

const EMAIL: &str = "email";

pub(super) fn tell(teller: &mut Teller) {
    for n in 0..6 {
        upgrade(teller, n);
        hot_lead(teller, n);
    }
    let lena = teller.known(20102);
    for before in [lena, teller.customer(|_| true)].into_iter().flatten() {
        mail_in_the_portal(teller, &before);
    }
    mail_by_an_agent(teller);
    mail_cut_short(teller);
    for _ in 0..3 {
        name_in_capitals(teller);
    }
}

fn upgrade(teller: &mut Teller, n: usize) {
    let top = PLANS[PLANS.len() - 1];
    let Some(before) = teller.customer(|customer| customer.plan != top) else { return };
    let next = PLANS.iter().position(|plan| *plan == before.plan).map_or(top, |at| PLANS[at + 1]);
    let after = Customer { plan: if n.is_multiple_of(3) { top } else { next }, ..before.clone() };
    let by = if n.is_multiple_of(2) { "customer" } else { "Billing" };
    let at = teller.lately();
    let name = format!("{} upgrades from {} to {}", before.name, before.plan, after.plan);
    let about = "Bought in the portal; the helpdesk still treats the customer as before.".to_owned();
    let edits = Edit::between(Portal, &before, &after, at, by);
    teller.tell("plan_upgrade", &before, (name, about), edits, Expect::Conflict { field: "plan" });
}

fn hot_lead(teller: &mut Teller, n: usize) {
    let Some(before) = teller.customer(|customer| customer.lead != "Hot") else { return };
    let after = Customer { lead: "Hot", ..before.clone() };
    let (at, agent) = (teller.lately(), AGENTS[n % AGENTS.len()]);
    let name = format!("{} is a hot lead in the helpdesk only", before.name);
    let about = format!("{agent} marked the lead after a call; the portal still says {}.", before.lead);
    let edits = Edit::between(Helpdesk, &before, &after, at, agent);
    teller.tell("hot_lead", &before, (name, about), edits, Expect::Conflict { field: "lead_status" });
}

fn with_mail(customer: &Customer, email: String) -> Customer {
    Customer { email, ..customer.clone() }
}

/// The source of truth changed: its rule carries it to the others.
fn mail_in_the_portal(teller: &mut Teller, before: &Customer) {
    let after = with_mail(before, before.email.replacen('@', ".new@", 1));
    let at = teller.lately();
    let name = format!("{} has a new e-mail address", before.name);
    let about = "Changed by hand in the portal, which is the source of truth for it.".to_owned();
    let edits = Edit::between(Portal, before, &after, at, "customer");
    teller.tell("new_email", before, (name, about), edits, Expect::SettledByRule { field: EMAIL });
}

/// Not the source, but a person: never put back unseen.
fn mail_by_an_agent(teller: &mut Teller) {
    let Some(before) = teller.customer(|_| true) else { return };
    let after = with_mail(&before, before.email.replacen(".example", "-group.example", 1));
    let at = teller.lately();
    let name = format!("An agent changes the e-mail address of {}", before.name);
    let about = "The portal is the source of truth, but a person's edit is not put back unseen.".to_owned();
    let edits = Edit::between(Helpdesk, &before, &after, at, AGENTS[3]);
    teller.tell("email_by_hand", &before, (name, about), edits, Expect::Conflict { field: EMAIL });
}

/// Not the source, and a machine: put back.
fn mail_cut_short(teller: &mut Teller) {
    let Some(before) = teller.customer(|_| true) else { return };
    let after = with_mail(&before, before.email.replacen(".example", ".exampl", 1));
    let (at, link) = (teller.lately(), Helpdesk.copier(Table::Customers));
    let name = format!("The e-mail address of {} loses its last letter", before.name);
    let about = "The link from the portal cut it off in the helpdesk.".to_owned();
    let edits = Edit::between(Helpdesk, &before, &after, at, link);
    teller.tell("email_cut_short", &before, (name, about), edits, Expect::SettledByRule { field: EMAIL });
}

fn name_in_capitals(teller: &mut Teller) {
    let Some(before) = teller.customer(|_| true) else { return };
    let after = Customer { name: shouted(&before.name), ..before.clone() };
    let (at, link) = (teller.lately(), Helpdesk.copier(Table::Customers));
    let name = format!("{} is written in capitals", before.name);
    let about = "Letter case does not count.".to_owned();
    let edits = Edit::between(Helpdesk, &before, &after, at, link);
    teller.tell("name_in_capitals", &before, (name, about), edits, Expect::Nothing);
}
