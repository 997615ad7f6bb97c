//! Drafts of the policies: what one says it would do is what happens when it is switched on.

use super::*;
use crate::support::world::{admin, steward};
use referee::domain::conflict::DifferenceState;
use referee::domain::ids::DifferenceId;
use referee::domain::policy::{Policy, Rule};
use referee::domain::resolution::{Outcome, Reason};
use referee::engine::Refusal;
use referee::engine::detect::Fate;
use referee::engine::policies::{Judged, PolicyChange, Standing};
use referee::engine::review::Decision;
use referee::store::configuration::{self, Document};
use referee::store::policy_drafts::Draft;
use std::collections::BTreeMap;

/// Four customers whose address moved: at the source, elsewhere by a person, elsewhere by a
/// machine, and one more at the source.
async fn stir(world: &World) {
    for n in [3, 4] {
        let portal = format!(
            "INSERT INTO customers VALUES ('C-{n}','Name {n}','Street {n}','1','+49 30 5550175{n}','2024-01-02',1,'2026-01-01 10:00:00','Ana')"
        );
        let warehouse = format!(
            "INSERT INTO SHIP_TO VALUES ('WH-{n}','C-{n}','NAME {n}','STREET','{n}','1','030 5550175{n}','02/01/2024','A','2026-01-01 11:00:00','import')"
        );
        world.sql("portal", &portal).await;
        world.sql("warehouse", &warehouse).await;
    }
    world.sync().await;
    let source = "UPDATE customers SET zip='10999', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id IN ('C-1', 'C-4')";
    world.sql("portal", source).await;
    let elsewhere =
        "UPDATE SHIP_TO SET ZIP='20999', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO = 'WH-2';
        UPDATE SHIP_TO SET ZIP='30999', CHG_AT='2026-03-03 12:01:30', CHG_BY='import' WHERE WH_NO = 'WH-3'";
    world.sql("warehouse", elsewhere).await;
    world.sync().await;
}

fn change(world: &World, slot: &str, rule: Rule) -> PolicyChange {
    let policy = Policy { rule: Some(rule), ..Policy::default() };
    let version = world.engine.setup().policy_version;
    let (entity, slot) = ("customer".into(), Some(slot.into()));
    PolicyChange { entity, slot, policy, reason: "the portal is right".to_owned(), version }
}

async fn drafted(world: &World, rule: Rule) -> Draft {
    world.engine.draft_policy(&admin(), change(world, "address", rule)).await.unwrap()
}

/// What a draft says, as its page and the interface for programs send it back.
fn seen(draft: &Draft) -> String {
    draft.fingerprint().unwrap()
}

/// How every open difference stands, by title.
fn standings(judged: &[Judged]) -> BTreeMap<String, Standing> {
    judged.iter().map(|judged| (judged.title.clone(), judged.standing.clone())).collect()
}

async fn states(world: &World, conflicts: &[Conflict]) -> BTreeMap<String, (DifferenceState, i64)> {
    let mut states = BTreeMap::new();
    for conflict in conflicts {
        for difference in differences(world, conflict).await {
            states.insert(conflict.title.clone(), (difference.state, difference.policy_version));
        }
    }
    states
}

fn settled(system: &str) -> Standing {
    Standing::Judged(Fate::Settled { system: Some(system.into()) })
}

#[tokio::test]
async fn what_a_draft_says_it_would_do_is_what_happens_when_it_is_switched_on() {
    for world in worlds().await {
        stir(&world).await;
        let before = open(&world).await;
        assert_eq!(before.len(), 4);
        let held = before.iter().find(|conflict| conflict.title == "Name 4").unwrap();
        world.engine.claim(&steward(), &held.id).await.unwrap();
        let draft = drafted(&world, Rule::SourceWins).await;
        let stored = audit_actions(&world).await;
        let preview = world.engine.preview_draft(&admin(), &draft).await.unwrap();
        assert_eq!(audit_actions(&world).await, stored, "nothing is written");
        assert_eq!(open(&world).await.len(), 4);
        let told = standings(&preview.open);
        let expected = [
            ("Ada Okafor", settled("portal")),
            ("Mateo Lindqvist", Standing::Judged(Fate::Review)),
            ("Name 3", settled("portal")),
            ("Name 4", Standing::Claimed),
        ];
        assert_eq!(told, expected.map(|(title, standing)| (title.to_owned(), standing)).into());
        assert_eq!((preview.sample, preview.agreed, preview.changed.len()), (None, 0, 0));
        assert!(!preview.stale && preview.backtest.looked == 0);

        assert_eq!(world.engine.switch_on(&admin(), &draft.id, &seen(&draft)).await.unwrap(), 2);
        for (title, (state, version)) in states(&world, &before).await {
            let by_rule = matches!(state, DifferenceState::SettledByRule { .. });
            match &told[&title] {
                Standing::Judged(Fate::Settled { .. }) => assert!(by_rule && version == 2, "{title}"),
                Standing::Judged(_) => assert!(state.is_open() && version == 2, "{title}"),
                Standing::Claimed => assert!(state.is_open() && version == 1, "{title}: not touched"),
            }
        }
        // Nobody has it in hand any longer: it is judged by what is in force.
        world.engine.keep_schedule().await.unwrap();
        assert!(states(&world, &before).await["Name 4"].0.is_open(), "still claimed");
        world.engine.assign(&steward(), std::slice::from_ref(&held.id), None).await.unwrap();
        world.engine.keep_schedule().await.unwrap();
        let (state, version) = states(&world, &before).await["Name 4"].clone();
        assert!(matches!(state, DifferenceState::SettledByRule { .. }) && version == 2, "{state:?}");
        let gone = world.engine.draft(&admin(), &draft.id).await;
        assert!(matches!(gone, Err(Refusal::NotFound(_))), "it is in force and no draft any longer");
    }
}

#[tokio::test]
async fn a_claim_that_runs_out_is_followed_by_the_judge() {
    for world in worlds().await {
        stir(&world).await;
        let before = open(&world).await;
        let held = before.iter().find(|conflict| conflict.title == "Name 4").unwrap();
        world.engine.claim(&steward(), &held.id).await.unwrap();
        let draft = drafted(&world, Rule::SourceWins).await;
        world.engine.switch_on(&admin(), &draft.id, &seen(&draft)).await.unwrap();
        world.clock.advance(chrono::TimeDelta::minutes(11));
        world.engine.keep_schedule().await.unwrap();
        let (state, _) = states(&world, &before).await["Name 4"].clone();
        assert!(matches!(state, DifferenceState::SettledByRule { .. }), "{state:?}");
    }
}

#[tokio::test]
async fn several_changes_are_one_draft_and_one_version_and_can_be_taken_back() {
    for world in worlds().await {
        let first = world.engine.setup().policies.clone();
        let draft = drafted(&world, Rule::SourceWins).await;
        let more =
            PolicyChange { reason: "and phones".to_owned(), ..change(&world, "phone", Rule::ManualReview) };
        let both = world.engine.draft_policy(&admin(), more).await.unwrap();
        assert_eq!((both.id.as_str(), both.changes.len()), (draft.id.as_str(), 2));
        assert_eq!(both.reason, "the portal is right; and phones");
        let again = world.engine.draft_policy(&admin(), change(&world, "address", Rule::SourceWins)).await;
        assert!(matches!(again, Err(Refusal::Invalid(_))), "the draft says so already");
        assert_eq!(world.engine.setup().policy_version, 1, "nothing is in force yet");
        assert_eq!(world.engine.switch_on(&admin(), &both.id, &seen(&both)).await.unwrap(), 2);
        let told = audit_actions(&world).await;
        assert_eq!(told.iter().filter(|action| *action == "policy_changed").count(), 3, "one for each field");

        let none = world.engine.draft_rollback(&admin(), 1, " ").await;
        assert!(matches!(none, Err(Refusal::Invalid(_))), "a reason is needed");
        let back = world.engine.draft_rollback(&admin(), 1, "it was better").await.unwrap();
        assert_eq!((back.changes.len(), back.rolls_back), (2, Some(1)));
        assert!(!world.engine.preview_draft(&admin(), &back).await.unwrap().stale);
        assert_eq!(world.engine.switch_on(&admin(), &back.id, &seen(&back)).await.unwrap(), 3);
        assert_eq!(world.engine.setup().policies, first, "a new version, equal to the old one");
        let mut session = world.engine.store().session().await.unwrap();
        let newest = configuration::current(&mut session, Document::Policies).await.unwrap().unwrap();
        assert_eq!((newest.version, newest.reason.as_str()), (3, "it was better"));
        let same = world.engine.draft_rollback(&admin(), 1, "once more").await;
        assert!(matches!(same, Err(Refusal::Invalid(_))), "{same:?}");
        assert!(matches!(world.engine.draft_rollback(&admin(), 9, "x").await, Err(Refusal::NotFound(_))));
    }
}

#[tokio::test]
async fn a_draft_that_was_overtaken_is_kept_and_brought_up_to_date() {
    for world in worlds().await {
        let mine = drafted(&world, Rule::SourceWins).await;
        let zoe = referee::domain::access::Viewer { user: "zoe".into(), name: "zoe".into(), ..admin() };
        let theirs =
            world.engine.draft_policy(&zoe, change(&world, "phone", Rule::ManualReview)).await.unwrap();
        assert_ne!(mine.id, theirs.id, "each admin has an own draft");
        assert_eq!(world.engine.drafts(&admin()).await.unwrap().len(), 2);
        world.engine.switch_on(&zoe, &theirs.id, &seen(&theirs)).await.unwrap();
        assert!(matches!(
            world.engine.switch_on(&admin(), &mine.id, &seen(&mine)).await,
            Err(Refusal::Stale)
        ));
        let kept = world.engine.draft(&admin(), &mine.id).await.unwrap();
        assert_eq!(kept, mine);
        assert!(world.engine.preview_draft(&admin(), &kept).await.unwrap().stale);
        let fresh = world.engine.rebase_draft(&admin(), &mine.id).await.unwrap();
        assert_eq!((fresh.based_on, &fresh.changes), (2, &mine.changes));
        assert_eq!(world.engine.switch_on(&admin(), &mine.id, &seen(&fresh)).await.unwrap(), 3);
        let late = change(&world, "name", Rule::ManualReview);
        let late = world.engine.draft_policy(&admin(), PolicyChange { version: 1, ..late }).await;
        assert!(matches!(late, Err(Refusal::Stale)), "a form of an older version");
        assert!(matches!(world.engine.drafts(&steward()).await, Err(Refusal::Forbidden)));
    }
}

#[tokio::test]
async fn a_draft_is_held_against_what_people_decided() {
    for world in worlds().await {
        stir(&world).await;
        for conflict in open(&world).await {
            let id: DifferenceId = differences(&world, &conflict).await[0].id.clone();
            // Value 1 is the portal's; of one the warehouse's is kept, another is left different.
            let outcome = match conflict.title.as_str() {
                "Name 3" => Outcome::Keep { value: 2 },
                "Name 4" => {
                    Outcome::LeaveDifferent { until: world.engine.now() + chrono::TimeDelta::days(9) }
                }
                _ => Outcome::Keep { value: 1 },
            };
            let decision = Decision {
                version: conflict.version,
                outcomes: vec![(id, outcome)],
                reason: Some(Reason::DocumentSeen),
                ..Decision::default()
            };
            world.engine.resolve(&steward(), &conflict.id, decision).await.unwrap();
        }
        let draft = drafted(&world, Rule::SourceWins).await;
        let test = world.engine.preview_draft(&admin(), &draft).await.unwrap().backtest;
        assert_eq!((test.looked, test.itself(), test.reviewed), (4, 3, 1));
        let titles = |looked: &[referee::engine::policies::Looked]| -> Vec<String> {
            looked.iter().map(|looked| looked.title.clone()).collect()
        };
        assert_eq!(titles(&test.alike), ["Ada Okafor"]);
        let mut other = titles(&test.differently);
        other.sort();
        assert_eq!(other, ["Name 3", "Name 4"]);
        let one = test.differently.iter().find(|looked| looked.title == "Name 3").unwrap();
        assert_eq!(one.decided.as_deref().map(|all| all[1].as_str()), Some("30999"));
        assert_eq!(one.would[1], "1");
        assert!(test.is_thin(), "four are too few to tell");
        // Another field's decisions say nothing of this one.
        let phone =
            world.engine.draft_policy(&admin(), change(&world, "phone", Rule::ManualReview)).await.unwrap();
        assert_eq!(phone.id, draft.id);
        world.engine.discard_draft(&admin(), &draft.id).await.unwrap();
        let phone =
            world.engine.draft_policy(&admin(), change(&world, "phone", Rule::ManualReview)).await.unwrap();
        assert_eq!(world.engine.preview_draft(&admin(), &phone).await.unwrap().backtest.looked, 0);
    }
}

#[tokio::test]
async fn what_is_switched_on_is_what_was_looked_at() {
    for world in worlds().await {
        let looked_at = drafted(&world, Rule::SourceWins).await;
        let more =
            world.engine.draft_policy(&admin(), change(&world, "phone", Rule::SourceWins)).await.unwrap();
        assert_eq!(looked_at.id, more.id, "one draft holds both");
        let on = world.engine.switch_on(&admin(), &more.id, &seen(&looked_at)).await;
        assert!(matches!(on, Err(Refusal::Stale)), "{on:?}");
        assert!(matches!(world.engine.switch_on(&admin(), &more.id, "").await, Err(Refusal::Stale)));
        assert_eq!(world.engine.draft(&admin(), &more.id).await.unwrap(), more, "the draft is kept");
        assert_eq!(world.engine.switch_on(&admin(), &more.id, &seen(&more)).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_way_back_that_leads_elsewhere_is_a_change_as_any_other() {
    for world in worlds().await {
        let first = drafted(&world, Rule::SourceWins).await;
        world.engine.switch_on(&admin(), &first.id, &seen(&first)).await.unwrap();
        let back = world.engine.draft_rollback(&admin(), 1, "it was better").await.unwrap();
        assert_eq!(back.rolls_back, Some(1));
        let other =
            world.engine.draft_policy(&admin(), change(&world, "phone", Rule::SourceWins)).await.unwrap();
        world.engine.switch_on(&admin(), &other.id, &seen(&other)).await.unwrap();
        let zoe = referee::domain::access::Viewer { user: "zoe".into(), name: "zoe".into(), ..admin() };
        let fresh = world.engine.rebase_draft(&zoe, &back.id).await.unwrap();
        assert_eq!((fresh.based_on, fresh.rolls_back), (3, None), "the phone stays changed: not version 1");
        assert_eq!(world.engine.draft(&zoe, &back.id).await.unwrap(), fresh, "and so it is stored");
        world.engine.discard_draft(&zoe, &back.id).await.unwrap();
        let told = audit_actions(&world).await;
        let drafts: Vec<_> = told.iter().filter(|action| action.starts_with("policy_draft")).collect();
        let expected = [
            "policy_drafted",
            "policy_drafted",
            "policy_drafted",
            "policy_draft_rebased",
            "policy_draft_discarded",
        ];
        assert_eq!(drafts, expected);
    }
}
