//! Systems that fail, seen through the real connectors.

use super::{rows, world};
use referee::connectors::{self, Connector, ConnectorError, ObjectSpec, Scope, Secret, Settings};
use referee::demo::{DemoError, Fault, Helpdesk, Start, System, World};
use referee::domain::ids::{EntityId, SystemId};
use referee::domain::value::{Cell, Cells};
use std::sync::Arc;

/// The connector of a system, and what the demo's configuration reads there.
fn connector(world: &World, helpdesk: &Helpdesk, id: &str) -> (Arc<dyn Connector>, ObjectSpec) {
    let catalog = world.catalog(helpdesk).unwrap();
    let system = catalog.system(&SystemId::from(id)).unwrap();
    let settings: Settings = serde_json::from_value(system.connector.clone()).unwrap();
    let secret = (id == "helpdesk").then(|| Secret::new(world.token()));
    let mapping = catalog.mapping(&system.id, &EntityId::from("customer")).unwrap();
    let spec = ObjectSpec {
        object: mapping.object.clone(),
        key: mapping.key.clone(),
        modified_at: mapping.modified_at.clone(),
        modified_by: mapping.modified_by.clone(),
        columns: mapping.columns().into_iter().map(str::to_owned).collect(),
    };
    (connectors::open(&settings, secret.as_ref()).unwrap(), spec)
}

#[tokio::test]
async fn a_system_that_is_broken_says_so_and_is_healed() {
    let (world, _folder) = world(Start::Agreed).await;
    let helpdesk = world.start_helpdesk().await.unwrap();
    let untouched = rows(&world).await;
    for (system, key, column) in [
        (System::Portal, "C-20418", "zip"),
        (System::Helpdesk, "503127", "/address/postcode"),
        (System::Warehouse, "WH-008841", "ZIP"),
    ] {
        let (connector, spec) = connector(&world, &helpdesk, system.id());
        for fault in Fault::of(system) {
            world.break_system(system, *fault).await.unwrap();
            world.break_system(system, *fault).await.unwrap();
            assert_eq!(world.faults().await.unwrap(), [(system, *fault)]);
            let read = connector.pull(&spec, &Scope::Full, None, 10).await.map(|page| page.rows.len());
            let told = match fault {
                Fault::Down => matches!(read, Err(ConnectorError::Unavailable { .. })),
                Fault::DeadToken => matches!(read, Err(ConnectorError::Credentials(_))),
                Fault::Drift => matches!(read, Err(ConnectorError::Shape(_))),
                Fault::RefuseWrites => read.is_ok(),
            };
            assert!(told, "{system:?} {fault:?}: {read:?}");
            if *fault == Fault::RefuseWrites {
                let row = connector.read(&spec, key).await.unwrap().unwrap();
                let changes: Cells = [(column.to_owned(), Cell::Text("10999".into()))].into();
                let error = connector.write(&spec, &row, &changes, "key").await.unwrap_err();
                assert!(
                    matches!(&error, ConnectorError::Refused(words) if words.contains("more than 10 characters")),
                    "{error:?}"
                );
            }
            world.heal(system).await.unwrap();
            assert_eq!(world.faults().await.unwrap(), []);
            assert_eq!(connector.pull(&spec, &Scope::Full, None, 10).await.unwrap().rows.len(), 10);
        }
    }
    assert_eq!(rows(&world).await, untouched);
}

#[tokio::test]
async fn a_system_fails_only_in_its_own_ways() {
    let (world, _folder) = world(Start::Agreed).await;
    for (system, fault) in [(System::Portal, Fault::DeadToken), (System::Helpdesk, Fault::Drift)] {
        let refused = world.break_system(system, fault).await.unwrap_err();
        assert!(matches!(refused, DemoError::NoFault { .. }), "{refused}");
    }
    assert_eq!(Fault::ALL.map(|fault| Fault::of_id(fault.id())), Fault::ALL.map(Some));
    world.break_system(System::Portal, Fault::Down).await.unwrap();
    world.break_system(System::Warehouse, Fault::Drift).await.unwrap();
    world.break_system(System::Warehouse, Fault::RefuseWrites).await.unwrap();
    assert_eq!(world.faults().await.unwrap().len(), 3);
    assert!(world.apply(&world.stories()[0].edits).await.is_err() || world.make_conflict().await.is_err());
    world.reset(Start::Agreed).await.unwrap();
    assert_eq!(world.faults().await.unwrap(), []);
}
