//! Whom to ask about a field: who changed it, as far as the source tells, and who owns it.

use crate::domain::access::Viewer;
use crate::domain::author::AuthorKind;
use crate::domain::ids::{FieldId, SystemId};
use crate::domain::routing::{Route, route_of};
use crate::engine::accounts::login_form;
use crate::store::conflicts::Difference;
use crate::store::{Session, StoreError, routing, users};

/// Somebody who may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whom {
    pub name: String,
    pub address: String,
    pub why: Why,
}

/// Why this person may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Changed it there.
    Changed(SystemId),
    Owner,
}

/// Who may know about these differences, without the viewer; each address once.
pub async fn of(
    s: &mut Session,
    viewer: &Viewer,
    differences: &[&Difference],
) -> Result<Vec<Whom>, StoreError> {
    let mut all: Vec<Whom> = Vec::new();
    let Some(first) = differences.first() else { return Ok(all) };
    let mut add = |whom: Whom| {
        if all.iter().all(|known| known.address != whom.address) {
            all.push(whom);
        }
    };
    for difference in differences {
        for holder in difference.dispute.values.iter().flat_map(|value| &value.holders) {
            let author = holder.candidate.read.modified_by.as_ref();
            let Some(author) = author.filter(|_| holder.hand.kind == AuthorKind::Person) else { continue };
            let why = Why::Changed(holder.candidate.system.clone());
            if let Some(address) = crate::connectors::mail::plain_address(author) {
                add(Whom { name: author.clone(), address, why });
            } else if let Some(user) = users::by_login(s, &login_form(author)).await?
                && let Some(address) = user.mail.filter(|_| user.id != viewer.user && !user.disabled)
            {
                add(Whom { name: user.name, address, why });
            }
        }
    }
    let routes: Vec<Route> = routing::routes(s, Some(&first.entity)).await?;
    let fields: Vec<FieldId> = differences.iter().map(|one| one.dispute.field.clone()).collect();
    let owner = route_of(&routes, &first.entity, &fields).and_then(|route| route.owner.clone());
    if let Some(id) = owner.filter(|id| *id != viewer.user)
        && let Some(user) = users::by_id(s, &id).await?.filter(|user| !user.disabled)
        && let Some(address) = user.mail
    {
        add(Whom { name: user.name, address, why: Why::Owner });
    }
    Ok(all)
}
