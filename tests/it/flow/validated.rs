//! Values asked about before they are saved anywhere.

use super::*;
use crate::support::world::{admin, steward};
use referee::domain::ids::FieldId;
use referee::domain::value::Held;
use referee::engine::Refusal;
use std::collections::BTreeMap;

fn config() -> String {
    let changes = [
        (
            "{ field = \"postcode\", columns = [\"ZIP\"] }",
            "{ field = \"postcode\", columns = [\"ZIP\"], max_length = 5 }",
        ),
        ("label = \"Name\" }", "label = \"Name\", validate = { required = true } }"),
        (
            "label = \"Customer since\",",
            "label = \"Customer since\", visible_to = [\"steward\"], validate = { required = true },",
        ),
    ];
    changes.iter().fold(CONFIG.to_owned(), |config, (from, to)| {
        assert!(config.contains(from), "{from}");
        config.replace(from, to)
    })
}

#[tokio::test]
async fn what_would_not_do_is_said_with_the_system_that_could_not_hold_it() {
    let world = World::on(None, &config(), &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    let entity = "customer".into();
    let ask = |viewer: &Viewer, values: &[(&str, Held)], partial: bool| {
        let values: BTreeMap<FieldId, Held> =
            values.iter().map(|(field, held)| (FieldId::from(*field), held.clone())).collect();
        world.engine.validate(viewer, &entity, &values, partial)
    };
    let told = ask(&steward(), &[("postcode", "1234567".into()), ("since", "soon".into())], false).unwrap();
    let told: Vec<(&str, Option<&str>)> =
        told.iter().map(|own| (own.field.as_str(), own.system.as_ref().map(|s| s.as_str()))).collect();
    assert_eq!(told, [("name", None), ("postcode", Some("warehouse")), ("since", None)]);
    assert_eq!(ask(&steward(), &[("postcode", "12345".into())], true).unwrap(), []);
    assert_eq!(ask(&steward(), &[("name", Held::Null)], true).unwrap().len(), 1);
    // What somebody may not see is not tried out, and not asked of them.
    assert!(matches!(ask(&admin(), &[("since", "2026-01-01".into())], true), Err(Refusal::Hidden { .. })));
    assert_eq!(ask(&admin(), &[("name", "Ada".into())], false).unwrap(), []);
    assert!(matches!(ask(&steward(), &[("address", "x".into())], true), Err(Refusal::Invalid(_))));
}
