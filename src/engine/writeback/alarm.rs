//! What a delivery raises and clears.

use crate::domain::delivery::DeliveryState;
use crate::engine::Setup;
use crate::store::resolutions::Delivery;
use crate::store::{StoreError, WriteSession, alerts};

/// A refused delivery and credentials that are not accepted raise an alert; an end by itself
/// clears it. The system's own words stand on the decision's page alone: they may repeat a value,
/// and an alert leaves by mail.
pub(super) async fn alarm(
    w: &mut WriteSession,
    setup: &Setup,
    delivery: &Delivery,
    no_sign_in: bool,
) -> Result<(), StoreError> {
    let (label, system) = (setup.catalog.label(&delivery.system), &delivery.system);
    let signed_in = format!("credentials/{system}");
    if no_sign_in {
        let text = format!("{label} does not accept Referee's sign-in");
        return alerts::raise(w, &signed_in, Some(system), &text, &format!("/systems/{system}")).await;
    }
    if delivery.change.form {
        return untidied(w, setup, delivery).await;
    }
    let refused = format!("delivery/{}", delivery.id);
    match &delivery.state {
        DeliveryState::Refused { .. } => {
            let text = format!("{label} refused {}", what(setup, delivery));
            let link = format!("/resolutions/{}", delivery.resolution);
            alerts::raise(w, &refused, Some(system), &text, &link).await
        }
        state if state.is_done() => {
            alerts::clear(w, &refused).await?;
            alerts::clear(w, &signed_in).await.map(|_| ())
        }
        // The conflict is open again, or a person enters it there: nothing is left to be done about
        // the refusal.
        DeliveryState::Overtaken { .. } | DeliveryState::ByHand { .. } => {
            alerts::clear(w, &refused).await.map(|_| ())
        }
        _ => Ok(()),
    }
}

/// A system that does not keep the form it is given is told of once per field, and not fought.
async fn untidied(w: &mut WriteSession, setup: &Setup, delivery: &Delivery) -> Result<(), StoreError> {
    use DeliveryState::{AcceptedWithChanges, Refused};
    if !matches!(delivery.state, AcceptedWithChanges { .. } | Refused { .. }) {
        return Ok(());
    }
    let (system, slot) = (&delivery.system, &delivery.change.slot);
    let entity = setup.catalog.entity(&delivery.entity);
    let field = entity.and_then(|entity| entity.slot(slot)).map_or(slot.0.clone(), |s| s.label.to_owned());
    let label = setup.catalog.label(system);
    let kept = "does not keep the form that tidying gives it. It is left as the system writes it";
    let text = format!("{label}: {field} {kept}");
    let cause = format!("tidy/{system}/{}/{slot}", delivery.entity);
    alerts::raise(w, &cause, Some(system), &text, &format!("/resolutions/{}", delivery.resolution)).await
}

/// `the decision on Address of Customer WH-1`: identifiers and labels, no values.
fn what(setup: &Setup, delivery: &Delivery) -> String {
    let entity = setup.catalog.entity(&delivery.entity);
    let kind = entity.map_or(delivery.entity.as_str(), |entity| &entity.label);
    let slot = &delivery.change.slot;
    let field =
        entity.and_then(|entity| entity.slot(slot)).map_or(slot.0.clone(), |slot| slot.label.to_owned());
    match &delivery.external_id {
        _ if delivery.change.remove => format!("to remove the record ({kind})"),
        _ if delivery.change.create => format!("to make the missing record ({kind})"),
        Some(id) => format!("the decision on {field} of {kind} {id}"),
        None => format!("the decision on {field} of {kind}"),
    }
}
