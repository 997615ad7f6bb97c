//! Work on one write that panics each time: it steps aside after its tries, and its neighbours go on.

use super::targets::{deliveries, states, waiting, work, writes};
use crate::support::rest_target::TOKEN;
use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use referee::connectors::scan::{Order, Scan, ScanSpec};
use referee::connectors::{
    Capabilities, Connector, ConnectorError, ObjectDescription, ObjectSpec, Page, Row, Scope, Secret,
    Settings, Written, open,
};
use referee::domain::delivery::{DeliveryState, Why};
use referee::domain::value::Cells;
use referee::store::targets;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

type Answer<'a, T> = BoxFuture<'a, Result<T, ConnectorError>>;

/// The real connector, with a fault of ours in it that one record brings out.
struct Faulty {
    real: Arc<dyn Connector>,
    poison: &'static str,
    /// Whether it breaks once the write was sent.
    late: bool,
    panics: Arc<AtomicUsize>,
}

impl Faulty {
    fn meet(&self, key: &str) {
        if key == self.poison {
            self.panics.fetch_add(1, Ordering::SeqCst);
            panic!("attempt to subtract with overflow");
        }
    }
}

impl Connector for Faulty {
    fn capabilities(&self) -> Capabilities {
        self.real.capabilities()
    }

    fn describe(&self) -> Answer<'_, Vec<ObjectDescription>> {
        self.real.describe()
    }

    fn pull<'a>(
        &'a self,
        object: &'a ObjectSpec,
        scope: &'a Scope,
        position: Option<&'a str>,
        limit: usize,
    ) -> Answer<'a, Page> {
        self.real.pull(object, scope, position, limit)
    }

    fn scan<'a>(&'a self, spec: &'a ScanSpec, order: Order) -> Scan<'a> {
        self.real.scan(spec, order)
    }

    fn read<'a>(&'a self, object: &'a ObjectSpec, key: &'a str) -> Answer<'a, Option<Row>> {
        if !self.late {
            self.meet(key);
        }
        self.real.read(object, key)
    }

    fn write<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        changes: &'a Cells,
        idempotency_key: &'a str,
    ) -> Answer<'a, Written> {
        Box::pin(async move {
            let written = self.real.write(object, expected, changes, idempotency_key).await;
            self.meet(&expected.key);
            written
        })
    }

    fn create<'a>(&'a self, object: &'a ObjectSpec, cells: &'a Cells, key: &'a str) -> Answer<'a, String> {
        self.real.create(object, cells, key)
    }

    fn remove<'a>(&'a self, object: &'a ObjectSpec, expected: &'a Row, key: &'a str) -> Answer<'a, Written> {
        self.real.remove(object, expected, key)
    }
}

#[tokio::test]
async fn a_write_that_panics_at_each_try_steps_aside_and_its_neighbours_go_on() {
    for late in [false, true] {
        for (world, desk) in waiting(8, true).await {
            let setup = world.engine.setup();
            let settings = setup.catalog.system(&"desk".into()).unwrap().connector.clone();
            let settings: Settings = serde_json::from_value(settings).unwrap();
            let real = open(&settings, Some(&Secret::new(TOKEN))).unwrap();
            let panics = Arc::new(AtomicUsize::new(0));
            let faulty = Faulty { real, poison: "P003", late, panics: panics.clone() };
            world.engine.connect_through(&"desk".into(), Arc::new(faulty));

            work(&world, TimeDelta::seconds(1)).await;
            let confirmed = states(&world).await.iter().filter(|state| **state == "confirmed").count();
            assert_eq!((confirmed, panics.load(Ordering::SeqCst)), (7, 1), "its neighbours do not wait");
            work(&world, TimeDelta::hours(30)).await;
            let poison = deliveries(&world).await.remove(2);
            if late {
                // It was sent, and that is found out by reading: nothing is sent twice.
                assert_eq!(poison.state.name(), "confirmed", "{:?}", poison.state);
                assert_eq!((panics.load(Ordering::SeqCst), writes(&desk)), (1, 8));
            } else {
                let DeliveryState::Refused { message, why, .. } = &poison.state else {
                    panic!("{:?}", poison.state)
                };
                assert_eq!((*why, panics.load(Ordering::SeqCst)), (Why::Tried, 10), "{message}");
                assert!(!message.contains("overflow"), "no words of the fault's: {message}");
                assert_eq!(writes(&desk), 7);
            }
            let mut session = world.engine.store().session().await.unwrap();
            let standing = targets::get(&mut session, &"desk".into()).await.unwrap().standing;
            assert_eq!(standing.name(), "open", "the system is not blamed");
        }
    }
}
