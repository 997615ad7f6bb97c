use super::*;
use crate::support::world::steward;
use referee::domain::access::Role;
use referee::domain::cause::{Cause, Strength};
use referee::engine::Refusal;

async fn count(world: &World, cause: &str) -> i64 {
    let mut session = world.engine.store().session().await.unwrap();
    let now = world.engine.now();
    let (viewer, filter) = (Viewer::referee(), Filter::default());
    let all = queue::facet(&mut session, &viewer, &filter, queue::Facet::Cause, now, now).await.unwrap();
    all.iter().find(|own| own.value == cause).map_or(0, |own| own.count)
}

/// A system took a change, and then wrote back what it had had before: nothing but its earlier
/// versions tells.
#[tokio::test]
async fn a_value_written_back_is_told_by_what_was_there_before() {
    for world in worlds().await {
        world.sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ana' WHERE id='C-1'").await;
        world.sql("warehouse", "UPDATE SHIP_TO SET STREET='LINDENALLEE', HOUSE_NO='12', ZIP='10117', CHG_AT='2026-03-03 12:02:30', CHG_BY='import' WHERE WH_NO='WH-1'").await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "both have it");
        world.sql("warehouse", "UPDATE SHIP_TO SET STREET='ELMSTRAßE', HOUSE_NO='4', ZIP='10115', CHG_AT='2026-03-03 12:05:30', CHG_BY=NULL WHERE WH_NO='WH-1'").await;
        world.sync().await;
        let conflicts = open(&world).await;
        let found = &differences(&world, &conflicts[0]).await[0].dispute.causes;
        assert_eq!(found[0].strength, Strength::Strong, "{found:?}");
        let Cause::Race { changed, rewrote } = &found[0].cause else { panic!("{found:?}") };
        assert_eq!((changed.as_str(), rewrote.as_str()), ("portal", "warehouse"));
        let explained = world.engine.explain(&steward(), &conflicts[0].record, Some(&"address".into())).await;
        assert_eq!(explained.unwrap()[0].causes, *found, "what is explained is what is stored");
    }
}

#[tokio::test]
async fn a_stewards_word_is_counted_kept_and_logged() {
    for world in worlds().await {
        world.sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117', updated_at='2026-03-03 12:01:30', updated_by='Ana' WHERE id='C-1'").await;
        world.sync().await;
        let conflict = open(&world).await.remove(0);
        let field = "address".into();
        assert_eq!((count(&world, "stale_copy").await, count(&world, "echo").await), (1, 0));
        let say = async |cause| world.engine.correct_cause(&steward(), &conflict.id, &field, cause).await;
        say(Some("echo")).await.unwrap();
        say(Some("echo")).await.unwrap();
        assert_eq!((count(&world, "stale_copy").await, count(&world, "echo").await), (0, 1));
        let said = audit_actions(&world).await;
        assert_eq!(
            said.iter().filter(|action| *action == "cause_corrected").count(),
            1,
            "said twice, noted once"
        );

        world.sql("portal", "UPDATE customers SET street='Lindenallee 13', updated_at='2026-03-03 12:09:30', updated_by='Ana' WHERE id='C-1'").await;
        world.sync().await;
        let dispute = differences(&world, &conflict).await.remove(0).dispute;
        assert_eq!(
            (dispute.cause_name(), dispute.cause().name()),
            ("echo", "stale_copy"),
            "judged anew, it stands"
        );
        assert_eq!(dispute.corrected.unwrap().by, steward().name);
        say(None).await.unwrap();
        assert_eq!((count(&world, "stale_copy").await, count(&world, "echo").await), (1, 0));

        let wrong = say(Some("gremlins")).await;
        assert!(matches!(wrong, Err(Refusal::Invalid(ref why)) if why.contains("gremlins")), "{wrong:?}");
        let nowhere = world.engine.correct_cause(&steward(), &conflict.id, &"fax".into(), None).await;
        assert!(matches!(nowhere, Err(Refusal::NotFound("difference"))), "{nowhere:?}");
        let auditor = Viewer { roles: [Role::Auditor].into(), ..steward() };
        let forbidden = world.engine.correct_cause(&auditor, &conflict.id, &field, Some("race")).await;
        assert!(matches!(forbidden, Err(Refusal::Forbidden)), "{forbidden:?}");
    }
}
