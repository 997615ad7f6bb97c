//! A storm: more new differences than usual on one mapping are one question.

use super::changed::{judged, under};
use super::*;
use crate::support::world::steward;
use referee::domain::incident::Ending;

#[tokio::test]
async fn a_storm_is_one_incident_that_later_differences_join() {
    for url in databases().await {
        // A storm from thirty on; a mass change would need a hundred records.
        let config = format!(
            "{CONFIG}\n[incidents]\nstorm_differences = 30\nstorm_minutes = 10\nmass_records = 100\n"
        );
        let world = many(url, &config, 100).await;
        let change = |from: u32, to: u32| {
            format!(
                "UPDATE customers SET phone = '030 55' || substr(id, 3), updated_at = '2026-03-03 12:01:30',
                 updated_by = 'Ana' WHERE id BETWEEN 'C-{from}' AND 'C-{to}'"
            )
        };
        world.sql("portal", &change(1000, 1019)).await;
        world.sync().await;
        assert_eq!(unended(&world).await, [], "twenty are no storm");
        let by_rule = |told: Vec<String>| told.iter().filter(|entry| *entry == "settled_by_rule").count();
        assert_eq!(by_rule(audit_actions(&world).await), 20);
        world.sql("portal", &change(1020, 1049)).await;
        world.sync().await;
        let incident = unended(&world).await.remove(0);
        assert_eq!((incident.kind, incident.system.as_str()), (IncidentKind::Storm, "portal"));
        let settled = by_rule(audit_actions(&world).await);
        // What comes now joins it, and no rule settles it.
        world.sql("portal", &change(1060, 1064)).await;
        world.sync().await;
        assert_eq!(by_rule(audit_actions(&world).await), settled);
        assert_eq!((under(&world, &incident.id).await, open(&world).await), (5, vec![]));
        assert_eq!(unended(&world).await.len(), 1);
        assert_eq!(alarms(&world).await.len(), 1);
        // Another system's change is not part of it.
        world
            .sql(
                "warehouse",
                "UPDATE SHIP_TO SET TEL = '030 444', CHG_AT = '2026-03-03 12:03:30', CHG_BY = 'Bo'
                 WHERE WH_NO = 'WH-1080'",
            )
            .await;
        world.sync().await;
        assert_eq!(by_rule(audit_actions(&world).await), settled + 1);
        world
            .engine
            .choose(&steward(), &incident.id, Ending::Released, "Two shops were moved")
            .await
            .unwrap();
        judged(&world).await;
        assert_eq!(by_rule(audit_actions(&world).await), settled + 6);
        assert_eq!((alarms(&world).await, unended(&world).await), (vec![], vec![]));
        // It was answered: one more change is no new storm.
        world.sql("portal", &change(1070, 1070)).await;
        world.sync().await;
        assert_eq!(by_rule(audit_actions(&world).await), settled + 7);
        assert_eq!(unended(&world).await, []);
    }
}

#[tokio::test]
async fn five_hundred_new_differences_wait_together() {
    for url in databases().await {
        let config = CONFIG.replace(
            "[policy.customer.slots.phone]\nrule = \"most_recent_wins\"",
            "[policy.customer.slots.phone]\nrule = \"manual_review\"",
        );
        let config = format!("{config}\n[incidents]\nmass_records = 1000\n");
        let world = many(url, &config, 520).await;
        world
            .sql(
                "portal",
                "UPDATE customers SET phone = '030 55' || substr(id, 3), updated_at = '2026-03-03 12:01:30'
                 WHERE id LIKE 'C-1%' AND length(id) = 6",
            )
            .await;
        world.sync().await;
        let incident = unended(&world).await.remove(0);
        assert_eq!((incident.kind, incident.records), (IncidentKind::Storm, 520));
        assert_eq!((under(&world, &incident.id).await, open(&world).await.len()), (520, 0));
        let released =
            world.engine.choose(&steward(), &incident.id, Ending::Released, "A new area code").await;
        released.unwrap();
        judged(&world).await;
        let mut session = world.engine.store().session().await.unwrap();
        let (viewer, now) = (Viewer::referee(), world.engine.now());
        assert_eq!(queue::count(&mut session, &viewer, &Filter::default(), now).await.unwrap(), 520);
    }
}
